import { beforeAll, describe, expect, expectTypeOf, it } from 'vitest';
import { type Attack, pgd } from '../../src/attacks/index.ts';
import { rowsOf } from '../../src/data/batches.ts';
import { type Dataset, toTensors } from '../../src/data/dataset.ts';
import { teacher } from '../../src/data/teacher.ts';
import { InvalidArgumentError } from '../../src/errors.ts';
import { risks } from '../../src/evaluation/risk.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { tf } from '../../src/runtime/tf.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import type { TrainingCallback } from '../../src/training/callbacks.ts';
import { layersLoss } from '../../src/training/layersLoss.ts';
import {
  ermTraining,
  fastTraining,
  fgsmTraining,
  freeTraining,
  noiseTraining,
  tradesTraining,
  worstCase,
} from '../../src/training/methods/index.ts';
import { scheduleNamed } from '../../src/training/schedules.ts';
import type { AdversarialTrainingOptions } from '../../src/training/trainingOptions.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const d = 6;
const data = teacher({ d, tau: 0.3, seed: 1 }).sample('train', 30);
const model = () => randomFeaturesModel({ inputDim: d, units: 8 });
const short = { eps: 0.1, cycleSteps: 3, maxCycles: 1 };

async function failureOf(work: () => unknown): Promise<string> {
  let failure: unknown;
  try {
    await work();
  } catch (error) {
    failure = error;
  }
  expect(failure).toBeInstanceOf(InvalidArgumentError);
  const { message } = failure as Error;
  expect(message).not.toContain('\n');
  expect(message.length).toBeLessThan(400);
  return message;
}

describe('adversarialTraining refuses', () => {
  const train = (options: object) => () =>
    adversarialTraining(model(), data, { eps: 0.1, ...options } as AdversarialTrainingOptions);

  it.each([
    [{ epochs: 5 }, 'invalid epochs: 5 (expected an option of adversarialTraining: maxCycles?)'],
    [{ lr: 0.1 }, 'invalid lr: 0.1 (expected an option of adversarialTraining: learningRate?)'],
    [{ batch_size: 8 }, 'invalid batch_size: 8 (expected an option of adversarialTraining: batchSize?)'],
    [{ iterations: 5 }, 'invalid iterations: 5 (expected an option of adversarialTraining: '],
    [{ loss: 'absolute' }, 'invalid loss: "absolute" (expected an option of adversarialTraining: '],
    [{ attack: 'pgd' }, 'invalid attack: "pgd" (expected an attack, such as pgd())'],
    [{ method: 'free' }, 'invalid method: "free" (expected a way of training'],
    [{ layers: 'features' }, `invalid layers: "features" (expected 'all', 'readout' or a list`],
    [{ optimizer: 3 }, 'invalid optimizer: 3 (expected the name of an optimiser'],
    [{ schedule: () => 1 }, 'invalid schedule: a function (expected the name of one'],
    [{ variables: [1] }, 'invalid variables: [1] (expected variables'],
    [{ callbacks: { onEpochEnd() {} } }, 'invalid callbacks: {"onEpochEnd": a function} (expected a list'],
    [
      { callbacks: [{ onEpochFinish() {} }] },
      'invalid onEpochFinish: a function (expected an option of callbacks[0]: ',
    ],
    [{ callbacks: [null] }, 'invalid callbacks[0]: null (expected an object of functions'],
    [{ onProgress: true }, 'invalid onProgress: true (expected a function)'],
    [{ folder: 3 }, 'invalid folder: 3 (expected the path of a folder)'],
    [{ seed: Number.NaN }, 'invalid seed: NaN (expected a number or a string)'],
  ])('%o', async (options, message) => {
    const before = tf.memory().numTensors;
    expect(await failureOf(train(options))).toContain(message);
    expect(tf.memory().numTensors - before).toBeLessThanOrEqual(2); // W and theta of the new model
  });

  it('no options, and a model that is none', async () => {
    expect(await failureOf(() => adversarialTraining(model(), data, undefined as never))).toContain(
      'invalid eps: undefined',
    );
    for (const none of [undefined, null, (x: tf.Tensor) => x, {}])
      expect(await failureOf(() => adversarialTraining(none as never, data, short))).toMatch(
        /^invalid model: .* \(expected a tf\.LayersModel\)$/,
      );
  });

  it('a model of another width', async () => {
    const wide = randomFeaturesModel({ inputDim: d + 1, units: 8 });
    expect(await failureOf(() => adversarialTraining(wide, data, short))).toMatch(
      /^invalid x: .*shape \[30,6\]/,
    );
  });
});

