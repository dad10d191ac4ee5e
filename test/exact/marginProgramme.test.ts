import { describe, expect, it } from 'vitest';
import { marginProgramme } from '../../src/exact/cone/marginProgramme.ts';
import { marginSumsProgramme } from '../../src/exact/cone/marginSumsProgramme.ts';
import { euclideanRows, sumRows } from '../../src/exact/cone/rowNorms.ts';
import { marginLosses } from '../../src/exact/marginLosses.ts';
import { marginRows } from '../../src/exact/marginRows.ts';
import { gradientNorms } from '../../src/exact/readoutProblem.ts';
import { linearAlgebra } from '../../src/numerics/linearAlgebra.ts';
import { dot, draw, expectNewtonSolved, expectTransposed, isInside, size } from './coneLaws.ts';
import { features } from './problems.ts';

const ROUNDING = 1e-11;
const lambda = 0.07;

function programmeOf(
  power: 1 | 2,
  eps: number,
  intercept: boolean,
  [n, d, N]: readonly [number, number, number],
) {
  const made = features(n, d, N, { seed: 3, tau: 0.5 });
  const problem = { ...made, y: made.y.map((_, i) => (i % 3 === 1 ? -1 : 1)) };
  const loss = marginLosses[power === 1 ? 'hinge' : 'squaredHinge'];
  const programme = marginProgramme(
    marginRows(problem, { eps, lambda, loss, intercept, rowNorm: euclideanRows }),
    power,
    linearAlgebra(),
  );
  const M = intercept ? N + 1 : N;
  /** sum h(1 - y_i f(x_i) + eps q_i) + (n lambda/2) |theta|^2. */
  const objective = (x: Float64Array): number => {
    const theta = x.subarray(0, N);
    const q = gradientNorms(problem, theta);
    const terms = Array.from(problem.y, (label, i) => {
      const f = dot(problem.phi.subarray(i * N, (i + 1) * N), theta) + (intercept ? x[N]! : 0);
      return Math.max(0, 1 - label * f + eps * q[i]!) ** power / power;
    });
    return terms.reduce((a, b) => a + b, 0) + ((n * lambda) / 2) * dot(theta, theta);
  };
  return { problem, programme, objective, power, eps, intercept, n, d, N, M, cones: eps > 0 ? n : 0 };
}

const narrow = [9, 4, 5] as const;
const wide = [5, 3, 8] as const;
const cases = ([1, 2] as const).flatMap((power) =>
  [0, 0.3].flatMap((eps) =>
    [false, true].map((intercept) => {
      const what = `power ${power}, eps ${eps}${intercept ? ', an intercept' : ''}`;
      return [what, programmeOf(power, eps, intercept, intercept ? wide : narrow)] as const;
    }),
  ),
);

describe.each(cases)('the cone programme of hinges: %s', (_, each) => {
  const { problem, programme, objective, power, eps, intercept, n, d, N, M, cones } = each;
  const variables = programme.size;

  it('has A and its transpose', () => {
    expectTransposed(programme);
  });

  it("solves with P + A' W^-2 A", () => {
    expectNewtonSolved(programme);
  });

  it('has the gradient of sum h(p_i) + (n lambda/2) |theta|^2', () => {
    const cost = (x: Float64Array): number =>
      x.subarray(M, M + n).reduce((sum, p) => sum + p ** power / power, 0) +
      ((n * lambda) / 2) * dot(x.subarray(0, N), x.subarray(0, N));
    const [x, v] = [draw('x', variables), draw('v', variables)];
    const side = (sign: number): number => cost(x.map((value, j) => value + sign * v[j]!));
    // Exact for a quadratic.
    expect(Math.abs((side(1) - side(-1)) / 2 - dot(programme.gradient(x), v))).toBeLessThan(1e-9);
  });

  it('has slacks p_i, p_i - 1 + y_i f(x_i) - eps q_i and the cone of q_i and K_i theta', () => {
    const x = draw('x', variables);
    const theta = x.subarray(0, N);
    const s = programme.apply(x);
    const images = problem.jacobians.images(theta);
    for (let i = 0; i < n; i++) {
      const f = dot(problem.phi.subarray(i * N, (i + 1) * N), theta) + (intercept ? x[N]! : 0);
      const q = cones > 0 ? x[M + n + i]! : 0;
      expect(s[i]).toBe(x[M + i]);
      expect(s[n + i]).toBeCloseTo(x[M + i]! + problem.y[i]! * f - eps * q, 12);
      if (cones === 0) continue;
      const own = s.subarray(2 * n + i * (d + 1), 2 * n + (i + 1) * (d + 1));
      expect([...own]).toEqual([q, ...images.subarray(i * d, (i + 1) * d)]);
    }
    expect([s.length, variables]).toEqual([2 * n + cones * (d + 1), M + n + cones]);
  });

  it('begins inside both cones, with slacks of its own, at theta = 0', () => {
    const { x, s, z } = programme.start();
    expect(isInside(programme.shape, s) && isInside(programme.shape, z)).toBe(true);
    expect(size(x.subarray(0, M))).toBe(0);
    const offsets = s.map((value, j) => value - programme.apply(x)[j]!);
    expect([...offsets]).toEqual(Array.from(s, (_, j) => (j >= n && j < 2 * n ? -1 : 0)));
    // The dual holds in q, and for the hinge in p.
    const az = programme.applyTransposed(z);
    expect(size(az.subarray(M + n))).toBeLessThan(ROUNDING);
    if (power === 1) expect([...az.subarray(M, M + n)]).toEqual(new Array(n).fill(1));
  });

  it('bounds the optimum by the objective, and from below by the dual at a feasible point', () => {
    const { shape } = programme;
    const x = draw('x', variables);
    const z = draw('z', 2 * n + cones * (d + 1));
    const a = z.subarray(n, 2 * n).map((value) => Math.min(1, Math.abs(value)) * 0.9);
    if (intercept) {
      // sum y_i a_i = 0
      const side = (label: number): number =>
        dot(
          a,
          problem.y.map((y) => (y === label ? 1 : 0)),
        );
      const [up, down] = [side(1), side(-1)];
      a.forEach((value, i) => {
        a[i] = value / (problem.y[i] === 1 ? up : down) / n;
      });
    }
    z.set(a, n);
    const pulled = new Float64Array(N * n);
    const tails = new Float64Array(n * d);
    for (let i = 0; i < cones; i++) {
      const tail = z.subarray(2 * n + i * (d + 1) + 1, 2 * n + (i + 1) * (d + 1));
      const length = size(tail);
      for (let j = 0; j < d; j++) tail[j]! *= (0.7 * eps * a[i]!) / length;
      tails.set(tail, i * d);
    }
    problem.jacobians.pullBack(tails, pulled);
    const g = Float64Array.from({ length: N }, (_, c) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += problem.y[i]! * a[i]! * problem.phi[i * N + c]! + pulled[i * N + c]!;
      return sum;
    });
    const won = a.reduce((sum, value) => sum + value - (power === 2 ? value ** 2 / 2 : 0), 0);
    const az = programme.applyTransposed(z);
    const { upper, lower, residual } = programme.bounds({ x, s: new Float64Array(z.length), z, az });
    expect(lower).toBeCloseTo(Math.max(0, won - dot(g, g) / (2 * n * lambda)), 10);
    expect(Math.abs(upper / objective(x) - 1)).toBeLessThan(ROUNDING);
    const left = Float64Array.from({ length: N }, (_, c) => az[c]! - n * lambda * x[c]!);
    expect(Math.abs(residual / size(left) - 1)).toBeLessThan(ROUNDING);
    // At a small theta the dual is far from 0; any other z is brought to where it bounds.
    for (let k = 0; k < 20; k++) {
      const wild = draw(`z ${k}`, z.length).map((value) => value * 0.3 ** (k % 4));
      for (let i = 0; i < n; i++) wild[n + i] = Math.abs(wild[n + i]!);
      const bound = programme.bounds({ x, s: wild, z: wild, az: programme.applyTransposed(wild) });
      for (let j = 0; j < 5; j++) {
        const other = draw(`other ${j}`, variables).map((value) => value * 0.2 ** j);
        expect(objective(other)).toBeGreaterThanOrEqual(bound.lower);
      }
    }
    expect(shape).toEqual({ lp: 2 * n, cones, size: d + 1 });
  });
});

