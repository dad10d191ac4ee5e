/**
 * What measuring features and predicting from them take: 5,000 MNIST images with 500 features, and 1,000 predictions at 300
 * features. Usage: npx tsx scripts/benchmarkPrediction.ts. RRF_BLAS=off keeps to plain JavaScript. Prints seconds, and the
 * most memory that the process ever had.
 */
import { readMnistImages } from '../src/data/mnistImages.ts';
import { digitsBelowFive } from '../src/data/shippedSets.ts';
import { measureFeatures } from '../src/evaluation/measureFeatures.ts';
import { linearAlgebra } from '../src/exact/index.ts';
import { randomFeaturesMap } from '../src/models/deepRandomFeaturesModel.ts';
import { mlpModel } from '../src/models/mlpModel.ts';
import { loadRuntime, runtimeLine } from '../src/runtime/index.ts';
import { predictRobustRisk } from '../src/table/predictRobustRisk.ts';
import { gridValues } from '../src/theory/index.ts';

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function timed<T>(what: string, work: () => Promise<T> | T): Promise<T> {
  const start = performance.now();
  const found = await work();
  const seconds = ((performance.now() - start) / 1000).toFixed(2);
  const gigabytes = (process.resourceUsage().maxRSS / 1e6).toFixed(2);
  say(`${what}: ${seconds} s, ${gigabytes} GB at most so far`);
  return found;
}

say(runtimeLine(await loadRuntime('auto')));
say(`linear algebra: ${linearAlgebra().name}`);
const { data } = await timed('10,000 images read', () => readMnistImages());
const images = {
  n: 5000,
  d: data.d,
  x: data.x.subarray(0, 5000 * data.d),
  y: data.y.subarray(0, 5000).map((digit) => (digit < 5 ? 1 : -1)),
};
const options = { share: 1 };
await timed('one random layer, N 500, 5,000 rows', async () =>
  measureFeatures(await randomFeaturesMap({ inputDim: 784, units: [500] }), images, options),
);
await timed('two random layers, N 500, 5,000 rows', async () =>
  measureFeatures(await randomFeaturesMap({ inputDim: 784, units: [500, 500] }), images, options),
);
await timed('a tf.layers model of one layer, N 500, 5,000 rows', () =>
  measureFeatures(mlpModel({ inputDim: 784, units: [500] }), images, options),
);
const measured = await timed('digits, one random layer, N 300, 898 rows', async () =>
  measureFeatures(await randomFeaturesMap({ inputDim: 64, units: [300] }), digitsBelowFive()),
);
const eps = gridValues({ from: 0.05, to: 2, count: 40, scale: 'log' });
const n = gridValues({ from: 100, to: 1500, count: 25, scale: 'log' }).map(Math.round);
await timed('1,000 predictions at N 300, lambda 0', () => predictRobustRisk(measured, { n, eps }));
await timed('1,000 predictions at N 300, lambda 0.1', () =>
  predictRobustRisk(measured, { n, eps, lambda: 0.1 }),
);
const fewer = gridValues({ from: 100, to: 1500, count: 5, scale: 'log' }).map(Math.round);
const lambda = [1e-3, 1e-2, 0.03, 0.3, 1];
await timed('1,000 predictions at N 300, five other lambda', () =>
  predictRobustRisk(measured, { n: fewer, eps, lambda }),
);
await timed('the same again', () => predictRobustRisk(measured, { n: fewer, eps, lambda }));
