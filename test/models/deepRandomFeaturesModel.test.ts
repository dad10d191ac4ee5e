import { beforeAll, describe, expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { cutModel } from '../../src/evaluation/cutModel.ts';
import { deepRandomFeaturesModel, randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { tf } from '../../src/runtime/tf.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import { testRuntime } from '../support/runtime.ts';

/** float32, for sums of a few hundred products. */
const FLOAT32 = 2e-5;
const d = 16;
const data = teacher({ d }).sample('x', 20);

beforeAll(async () => {
  await testRuntime();
});

describe('deepRandomFeaturesModel', () => {
  it('computes the frozen layers that the host computes in float64, at any depth', async () => {
    for (const units of [[30], [30, 20], [40, 30, 20]]) {
      const model = deepRandomFeaturesModel({ inputDim: d, units, activation: 'gelu', seed: 7 });
      const frozen = tf.model({ inputs: model.inputs, outputs: model.layers.at(-2)!.output });
      const phi = frozen.predict(tf.tensor2d(data.x, [data.n, d])) as tf.Tensor;
      const x = Float64Array.from(data.x);
      const map = await randomFeaturesMap({ inputDim: d, units, activation: 'gelu', seed: 7 });
      const expected = map.features(x, data.n);
      (await phi.data()).forEach((value, at) => {
        expect(Math.abs(value - expected[at]!)).toBeLessThan(FLOAT32);
      });
      const cut = await cutModel(model);
      expect(cut.name).toBe('layers in float64');
      (await cut.features(x, data.n)).forEach((value, at) => {
        expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-6);
      });
    }
  });

  it('keeps pre-activations at unit variance in every layer', async () => {
    const rows = teacher({ d: 60 }).sample('x', 200);
    const x = Float64Array.from(rows.x);
    for (const units of [[200], [200, 200], [200, 200, 200]]) {
      // Without its own activation the last layer shows its pre-activation: a linear one, by its second moment.
      const map = await randomFeaturesMap({ inputDim: 60, units, activation: 'tanh', seed: 2 });
      const phi = map.features(x, rows.n);
      const square = phi.reduce((sum, value) => sum + value * value, 0) / phi.length;
      // E tanh(G)^2 at unit variance; finite widths scatter by a few per cent.
      expect(Math.abs(square / 0.3942944904 - 1)).toBeLessThan(0.06);
    }
  });

  it('is the model of one layer at depth one, and has no trainable weight but the read-out', () => {
    const deep = deepRandomFeaturesModel({ inputDim: d, units: [10], seed: 4 });
    const shallow = randomFeaturesModel({ inputDim: d, units: 10, seed: 4 });
    const kernel = (model: tf.LayersModel): Float32Array =>
      model.layers[0]!.getWeights()[0]!.dataSync() as Float32Array;
    expect(kernel(deep)).toEqual(kernel(shallow));
    const three = deepRandomFeaturesModel({ inputDim: d, units: [10, 8, 6] });
    expect(three.trainableWeights.map((weight) => weight.shape)).toEqual([[6, 1]]);
  });

  it('leaves every frozen layer bit-identical when trained', async () => {
    const model = deepRandomFeaturesModel({ inputDim: d, units: [12, 10] });
    const frozen = (): Float32Array[] =>
      model.layers
        .slice(0, -1)
        .flatMap((layer) => layer.getWeights().map((w) => w.dataSync().slice() as Float32Array));
    const before = frozen();
    const { iterations } = await adversarialTraining(model, data, { eps: 0.2, cycleSteps: 5, maxCycles: 1 });
    expect(iterations).toBe(5);
    expect(frozen()).toEqual(before);
    expect(Math.max(...model.layers.at(-1)!.getWeights()[0]!.dataSync())).toBeGreaterThan(0);
  });

  it('refuses no layers and widths that are not whole', () => {
    expect(() => deepRandomFeaturesModel({ inputDim: d, units: [] })).toThrow(/invalid units: \[\]/);
    expect(() => deepRandomFeaturesModel({ inputDim: d, units: [5, 2.5] })).toThrow(
      /invalid units\[1\]: 2.5/,
    );
  });
});
