import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { fgm } from '../../src/attacks/index.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { teacher } from '../../src/data/teacher.ts';
import { tf } from '../../src/runtime/tf.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import {
  ermTraining,
  fastTraining,
  fgsmTraining,
  freeTraining,
  noiseTraining,
  type TrainingBatch,
  tradesTraining,
  worstCase,
} from '../../src/training/methods/index.ts';
import type { AdversarialTrainingOptions } from '../../src/training/trainingOptions.ts';
import { quickRuntime } from '../support/runtime.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

await quickRuntime();

const d = 5;
const data = teacher({ d, tau: 0.3, seed: 1 }).sample('train', 60);
const once = { maxCycles: 1, tolerance: 1e-9 };

const sequential = (...layers: tf.layers.Layer[]) => tf.sequential({ layers });
const first = { inputShape: [d] };
const readout = () =>
  tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'zeros', name: 'readout' });
/** A small network with every layer of TensorFlow.js that differs between training and inference. */
const noisy = () =>
  sequential(
    tf.layers.gaussianNoise({ stddev: 0.1, ...first }),
    tf.layers.dense({ units: 8, kernelInitializer: tf.initializers.randomNormal({ seed: 3 }) }),
    tf.layers.batchNormalization(),
    tf.layers.activation({ activation: 'tanh' }),
    tf.layers.dropout({ rate: 0.3, seed: 7 }),
    tf.layers.gaussianDropout({ rate: 0.2 }),
    tf.layers.alphaDropout({ rate: 0.1 }),
    readout(),
  );
const valuesOf = (weights: readonly (tf.Tensor | tf.LayerVariable)[]) =>
  weights.map((w) => ('read' in w ? w.read() : w).dataSync().slice() as Float32Array);
const movingAverages = (model: tf.LayersModel) =>
  valuesOf(model.weights.filter(({ name }) => name.includes('moving')));

/** Means and variances of the columns of x. */
function moments({ n, x }: Dataset): [number[], number[]] {
  const columns = Array.from({ length: d }, (_, j) => Array.from({ length: n }, (_, i) => x[i * d + j]!));
  const means = columns.map((column) => column.reduce((sum, v) => sum + v / n, 0));
  const variances = columns.map((column, j) => column.reduce((sum, v) => sum + (v - means[j]!) ** 2 / n, 0));
  return [means, variances];
}