describe.each([1, 2] as const)('the programme of hinges under linf, power %d', (power) => {
  it.each([false, true])('obeys the same laws, intercept %s', (intercept) => {
    const [n, d, N] = intercept ? wide : narrow;
    const [M, eps] = [intercept ? N + 1 : N, 0.2];
    const made = features(n, d, N, { seed: 3, tau: 0.5 });
    const problem = { ...made, y: made.y.map((_, i) => (i % 3 === 1 ? -1 : 1)) };
    const loss = marginLosses[power === 1 ? 'hinge' : 'squaredHinge'];
    const rows = marginRows(problem, { eps, lambda, loss, intercept, rowNorm: sumRows(d) });
    const programme = marginSumsProgramme(rows, power, linearAlgebra());
    expectTransposed(programme);
    expectNewtonSolved(programme);

    const x = draw('x', programme.size);
    const theta = x.subarray(0, N);
    const [s, images] = [programme.apply(x), problem.jacobians.images(theta)];
    const outputs = Array.from(
      problem.y,
      (y, i) => y * (dot(problem.phi.subarray(i * N, (i + 1) * N), theta) + (intercept ? x[N]! : 0)),
    );
    const h = x.subarray(M + n);
    for (let i = 0; i < n; i++) {
      const cost = eps * h.subarray(i * d, (i + 1) * d).reduce((sum, value) => sum + value, 0);
      expect(s[i]).toBe(x[M + i]);
      expect(s[n + i]).toBeCloseTo(x[M + i]! + outputs[i]! - cost, 12);
    }
    expect([...s.subarray(2 * n)]).toEqual([
      ...h.map((value, e) => value + images[e]!),
      ...h.map((value, e) => value - images[e]!),
    ]);

    const start = programme.start();
    expect(isInside(programme.shape, start.s) && isInside(programme.shape, start.z)).toBe(true);
    expect(size(start.x.subarray(0, M))).toBe(0);
    const offsets = start.s.map((value, j) => value - programme.apply(start.x)[j]!);
    expect(size(offsets.map((value, j) => value + (j >= n && j < 2 * n ? 1 : 0)))).toBeLessThan(ROUNDING);
    const az = programme.applyTransposed(start.z);
    expect(size(az.subarray(M + n))).toBeLessThan(ROUNDING);

    const { upper, lower } = programme.bounds({ ...start, az });
    const q = gradientNorms(problem, theta, 'linf');
    const lossAt = (scale: number): number =>
      outputs.reduce((sum, f, i) => sum + Math.max(0, 1 + scale * (eps * q[i]! - f)) ** power / power, 0) +
      ((n * lambda) / 2) * scale ** 2 * dot(theta, theta);
    expect(upper).toBeCloseTo(n / power, 10);
    expect(lower).toBeGreaterThanOrEqual(0);
    for (const scale of [1, 0.1, 0.01]) expect(lossAt(scale)).toBeGreaterThanOrEqual(lower);
    expect(programme.bounds({ x, s, z: start.z, az }).upper).toBeCloseTo(lossAt(1), 8);
  });
});
