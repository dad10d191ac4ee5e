/**
 * Our minimal-norm attack against FAB, DeepFool and DDN of adversarial-library on digits with pixels in [0, 1]: the same
 * weights, inputs, bounds and steps. Prints the median distances found, their ratio and the times. Usage:
 *
 *     npx tsx scripts/peers/compareDistances.ts --python PATH [--device cpu|wasm] [--steps 20] [--rows 357]
 *
 * PATH is a Python with torch and adv-lib.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { minimalNorm, type NormName, normNames } from '../../src/attacks/index.ts';
import { table } from '../../src/cli/table.ts';
import { stream } from '../../src/random/stream.ts';
import { type DeviceChoice, loadRuntime, runtimeLine } from '../../src/runtime/index.ts';
import { tf } from '../../src/runtime/tf.ts';
import { checkPython } from './checkPython.ts';

const { values: options } = parseArgs({
  options: {
    python: { type: 'string', default: 'python3' },
    device: { type: 'string', default: 'cpu' },
    steps: { type: 'string', default: '20' },
    rows: { type: 'string', default: '357' },
  },
});
const steps = Number(options.steps);

type Layer = { readonly weights: tf.Variable; readonly bias: tf.Variable; readonly relu: boolean };

const layer = (shape: number[], relu: boolean): Layer => {
  const fanIn = shape.slice(0, -1).reduce((product, size) => product * size);
  const draws = stream('peers', 'distances', ...shape).fillGaussian(new Float32Array(fanIn * shape.at(-1)!));
  return {
    weights: tf.tensor(draws, shape).div(Math.sqrt(fanIn)).variable(),
    bias: tf.zeros([shape.at(-1)!]).variable(),
    relu,
  };
};

const apply = (layers: readonly Layer[], x: tf.Tensor): tf.Tensor =>
  layers.reduce((rows, { weights, bias, relu }) => {
    const n = rows.shape[0]!;
    const images = (): tf.Tensor4D => rows.reshape([n, 8, 8, 1]);
    const linear =
      weights.rank === 4
        ? tf
            .conv2d(images(), weights as tf.Tensor as tf.Tensor4D, 1, 'valid')
            .add(bias)
            .reshape([n, -1])
        : tf.matMul(rows, weights as tf.Tensor).add(bias);
    return relu ? tf.relu(linear) : linear;
  }, x);

const ten = Array.from({ length: 10 }, (_, digit) => digit);
const problems = [
  { name: 'linear, 3 against 8', classes: [3, 8], layers: [layer([64, 2], false)] },
  {
    name: 'two hidden layers',
    classes: ten,
    layers: [layer([64, 64], true), layer([64, 64], true), layer([64, 10], false)],
  },
  { name: 'convolution', classes: ten, layers: [layer([3, 3, 1, 12], true), layer([432, 10], false)] },
];

const digits = readFileSync(new URL('../../data/digits.csv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',').map(Number));
const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1]!;
const foundIn = (values: number[]): number => values.filter(Number.isFinite).length;

checkPython(options.python, ['torch', 'adv_lib']);
const runtime = await loadRuntime(options.device as DeviceChoice);
console.log(`${runtimeLine(runtime)}; ${steps} steps`);
const folder = mkdtempSync(join(tmpdir(), 'rrf-peers-'));
const rows = [];
for (const { name, classes, layers } of problems) {
  const own = digits.filter((values) => classes.includes(values[64]!));
  const inputs = tf.tensor2d(own.map((values) => values.slice(0, 64).map((pixel) => pixel / 16)));
  const labels = tf.tensor1d(
    own.map((values) => classes.indexOf(values[64]!)),
    'int32',
  );
  const oneHot = tf.oneHot(labels, classes.length);
  const optimizer = tf.train.adam(0.01);
  for (let step = 0; step < 150; step++)
    optimizer.minimize(() => tf.losses.softmaxCrossEntropy(oneHot, apply(layers, inputs)));
  const count = Math.min(Number(options.rows), own.length);
  const x = inputs.slice([0, 0], [count, 64]);
  const y = labels.slice([0], [count]);

  const path = join(folder, 'problem.json');
  const told = layers.map(({ weights, bias, relu }) => ({
    weights: weights.arraySync(),
    bias: bias.arraySync(),
    relu,
  }));
  writeFileSync(path, JSON.stringify({ layers: told, x: x.arraySync(), y: y.arraySync() }));
  const script = fileURLToPath(new URL('distancePeers.py', import.meta.url));
  const answers = execFileSync(options.python, [script, path, options.steps], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

  const ours = {} as Record<NormName, { distances: number[]; ms: number }>;
  for (const norm of normNames) {
    const before = performance.now();
    const attack = minimalNorm({ norm, steps, bounds: [0, 1], loss: 'margin', reachLoss: 0 });
    const { distance } = attack.perturb((points) => apply(layers, points), x, y.toFloat());
    ours[norm] = { distances: Array.from(await distance.data()), ms: performance.now() - before };
  }
  for (const { norm, peer, distances, ms } of answers) {
    const { distances: our, ms: ourMs } = ours[norm as NormName];
    const their = (distances as (number | null)[]).map((v) => v ?? Number.POSITIVE_INFINITY);
    const farther = our.filter((v, i) => v > 1.02 * their[i]!).length;
    rows.push({
      name,
      norm,
      peer,
      our,
      their,
      farther,
      ms,
      ourMs,
      ratio: median([...our]) / median([...their]),
    });
  }
}
rmSync(folder, { recursive: true });

console.log(
  table(rows, [
    { title: 'model', value: (r) => r.name, align: 'left' },
    { title: 'norm', value: (r) => r.norm, align: 'left' },
    { title: 'peer', value: (r) => r.peer, align: 'left' },
    { title: 'we find', value: (r) => `${foundIn(r.our)}/${r.our.length}` },
    { title: 'they find', value: (r) => `${foundIn(r.their)}/${r.their.length}` },
    { title: 'our median', value: (r) => median([...r.our]).toFixed(4) },
    { title: 'their median', value: (r) => median([...r.their]).toFixed(4) },
    { title: 'ours/theirs', value: (r) => r.ratio.toFixed(4) },
    { title: 'ours 2 % farther', value: (r) => String(r.farther) },
    { title: 'our ms', value: (r) => r.ourMs.toFixed(0) },
    { title: 'their ms', value: (r) => r.ms.toFixed(0) },
  ]),
);
console.log(`highest ours/theirs: ${Math.max(...rows.map((r) => r.ratio)).toFixed(4)}`);