describe('batch normalisation', () => {
  const steps = 20;
  const normalised = (args: Partial<Parameters<typeof tf.layers.batchNormalization>[0]> = {}) =>
    sequential(tf.layers.batchNormalization({ ...first, ...args }), readout());

  it.each([
    ['worst case', worstCase(fgm())],
    ['fgsm', fgsmTraining()],
    ['fast', fastTraining()],
    ['free', freeTraining({ replays: 2 })],
    ['TRADES', tradesTraining()],
    ['noise', noiseTraining()],
    ['ERM', ermTraining()],
  ])('moves its averages once a step, whatever passes the method %s makes', async (_, method) => {
    // At eps = 0 every step sees the same inputs x, and an average with momentum m is after T steps m^T + (1 - m^T) of them.
    const [means, variances] = moments(data);
    for (const trainingMode of ['outer', 'both'] as const) {
      const model = normalised({ momentum: 0.95 });
      await adversarialTraining(model, data, { eps: 0, method, trainingMode, cycleSteps: steps, ...once });
      const [mean, variance] = movingAverages(model);
      const left = 0.95 ** steps;
      for (let j = 0; j < d; j++) {
        expect(mean![j]!).toBeCloseTo((1 - left) * means[j]!, 5);
        expect(variance![j]!).toBeCloseTo(left + (1 - left) * variances[j]!, 5);
      }
    }
  });

  it('normalises with the batch in training, learns scale and shift, and from shifted inputs the same', async () => {
    const shifted = { ...data, x: data.x.map((value) => value + 100) };
    const model = normalised();
    const history = async (rows: Dataset, trained = normalised()) =>
      (await adversarialTraining(trained, rows, { eps: 0, cycleSteps: 20, ...once })).history;
    const [here, there] = [await history(data, model), await history(shifted)];
    here.forEach((value, step) => {
      expect(there[step]! / value).toBeCloseTo(1, 3); // float32 at 100
    });
    expect(here.at(-1)! / here[0]!).toBeLessThan(0.5);
    const [scale, shift] = valuesOf(model.layers[0]!.getWeights());
    for (let j = 0; j < d; j++) {
      expect(Math.abs(scale![j]! - 1)).toBeGreaterThan(1e-3);
      expect(Math.abs(shift![j]!)).toBeGreaterThan(1e-3);
    }
  });

  it.each([{ scale: false }, { center: false }, { scale: false, center: false }])(
    'trains with %o, as with a scale of 1 and a shift of 0',
    async (args) => {
      const model = normalised(args);
      const frozen = normalised({ gammaConstraint: 'unitNorm', betaConstraint: 'unitNorm' });
      const [means] = moments(data);
      const options = { eps: 0.1, cycleSteps: 1, ...once };
      const { history } = await adversarialTraining(model, data, options);
      expect(history).toEqual((await adversarialTraining(frozen, data, options)).history);
      expect(movingAverages(model)[0]![0]!).not.toBe(0);
      expect(Math.abs(movingAverages(model)[0]![0]!)).toBeLessThan(Math.abs(means[0]!));
    },
  );

  it.each<[string, object, Partial<AdversarialTrainingOptions>]>([
    ['a layer that is frozen', { trainable: false }, {}],
    ['layers: readout', {}, { layers: 'readout' }],
    ['training mode none', {}, { trainingMode: 'none' }],
  ])('does not move with %s, bit for bit, and stays in inference mode', async (_, args, options) => {
    const model = normalised(args);
    const layer = model.layers[0]!;
    const scale = [2, 3, 1, 1, 1];
    const before = [tf.ones([d]), tf.zeros([d]), tf.tensor1d([1, 2, 3, 4, 5]), tf.tensor1d(scale)];
    layer.setWeights(before);
    const twin = sequential(tf.layers.batchNormalization(first), readout());
    twin.layers[0]!.setWeights(before);
    const only = { eps: 0.1, cycleSteps: 20, layers: 'readout', ...once } as const;
    await adversarialTraining(model, data, { ...only, ...options });
    expect(valuesOf(layer.getWeights()).slice(2)).toEqual([
      new Float32Array([1, 2, 3, 4, 5]),
      new Float32Array(scale),
    ]);
    await adversarialTraining(twin, data, { ...only, trainingMode: 'none' });
    expect(valuesOf(model.getLayer('readout').getWeights())).toEqual(
      valuesOf(twin.getLayer('readout').getWeights()),
    );
  });

  it('gives back the averages of the best weights, with them', async () => {
    const model = normalised();
    const start = movingAverages(model);
    // A rate at which no step helps: the model is left as it was found.
    const { cycles } = await adversarialTraining(model, data, {
      eps: 0.1,
      learningRate: 1e6,
      cycleSteps: 5,
      ...once,
    });
    expect(cycles[0]!).toBeGreaterThan(1e3);
    expect(movingAverages(model)).toEqual(start);
  });
});

