import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crossEntropyLoss, fgm, pgd } from '../../src/attacks/index.ts';
import { teacher } from '../../src/data/teacher.ts';
import { risks } from '../../src/evaluation/risk.ts';
import { ridge } from '../../src/exact/ridge.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { tf } from '../../src/runtime/tf.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import { layersLoss } from '../../src/training/layersLoss.ts';
import {
  ermTraining,
  fastTraining,
  fgsmTraining,
  freeTraining,
  noiseTraining,
  type TrainingMethod,
  tradesTraining,
  worstCase,
} from '../../src/training/methods/index.ts';
import { cosineDecay, linearDecay, scheduleNamed, stepDecay } from '../../src/training/schedules.ts';
import type { AdversarialTrainingOptions } from '../../src/training/trainingOptions.ts';
import { quickRuntime, testRuntime } from '../support/runtime.ts';
import { sized } from '../support/sizes.ts';

await quickRuntime();

const d = 20;
const source = teacher({ d, tau: 0.3, seed: 1 });
const data = source.sample('train', 80);
const fresh = source.sample('validation', 400);
const randomFeatures = () => randomFeaturesModel({ inputDim: d, units: 60, seed: 1 });
const linear = () =>
  tf.sequential({
    layers: [
      tf.layers.dense({
        units: 1,
        useBias: false,
        inputShape: [d],
        kernelInitializer: 'zeros',
        name: 'theta',
      }),
    ],
  });
const weightsOf = (model: tf.LayersModel, i = 0) =>
  model.weights[i]!.read().dataSync().slice() as Float32Array;
const short = { cycleSteps: sized(60, 150), maxCycles: 1 };

describe('every method', () => {
  const methods: [string, TrainingMethod][] = [
    ['worst case, PGD', worstCase()],
    ['FGSM', fgsmTraining()],
    ['fast', fastTraining()],
    ['free', freeTraining({ replays: 3 })],
    ['TRADES', tradesTraining({ beta: 2 })],
    ['noise', noiseTraining()],
    ['ERM', ermTraining()],
  ];
  it.each(methods)(
    '%s learns, in mini-batches, and leaves no tensors and no bytes behind',
    async (_, method) => {
      const model = randomFeatures();
      const before = tf.memory();
      // Long enough that a batch which never changes would be learnt by heart.
      const options = { eps: 0.2, method, batchSize: 30, cycleSteps: 150, maxCycles: 1 };
      const trained = await adversarialTraining(model, data, options);
      const after = tf.memory();
      expect(after.numTensors).toBe(before.numTensors);
      expect(after.numBytes).toBe(before.numBytes);
      expect(trained.objective).toBeLessThan(0.8 * trained.history[0]!);
      const { standard } = await risks(model, fresh, { attack: pgd(), epsilons: [] });
      expect(standard.value).toBeLessThan(1.09);
    },
  );

  it.each(methods)('%s is normal training at eps = 0', async (_, method) => {
    const train = async (by: TrainingMethod): Promise<Float32Array> => {
      const model = linear();
      await adversarialTraining(model, data, {
        eps: 0,
        method: by,
        lambda: 0.01,
        cycleSteps: 30,
        maxCycles: 1,
      });
      return weightsOf(model);
    };
    const [a, b] = [await train(ermTraining()), await train(method)];
    // float32: TRADES adds the gradient of a divergence that is zero but for rounding.
    for (let i = 0; i < d; i++) expect(b[i]!).toBeCloseTo(a[i]!, 4);
  });

  it('trained against an attack is more robust than normal training', async () => {
    const robustRisk = async (method: TrainingMethod) => {
      const model = linear();
      await adversarialTraining(model, data, { eps: 0.6, method, ...short });
      return (await risks(model, data, { attack: fgm(), epsilons: [0.6] })).adversarial[0]!.value;
    };
    const erm = await robustRisk(ermTraining());
    // A linear model under l2: the fast gradient method is the exact worst case, so PGD training is optimal.
    const best = await robustRisk(worstCase(fgm()));
    for (const method of [
      fgsmTraining(),
      fastTraining(),
      freeTraining({ replays: 3 }),
      tradesTraining({ beta: 2 }),
    ]) {
      const risk = await robustRisk(method);
      expect(risk, method.name).toBeLessThan(erm);
      expect(risk, method.name).toBeGreaterThan(best * (1 - 5e-3));
    }
  });
});

