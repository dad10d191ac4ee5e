import { describe, expect, it } from 'vitest';
import type { HostRows } from '../../src/data/dataset.ts';
import {
  type AttackNorm,
  adversarialRegression,
  type ExactResult,
  type Gradients,
  gradientNorms,
  type LeaveOneOut,
  type LeaveOneOutOptions,
  largestInterpolatingEps,
  readoutProblem,
  solveReadout,
} from '../../src/exact/index.ts';
import { ridgeWithIntercept } from '../../src/exact/ridge.ts';
import { centredStep, linearStep } from '../../src/models/hostSteps.ts';
import { LayeredFeatures } from '../../src/models/layeredFeatures.ts';
import { unitSphereRows } from '../../src/models/unitSphereRows.ts';
import { sized } from '../support/sizes.ts';
import { teacherRows } from './problems.ts';

const ROUNDING = 1e-8;
/** What one Newton step leaves of a mean risk and, in root mean square, of residuals and gradient norms, with rows as few as here. */
const SECOND_ORDER = 0.1;
/** The same where a norm of theta has kinks, and with them coefficients that the step holds where they are. */
const WITH_KINKS = 0.15;
/** What the solver's own tolerance leaves of a residual. */
const SOLVED = 1e-4;

/** How the rows of a problem are trained on, and what the model is at other rows. */
interface Way {
  train(rows: HostRows, options: { eps: number; lambda: number; fitIntercept: boolean }): ExactResult;
  /** f(x) without its intercept, and what eps multiplies, at one row. */
  at(row: HostRows, theta: Float64Array): { output: number; q: number };
}

const [n, d] = [40, 10];

function chain(widths: readonly number[], gradients: Gradients = 'exact', norm: 'l2' | 'linf' = 'l2'): Way {
  const features = (rows: HostRows) => {
    let inputs = d;
    const steps = widths.flatMap((units, layer) => {
      const W = unitSphereRows(5 + layer, units, inputs);
      inputs = units;
      return [linearStep(W, units), centredStep('shifted-relu')];
    });
    return readoutProblem(rows, new LayeredFeatures(d, steps));
  };
  return {
    train: (rows, options) => solveReadout(features(rows), { ...options, gradients, norm, tolerance: 1e-8 }),
    at(row, theta) {
      const { phi, ...problem } = features(row);
      return {
        output: phi.reduce((sum, value, a) => sum + value * theta[a]!, 0),
        q: gradientNorms(problem, theta, norm)[0]!,
      };
    },
  };
}

const linear = (norm: AttackNorm): Way => ({
  train: (rows, options) => adversarialRegression(rows, { ...options, norm, tolerance: 1e-8 }),
  at: ({ x }, theta) => ({
    output: theta.reduce((sum, value, j) => sum + value * x[j]!, 0),
    q: {
      l2: Math.hypot(...theta),
      linf: theta.reduce((s, v) => s + Math.abs(v), 0),
      l1: Math.max(...theta.map(Math.abs)),
    }[norm],
  }),
});

/** Rows whose targets are not centred. */
function rowsOf(rows: number, inputs: number, seed = 3): HostRows {
  const { x, y } = teacherRows(rows, inputs, seed, 0.3);
  return { n: rows, d: inputs, x, y: y.map((value) => value + 0.7) };
}

const without = ({ n: rows, d: inputs, x, y }: HostRows, i: number): HostRows => ({
  n: rows - 1,
  d: inputs,
  x: Float64Array.from(x).filter((_, at) => Math.floor(at / inputs) !== i),
  y: Float64Array.from(y).filter((_, at) => at !== i),
});

/** Residuals and gradient norms of one row in `every` by a training without it; its weight being 0, lambda n stays what it was. */
function trainedWithout(
  way: Way,
  rows: HostRows,
  options: { eps: number; lambda: number; fitIntercept: boolean },
  every = 1,
): { residuals: number[]; gradientNorms: number[] } {
  const { n: all, d: inputs, x, y } = rows;
  const found = Array.from({ length: all / every }, (_, at) => {
    const i = every * at;
    const { theta, intercept } = way.train(without(rows, i), {
      ...options,
      lambda: (options.lambda * all) / (all - 1),
    });
    const row = {
      n: 1,
      d: inputs,
      x: Float64Array.from(x).slice(i * inputs, (i + 1) * inputs),
      y: Float64Array.of(0),
    };
    const { output, q } = way.at(row, theta);
    return [y[i]! - output - intercept, q] as const;
  });
  return { residuals: found.map(([e]) => e), gradientNorms: found.map(([, q]) => q) };
}

