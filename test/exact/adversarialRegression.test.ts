import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HostRows } from '../../src/data/dataset.ts';
import {
  type AttackNorm,
  adversarialRegression,
  adversarialRegressionPath,
  criticalEpsLinear,
  largestInterpolatingEps,
} from '../../src/exact/index.ts';
import { ridge } from '../../src/exact/ridge.ts';
import { diabetes, teacherRows } from './problems.ts';

const GAP = 1e-6;
const norms: AttackNorm[] = ['l2', 'linf', 'l1'];

const dualNorm = (theta: Float64Array, norm: AttackNorm): number => {
  if (norm === 'l2') return Math.hypot(...theta);
  const sizes = theta.map(Math.abs);
  return norm === 'linf' ? sizes.reduce((sum, size) => sum + size, 0) : Math.max(...sizes);
};

/** The objective, written out once more. */
function objectiveAt(
  { n, d, x, y }: HostRows,
  theta: Float64Array,
  { eps, lambda = 0, norm }: { eps: number; lambda?: number; norm: AttackNorm },
): number {
  const cost = eps * dualNorm(theta, norm);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    const row = x.subarray(i * d, (i + 1) * d);
    const fit = theta.reduce((total, value, j) => total + value * row[j]!, 0);
    sum += (Math.abs(y[i]! - fit) + cost) ** 2 / (2 * n);
  }
  return sum + (lambda / 2) * theta.reduce((total, value) => total + value * value, 0);
}

describe('adversarialRegression on diabetes', () => {
  const data = diabetes();

  // Objective (1/2n) sum (|r| + eps |theta|_*)^2 + (lambda/2) |theta|^2 and clean error by cvxpy 1.9.3 with Clarabel 0.11.1,
  // tolerances 1e-11.
  it.each([
    { norm: 'l2', eps: 0.1, lambda: 0, objective: 13550.34902239, clean: 26194.98195 },
    { norm: 'linf', eps: 0.05, lambda: 0, objective: 13571.815755952, clean: 26276.74971 },
    { norm: 'l1', eps: 0.1, lambda: 0, objective: 13298.912948656, clean: 26140.421599 },
    { norm: 'l2', eps: 0.1, lambda: 0.3, objective: 13660.780245338, clean: 26364.170585 },
    { norm: 'linf', eps: 0.05, lambda: 0.3, objective: 13701.884093657, clean: 26415.884559 },
    { norm: 'l1', eps: 0.1, lambda: 0.3, objective: 13457.780814149, clean: 26261.713464 },
  ] as const)('agrees with Clarabel: $norm, eps $eps, lambda $lambda', ({ objective, clean, ...options }) => {
    const loose = adversarialRegression(data, options);
    expect(loose.converged).toBe(true);
    expect(Math.abs(loose.objective / objective - 1)).toBeLessThan(GAP);
    const tight = adversarialRegression(data, { ...options, tolerance: 1e-10 });
    expect(tight.converged).toBe(true);
    expect(Math.abs(tight.objective / objective - 1)).toBeLessThan(2e-10);
    // The clean error is of first order in theta, theta of the square root of the gap.
    expect(Math.abs(tight.cleanError / clean - 1)).toBeLessThan(2e-6);
    expect(tight.robustError + options.lambda * Math.hypot(...tight.theta) ** 2).toBeCloseTo(
      2 * tight.objective,
      6,
    );
  });

  it('has robust error 27100.698045 and clean error 26194.981904 in l2 at eps .1', () => {
    const { robustError, cleanError } = adversarialRegression(data, { eps: 0.1, tolerance: 1e-11 });
    expect(robustError).toBeCloseTo(27100.698045, 5);
    expect(Math.abs(cleanError / 26194.981904 - 1)).toBeLessThan(1e-7);
  });

  it('keeps four coefficients under an l-infinity attack at eps .05', () => {
    const { theta, robustError } = adversarialRegression(data, { eps: 0.05, norm: 'linf' });
    expect(Array.from(theta.keys()).filter((j) => theta[j] !== 0)).toEqual([2, 3, 6, 8]);
    expect(Math.abs(robustError / 27143.631512 - 1)).toBeLessThan(GAP);
  });

  it('gives theta = 0 from the critical eps on, and not before', () => {
    expect(criticalEpsLinear(data)).toBeCloseTo(0.6113797, 8);
    expect(criticalEpsLinear(data, 'linf')).toBeCloseTo(0.29684478, 8);
    for (const norm of norms) {
      const critical = criticalEpsLinear(data, norm);
      const beyond = adversarialRegression(data, { eps: critical * 1.0001, norm });
      expect(beyond.converged && beyond.theta.every((value) => value === 0)).toBe(true);
      const before = adversarialRegression(data, { eps: critical * 0.98, norm });
      expect(before.theta.some((value) => value !== 0)).toBe(true);
      expect(before.objective).toBeLessThan(beyond.objective);
    }
  });

  it.each(norms)('follows a path in eps and lambda to the same optima, %s', (norm) => {
    const points = [0.05, 0.055, 0.06, 0.066].flatMap((eps) => [0, 0.1].map((lambda) => ({ eps, lambda })));
    points.sort((a, b) => a.lambda - b.lambda);
    const path = adversarialRegressionPath(data, points, { norm });
    path.forEach((result, k) => {
      const alone = adversarialRegression(data, { ...points[k]!, norm });
      expect(result.converged).toBe(true);
      expect(Math.abs(result.objective / alone.objective - 1)).toBeLessThan(GAP);
    });
    const total = path.reduce((sum, { iterations }) => sum + iterations, 0);
    expect(total / path.length).toBeLessThan(adversarialRegression(data, { ...points[0]!, norm }).iterations);
  });
});

