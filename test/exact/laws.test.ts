import { describe, expect, it } from 'vitest';
import type { HostRows } from '../../src/data/dataset.ts';
import {
  adversarialRegression,
  criticalEpsReadout,
  type ExactOptions,
  type ExactProgress,
  type ExactResult,
  type LeaveOneOut,
  type ReadoutOptions,
  readoutProblem,
  solveMargins,
  solveReadout,
} from '../../src/exact/index.ts';
import { LayeredFeatures } from '../../src/models/layeredFeatures.ts';
import { unitSphereRows } from '../../src/models/unitSphereRows.ts';
import { teacherRows } from './problems.ts';

/** Two runs to a gap of 1e-9, in objectives; their minimisers. */
const SOLVED = 1e-8;
const MINIMISER = 1e-4;

const [n, d, N] = [30, 6, 9];
const drawn = teacherRows(n, d, 4);
const rows = { ...drawn, x: Float64Array.from(drawn.x), y: Float64Array.from(drawn.y) };
const W = unitSphereRows(2, N, d);
const layer = { W, activation: 'tanh' } as const;
const labels = { ...rows, y: rows.y.map((value) => (value > 0 ? 1 : -1)) };

/** Every exact solver, as a function of rows and the options that all of them share. */
type Solve = (data: HostRows, options: ExactOptions & { readonly lambda: number }) => ExactResult;
const regressions: Readonly<Record<string, Solve>> = {
  'read-out': (data, options) => solveReadout(readoutProblem(data, layer), options),
  'read-out against linf': (data, options) =>
    solveReadout(readoutProblem(data, layer), { ...options, norm: 'linf' }),
  'read-out, averaged gradients': (data, options) =>
    solveReadout(readoutProblem(data, layer), { ...options, gradients: 'averaged' }),
  l2: (data, options) => adversarialRegression(data, options),
  linf: (data, options) => adversarialRegression(data, { ...options, norm: 'linf' }),
  l1: (data, options) => adversarialRegression(data, { ...options, norm: 'l1' }),
};
const asked = { eps: 0.2, lambda: 0.05, fitIntercept: true, tolerance: 1e-9 };

/** What solutions of a regression and of a classifier have in common. */
type SolutionInUnits = Pick<ExactResult, 'theta' | 'intercept' | 'objective' | 'converged'> & {
  readonly leaveOneOut: () => Pick<LeaveOneOut, 'residuals'>;
};

const expectMinimiser = (
  found: Pick<ExactResult, 'theta' | 'intercept'>,
  wanted: Float64Array,
  intercept: number,
): void => {
  const size = Math.max(...wanted.map(Math.abs));
  found.theta.forEach((value, a) => {
    expect(Math.abs(value - wanted[a]!)).toBeLessThan(MINIMISER * size);
  });
  expect(Math.abs(found.intercept - intercept)).toBeLessThan(MINIMISER);
};