describe('dropout', () => {
  it('of the inputs of a linear model is ridge regression (Srivastava et al. 2014, section 9.1)', async () => {
    // The mean over masks of |y - (mask / (1 - p) * x) theta|^2 / n adds p / (1 - p) sum_j theta_j^2 x_ij^2.
    const rate = 0.4;
    const model = sequential(tf.layers.dropout({ rate, ...first }), readout());
    await adversarialTraining(model, data, {
      eps: 0,
      learningRate: 0.1,
      cycleSteps: 600,
      ...once,
      optimizer: 'sgd',
    });
    const [theta] = valuesOf(model.getLayer('readout').getWeights());
    const { n, x, y } = data;
    const gram = Array.from({ length: d }, () => new Array<number>(d).fill(0));
    const target = new Array<number>(d).fill(0);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < d; j++) {
        target[j]! += x[i * d + j]! * y[i]!;
        for (let k = 0; k < d; k++)
          gram[j]![k]! += (x[i * d + j]! * x[i * d + k]!) / (j === k ? 1 - rate : 1);
      }
    // Theta must make the gradient of the mean objective vanish; without dropout it would be far off.
    const gradient = target.map((b, j) => b - gram[j]!.reduce((sum, g, k) => sum + g * theta![k]!, 0));
    const plain = target.map(
      (b, j) => b - gram[j]!.reduce((sum, g, k) => sum + g * (j === k ? 1 - rate : 1) * theta![k]!, 0),
    );
    const size = Math.hypot(...target);
    expect(Math.hypot(...gradient) / size).toBeLessThan(0.1); // Monte Carlo: the masks of the last steps
    expect(Math.hypot(...plain) / size).toBeGreaterThan(0.25);
  });

  it('drops other units at every step, also with a seed of its own, and the same for the same seed', async () => {
    const history = async (seed: number, own?: number) => {
      const model = sequential(
        tf.layers.dropout({ rate: 0.5, ...first, ...(own === undefined ? {} : { seed: own }) }),
        tf.layers.dense({ units: 1, kernelInitializer: 'ones', name: 'readout' }),
      );
      // So low a rate that the weights stay where they are to the last bit.
      const options = { eps: 0, learningRate: 1e-12, cycleSteps: 30, ...once };
      return (await adversarialTraining(model, data, { ...options, seed })).history;
    };
    const seeded = await history(1, 5);
    expect(new Set(seeded).size).toBe(30);
    expect(await history(1, 5)).toEqual(seeded);
    expect(await history(1)).toEqual(seeded);
    expect(await history(2, 5)).not.toEqual(seeded);
  });

  it('under attack in training mode: the worst case of the very network that is updated', async () => {
    const ones = () =>
      sequential(
        tf.layers.dropout({ rate: 0.5, ...first }),
        tf.layers.dense({ units: 1, useBias: false, kernelInitializer: 'ones' }),
      );
    const objective = async (trainingMode: 'outer' | 'both' | 'none', eps: number) => {
      const options = { eps, attack: fgm(), trainingMode, learningRate: 1e-12, cycleSteps: 20, ...once };
      const { history } = await adversarialTraining(ones(), data, options);
      return history.reduce((sum, value) => sum + value / history.length, 0);
    };
    // f = 2 (mask theta)'x: its attack moves it by 2 eps |mask theta|, the attack of theta'x by 2 eps |mask theta|^2 / |theta|.
    // With eps so large that (|r| + move)^2 is nearly move^2, the means over masks are 4 eps^2 d / 2 and
    // 4 eps^2 E K^2 / d for K binomial (d, 1/2), each halved by the objective; without dropout eps^2 d.
    const eps = 1e4;
    const unit = (eps * eps) / 2;
    expect((await objective('none', eps)) / unit / d).toBeCloseTo(1, 2);
    // Monte Carlo: 60 rows of 20 steps, relative deviation of the mean about 0.01.
    expect((await objective('both', eps)) / unit / (2 * d)).toBeCloseTo(1, 1);
    expect((await objective('outer', eps)) / unit / (d + 1)).toBeCloseTo(1, 1);
    expect((await objective('both', eps)) / (await objective('outer', eps))).toBeGreaterThan(1.4);
  });
});

describe('training mode both', () => {
  it('shows an attack that looks at a batch twice at once the same network twice', async () => {
    const model = noisy();
    const erm = ermTraining();
    const seen: [Float32Array, Float32Array][] = [];
    const method = {
      ...erm,
      outerLoss(batch: TrainingBatch) {
        const [once, again] = tf.split(batch.f(tf.concat([batch.x, batch.x])), 2);
        seen.push([once!.dataSync() as Float32Array, again!.dataSync() as Float32Array]);
        return erm.outerLoss(batch);
      },
    };
    await adversarialTraining(model, data, { eps: 0, method, trainingMode: 'both', cycleSteps: 3, ...once });
    // One more for the objective on all rows before the first step, and one after the last.
    expect(seen).toHaveLength(5);
    for (const [here, there] of seen) expect(there).toEqual(here);
    expect(seen[2]![0].some((value) => value !== 0)).toBe(true);
  });
});

