import { describe, expect, it } from 'vitest';
import { type Cell, isFrozen } from '../../src/cells/cell.ts';
import type { CellResult } from '../../src/cells/cellResult.ts';
import { atWholeSizes } from '../../src/cells/cellSizes.ts';
import { compare } from '../../src/cells/comparison.ts';
import { cellKey } from '../../src/cells/node/cellKey.ts';
import { errorsOf, theoryOf } from '../../src/cells/theoryOf.ts';
import { pointsReport } from '../../src/cli/pointsReport.ts';
import { drawingOptions } from '../../src/figures/captions.ts';
import type { Figure, FigurePlan, FigureSettings } from '../../src/figures/figure.ts';
import { drawFigure } from '../../src/figures/figureDrawing.ts';
import { figureCells, figurePoints, meanOver, pointsPanels } from '../../src/figures/figurePoints.ts';
import { checkSettings } from '../../src/figures/figureSettings.ts';
import { figureNamed, figures } from '../../src/figures/index.ts';
import { COLUMN_WIDTHS } from '../../src/plots/paper.ts';
import {
  adversarialRiskAt,
  asymptoticRisk,
  deepRandomFeatures,
  linear,
  randomFeatures,
  robustCapacity,
  robustErrorAt,
} from '../../src/theory/index.ts';
import { complaints } from '../plots/geometry.ts';

/** The plans of the figures as they are without options, made once: their curves are hundreds of solutions. */
const shipped = new Map<Figure, FigurePlan>();
function asShipped(figure: Figure): FigurePlan {
  const plan = shipped.get(figure) ?? figure.plan(figure.defaults);
  shipped.set(figure, plan);
  return plan;
}

/** The plans of their quick versions, likewise. */
const quickly = new Map(
  figures.map((figure) => [
    figure,
    figure.plan(checkSettings(figure, { ...figure.defaults, ...figure.quick })),
  ]),
);

/** Whether the rows of a classifier of random features can be separated with the ball about each. */
const separable = ({ psi1, psi2, eps, tau, flip }: Cell): boolean =>
  psi2 < robustCapacity(randomFeatures({ psi1 }), { eps, tau, flip: flip! }).psi2;

/** A simulation that agrees with theory to the last digit; where there is none, one of nothing learnt. */
function perfect(cell: Cell): CellResult {
  const at = atWholeSizes(cell);
  const errors = errorsOf(at);
  const risk = theoryOf(at) ?? { standardRisk: 1, gradientNorm: 0, thetaNormSquared: 0 };
  const estimate = (value: number) => ({ value, standardError: 0, count: 1 });
  if (errors !== null)
    return {
      standardRisk: estimate(errors.error),
      adversarialRisks: cell.epsTest.map((eps) => estimate(robustErrorAt(errors, eps))),
      thetaNormSquared: errors.thetaNormSquared,
      training: { iterations: 0, residual: 0, converged: true, robustError: separable(at) ? 0 : 0.1 },
    };
  const risks = {
    standardRisk: estimate(risk.standardRisk),
    adversarialRisks: cell.epsTest.map((eps) =>
      estimate(adversarialRiskAt(risk, eps, cell.testNorm ?? cell.norm)),
    ),
  };
  return {
    ...risks,
    thetaNormSquared: risk.thetaNormSquared,
    training: {
      iterations: 0,
      residual: 0,
      converged: true,
      ...(cell.leaveOneOut && { leaveOneOut: risks }),
    },
  };
}

describe.each(figures.map((figure) => [figure.name, figure] as const))('the figure %s', (_, figure) => {
  const plan = quickly.get(figure)!;

  it('is told point by point, each told apart from every other', () => {
    // By its words alone: theory is taken away.
    const points = figurePoints(plan, () => undefined).map((panel) =>
      panel.map((kind) => kind.map((point) => ({ ...point, y: compare([], Number.NaN) }))),
    );
    const [, ...lines] = pointsReport(pointsPanels(plan, points))[0]!.split('\n').slice(1);
    const counted = points.flat(2).length;
    expect(new Set(lines).size).toBe(counted);
  });

  it('has finite curves, and cells that differ', () => {
    for (const { points, dots } of plan.panels.flatMap((panel) => panel.curves))
      expect(
        points.length > (dots ? 0 : 5) &&
          points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y)),
      ).toBe(true);
    const spots = plan.panels.flatMap((panel) => panel.measured.flatMap((kind) => kind.spots));
    for (const { cells } of spots) expect(new Set(cells.map(cellKey)).size).toBe(cells.length);
    expect(figureCells(plan).length).toBeGreaterThan(0);
  });

  it('measures what its theory is about: a perfect simulation agrees everywhere', () => {
    const points = figurePoints(plan, perfect).flat(2);
    for (const { y } of points.filter((point) => point.y.agrees !== null))
      expect(Math.abs(y.simulated.value - y.theory)).toBeLessThan(1e-9 * (1 + y.theory));
  });
});

