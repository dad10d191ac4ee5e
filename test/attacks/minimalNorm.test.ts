import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apgd, minimalNorm, misclassified, pgd } from '../../src/attacks/index.ts';
import { type NormName, normNames } from '../../src/attacks/norms/index.ts';
import { InvalidArgumentError } from '../../src/errors.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { sized } from '../support/sizes.ts';
import { batch, distances, gaussian, hostDual, linearModel, take, trainedModel } from './problems.ts';

/** Distances where a model of a few dozen terms of float32 crosses its goal. */
const FLOAT32 = 1e-5;

const n = 40;
const d = 20;

/** A network on Gaussian rows and one on digits, each trained once for all norms. */
let model: tf.Sequential;
let ofDigits: ReturnType<typeof digitsNetwork>;
beforeAll(async () => {
  await testRuntime();
  model = await trainedModel(d);
  ofDigits = digitsNetwork();
});
afterAll(() => {
  model.dispose();
  ofDigits.dispose();
});

describe.each(normNames)('the minimal-norm attack in %s', (norm) => {
  it('finds the distance c / |w|_dual at which a linear model has moved by c', () => {
    const { f, w } = linearModel(d);
    const { x, y } = batch(n, d);
    const count = tf.memory().numTensors;
    const found = minimalNorm({ norm, moveBy: 0.6 }).perturb(f, x, y);
    expect(tf.memory().numTensors).toBe(count + 2);
    const exact = 0.6 / hostDual[norm](w);
    for (const distance of found.distance.dataSync())
      expect(Math.abs(distance / exact - 1)).toBeLessThan(FLOAT32);
    distances(norm, found.x, x).forEach((distance, i) => {
      expect(Math.abs(distance / found.distance.dataSync()[i]! - 1)).toBeLessThan(1e-4);
    });
    const moved = take(tf.tidy(() => tf.abs(f(found.x).sub(f(x)))));
    for (const by of moved) expect(by).toBeGreaterThanOrEqual(0.6 * (1 - 1e-5));
    tf.dispose([x, y, found.x, found.distance]);
  });

  it('reaches its goal on a trained network, at no more than the budget PGD needs for it', () => {
    const { x, y } = batch(n, d);
    const moveBy = 0.5;
    const start = model.predict(x) as tf.Tensor;
    const found = minimalNorm({ norm, moveBy }).perturb(model, x, y);
    const distance = found.distance.dataSync();
    const moved = take(tf.tidy(() => tf.abs((model.predict(found.x) as tf.Tensor).sub(start))));
    for (const by of moved) expect(by).toBeGreaterThanOrEqual(moveBy * (1 - 1e-4));
    // PGD with a tenth less than that distance does not get there, but for a few samples.
    const less = Array.from(distance, (v) => 0.9 * v);
    const attacked = pgd({ norm, steps: 40 }).perturb(model, x, start, less);
    const reached = take(attacked.loss).filter((loss) => Math.sqrt(loss) >= moveBy).length;
    expect(reached).toBeLessThanOrEqual(0.1 * n);
    tf.dispose([x, y, start, found.x, found.distance, attacked.x]);
  });

  it('shortens a step that goes too far to the point where the goal is just reached', () => {
    // x^2 moves by 1 at sqrt(1 + x0^2), short of where its tangent does.
    const starts = [1, 3, -2];
    const x = tf.tensor2d(starts, [3, 1]);
    const y = tf.zeros([3]);
    const found = minimalNorm({ norm, moveBy: 1, steps: 1 }).perturb((rows) => rows.square(), x, y);
    found.distance.dataSync().forEach((distance, i) => {
      const exact = Math.sqrt(1 + starts[i]! ** 2) - Math.abs(starts[i]!);
      // A difference of float32 numbers near 3.
      expect(Math.abs(distance / exact - 1)).toBeLessThan(10 * FLOAT32);
    });
    tf.dispose([x, y, found.x, found.distance]);
  });

  it('finds the nearest misclassified input of a linear classifier', () => {
    const classes = 3;
    const weights = tf.tensor2d(gaussian(classes * d, 'classes'), [d, classes]);
    const f = (rows: tf.Tensor) => tf.matMul(rows, weights);
    const { x, y } = batch(n, d);
    const labels = tf.argMax(f(x), 1).reshape([n, 1]).toFloat();
    const found = minimalNorm({ norm, loss: 'margin', reachLoss: 1e-3 }).perturb(f, x, labels);
    const wrong = tf.tidy(() => misclassified.reached(f(found.x), labels));
    expect(wrong.dataSync().every((v) => v === 1)).toBe(true);
    const logits = f(x).arraySync() as number[][];
    const w = weights.arraySync() as number[][];
    found.distance.dataSync().forEach((distance, i) => {
      const own = labels.dataSync()[i]!;
      const nearest = Math.min(
        ...[0, 1, 2]
          .filter((j) => j !== own)
          .map(
            (j) =>
              (logits[i]![own]! - logits[i]![j]! + 1e-3) /
              hostDual[norm](w.map((row) => row[own]! - row[j]!)),
          ),
      );
      expect(Math.abs(distance / nearest - 1)).toBeLessThan(FLOAT32);
    });
    tf.dispose([weights, x, y, labels, wrong, found.x, found.distance]);
  });
});

