import { describe, expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import {
  adversarialRegression,
  criticalEpsReadout,
  expectedSeconds,
  gradientNorms,
  type ReadoutProblem,
  readoutPath,
  readoutProblem,
  solveMargins,
  solveReadout,
} from '../../src/exact/index.ts';
import { ridge } from '../../src/exact/ridge.ts';
import { centredStep, linearStep } from '../../src/models/hostSteps.ts';
import { LayeredFeatures, type LayerStep } from '../../src/models/layeredFeatures.ts';
import { unitSphereRows } from '../../src/models/unitSphereRows.ts';
import { meanOf } from '../../src/numerics/estimate.ts';
import { linearAlgebra } from '../../src/numerics/linearAlgebra.ts';
import { choleskySolve, dot, solveLower } from '../../src/numerics/vectors.ts';
import { stream } from '../../src/random/stream.ts';
import { activation, asymptoticRisk, randomFeatures } from '../../src/theory/index.ts';
import { linearizedOptimum } from '../support/linearizedOptimum.ts';
import { sized } from '../support/sizes.ts';
import { features, teacherRows } from './problems.ts';

const GAP = 1e-6;
const ROUNDING = 1e-10;

/** The objective, written out once more from the definition. */
function objectiveAt(problem: ReadoutProblem, theta: Float64Array, eps: number, lambda = 0): number {
  const { n, N, phi, y } = problem;
  const q = gradientNorms(problem, theta);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let r = y[i]!;
    for (let a = 0; a < N; a++) r -= phi[i * N + a]! * theta[a]!;
    sum += (Math.abs(r) + eps * q[i]!) ** 2 / (2 * n);
  }
  return sum + (lambda / 2) * theta.reduce((total, value) => total + value * value, 0);
}

const identity = (N: number): LayerStep =>
  linearStep(
    Float64Array.from({ length: N * N }, (_, at) => (at % (N + 1) === 0 ? 1 : 0)),
    N,
  );

/** Features at positive inputs, one of which is off at all of them: a row of W is negative. */
function withUnitOff(): ReadoutProblem {
  const [n, d, N] = [30, 4, 6];
  const { x, y } = teacherRows(n, d);
  const W = unitSphereRows(1, N, d);
  for (let j = 0; j < d; j++) W[j * N] = -0.5;
  return readoutProblem({ n, d, x: Float64Array.from(x, Math.abs), y: y.map((value) => value + 1) }, { W });
}