describe.each(Object.entries(regressions))('exact adversarial regression, %s', (name, solve) => {
  const found = solve(rows, asked);

  it('is in the units of the targets', () => {
    const scaled = solve({ ...rows, y: rows.y.map((value) => 1000 * value) }, asked);
    expect(Math.abs(scaled.objective / found.objective / 1e6 - 1)).toBeLessThan(SOLVED);
    for (const key of ['robustError', 'cleanError'] as const)
      expect(Math.abs(scaled[key] / found[key] / 1e6 - 1)).toBeLessThan(MINIMISER);
    expect(scaled.relativeGap).toBeLessThanOrEqual(1e-9);
    expectMinimiser(
      { ...scaled, theta: scaled.theta.map((t) => t / 1000), intercept: scaled.intercept / 1000 },
      found.theta,
      found.intercept,
    );
    expect(scaled.residual).toBeCloseTo(found.residual, 4);
  });

  if (!name.startsWith('read-out'))
    it('is in the units of the inputs, which are those of the attack', () => {
      const scaled = solve(
        { ...rows, x: rows.x.map((value) => 8 * value) },
        { ...asked, eps: 8 * asked.eps, lambda: 64 * asked.lambda },
      );
      expect(Math.abs(scaled.objective / found.objective - 1)).toBeLessThan(SOLVED);
      expectMinimiser({ ...scaled, theta: scaled.theta.map((t) => 8 * t) }, found.theta, found.intercept);
    });

  it('turns its sign with the targets, and counts every row the same', () => {
    const turned = solve({ ...rows, y: rows.y.map((value) => -value) }, asked);
    expectMinimiser(
      { ...turned, theta: turned.theta.map((t) => -t), intercept: -turned.intercept },
      found.theta,
      found.intercept,
    );
    const backwards = (values: ArrayLike<number>, width: number): Float64Array =>
      Float64Array.from(
        { length: n * width },
        (_, at) => values[(n - 1 - Math.floor(at / width)) * width + (at % width)]!,
      );
    const twice = (values: Float64Array): Float64Array => Float64Array.of(...values, ...values);
    const other = solve(
      { n: 2 * n, d, x: twice(backwards(rows.x, d)), y: twice(backwards(rows.y, 1)) },
      asked,
    );
    expect(Math.abs(other.objective / found.objective - 1)).toBeLessThan(SOLVED);
    expectMinimiser(other, found.theta, found.intercept);
  });

  it('costs more at a larger radius or penalty, and less with an intercept', () => {
    const at = (more: Partial<typeof asked>): number => solve(rows, { ...asked, ...more }).objective;
    const costs = [0, 0.05, 0.1, 0.3].map((eps) => at({ eps }));
    const penalised = [0.01, 0.05, 0.5].map((lambda) => at({ lambda }));
    for (const values of [costs, penalised])
      values.slice(1).forEach((value, i) => {
        expect(value).toBeGreaterThan(values[i]!);
      });
    expect(at({ fitIntercept: false })).toBeGreaterThan(found.objective);
  });

  it('has the defaults that are documented', () => {
    const { eps } = asked;
    const short = solve(rows, { eps } as typeof asked);
    const long = solve(rows, { eps, lambda: 0, fitIntercept: false, tolerance: 1e-6, maxIterations: 100 });
    expect([...short.theta]).toEqual([...long.theta]);
    expect([short.intercept, short.iterations, short.objective]).toEqual([
      0,
      long.iterations,
      long.objective,
    ]);
    expect(short.converged && short.relativeGap > 0 && short.relativeGap <= 1e-6).toBe(true);
  });

  it('tells its progress from 0 on, down to the gap it stops at', () => {
    const told: ExactProgress[] = [];
    const { iterations, objective } = solve(rows, { ...asked, onProgress: (each) => told.push(each) });
    expect(told.map(({ iteration }) => iteration)).toEqual([...Array(iterations + 1).keys()]);
    expect(Math.abs(told.at(-1)!.objective / objective - 1)).toBeLessThan(1e-8);
    expect(told.at(-1)!.relativeGap).toBeLessThanOrEqual(1e-9);
    expect(told[0]!.relativeGap).toBeGreaterThan(1e-3);
    // "3 to 10 are usual" for a gap of 1e-6.
    expect(solve(rows, { ...asked, tolerance: 1e-6 }).iterations).toBeLessThanOrEqual(10);
  });

  it.each([
    ['eps', -0.1, '-0.1'],
    ['eps', undefined, 'undefined'],
    ['lambda', -1e-9, '-1e-9'],
    ['fitIntercept', 1, '1'],
    ['tolerance', 0, '0'],
    ['maxIterations', 0, '0'],
    ['maxIterations', 2.5, '2.5'],
    ['onProgress', 'log', '"log"'],
    ['start', 3, '3'],
    ['start', null, 'null'],
    ['keepStart', 'no', '"no"'],
    ['rounds', 3, '3'],
  ])('refuses %s: %o', (option, value, shown) => {
    expect(() => solve(rows, { ...asked, [option]: value })).toThrow(`invalid ${option}: ${shown}`);
  });
});