describe('tradesTraining', () => {
  it('on a linear model in l2 has the objective |y - x theta|^2 / 2n + (beta / 2) eps^2 |theta|^2', async () => {
    const model = linear();
    const [eps, beta] = [0.7, 1.5];
    const trained = await adversarialTraining(model, data, {
      eps,
      method: tradesTraining({ attack: fgm(), beta }),
      cycleSteps: 300,
      maxCycles: 1,
    });
    const theta = weightsOf(model);
    let squares = 0;
    for (let i = 0; i < data.n; i++) {
      let fit = 0;
      for (let j = 0; j < d; j++) fit += theta[j]! * data.x[i * d + j]!;
      squares += (data.y[i]! - fit) ** 2;
    }
    const norm = theta.reduce((sum, t) => sum + t * t, 0);
    const objective = squares / (2 * data.n) + (beta / 2) * eps ** 2 * norm;
    expect(trained.objective / objective).toBeCloseTo(1, 5);
    // And that is ridge regression, whose weights are known in closed form.
    const exact = ridge(Float64Array.from(data.x), data.y, beta * eps ** 2);
    for (let j = 0; j < d; j++) expect(theta[j]!).toBeCloseTo(exact[j]!, 3);
  });

  it('takes the Kullback-Leibler divergence for cross-entropy, and refuses losses without one', async () => {
    const classes = { ...data, y: data.y.map((y) => (y > 0 ? 1 : 0)) };
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 2, inputShape: [d], kernelInitializer: 'zeros' })],
    });
    const attack = pgd({ loss: crossEntropyLoss, randomStart: true, steps: 2 });
    const trained = await adversarialTraining(model, classes, {
      eps: 0.2,
      method: tradesTraining({ attack }),
      ...short,
    });
    // With theta = 0 both classes have probability 1/2: the divergence is 0 and the objective log(2) / 2.
    expect(trained.history[0]!).toBeCloseTo(Math.log(2) / 2, 5);
    expect(trained.objective).toBeLessThan(0.3);
    expect(() => tradesTraining({ attack: pgd({ loss: 'margin' }) })).toThrow('invalid loss: "margin"');
    expect(() => tradesTraining({ beta: -1 })).toThrow('invalid beta: -1');
  });
});