describe('adversarialRegression', () => {
  it('is ridge regression at eps = 0', () => {
    const { theta, relativeGap } = adversarialRegression(diabetes(), { eps: 0, lambda: 0.2 });
    const { x, y } = diabetes();
    expect(theta).toEqual(ridge(x as Float64Array, y, 0.2));
    expect(relativeGap).toBeLessThan(1e-12);
    const nearly = adversarialRegression(diabetes(), { eps: 1e-7, lambda: 0.2, tolerance: 1e-9 });
    theta.forEach((value, j) => {
      expect(nearly.theta[j]).toBeCloseTo(value, 2);
    });
  });

  it('finds the minimum of one coefficient that a search finds', () => {
    const data = teacherRows(15, 1, 4);
    for (const [eps, lambda] of [
      [0.1, 0],
      [0.5, 0.3],
      [0.8, 0],
    ] as const) {
      // Convex in one variable: golden-section search.
      let [low, high] = [-5, 5];
      const value = (t: number) => objectiveAt(data, Float64Array.of(t), { eps, lambda, norm: 'l2' });
      const golden = (Math.sqrt(5) - 1) / 2;
      for (let k = 0; k < 80; k++) {
        const [a, b] = [high - golden * (high - low), low + golden * (high - low)];
        if (value(a) < value(b)) high = b;
        else low = a;
      }
      for (const norm of norms) {
        const { objective, theta } = adversarialRegression(data, { eps, lambda, norm, tolerance: 1e-9 });
        expect(objective).toBeCloseTo(value(low), 8);
        expect(theta[0]).toBeCloseTo(low, 3);
      }
    }
  });

  it.each(norms)('interpolates up to the largest such eps and not beyond, %s', (norm) => {
    const data = teacherRows(25, 60, 3);
    const limit = largestInterpolatingEps(data, norm);
    expect(limit).toBeLessThan(criticalEpsLinear(data, norm));
    const below = adversarialRegression(data, { eps: 0.99 * limit, norm, tolerance: 1e-9 });
    const beyond = adversarialRegression(data, { eps: 1.05 * limit, norm, tolerance: 1e-9 });
    expect(below.converged && beyond.converged).toBe(true);
    expect(below.cleanError).toBeLessThan(1e-12);
    expect(beyond.cleanError).toBeGreaterThan(1e-7);
    if (norm !== 'l2') return;
    const least = ridge(Float64Array.from(data.x), data.y, 0);
    least.forEach((value, j) => {
      expect(below.theta[j]).toBeCloseTo(value, 4);
    });
  });

  it('interpolates up to an eps that orthogonal rows give by hand', () => {
    // theta = (1, 2, 0) = X'a with a = (1/3, 1/2), and 1 / (n max |alpha|) with alpha = a / |theta| is sqrt 5.
    const data = { n: 2, d: 3, x: Float64Array.of(3, 0, 0, 0, 4, 0), y: Float64Array.of(3, 8) };
    expect(largestInterpolatingEps(data)).toBeCloseTo(Math.sqrt(5), 12);
    // |theta|_1 = 3 has the subgradients X'alpha = (1, 1, .), alpha = (1/3, 1/4); |theta|_inf = 2 those with (0, 1, 0), alpha = (0, 1/4).
    expect(largestInterpolatingEps(data, 'linf')).toBeCloseTo(3 / 2, 4);
    expect(largestInterpolatingEps(data, 'l1')).toBeCloseTo(2, 4);
    expect(largestInterpolatingEps({ ...data, y: new Float64Array(2) })).toBe(Number.POSITIVE_INFINITY);
  });

  it('solves far more columns than rows, and as well as in the other form', () => {
    const data = teacherRows(30, 450, 5);
    for (const norm of norms) {
      // Columns of zeros change nothing; without them the system is factored by columns.
      const wide = { ...data, d: 900, x: new Float64Array(30 * 900) };
      for (let i = 0; i < 30; i++) wide.x.set(data.x.subarray(i * 450, (i + 1) * 450), i * 900);
      const short = { ...data, d: 300, x: new Float64Array(30 * 300) };
      const long = { ...data, d: 500, x: new Float64Array(30 * 500) };
      for (let i = 0; i < 30; i++) {
        short.x.set(data.x.subarray(i * 450, i * 450 + 300), i * 300);
        long.x.set(data.x.subarray(i * 450, i * 450 + 300), i * 500);
      }
      const options = { eps: norm === 'linf' ? 0.05 : 0.3, lambda: norm === 'l1' ? 0.1 : 0, norm };
      const a = adversarialRegression(short, options);
      const b = adversarialRegression(long, options);
      expect(a.converged && b.converged && adversarialRegression(wide, options).converged).toBe(true);
      expect(Math.abs(a.objective / b.objective - 1)).toBeLessThan(GAP);
    }
  });

  it('proves the gap of an interpolating solution at lambda = 0', () => {
    const data = teacherRows(20, 450, 5);
    for (const norm of norms)
      for (const fitIntercept of [false, true]) {
        const found = adversarialRegression(data, { eps: 0.05, norm, fitIntercept });
        expect(found.converged).toBe(true);
        expect(found.cleanError).toBeLessThan(1e-2 * found.robustError);
      }
  });

  it('begins at most twice above the optimum in l2, and needs few iterations for many rows', () => {
    const once = teacherRows(50, 10, 7);
    const copies = 40;
    const many = {
      ...once,
      n: 50 * copies,
      x: new Float64Array(500 * copies),
      y: new Float64Array(50 * copies),
    };
    for (let k = 0; k < copies; k++) {
      many.x.set(once.x, 500 * k);
      many.y.set(once.y, 50 * k);
    }
    for (const norm of norms) {
      const options = { eps: norm === 'linf' ? 0.05 : 0.2, norm };
      const objectives: number[] = [];
      const found = adversarialRegression(many, {
        ...options,
        onProgress: ({ objective }) => objectives.push(objective),
      });
      const alone = adversarialRegression(once, { ...options, tolerance: 1e-8 });
      expect(found.converged).toBe(true);
      // Copies of the rows change nothing.
      expect(Math.abs(found.objective / alone.objective - 1)).toBeLessThan(GAP);
      expect(found.iterations).toBeLessThanOrEqual(12);
      if (norm === 'l2') expect(objectives[0]).toBeLessThanOrEqual(2 * alone.objective);
    }
  });

  it('solves duplicate, constant and zero columns, and targets that are constant or zero', () => {
    const base = diabetes();
    const columns = (pick: (i: number) => number[]): HostRows => {
      const rows = Array.from({ length: base.n }, (_, i) => pick(i));
      return { n: base.n, d: rows[0]!.length, x: Float64Array.from(rows.flat()), y: base.y };
    };
    const row = (i: number) => Array.from(base.x.subarray(i * 10, i * 10 + 10));
    const plain = adversarialRegression(base, { eps: 0.05, norm: 'linf' });
    const doubled = adversarialRegression(
      columns((i) => [...row(i), ...row(i), 0]),
      { eps: 0.05, norm: 'linf' },
    );
    // Under l-infinity attacks a copied column gains nothing.
    expect(Math.abs(doubled.objective / plain.objective - 1)).toBeLessThan(2 * GAP);
    expect(doubled.converged).toBe(true);
    for (const norm of norms) {
      const flat = adversarialRegression(
        columns((i) => [...row(i), 1, 0]),
        { eps: 0.05, norm },
      );
      expect(flat.converged).toBe(true);
      // A constant column carries the mean of y.
      expect(flat.objective).toBeLessThan(0.6 * plain.objective);
      const constant = adversarialRegression({ ...base, y: base.y.map(() => 3) }, { eps: 0.05, norm });
      expect(constant.converged && constant.theta.every(Number.isFinite)).toBe(true);
      const zero = adversarialRegression({ ...base, y: base.y.map(() => 0) }, { eps: 0.05, norm });
      expect(zero).toMatchObject({ objective: 0, dualityGap: 0, relativeGap: 0, converged: true });
      expect(zero.theta.every((value) => value === 0)).toBe(true);
    }
  });

  it('is optimal to its certificate on small problems of every kind, and never NaN', () => {
    const entry = fc.oneof(fc.constant(0), fc.constant(1), fc.double({ min: -3, max: 3, noNaN: true }));
    const problem = fc.integer({ min: 1, max: 6 }).chain((n) =>
      fc.integer({ min: 1, max: 8 }).chain((d) =>
        fc.record({
          n: fc.constant(n),
          d: fc.constant(d),
          x: fc.array(entry, { minLength: n * d, maxLength: n * d }).map((v) => Float64Array.from(v)),
          y: fc.array(entry, { minLength: n, maxLength: n }).map((v) => Float64Array.from(v)),
          eps: fc.double({ min: 0.01, max: 2, noNaN: true }),
          lambda: fc.constantFrom(0, 1e-6, 0.5),
          norm: fc.constantFrom(...norms),
          other: fc.array(fc.double({ min: -2, max: 2, noNaN: true }), { minLength: d, maxLength: d }),
        }),
      ),
    );
    fc.assert(
      fc.property(problem, ({ n, d, x, y, eps, lambda, norm, other }) => {
        const data = { n, d, x, y };
        const options = { eps, lambda, norm };
        const result = adversarialRegression(data, options);
        const here = objectiveAt(data, result.theta, options);
        const scale = 1e-9 * (1 + here);
        expect(Math.abs(here - result.objective)).toBeLessThan(scale);
        expect(result.dualityGap).toBeGreaterThanOrEqual(0);
        // No other point may fall below the bound: not a random one, not theta moved towards it, not theta = 0.
        const bound = result.objective - result.dualityGap - scale;
        for (const t of [0, 0.001, 0.03, 1]) {
          const moved = result.theta.map((value, j) => value + t * (other[j]! - value));
          expect(objectiveAt(data, moved, options)).toBeGreaterThanOrEqual(bound);
          expect(
            objectiveAt(
              data,
              result.theta.map((value) => (1 - t) * value),
              options,
            ),
          ).toBeGreaterThanOrEqual(bound);
        }
        expect(result.converged).toBe(true);
      }),
      { numRuns: 300, seed: 5 },
    );
  });

  it('refuses what it cannot use, by name', () => {
    const data = diabetes();
    expect(() => adversarialRegression(data, { eps: -0.1 })).toThrow('invalid eps: -0.1');
    expect(() => adversarialRegression(data, { eps: 0.1, lambda: Number.NaN })).toThrow(
      'invalid lambda: NaN',
    );
    expect(() => adversarialRegression(data, { eps: 0.1, norm: 'l3' as AttackNorm })).toThrow(
      'invalid norm: "l3"',
    );
    const y = data.y.slice();
    y[7] = Number.NaN;
    expect(() => adversarialRegression({ ...data, y }, { eps: 0.1 })).toThrow('invalid y in row 7: NaN');
    const x = data.x.slice();
    x[23] = Number.POSITIVE_INFINITY;
    expect(() => adversarialRegression({ ...data, x }, { eps: 0.1 })).toThrow(
      'invalid x in row 2, column 3: Infinity',
    );
    expect(() => adversarialRegression({ ...data, n: 441 }, { eps: 0.1 })).toThrow('4420 values');
    expect(() => adversarialRegression(data, { eps: 0.1, gradients: 'exact' } as { eps: number })).toThrow(
      /^invalid gradients: "exact" \(expected an option of adversarialRegression/,
    );
    expect(() => adversarialRegression(data, { eps: 0.1, onProgress: 3 as never })).toThrow(
      'invalid onProgress: 3',
    );
    expect(() => criticalEpsLinear(data, 'l2', { intercept: true } as object)).toThrow(
      'invalid intercept: true',
    );
    const twice = { n: 3, d: 2, x: Float64Array.of(1, 1, 2, 2, 3, 3), y: Float64Array.of(1, 2, 2) };
    expect(() => adversarialRegression(twice, { eps: 0 })).toThrow('lack full rank');
    expect(() => largestInterpolatingEps(data)).toThrow('442 rows of 10 columns');
  });
});
