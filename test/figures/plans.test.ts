import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/cells/cell.ts';
import { clearlyAbove, type FigureSettings, notClearlyAbove, shown } from '../../src/figures/figure.ts';
import { figurePoints } from '../../src/figures/figurePoints.ts';
import { figureNamed } from '../../src/figures/index.ts';
import { asymptoticRisk, criticalEps, randomFeatures, robustCapacity } from '../../src/theory/index.ts';

const planOf = (name: string, settings: Partial<FigureSettings> = {}) => {
  const { defaults, plan } = figureNamed(name);
  return plan({ ...defaults, psi2: [3], tau: 0.5, ...settings });
};

/** Where they are, each of which has a name for the legend. */
const linesOf = (name: string, settings: Partial<FigureSettings> = {}) =>
  planOf(name, settings).guides.map(({ axis, at, label }) => {
    expect(label).toMatch(/\S/);
    return { axis, at };
  });

describe('the dashed lines of a figure', () => {
  const square = { axis: 'x', at: 3 } as const;
  // The risk of predicting nothing is E y^2 = |beta|^2 + tau^2.
  const nothing = { axis: 'y', at: 1.25 } as const;

  it.each([
    ['curse', [square, nothing]],
    ['depth', [square, nothing]],
    ['trained-width', [square, nothing]],
    ['activations', [nothing]],
    ['double-descent', [square]],
    ['regularisation', [square]],
    ['leave-one-out', [square]],
    // The horizontal axis is psi2, and psi1 the one given; or d/n.
    ['sample-size', [{ axis: 'x', at: figureNamed('sample-size').defaults.psi1[0]! }]],
    ['linear', [{ axis: 'x', at: 1 }]],
    ['noise', [square]],
    ['spectrum', [square, nothing]],
    ['classification', [{ axis: 'y', at: 0.5 }]],
    ['capacity', []],
    ['linf', [square]],
    ['sparse-signal', []],
    ['attacks', []],
    ['finite-size', []],
    ['trade-off', []],
    ['train-test-eps', []],
    ['phase-diagram', []],
  ])('%s', (name, expected) => {
    expect(linesOf(name)).toEqual(expected);
  });

  it('trained-width-digits', () => {
    // Labels of +1 and -1, and no noise beside that of the digits.
    expect(linesOf('trained-width-digits', { tau: 0 })).toEqual([square, { axis: 'y', at: 1 }]);
  });

  it('null-phase', () => {
    const guides = planOf('null-phase', { psi1: [0.5, 2] }).guides.map(({ axis, at }) => [axis, at]);
    const critical = [0.5, 2].map((psi1) => criticalEps(randomFeatures({ psi1 }), { psi2: 3, tau: 0.5 }));
    expect(guides).toEqual(critical.map((at) => ['x', at]));
  });
});

describe('the lines of the figure losses', () => {
  it('are where the labels cease to be fitted, and where nothing is learnt', () => {
    const [fitted, critical] = planOf('losses').guides.map(({ at }) => at);
    const map = randomFeatures({ psi1: figureNamed('losses').defaults.psi1[0]! });
    const labels = { tau: 0.5, flip: 0.05 };
    expect(Math.abs(robustCapacity(map, { ...labels, eps: fitted! }).psi2 / 3 - 1)).toBeLessThan(1e-9);
    expect(critical).toBe(criticalEps(map, { ...labels, psi2: 3, loss: 'hinge' }));
  });
});

describe('the evidence of a claim', () => {
  it('names the risks at the widths that it says', () => {
    const { claims } = planOf('activations', { psi2: [2], tau: 0.2, epsilons: [0.3], activations: ['tanh'] });
    const { evidence } = claims[0]!.check(() => ({ value: 0, standardError: 0, count: 1 }));
    const [least, narrow, risk, wide] = evidence
      .replaceAll('psi1', 'width')
      .match(/\d+(\.\d+)?/g)!
      .map(Number);
    const riskAt = (psi1: number): number =>
      asymptoticRisk(randomFeatures({ psi1, activation: 'tanh' }), { psi2: 2, eps: 0.3, tau: 0.2 })
        .adversarialRisk;
    // Printed to three decimals, the widths to fewer.
    expect(Math.abs(riskAt(narrow!) - least!)).toBeLessThan(1e-3);
    expect(Math.abs(riskAt(wide!) - risk!)).toBeLessThan(2e-3);
    expect(wide! / narrow!).toBeGreaterThan(15);
  });
});

