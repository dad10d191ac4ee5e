import { describe, expect, it } from 'vitest';
import { perSampleProgramme } from '../../src/exact/cone/perSampleProgramme.ts';
import { sharedNormProgramme } from '../../src/exact/cone/sharedNormProgramme.ts';
import {
  adversarialRegression,
  criticalEpsReadout,
  type ExactResult,
  readoutProblem,
  solveMargins,
  solveReadout,
} from '../../src/exact/index.ts';
import { centring } from '../../src/exact/intercept.ts';
import { addToDiagonal } from '../../src/exact/jitter.ts';
import { ridgeCertificate } from '../../src/exact/solveRidge.ts';
import { unitSphereRows } from '../../src/models/unitSphereRows.ts';
import { linearAlgebra } from '../../src/numerics/linearAlgebra.ts';
import { stream } from '../../src/random/stream.ts';
import { features, teacherRows } from './problems.ts';

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, j) => sum + value * b[j]!, 0);

describe('ridgeCertificate', () => {
  it('is the primal less the dual objective, at any theta', () => {
    const [n, N, lambda] = [12, 5, 0.3];
    const { x, y } = teacherRows(n, N, 3);
    const rows = { n, N, phi: Float64Array.from(x), y: Float64Array.from(y) };
    const theta = stream('ridge certificate').fillGaussian(new Float64Array(N));
    const row = (i: number): Float64Array => rows.phi.subarray(i * N, (i + 1) * N);
    const u = rows.y.map((value, i) => value - dot(row(i), theta));
    const primal = dot(u, u) / (2 * n) + (lambda / 2) * dot(theta, theta);
    const g = Array.from({ length: N }, (_, a) => u.reduce((sum, value, i) => sum + value * row(i)[a]!, 0));
    const dual = dot(u, rows.y) / n - dot(u, u) / (2 * n) - dot(g, g) / (2 * n * n * lambda);
    const found = ridgeCertificate(rows, theta, lambda);
    // Rounding.
    expect(Math.abs(found.objective / primal - 1)).toBeLessThan(1e-12);
    expect(Math.abs(found.dualityGap / (primal - dual) - 1)).toBeLessThan(1e-10);
    expect(Math.abs(found.relativeGap / ((primal - dual) / primal) - 1)).toBeLessThan(1e-10);
    // The gradient at theta, relative to that at 0, which zero targets do not have.
    const left = g.map((value, a) => value - n * lambda * theta[a]!);
    const pull = Array.from({ length: N }, (_, a) => rows.y.reduce((sum, v, i) => sum + v * row(i)[a]!, 0));
    expect(Math.abs(found.residual / Math.sqrt(dot(left, left) / dot(pull, pull)) - 1)).toBeLessThan(1e-12);
    const none = ridgeCertificate({ ...rows, y: new Float64Array(n) }, new Float64Array(N), lambda);
    expect(none).toMatchObject({ objective: 0, dualityGap: 0, relativeGap: 0, residual: 0 });
    // Without a penalty the gap is what rounding leaves of the gradient, and never more than the objective.
    const free = ridgeCertificate(rows, theta, 0);
    expect(free.objective).toBeCloseTo(dot(u, u) / (2 * n), 12);
    expect(free.dualityGap).toBeCloseTo(
      Math.min(free.objective, Math.sqrt(dot(theta, theta) * dot(g, g)) / n),
      12,
    );
  });
});