describe('a model with every kind of layer that differs in training', () => {
  const options = { eps: 0.2, batchSize: 25, attack: fgm(), cycleSteps: 12, ...once };
  const trainedWeights = async (more: Partial<AdversarialTrainingOptions> = {}) => {
    const model = noisy();
    await adversarialTraining(model, data, { ...options, ...more });
    return valuesOf(model.getWeights());
  };

  it.each(['outer', 'both'] as const)(
    'is trained to the same bytes from the same seed in mode %s, without drawing from Math.random',
    async (trainingMode) => {
      const random = vi.spyOn(Math, 'random');
      onTestFinished(() => random.mockRestore());
      const first = await trainedWeights({ trainingMode });
      expect(random).not.toHaveBeenCalled();
      expect(Math.random).toBe(random);
      expect(await trainedWeights({ trainingMode })).toEqual(first);
      expect(await trainedWeights({ trainingMode, seed: 1 })).not.toEqual(first);
      expect(await trainedWeights({ trainingMode: 'none' })).not.toEqual(first);
    },
  );

  it('leaves no tensors behind, and its layers as they were', async () => {
    const model = noisy();
    const own = model.layers.map((layer) => Object.keys(layer));
    const before = tf.memory();
    for (const trainingMode of ['outer', 'both'] as const)
      for (const method of [worstCase(fgm()), tradesTraining(), freeTraining()])
        await adversarialTraining(model, data, {
          ...{ eps: 0.2, batchSize: 25, cycleSteps: 3, ...once },
          ...{ method, trainingMode },
        });
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(tf.memory().numBytes).toBe(before.numBytes);
    expect(model.layers.map((layer) => Object.keys(layer))).toEqual(own);
    expect(model.layers[4]!.getConfig().seed).toBe(7);
  });

  it('resumes bit for bit, moving averages and masks included', async () => {
    const folder = temporaryFolder(onTestFinished);
    const long = { ...options, cycleSteps: 30, checkpointEvery: 12 };
    const crashing = adversarialTraining(noisy(), data, {
      ...long,
      folder,
      onProgress({ step }) {
        if (step >= 26) throw new Error('crash');
      },
    });
    await expect(crashing).rejects.toThrow('crash');
    const resumed = noisy();
    const result = await adversarialTraining(resumed, data, { ...long, folder });
    const whole = noisy();
    const uninterrupted = await adversarialTraining(whole, data, long);
    expect(result.history).toEqual(uninterrupted.history);
    expect(valuesOf(resumed.getWeights())).toEqual(valuesOf(whole.getWeights()));
    expect(movingAverages(whole)[0]!.some((value) => value !== 0)).toBe(true);
    await expect(
      adversarialTraining(noisy(), data, { ...long, folder, trainingMode: 'both' }),
    ).rejects.toThrow('one with the same trainingMode: both here, outer in its checkpoint');
  });

  it('finds the layers inside of other models', async () => {
    const nested = (seed: { seed?: number }) =>
      sequential(
        sequential(tf.layers.batchNormalization(first), tf.layers.dropout({ rate: 0.5, ...seed })),
        readout(),
      );
    const model = nested({ seed: 1 });
    const { history } = await adversarialTraining(model, data, { ...options, cycleSteps: 40 });
    expect(movingAverages(model)[0]!.some((value) => value !== 0)).toBe(true);
    const unseeded = await adversarialTraining(nested({}), data, { ...options, cycleSteps: 40 });
    expect(unseeded.history).toEqual(history);
  });

  it('refuses a training mode that does not exist', async () => {
    await expect(trainedWeights({ trainingMode: 'inner' as 'outer' })).rejects.toThrow(
      'invalid trainingMode: "inner" (expected one of outer, both, none)',
    );
  });
});
