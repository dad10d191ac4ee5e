import { describe, expect, it } from 'vitest';
import { coneDegree } from '../../src/exact/cone/cones.ts';
import type { StartedProgramme } from '../../src/exact/cone/interiorPoint.ts';
import type { AttackNorm } from '../../src/exact/cone/normBlocks.ts';
import { perSampleProgramme } from '../../src/exact/cone/perSampleProgramme.ts';
import { rowSumsProgramme } from '../../src/exact/cone/rowSumsProgramme.ts';
import { sharedNormProgramme } from '../../src/exact/cone/sharedNormProgramme.ts';
import { centring } from '../../src/exact/intercept.ts';
import type { Jacobians } from '../../src/exact/jacobians.ts';
import { linearAlgebra } from '../../src/numerics/linearAlgebra.ts';
import { dot, draw, expectNewtonSolved, expectTransposed, isInside, size } from './coneLaws.ts';
import { features, teacherRows } from './problems.ts';

/** Rounding. */
const ROUNDING = 1e-11;

const largest = (a: Float64Array): number => Math.max(...a.map(Math.abs));
const total = (a: Float64Array): number => a.reduce((sum, value) => sum + Math.abs(value), 0);

/** A programme with what it is about, written out from the definition. */
interface Case {
  readonly programme: StartedProgramme;
  readonly n: number;
  readonly N: number;
  readonly y: Float64Array;
  readonly eps: number;
  readonly ridge: number;
  /** Where p begins in x: after theta, and an intercept where there is one. */
  readonly first: number;
  /** theta' phi_i + b at the coefficients. */
  readonly fitted: (x: Float64Array) => number[];
  /** The dual norm that eps multiplies in the i-th residual. */
  readonly penalties: (theta: Float64Array) => number[];
  /** eps q_i by the programme's own variables. */
  readonly bounds: (x: Float64Array) => number[];
}

interface Sizes {
  readonly n: number;
  readonly N: number;
  readonly lambda: number;
  readonly intercept: boolean;
}

const affine =
  (phi: Float64Array, { n, N, intercept }: Sizes) =>
  (x: Float64Array) =>
    Array.from(
      { length: n },
      (_, i) => dot(phi.subarray(i * N, (i + 1) * N), x.subarray(0, N)) + (intercept ? x[N]! : 0),
    );

/** Each sample pays for its own gradient, in l2 by one bound of its own and in l1, against linf, by one an input. */
function perSample(sizes: Sizes, attack: 'l2' | 'linf' = 'l2'): Case {
  const { n, N, lambda, intercept } = sizes;
  const [d, eps] = [4, 0.3];
  const problem = features(n, d, N);
  const { phi, y } = centring(intercept, { n, N, phi: problem.phi, y: problem.y });
  const jacobians: Jacobians = problem.jacobians;
  const first = intercept ? N + 1 : N;
  return {
    ...{ n, N, y, eps, ridge: n * lambda, first, fitted: affine(phi, sizes) },
    programme: (attack === 'l2' ? perSampleProgramme : rowSumsProgramme)(
      { n, N, d, phi, y, eps, lambda, intercept, jacobians },
      linearAlgebra(),
    ),
    penalties: (theta) => {
      const images = jacobians.images(theta);
      const norm = attack === 'l2' ? size : total;
      return Array.from({ length: n }, (_, i) => norm(images.subarray(i * d, (i + 1) * d)));
    },
    bounds(x) {
      const bounds = x.subarray(first + n);
      const each = attack === 'l2' ? 1 : d;
      return Array.from({ length: n }, (_, i) =>
        bounds.subarray(i * each, (i + 1) * each).reduce((sum, value) => sum + eps * value, 0),
      );
    },
  };
}

function sharedNorm(norm: AttackNorm, sizes: Sizes, weighted = false): Case {
  const { n, N, lambda, intercept } = sizes;
  const eps = 0.4;
  const rows = teacherRows(n, N, 5);
  const { phi, y } = centring(intercept, {
    n,
    N,
    phi: Float64Array.from(rows.x),
    y: Float64Array.from(rows.y),
  });
  // J = L L' with L unit lower bidiagonal: sqrt(theta' J theta) = |L' theta|.
  const factor = new Float64Array(N * N);
  const matrix = new Float64Array(N * N);
  for (let j = 0; j < N; j++) {
    factor[j * N + j] = 1;
    if (j > 0) factor[j * N + j - 1] = 0.5;
    matrix[j * N + j] = j > 0 ? 1.25 : 1;
    if (j > 0) matrix[j * N + j - 1] = 0.5;
  }
  const image = (theta: Float64Array): Float64Array =>
    theta.map((value, j) => value + (j + 1 < N ? 0.5 * theta[j + 1]! : 0));
  const penalty = {
    l2: (theta: Float64Array) => size(weighted ? image(theta) : theta),
    linf: total,
    l1: largest,
  }[norm];
  const first = intercept ? N + 1 : N;
  const problem = {
    n,
    N,
    phi,
    y,
    eps,
    lambda,
    norm,
    intercept,
    ...(weighted && { metric: { matrix, factor } }),
  };
  return {
    ...{ n, N, y, eps, ridge: n * lambda, first, fitted: affine(phi, sizes) },
    programme: sharedNormProgramme(problem, linearAlgebra()),
    penalties: (theta) => new Array(n).fill(penalty(theta)),
    bounds: (x) => new Array(n).fill(eps * x.subarray(first + n).reduce((sum, value) => sum + value, 0)),
  };
}