describe('the reported gap of a solver that is stopped early', () => {
  const rows = teacherRows(40, 20, 2);
  const problem = features(40, 20, 60);
  const solvers: Record<string, (more: object) => ExactResult> = {
    'own gradients': (more) => solveReadout(problem, { eps: 0.3, ...more }),
    'averaged gradients': (more) => solveReadout(problem, { eps: 0.3, gradients: 'averaged', ...more }),
    'with an intercept': (more) => solveReadout(problem, { eps: 0.3, fitIntercept: true, ...more }),
    l2: (more) => adversarialRegression(rows, { eps: 0.3, ...more }),
    linf: (more) => adversarialRegression(rows, { eps: 0.1, norm: 'linf', ...more }),
    l1: (more) => adversarialRegression(rows, { eps: 0.5, norm: 'l1', ...more }),
  };

  it.each(Object.entries(solvers))(
    'covers the distance from the optimum, and is not idle, %s',
    (_, solve) => {
      const { objective: best, residual: last } = solve({ tolerance: 1e-9 });
      const shares: number[] = [];
      const residuals: number[] = [];
      for (let maxIterations = 1; maxIterations <= 4; maxIterations++) {
        const found = solve({ maxIterations, tolerance: 1e-9 });
        const { objective, dualityGap, relativeGap, converged } = found;
        residuals.push(found.residual);
        expect(objective - dualityGap).toBeLessThanOrEqual(best * (1 + 1e-8));
        expect(Math.abs(relativeGap / (dualityGap / objective) - 1)).toBeLessThan(1e-12);
        expect(converged).toBe(false);
        shares.push((objective - best) / dualityGap);
      }
      // An interior-point iterate is about as far above the optimum as its bound is below it.
      expect(Math.max(...shares)).toBeGreaterThan(0.02);
      // The dual residual falls by one minus the step length, as long as rounding is not all of it.
      expect(residuals[0]).toBeGreaterThan(1e-4);
      expect(residuals[3]).toBeLessThan(residuals[0]!);
      expect(last).toBeLessThan(1e-2 * residuals[0]!);
    },
  );
});

describe('the lower bound beside an intercept', () => {
  const [n, N, d] = [24, 10, 8];
  const { phi, y, jacobians } = features(n, d, N);
  const centred = centring(true, { n, N, phi, y });
  const rows = { n, N, d, phi: centred.phi, y: centred.y, eps: 0.2, lambda: 0, intercept: true };
  const programmes = {
    'one norm a sample': perSampleProgramme({ ...rows, jacobians }, linearAlgebra()),
    'one norm for all': sharedNormProgramme({ ...rows, eps: 5, norm: 'l2' }, linearAlgebra()),
  };

  it.each(Object.entries(programmes))(
    'takes a constant off the dual point, which the dual asks for: %s',
    (_, programme) => {
      const { x, s, z } = programme.start();
      const boundAt = (shift: number): number => {
        // u_i = z_i - z_(n + i) moves by 2 shift, and t_i = z_i + z_(n + i) not at all.
        const moved = z.map((value, at) => (at < n ? value + shift : at < 2 * n ? value - shift : value));
        return programme.bounds({ x, s, z: moved, az: programme.applyTransposed(moved) }).lower;
      };
      expect(boundAt(0)).toBeGreaterThan(0);
      // Rounding.
      for (const shift of [-0.05, 0.02, 0.1])
        expect(Math.abs(boundAt(shift) / boundAt(0) - 1)).toBeLessThan(1e-10);
    },
  );
});

describe('addToDiagonal', () => {
  it('adds the ridge and a share of the largest to the penalised entries, to an intercept a share of its own', () => {
    const matrix = Float64Array.of(2, 9, 9, 9, 8, 9, 9, 9, 4);
    expect(addToDiagonal(matrix, 3, 0.25, 10, 2)).toBe(8);
    expect([...matrix]).toEqual([14, 9, 9, 9, 20, 9, 9, 9, 5]);
  });

  it('does so in proportion, however small the entries are', () => {
    const unit = 2 ** -30;
    const matrix = Float64Array.of(unit, 0, 0, 2 * unit);
    expect(addToDiagonal(matrix, 2, 0.5)).toBe(2 * unit);
    expect([...matrix]).toEqual([2 * unit, 0, 0, 3 * unit]);
  });

  it('leaves copied columns and copied features solvable at lambda = 0', () => {
    const rows = teacherRows(30, 10);
    const doubled = { ...rows, d: 20, x: new Float64Array(600) };
    for (let i = 0; i < 30; i++)
      for (let j = 0; j < 20; j++) doubled.x[i * 20 + j] = rows.x[i * 10 + (j % 10)]!;
    const W = unitSphereRows(3, 20, 10);
    const copies = new Float64Array(400);
    for (let j = 0; j < 10; j++) for (let a = 0; a < 40; a++) copies[j * 40 + a] = W[j * 20 + (a % 20)]!;
    const twice = adversarialRegression(doubled, { eps: 0.1, norm: 'l1', tolerance: 1e-8 });
    expect(twice.converged).toBe(true);
    const [one, two] = [W, copies].map((kernel) =>
      solveReadout(readoutProblem(rows, { W: kernel }), { eps: 0.3, tolerance: 1e-8 }),
    );
    expect(two!.converged).toBe(true);
    expect(Math.abs(two!.objective / one!.objective - 1)).toBeLessThan(2e-8);
  });
});