describe('the theory that figures draw', () => {
  const tanh = { activation: 'tanh' } as const;
  const usual = { psi2: 2, eps: 0.3, tau: 0.2 };
  /** The risks at a place of a curve, asked of the theory with numbers: figure, its curve, and what it is. */
  const drawn: readonly [string, [panel: number, curve: number], (x: number) => number][] = [
    ['curse', [0, 0], (x) => asymptoticRisk(randomFeatures({ psi1: x }), { ...usual, eps: 0 }).standardRisk],
    [
      'curse',
      [2, 0],
      (x) => asymptoticRisk(randomFeatures({ psi1: x }), { ...usual, eps: 0.6 }).standardRisk,
    ],
    ['curse', [1, 1], (x) => asymptoticRisk(randomFeatures({ psi1: x }), usual).adversarialRisk],
    [
      'double-descent',
      [0, 3],
      (x) => asymptoticRisk(randomFeatures({ psi1: x }), { psi2: 2, eps: 0.5, tau: 0.5 }).standardRisk,
    ],
    [
      'sample-size',
      [1, 2],
      (x) => asymptoticRisk(randomFeatures({ psi1: 2 }), { psi2: x, eps: 0.6, tau: 0.2 }).adversarialRisk,
    ],
    [
      'regularisation',
      [0, 2],
      (x) => asymptoticRisk(randomFeatures({ psi1: x }), { ...usual, lambda: 0.3 }).adversarialRisk,
    ],
    [
      'train-test-eps',
      [0, 1],
      (x) => asymptoticRisk(randomFeatures({ psi1: 1 }), { ...usual, epsTest: x }).adversarialRisk,
    ],
    [
      'null-phase',
      [0, 2],
      (x) => Math.sqrt(asymptoticRisk(randomFeatures({ psi1: 2 }), { ...usual, eps: x }).thetaNormSquared),
    ],
    [
      'activations',
      [0, 1],
      (x) => asymptoticRisk(randomFeatures({ psi1: x, ...tanh }), usual).adversarialRisk,
    ],
    [
      'attacks',
      [0, 0],
      (x) => asymptoticRisk(randomFeatures({ psi1: 2 }), { ...usual, eps: 0.5, epsTest: x }).adversarialRisk,
    ],
    ['linear', [0, 2], (x) => asymptoticRisk(linear(), { psi2: 1 / x, eps: 0.3, tau: 0.5 }).standardRisk],
    [
      'noise',
      [1, 4],
      (x) =>
        asymptoticRisk(randomFeatures({ psi1: x }), {
          ...{ psi2: 2, eps: 0.6, lambda: 0.01, tau: 1, noise: 'sparse' },
        }).standardRisk,
    ],
    [
      'classification',
      [1, 1],
      (x) =>
        asymptoticRisk(randomFeatures({ psi1: x }), {
          ...{ psi2: 4, eps: 0.2, epsTest: 0.4, lambda: 1e-4, tau: 0.2, flip: 0.1, loss: 'logistic' },
        }).robustError,
    ],
    [
      'losses',
      [0, 2],
      (x) =>
        asymptoticRisk(randomFeatures({ psi1: 4 }), {
          ...{ psi2: 4, eps: x, lambda: 1e-4, tau: 0.2, flip: 0.05, loss: 'squaredHinge' },
        }).error,
    ],
    [
      'capacity',
      [0, 1],
      (x) => robustCapacity(randomFeatures({ psi1: x }), { eps: 0.3, tau: 0.2, flip: 0.1 }).psi2,
    ],
    [
      'linf',
      [1, 0],
      (x) =>
        asymptoticRisk(randomFeatures({ psi1: x }), {
          ...usual,
          eps: 0.6,
          lambda: 0.01,
          norm: 'linf',
          testNorm: 'l2',
        }).adversarialRisk,
    ],
    [
      'sparse-signal',
      [1, 1],
      (x) =>
        asymptoticRisk(linear(), {
          ...{ psi2: 2, eps: 0.5, lambda: 0.01, tau: 0.3 },
          ...{ testNorm: 'linf', signal: { law: 'sparse', share: x } },
        }).adversarialRisk,
    ],
    [
      'spectrum',
      [1, 2],
      (x) => {
        // Eigenvalues 10 s and s, a tenth of them the first, of mean 1.
        const covariance = { eigenvalues: [10 / 1.9, 1 / 1.9], shares: [1, 9] };
        return asymptoticRisk(randomFeatures({ psi1: x, covariance }), { ...usual, eps: 0.4 })
          .adversarialRisk;
      },
    ],
    ['depth', [1, 1], (x) => asymptoticRisk(deepRandomFeatures({ widths: [x, x] }), usual).adversarialRisk],
    ['trained-width', [1, 0], (x) => asymptoticRisk(randomFeatures({ psi1: x }), usual).adversarialRisk],
  ];

  it.each(drawn)('is in %s, at curve %j, that of its axis', (name, [panel, curve], expected) => {
    const { points } = asShipped(figureNamed(name)).panels[panel]!.curves[curve]!;
    for (const k of [3, Math.floor(points.length / 2), points.length - 2]) {
      const { x, y } = points[k]!;
      expect(Math.abs(y - expected(x))).toBeLessThanOrEqual(1e-9 * expected(x));
    }
  });

  it('is at a simulated point that of its whole numbers of features and samples', () => {
    const { defaults, plan } = figureNamed('curse');
    // At d = 50 a width of 0.25 is 13 features (12.5), that is 0.26; of 5 seeds the values 1 to 5 deviate by sqrt(10 / 4).
    const [points] = figurePoints(plan({ ...defaults, epsilons: [0.3] }), (cell) => ({
      ...perfect(cell),
      standardRisk: { value: cell.seed + 1, standardError: 7, count: 9 },
    }));
    const { y, d } = points![0]![0]!;
    expect(d).toBe(50);
    const { standardRisk } = asymptoticRisk(randomFeatures({ psi1: 0.26 }), usual);
    expect(Math.abs(y.theory / standardRisk - 1)).toBeLessThan(1e-12);
    expect(y.simulated.value).toBe(3);
    expect(y.simulated.standardError).toBeCloseTo(Math.sqrt(10 / 4 / 5), 12);
  });
});

