import { describe, expect, it } from 'vitest';
import { ballAbout } from '../../src/attacks/ball.ts';
import {
  type Attack,
  apgd,
  fgm,
  linearised,
  type NormName,
  normNames,
  pgd,
  randomDirection,
  randomNoise,
} from '../../src/attacks/index.ts';
import { tf } from '../../src/runtime/tf.ts';
import { quickRuntime } from '../support/runtime.ts';
import { batch, distances, gaussian, linearModel, rowsOf, take } from './problems.ts';

/** What the attacks promise: |x_adversarial - x| <= eps (1 + this). */
const EPS_TOLERANCE = 1e-5;
/** Losses after a few float32 operations on d = 20 terms. */
const FLOAT32 = 2e-5;

const n = 40;
const d = 20;

await quickRuntime();

/**
 * The most that <w, v> can be for |v| <= length and x + v within [0, 1], on the host in float64. l1 is a fractional
 * knapsack, l2 the length of min(t |w|, room) as a function of t, by bisection.
 */
function mostGained(norm: NormName, w: ArrayLike<number>, x: ArrayLike<number>, length: number): number {
  const entries = Array.from(w, (v, i) => ({ slope: Math.abs(v), room: v > 0 ? 1 - x[i]! : x[i]! }));
  if (norm === 'linf') return entries.reduce((sum, e) => sum + e.slope * Math.min(length, e.room), 0);
  if (norm === 'l1') {
    let left = length;
    return entries
      .sort((a, b) => b.slope - a.slope)
      .reduce((sum, e) => {
        const by = Math.min(left, e.room);
        left -= by;
        return sum + by * e.slope;
      }, 0);
  }
  const stepAt = (t: number): number[] => entries.map((e) => Math.min(t * e.slope, e.room));
  let [from, to] = [0, 1e6];
  for (let i = 0; i < 200; i++) {
    const middle = (from + to) / 2;
    if (Math.hypot(...stepAt(middle)) >= length) to = middle;
    else from = middle;
  }
  return stepAt(from).reduce((sum, u, i) => sum + u * entries[i]!.slope, 0);
}