const meanSquare = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length;

const meanWorst = (e: ArrayLike<number>, q: ArrayLike<number>, eps: number): number =>
  meanSquare(Array.from(e, (value, i) => Math.abs(value) + eps * q[i]!));

describe('leaveOneOut', () => {
  it.each([
    { N: 15, lambda: 0, fitIntercept: false },
    { N: 15, lambda: 0.01, fitIntercept: true },
    { N: 39, lambda: 0, fitIntercept: true },
    { N: 60, lambda: 0, fitIntercept: true },
    { N: 60, lambda: 0.01, fitIntercept: false },
    { N: 60, lambda: 0.01, fitIntercept: true },
  ])(
    'at eps = 0 is training without each row: N $N, lambda $lambda, intercept $fitIntercept',
    ({ N, ...options }) => {
      const rows = rowsOf(n, d);
      const way = chain([N]);
      const asked = { ...options, eps: 0 };
      const wanted = trainedWithout(way, rows, asked);
      const found = way.train(rows, asked).leaveOneOut({ epsTest: [0, 0.3] });
      // At the interpolation peak with 39 features rounding is magnified.
      const tolerance = N === 39 ? 1e-5 : ROUNDING;
      wanted.residuals.forEach((e, i) => {
        expect(Math.abs(found.residuals[i]! - e)).toBeLessThan(tolerance);
        expect(Math.abs(found.gradientNorms[i]! - wanted.gradientNorms[i]!)).toBeLessThan(tolerance);
      });
      const [clean, robust] = found.risks;
      expect(clean!.risk).toEqual(found.standard);
      const risk = meanWorst(wanted.residuals, wanted.gradientNorms, 0.3);
      expect(Math.abs(robust!.risk.value / risk - 1)).toBeLessThan(tolerance);
      expect(found.trusted).toBe(true);
    },
  );

  it('at eps = 0 holds the residual back by h / (1 - h) of it', () => {
    const rows = rowsOf(n, d);
    const { phi, y } = readoutProblem(rows, { W: unitSphereRows(5, 15, d) });
    const { theta, intercept } = ridgeWithIntercept(phi, y, 0.01);
    const found = chain([15]).train(rows, { eps: 0, lambda: 0.01, fitIntercept: true }).leaveOneOut();
    for (let i = 0; i < n; i++) {
      let r = y[i]! - intercept;
      for (let a = 0; a < 15; a++) r -= phi[i * 15 + a]! * theta[a]!;
      expect(found.residuals[i]! / r - 1).toBeCloseTo(found.influence[i]!, 6);
    }
  });

  it('is near training without each row where all rows are fitted, and nothing but that holds the intercept', () => {
    const rows = rowsOf(24, d);
    const asked = { eps: 0.03, lambda: 0, fitIntercept: true };
    const { residuals, gradientNorms: q } = trainedWithout(chain([60]), rows, asked);
    const trained = chain([60]).train(rows, asked);
    expect(trained.cleanError).toBeLessThan(1e-8);
    const found = trained.leaveOneOut();
    expect(Math.abs(found.standard.value / meanSquare(residuals) - 1)).toBeLessThan(SECOND_ORDER);
    expect(Math.abs(found.risks[0]!.risk.value / meanWorst(residuals, q, 0.03) - 1)).toBeLessThan(
      SECOND_ORDER,
    );
  });

  it('of an interpolating linear model is that of the interpolator of least norm', () => {
    const rows = teacherRows(12, 30);
    const eps = 0.5 * largestInterpolatingEps(rows);
    const asked = { eps, lambda: 0, fitIntercept: false };
    const found = linear('l2').train(rows, asked).leaveOneOut();
    const wanted = trainedWithout(linear('l2'), rows, { ...asked, eps: 0 });
    wanted.residuals.forEach((e, i) => {
      expect(Math.abs(found.residuals[i]! - e)).toBeLessThan(SOLVED);
      expect(Math.abs(found.gradientNorms[i]! - wanted.gradientNorms[i]!)).toBeLessThan(SOLVED);
    });
  });

  const tolerances: Record<string, number> = {
    'one layer in linf': WITH_KINKS,
    'a linear model in linf': WITH_KINKS,
    'a linear model in l1': WITH_KINKS,
  };
  const ways: Record<string, Way> = {
    'one layer narrower than the rows': chain([20]),
    'one layer wider than the rows': chain([60]),
    'two layers': chain([15, 20]),
    'averaged gradients': chain([20], 'averaged'),
    'one layer in linf': chain([20], 'exact', 'linf'),
    'a linear model in l2': linear('l2'),
    'a linear model in linf': linear('linf'),
    'a linear model in l1': linear('l1'),
  };
  it.each(
    Object.keys(ways).flatMap((name) => [
      { name, eps: 0.3, lambda: 0.01, fitIntercept: false },
      { name, eps: 0.15, lambda: 0, fitIntercept: true },
    ]),
  )('is near training without each row: $name, eps $eps, intercept $fitIntercept', ({ name, ...asked }) => {
    const way = ways[name]!;
    const tolerance = tolerances[name] ?? SECOND_ORDER;
    const rows = rowsOf(n, d);
    const every = sized(2, 1);
    const { residuals: e, gradientNorms: q } = trainedWithout(way, rows, asked, every);
    const found = way.train(rows, asked).leaveOneOut();
    const [foundE, foundQ] = [found.residuals, found.gradientNorms].map((values) =>
      Array.from(values).filter((_, i) => i % every === 0),
    ) as [number[], number[]];
    // The means of these rows; that the risks are means of all is asked below.
    expect(Math.abs(meanSquare(foundE) / meanSquare(e) - 1)).toBeLessThan(tolerance);
    expect(Math.abs(meanWorst(foundE, foundQ, asked.eps) / meanWorst(e, q, asked.eps) - 1)).toBeLessThan(
      tolerance,
    );
    expect(meanSquare(e.map((value, i) => value - foundE[i]!))).toBeLessThan(tolerance ** 2 * meanSquare(e));
    expect(meanSquare(q.map((value, i) => value - foundQ[i]!))).toBeLessThan(tolerance ** 2 * meanSquare(q));
  });

  it.each(Object.keys(ways).map((name, k) => ({ name, fitIntercept: k % 2 === 0 })))(
    'trains without the rows that it is asked to: $name, intercept $fitIntercept',
    ({ name, fitIntercept }) => {
      const way = ways[name]!;
      const rows = rowsOf(12, d);
      const asked = { eps: 0.2, lambda: 0.02, fitIntercept };
      const wanted = trainedWithout(way, rows, asked);
      const trained = way.train(rows, asked);
      const [none, some, all] = [0, 4, 12].map((refine) => trained.leaveOneOut({ refine }));
      all!.residuals.forEach((e, i) => {
        expect(Math.abs(e - wanted.residuals[i]!)).toBeLessThan(SOLVED);
        expect(Math.abs(all!.gradientNorms[i]! - wanted.gradientNorms[i]!)).toBeLessThan(SOLVED);
      });
      expect(all).toMatchObject({ refitted: 12, trusted: all!.doubts.length === 0 });
      expect(some!.refitted).toBe(4);
      const anew = [...rows.y.keys()].filter((i) => some!.residuals[i] !== none!.residuals[i]);
      expect(anew).toHaveLength(4);
      for (const i of anew) expect(some!.residuals[i]).toBe(all!.residuals[i]);
      expect(all!.risks[0]!.risk.approximationError).toBe(0);
    },
  );

  describe('with some rows trained without anew', () => {
    const epsTest = [0.15, 0.4];
    const rows = rowsOf(60, d);
    // Wide and hardly penalised: a row that leaves moves many others across their kinks.
    const trained = chain([90]).train(rows, { eps: 0.15, lambda: 0, fitIntercept: true });
    const truth = trained.leaveOneOut({ epsTest, refine: 60 });
    const errorsOf = (found: LeaveOneOut): { off: number; error: number }[] =>
      [found.standard, ...found.risks.map(({ risk }) => risk)].map(({ value, approximationError }, k) => {
        const { value: right } = k === 0 ? truth.standard : truth.risks[k - 1]!.risk;
        return { off: value / right - 1, error: approximationError / right };
      });

    it.each([10, 25, 45])('is nearer, and says how near: %i rows', (refine) => {
      const found = trained.leaveOneOut({ epsTest, refine });
      expect(found.refitted).toBe(refine);
      for (const { off, error } of errorsOf(found)) expect(Math.abs(off)).toBeLessThan(4 * error);
    });

    it('goes on until what may be missing is within the share that is asked for', () => {
      const alone = errorsOf(trained.leaveOneOut({ epsTest }));
      const counts = [0.05, 0.003].map((within) => {
        const found = trained.leaveOneOut({ epsTest, refine: { within } });
        for (const { off, error } of errorsOf(found)) {
          expect(2.5 * error).toBeLessThan(1.02 * within);
          expect(Math.abs(off)).toBeLessThan(1.5 * within);
        }
        return found.refitted;
      });
      expect(counts[0]).toBeLessThan(counts[1]!);
      expect(counts[1]).toBeLessThan(60);
      expect(alone.every(({ error }) => Number.isNaN(error))).toBe(true);
    });

    it('counts what is approximate in the standard error', () => {
      const { risk } = trained.leaveOneOut({ refine: 12 }).risks[0]!;
      expect(risk.approximationError).toBeGreaterThan(0);
      expect(risk.standardError).toBeGreaterThan(risk.approximationError);
    });
  });

  it('estimates each risk by its mean over rows, with the standard error of a mean', () => {
    const found = chain([20])
      .train(rowsOf(n, d), { eps: 0.3, lambda: 0.01, fitIntercept: true })
      .leaveOneOut({ epsTest: [0, 0.2] });
    const worst = found.residuals.map((e, i) => (Math.abs(e) + 0.2 * found.gradientNorms[i]!) ** 2);
    const mean = worst.reduce((sum, value) => sum + value, 0) / n;
    const variance = worst.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
    expect(found.risks.map(({ eps }) => eps)).toEqual([0, 0.2]);
    expect(found.risks[1]!.risk.value).toBeCloseTo(mean, 12);
    expect(found.risks[1]!.risk.standardError).toBeCloseTo(Math.sqrt(variance / n), 12);
    expect(found.risks[1]!.risk.count).toBe(n);
    expect(found.refitted).toBe(0);
    expect(found.risks[0]!.risk.approximationError).toBeNaN();
  });

  it('of the constant beyond the critical radius is that of means of the others', () => {
    const rows = rowsOf(n, d);
    const { residuals, gradientNorms: q } = linear('l2')
      .train(rows, { eps: 50, lambda: 0, fitIntercept: true })
      .leaveOneOut();
    rows.y.forEach((y, i) => {
      const others = (rows.y as Float64Array).reduce((sum, value) => sum + value, -y) / (n - 1);
      expect(residuals[i]).toBeCloseTo(y - others, 10);
    });
    expect(q.every((value) => value === 0)).toBe(true);
  });

  it('does not go where a result is copied, so that results stay plain data', () => {
    const result = chain([20]).train(rowsOf(n, d), { eps: 0.3, lambda: 0.01, fitIntercept: false });
    const copy = structuredClone(result);
    expect(copy.theta).toEqual(result.theta);
    expect('leaveOneOut' in copy).toBe(false);
    expect(Object.keys(JSON.parse(JSON.stringify(result)))).toEqual(Object.keys(result));
  });

  it.each<[LeaveOneOutOptions | object, RegExp]>([
    [{ epsTest: -1 }, /invalid epsTest: -1/],
    [{ epsTest: [0.1, Number.NaN] }, /invalid epsTest: NaN/],
    [{ refine: { within: 0 } }, /invalid refine.within: 0/],
    [{ refine: { rows: 3 } }, /rows/],
    [{ refine: null }, /invalid refine: null/],
    [{ refine: 1.5 }, /invalid refine: 1.5/],
    [{ refine: n + 1 }, /invalid refine: 41/],
    [{ eps: 1 }, /leaveOneOut has no option eps|eps/],
  ])('refuses %o', (options, message) => {
    const result = chain([20]).train(rowsOf(n, d), { eps: 0, lambda: 0.01, fitIntercept: false });
    expect(() => result.leaveOneOut(options)).toThrow(message);
  });

  it('refuses a single row', () => {
    const result = linear('l2').train(teacherRows(1, 3), { eps: 0.1, lambda: 0.1, fitIntercept: false });
    expect(() => result.leaveOneOut()).toThrow('2 rows or more');
  });
});