const narrow = { n: 9, N: 5, lambda: 0.2, intercept: false };
const wide = { n: 4, N: 7, lambda: 0.05, intercept: true };
const cases: Readonly<Record<string, Case>> = {
  'one norm a sample': perSample(narrow),
  'one norm a sample, without a ridge': perSample({ ...narrow, lambda: 0 }),
  'one norm a sample, beside an intercept': perSample(wide),
  'one sum a sample': perSample(narrow, 'linf'),
  'one sum a sample, without a ridge': perSample({ ...narrow, lambda: 0 }, 'linf'),
  'one sum a sample, beside an intercept': perSample(wide, 'linf'),
  l2: sharedNorm('l2', narrow),
  'l2 beside an intercept': sharedNorm('l2', wide),
  'l2 in a metric': sharedNorm('l2', narrow, true),
  'l2 in a metric beside an intercept': sharedNorm('l2', wide, true),
  linf: sharedNorm('linf', narrow),
  'linf beside an intercept': sharedNorm('linf', wide),
  'linf of many more columns than rows': sharedNorm('linf', { ...wide, N: 450 }),
  l1: sharedNorm('l1', narrow),
  'l1 beside an intercept': sharedNorm('l1', wide),
  'l1 of many more columns than rows': sharedNorm('l1', { ...wide, N: 450, intercept: false }),
};

/** (1/2) sum (|y_i - fitted_i| + eps penalty_i)^2 + (ridge/2) |theta|^2. */
function objective({ y, N, eps, ridge, fitted, penalties }: Case, x: Float64Array): number {
  const theta = x.subarray(0, N);
  const [values, costs] = [fitted(x), penalties(theta)];
  const loss = y.reduce((sum, value, i) => sum + (Math.abs(value - values[i]!) + eps * costs[i]!) ** 2, 0);
  return (loss + ridge * dot(theta, theta)) / 2;
}

describe.each(Object.entries(cases))('the cone programme of %s', (_, each) => {
  const { programme, n, N, y, ridge, first } = each;
  const { shape } = programme;
  const variables = programme.size;

  it('has A and its transpose', () => {
    expectTransposed(programme);
  });

  it('has the cost (1/2) sum (p_i + eps q_i)^2 + (ridge/2) |theta|^2', () => {
    const x = draw('x', variables);
    const costs = each.bounds(x);
    const p = x.subarray(first, first + n);
    const theta = x.subarray(0, N);
    const cost = p.reduce((sum, value, i) => sum + (value + costs[i]!) ** 2, ridge * dot(theta, theta));
    expect(Math.abs(dot(x, programme.gradient(x)) / cost - 1)).toBeLessThan(ROUNDING);
  });

  it("solves with P + A' W^-2 A", () => {
    expectNewtonSolved(programme);
  });

  it('begins inside both cones, with slacks of its own and complementary residuals', () => {
    const { x, s, z } = programme.start();
    expect(isInside(shape, s) && isInside(shape, z)).toBe(true);
    // The targets stand in the slacks of the residuals alone.
    const offsets = s.map((value, j) => value - programme.apply(x)[j]!);
    const targets = Float64Array.from({ length: s.length }, (_, j) =>
      j < n ? -y[j]! : j < 2 * n ? y[j - n]! : 0,
    );
    expect(size(offsets.map((value, j) => value - targets[j]!))).toBeLessThan(ROUNDING * size(s));
    // The dual holds already in the variables beside the coefficients: A' z = P x.
    const [az, px] = [programme.applyTransposed(z), programme.gradient(x)];
    const gap = az.subarray(first).map((value, j) => value - px[first + j]!);
    expect(size(gap)).toBeLessThan(ROUNDING * size(px));
    expect(dot(s, z) / coneDegree(shape)).toBeGreaterThan(0);
  });

  it('bounds the optimum by the objective and by what no coefficients beat', () => {
    const { x, s, z } = programme.start();
    const az = programme.applyTransposed(z);
    const { upper, lower, residual } = programme.bounds({ x, s, z, az });
    // The dual asks for A' z = P x.
    expect(
      Math.abs(residual / size(x.subarray(0, N).map((value, a) => ridge * value - az[a]!)) - 1),
    ).toBeLessThan(ROUNDING);
    expect(Math.abs(upper / objective(each, x) - 1)).toBeLessThan(ROUNDING);
    expect(lower).toBeLessThanOrEqual(upper);
    for (let k = 0; k < 20; k++) {
      const other = draw(`other ${k}`, variables).map((value) => value * 0.3 ** (k % 5));
      expect(objective(each, other)).toBeGreaterThanOrEqual(lower);
    }
  });
});