describe('solveReadout', () => {
  // The same cone programme by cvxpy 1.9.3 with Clarabel 0.11.1 at its default tolerances (1e-8).
  it.each([
    { n: 90, d: 30, N: 60, lambda: 0, objective: 0.22005286752 },
    { n: 40, d: 20, N: 80, lambda: 0.01, objective: 0.06046340883 },
  ])('agrees with Clarabel at n $n, d $d, N $N, lambda $lambda', ({ n, d, N, lambda, objective }) => {
    const problem = features(n, d, N);
    const result = solveReadout(problem, { eps: 0.3, lambda, tolerance: 1e-8 });
    expect(result.converged).toBe(true);
    expect(Math.abs(result.objective / objective - 1)).toBeLessThan(3e-8);
    expect(Math.abs(objectiveAt(problem, result.theta, 0.3, lambda) / result.objective - 1)).toBeLessThan(
      ROUNDING,
    );
    const square = result.theta.reduce((sum, value) => sum + value * value, 0);
    expect(result.robustError / 2 + (lambda / 2) * square).toBeCloseTo(result.objective, 9);
  });

  // By cvxpy with Clarabel once more, at 1e-9, and scripts/peers/clarabelLinearized.py.
  it.each([
    { n: 90, d: 30, N: 60, eps: 0.06, lambda: 0, objective: 0.1963460178036381 },
    { n: 40, d: 20, N: 80, eps: 0.06, lambda: 0.01, objective: 0.03763454334221263 },
    { n: 60, d: 20, N: 40, eps: 0.1, lambda: 0.02, objective: 0.2102280476677392 },
  ])(
    'agrees with Clarabel under linf at n $n, N $N, lambda $lambda',
    ({ n, d, N, objective, ...options }) => {
      const problem = features(n, d, N);
      const result = solveReadout(problem, { ...options, norm: 'linf', tolerance: 1e-8 });
      expect(result.converged).toBe(true);
      expect(Math.abs(result.objective / objective - 1)).toBeLessThan(3e-8);
      const square = result.theta.reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs(result.robustError / 2 + (options.lambda / 2) * square - objective)).toBeLessThan(1e-7);
    },
  );

  it('solves under linf what it solves in l2 where there is one input, and in l2 of a larger radius where there are more', () => {
    const one = features(25, 1, 6);
    const [l2, linf] = (['l2', 'linf'] as const).map((norm) =>
      solveReadout(one, { eps: 0.3, lambda: 0.01, norm }),
    );
    expect(Math.abs(l2!.objective / linf!.objective - 1)).toBeLessThan(GAP);
    // |g|_2 <= |g|_1 <= sqrt(d) |g|_2
    const more = features(30, 9, 20);
    const at = (eps: number, norm: 'l2' | 'linf'): number =>
      solveReadout(more, { eps, lambda: 0.01, norm }).objective;
    expect(at(0.1, 'linf')).toBeGreaterThan(at(0.1, 'l2') * (1 - GAP));
    expect(at(0.1, 'linf')).toBeLessThan(at(0.3, 'l2') * (1 + GAP));
  });

  it('solves under linf the linear regression of which every row has one gradient', () => {
    const data = teacherRows(30, 8);
    const problem = readoutProblem(data, new LayeredFeatures(8, []));
    for (const [eps, lambda, fitIntercept] of [
      [0.1, 0, false],
      [0.05, 0.1, true],
    ] as const) {
      const options = { eps, lambda, fitIntercept, norm: 'linf' } as const;
      const [own, shared] = [solveReadout(problem, options), adversarialRegression(data, options)];
      expect(Math.abs(own.objective / shared.objective - 1)).toBeLessThan(GAP);
      expect(own.intercept).toBeCloseTo(shared.intercept, 2);
    }
  });

  it('solves under linf through the chain rule what it solves through the closed form of one layer', () => {
    const data = teacherRows(25, 6, 1, 0.2);
    const W = unitSphereRows(1, 15, 6);
    const options = { eps: 0.1, lambda: 0.01, norm: 'linf' } as const;
    // A second step that changes nothing hides that there is one layer.
    const layers = new LayeredFeatures(6, [linearStep(W, 15), centredStep('shifted-relu'), identity(15)]);
    const [one, chain] = [{ W }, layers].map((map) => solveReadout(readoutProblem(data, map), options));
    expect(Math.abs(one!.objective / chain!.objective - 1)).toBeLessThan(GAP);
    const [start, near] = [one!.warmStart!, { ...options, eps: 0.11 }];
    const warm = solveReadout(readoutProblem(data, { W }), { ...near, start });
    expect(
      Math.abs(warm.objective / solveReadout(readoutProblem(data, { W }), near).objective - 1),
    ).toBeLessThan(GAP);
    expect(warm.converged).toBe(true);
  });

  it('refuses averaged gradients under linf, of which no mean speaks', () => {
    expect(() => solveReadout(features(9, 4, 5), { eps: 0.1, norm: 'linf', gradients: 'averaged' })).toThrow(
      'invalid norm: "linf" (expected \'l2\' with averaged gradients)',
    );
  });

  it('is not beaten by reweighted least squares, which comes near', () => {
    const data = teacher({ d: 15, tau: 0.3, seed: 4 }).sample('train', 30);
    const kernel = unitSphereRows(4, 45, 15);
    for (const eps of [0.1, 0.5]) {
      const { objective, dualityGap } = solveReadout(readoutProblem(data, { W: kernel }), { eps });
      const reweighted = linearizedOptimum({ data, kernel, eps }).objective;
      expect(reweighted).toBeGreaterThanOrEqual(objective - dualityGap);
      expect(reweighted / objective).toBeLessThan(1 + 1e-3);
    }
  });

  it('is ridge regression at eps = 0, and near it just above', () => {
    const problem = features(50, 20, 30);
    const theta = ridge(problem.phi, problem.y, 0.1);
    expect(solveReadout(problem, { eps: 0, lambda: 0.1 }).theta).toEqual(theta);
    const near = solveReadout(problem, { eps: 1e-6, lambda: 0.1, tolerance: 1e-9 });
    expect(near.converged).toBe(true);
    theta.forEach((value, a) => {
      expect(near.theta[a]).toBeCloseTo(value, 3);
    });
  });

  it.each(['shifted-relu', 'tanh', 'gelu'] as const)('has the input gradients of %s', (name) => {
    const d = 6;
    const W = unitSphereRows(2, 9, d);
    const data = teacherRows(4, d);
    const problem = readoutProblem(data, { W, activation: name });
    const theta = Float64Array.from({ length: 9 }, (_, a) => Math.sin(a + 1));
    const value = (x: Float64Array) => {
      const { phi } = readoutProblem({ n: 4, d, x, y: data.y }, { W, activation: name });
      return Array.from({ length: 4 }, (_, i) => theta.reduce((sum, t, a) => sum + t * phi[i * 9 + a]!, 0));
    };
    const step = 1e-6;
    const squares = new Float64Array(4);
    for (let j = 0; j < d; j++) {
      const shifted = (by: number) => Float64Array.from(data.x, (v, at) => (at % d === j ? v + by : v));
      const [up, down] = [value(shifted(step)), value(shifted(-step))];
      for (let i = 0; i < 4; i++) squares[i]! += ((up[i]! - down[i]!) / (2 * step)) ** 2;
    }
    gradientNorms(problem, theta).forEach((q, i) => {
      expect(q).toBeCloseTo(Math.sqrt(squares[i]!), 6);
    });
  });

  it('with averaged gradients is a linear model in whitened features', () => {
    const problem = features(40, 15, 30);
    const { n, N, d, phi, y } = problem;
    const W = unitSphereRows(1, N, d);
    const { x: inputs } = teacherRows(n, d, 1, 0.2);
    // Of the ReLU at W x, from its definition.
    const slopes = Float64Array.from({ length: n * N }, (_, at) => {
      const [i, a] = [Math.floor(at / N), at % N];
      let u = 0;
      for (let j = 0; j < d; j++) u += W[j * N + a]! * inputs[i * d + j]!;
      return u > 0 ? 1 : 0;
    });
    // J = (1/n) sum K_i' K_i from its definition, its Cholesky factor L, and Phi L^-T.
    const J = new Float64Array(N * N);
    for (let i = 0; i < n; i++)
      for (let a = 0; a < N; a++)
        for (let b = 0; b < N; b++)
          for (let j = 0; j < d; j++)
            J[a * N + b]! += (W[j * N + a]! * slopes[i * N + a]! * W[j * N + b]! * slopes[i * N + b]!) / n;
    const L = new Float64Array(N * N);
    for (let a = 0; a < N; a++)
      for (let b = 0; b <= a; b++) {
        let sum = J[a * N + b]!;
        for (let k = 0; k < b; k++) sum -= L[a * N + k]! * L[b * N + k]!;
        L[a * N + b] = a === b ? Math.sqrt(sum) : sum / L[b * N + b]!;
      }
    const x = phi.slice();
    for (let i = 0; i < n; i++)
      for (let a = 0; a < N; a++) {
        for (let k = 0; k < a; k++) x[i * N + a]! -= L[a * N + k]! * x[i * N + k]!;
        x[i * N + a]! /= L[a * N + a]!;
      }
    for (const eps of [0.1, 0.5]) {
      const averaged = solveReadout(problem, { eps, gradients: 'averaged' });
      const whitened = adversarialRegression({ n, d: N, x, y }, { eps });
      expect(averaged.converged).toBe(true);
      expect(Math.abs(averaged.objective / whitened.objective - 1)).toBeLessThan(2 * GAP);
    }
  });

  it.each(['exact', 'averaged'] as const)(
    'gives theta = 0 from the critical eps on, %s gradients',
    (gradients) => {
      const problem = features(60, 20, 50);
      const critical = criticalEpsReadout(problem, { gradients });
      expect(critical.converged).toBe(true);
      const atZero = problem.y.reduce((sum, value) => sum + value * value, 0) / (2 * problem.n);
      const beyond = solveReadout(problem, { eps: critical.upper * 1.0001, gradients });
      expect(beyond.converged && beyond.theta.every((value) => value === 0)).toBe(true);
      expect(beyond.objective).toBeCloseTo(atZero, 10);
      const before = solveReadout(problem, { eps: critical.lower * 0.97, gradients });
      expect(before.objective).toBeLessThan(atZero * (1 - 1e-4));
    },
  );

  it('follows a path in eps and lambda to the same optima in fewer steps', () => {
    const problem = features(40, 20, 60);
    const points = Array.from({ length: 10 }, (_, k) => ({ eps: 0.15 * 1.07 ** k, lambda: 0.01 }));
    const others = [{ eps: points.at(-1)!.eps, lambda: 0.1 }, { eps: 1 }];
    const path = readoutPath(problem, [...points, ...others]);
    const alone = [...points, ...others].map((p) => solveReadout(problem, p));
    path.forEach((result, k) => {
      expect(result.converged).toBe(true);
      expect(Math.abs(result.objective / alone[k]!.objective - 1)).toBeLessThan(GAP);
      // Nor more of them as the path goes on.
      expect(result.iterations).toBeLessThanOrEqual(alone[k]!.iterations);
    });
    const steps = (results: typeof path) => results.slice(0, 10).reduce((sum, r) => sum + r.iterations, 0);
    expect(steps(path)).toBeLessThan(0.9 * steps(alone));
  });

  it('reaches its gap where directions in single precision no longer lead there', () => {
    const [d, N, n] = [40, 40, 20];
    const W = stream('sweep-W', 1142).fillGaussian(new Float32Array(N * d), 1 / Math.sqrt(d));
    const problem = readoutProblem(teacher({ d, tau: 0, seed: 's1142' }).sample('train', n), { W });
    const found = solveReadout(problem, { eps: 0.3 / Math.sqrt(d), norm: 'linf' });
    expect(found.converged).toBe(true);
    expect(found.iterations).toBeLessThan(30);
  });

  it('interpolates with the least gradients as eps vanishes at lambda = 0, and proves it', () => {
    // Where all residuals are 0 the objective is (eps^2 / 2n) theta' J theta, J = sum K_i' K_i, least among Phi theta = y at
    // y' (Phi J^-1 Phi')^-1 y.
    const [n, d, N] = [60, 20, 100];
    const problem = features(n, d, N);
    const { phi, y, jacobians } = problem;
    const algebra = linearAlgebra();
    const J = new Float64Array(N * N);
    jacobians.weightedGram(new Float64Array(n).fill(1), J);
    expect(algebra.choleskyInPlace(J, N)).toBe(true);
    const whitened = solveLower(J, phi.slice(), N);
    const gram = new Float64Array(n * n);
    algebra.multiplyTransposed(whitened, whitened, gram, { m: n, n, k: N });
    expect(algebra.choleskyInPlace(gram, n)).toBe(true);
    const least = dot(y, choleskySolve(gram, y.slice())) / (2 * n);
    for (const eps of [1e-2, 1e-3, 1e-4]) {
      const found = solveReadout(problem, { eps });
      expect(found.converged).toBe(true);
      expect(Math.abs(found.objective / (eps * eps * least) - 1)).toBeLessThan(2 * GAP);
    }
  });

  it('is indifferent to copies of features at lambda = 0', () => {
    const data = teacherRows(30, 10);
    const W = unitSphereRows(3, 20, 10);
    const doubled = new Float64Array(10 * 40);
    for (let j = 0; j < 10; j++) for (let a = 0; a < 40; a++) doubled[j * 40 + a] = W[j * 20 + (a % 20)]!;
    for (const gradients of ['exact', 'averaged'] as const) {
      const once = solveReadout(readoutProblem(data, { W }), { eps: 0.3, gradients });
      const twice = solveReadout(readoutProblem(data, { W: doubled }), { eps: 0.3, gradients });
      expect(once.converged && twice.converged).toBe(true);
      expect(Math.abs(twice.objective / once.objective - 1)).toBeLessThan(2 * GAP);
    }
  });

  it('has the same critical eps for copies of features', () => {
    const data = teacherRows(30, 10);
    const W = unitSphereRows(3, 20, 10);
    const doubled = new Float64Array(10 * 40);
    for (let j = 0; j < 10; j++) for (let a = 0; a < 40; a++) doubled[j * 40 + a] = W[j * 20 + (a % 20)]!;
    const [once, twice] = [W, doubled].map((rows) => criticalEpsReadout(readoutProblem(data, { W: rows })));
    expect(once!.converged && twice!.converged).toBe(true);
    expect(Math.abs(twice!.value / once!.value - 1)).toBeLessThan(1e-5);
  });

  it.each([
    { what: 'a ReLU is off at every row', problem: withUnitOff() },
    { what: 'features outnumber gradients', problem: features(6, 2, 20) },
  ])('has no critical eps where $what: there theta costs nothing', ({ problem }) => {
    for (const gradients of ['exact', 'averaged'] as const)
      expect(criticalEpsReadout(problem, { gradients })).toMatchObject({ value: Infinity, converged: true });
    // However strong the attack is, theta = 0 is not the best.
    const atZero = problem.y.reduce((sum, value) => sum + value * value, 0) / (2 * problem.n);
    expect(solveReadout(problem, { eps: 1e3, lambda: 1e-6 }).objective).toBeLessThan(0.999 * atZero);
    const y = problem.y.map((value, i) => (i === 0 || value > 0 ? 1 : -1));
    expect(solveMargins({ ...problem, y }, { eps: 1e3, lambda: 1e-6 }).objective).toBeLessThan(
      0.999 * Math.log(2),
    );
  });

  it('bounds the critical eps by less from below than from above, also where gradients hardly suffice', () => {
    for (const [n, d, N] of [
      [40, 5, 150],
      [20, 1, 8],
    ] as const) {
      const { lower, upper, value, converged, residual } = criticalEpsReadout(features(n, d, N));
      expect(lower).toBeLessThanOrEqual(upper);
      expect(value).toBe(upper);
      expect(converged).toBe(residual <= 1e-6);
    }
  });

  it('copes with features that are constant on the data, one row, and zero targets', () => {
    // Inputs on a ray: a row of W that points away from it never fires.
    const d = 3;
    const x = Float64Array.from({ length: 8 * d }, (_, at) => (at % d === 0 ? 1 + at : 0));
    const W = unitSphereRows(1, 12, d);
    const y = Float64Array.from({ length: 8 }, (_, i) => i - 2);
    const constant = solveReadout(readoutProblem({ n: 8, d, x, y }, { W }), { eps: 0.2 });
    expect(constant.converged && constant.theta.every(Number.isFinite)).toBe(true);
    const single = solveReadout(features(1, 5, 8), { eps: 0.2 });
    // Eight features, six numbers to match: the row is fitted with no gradient at all, and the optimum is 0.
    expect(single).toMatchObject({ relativeGap: 0, converged: true });
    expect(single.objective).toBeLessThan(1e-18);
    const problem = features(10, 5, 8);
    const zero = solveReadout({ ...problem, y: new Float64Array(10) }, { eps: 0.2 });
    expect(zero).toMatchObject({ objective: 0, relativeGap: 0, converged: true });
    expect(criticalEpsReadout({ ...problem, y: new Float64Array(10) }).value).toBe(0);
  });

  it.each([
    { n: 90, d: 30, N: 60, eps: 0.3, lambda: 0 },
    { n: 40, d: 20, N: 160, eps: 0.1, lambda: 0.01 },
    { n: 60, d: 20, N: 40, eps: 1.5, lambda: 0 },
  ])('begins at most twice above the optimum, n $n, N $N, eps $eps', ({ n, d, N, eps, lambda }) => {
    const objectives: number[] = [];
    const { objective } = solveReadout(features(n, d, N), {
      ...{ eps, lambda, tolerance: 1e-9 },
      onProgress: (at) => objectives.push(at.objective),
    });
    expect(objectives[0]).toBeLessThanOrEqual(2 * objective * (1 + GAP));
  });

  it('reports progress, and an honest gap when stopped early', () => {
    const problem = features(40, 20, 60);
    const gaps: number[] = [];
    const stopped = solveReadout(problem, {
      eps: 0.3,
      maxIterations: 3,
      onProgress: ({ relativeGap }) => gaps.push(relativeGap),
    });
    expect(gaps).toHaveLength(4);
    expect(stopped.converged).toBe(false);
    const best = solveReadout(problem, { eps: 0.3, tolerance: 1e-8 }).objective;
    expect(stopped.objective).toBeGreaterThanOrEqual(best * (1 - 1e-8));
    expect(stopped.objective - stopped.dualityGap).toBeLessThanOrEqual(best);
  });

  it('foretells a time that grows with the problem', () => {
    const [short, long] = [
      { n: 10, d: 10, N: 10 },
      { n: 1200, d: 400, N: 2000 },
    ].map(expectedSeconds);
    expect(short!).toBeGreaterThan(0);
    // A few thousand operations; and 2e11, for which no machine takes less than a fiftieth of a second.
    expect(short!).toBeLessThan(1);
    expect(long!).toBeGreaterThan(0.02);
    expect(long!).toBeGreaterThan(100 * short!);
    expect(long!).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it('foretells a time in proportion to the work: to the gradients, or to the cube of the features', () => {
    // The speed of the machine may change from one call to the next, but not tenfold.
    const base = { n: 10, N: 10, d: 1e9 };
    const expectGrowth = (from: typeof base, to: typeof base, growth: number): void => {
      const ratio = expectedSeconds(to) / expectedSeconds(from);
      expect(Math.abs(Math.log10(ratio / growth))).toBeLessThan(1);
    };
    for (const size of ['n', 'N', 'd'] as const)
      expectGrowth(base, { ...base, [size]: 1000 * base[size] }, 1000);
    expectGrowth({ n: 1, N: 1000, d: 1 }, { n: 1, N: 100_000, d: 1 }, 1e6);
  });

  it('refuses what it cannot use, by name', () => {
    const problem = features(10, 5, 8);
    expect(() => solveReadout(problem, { eps: -1 })).toThrow('invalid eps: -1');
    expect(() => solveReadout(problem, { eps: 0.1, tolerance: 0 })).toThrow('invalid tolerance: 0');
    expect(() => solveReadout(problem, { eps: 0.1, alpha: 1 } as { eps: number })).toThrow(
      'invalid alpha: 1 (expected an option of solveReadout: lambda?)',
    );
    expect(() => solveReadout(problem, { eps: 0.1, fitIntercept: 'yes' as never })).toThrow(
      'invalid fitIntercept: "yes" (expected true or false)',
    );
    expect(() => solveReadout(problem, undefined as never)).toThrow('invalid options: null');
    expect(() => solveReadout(teacherRows(5, 4) as never, { eps: 0.1 })).toThrow(
      /^invalid problem: .* \(expected a problem made by readoutProblem\)/,
    );
    expect(() => readoutPath(problem, [{ eps: 0.1, norm: 'l2' } as { eps: number }])).toThrow(
      /^invalid norm: "l2" \(expected an option of a point of a path/,
    );
    expect(() => readoutPath(problem, [{ eps: 0.1 }], { eps: 0.2 } as object)).toThrow(
      /^invalid eps: 0.2 \(expected an option of readoutPath/,
    );
    expect(() => criticalEpsReadout(problem, { gradient: 'exact' } as object)).toThrow(
      'invalid gradient: "exact" (expected an option of criticalEpsReadout: gradients?)',
    );
    const rows = teacherRows(5, 4);
    const nested = { ...rows, x: [[1, 2]] as never };
    expect(() => readoutProblem(nested, { W: new Float64Array(8) })).toThrow(
      'invalid x: [[1, 2]] (expected a Float32Array or Float64Array of n * d = 20 values)',
    );
    expect(() => readoutProblem(rows, { W: [1, 2, 3, 4] as never })).toThrow('invalid W: [1, 2, 3, 4]');
    expect(() => solveReadout(problem, { eps: 0.1, gradients: 'mean' as 'exact' })).toThrow(
      'invalid gradients',
    );
    expect(() => readoutProblem(teacherRows(5, 4), { W: new Float64Array(7) })).toThrow(
      'a multiple of d = 4',
    );
    expect(() => readoutProblem(teacherRows(5, 4), { W: new Float64Array(8).fill(Number.NaN) })).toThrow(
      'invalid W',
    );
  });
});

describe('the exact solution against the asymptotic theory', () => {
  const d = sized(60, 100);
  const psi2 = 2;
  const tau = 0.5;
  const { mu1, muStarSquared } = activation('shifted-relu').moments;

  /** SR = tau^2 + |beta - mu1 W'theta|^2 + muStar^2 |theta|^2 for Gaussian inputs. */
  function standardRisk(theta: Float64Array, W: Float32Array, beta: Float64Array): number {
    const N = theta.length;
    const linear = beta.reduce((sum, value, j) => {
      const row = W.subarray(j * N, (j + 1) * N);
      return sum + (value - mu1 * theta.reduce((total, t, a) => total + t * row[a]!, 0)) ** 2;
    }, 0);
    return tau ** 2 + linear + muStarSquared * theta.reduce((sum, t) => sum + t * t, 0);
  }

  it.each([
    [0.5, 0.1],
    [0.5, 0.5],
    [2, 0.1],
    [2, 0.5],
    [8, 0.1],
    [8, 0.5],
  ])('has the predicted risk and training loss at psi1 %f, eps %f', (psi1, eps) => {
    const N = psi1 * d;
    const theory = asymptoticRisk(randomFeatures({ psi1 }), { psi2, eps, tau });
    // The widest take longest.
    const seeds = psi1 === 8 ? [0, 1, 2, 3] : [0, 1, 2, 3, 4, 5];
    const solved = seeds.map((seed) => {
      const problem = teacher({ d, tau, seed });
      const W = unitSphereRows(seed, N, d);
      const result = solveReadout(readoutProblem(problem.sample('train', psi2 * d), { W }), {
        eps,
        tolerance: 1e-3,
      });
      return { risk: standardRisk(result.theta, W, problem.beta), loss: result.objective };
    });
    // Five standard errors, estimated from few problems, and 1/d for the finite size.
    for (const [measured, predicted] of [
      [meanOf(solved.map(({ risk }) => risk)), theory.standardRisk],
      [meanOf(solved.map(({ loss }) => loss)), theory.trainingLoss],
    ] as const)
      expect(Math.abs(measured.value - predicted)).toBeLessThan(5 * measured.standardError + predicted / d);
  });
});
