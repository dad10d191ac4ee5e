import { describe, expect, it } from 'vitest';
import type { HostRows } from '../../src/data/dataset.ts';
import { gradientNorms, type MarginOptions, readoutProblem, solveMargins } from '../../src/exact/index.ts';
import { unitSphereRows } from '../../src/models/unitSphereRows.ts';
import { teacherRows } from './problems.ts';

/** What one Newton step leaves of a mean loss and, in root mean square, of margins, with rows as few as here. */
const SECOND_ORDER = 0.1;
/** What the solver's own tolerance leaves of a margin. */
const SOLVED = 1e-3;

const [n, d, N] = [50, 8, 24];
const W = unitSphereRows(5, N, d);

const lossOf = {
  logistic: (w: number) => Math.log(1 + Math.exp(-w)),
  hinge: (w: number) => Math.max(0, 1 - w),
  squaredHinge: (w: number) => Math.max(0, 1 - w) ** 2 / 2,
};

/** Labels of a linear teacher, more of them positive than negative. */
function labelledRows(rows: number, seed = 4): HostRows {
  const { x, y } = teacherRows(rows, d, seed, 0.7);
  return { n: rows, d, x, y: y.map((value) => (value > -0.4 ? 1 : -1)) };
}

const without = ({ n: rows, x, y }: HostRows, i: number): HostRows => ({
  n: rows - 1,
  d,
  x: Float64Array.from(x).filter((_, at) => Math.floor(at / d) !== i),
  y: Float64Array.from(y).filter((_, at) => at !== i),
});

/** Margins and gradient norms by training n times; the weight of a row being 0, lambda n stays what it was. */
function trainedWithout(rows: HostRows, options: MarginOptions): { margins: number[]; lengths: number[] } {
  const all = readoutProblem(rows, { W });
  const found = Array.from({ length: rows.n }, (_, i) => {
    const { theta, intercept } = solveMargins(readoutProblem(without(rows, i), { W }), {
      ...options,
      lambda: (options.lambda * rows.n) / (rows.n - 1),
    });
    let output = intercept;
    for (let a = 0; a < N; a++) output += all.phi[i * N + a]! * theta[a]!;
    return [rows.y[i]! * output, gradientNorms(all, theta, options.norm)[i]!] as const;
  });
  return { margins: found.map(([w]) => w), lengths: found.map(([, q]) => q) };
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('leaveOneOut of a classifier', () => {
  const cases: readonly (Omit<MarginOptions, 'lambda'> & { readonly loss: 'logistic' | 'squaredHinge' })[] = (
    ['logistic', 'squaredHinge'] as const
  ).flatMap((loss) => [
    { loss, eps: 0.05, fitIntercept: true, norm: 'linf' as const },
    { loss, eps: 0, fitIntercept: true },
    { loss, eps: 0.3, fitIntercept: false },
    { loss, eps: 0.3, fitIntercept: true },
  ]);

  it.each(cases)(
    'is near training without each row: $loss, eps $eps, norm $norm, intercept $fitIntercept',
    ({ loss, ...asked }) => {
      const rows = labelledRows(n);
      const options = { ...asked, loss, lambda: 0.02, tolerance: 1e-8 };
      const { margins, lengths } = trainedWithout(rows, options);
      const epsTest = [0, 0.2];
      const found = solveMargins(readoutProblem(rows, { W }), options).leaveOneOut({ epsTest });
      epsTest.forEach((eps, k) => {
        const risk = mean(margins.map((w, i) => lossOf[loss](w - eps * lengths[i]!)));
        expect(found.risks[k]!.eps).toBe(eps);
        expect(Math.abs(found.risks[k]!.risk.value / risk - 1)).toBeLessThan(SECOND_ORDER);
        // No more than two rows on the wrong side of 0.
        const error = mean(margins.map((w, i) => (w - eps * lengths[i]! > 0 ? 0 : 1)));
        expect(Math.abs(found.risks[k]!.error.value - error)).toBeLessThan(2.5 / n);
      });
      expect(found.standard).toEqual(found.risks[0]!.risk);
      expect(found.error).toEqual(found.risks[0]!.error);
      expect(found.error.count).toBe(n);
      const size = mean(margins.map((w) => w * w));
      expect(mean(margins.map((w, i) => (w - found.residuals[i]!) ** 2))).toBeLessThan(
        SECOND_ORDER ** 2 * size,
      );
      expect(mean(lengths.map((q, i) => (q - found.gradientNorms[i]!) ** 2))).toBeLessThan(
        SECOND_ORDER ** 2 * mean(lengths.map((q) => q * q)),
      );
    },
  );

  it.each(['squaredHinge', 'hinge'] as const)('trains without the rows that it is asked to: %s', (loss) => {
    const rows = labelledRows(16);
    const options = {
      loss,
      eps: 0.2,
      lambda: 0.05,
      fitIntercept: true,
      tolerance: 1e-8,
    } as const;
    const { margins, lengths } = trainedWithout(rows, options);
    const found = solveMargins(readoutProblem(rows, { W }), options).leaveOneOut({ refine: 16 });
    margins.forEach((w, i) => {
      expect(Math.abs(found.residuals[i]! - w)).toBeLessThan(SOLVED);
      expect(Math.abs(found.gradientNorms[i]! - lengths[i]!)).toBeLessThan(SOLVED);
    });
    expect(found.refitted).toBe(16);
    expect(found.trusted).toBe(true);
  });

  it('of the constant classifier beyond the critical radius is the best constant of the others', () => {
    const rows = labelledRows(12);
    const { residuals, gradientNorms: q } = solveMargins(readoutProblem(rows, { W }), {
      ...{ loss: 'logistic', eps: 30, lambda: 0.1, fitIntercept: true },
    }).leaveOneOut();
    rows.y.forEach((label, i) => {
      // The log-odds of the others' labels.
      const others = Array.from(rows.y).filter((_, at) => at !== i);
      const positive = others.filter((other) => other === 1).length;
      expect(residuals[i]).toBeCloseTo(label * Math.log(positive / (others.length - positive)), 8);
    });
    expect(q.every((value) => value === 0)).toBe(true);
  });

  it('refuses an intercept where a class would have no row left', () => {
    const problem = readoutProblem(labelledRows(12), { W });
    const one = { ...problem, y: problem.y.map((_, i) => (i === 3 ? -1 : 1)) };
    const lonely = solveMargins(one, { eps: 0.05, lambda: 0.1, fitIntercept: true });
    expect(() => lonely.leaveOneOut()).toThrow('2 rows or more of each class');
  });
});
