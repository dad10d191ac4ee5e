import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { cutModel } from '../../src/evaluation/cutModel.ts';
import { trainReadoutExactly } from '../../src/exact/exactReadout.ts';
import { readoutProblem, solveReadout } from '../../src/exact/index.ts';
import {
  CentredActivation,
  deepRandomFeaturesModel,
  loadModel,
  RandomFeatures,
  randomFeaturesModel,
  registerActivation,
  saveModel,
  teacher,
  tf,
} from '../../src/index.ts';
import { type ActivationSpec, asymptoticRisk, randomFeatures } from '../../src/theory/index.ts';
import { testRuntime } from '../support/runtime.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const d = 5;
const data = teacher({ d, tau: 0.3, seed: 1 }).sample('rows', 30);
/** u + u^2: E = 1, mu1 = 1, what is left has the variance 2 and the slope 2 u the variance 4. */
const square = { f: (u: number) => u + u * u, derivative: (u: number) => 1 + 2 * u };

beforeAll(async () => {
  await testRuntime();
  registerActivation('u + u^2', { ...square, tensor: (u) => u.add(u.square()) });
});

describe('registerActivation', () => {
  it('gives the model, its cut, its exact training and the closed form one function', async () => {
    const model = randomFeaturesModel({ inputDim: d, units: 8, activation: 'u + u^2', seed: 3 });
    const x = Float64Array.from(data.x);
    const W = model.layers[0]!.getWeights()[0]!.dataSync() as Float32Array;
    // The features by hand: less the mean 1.
    const expected = Float64Array.from({ length: data.n * 8 }, (_, at) => {
      const [i, a] = [Math.floor(at / 8), at % 8];
      let u = 0;
      for (let j = 0; j < d; j++) u += x[i * d + j]! * W[j * 8 + a]!;
      return u + u * u - 1;
    });
    const cut = await cutModel(model);
    expect(cut.name).toBe('layers in float64');
    const [ours, byModel] = [
      await cut.features(x, data.n),
      tf.tidy(() => model.layers[0]!.apply(tf.tensor2d(data.x, [data.n, d])) as tf.Tensor).dataSync(),
    ];
    expected.forEach((value, at) => {
      expect(Math.abs(ours[at]! - value)).toBeLessThan(1e-12);
      // float32
      expect(Math.abs(byModel[at]! - value)).toBeLessThan(1e-5 * (1 + Math.abs(value)));
    });
    const options = { eps: 0.2, lambda: 0.1 };
    const trained = await trainReadoutExactly(model, data, options);
    const byFunctions = solveReadout(readoutProblem(data, { W, activation: square }), options);
    expect(trained.theta).toEqual(byFunctions.theta);
    const risk = (activation: ActivationSpec) =>
      asymptoticRisk(randomFeatures({ psi1: 2, activation }), { psi2: 3, eps: 0.2, lambda: 0.1, tau: 0.3 });
    const byMoments = risk({ mu0: 1, mu1: 1, muStarSquared: 2, nuSquared: 4 });
    // Quadrature.
    expect(Math.abs(risk('u + u^2').standardRisk / byMoments.standardRisk - 1)).toBeLessThan(1e-8);
  });

  it('is found again by a saved model, in layers of every kind', async () => {
    const folder = temporaryFolder(onTestFinished);
    const model = tf.sequential({
      layers: [
        new RandomFeatures({ units: 4, activation: 'u + u^2', inputShape: [d] }),
        new CentredActivation({ activation: 'u + u^2' }),
        tf.layers.dense({ units: 1 }),
      ],
    });
    await saveModel(model, folder);
    const opened = await loadModel(folder);
    const predict = (one: tf.LayersModel) =>
      tf.tidy(() => one.predict(tf.tensor2d(data.x, [data.n, d])) as tf.Tensor).dataSync();
    expect(predict(opened)).toEqual(predict(model));
    expect(
      deepRandomFeaturesModel({ inputDim: d, units: [4, 3], activation: 'u + u^2' }).layers,
    ).toHaveLength(4);
  });

  it('refuses a taken name, half a definition and a derivative of something else', () => {
    const tensor = (u: tf.Tensor) => u;
    expect(() => registerActivation('relu', { ...square, tensor })).toThrow(
      'invalid name: "relu" (expected a name that no activation has yet)',
    );
    expect(() => registerActivation('u + u^2', { ...square, tensor })).toThrow(
      'a name that no activation has yet',
    );
    expect(() => registerActivation('mine', square as never)).toThrow('invalid tensor: undefined');
    expect(() => registerActivation('mine', { ...square, derivative: (u) => u, tensor })).toThrow(
      'invalid derivative',
    );
    expect(() => registerActivation('mine', { ...square, tensor, value: 1 } as never)).toThrow(
      'invalid value: 1',
    );
    expect(() => randomFeaturesModel({ inputDim: d, units: 3, activation: 'mine' })).toThrow(
      /^invalid activation: "mine" \(expected one of shifted-relu, .*u \+ u\^2/,
    );
  });
});
