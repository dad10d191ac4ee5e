import { describe, expect, it } from 'vitest';
import { atWholeSizes, type Cell, isFrozen } from '../../src/cells/cell.ts';
import type { CellResult } from '../../src/cells/cellResult.ts';
import { cellKey } from '../../src/cells/node/cellKey.ts';
import { theoryOf } from '../../src/cells/theoryOf.ts';
import type { FigureSettings } from '../../src/figures/figure.ts';
import { figureCells, figurePoints, meanOver } from '../../src/figures/figurePoints.ts';
import { checkSettings } from '../../src/figures/figureSettings.ts';
import { figureNamed, figures } from '../../src/figures/index.ts';
import { adversarialRiskAt } from '../../src/theory/index.ts';

/** A simulation that agrees with theory to the last digit; where there is none, one of nothing learnt. */
function perfect(cell: Cell): CellResult {
  const risk = theoryOf(atWholeSizes(cell)) ?? { standardRisk: 1, gradientNorm: 0, thetaNormSquared: 0 };
  const estimate = (value: number) => ({ value, standardError: 0, count: 1 });
  return {
    standardRisk: estimate(risk.standardRisk),
    adversarialRisks: cell.epsTest.map((eps) => estimate(adversarialRiskAt(risk, eps))),
    thetaNormSquared: risk.thetaNormSquared,
    training: { iterations: 0, residual: 0, converged: true },
  };
}

describe.each(figures.map((figure) => [figure.name, figure] as const))('the figure %s', (_, figure) => {
  const plan = figure.plan(checkSettings(figure, { ...figure.defaults, ...figure.quick }));

  it('has finite curves, and cells that differ', () => {
    for (const { points } of plan.panels.flatMap((panel) => panel.curves))
      expect(points.length > 5 && points.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y))).toBe(
        true,
      );
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

/** No theory says anything of lazy or trained networks: the claims about them are claims about simulations. */
const predicted = figures.filter((figure) => figureCells(figure.plan(figure.defaults)).every(isFrozen));

describe.each(predicted.map((figure) => [figure.name, figure] as const))('the figure %s', (_, figure) => {
  it('makes claims that the theory bears out', () => {
    for (const { statement, check } of figure.plan(figure.defaults).claims) {
      const { holds, evidence } = check(meanOver(perfect));
      expect(holds, `${statement}: ${evidence}`).toBe(true);
      expect(evidence).toMatch(/\d/);
    }
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
    for (const value of two[list]) expect(simulated([value])).toBeLessThan(simulated(two[list]));
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
