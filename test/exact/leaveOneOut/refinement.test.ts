import { describe, expect, it } from 'vitest';
import type { LeftOutRows } from '../../../src/exact/leaveOneOut/leaveOneOut.ts';
import { squaredErrors, squaredLoss } from '../../../src/exact/leaveOneOut/leftOutRisks.ts';
import { refinement } from '../../../src/exact/leaveOneOut/refinement.ts';

const n = 30;
const fitted = Float64Array.from({ length: n }, (_, i) => Math.sin(i));
const anew = (i: number) => ({ residual: 2 * fitted[i]! + 0.1, gradientNorm: 1 + i / n, converged: i !== 7 });
const rows: LeftOutRows = {
  fitted,
  residuals: fitted.map((r) => 1.9 * r),
  gradientNorms: new Float64Array(n).fill(1),
  influence: new Float64Array(n).fill(1),
  crossing: 1,
  doubts: [],
};
const truth = fitted.reduce((sum, _, i) => sum + anew(i).residual ** 2, 0) / n;

describe('refinement', () => {
  it('trains without a row once, however often it is asked for', () => {
    const asked: number[] = [];
    const at = refinement(
      rows,
      (i) => {
        asked.push(i);
        return anew(i);
      },
      squaredLoss,
      0.3,
    );
    at(10);
    at(20);
    const all = at(n);
    expect([...asked].sort((i, j) => i - j)).toEqual([...fitted.keys()]);
    expect(all.open).toBe(1);
    expect(squaredErrors(all, []).standard.value).toBeCloseTo(truth, 12);
  });

  it('takes the quick way where there is one, and otherwise begins again', () => {
    const quick = { ...rows, trained: (i: number) => (i % 2 === 0 ? anew(i) : null) };
    const asked: number[] = [];
    refinement(
      quick,
      (i) => {
        asked.push(i);
        return anew(i);
      },
      squaredLoss,
      0.3,
    )(n);
    expect(asked.every((i) => i % 2 === 1)).toBe(true);
    expect(asked).toHaveLength(n / 2);
  });

  it('of nothing but failures gives none without a sample, and what the sample tells with one', () => {
    const failed = { ...rows, residuals: fitted.map(() => Number.NaN) };
    const at = refinement(failed, anew, squaredLoss, 0.3);
    expect(squaredErrors(at(0), []).standard.value).toBeNaN();
    const { value, approximationError } = squaredErrors(at(20), []).standard;
    expect(approximationError).toBeGreaterThan(0);
    expect(Math.abs(value - truth)).toBeLessThan(4 * approximationError);
  });
});