/**
 * The shortest way from x to <w, x> = <w, x> + gain within [0, 1], on the host in float64: the length at which the most
 * that can be gained reaches it, by bisection. Infinity where it never does.
 */
function exactDistance(norm: NormName, w: number[], x: ArrayLike<number>, gain: number): number {
  const entries = w
    .map((v, i) => ({ slope: Math.abs(v), room: v > 0 ? 1 - x[i]! : x[i]! }))
    .sort((a, b) => b.slope - a.slope);
  const bisect = (low: number, high: number, enough: (t: number) => boolean): number => {
    let [from, to] = [low, high];
    for (let i = 0; i < 200; i++) {
      const middle = (from + to) / 2;
      if (enough(middle)) to = middle;
      else from = middle;
    }
    return to;
  };
  const sum = (term: (e: { slope: number; room: number }) => number): number =>
    entries.reduce((total, e) => total + term(e), 0);
  if (sum((e) => e.slope * e.room) < gain) return Number.POSITIVE_INFINITY;
  if (norm === 'linf') return bisect(0, 1, (t) => sum((e) => e.slope * Math.min(t, e.room)) >= gain);
  if (norm === 'l2') {
    const step = (t: number) => (e: { slope: number; room: number }) => Math.min(t * e.slope, e.room);
    const t = bisect(0, 1e6, (s) => sum((e) => e.slope * step(s)(e)) >= gain);
    return Math.sqrt(sum((e) => step(t)(e) ** 2));
  }
  let [left, used] = [gain, 0];
  for (const { slope, room } of entries) {
    const by = Math.min(room, left / slope);
    used += by;
    left -= by * slope;
    if (left <= 0) break;
  }
  return used;
}

