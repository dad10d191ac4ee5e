import { describe, expect, it } from 'vitest';
import { euclideanRows } from '../../src/exact/cone/rowNorms.ts';
import { marginLosses } from '../../src/exact/marginLosses.ts';
import { bestConstant, marginPoint, marginRows, typicalLength } from '../../src/exact/marginRows.ts';
import { gradientNorms } from '../../src/exact/readoutProblem.ts';
import type { MarginLossName } from '../../src/theory/channels/losses.ts';
import { features } from './problems.ts';

const names = ['logistic', 'hinge', 'squaredHinge'] as const;
const value: Readonly<Record<MarginLossName, (w: number) => number>> = {
  logistic: (w) => Math.log(1 + Math.exp(-w)),
  hinge: (w) => (w < 1 ? 1 - w : 0),
  squaredHinge: (w) => (w < 1 ? ((1 - w) * (1 - w)) / 2 : 0),
};
/** Values of y f away from the kink. */
const margins = [-7, -1.3, -0.2, 0, 0.4, 0.97, 1.05, 2, 9];

describe.each(names)('the margin loss %s', (name) => {
  const loss = marginLosses[name];

  it('has its definition, slope and curvature', () => {
    const h = 1e-5;
    for (const w of margins) {
      expect(loss.value(w)).toBeCloseTo(value[name](w), 12);
      expect(loss.pull(w)).toBeCloseTo((value[name](w - h) - value[name](w + h)) / (2 * h), 8);
      expect(loss.curvature(w)).toBeCloseTo((loss.pull(w - h) - loss.pull(w + h)) / (2 * h), 8);
    }
  });

  it('has the conjugate that a search finds, at every slope that it may have', () => {
    const most = name === 'squaredHinge' ? 4 : 1;
    for (const share of [0, 0.1, 0.5, 0.8, 1]) {
      const a = share * most;
      let best = -Infinity;
      for (let w = -30; w <= 30; w += 1e-3) best = Math.max(best, -a * w - value[name](w));
      // On a grid of 1e-3; logistic at the ends is a limit.
      expect(loss.conjugate(a)).toBeCloseTo(best, 5);
    }
  });

  it('does not overflow', () => {
    expect([loss.value(800), loss.pull(800), loss.curvature(800)]).toEqual([0, 0, 0]);
    expect(loss.value(-800)).toBe({ logistic: 800, hinge: 801, squaredHinge: 801 ** 2 / 2 }[name]);
    expect(loss.pull(-800)).toBe({ logistic: 1, hinge: 1, squaredHinge: 801 }[name]);
  });

  it('is least for all labels at a constant in closed form', () => {
    for (const positive of [1, 3, 7, 8]) {
      const y = Float64Array.from({ length: 10 }, (_, i) => (i < positive ? 1 : -1));
      const wanted = {
        logistic: Math.log(positive / (10 - positive)),
        hinge: positive > 5 ? 1 : -1,
        squaredHinge: (2 * positive - 10) / 10,
      }[name];
      expect(bestConstant(loss, y)).toBeCloseTo(wanted, 12);
    }
  });
});

describe('rows with margins', () => {
  const [n, d, N] = [7, 3, 4];
  const made = features(n, d, N, { seed: 5 });
  const problem = { ...made, y: made.y.map((target, i) => (i < 2 || target > 0 ? 1 : -1)) };
  const rowsOf = (eps: number, intercept: boolean) =>
    marginRows(problem, {
      eps,
      lambda: 0.3,
      loss: marginLosses.squaredHinge,
      intercept,
      rowNorm: euclideanRows,
    });
  const theta = Float64Array.from({ length: N }, (_, a) => Math.cos(3 * a));
  const q = gradientNorms(problem, theta);
  const outputs = (b: number) =>
    Array.from(problem.y, (label, i) => {
      let f = b;
      for (let a = 0; a < N; a++) f += theta[a]! * problem.phi[i * N + a]!;
      return label * f;
    });

  it.each([
    [0, false],
    [0.4, false],
    [0.4, true],
  ])('are measured as the definition says: eps %d, intercept %s', (eps, intercept) => {
    const b = intercept ? 0.6 : 0;
    const rows = rowsOf(eps, intercept);
    const x = Float64Array.from(intercept ? [...theta, b] : theta);
    for (const nu of [0, 0.5]) {
      const lengths = Array.from(q, (length) => (eps > 0 ? Math.hypot(length, nu) : nu));
      const left = outputs(b).map((margin, i) => margin - eps * lengths[i]!);
      const mean = left.reduce((sum, margin) => sum + Math.max(0, 1 - margin) ** 2 / (2 * n), 0);
      const found = marginPoint(rows, x, nu);
      const penalty = 0.15 * theta.reduce((sum, t) => sum + t * t, 0);
      expect(found.value).toBeCloseTo(mean + penalty, 12);
      found.margins.forEach((margin, i) => {
        expect(margin).toBeCloseTo(left[i]!, 12);
        expect(found.clean[i]).toBeCloseTo(outputs(b)[i]!, 12);
        expect(found.lengths[i]).toBeCloseTo(lengths[i]!, 12);
      });
    }
    expect([...rows.constant.subarray(0, N)]).toEqual([0, 0, 0, 0]);
  });

  it('shrink the heavier class where an intercept asks for it, and change nothing without', () => {
    const a = Float64Array.from({ length: n }, (_, i) => 0.1 + 0.1 * i);
    expect(rowsOf(0.4, false).allowed(a)).toBe(a);
    const of = (weights: Float64Array, label: number): number =>
      weights.reduce((sum, weight, i) => sum + (problem.y[i] === label ? weight : 0), 0);
    const least = Math.min(of(a, 1), of(a, -1));
    const balanced = rowsOf(0.4, true).allowed(a);
    expect(of(balanced, 1)).toBeCloseTo(least, 14);
    expect(of(balanced, -1)).toBeCloseTo(least, 14);
    // Within a class all in proportion, and none grown.
    for (let i = 0; i < n; i++) {
      const own = problem.y[i]!;
      expect(balanced[i]).toBeCloseTo((a[i]! * least) / of(a, own), 14);
    }
    const oneSided = a.map((weight, i) => (problem.y[i] === 1 ? weight : 0));
    expect([...rowsOf(0.4, true).allowed(oneSided)]).toEqual(new Array(n).fill(0));
  });

  it('have the gradient length of the outputs of mean square 1 along sum y_i phi_i', () => {
    const along = Float64Array.from({ length: N }, (_, a) =>
      problem.y.reduce((sum, label, i) => sum + label * problem.phi[i * N + a]!, 0),
    );
    let square = 0;
    for (let i = 0; i < n; i++) {
      let f = 0;
      for (let a = 0; a < N; a++) f += along[a]! * problem.phi[i * N + a]!;
      square += (f * f) / n;
    }
    const mean = gradientNorms(problem, along).reduce((sum, length) => sum + length / n, 0);
    expect(typicalLength(rowsOf(0.4, false))).toBeCloseTo(mean / Math.sqrt(square), 12);
    // Rows without a gradient have no such length.
    const flat = { ...problem.jacobians, images: () => new Float64Array(n * d) };
    expect(typicalLength({ ...rowsOf(0.4, false), jacobians: flat })).toBe(1);
  });
});