describe('the claims of trained-width-digits', () => {
  const { defaults, plan } = figureNamed('trained-width-digits');
  const estimate = (value: number) => ({ value, standardError: 0, count: 3 });
  const widest = Math.max(...defaults.psi1);
  const narrowest = Math.min(...defaults.psi1);
  const rank: Readonly<Record<string, number>> = { trained: 1, lazy: 2 };
  /** The order of the networks at one width and of the radii, and the opposite of both at all others. */
  const orderedAt = (width: number) => (cells: readonly Cell[]) => {
    const { network, psi1, eps } = cells[0]!;
    const level = (rank[network ?? ''] ?? 3) - eps;
    return estimate(psi1 === width ? level : -level);
  };

  it('are about the widest network, and hold of it alone', () => {
    const held = (width: number) =>
      plan(defaults)
        .claims.slice(0, 3)
        .map(({ check }) => check(orderedAt(width)).holds);
    expect(held(widest)).toEqual([true, true, true]);
    expect(held(narrowest)).toEqual([false, false, false]);
  });

  it('say that fully trained networks gain from width, from one end to the other', () => {
    const holdsWhere = (risk: (psi1: number) => number) =>
      plan(defaults)
        .claims.at(-1)!
        .check((cells) => estimate(risk(cells[0]!.psi1))).holds;
    expect([(psi1: number) => 1 / psi1, (psi1: number) => psi1].map(holdsWhere)).toEqual([true, false]);
  });
});

describe('the spots of a figure', () => {
  it('leave out random features where their risk is infinite, and nothing else', () => {
    const widths = (settings: Partial<FigureSettings>) =>
      planOf('trained-width', { psi1: [1, 3], ...settings }).panels.map(({ measured }) =>
        measured.map(({ spots }) => spots.map(({ x }) => x)),
      );
    const [both, narrow] = [[1, 3], [1]];
    expect(widths({ epsilons: [0, 0.5] })).toEqual([
      [narrow, both, both],
      [both, both, both],
    ]);
    expect(widths({ epsilons: [0], lambda: [0.1] })).toEqual([[both, both, both]]);
  });
});

describe('a point of a figure', () => {
  it('stands beside its theory also where it has one seed, which gives no error', () => {
    const estimate = { value: 0.8, standardError: 0, count: 1 };
    const points = figurePoints(planOf('double-descent', { seeds: 1, epsilons: [0.1] }), () => ({
      ...{ standardRisk: estimate, adversarialRisks: [estimate], thetaNormSquared: 1 },
      training: { iterations: 1, residual: 0, converged: false },
    })).flat(2);
    expect(points.length).toBeGreaterThan(1);
    for (const { y, converged, trainings } of points) {
      expect(y).toMatchObject({ simulated: { value: 0.8 }, theory: expect.any(Number) });
      expect([converged, trainings]).toEqual([0, 1]);
    }
  });
});

describe('the verdict of a claim', () => {
  const estimate = (value: number, standardError: number) => ({ value, standardError, count: 3 });

  it('is clear from two standard errors of the difference on', () => {
    // 3 and 4 make 5.
    for (const [difference, clear] of [
      [10.1, true],
      [9.9, false],
      [-10.1, false],
    ] as const) {
      const pair = [estimate(difference + 1, 3), estimate(1, 4)] as const;
      expect(clearlyAbove(...pair)).toBe(clear);
      expect(notClearlyAbove(...pair)).toBe(!clear);
    }
  });

  it('is neither where one seed leaves the error unknown', () => {
    const pair = [estimate(5, Number.NaN), estimate(1, 0)] as const;
    expect(clearlyAbove(...pair) || notClearlyAbove(...pair)).toBe(false);
    expect([shown(pair[0]), shown(estimate(0.84912, 0.0257))]).toEqual(['5.000', '0.849 +- 0.026']);
  });
});