/** No theory says anything of lazy or trained networks: the claims about them are claims about simulations. */
const predicted = figures.filter((figure) => figureCells(asShipped(figure)).every(isFrozen));

describe.each(predicted.map((figure) => [figure.name, figure] as const))('the figure %s', (_, figure) => {
  it('makes claims that the theory bears out', () => {
    for (const { statement, check } of asShipped(figure).claims) {
      const { holds, evidence } = check(meanOver(perfect));
      expect(holds, `${statement}: ${evidence}`).toBe(true);
      expect(evidence).toMatch(/\d/);
    }
  });
});

describe.each(figures.map((figure) => [figure.name, figure] as const))('the curves of %s', (_, figure) => {
  it.each([
    ['as it is', asShipped],
    ['in its quick version', (one: Figure) => quickly.get(one)!],
  ] as const)('reach beyond the simulated points to both sides %s', (_, planOf) => {
    for (const { curves, measured } of planOf(figure).panels) {
      const drawn = curves.flatMap(({ points }) => points.map(({ x }) => x));
      const simulated = measured
        .flatMap(({ spots }) => spots.map(({ x }) => x))
        .filter(Number.isFinite) as number[];
      if (drawn.length === 0 || simulated.length === 0) continue;
      expect(Math.min(...drawn)).toBeLessThanOrEqual(Math.min(...simulated));
      expect(Math.max(...drawn)).toBeGreaterThanOrEqual(Math.max(...simulated));
    }
  });
});

describe.each(figures.map((figure) => [figure.name, figure] as const))('the picture of %s', (_, figure) => {
  it('has in one column all words apart and large enough, and all symbols within their frames', () => {
    const plan = asShipped(figure);
    const points = figurePoints(plan, (cell) => (cell.seed === 0 ? perfect(cell) : undefined));
    const options = drawingOptions(figure, plan, figure.defaults, { version: '0', width: COLUMN_WIDTHS[1] });
    expect(complaints(drawFigure(plan, points, options))).toEqual([]);
  });
});

describe.each(figures.map((figure) => [figure.name, figure] as const))('the figure %s', (_, figure) => {
  const lists = ['d', 'psi1', 'psi2', 'epsilons', 'lambda', 'activations'] as const;
  const two = {
    d: [20, 40],
    psi1: [0.5, 1],
    psi2: [2.5, 3],
    epsilons: [0.3, 0.4],
    lambda: [0.1, 0.2],
    activations: ['tanh', 'sin'],
  } as const;

  it('keeps to its own rules', () => {
    expect(checkSettings(figure, figure.defaults)).toBe(figure.defaults);
    for (const list of figure.varies) expect(figure.defaults[list].length).toBeGreaterThan(1);
  });

  it.each(lists)('simulates every value of %s, or refuses more than one', (list) => {
    const settings = { ...figure.defaults, [list]: two[list] };
    if (!figure.varies.includes(list)) {
      expect(() => checkSettings(figure, settings)).toThrow(`invalid ${list}: "${two[list].join(',')}"`);
      return;
    }
    // With one of the two values left out there is less to simulate.
    const simulated = (values: readonly unknown[]): number =>
      new Set(figureCells(figure.plan({ ...settings, [list]: values })).map(cellKey)).size;
    const both = simulated(two[list]);
    for (const value of two[list]) expect(simulated([value])).toBeLessThan(both);
  });
});

