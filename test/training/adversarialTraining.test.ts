import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fgm, pgd } from '../../src/attacks/index.ts';
import { teacher } from '../../src/data/teacher.ts';
import { RandomFeatures } from '../../src/models/RandomFeatures.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { tf } from '../../src/runtime/tf.ts';
import { criticalEps, randomFeatures } from '../../src/theory/index.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import { linearizedOptimum } from '../support/linearizedOptimum.ts';
import { quickRuntime } from '../support/runtime.ts';
import { sized } from '../support/sizes.ts';

await quickRuntime();

function problem({ d = 20, psi1 = 2, psi2 = 3, tau = 0.5, seed = 1 } = {}) {
  const data = teacher({ d, tau, seed }).sample('train', Math.round(psi2 * d));
  const model = randomFeaturesModel({ inputDim: d, units: Math.round(psi1 * d), seed });
  return { data, model };
}

/** Steps of a first cycle, where a training is to converge; 150 by default. */
const brief = sized(75, 150);

const thetaOf = (model: tf.LayersModel) => model.trainableWeights[0]!.read().dataSync().slice();
const kernelOf = (model: tf.LayersModel) =>
  model.getLayer('features').getWeights()[0]!.dataSync().slice() as Float32Array;
const halfMeanSquare = (y: Float32Array) => y.reduce((sum, v) => sum + v * v, 0) / (2 * y.length);