describe.each(['logistic', 'hinge', 'squaredHinge'] as const)('an exact classifier, %s', (loss) => {
  const problem = readoutProblem(labels, layer);
  const options = { ...asked, loss };
  const found = solveMargins(problem, options);

  it('counts every row the same, and its errors by their definition', () => {
    const [x, y] = [rows.x, labels.y].map((values) => Float64Array.of(...values, ...values));
    const twice = solveMargins(readoutProblem({ n: 2 * n, d, x: x!, y: y! }, layer), options);
    expect(Math.abs(twice.objective / found.objective - 1)).toBeLessThan(SOLVED);
    const outputs = Array.from(labels.y, (label, i) => {
      let f = found.intercept;
      for (let a = 0; a < N; a++) f += problem.phi[i * N + a]! * found.theta[a]!;
      return label * f;
    });
    const images = problem.jacobians.images(found.theta);
    const robust = outputs.filter(
      (margin, i) => margin <= asked.eps * Math.hypot(...images.subarray(i * d, (i + 1) * d)),
    );
    expect(found.error).toBeCloseTo(outputs.filter((margin) => margin <= 0).length / n, 12);
    expect(found.robustError).toBeCloseTo(robust.length / n, 12);
    expect(found.robustError).toBeGreaterThan(found.error);
  });

  it('has the defaults that are documented, and needs few steps', () => {
    const { eps, lambda } = asked;
    const short = solveMargins(problem, { eps, lambda, ...(loss !== 'logistic' && { loss }) });
    const long = solveMargins(problem, {
      eps,
      lambda,
      loss,
      fitIntercept: false,
      tolerance: 1e-6,
      maxIterations: 100,
    });
    expect(short).toEqual(long);
    expect(short.relativeGap).toBeLessThanOrEqual(1e-6);
    expect(short.relativeGap).toBeCloseTo(short.dualityGap / short.objective, 12);
    // "5 to 30 are usual."
    expect(short.iterations).toBeLessThanOrEqual(30);
  });

  it('tells its progress from 0 on, down to the gap it stops at', () => {
    const told: ExactProgress[] = [];
    const { iterations, objective } = solveMargins(problem, {
      ...options,
      onProgress: (each) => told.push(each),
    });
    expect(told.map(({ iteration }) => iteration)).toEqual([...Array(iterations + 1).keys()]);
    expect(Math.abs(told.at(-1)!.objective / objective - 1)).toBeLessThan(1e-8);
    expect(told.at(-1)!.relativeGap).toBeLessThanOrEqual(1e-9);
    const early = solveMargins(problem, { ...options, maxIterations: 2 });
    expect(told[2]!.relativeGap).toBeCloseTo(early.dualityGap / early.objective, 8);
    expect(found.residual).toBeLessThan(1e-3);
  });

  it.each([
    ['eps', -0.1, '-0.1'],
    ['lambda', 0, '0'],
    ['lambda', undefined, 'undefined'],
    ['loss', 'absolute', '"absolute"'],
    ['fitIntercept', 1, '1'],
    ['tolerance', 0, '0'],
    ['maxIterations', 0, '0'],
    ['onProgress', 'log', '"log"'],
    ['start', {}, '{}'],
  ])('refuses %s: %o', (option, value, shown) => {
    expect(() => solveMargins(problem, { ...options, [option]: value })).toThrow(
      `invalid ${option}: ${shown}`,
    );
  });

  it('refuses other labels than -1 and 1', () => {
    for (const [label, shown] of [
      [0, '0'],
      [2, '2'],
      [Number.NaN, 'NaN'],
    ] as const) {
      const y = labels.y.slice();
      y[3] = label;
      expect(() => solveMargins({ ...problem, y }, options)).toThrow(
        `invalid y: ${shown} (expected labels -1 and 1)`,
      );
    }
  });
});