describe('adversarialTraining takes', () => {
  const deep = () =>
    tf.sequential({
      layers: [
        tf.layers.dense({ units: 6, inputShape: [d], activation: 'tanh', name: 'first' }),
        tf.layers.dense({ units: 5, activation: 'tanh', name: 'second' }),
        tf.layers.dense({ units: 1, name: 'last' }),
      ],
    });
  it.each([
    ['all', [true, true, true]],
    ['readout', [false, false, true]],
    [
      ['first', 'last'],
      [true, false, true],
    ],
  ] as const)('layers %j and moves no others', async (layers, moves) => {
    const model = deep();
    const before = [0, 2, 4].map((i) => weightsOf(model, i));
    await adversarialTraining(model, data, { eps: 0.1, layers, cycleSteps: 10, maxCycles: 1 });
    expect([0, 2, 4].map((i, k) => !weightsOf(model, i).every((w, j) => w === before[k]![j]))).toEqual(moves);
  });

  it('losses of tf.layers by name, and optimisers by name', async () => {
    const absolute = async (attack: ReturnType<typeof pgd>) => {
      const model = linear();
      const trained = await adversarialTraining(model, data, {
        eps: 0.3,
        attack,
        optimizer: 'rmsprop',
        ...short,
      });
      return trained.objective;
    };
    const ofLayers = await absolute(pgd({ loss: layersLoss('meanAbsoluteError'), steps: 1, relStepSize: 1 }));
    const own = await absolute(pgd({ loss: 'absolute', steps: 1, relStepSize: 1 }));
    expect(ofLayers / own).toBeCloseTo(1, 2);
    expect(() => layersLoss('leastCubes')).toThrow('invalid loss: "leastCubes"');
  });

  it('callbacks of tf.layers, which may stop it', async () => {
    const epochs: number[] = [];
    const batches: number[] = [];
    const stopping = tf.callbacks.earlyStopping({ monitor: 'val_robust_loss', patience: 1 });
    const trained = await adversarialTraining(linear(), data, {
      eps: 0.3,
      validation: fresh,
      validateEvery: 20,
      patience: 1000,
      cycleSteps: 5000,
      maxCycles: 1,
      callbacks: [
        stopping,
        {
          onEpochEnd: async (epoch: number, logs?: tf.Logs) => {
            epochs.push(epoch);
            expect(Object.keys(logs!)).toEqual(['loss', 'val_loss', 'val_robust_loss']);
          },
          onBatchEnd: async (batch: number) => void batches.push(batch),
        },
      ],
    });
    expect(trained.stopped).toBe('callback');
    expect(trained.iterations).toBeLessThan(5000);
    expect(epochs).toEqual(trained.validations.map((_, i) => i));
    expect(batches).toEqual(Array.from({ length: trained.iterations }, (_, i) => i));
  });

  it('validation rows: it stops early, with the weights of least robust risk on them', async () => {
    const model = randomFeatures();
    const few = source.sample('few', 50);
    const trained = await adversarialTraining(model, few, {
      eps: 0.05,
      validation: fresh,
      validateEvery: 15,
      patience: 3,
      schedule: 'constant',
      cycleSteps: 3000,
      maxCycles: 1,
    });
    expect(trained.stopped).toBe('patience');
    const found = trained.validations.map(({ adversarial }) => adversarial.value);
    const best = Math.min(...found);
    expect(found.indexOf(best)).toBe(found.length - 4);
    const { adversarial } = await risks(model, fresh, { attack: pgd({ steps: 3 }), epsilons: [0.05] });
    expect(adversarial[0]!.value).toBe(best);
    expect(found.at(-1)!).toBeGreaterThan(best);
  });

  it('a warm-up of eps: the first step is nearly normal training, later ones are not', async () => {
    const start = async (epsWarmup: number, eps: number) => {
      const model = randomFeatures();
      model.getLayer('readout').setWeights([tf.ones([60, 1])]);
      return (await adversarialTraining(model, data, { eps, epsWarmup, cycleSteps: 1, maxCycles: 1 }))
        .history[0]!;
    };
    const plain = await start(0, 0);
    expect(await start(1000, 0.5)).toBe(await start(0, 0.0005));
    expect((await start(1000, 0.5)) / plain - 1).toBeLessThan(2e-3);
    expect((await start(0, 0.5)) / plain - 1).toBeGreaterThan(0.1);
  });

  it.each<[Partial<AdversarialTrainingOptions>, string]>([
    [{ attack: pgd(), method: ermTraining() }, 'invalid attack: "pgd" (expected none beside the method erm'],
    [{ layers: ['third'] }, 'invalid layers: "third" (expected layers of the model: features, readout)'],
    [{ layers: ['features'] }, 'invalid layers: ["features"] (expected at least one trainable weight'],
    [{ schedule: 'zigzag' as 'linear' }, 'invalid schedule: "zigzag" (expected one of linear'],
    [{ optimizer: 'newton' as 'adam' }, 'invalid optimizer: "newton" (expected one of adam'],
    [{ patience: 3 }, 'invalid patience: 3 (expected none without validation rows)'],
    [{ epsWarmup: -1 }, 'invalid epsWarmup: -1'],
    [{ checkpointEvery: 0 }, 'invalid checkpointEvery: 0'],
  ])('refuses options: %#, $1', async (options, message) => {
    await expect(adversarialTraining(randomFeatures(), data, { eps: 0.1, ...options })).rejects.toThrow(
      message,
    );
  });
});

describe('schedules', () => {
  it('begin at 1 and go where they say', () => {
    for (const name of ['linear', 'cosine', 'step', 'constant'] as const)
      expect(scheduleNamed(name).factor(0)).toBe(1);
    expect(linearDecay.factor(0.75)).toBe(0.25);
    expect(cosineDecay.factor(0.5)).toBeCloseTo(0.5, 15);
    expect([0.2, 0.6, 0.9].map(stepDecay(2, 0.5).factor)).toEqual([1, 0.5, 0.5]);
    expect(() => stepDecay(2, 1.5)).toThrow('invalid ratio: 1.5');
  });
});

describe('TensorBoard logs', () => {
  it('are written by the native engine, and refused by name on others', async () => {
    const runtime = await testRuntime();
    const folder = mkdtempSync(join(tmpdir(), 'rrf-board-'));
    const training = () =>
      adversarialTraining(linear(), data, { eps: 0.1, cycleSteps: 30, maxCycles: 1, tensorBoard: folder });
    if (runtime.backend !== 'tensorflow')
      await expect(training()).rejects.toThrow('TensorBoard logs need the native engine');
    else {
      const before = tf.memory().numTensors;
      await training();
      // W of the new model.
      expect(tf.memory().numTensors - before).toBe(1);
      const [file] = readdirSync(folder);
      expect(file).toMatch(/^events\.out\.tfevents/);
      const text = readFileSync(join(folder, file!), 'latin1');
      for (const name of ['objective', 'learning rate', 'robustLoss', 'wholeObjective'])
        expect(text).toContain(name);
    }
    rmSync(folder, { recursive: true });
  });
});
