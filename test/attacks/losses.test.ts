import { beforeAll, describe, expect, it } from 'vitest';
import {
  absoluteLoss,
  crossEntropyLoss,
  dlrLoss,
  errorAbove,
  hingeLoss,
  huberLoss,
  lossNames,
  marginLoss,
  misclassified,
  pgd,
  type SampleLoss,
  squaredHingeLoss,
  squaredLoss,
} from '../../src/attacks/index.ts';
import { InvalidArgumentError } from '../../src/errors.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { batch, gaussian, linearModel, take } from './problems.ts';

beforeAll(async () => {
  await testRuntime();
});

const values = (loss: SampleLoss, prediction: number[][], y: number[][]) =>
  take(tf.tidy(() => loss.value(tf.tensor2d(prediction), tf.tensor2d(y))));

const close = (found: ArrayLike<number>, expected: number[]) => {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, i) => {
    expect(found[i]!).toBeCloseTo(value, 5);
  });
};

describe('losses of regression', () => {
  it('are what their names say, summed over outputs', () => {
    const prediction = [[3], [-0.5], [0]];
    const y = [[1], [0], [0]];
    close(values(squaredLoss, prediction, y), [4, 0.25, 0]);
    close(values(absoluteLoss, prediction, y), [2, 0.5, 0]);
    close(values(huberLoss(), prediction, y), [1.5, 0.125, 0]);
    close(values(huberLoss(0.25), prediction, y), [0.25 * (2 - 0.125), 0.25 * (0.5 - 0.125), 0]);
    close(values(squaredLoss, [[1, 2]], [[0, 0]]), [5]);
    close(values(absoluteLoss, [[1, -2]], [[0, 0]]), [3]);
  });
});

