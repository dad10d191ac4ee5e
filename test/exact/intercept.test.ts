import { describe, expect, it } from 'vitest';
import type { HostRows } from '../../src/data/dataset.ts';
import {
  type AttackNorm,
  adversarialRegression,
  adversarialRegressionPath,
  criticalEpsLinear,
  criticalEpsReadout,
  type ExactOptions,
  type ExactResult,
  gradientNorms,
  type ReadoutProblem,
  readoutPath,
  readoutProblem,
  solveReadout,
} from '../../src/exact/index.ts';
import { ridge, ridgeWithIntercept } from '../../src/exact/ridge.ts';
import { randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';
import { unitSphereRows } from '../../src/models/unitSphereRows.ts';
import { diabetes, features, teacherRows } from './problems.ts';

const GAP = 1e-6;
const norms: AttackNorm[] = ['l2', 'linf', 'l1'];

/** The same rows with targets that have a mean of their own, and are not symmetric about it. */
const skewed = <T extends { readonly y: Float32Array | Float64Array }>(problem: T): T => ({
  ...problem,
  y: problem.y.map((value) => value + 0.7 * value * value + 2),
});

/** Residuals y - b - Phi theta. */
const residualsOf = (
  { n, N, phi, y }: { n: number; N: number; phi: ArrayLike<number>; y: ArrayLike<number> },
  { theta, intercept }: Pick<ExactResult, 'theta' | 'intercept'>,
): number[] =>
  Array.from({ length: n }, (_, i) => {
    let r = y[i]! - intercept;
    for (let a = 0; a < N; a++) r -= phi[i * N + a]! * theta[a]!;
    return r;
  });

/** (1/2n) sum (|r_i| + costs_i)^2 + (lambda/2) |theta|^2, written out once more. */
const objectiveAt = (
  residuals: readonly number[],
  costs: readonly number[],
  theta: Float64Array,
  lambda: number,
) =>
  residuals.reduce((sum, r, i) => sum + (Math.abs(r) + costs[i]!) ** 2 / (2 * residuals.length), 0) +
  (lambda / 2) * theta.reduce((sum, value) => sum + value * value, 0);

const dualNorm = (theta: Float64Array, norm: AttackNorm): number => {
  const sizes = Array.from(theta, Math.abs);
  if (norm === 'l2') return Math.hypot(...sizes);
  return norm === 'linf' ? sizes.reduce((sum, size) => sum + size, 0) : Math.max(...sizes);
};

/**
 * How far 0 is from the derivatives in the intercept, sum over t_i sign(r_i) with t_i = |r_i| + c_i, a residual of 0 having
 * any between -t_i and t_i; as a share of sum t_i.
 */
function interceptResidual(residuals: readonly number[], costs: readonly number[]): number {
  const total = residuals.reduce((sum, r, i) => sum + Math.abs(r) + costs[i]!, 0);
  let pull = 0;
  let free = 0;
  residuals.forEach((r, i) => {
    const t = Math.abs(r) + costs[i]!;
    if (Math.abs(r) < 1e-4 * t) free += t;
    else pull += Math.sign(r) * t;
  });
  return Math.max(0, Math.abs(pull) - free) / total;
}

/** The minimum of a convex function on an interval by golden-section search. */
function golden(value: (t: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [from, to] = [low, high];
  for (let k = 0; k < 70; k++) {
    const [a, b] = [to - ratio * (to - from), from + ratio * (to - from)];
    if (value(a) < value(b)) to = b;
    else from = a;
  }
  return value((from + to) / 2);
}

/** Moves in every coordinate, and in random directions, from a point of N coefficients and an intercept. */
function* movesFrom(theta: Float64Array, intercept: number, step: number) {
  const N = theta.length;
  for (let k = 0; k < 2 * N + 42; k++) {
    const moved = theta.slice();
    let beside = intercept;
    const sign = k % 2 === 0 ? 1 : -1;
    const at = k >> 1;
    if (at < N) moved[at]! += sign * step;
    else if (at === N) beside += sign * step;
    else {
      for (let a = 0; a < N; a++) moved[a]! += step * Math.sin(k * (a + 1));
      beside += step * Math.sin(k * (N + 1));
    }
    yield { theta: moved, intercept: beside };
  }
}

describe('an intercept beside the coefficients of adversarial regression', () => {
  it('finds the minimum over both that nested searches find', () => {
    const data = skewed(teacherRows(15, 1, 4));
    for (const [eps, lambda] of [
      [0, 0.1],
      [0.1, 0],
      [0.5, 0.3],
      [0.8, 0],
    ] as const) {
      const problem = { ...data, N: 1, phi: data.x };
      const at = (t: number, b: number): number => {
        const theta = Float64Array.of(t);
        const residuals = residualsOf(problem, { theta, intercept: b });
        return objectiveAt(residuals, new Array(15).fill(eps * Math.abs(t)), theta, lambda);
      };
      const least = golden((t) => golden((b) => at(t, b), -20, 20), -10, 10);
      for (const norm of norms) {
        const found = adversarialRegression(data, { eps, lambda, norm, fitIntercept: true, tolerance: 1e-9 });
        expect(found.converged).toBe(true);
        // Search and gap, each of 1e-9.
        expect(Math.abs(found.objective / least - 1)).toBeLessThan(1e-8);
        expect(Math.abs(at(found.theta[0]!, found.intercept) / least - 1)).toBeLessThan(1e-8);
      }
    }
  });

  it.each(norms)('has a valid certificate and no score left on the intercept, %s', (norm) => {
    const cases: HostRows[] = [diabetes(), skewed(teacherRows(30, 60, 3)), skewed(teacherRows(20, 450, 5))];
    for (const data of cases)
      for (const [eps, lambda] of [
        // In l1 with far more columns than rows float64 does not prove the gap at lambda = 0, with or without an intercept.
        [0.05, norm === 'l1' && data.d > 400 ? 0.01 : 0],
        [0.2, 0.1],
      ] as const) {
        const problem = { n: data.n, N: data.d, phi: data.x, y: data.y };
        const found = adversarialRegression(data, { eps, lambda, norm, fitIntercept: true });
        expect(found.converged).toBe(true);
        const valueAt = (point: Pick<ExactResult, 'theta' | 'intercept'>): number => {
          const cost = eps * dualNorm(point.theta, norm);
          return objectiveAt(residualsOf(problem, point), new Array(data.n).fill(cost), point.theta, lambda);
        };
        // Rounding.
        expect(Math.abs(valueAt(found) / found.objective - 1)).toBeLessThan(1e-9);
        const size = dualNorm(found.theta, 'l1');
        for (const moved of movesFrom(found.theta, found.intercept, 0.02 * size))
          expect(valueAt(moved)).toBeGreaterThan((found.objective - found.dualityGap) * (1 - 1e-12));
        const tight = adversarialRegression(data, { eps, lambda, norm, fitIntercept: true, tolerance: 1e-9 });
        const costs = new Array(data.n).fill(eps * dualNorm(tight.theta, norm));
        // First-order conditions are met to the square root of the gap.
        expect(interceptResidual(residualsOf(problem, tight), costs)).toBeLessThan(1e-3);
      }
  });

  it('moves with a constant added to the targets, and nothing else does', () => {
    for (const data of [diabetes(), teacherRows(20, 450, 5)])
      for (const norm of norms)
        for (const eps of [0, 0.1]) {
          const options = { eps, lambda: 0.02, norm, fitIntercept: true };
          const shift = 37.5;
          const here = adversarialRegression(data, options);
          const there = adversarialRegression(
            { ...data, y: Float64Array.from(data.y, (value) => value + shift) },
            options,
          );
          expect(there.iterations).toBe(here.iterations);
          // Rounding of targets that are larger.
          expect(Math.abs(there.intercept - here.intercept - shift)).toBeLessThan(1e-8 * shift);
          const size = dualNorm(here.theta, 'l1');
          here.theta.forEach((value, j) => {
            expect(Math.abs(there.theta[j]! - value)).toBeLessThan(1e-7 * size);
          });
          expect(Math.abs(there.objective / here.objective - 1)).toBeLessThan(1e-9);
        }
  });

  it('makes no difference where columns are shifted, but for its own value', () => {
    const data = diabetes();
    const shifts = Array.from({ length: 10 }, (_, j) => 5 * Math.cos(j));
    const moved = { ...data, x: Float64Array.from(data.x, (value, at) => value + shifts[at % 10]!) };
    const options = { eps: 0.2, lambda: 0.1, fitIntercept: true, tolerance: 1e-10 };
    const [here, there] = [adversarialRegression(data, options), adversarialRegression(moved, options)];
    const offset = shifts.reduce((sum, shift, j) => sum + shift * here.theta[j]!, 0);
    expect(Math.abs(there.objective / here.objective - 1)).toBeLessThan(1e-9);
    expect(Math.abs(there.intercept + offset - here.intercept)).toBeLessThan(1e-3);
  });

  it('gives theta = 0 and the mean of the targets from the critical eps on, and not before', () => {
    const data = diabetes();
    const mean = Array.from(data.y).reduce((sum, value) => sum + value, 0) / data.n;
    for (const norm of norms) {
      const critical = criticalEpsLinear(data, norm, { fitIntercept: true });
      const beyond = adversarialRegression(data, { eps: 1.0001 * critical, norm, fitIntercept: true });
      expect(beyond.converged && beyond.theta.every((value) => value === 0)).toBe(true);
      expect(beyond.intercept).toBeCloseTo(mean, 10);
      const before = adversarialRegression(data, { eps: 0.98 * critical, norm, fitIntercept: true });
      expect(before.theta.some((value) => value !== 0)).toBe(true);
      expect(before.objective).toBeLessThan(beyond.objective);
    }
  });

  it('follows a path to the same optima, and passes over a start of another size', () => {
    const data = skewed(diabetes());
    const points = [0.05, 0.055, 0.06, 0.066].map((eps) => ({ eps }));
    for (const norm of norms) {
      const path = adversarialRegressionPath(data, points, { norm, fitIntercept: true });
      path.forEach((result, k) => {
        const alone = adversarialRegression(data, { ...points[k]!, norm, fitIntercept: true });
        expect(result.converged).toBe(true);
        expect(Math.abs(result.objective / alone.objective - 1)).toBeLessThan(GAP);
      });
      const without = adversarialRegression(data, { eps: 0.05, norm });
      const started = adversarialRegression(data, {
        ...{ eps: 0.05, norm, fitIntercept: true },
        start: without.warmStart,
      });
      expect(started.objective).toBe(path[0]!.objective);
    }
  });

  it('copes with constant targets, constant columns, one row and labels of one class', () => {
    const base = diabetes();
    for (const norm of norms) {
      const flat = adversarialRegression(
        { ...base, y: base.y.map(() => 0.1) },
        { eps: 0.05, norm, fitIntercept: true },
      );
      expect(flat).toMatchObject({ intercept: 0.1, objective: 0, relativeGap: 0, converged: true });
      expect(flat.theta.every((value) => value === 0)).toBe(true);
      const columns = { n: base.n, d: 2, y: base.y, x: new Float64Array(2 * base.n) };
      for (let i = 0; i < base.n; i++) columns.x.set([base.x[10 * i + 2]!, 7], 2 * i);
      const constant = adversarialRegression(columns, { eps: 0.05, norm, fitIntercept: true });
      expect(constant.converged).toBe(true);
      const one = { n: 1, d: 2, x: Float64Array.of(1, 2), y: Float64Array.of(3) };
      expect(adversarialRegression(one, { eps: 0.1, norm, fitIntercept: true })).toMatchObject({
        intercept: 3,
        objective: 0,
        converged: true,
      });
    }
  });
});

describe('an intercept beside the read-out of frozen features', () => {
  const deepProblem = async (): Promise<ReadoutProblem> =>
    skewed(
      readoutProblem(
        teacherRows(40, 12),
        await randomFeaturesMap({ inputDim: 12, units: [20, 15], seed: 3 }),
      ),
    );

  it.each([
    { n: 60, d: 20, N: 40 },
    { n: 40, d: 20, N: 160 },
    { n: 30, d: 20, N: 430 },
  ])('has a valid certificate and no score left on the intercept, n $n, N $N', ({ n, d, N }) => {
    const problem = skewed(features(n, d, N));
    for (const [eps, lambda] of [
      [0.3, 0],
      [0.2, 0.1],
    ] as const) {
      const valueAt = (point: Pick<ExactResult, 'theta' | 'intercept'>): number => {
        const costs = Array.from(gradientNorms(problem, point.theta), (q) => eps * q);
        return objectiveAt(residualsOf(problem, point), costs, point.theta, lambda);
      };
      const found = solveReadout(problem, { eps, lambda, fitIntercept: true });
      expect(found.converged).toBe(true);
      expect(Math.abs(valueAt(found) / found.objective - 1)).toBeLessThan(1e-9);
      const square = lambda * found.theta.reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs((found.robustError + square) / 2 / found.objective - 1)).toBeLessThan(1e-9);
      const size = Math.hypot(...found.theta) / Math.sqrt(N);
      for (const moved of movesFrom(found.theta, found.intercept, 0.02 * size))
        expect(valueAt(moved)).toBeGreaterThan((found.objective - found.dualityGap) * (1 - 1e-12));
      // The intercept alone: no other one is better for these coefficients.
      const costs = Array.from(gradientNorms(problem, found.theta), (q) => eps * q);
      const residuals = residualsOf(problem, { theta: found.theta, intercept: 0 });
      const beside = (b: number): number =>
        objectiveAt(
          residuals.map((r) => r - b),
          costs,
          found.theta,
          lambda,
        );
      expect(found.objective / golden(beside, -20, 20)).toBeLessThan(1 + GAP);
      const averaged = solveReadout(problem, { eps, lambda, fitIntercept: true, gradients: 'averaged' });
      expect(averaged.converged).toBe(true);
      // One norm for all rows is below the root mean square of theirs: near, and not the same.
      expect(Math.abs(averaged.objective / found.objective - 1)).toBeLessThan(0.05);
    }
  });

  it('is the same for features that know their structure and those that do not, and with averaged gradients', async () => {
    const data = skewed(teacherRows(40, 12));
    const options = { eps: 0.4, lambda: 0.02, fitIntercept: true, tolerance: 1e-9 };
    const one = solveReadout(readoutProblem(data, { W: unitSphereRows(0, 18, 12) }), options);
    const deep = solveReadout(
      readoutProblem(data, await randomFeaturesMap({ inputDim: 12, units: [18] })),
      options,
    );
    // Two routes to one float64 optimum.
    expect(Math.abs(deep.objective / one.objective - 1)).toBeLessThan(1e-8);
    expect(Math.abs(deep.intercept - one.intercept)).toBeLessThan(1e-4);
  });

  it('finds a minimum two layers deep', async () => {
    const problem = await deepProblem();
    const [eps, lambda] = [0.2, 0.01];
    const found = solveReadout(problem, { eps, lambda, fitIntercept: true, tolerance: 1e-9 });
    const valueAt = (point: Pick<ExactResult, 'theta' | 'intercept'>): number => {
      const costs = Array.from(gradientNorms(problem, point.theta), (q) => eps * q);
      return objectiveAt(residualsOf(problem, point), costs, point.theta, lambda);
    };
    expect(found.converged).toBe(true);
    for (const moved of movesFrom(found.theta, found.intercept, 1e-3))
      expect(valueAt(moved)).toBeGreaterThan(found.objective * (1 - 1e-8));
  });

  it('moves with a constant added to the targets, and nothing else does', async () => {
    const problem = features(40, 15, 30);
    const deep = await deepProblem();
    const solvers = [
      (by: number, eps: number) =>
        solveReadout({ ...problem, y: problem.y.map((v) => v + by) }, { eps, fitIntercept: true }),
      (by: number, eps: number) =>
        solveReadout(
          { ...problem, y: problem.y.map((v) => v + by) },
          { eps, fitIntercept: true, gradients: 'averaged' },
        ),
      (by: number, eps: number) =>
        solveReadout({ ...deep, y: deep.y.map((v) => v + by) }, { eps, fitIntercept: true }),
    ];
    for (const solve of solvers)
      for (const eps of [0, 0.3]) {
        const [here, there] = [solve(0, eps), solve(12.5, eps)];
        expect(Math.abs(there.intercept - here.intercept - 12.5)).toBeLessThan(1e-6);
        here.theta.forEach((value, a) => {
          expect(Math.abs(there.theta[a]! - value)).toBeLessThan(1e-6);
        });
      }
  });

  it.each(['exact', 'averaged'] as const)(
    'gives theta = 0 from the critical eps on, %s gradients',
    (gradients) => {
      const problem: ReadoutProblem = skewed(features(60, 20, 50));
      const critical = criticalEpsReadout(problem, { gradients, fitIntercept: true });
      const mean = problem.y.reduce((sum, value) => sum + value / 60, 0);
      const variance = problem.y.reduce((sum, value) => sum + (value - mean) ** 2 / 60, 0);
      const beyond = solveReadout(problem, {
        eps: 1.0001 * critical.upper,
        gradients,
        fitIntercept: true,
      });
      expect(beyond.converged && beyond.theta.every((value) => value === 0)).toBe(true);
      expect(beyond.intercept).toBeCloseTo(mean, 10);
      expect(beyond.objective).toBeCloseTo(variance / 2, 10);
      const before = solveReadout(problem, { eps: 0.97 * critical.lower, gradients, fitIntercept: true });
      expect(before.objective).toBeLessThan((variance / 2) * (1 - 1e-4));
    },
  );

  it('follows a path to the same optima in fewer steps', () => {
    const problem = skewed(features(40, 20, 60));
    const points = [0.2, 0.21, 0.22, 0.23].map((eps) => ({ eps, lambda: 0.01 }));
    const path = readoutPath(problem, points, { fitIntercept: true });
    const alone = points.map((point) => solveReadout(problem, { ...point, fitIntercept: true }));
    path.forEach((result, k) => {
      expect(result.converged).toBe(true);
      expect(Math.abs(result.objective / alone[k]!.objective - 1)).toBeLessThan(GAP);
    });
    const steps = (results: readonly ExactResult[]) => results.reduce((sum, r) => sum + r.iterations, 0);
    expect(steps(path)).toBeLessThan(steps(alone));
  });

  it('has lower bounds that hold from the start on, where the best intercept is far from the mean', () => {
    // One target in eight is large: a large eps draws the intercept to the median of the others.
    const spread = <T extends { readonly y: Float32Array | Float64Array }>(problem: T): T => ({
      ...problem,
      y: problem.y.map((value, i) => (i % 8 === 0 ? 20 : 0.1 * value)),
    });
    const problem = spread(features(40, 15, 30));
    const data = spread(teacherRows(40, 15, 6));
    for (const eps of [0.2, 1])
      for (const lambda of [0, 0.01, 1]) {
        const options = { eps, lambda, fitIntercept: true };
        for (const solve of [
          (more: Partial<ExactOptions>) => solveReadout(problem, { ...options, ...more }),
          (more: Partial<ExactOptions>) =>
            solveReadout(problem, { ...options, gradients: 'averaged', ...more }),
          (more: Partial<ExactOptions>) => adversarialRegression(data, { ...options, ...more }),
        ]) {
          const best = solve({ tolerance: 1e-9 }).objective;
          const bounds: number[] = [];
          solve({
            onProgress: ({ objective, relativeGap }) => bounds.push(objective * (1 - relativeGap)),
          });
          expect(bounds.length).toBeGreaterThan(0);
          for (const bound of bounds) expect(bound).toBeLessThanOrEqual(best * (1 + 1e-9));
        }
      }
  });

  it('is 0 where none is fitted', () => {
    expect(solveReadout(skewed(features(20, 8, 10)), { eps: 0.1 }).intercept).toBe(0);
    expect(solveReadout(skewed(features(20, 8, 10)), { eps: 0, lambda: 1 }).intercept).toBe(0);
    expect(adversarialRegression(diabetes(), { eps: 0.1 }).intercept).toBe(0);
  });
});

describe('ridgeWithIntercept', () => {
  /** Ridge with a column of ones whose coefficient costs next to nothing. */
  const byColumn = (phi: Float64Array, y: Float64Array, N: number, lambda: number) => {
    const large = 1e4;
    const design = Float64Array.from({ length: y.length * (N + 1) }, (_, at) => {
      const column = at % (N + 1);
      return column === N ? large : phi[Math.floor(at / (N + 1)) * N + column]!;
    });
    const theta = ridge(design, y, lambda);
    return { theta: theta.slice(0, N), intercept: theta[N]! * large };
  };

  it.each([
    [30, 8],
    [8, 8],
    [9, 8],
    [8, 30],
  ])('agrees with a column of ones that is hardly penalised, n %d, N %d', (n, N) => {
    const { x, y } = skewed(teacherRows(n, N, 2));
    const phi = Float64Array.from(x, (value, at) => value + 0.5 * (at % N));
    for (const lambda of [0.3, 1e-3]) {
      const found = ridgeWithIntercept(phi, y, lambda);
      const other = byColumn(phi, Float64Array.from(y), N, lambda);
      // The column's penalty is 1e-8 of lambda.
      expect(Math.abs(found.intercept / other.intercept - 1)).toBeLessThan(1e-4);
      found.theta.forEach((value, a) => {
        expect(Math.abs(value - other.theta[a]!)).toBeLessThan(1e-4);
      });
    }
  });

  it('refuses features and targets of another kind, as ridge does', () => {
    for (const solve of [ridge, ridgeWithIntercept]) {
      expect(() => solve([[1, 2]] as never, [1], 0.1)).toThrow(
        'invalid phi: [[1, 2]] (expected a Float64Array',
      );
      expect(() => solve(Float64Array.of(1, 2), 3 as never, 0.1)).toThrow('invalid y: 3 (expected a list');
      expect(() => solve(Float64Array.of(1, 2, 3), [1, 2], 0.1)).toThrow('a multiple of n = 2');
      expect(() => solve(Float64Array.of(1, 2), [1, 2], -1)).toThrow('invalid lambda: -1');
    }
  });

  it('interpolates with the least coefficients at lambda = 0, and fits least squares in fewer dimensions', () => {
    const [n, N] = [8, 30];
    const { x, y } = skewed(teacherRows(n, N, 2));
    const phi = Float64Array.from(x);
    const found = ridgeWithIntercept(phi, y, 0);
    const problem = { n, N, phi, y };
    for (const r of residualsOf(problem, found)) expect(Math.abs(r)).toBeLessThan(1e-12);
    // Of all interpolators theta = X' a with sum a = 0 is the least: it is orthogonal to what X and 1 cannot tell apart.
    const small = ridgeWithIntercept(phi, y, 1e-9);
    found.theta.forEach((value, a) => {
      expect(value).toBeCloseTo(small.theta[a]!, 6);
    });
    const long = teacherRows(40, 3, 2);
    const fit = ridgeWithIntercept(Float64Array.from(long.x), long.y, 0);
    const residuals = residualsOf({ n: 40, N: 3, phi: long.x, y: long.y }, fit);
    expect(Math.abs(residuals.reduce((sum, r) => sum + r, 0))).toBeLessThan(1e-12);
    for (let a = 0; a < 3; a++)
      expect(Math.abs(residuals.reduce((sum, r, i) => sum + r * long.x[3 * i + a]!, 0))).toBeLessThan(1e-11);
  });
});