describe('adversarialTraining', () => {
  it('comes near the optimum of the linearised convex problem, within 1 per cent at d = 100', async () => {
    const [d, within] = sized([40, 0.015], [100, 0.01]);
    const { data, model } = problem({ d, psi1: 2, psi2: 3, tau: 0.5 });
    const kernel = kernelOf(model);
    const trained = await adversarialTraining(model, data, { eps: 0.5, cycleSteps: brief });
    const { objective } = linearizedOptimum({ data, kernel, eps: 0.5 }, 40);
    expect(trained.converged).toBe(true);
    expect(Math.abs(trained.objective / objective - 1)).toBeLessThan(within);
    expect(kernelOf(model), 'W is bit-identical after training').toEqual(kernel);
  });

  const many = sized(60, 1000);
  it(`leaves as many tensors after ${many} steps as there were before`, async () => {
    const { data, model } = problem();
    const options = { eps: 0.3, attack: pgd({ steps: 2, randomStart: true }), tolerance: 1e-9, maxCycles: 1 };
    const before = tf.memory();
    const trained = await adversarialTraining(model, data, { ...options, cycleSteps: many });
    expect(trained.iterations).toBe(many);
    const after = tf.memory();
    expect(after.numTensors).toBe(before.numTensors);
    expect(after.numBytes).toBe(before.numBytes);
  });

  it('leaves no tensors behind with mini-batches and a penalty either', async () => {
    const { data, model } = problem();
    const before = tf.memory().numTensors;
    await adversarialTraining(model, data, {
      eps: 0.3,
      lambda: 0.1,
      batchSize: 16,
      cycleSteps: 40,
      maxCycles: 1,
    });
    expect(tf.memory().numTensors).toBe(before);
  });

  it('gives the same bytes from the same seed, and others from another', async () => {
    const run = async (seed: number) => {
      const { data, model } = problem();
      await adversarialTraining(model, data, { eps: 0.3, batchSize: 16, cycleSteps: 30, maxCycles: 1, seed });
      return thetaOf(model);
    };
    const first = await run(1);
    expect(await run(1)).toEqual(first);
    expect(await run(2)).not.toEqual(first);
  });

  it('stays at theta = 0 when eps is beyond the critical one', async () => {
    const { data, model } = problem({ d: sized(30, 60), psi1: 0.5, psi2: 3 });
    const critical = criticalEps(randomFeatures({ psi1: 0.5 }), { psi2: 3, tau: 0.5 });
    const trained = await adversarialTraining(model, data, { eps: 1.5 * critical, cycleSteps: brief });
    expect(trained.converged).toBe(true);
    expect(Math.max(...thetaOf(model).map(Math.abs))).toBeLessThan(1e-3);
    expect(trained.objective / halfMeanSquare(data.y)).toBeCloseTo(1, 4);
  });

  it('reaches at eps = 0 the ridge solution (float32, 0.1 per cent in objective)', async () => {
    const { data, model } = problem();
    const lambda = 0.1;
    const trained = await adversarialTraining(model, data, {
      ...{ eps: 0, lambda, tolerance: 1e-5, cycleSteps: brief },
    });
    const { ridge } = await import('../../src/exact/ridge.ts');
    const phi = model.getLayer('features').apply(tf.tensor2d(data.x, [data.n, data.d])) as tf.Tensor;
    const features = Float64Array.from(phi.dataSync());
    const theta = ridge(features, data.y, lambda);
    const N = theta.length;
    let best = (lambda / 2) * theta.reduce((sum, t) => sum + t * t, 0);
    for (let i = 0; i < data.n; i++) {
      const fit = theta.reduce((sum, t, j) => sum + t * features[i * N + j]!, 0);
      best += (data.y[i]! - fit) ** 2 / (2 * data.n);
    }
    expect(trained.objective / best).toBeGreaterThan(1 - 1e-5);
    expect(trained.objective / best).toBeLessThan(1.001);
  });

  it('lowers the objective with mini-batches nearly as far as with all rows', async () => {
    const whole = problem();
    const parts = problem();
    const cycleSteps = sized(50, 150);
    const full = await adversarialTraining(whole.model, whole.data, { eps: 0.5, cycleSteps, maxCycles: 2 });
    const mini = await adversarialTraining(parts.model, parts.data, {
      ...{ eps: 0.5, batchSize: 15, cycleSteps },
      maxCycles: sized(2, 3),
    });
    expect(mini.objective / full.objective).toBeLessThan(1.05);
    expect(mini.objective / full.objective).toBeGreaterThan(0.99);
  });

  it('has an objective that grows with eps and with lambda', async () => {
    const objective = async (eps: number, lambda: number) => {
      const { data, model } = problem();
      return (await adversarialTraining(model, data, { eps, lambda, cycleSteps: 20, maxCycles: 2 }))
        .objective;
    };
    const base = await objective(0.2, 0.01);
    expect(await objective(0.6, 0.01)).toBeGreaterThan(base);
    expect(await objective(0.2, 0.3)).toBeGreaterThan(base);
  });

  it('says when it has not converged', async () => {
    const { data, model } = problem();
    const trained = await adversarialTraining(model, data, { eps: 0.3, cycleSteps: 5, maxCycles: 1 });
    expect(trained.converged).toBe(false);
    expect(trained.residual).toBeGreaterThan(2e-3);
    expect(trained.iterations).toBe(5);
  });

  it('has not converged when an objective below zero still falls from cycle to cycle', async () => {
    const { data, model } = problem();
    const trained = await adversarialTraining(
      model,
      { ...data, y: data.y.map(Math.sign) },
      { eps: 0.1, attack: pgd({ loss: 'margin' }), cycleSteps: 10, maxCycles: 3 },
    );
    expect(trained.objective).toBeLessThan(0);
    expect(trained.residual).toBeGreaterThan(0.1);
    expect(trained).toMatchObject({ converged: false, stopped: 'maxCycles', iterations: 70 });
  });

  it('never leaves the model worse than it found it, even at an absurd learning rate', async () => {
    const { data, model } = problem();
    const trained = await adversarialTraining(model, data, {
      eps: 0.3,
      learningRate: 1e6,
      cycleSteps: 20,
      maxCycles: 2,
    });
    expect(trained.converged).toBe(false);
    expect(trained.objective).toBeLessThanOrEqual(halfMeanSquare(data.y) * (1 + 1e-6));
  });

  it('trains any model with any optimiser and attack, reporting progress', async () => {
    const { data } = problem();
    const model = tf.sequential({
      layers: [
        new RandomFeatures({ units: 30, inputShape: [20], activation: 'tanh' }),
        tf.layers.dense({ units: 8, activation: 'relu' }),
        tf.layers.dense({ units: 1 }),
      ],
    });
    const steps: number[] = [];
    const optimizer = tf.train.sgd(0.1);
    const trained = await adversarialTraining(model, data, {
      eps: 0.1,
      attack: fgm({ norm: 'linf' }),
      optimizer,
      learningRate: 0.1,
      cycleSteps: 60,
      maxCycles: 2,
      onProgress: ({ step }) => steps.push(step),
    });
    optimizer.dispose();
    expect(trained.objective).toBeLessThan(trained.history[0]!);
    expect(steps.at(-1)).toBe(trained.iterations);
  });

  it.each([
    [{ eps: -0.1 }, 'invalid eps: -0.1'],
    [{ eps: Number.NaN }, 'invalid eps: NaN'],
    [{ eps: 0.1, lambda: -1 }, 'invalid lambda: -1'],
    [{ eps: 0.1, cycleSteps: 0 }, 'invalid cycleSteps: 0'],
    [{ eps: 0.1, variables: [] }, 'invalid variables'],
  ])('refuses %o by name', async (options, message) => {
    const { data, model } = problem();
    await expect(adversarialTraining(model, data, options)).rejects.toThrow(message);
  });

  it.each(['x', 'y'] as const)(
    'refuses NaN and infinities in %s by name, in training and validation rows',
    async (name) => {
      const { data, model } = problem();
      for (const hole of [Number.NaN, Number.POSITIVE_INFINITY]) {
        const holed = { ...data, [name]: data[name].map((value, i) => (i === 5 ? hole : value)) };
        const message = `invalid ${name}: ${hole}`;
        await expect(adversarialTraining(model, holed, { eps: 0.1 })).rejects.toThrow(message);
        await expect(adversarialTraining(model, data, { eps: 0.1, validation: holed })).rejects.toThrow(
          message,
        );
      }
    },
  );

  it('refuses to begin where the objective is not finite, and keeps no tensor', async () => {
    const { data, model } = problem();
    model.trainableWeights[0]!.write(tf.fill([40, 1], 1e30));
    const before = tf.memory().numTensors;
    await expect(adversarialTraining(model, data, { eps: 0.1 })).rejects.toThrow(
      /^the objective is (NaN|Infinity) before the first step/,
    );
    expect(tf.memory().numTensors).toBe(before);
  });

  it('keeps no tensor where its folder holds another training, or a callback fails at its end', async () => {
    const { data, model } = problem();
    const folder = mkdtempSync(join(tmpdir(), 'rrf-kept-'));
    const brief = { eps: 0.1, cycleSteps: 2, maxCycles: 1, batchSize: 16 };
    try {
      await adversarialTraining(model, data, { ...brief, folder });
      const before = tf.memory().numTensors;
      const other = adversarialTraining(model, data, { ...brief, folder, seed: 1 });
      await expect(other).rejects.toThrow(/^invalid folder/);
      expect(tf.memory().numTensors, 'another training').toBe(before);
      const fails = () => Promise.reject(new Error('the end'));
      const ending = adversarialTraining(model, data, { ...brief, callbacks: [{ onTrainEnd: fails }] });
      await expect(ending).rejects.toThrow('the end');
      expect(tf.memory().numTensors, 'a callback').toBe(before);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('refuses a model whose output does not fit y', async () => {
    const { data } = problem();
    const wide = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [20] })] });
    await expect(adversarialTraining(wide, data, { eps: 0.1 })).rejects.toThrow(
      'invalid model output shape: [',
    );
  });
});