describe.each(normNames)('the points of a ball in %s', (norm) => {
  const oneStep: [string, Attack][] = [
    ['FGM', fgm({ norm, bounds: [0, 1], loss: 'margin' })],
    ['the linearised attack', linearised({ norm, bounds: [0, 1], loss: 'margin' })],
    // Its own steps do not lead there; it tries the whole step besides.
    ['PGD', pgd({ norm, bounds: [0, 1], loss: 'margin', restarts: 2 })],
  ];

  it.each(oneStep)('%s finds the worst input of a linear model within bounds', (_, attack) => {
    const { f, w } = linearModel(d);
    const data = batch(n, d);
    // Some of the inputs lie on a bound from the start.
    const x = tf.tidy(() => tf.clipByValue(data.x.mul(0.5).add(0.5), 0, 1));
    const y = tf.tensor2d(gaussian(n, 'signs').map(Math.sign), [n, 1]);
    const signs = y.dataSync();
    const clean = take(tf.tidy(() => f(x).mul(y).neg()));
    for (const eps of { l2: [0.1, 1], linf: [0.05, 0.6], l1: [0.3, 4] }[norm]) {
      const found = attack.perturb(f, x, y, eps);
      const values = found.x.dataSync();
      expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...values)).toBeLessThanOrEqual(1);
      for (const distance of distances(norm, found.x, x))
        expect(distance).toBeLessThanOrEqual(eps * (1 + EPS_TOLERANCE));
      const loss = found.loss.dataSync();
      rowsOf(x).forEach((row, i) => {
        const gain = mostGained(
          norm,
          w.map((v) => -signs[i]! * v),
          row,
          eps,
        );
        expect(Math.abs(loss[i]! - clean[i]! - gain)).toBeLessThanOrEqual(FLOAT32 * (1 + Math.abs(loss[i]!)));
      });
      tf.dispose([found.x, found.loss]);
    }
    tf.dispose([x, y, data.x, data.y]);
  });

  it('PGD is not below FGM within bounds, for any sample of a regression on a linear model', () => {
    const { f } = linearModel(d);
    const data = batch(n, d);
    const x = tf.tidy(() => tf.clipByValue(data.x.mul(0.5).add(0.5), 0, 1));
    for (const eps of [0.1, 1, 4]) {
      const [one, many] = [fgm, pgd].map((attack) => {
        const found = attack({ norm, bounds: [0, 1] }).perturb(f, x, data.y, eps);
        found.x.dispose();
        return take(found.loss);
      });
      many!.forEach((loss, i) => {
        expect(loss).toBeGreaterThanOrEqual(one![i]! * (1 - FLOAT32));
      });
    }
    tf.dispose([x, data.x, data.y]);
  });

  it('are reached by steps that spend their length where the bounds leave room', () => {
    // The first entry is at its bound already. The rest is that of the free step along (3, 4), or in l1 along 4 alone.
    const x = tf.tensor2d([[1, 0.5, 0.1]]);
    const ball = ballAbout(x, 10, pgd({ norm, bounds: [0, 1] }).settings);
    const moved = take(tf.tidy(() => ball.ascend(x, tf.tensor2d([[12, 3, 4]]), 0.2).sub(x)));
    const expected = { l2: [0, 0.12, 0.16], linf: [0, 0.2, 0.2], l1: [0, 0, 0.2] }[norm];
    moved.forEach((v, i) => {
      expect(Math.abs(v - expected[i]!)).toBeLessThan(1e-6);
    });
    x.dispose();
  });

  it.each([1, 1000, 30000])('keep to eps where inputs are near %i and their roundings are not', (size) => {
    const { f } = linearModel(d);
    const data = batch(n, d);
    const x = tf.tidy(() => data.x.add(size));
    const attacks: Attack[] = [
      fgm({ norm }),
      linearised({ norm }),
      pgd({ norm, steps: 5, randomStart: true }),
      apgd({ norm, steps: 5 }),
      randomNoise({ norm, samples: 3 }),
      randomDirection({ norm }),
      fgm({ norm, bounds: [size - 1, size + 1] }),
    ];
    for (const attack of attacks) {
      const within = attack.settings.bounds
        ? tf.tidy(() => tf.clipByValue(x, size - 1, size + 1))
        : x.clone();
      for (const eps of [0.01, 0.1]) {
        const found = attack.perturb(f, within, data.y, eps);
        for (const distance of distances(norm, found.x, within))
          expect(distance).toBeLessThanOrEqual(eps * (1 + EPS_TOLERANCE));
        tf.dispose([found.x, found.loss]);
      }
      within.dispose();
    }
    tf.dispose([x, data.x, data.y]);
  });

  it('use what float32 leaves of eps near 1,000', () => {
    const { f } = linearModel(d);
    const data = batch(n, d);
    const x = tf.tidy(() => data.x.add(1000));
    const found = fgm({ norm }).perturb(f, x, data.y, 0.1);
    // An entry is rounded by no more than a float, 2^-14 = 6.1e-5 here, and moved by whole ones.
    const floats = { l2: Math.sqrt(d), linf: 1, l1: 1 }[norm];
    for (const distance of distances(norm, found.x, x))
      expect(distance).toBeGreaterThanOrEqual(0.1 - floats * 2 ** -14);
    tf.dispose([x, data.x, data.y, found.x, found.loss]);
  });
});

it('a step of PGD in l1 goes on to the next entries where the bounds stop the first', () => {
  const { f, w } = linearModel(d);
  const x = tf.fill([1, d], 0.5);
  const attack = pgd({ norm: 'l1', bounds: [0, 1], loss: 'margin', steps: 1, stepSize: 1.75 });
  const found = attack.perturb(f, x, tf.tensor1d([-1]), 3);
  // Three entries have half a unit of room each, and the fourth takes the rest.
  const gained = take(tf.tidy(() => f(found.x).sub(f(x))))[0]!;
  expect(Math.abs(gained - mostGained('l1', w, Array(d).fill(0.5), 1.75))).toBeLessThan(1e-4);
  tf.dispose([x, { ...found }]);
});
