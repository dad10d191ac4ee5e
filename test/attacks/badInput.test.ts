import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Attack,
  attackNamed,
  errorAbove,
  type FgmOptions,
  fgm,
  fgsm,
  huberLoss,
  linearised,
  misclassified,
  momentumPgd,
  pgd,
  type RunOptions,
  randomNoise,
  reachedTarget,
  worstOf,
} from '../../src/attacks/index.ts';
import { InvalidArgumentError } from '../../src/errors.ts';
import { type RisksOptions, type RobustRiskOptions, risks, robustRisk } from '../../src/evaluation/risk.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { batch, featuresModel, gaussian, linearModel } from './problems.ts';

const n = 6;
const d = 5;

beforeAll(async () => {
  await testRuntime();
});

/** The one line with which an act is refused. */
async function refusal(act: () => unknown): Promise<string> {
  let error: unknown;
  try {
    await act();
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(InvalidArgumentError);
  const { message } = error as Error;
  expect(message).not.toContain('\n');
  return message;
}

describe('labels', () => {
  const four = (x: tf.Tensor) => tf.matMul(x, tf.tensor2d(gaussian(4 * d, 'four'), [d, 4]));
  const { f: one } = linearModel(d);
  const signs = [1, -1, 1, 1, -1, -1];

  it.each([
    ['0 of one output', one, [0, ...signs.slice(1)], 'margin', /^invalid y: 0 \(expected \+1 or -1/],
    ['0.5 of one output', one, [0.5, ...signs.slice(1)], 'cross-entropy', /^invalid y: 0.5 /],
    ['class 7 of 4', four, [0, 1, 2, 3, 7, 0], 'margin', /^invalid y: 7 \(expected a class index, 0 to 3/],
    ['class 1.5', four, [0, 1, 2, 3, 1.5, 0], 'cross-entropy', /^invalid y: 1.5 /],
    ['class -1', four, [0, -1, 2, 3, 1, 0], 'dlr', /^invalid y: -1 /],
  ] as const)('such as %s are refused, by run and by robustRisk', async (_, f, labels, loss, message) => {
    const x = tf.tensor2d(gaussian(n * d, 'labels'), [n, d]);
    const y = tf.tensor1d([...labels]);
    const data = { n, d, x: x.dataSync() as Float32Array, y: Float32Array.from(labels) };
    const count = tf.memory().numTensors;
    const byCriterion = { criterion: misclassified, epsilons: [0.1] };
    for (const act of [
      () => pgd({ loss }).run(f, x, y, { epsilons: [0.1] }),
      () => robustRisk(f, data, pgd({ loss }), { epsilons: [0.1] }),
      () => robustRisk(f, data, pgd({ loss: f === one ? 'squared' : 'margin' }), byCriterion),
    ])
      expect(await refusal(act)).toMatch(message);
    expect(tf.memory().numTensors).toBe(count);
    tf.dispose([x, y]);
  });

  it('in one-hot rows are checked too, and probabilities pass', async () => {
    const x = tf.tensor2d(gaussian(2 * d, 'labels'), [2, d]);
    const rows = (values: number[]) => tf.tensor2d([...values, 0, 0, 1, 0], [2, 4]);
    const run = (y: tf.Tensor) =>
      pgd({ loss: 'cross-entropy', steps: 1 }).run(four, x, y, { epsilons: [0.1] });
    expect(await refusal(() => run(rows([2, -1, 0, 0])))).toMatch(/^invalid y: \[2, -1, 0, 0\] .*one-hot/);
    expect(await refusal(() => run(rows([0, 0, 0, 0])))).toMatch(/^invalid y: \[0, 0, 0, 0\]/);
    (await run(rows([0.5, 0.25, 0.25, 0]))).dispose();
    x.dispose();
  });
});

describe('tensors', () => {
  it('of int32 and bool are cast', async () => {
    const { f } = linearModel(d);
    const x = tf.tensor2d(
      Array.from({ length: n * d }, (_, i) => i % 4),
      [n, d],
      'int32',
    );
    const y = tf.tensor2d([0, 1, 1, 0, 1, 0], [n, 1], 'bool');
    const [xs, ys] = [x.toFloat(), y.toFloat()];
    for (const eps of [0, 0.3]) {
      const found = pgd().perturb(f, x, y, eps);
      const floats = pgd().perturb(f, xs, ys, eps);
      expect(found.x.dtype).toBe('float32');
      expect(found.x.dataSync()).toEqual(floats.x.dataSync());
      expect(found.loss.dataSync()).toEqual(floats.loss.dataSync());
      tf.dispose([{ ...found }, { ...floats }]);
    }
    const run = await pgd().run(f, x, y, { epsilons: [0.3], batchSize: 4 });
    expect(run.x[0]!.dtype).toBe('float32');
    run.dispose();
    tf.dispose([x, y, xs, ys]);
  });

  it('that do not fit are refused by name, and so is what is no tensor and no model', async () => {
    const { f } = linearModel(d);
    const narrow = (rows: tf.Tensor) => tf.matMul(rows, tf.ones([d, 1]));
    const model = featuresModel(d, 8);
    const { x, y } = batch(n, d);
    const wide = tf.zeros([n, d + 1]);
    const flat = tf.zeros([n]);
    const gone = tf.zeros([n, d]);
    gone.dispose();
    const words = tf.tensor1d(Array(n).fill('a'));
    const inputs = [tf.input({ shape: [d] }), tf.input({ shape: [d] })];
    const two = tf.model({
      inputs,
      outputs: tf.layers.concatenate().apply(inputs) as tf.SymbolicTensor,
    });
    const count = tf.memory().numTensors;
    const any = (value: unknown) => value as never;
    // What `run` takes as nested arrays, the others refuse.
    for (const [message, xs, ys] of [
      [/^invalid x: \[\[0, 0\]\] \(expected a tensor/, [[0, 0]], y],
      [/^invalid y: \[1, 2\] \(expected a tensor/, x, [1, 2]],
    ] as const) {
      expect(await refusal(() => pgd().perturb(f, any(xs), any(ys), 0))).toMatch(message);
      expect(await refusal(() => pgd().perturbEach(f, any(xs), any(ys), [0]))).toMatch(message);
    }
    const attempts: [RegExp, unknown, unknown, unknown][] = [
      [/^invalid x: "shape \[6,6\]" \(expected \[n, 5\]/, model, wide, y],
      [/^invalid model: ".*x of shape \[6,6\]/, narrow, wide, y],
      [/^invalid model: "2 inputs" /, two, x, y],
      [/^invalid model: undefined /, undefined, x, y],
      [/^invalid model: \[\[?1, 2\]?\] /, () => [1, 2], x, y],
      [/^invalid x: "shape \[6\]" /, f, flat, y],
      [/^invalid x: \[\w+\] .*not disposed/, f, gone, y],
      [/^invalid y: "a tensor of string" /, f, x, words],
    ];
    for (const [message, m, inputsOf, targets] of attempts) {
      const [a, b, c] = [any(m), any(inputsOf), any(targets)];
      expect(await refusal(() => pgd().run(a, b, c, { epsilons: [0] }))).toMatch(message);
      expect(await refusal(() => pgd().perturb(a, b, c, 0))).toMatch(message);
      expect(await refusal(() => pgd().perturbEach(a, b, c, [0]))).toMatch(message);
    }
    expect(tf.memory().numTensors).toBe(count);
    expect(await refusal(() => pgd().perturb(f, x, y, any(undefined)))).toMatch(/^invalid eps: undefined/);
    expect(await refusal(() => pgd().run(f, x, y, { epsilons: any(0.3) }))).toMatch(/^invalid epsilons: 0.3/);
    expect(await refusal(() => pgd().run(f, x, y, any(undefined)))).toMatch(/^invalid epsilons: undefined/);
    tf.dispose([x, y, wide, flat, words]);
    model.dispose();
  });
});

describe('data of risks', () => {
  it('must be data sets on the host', async () => {
    const { f } = linearModel(d);
    const { x, y } = batch(n, d);
    const options = { epsilons: [0.1] };
    const of = (data: unknown) => refusal(() => robustRisk(f, data as never, pgd(), options));
    expect(await of(x)).toMatch(/^invalid data: \[\w+\] \(expected a data set {n, d, x, y}/);
    expect(await of([[1, 2]])).toMatch(/^invalid data: \[1, 2\]/);
    expect(await of(undefined)).toMatch(/^invalid data: undefined/);
    expect(await of({ x, y })).toMatch(/^invalid data: /);
    expect(await of({ n, d, x, y })).toMatch(/^invalid x: \[\w+\] \(expected a Float32Array/);
    expect(await of({ n: 1, d: 2, x: [1, 2], y: [1] })).toMatch(
      /^invalid x: \[1, 2\] \(expected a Float32Array/,
    );
    expect(await of({ n: 1.5, d, x: new Float32Array(5), y: new Float32Array(1) })).toMatch(
      /^invalid n: 1.5/,
    );
    tf.dispose([x, y]);
  });
});

describe('options', () => {
  it('that are unknown are refused with the near one', async () => {
    const { f } = linearModel(d);
    const { x, y } = batch(n, d);
    const data = { n, d, x: x.dataSync() as Float32Array, y: y.dataSync() as Float32Array };
    const any = (value: unknown) => value as never;
    const made: [() => Attack, RegExp][] = [
      [() => pgd(any({ iterations: 5 })), /^invalid iterations: 5 \(expected an option of pgd: steps\?\)/],
      [() => fgm(any({ steps: 5 })), /^invalid steps: 5 \(expected an option of fgm: /],
      [() => fgsm(any({ norm: 'l2' })), /^invalid norm: "l2" \(expected linf for fgsm/],
      [() => linearised(any({ restarts: 2 })), /^invalid restarts: 2 \(expected an option of linearised/],
      [() => momentumPgd(any({ dekay: 0.5 })), /^invalid dekay: 0.5 .*decay\?/],
      [() => randomNoise(any({ sample: 2 })), /^invalid sample: 2 .*samples\?/],
      [() => attackNamed('apgd', any({ epochs: 2 })), /^invalid epochs: 2 /],
      [() => pgd(any(null)), /^invalid options: null/],
      [() => pgd({ norm: any(null) }), /^invalid norm: null/],
      [() => pgd({ loss: any({}) }), /^invalid loss: {}/],
      [() => pgd({ loss: any(null) }), /^invalid loss: null/],
      [() => pgd({ useBest: any('no') }), /^invalid useBest: "no"/],
      [() => pgd({ targeted: any(1) }), /^invalid targeted: 1/],
      [() => pgd({ bounds: any([0, 1, 2]) }), /^invalid bounds: \[0, 1, 2\]/],
      [() => pgd({ bounds: any(1) }), /^invalid bounds: 1/],
      [() => pgd({ seed: any({}) }), /^invalid seed: {}/],
      [() => worstOf(any(pgd())), /^invalid attacks: /],
      [() => worstOf([any(pgd)]), /^invalid attack: a function .*pgd\(\)/],
    ];
    for (const [act, message] of made) expect(await refusal(act)).toMatch(message);
    const run = { epsilons: [0.1], batch_size: 2 } as RunOptions;
    expect(await refusal(() => pgd().run(f, x, y, run))).toMatch(/^invalid batch_size: 2 .*run: batchSize\?/);
    expect(await refusal(() => pgd().perturbEach(f, x, y, [0.1], any({ kee: 1 })))).toMatch(
      /^invalid kee: 1 .*key\?/,
    );
    const ofRisk = { epsilons: [0.1], criteria: 1 } as RobustRiskOptions;
    expect(await refusal(() => robustRisk(f, data, pgd(), ofRisk))).toMatch(
      /^invalid criteria: 1 .*criterion\?/,
    );
    const ofRisks = { epsilons: [0.1], attacks: pgd() } as unknown as RisksOptions;
    expect(await refusal(() => risks(f, data, ofRisks))).toMatch(/^invalid attacks: .*risks: attack\?/);
    expect(await refusal(() => robustRisk(f, data, any('pgd'), ofRisk))).toMatch(/^invalid attack: "pgd"/);
    tf.dispose([x, y]);
  });

  it('that are undefined are the defaults of each attack', () => {
    const nothing = { norm: undefined, loss: undefined, restarts: undefined } as unknown as FgmOptions;
    expect(fgsm(nothing as object).settings.norm.name).toBe('linf');
    expect(fgm(nothing).settings).toEqual(fgm().settings);
    expect(attackNamed('fgsm', nothing).settings.norm.name).toBe('linf');
    expect(attackNamed('bim', { ...nothing, steps: undefined as never }).settings).toEqual(
      attackNamed('bim').settings,
    );
    const samples = { restarts: undefined, steps: undefined } as object;
    expect(attackNamed('random-noise', samples).settings).toEqual(randomNoise().settings);
  });

  it('of criteria and losses are numbers in range', async () => {
    expect(await refusal(() => errorAbove(Number.NaN))).toMatch(/^invalid limit: NaN/);
    expect(await refusal(() => huberLoss(0))).toMatch(/^invalid delta: 0/);
  });
});

it('a criterion of the other kind, or none at all, is refused before perturbEach searches', async () => {
  const x = tf.ones([2, d]);
  const y = tf.ones([2]);
  const { f } = linearModel(d);
  for (const [criterion, message] of [
    [3, /^invalid criterion: 3 \(expected a criterion/],
    [reachedTarget, /^invalid criterion: .*untargeted attack/],
  ] as const)
    expect(await refusal(() => pgd().perturbEach(f, x, y, [0.1], { criterion: criterion as never }))).toMatch(
      message,
    );
  tf.dispose([x, y]);
});
