import { describe, expect, it } from 'vitest';
import { type Cell, cellKey } from '../../src/experiments/cell.ts';
import type { CellResult } from '../../src/experiments/cellResult.ts';
import { figureCells, figurePoints, meanOver } from '../../src/experiments/figurePoints.ts';
import { checkSettings } from '../../src/experiments/figureSettings.ts';
import { figureNamed, figures } from '../../src/experiments/figures/index.ts';
import { cellTheory } from '../../src/experiments/measure.ts';
import { isNetworkCell } from '../../src/experiments/networkCell.ts';
import { adversarialRiskAt } from '../../src/theory/index.ts';

/** A simulation that agrees with theory to the last digit; where there is none, one of nothing learnt. */
function perfect(cell: Cell): CellResult {
  const risk = cellTheory(cell) ?? { standardRisk: 1, gradientNorm: 0, thetaNormSquared: 0 };
  const estimate = (value: number) => ({ value, standardError: 0, count: 1 });
  return {
    standardRisk: estimate(risk.standardRisk),
    adversarialRisks: cell.epsTest.map((eps) => estimate(adversarialRiskAt(risk, eps))),
    thetaNormSquared: risk.thetaNormSquared,
    training: { iterations: 0, residual: 0, converged: true },
  };
}

describe.each(figures.map((figure) => [figure.name, figure] as const))('the figure %s', (_, figure) => {
  const plan = figure.plan(checkSettings({ ...figure.defaults, ...figure.quick }));

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
const predicted = figures.filter((figure) =>
  figureCells(figure.plan(figure.defaults)).every(
    (cell) => !isNetworkCell(cell) || cell.network === 'deep-frozen',
  ),
);

describe.each(predicted.map((figure) => [figure.name, figure] as const))('the figure %s', (_, figure) => {
  it('makes claims that the theory bears out', () => {
    for (const { statement, check } of figure.plan(figure.defaults).claims) {
      const { holds, evidence } = check(meanOver(perfect));
      expect(holds, `${statement}: ${evidence}`).toBe(true);
      expect(evidence).toMatch(/\d/);
    }
  });
});

describe('figures', () => {
  it('have names of their own', () => {
    expect(new Set(figures.map((figure) => figure.name)).size).toBe(figures.length);
    expect(figureNamed('curse').name).toBe('curse');
    expect(() => figureNamed('figure-9')).toThrow('invalid figure: "figure-9" (expected one of curse');
  });

  it('refuse settings by name', () => {
    const { defaults } = figureNamed('curse');
    expect(() => checkSettings({ ...defaults, d: [] })).toThrow(
      'invalid d: [] (expected at least one value)',
    );
    expect(() => checkSettings({ ...defaults, psi2: [0] })).toThrow('invalid psi2: 0');
    const square = figureNamed('curse').plan({ ...defaults, psi1: [2] });
    expect(() => figureCells(square)).toThrow('invalid psi1: 2 (expected N other than n at eps = lambda = 0');
  });
});
