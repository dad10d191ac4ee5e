import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { normNamed, normNames } from '../../src/attacks/norms/index.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { hostDual, hostNorm, rowsOf, take } from './problems.ts';

/** A few roundings of float32. */
const FLOAT32 = 3e-6;

beforeAll(async () => {
  await testRuntime();
});

// Nothing between 0 and 1e-30: some engines flush what is smaller to zero.
const entry = fc
  .tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.integer({ min: -6, max: 3 }))
  .map(([m, power]) => (Math.abs(m) < 1e-20 ? 0 : m * 10 ** power));
const vector = fc.array(fc.oneof({ weight: 4, arbitrary: entry }, fc.constant(0)), {
  minLength: 1,
  maxLength: 12,
});
const radius = fc.integer({ min: -3, max: 2 }).map((power) => 10 ** power);

const row = (values: number[]) => tf.tensor2d([values]);

describe.each(normNames)('the norm %s', (name) => {
  const norm = normNamed(name);
  const measureOf = (v: ArrayLike<number>) => hostNorm[name](v);

  it('measures each sample over all its axes', () => {
    const x = tf.tensor3d([
      [
        [3, 0],
        [-4, 0],
      ],
      [
        [0, 0],
        [0, 0],
      ],
    ]);
    const measured = norm.measure(x);
    expect(measured.shape).toEqual([2, 1, 1]);
    const [first, second] = take(measured);
    expect(first).toBeCloseTo(measureOf([3, -4]), 5);
    expect(second).toBe(0);
    x.dispose();
  });

  it('projects into the ball, onto its nearest point', () => {
    const random = stream('projection', name);
    fc.assert(
      fc.property(vector, radius, (delta, eps) => {
        const projected = take(tf.tidy(() => norm.project(row(delta), tf.scalar(eps))));
        // Thresholding subtracts numbers of the size of delta.
        expect(measureOf(projected)).toBeLessThanOrEqual(eps + FLOAT32 * (eps + hostNorm.linf(delta)));
        // p is nearest to delta exactly if <delta - p, z - p> <= 0 for every z in the ball.
        const z = new Float32Array(delta.length);
        const scale = hostNorm.l2(delta) + eps;
        for (let trial = 0; trial < 5; trial++) {
          norm.randomInUnitBall(random, z);
          const outer = trial === 0 ? 1 : 1 / measureOf(z);
          const inner = delta.reduce((sum, v, i) => {
            const p = projected[i]!;
            return sum + (Math.fround(v) - p) * (z[i]! * outer * eps - p);
          }, 0);
          expect(inner).toBeLessThanOrEqual(10 * FLOAT32 * scale ** 2);
        }
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it('leaves what is inside the ball bit for bit as it is', () => {
    fc.assert(
      fc.property(vector, (delta) => {
        const inside = Float32Array.from(delta);
        const eps = 1.01 * hostNorm[name](inside) + 1e-3;
        expect(take(tf.tidy(() => norm.project(row([...inside]), tf.scalar(eps))))).toEqual(inside);
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  it('takes a budget for each sample', () => {
    const projected = tf.tidy(() =>
      norm.project(
        tf.tensor2d([
          [3, 4],
          [3, 4],
          [3, 4],
        ]),
        tf.tensor2d([[0.5], [2], [0]]),
      ),
    );
    const lengths = rowsOf(projected).map(measureOf);
    expect(lengths[0]).toBeCloseTo(0.5, 5);
    expect(lengths[1]).toBeCloseTo(2, 5);
    expect(lengths[2]).toBe(0);
    projected.dispose();
  });

  it('steps along the steepest direction: of length 1, and with the dual norm as its slope', () => {
    fc.assert(
      fc.property(vector, (gradient) => {
        const g = Float32Array.from(gradient);
        fc.pre(g.some((v) => v !== 0));
        const v = take(tf.tidy(() => norm.steepest(row([...g]), 1)));
        expect(Math.abs(measureOf(v) - 1)).toBeLessThanOrEqual(FLOAT32);
        const slope = g.reduce((sum, gi, i) => sum + gi * v[i]!, 0);
        expect(Math.abs(slope / hostDual[name](g) - 1)).toBeLessThanOrEqual(FLOAT32);
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it.each([1e-20, 1e-30, 1e20, 1e30])(
    'finds the same steepest direction of a gradient scaled by %f',
    (scale) => {
      const gradient = [0.3, -2, 0.7, 1.1];
      const plain = take(tf.tidy(() => norm.steepest(row(gradient), 1)));
      const scaled = take(tf.tidy(() => norm.steepest(row(gradient.map((g) => g * scale)), 1)));
      plain.forEach((v, i) => {
        expect(Math.abs(scaled[i]! - v)).toBeLessThanOrEqual(FLOAT32);
      });
    },
  );

  it('steps in the only direction that there is for inputs of one number', () => {
    const step = take(tf.tidy(() => norm.steepest(tf.tensor2d([3, -1e-3, 0], [3, 1]), 0.5)));
    expect([...step]).toEqual([0.5, -0.5, 0]);
  });

  it('is zero, not NaN, at zero', () => {
    const zero = tf.zeros([2, 3]);
    for (const result of [
      norm.steepest(zero, 1),
      norm.project(zero, tf.scalar(1)),
      norm.project(zero, tf.scalar(0)),
      norm.measure(zero),
    ])
      expect(take(result).every((v) => v === 0)).toBe(true);
    zero.dispose();
  });

  it('starts at points uniform in the unit ball', () => {
    // |u|^D is uniform on [0, 1] for u uniform in the ball of any norm in R^D, and the mean of u is zero.
    const D = 3;
    const n = 4000;
    const random = stream('start', name);
    const point = new Float32Array(D);
    const mean = new Float64Array(D);
    let radial = 0;
    let radialSquared = 0;
    for (let i = 0; i < n; i++) {
      norm.randomInUnitBall(random, point);
      const r = measureOf(point);
      expect(r).toBeLessThanOrEqual(1 + FLOAT32);
      radial += r ** D / n;
      radialSquared += r ** (2 * D) / n;
      point.forEach((v, j) => {
        mean[j]! += v / n;
      });
    }
    // Four standard errors: the uniform law has variance 1/12, its square 4/45; an entry of u less than 1.
    expect(Math.abs(radial - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / n));
    expect(Math.abs(radialSquared - 1 / 3)).toBeLessThan(4 * Math.sqrt(4 / 45 / n));
    for (const m of mean) expect(Math.abs(m)).toBeLessThan(4 / Math.sqrt(n));
  });
});

it('refuses a norm it does not know', () => {
  expect(() => normNamed('l3' as 'l2')).toThrow(/^invalid norm: "l3"/);
});