describe('figures trained by gradient', () => {
  const spots = (change: Partial<FigureSettings>) => {
    const { defaults, plan } = figureNamed('curse');
    const { panels } = plan({ ...defaults, ...change });
    return panels.flatMap(({ measured }) => measured.flatMap((kind) => kind.spots.map(({ cells }) => cells)));
  };

  it('train one seed of each point from theta = 0, and the others from the linearised optimum', () => {
    for (const cells of spots({})) {
      const rest = cells[0]!.eps === 0 ? 'cold' : 'warm';
      expect(cells.map(({ start }) => start)).toEqual(['cold', rest, rest, rest, rest]);
    }
  });

  it('train every seed from theta = 0 where they are told to', () => {
    for (const cells of spots({ cold: true })) for (const { start } of cells) expect(start).toBe('cold');
  });
});

describe('a figure of which nothing or a part is simulated', () => {
  /** A simulation a tenth above theory: a distance of 0 has no place on a logarithmic axis. */
  const higher = (cell: Cell): CellResult => {
    const { standardRisk, adversarialRisks, ...rest } = perfect(cell);
    const raised = (risk: typeof standardRisk) => ({ ...risk, value: 1.1 * risk.value });
    return { ...rest, standardRisk: raised(standardRisk), adversarialRisks: adversarialRisks.map(raised) };
  };

  it.each(figures.map((figure) => [figure.name, figure] as const))('%s is drawn', (_, figure) => {
    const plan = quickly.get(figure)!;
    const [first] = figureCells(plan);
    const none = figurePoints(plan, () => undefined);
    const one = figurePoints(plan, (cell) => (cellKey(cell) === cellKey(first!) ? higher(cell) : undefined));
    const counts = (points: typeof none) => points.flat(2).map(({ y }) => y.simulated.count);
    expect(Math.max(...counts(none))).toBe(0);
    expect(Math.max(...counts(one))).toBe(1);
    const [bare, begun] = [none, one].map((points) => drawFigure(plan, points, { description: 'caption' }));
    expect(bare).not.toBe(begun);
    // A bare picture has the curves of the whole one, but for slopes that take their height from the points.
    const curves = (svg: string) => svg.match(/aria-label="line"/g)?.length ?? 0;
    const drawn = plan.panels.flatMap((panel) => panel.curves).filter((c) => !c.dots && !c.throughMeasured);
    expect(curves(bare!)).toBe(drawn.length + (plan.surface?.lines.length ?? 0));
  });
});

describe('figures', () => {
  it('have names of their own', () => {
    expect(new Set(figures.map((figure) => figure.name)).size).toBe(figures.length);
    expect(figureNamed('curse').name).toBe('curse');
    expect(() => figureNamed('figure-9')).toThrow('invalid figure: "figure-9" (expected one of curse');
  });

  it('refuse settings that they have no use for', () => {
    const refused = (name: string, settings: Partial<FigureSettings>) => () => {
      const figure = figureNamed(name);
      checkSettings(figure, { ...figure.defaults, ...settings });
    };
    expect(refused('linear', { psi1: [3] })).toThrow('invalid psi1: "3" (expected none');
    expect(refused('trained-width', { method: 'exact' })).toThrow('invalid method: "exact" (expected none');
    expect(refused('trained-width-digits', { d: [30] })).toThrow('invalid d: "30" (expected 64');
    expect(refused('trained-width-digits', { tau: 0.1 })).toThrow('invalid tau: "0.1" (expected 0');
  });

  it('refuse settings by name', () => {
    const curse = figureNamed('curse');
    const { defaults } = curse;
    expect(() => checkSettings(curse, { ...defaults, d: [] })).toThrow(
      'invalid d: [] (expected at least one value)',
    );
    expect(() => checkSettings(curse, { ...defaults, psi2: [0] })).toThrow('invalid psi2: 0');
    const square = figureNamed('curse').plan({ ...defaults, psi1: [2] });
    expect(() => figureCells(square)).toThrow('invalid psi1: 2 (expected N other than n at eps = lambda = 0');
  });
});
