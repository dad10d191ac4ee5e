import { beforeAll, describe, expect, it } from 'vitest';
import { RandomFeatures } from '../../src/models/RandomFeatures.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

/** The weights of the frozen layer, as they lie in memory. */
const kernelOf = (model: tf.LayersModel) => model.getLayer('features').getWeights()[0]!.dataSync().slice();

function training(units = 12, inputDim = 6) {
  const model = randomFeaturesModel({ inputDim, units, seed: 4 });
  const x = tf.randomNormal([30, inputDim], 0, 1, 'float32', 7);
  const y = tf.randomNormal([30, 1], 0, 1, 'float32', 8);
  return { model, x, y };
}

describe('RandomFeatures', () => {
  it('has rows of W on the unit sphere (float32), which the seed decides', () => {
    const [d, N] = [30, 50];
    const kernel = kernelOf(randomFeaturesModel({ inputDim: d, units: N, seed: 1 }));
    for (let a = 0; a < N; a++) {
      let square = 0;
      for (let j = 0; j < d; j++) square += kernel[j * N + a]! ** 2;
      expect(Math.abs(square - 1)).toBeLessThan(1e-6);
    }
    expect(kernelOf(randomFeaturesModel({ inputDim: d, units: N, seed: 1 }))).toEqual(kernel);
    expect(kernelOf(randomFeaturesModel({ inputDim: d, units: N, seed: 2 }))).not.toEqual(kernel);
  });

  it('computes sigma(W x) (float32)', () => {
    const { model, x } = training();
    const kernel = kernelOf(model);
    const features = new RandomFeatures({ units: 12, seed: 4, inputShape: [6] }).apply(x) as tf.Tensor;
    const values = features.dataSync();
    const inputs = x.dataSync();
    for (const [i, a] of [
      [0, 0],
      [3, 11],
      [29, 5],
    ] as const) {
      let u = 0;
      for (let j = 0; j < 6; j++) u += inputs[i * 6 + j]! * kernel[j * 12 + a]!;
      expect(values[i * 12 + a]).toBeCloseTo(Math.max(u, 0) - 1 / Math.sqrt(2 * Math.PI), 5);
    }
  });

  it('keeps W bit-identical under an optimiser that was given no list of variables', () => {
    const { model, x, y } = training();
    const before = kernelOf(model);
    model.getLayer('features').trainable = true; // the trap: no switch makes it move
    const optimizer = tf.train.adam(0.1);
    for (let i = 0; i < 20; i++)
      optimizer.minimize(() => tf.mean(tf.squaredDifference(model.apply(x) as tf.Tensor, y)).asScalar());
    expect(kernelOf(model)).toEqual(before);
    expect(
      model
        .getLayer('readout')
        .getWeights()[0]!
        .dataSync()
        .some((w) => w !== 0),
    ).toBe(true);
  });

  it('keeps W bit-identical under model.fit', async () => {
    const { model, x, y } = training();
    const before = kernelOf(model);
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await model.fit(x, y, { epochs: 3, verbose: 0 });
    expect(kernelOf(model)).toEqual(before);
  });

  it('has a configuration that makes the same layer again', () => {
    const layer = new RandomFeatures({
      units: 7,
      activation: 'tanh',
      seed: 'w',
      inputShape: [5],
      name: 'phi',
    });
    const again = new RandomFeatures(layer.getConfig() as never);
    expect(again.getConfig()).toEqual(layer.getConfig());
    const x = tf.ones([2, 5]);
    expect((again.apply(x) as tf.Tensor).dataSync()).toEqual((layer.apply(x) as tf.Tensor).dataSync());
  });

  it('survives saving and loading, weights and outputs bit for bit', async () => {
    const { model, x, y } = training();
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await model.fit(x, y, { epochs: 2, verbose: 0 });
    let artifacts: tf.io.ModelArtifacts | undefined;
    await model.save(
      tf.io.withSaveHandler(async (saved) => {
        artifacts = saved;
        return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
      }),
    );
    const loaded = await tf.loadLayersModel(tf.io.fromMemory(artifacts!));
    expect(kernelOf(loaded)).toEqual(kernelOf(model));
    expect((loaded.predict(x) as tf.Tensor).dataSync()).toEqual((model.predict(x) as tf.Tensor).dataSync());
    expect(loaded.trainableWeights.map((w) => w.shape)).toEqual([[12, 1]]);
  });

  it('works in a functional model and on inputs of more than two axes', () => {
    const input = tf.input({ shape: [3, 6] });
    const layer = new RandomFeatures({ units: 4, seed: 1 });
    const model = tf.model({ inputs: input, outputs: layer.apply(input) as tf.SymbolicTensor });
    expect(model.outputs[0]!.shape).toEqual([null, 3, 4]);
    const x = tf.randomNormal([2, 3, 6], 0, 1, 'float32', 3);
    const stacked = model.predict(x) as tf.Tensor;
    const flat = layer.apply(x.reshape([6, 6])) as tf.Tensor;
    expect(stacked.shape).toEqual([2, 3, 4]);
    expect(stacked.dataSync()).toEqual(flat.dataSync());
  });

  it.each([
    [{ units: 0 }, 'invalid units: 0'],
    [
      { units: 3, activation: 'step' as never },
      'invalid activation: "step" (expected one of shifted-relu, relu',
    ],
  ])('refuses %o by name', (args, message) => {
    expect(() => new RandomFeatures(args)).toThrow(message);
  });
});

describe('randomFeaturesModel', () => {
  it('is zero before training, with theta its only trainable weight', () => {
    const { model, x } = training();
    expect((model.predict(x) as tf.Tensor).dataSync().every((value) => value === 0)).toBe(true);
    expect(model.trainableWeights.map((w) => w.shape)).toEqual([[12, 1]]);
  });
});
