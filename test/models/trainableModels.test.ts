import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { convModel } from '../../src/models/convModel.ts';
import { LazyHidden } from '../../src/models/LazyHidden.ts';
import { mlpModel } from '../../src/models/mlpModel.ts';
import { loadModel, saveModel } from '../../src/models/modelFiles.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { tf } from '../../src/runtime/tf.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import { testRuntime } from '../support/runtime.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const d = 12;
const data = teacher({ d }).sample('x', 30);
const short = { eps: 0.1, cycleSteps: 4, maxCycles: 1 };

beforeAll(async () => {
  await testRuntime();
});

const weightsOf = (model: tf.LayersModel): Map<string, Float32Array> =>
  new Map(
    model.layers.flatMap((layer) =>
      layer.getWeights().map((w, k) => [`${layer.name} ${k}`, w.dataSync().slice() as Float32Array] as const),
    ),
  );

const builders = {
  mlp: () => mlpModel({ inputDim: d, units: [9, 7], activation: 'tanh', seed: 1 }),
  conv: () => convModel({ imageShape: [4, 3, 1], filters: [3, 2], seed: 1 }),
};

describe.each(Object.entries(builders))('%s model', (_, build) => {
  it('trains all layers, or those it is told to, the others bit-identical', async () => {
    const all = build();
    const start = weightsOf(all);
    await adversarialTraining(all, data, short);
    const moved = (model: tf.LayersModel): string[] => {
      const now = weightsOf(model);
      return [...start.keys()].filter((name) => start.get(name)!.some((v, at) => v !== now.get(name)![at]));
    };
    expect(moved(all)).toEqual([...start.keys()]);

    const last = build();
    await adversarialTraining(last, data, { ...short, layers: 'readout' });
    expect(moved(last)).toEqual(['readout 0']);
    const first = build();
    const name = first.layers.find((layer) => layer.getWeights().length > 0)!.name;
    await adversarialTraining(first, data, { ...short, layers: [name] });
    expect(moved(first)).toEqual([`${name} 0`, `${name} 1`]);
  });

  it('starts from weights that its seed decides', () => {
    expect(weightsOf(build())).toEqual(weightsOf(build()));
  });

  it('maps rows to one output', () => {
    const y = build().predict(tf.tensor2d(data.x, [data.n, d])) as tf.Tensor;
    expect(y.shape).toEqual([data.n, 1]);
  });
});

describe('LazyHidden', () => {
  const lazy = () => tf.sequential({ layers: [new LazyHidden({ units: 10, seed: 3, inputShape: [d] })] });

  it('is 0 at the start, and random features while its hidden weights do not move', () => {
    const model = lazy();
    const x = tf.tensor2d(data.x, [data.n, d]);
    const read = (of: tf.LayersModel): Float32Array =>
      (of.predict(x) as tf.Tensor).dataSync() as Float32Array;
    expect(Math.max(...read(model).map(Math.abs))).toBe(0);
    const features = randomFeaturesModel({ inputDim: d, units: 10, seed: 3 });
    const theta = tf.linspace(-1, 1, 10).reshape([10, 1]);
    features.layers[1]!.setWeights([theta]);
    model.trainableWeights.find((weight) => weight.shape[1] === 1)!.write(theta);
    expect(read(model)).toEqual(read(features));
  });

  it('is linear in its weights, and only those of the read-out and the moves are trained', async () => {
    const model = lazy();
    expect(model.trainableWeights.map((weight) => weight.shape)).toEqual([
      [10, 1],
      [d, 10],
    ]);
    const { objective, cycles } = await adversarialTraining(model, data, {
      ...short,
      eps: 0,
      cycleSteps: 50,
    });
    expect(objective).toBeLessThan(0.8 * 0.5 * (data.y.reduce((sum, y) => sum + y * y, 0) / data.n));
    expect(cycles).toHaveLength(1);
    const x = tf.tensor2d(data.x, [data.n, d]);
    const whole = (model.predict(x) as tf.Tensor).dataSync();
    for (const weight of model.trainableWeights) weight.write(weight.read().div(2));
    const half = (model.predict(x) as tf.Tensor).dataSync();
    half.forEach((value, i) => {
      expect(Math.abs(2 * value - whole[i]!)).toBeLessThan(1e-5);
    });
  });

  it('is saved and opened with its weights', async () => {
    const model = lazy();
    for (const weight of model.trainableWeights) weight.write(tf.fill(weight.shape as number[], 0.1));
    const folder = temporaryFolder(onTestFinished);
    await saveModel(model, folder);
    const opened = await loadModel(folder);
    const x = tf.tensor2d(data.x, [data.n, d]);
    expect((opened.predict(x) as tf.Tensor).dataSync()).toEqual((model.predict(x) as tf.Tensor).dataSync());
  });
});