describe('data that are no data set', () => {
  const { x, y } = data;
  const tensors = () => toTensors(data);
  const rows = Array.from({ length: 3 }, (_, i) => Array.from(x.subarray(i * d, (i + 1) * d)));
  const wrong: [string, () => unknown, RegExp][] = [
    ['a tensor', () => tensors().x, /^invalid data: \[\w+\] \(expected a data set \{n, d, x, y\}/],
    ['a list of rows', () => rows, /^invalid data: \[\[.* \(expected a data set \{n, d, x, y\}/],
    ['nothing', () => undefined, /^invalid data: undefined \(expected a data set/],
    [
      'tensors within',
      () => ({ n: 30, d, ...tensors() }),
      /^invalid x: \[\w+\] \(expected a Float32Array of n \* d = 180/,
    ],
    [
      'arrays within',
      () => ({ ...data, y: Array.from(y) }),
      /^invalid y: \[.* \(expected a Float32Array of n = 30 values/,
    ],
    [
      'too few values',
      () => ({ ...data, x: x.subarray(1) }),
      /^invalid x: "179 values" \(expected n \* d = 180 values\)/,
    ],
    ['half a row', () => ({ ...data, n: 1.5 }), /^invalid n: 1\.5/],
  ];
  it.each(wrong)(
    'are refused by training, measuring, uploading and picking: %s',
    async (_, make, message) => {
      const bad = make() as Dataset;
      expect(await failureOf(() => adversarialTraining(model(), bad, short))).toMatch(message);
      const validated = () => adversarialTraining(model(), data, { ...short, validation: bad });
      if (bad !== undefined) expect(await failureOf(validated)).toMatch(message);
      expect(await failureOf(() => toTensors(bad))).toMatch(message);
      expect(await failureOf(() => rowsOf(bad, [0]))).toMatch(message);
      // A list is taken for several data sets, one after the other.
      if (!Array.isArray(bad))
        expect(await failureOf(() => risks(model(), bad, { attack: pgd(), epsilons: [] }))).toMatch(message);
    },
  );

  it.each([-1, 30, 0.5])('rowsOf refuses the row %d', async (row) => {
    expect(await failureOf(() => rowsOf(data, [0, row]))).toBe(
      `invalid rows[1]: ${row} (expected an index of the 30 rows)`,
    );
  });
});

describe('methods refuse', () => {
  it.each<[string, (options: never) => unknown, object, string]>([
    [
      'trades',
      tradesTraining,
      { lambda: 1 },
      'invalid lambda: 1 (expected an option of tradesTraining: attack, beta)',
    ],
    [
      'trades',
      tradesTraining,
      { attack: { norm: 'l2' } },
      'invalid attack: {"norm": "l2"} (expected an attack',
    ],
    ['free', freeTraining, { replay: 4 }, 'invalid replay: 4 (expected an option of freeTraining: replays?)'],
    [
      'free',
      freeTraining,
      { steps: 4 },
      'invalid steps: 4 (expected an option of freeTraining: norm, bounds',
    ],
    ['fast', fastTraining, { ord: 2 }, 'invalid ord: 2 (expected an option of fastTraining: norm?)'],
    [
      'fgsm',
      fgsmTraining,
      { randomStart: false },
      'invalid randomStart: false (expected an option of fgsmTraining: ',
    ],
    [
      'erm',
      ermTraining,
      { norm: 'linf' },
      'invalid attack: {"norm": "linf"} (expected an attack, such as pgd())',
    ],
    [
      'noise',
      noiseTraining,
      { sigma: 1 },
      'invalid attack: {"sigma": 1} (expected an attack, such as pgd())',
    ],
    [
      'worst case',
      worstCase,
      { steps: 3 },
      'invalid attack: {"steps": 3} (expected an attack, such as pgd())',
    ],
    [
      'schedule',
      scheduleNamed,
      { name: 'mine' },
      'invalid schedule: {"name": "mine"} (expected the name of one',
    ],
  ])('%s: %o', async (_, make, options, message) => {
    expect(await failureOf(() => make(options as never))).toContain(message);
  });
});

describe('layersLoss', () => {
  const mean = (yTrue: tf.Tensor, yPred: tf.Tensor) => tf.losses.meanSquaredError(yTrue, yPred) as tf.Tensor;
  it.each<[string, (yTrue: tf.Tensor, yPred: tf.Tensor) => unknown, RegExp]>([
    [
      'the mean over the samples',
      mean,
      /^invalid loss mean: "shape \[\]" \(expected one value for each of the \d+ samples, not their sum or mean\)$/,
    ],
    ['a value for each entry', (a, b) => tf.concat([a, b], 1), /^invalid loss custom: "shape \[\d+,2\]"/],
    ['a number', () => 3, /^invalid loss custom: 3 \(expected a tensor, one value/],
  ])('refuses %s in one line', async (_, loss, message) => {
    const attack: Attack = pgd({ loss: layersLoss(loss as typeof mean), steps: 1 });
    expect(await failureOf(() => adversarialTraining(model(), data, { ...short, attack }))).toMatch(message);
  });

  it.each([null, 3, { name: 'mse' }])('refuses %o', async (loss) => {
    expect(await failureOf(() => layersLoss(loss as never))).toContain(
      'expected the name of a loss of tf.layers, or a function (yTrue, yPred)',
    );
  });
});

describe('callbacks', () => {
  it('have the types of their parameters inferred', async () => {
    const losses: number[] = [];
    await adversarialTraining(model(), data, {
      ...short,
      callbacks: [
        {
          // No annotations: this file is type-checked with `strict`.
          onEpochEnd: (epoch, logs) => {
            expectTypeOf(epoch).toEqualTypeOf<number>();
            expectTypeOf(logs).toEqualTypeOf<tf.Logs>();
            losses.push(logs.loss!);
          },
          onBatchEnd: (step, { loss }) => losses.push(step, loss!),
        },
      ],
    });
    expect(losses).toHaveLength(7);
    expect(losses.every(Number.isFinite)).toBe(true);
  });

  it('may be those of tf.layers', () => {
    expectTypeOf(tf.callbacks.earlyStopping()).toExtend<TrainingCallback>();
    expectTypeOf<tf.CustomCallback>().toExtend<TrainingCallback>();
    expectTypeOf<tf.Callback>().toExtend<TrainingCallback>();
    expectTypeOf<{
      onEpochEnd: (epoch: number, logs?: tf.Logs) => Promise<void>;
    }>().toExtend<TrainingCallback>();
  });
});