describe('the residual of a classifier', () => {
  const { y, ...frozen } = features(40, 8, 12);
  const problem = { ...frozen, y: y.map((value) => (value > 0 ? 1 : -1)) };
  const { n, N, phi } = problem;

  it('is the gradient of a smooth objective, relative to that at 0', () => {
    const lambda = 0.02;
    const sizeAt = (theta: Float64Array): number => {
      const gradient = theta.map((value) => lambda * value);
      for (let i = 0; i < n; i++) {
        const row = phi.subarray(i * N, (i + 1) * N);
        const label = problem.y[i]!;
        const pull = label / (1 + Math.exp(label * dot(row, theta))) / n;
        for (let a = 0; a < N; a++) gradient[a]! -= pull * row[a]!;
      }
      return Math.sqrt(dot(gradient, gradient));
    };
    const early = solveMargins(problem, { eps: 0, lambda, maxIterations: 2, tolerance: 1e-12 });
    expect(early.converged).toBe(false);
    // Rounding.
    expect(Math.abs(early.residual / (sizeAt(early.theta) / sizeAt(new Float64Array(N))) - 1)).toBeLessThan(
      1e-8,
    );
  });

  it.each(['logistic', 'hinge', 'squaredHinge'] as const)('falls to where it has converged, %s', (loss) => {
    const [first, last] = [1, 200].map((maxIterations) =>
      solveMargins(problem, { loss, eps: 0.2, lambda: 0.02, tolerance: 1e-7, maxIterations }),
    );
    expect([first!.converged, last!.converged]).toEqual([false, true]);
    expect(first!.residual).toBeGreaterThan(1e-3);
    expect(last!.residual).toBeLessThan(1e-2 * first!.residual);
  });
});

it('says that a critical radius has not converged where a Gram matrix cannot be factored', () => {
  const problem = features(40, 8, 12);
  let asked = 0;
  const jacobians = {
    ...problem.jacobians,
    weightedGram(weights: Float64Array, out: Float64Array) {
      problem.jacobians.weightedGram(weights, out);
      if (++asked > 2) out.fill(Number.NaN);
    },
  };
  const { converged, residual, lower, upper } = criticalEpsReadout({ ...problem, jacobians }, {});
  expect(converged).toBe(false);
  expect(residual).toBeGreaterThan(1e-6);
  expect(residual).toBe((upper - lower) / upper);
});

it.each(['square', 'logistic'] as const)(
  'counts trainings without a row that have not converged, %s',
  (loss) => {
    const { y, ...frozen } = features(24, 4, 6);
    const options = { eps: 0.2, lambda: 0.02, norm: 'linf', tolerance: 1e-9, maxIterations: 1 } as const;
    const found =
      loss === 'square'
        ? solveReadout({ ...frozen, y }, options)
        : solveMargins({ ...frozen, y: y.map((value) => (value > 0 ? 1 : -1)) }, options);
    expect(found.leaveOneOut({ refine: 24 }).doubts.join()).toContain(
      '24 of 24 trainings without a row have not converged',
    );
  },
);