describe('losses of classification', () => {
  const logits = [
    [2, 1, -1, 0.5],
    [0, 3, 1, -2],
  ];
  const classes = [[0], [2]];
  const oneHot = [
    [1, 0, 0, 0],
    [0, 0, 1, 0],
  ];
  const logSum = (z: number[]) => Math.log(z.reduce((sum, v) => sum + Math.exp(v), 0));
  const expected = {
    'cross-entropy': [logSum(logits[0]!) - 2, logSum(logits[1]!) - 1],
    margin: [1 - 2, 3 - 1],
    // Third largest: 0.5 and 0.
    dlr: [(1 - 2) / (2 - 0.5), (3 - 1) / (3 - 0)],
  };
  const losses = [crossEntropyLoss, marginLoss, dlrLoss];

  it.each(losses)('$name takes class indices and one-hot rows alike', (loss) => {
    const truth = expected[loss.name as keyof typeof expected];
    close(values(loss, logits, classes), truth);
    close(values(loss, logits, oneHot), truth);
  });

  it('with one output and signs are the logistic loss and the signed output', () => {
    close(values(crossEntropyLoss, [[2], [2]], [[1], [-1]]), [
      Math.log(1 + Math.exp(-2)),
      Math.log(1 + Math.exp(2)),
    ]);
    close(values(marginLoss, [[2], [2]], [[1], [-1]]), [-2, 2]);
  });

  it('do not overflow', () => {
    close(values(crossEntropyLoss, [[1000, 0]], [[1]]), [1000]);
    close(values(crossEntropyLoss, [[1000]], [[-1]]), [1000]);
  });

  it.each(losses)('$name leads an attack to misclassify', (loss) => {
    const d = 20;
    const weights = tf.tensor2d(gaussian(4 * d, 'four classes'), [d, 4]);
    const f = (x: tf.Tensor) => tf.matMul(x, weights);
    const { x, y } = batch(64, d);
    const labels = tf.argMax(f(x), 1);
    const found = pgd({ loss, steps: 20 }).perturb(f, x, labels.toFloat(), 1.5);
    const wrong = take(tf.tidy(() => misclassified.reached(f(found.x), labels.reshape([-1, 1])).toFloat()));
    const clean = take(tf.tidy(() => misclassified.reached(f(x), labels.reshape([-1, 1])).toFloat()));
    expect(clean.every((v) => v === 0)).toBe(true);
    expect(wrong.filter((v) => v === 1).length).toBeGreaterThan(32);
    tf.dispose([weights, x, y, labels, found.x, found.loss]);
  });

  it('of the margin are flat beyond 1, of one output and of the lead of several', () => {
    const [outputs, signs] = [
      [[0.25], [0.25], [3]],
      [[1], [-1], [1]],
    ];
    close(values(hingeLoss, outputs, signs), [0.75, 1.25, 0]);
    close(values(squaredHingeLoss, outputs, signs), [0.75 ** 2 / 2, 1.25 ** 2 / 2, 0]);
    const [several, classes] = [
      [
        [1, 0.25, -2],
        [1, 3, 1.5],
        [1, 3, -2],
      ],
      [[0], [2], [1]],
    ];
    close(values(hingeLoss, several, classes), [0.25, 2.5, 0]);
    close(values(squaredHingeLoss, several, classes), [0.25 ** 2 / 2, 2.5 ** 2 / 2, 0]);
  });

  it.each([
    ['hinge', {}],
    ['hinge', { bothSides: false, steps: 1, relStepSize: 1.25, useBest: false }],
    ['squaredHinge', { norm: 'linf' }],
    ['squaredHinge', { randomStart: true, steps: 8, relStepSize: 4 }],
  ] as const)('attack rows that %s leaves without a gradient, %j', (loss, options) => {
    const { f, w } = linearModel(6);
    const { x, y } = batch(40, 6);
    const labels = tf.tidy(() => tf.sign(f(x)));
    const size = 'norm' in options ? w.reduce((sum, v) => sum + Math.abs(v), 0) : Math.hypot(...w);
    // Such that margins of 1 to 2 come below 1.
    const eps = 1 / size;
    const margins = take(tf.tidy(() => f(x).mul(labels).reshape([-1])));
    expect(margins.filter((v) => v > 1 && v < 2).length).toBeGreaterThan(5);
    const found = pgd({ loss, ...options }).perturb(f, x, labels, eps);
    const power = loss === 'hinge' ? 1 : 2;
    close(
      take(found.loss),
      Array.from(margins, (v) => Math.max(0, 1 - (v - 1)) ** power / power),
    );
    tf.dispose([x, y, labels, found.x]);
  });

  it('misses a third class for dlr, and refuses outputs that are not classes', () => {
    const argumentOf = (act: () => unknown) => {
      try {
        act();
      } catch (error) {
        expect(error).toBeInstanceOf(InvalidArgumentError);
        return (error as InvalidArgumentError).argument;
      }
      return undefined;
    };
    expect(argumentOf(() => values(dlrLoss, [[1, 2]], [[0]]))).toBe('model output shape');
    const x = tf.zeros([3, 2, 4]);
    const y = tf.zeros([3, 1]);
    expect(argumentOf(() => pgd({ loss: 'margin' }).perturb((z) => z, x, y, 0))).toBe('model output shape');
    expect(argumentOf(() => pgd({ loss: 'cubic' as 'margin' }))).toBe('loss');
    tf.dispose([x, y]);
  });
});

it('every loss of that list can be named', () => {
  for (const name of lossNames) expect(pgd({ loss: name }).settings.loss.name).toBe(name);
});

it('a loss of the user is attacked by its own gradient', () => {
  // Asymmetric: only predictions that are too low cost anything.
  const shortfall: SampleLoss = {
    name: 'shortfall',
    value: (prediction, y) => tf.relu(y.sub(prediction)).reshape([-1]),
  };
  const d = 20;
  const { f, w } = linearModel(d);
  const { x, y } = batch(32, d);
  const before = take(tf.tidy(() => f(x).sub(y)));
  const found = pgd({ loss: shortfall }).perturb(f, x, y, 0.5);
  found.loss.dataSync().forEach((loss, i) => {
    if (before[i]! < 0) expect(loss).toBeCloseTo(0.5 * Math.hypot(...w) - before[i]!, 3);
    else expect(loss).toBe(0);
  });
  tf.dispose([x, y, found.x, found.loss]);
});

it('an error above a limit counts as a success for regression', () => {
  const reached = tf.tidy(() =>
    errorAbove(0.5).reached(tf.tensor2d([[1], [2], [0.4]]), tf.tensor2d([[0.6], [1], [1]])),
  );
  expect([...reached.dataSync()]).toEqual([0, 1, 1]);
  reached.dispose();
  expect(() => errorAbove(-1)).toThrow(InvalidArgumentError);
});