/** The first rows of the digits of those classes, with pixels in [0, 1], and their classes' places in the list. */
function digits(classes: number[], count: number) {
  const rows = readFileSync(new URL('../../data/digits.csv', import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((line) => line.split(',').map(Number))
    .filter((values) => classes.includes(values[64]!))
    .slice(0, count);
  const pixels = rows.map((values) => values.slice(0, 64).map((v) => v / 16));
  return { pixels, labels: rows.map((values) => classes.indexOf(values[64]!)) };
}

/** A small network trained for a moment on eighty digits of four classes, and these. */
function digitsNetwork() {
  const { pixels, labels } = digits([0, 1, 2, 3], 80);
  const layer = (fanIn: number, units: number) =>
    tf
      .tensor2d(gaussian(fanIn * units, 'digits', units), [fanIn, units])
      .div(Math.sqrt(fanIn))
      .variable();
  const weights = [layer(64, 32), layer(32, 4)];
  const f = (rows: tf.Tensor) =>
    tf.matMul(tf.relu(tf.matMul(rows as tf.Tensor2D, weights[0] as tf.Tensor2D)), weights[1] as tf.Tensor2D);
  const x = tf.tensor2d(pixels);
  const y = tf.tensor1d(labels);
  const oneHot = tf.oneHot(y.toInt(), 4);
  const optimizer = tf.train.adam(0.02);
  for (let step = 0; step < 60; step++)
    optimizer.minimize(() => tf.losses.softmaxCrossEntropy(oneHot, f(x)), false, weights);
  optimizer.dispose();
  return { f, x, y, oneHot, dispose: () => tf.dispose([...weights, x, y, oneHot]) };
}

describe.each(normNames)('within bounds the minimal-norm attack in %s', (norm) => {
  const bounds = [0, 1] as const;

  it('goes on along the entries that are not yet at their bound', () => {
    // From (0, 1/2) x1 + x2 comes down from 0.5 to 0.2 by the second entry alone.
    const f = (rows: tf.Tensor) => tf.sum(rows, 1, true).sub(0.2);
    const x = tf.tensor2d([[0, 0.5]]);
    const y = tf.tensor2d([[1]]);
    const found = minimalNorm({ norm, bounds, loss: 'margin', reachLoss: 0 }).perturb(f, x, y);
    expect(Math.abs(take(found.distance)[0]! / 0.3 - 1)).toBeLessThan(FLOAT32);
    const [first, second] = take(found.x);
    expect(first).toBe(0);
    expect(Math.abs(second! - 0.2)).toBeLessThan(FLOAT32);
    tf.dispose([x, y]);
  });

  it('finds the exact distance to the boundary of a linear classifier of digits, for every one', () => {
    const { pixels, labels } = digits([3, 8], 60);
    const mean = (label: number) => {
      const own = pixels.filter((_, i) => labels[i] === label);
      return own[0]!.map((_, j) => own.reduce((sum, v) => sum + v[j]! / own.length, 0));
    };
    const [threes, eights] = [mean(0), mean(1)];
    const w = eights.map((v, j) => Math.fround(v - threes[j]!));
    const middle = eights.reduce((sum, v, j) => sum + (w[j]! * (v + threes[j]!)) / 2, 0);
    const weights = tf.tensor2d(w, [64, 1]);
    const f = (rows: tf.Tensor) => tf.matMul(rows, weights).sub(middle);
    const x = tf.tensor2d(pixels);
    const y = tf.tensor2d(labels.map((label) => [2 * label - 1]));
    const count = tf.memory().numTensors;
    const found = minimalNorm({ norm, bounds, loss: 'margin', reachLoss: 0 }).perturb(f, x, y);
    expect(tf.memory().numTensors).toBe(count + 2);
    const inputs = x.arraySync() as number[][];
    const values = found.x.dataSync();
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
    const measured = distances(norm, found.x, x);
    found.distance.dataSync().forEach((distance, i) => {
      const side = 2 * labels[i]! - 1;
      const value = side * (w.reduce((sum, v, j) => sum + v * inputs[i]![j]!, 0) - middle);
      const exact =
        value <= 0
          ? 0
          : exactDistance(
              norm,
              w.map((v) => -side * v),
              inputs[i]!,
              value,
            );
      expect(Math.abs(distance - exact)).toBeLessThanOrEqual(FLOAT32 * (1e-2 + exact));
      expect(Math.abs(distance - measured[i]!)).toBeLessThanOrEqual(FLOAT32 * (1e-2 + exact));
    });
    const reached = take(tf.tidy(() => f(found.x).mul(y)));
    for (const value of reached) expect(value).toBeLessThanOrEqual(0);
    tf.dispose([weights, x, y, found.x, found.distance]);
  });

  it('finds every digit that PGD and APGD find, at no more than their budget', () => {
    const { f, x, y, oneHot } = ofDigits;
    const found = minimalNorm({ norm, bounds, loss: 'margin', reachLoss: 0 }).perturb(f, x, y);
    const distance = found.distance.dataSync();
    const wrong = take(tf.tidy(() => misclassified.reached(f(found.x), oneHot)));
    expect(wrong.every((v) => v === 1)).toBe(true);
    const median = [...distance].sort((a, b) => a - b)[40]!;
    for (const eps of sized([1.2 * median], [median, 1.5 * median])) {
      for (const attack of [pgd, apgd]) {
        const other = attack({ norm, bounds, loss: 'margin', steps: sized(10, 20) }).perturb(f, x, y, eps);
        other.x.dispose();
        const lost = [...take(other.loss)].filter(
          (loss, i) => loss >= 0 && distance[i]! > eps * (1 + FLOAT32),
        );
        expect(lost).toEqual([]);
      }
    }
    tf.dispose([found.x, found.distance]);
  });

  it('says Infinity, and gives the input back, where no input within them reaches the goal', () => {
    const f = (rows: tf.Tensor) => tf.sum(rows, 1, true);
    const x = tf.tensor2d([[0.5, 0.25, 0.75]]);
    const found = minimalNorm({ norm, bounds, moveBy: 1.6 }).perturb(f, x, tf.zeros([1, 1]));
    expect(take(found.distance)[0]).toBe(Number.POSITIVE_INFINITY);
    expect(take(found.x)).toEqual(x.dataSync());
    x.dispose();
  });
});

it('says Infinity, and gives the input back, where nothing can be reached', () => {
  const flat = (rows: tf.Tensor) => tf.sum(rows.mul(0), 1, true);
  const { x, y } = batch(4, 3);
  const found = minimalNorm({ moveBy: 1 }).perturb(flat, x, y);
  expect([...found.distance.dataSync()]).toEqual(Array(4).fill(Number.POSITIVE_INFINITY));
  expect(found.x.dataSync()).toEqual(x.dataSync());
  tf.dispose([x, y, found.x, found.distance]);
});

it('moves nothing where the goal is reached already', () => {
  const f = (rows: tf.Tensor) => tf.sum(rows, 1, true);
  const x = tf.tensor2d([[0.5, 0.25]]);
  const y = tf.tensor2d([[-1]]);
  const found = minimalNorm({ bounds: [0, 1], loss: 'margin', reachLoss: 0 }).perturb(f, x, y);
  expect(take(found.distance)[0]).toBe(0);
  expect(take(found.x)).toEqual(x.dataSync());
  tf.dispose([x, y]);
});

it('needs exactly one goal, and an output that fits it', () => {
  expect(() => minimalNorm({})).toThrow(InvalidArgumentError);
  expect(() => minimalNorm({ moveBy: 1, reachLoss: 0 })).toThrow(InvalidArgumentError);
  expect(() => minimalNorm({ moveBy: 1, bisections: 3 } as object)).toThrow(/^invalid bisections: 3/);
  expect(() => minimalNorm({ moveBy: 1, refinements: -3 })).toThrow(/^invalid refinements: -3/);
  expect(() => minimalNorm({ moveBy: -1 })).toThrow(/^invalid moveBy: -1/);
  expect(() => minimalNorm({ reachLoss: Number.NaN })).toThrow(/^invalid reachLoss: NaN/);
  const { x, y } = batch(4, 3);
  expect(() => minimalNorm({ moveBy: 1 }).perturb((rows) => rows, x, y)).toThrow(
    /^invalid model output shape/,
  );
  tf.dispose([x, y]);
});