describe('solutions on the inputs themselves, with an intercept', () => {
  const inputs = (data: HostRows) => readoutProblem(data, new LayeredFeatures(d, []));
  const solvers: Readonly<Record<string, (data: HostRows, eps: number, lambda: number) => SolutionInUnits>> =
    {
      ...Object.fromEntries(
        [{}, { norm: 'linf' }, { gradients: 'averaged' }].map((kind) => [
          `solveReadout ${JSON.stringify(kind)}`,
          (data, eps, lambda) =>
            solveReadout(inputs(data), { ...kind, eps, lambda, fitIntercept: true } as ReadoutOptions),
        ]),
      ),
      ...Object.fromEntries(
        (['logistic', 'hinge', 'squaredHinge'] as const).flatMap((loss) =>
          (['l2', 'linf'] as const).map((norm) => [
            `solveMargins ${loss} ${norm}`,
            (data, eps, lambda) =>
              solveMargins(inputs({ ...data, y: labels.y }), { loss, norm, eps, lambda, fitIntercept: true }),
          ]),
        ),
      ),
    };

  it.each(Object.entries(solvers))('are in any units of the inputs, %s', (_, solve) => {
    const { objective, intercept, theta, leaveOneOut } = solve(rows, 0.2, 0.05);
    const leftOut = leaveOneOut().residuals;
    // From metres to picometres and to terametres: powers of two, which round nothing.
    for (const unit of [2 ** 40, 2 ** -40]) {
      const x = rows.x.map((value) => unit * value);
      const scaled = solve({ ...rows, x }, 0.2 * unit, 0.05 * unit * unit);
      expect(scaled.converged).toBe(true);
      expect(Math.abs(scaled.objective / objective - 1)).toBeLessThan(2e-6);
      expectMinimiser({ ...scaled, theta: scaled.theta.map((t) => unit * t) }, theta, intercept);
      scaled.leaveOneOut().residuals.forEach((value, i) => {
        expect(Math.abs(value - leftOut[i]!)).toBeLessThan(MINIMISER);
      });
    }
  });
});

describe('the critical radius of a read-out', () => {
  const problem = readoutProblem(rows, layer);

  it.each([{}, { gradients: 'averaged' }, { fitIntercept: true }] as const)(
    'does not know the units of the targets, and lies between bounds: %o',
    (options) => {
      const found = criticalEpsReadout(problem, options);
      const scaled = criticalEpsReadout({ ...problem, y: problem.y.map((value) => -1000 * value) }, options);
      expect(Math.abs(scaled.value / found.value - 1)).toBeLessThan(2e-6);
      expect(found.lower).toBeLessThanOrEqual(found.upper);
      expect(found.value).toBe(found.upper);
      expect(found.residual).toBeCloseTo((found.upper - found.lower) / found.upper, 12);
      expect(found.residual).toBeLessThanOrEqual(1e-6);
      expect(found.converged).toBe(true);
      expect(found.iterations).toBeLessThan(60);
      // No direction is worth more a unit of gradient.
      const nearby = criticalEpsReadout(problem, { ...options, tolerance: 1e-10 });
      expect(nearby.lower).toBeLessThanOrEqual(found.upper);
      expect(nearby.upper).toBeGreaterThanOrEqual(found.lower);
    },
  );

  it('is 0 where there is nothing to learn', () => {
    expect(criticalEpsReadout({ ...problem, y: new Float64Array(n) })).toEqual({
      ...{ value: 0, lower: 0, upper: 0, iterations: 0, residual: 0, converged: true },
    });
    const constant = { ...problem, y: new Float64Array(n).fill(3) };
    expect(criticalEpsReadout(constant, { fitIntercept: true }).value).toBe(0);
    expect(criticalEpsReadout(constant).value).toBeGreaterThan(0);
  });
});
