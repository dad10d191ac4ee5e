import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/cells/cell.ts';
import type { FigureSettings } from '../../src/figures/figure.ts';
import { figureNamed } from '../../src/figures/index.ts';
import type { Estimate } from '../../src/numerics/estimate.ts';
import { criticalEps, randomFeatures } from '../../src/theory/index.ts';

const claimsOf = (name: string, settings: Partial<FigureSettings> = {}) => {
  const { defaults, plan } = figureNamed(name);
  return plan({ ...defaults, ...settings }).claims;
};
const sure = (value: number): Estimate => ({ value, standardError: 0, count: 5 });
/** A simulation that measures a number of the cell, whatever is asked. */
const measured =
  (number: (cell: Cell) => number, standardError = 0) =>
  (cells: readonly Cell[]): Estimate => ({ ...sure(number(cells[0]!)), standardError });

describe('which claims curse makes', () => {
  const falling = 'at eps = 0 the standard risk keeps falling';
  const best = 'the adversarial risk has a best width';
  const vanishing = 'for N > n a vanishing eps is not eps = 0';
  const narrowest = 'the narrowest model';

  it.each<[string, Partial<FigureSettings>, string[]]>([
    ['as it is', {}, [falling, best, vanishing, narrowest]],
    ['with a ridge', { lambda: [0.1] }, [falling, narrowest]],
    ['without attack', { epsilons: [0] }, [falling]],
    ['with one radius', { epsilons: [0.3] }, [best]],
    ['with eps = 0 and one radius', { epsilons: [0, 0.3] }, [falling, best, vanishing]],
    ['up to N = n', { psi1: [0.5, 1, 2] }, [best, narrowest]],
    ['with one width beyond N = n', { psi1: [0.5, 1, 3] }, [best, vanishing, narrowest]],
  ])('%s', (_, settings, wanted) => {
    const found = claimsOf('curse', settings).map(({ statement }) => statement);
    expect(found.map((statement) => wanted.find((part) => statement.includes(part)))).toEqual(wanted);
  });

  it('says that the narrowest predicts nothing where that is so', () => {
    const last = (settings: Partial<FigureSettings>) => claimsOf('curse', settings).at(-1)!.statement;
    expect(last({ epsilons: [0.3, 1] })).toContain(', which predicts nothing, has');
    expect(last({ epsilons: [0.3, 0.4] })).toContain('the narrowest model has');
  });
});

describe('where a claim ceases to hold', () => {
  it('null-phase: |theta| above .1 below the critical eps, under .02 beyond, 15 per cent about it left out', () => {
    const critical = criticalEps(randomFeatures({ psi1: 1 }), { psi2: 2, tau: 0.2 });
    const shares = [0.3, 0.84, 0.86, 1, 1.14, 1.16, 2];
    const [claim] = claimsOf('null-phase', { psi1: [1], epsilons: shares.map((share) => share * critical) });
    const held = (below: number, beyond: number, between: number) =>
      claim!.check(
        measured(({ eps }) => (eps < 0.85 * critical ? below : eps > 1.15 * critical ? beyond : between)),
      ).holds;
    expect(held(0.101, 0.0199, 7)).toBe(true);
    expect(held(0.1, 0.0199, 7)).toBe(false);
    expect(held(0.101, 0.02, 0)).toBe(false);
  });

  it('finite-size: a slope of -.3', () => {
    const claims = claimsOf('finite-size');
    for (const { check } of claims)
      for (const [power, holds] of [
        [-0.5, true],
        [-0.31, true],
        [-0.29, false],
        [0.5, false],
      ] as const) {
        const found = check(measured(({ d }) => 3 * d ** power));
        expect(found.holds).toBe(holds);
        expect(found.evidence).toContain(
          `slope ${power.toFixed(2)}; d 20: ${(3 * 20 ** power).toFixed(3)}, d 40`,
        );
      }
    // A simulation that is theory itself has nothing left to fall.
    expect(claims.map(({ check }) => check(measured(() => 1e-10)).holds)).toEqual([true, true]);
  });

  it('attacks: five per cent of the weakest', () => {
    const [claim] = claimsOf('attacks');
    for (const [share, holds] of [
      [0.049, true],
      [0.051, false],
      [-0.051, false],
    ] as const)
      expect(
        claim!.check(measured(({ testAttack }) => (testAttack === 'fgm' ? 2 : 2 * (1 + share)))).holds,
      ).toBe(holds);
  });

  it('phase-diagram: 1 + tau^2, within two standard errors beyond the critical eps', () => {
    const [learnt, lost] = claimsOf('phase-diagram', { tau: 0.5 });
    const verdicts = (value: number, error = 0) =>
      [learnt!, lost!].map(({ check }) => check(measured(() => value, error)).holds);
    expect(verdicts(1.249)).toEqual([true, false]);
    expect(verdicts(1.251)).toEqual([false, true]);
    expect(verdicts(1.231, 0.01)).toEqual([true, true]);
    expect(verdicts(1.229, 0.01)).toEqual([true, false]);
    expect(lost!.check(measured(({ psi1, eps }) => (psi1 === 8 && eps === 1.4 ? 2 : 0))).holds).toBe(true);
    expect(learnt!.check(measured(({ psi1, eps }) => (psi1 === 8 && eps === 0.2 ? 0 : 2))).holds).toBe(true);
  });

  it('noise: four errors between the extremes of five laws at eps = 0', () => {
    const [sparse, alike] = claimsOf('noise');
    const spread = (by: number, error: number) =>
      alike!.check(measured(({ noise }) => (noise === 'laplace' ? 1 + by : 1), error)).holds;
    const error = 0.1;
    expect(spread(3.9 * error * Math.SQRT2, error)).toBe(true);
    expect(spread(4.1 * error * Math.SQRT2, error)).toBe(false);
    expect(spread(0.5, 0)).toBe(false);
    const harm = (rademacher: number) =>
      sparse!.check(
        measured(({ noise, eps, psi1 }) =>
          eps === 0.6 && psi1 === 4 && noise === 'rademacher' ? rademacher : 1,
        ),
      ).holds;
    expect([harm(1.01), harm(0.99)]).toEqual([true, false]);
    expect(claimsOf('noise', { epsilons: [0.3, 0.6] })).toHaveLength(1);
  });

  it('capacity: more than half of the problems below the line, less beyond it, at every width', () => {
    const [claim] = claimsOf('capacity', { psi1: [0.5, 1], epsilons: [0.3] });
    // Of a claim's cells the means are asked below and beyond, width by width.
    const held = (...values: number[]) => {
      const left = [...values];
      return claim!.check(() => sure(left.shift()!)).holds;
    };
    expect(held(0.51, 0.49, 0.51, 0.49)).toBe(true);
    expect(held(0.5, 0.49, 0.51, 0.49)).toBe(false);
    expect(held(0.51, 0.49, 0.51, 0.5)).toBe(false);
    const asked: number[][] = [];
    claim!.check((cells) => {
      asked.push([cells.length, cells[0]!.psi1, Math.max(...cells.map(({ psi2 }) => psi2))]);
      return sure(1);
    });
    expect(asked.map(([count, width]) => [count, width])).toEqual([
      [20, 0.5],
      [20, 0.5],
      [20, 1],
      [20, 1],
    ]);
    expect(asked[0]![2]).toBeLessThan(asked[1]![2]!);
  });

  it('classification: at the widest and at that nearest to n/2', () => {
    const [raises, lowers] = claimsOf('classification', { psi1: [1, 1.9, 2.5, 8] });
    expect(lowers!.statement).toContain('at psi1 = 1.9');
    expect(raises!.statement).toContain('at psi1 = 8');
    const moreAt = (width: number) => measured(({ psi1, eps }) => (psi1 === width ? eps : -eps));
    expect([raises!.check(moreAt(8)).holds, raises!.check(moreAt(1.9)).holds]).toEqual([true, false]);
    expect([lowers!.check(moreAt(8)).holds, lowers!.check(moreAt(1.9)).holds]).toEqual([true, false]);
  });

  it('linear: the simulated risks of the ratio nearest to d = n at the least and the greatest eps', () => {
    const claim = claimsOf('linear', { psi2: [3, 1.2, 0.7], epsilons: [0.3, 0, 0.1] })[1]!;
    const fallsAt = (ratio: number) => measured(({ psi2, eps }) => (psi2 === ratio ? 2 - eps : 1 + eps));
    expect([1.2, 3, 0.7].map((ratio) => claim.check(fallsAt(ratio)).holds)).toEqual([true, false, false]);
    expect(claim.check(measured(({ eps }) => (eps === 0.3 ? 1 : 2))).holds).toBe(true);
    expect(claim.check(measured(({ eps }) => (eps === 0.1 ? 1 : 2))).holds).toBe(false);
  });

  it('double-descent: about the width nearest to the peak, at the least eps', () => {
    const claim = claimsOf('double-descent', { psi1: [0.5, 1.5, 2.5, 10], epsilons: [0.5, 0.1] })[1]!;
    const highAt = (width: number) => measured(({ psi1, eps }) => (psi1 === width && eps === 0.1 ? 2 : 1));
    expect([0.5, 1.5, 2.5, 10].map((width) => claim.check(highAt(width)).holds)).toEqual([
      false,
      false,
      true,
      false,
    ]);
    const slope = (left: number, right: number) =>
      claim.check(measured(({ psi1 }) => (psi1 === 0.5 ? left : psi1 === 10 ? right : 2))).holds;
    expect([slope(1, 3), slope(3, 1), slope(1, 1)]).toEqual([false, false, true]);
  });

  it('sample-size, regularisation, train-test-eps: between the ends of their lists, whatever the order', () => {
    const samples = claimsOf('sample-size', { psi2: [3, 0.5, 8], epsilons: [0.3] })[0]!;
    expect(samples.check(measured(({ psi2 }) => (psi2 === 0.5 ? 2 : psi2 === 8 ? 1 : 9))).holds).toBe(true);
    expect(samples.check(measured(({ psi2 }) => (psi2 === 3 ? 0 : 1))).holds).toBe(false);
    const ridge = claimsOf('regularisation', { psi1: [8, 1], lambda: [0.03, 0, 0.3] })[1]!;
    const lower = (width: number, penalty: number) =>
      ridge.check(measured(({ psi1, lambda }) => (psi1 === width && lambda === penalty ? 1 : 2))).holds;
    expect([lower(8, 0.3), lower(1, 0.3), lower(8, 0.03)]).toEqual([true, false, false]);
    const radii = claimsOf('train-test-eps', { epsilons: [0.3, 0.6, 0] })[0]!;
    const best = (at: number) => radii.check(measured(({ eps }) => (eps === at ? 1 : 2))).holds;
    expect([best(0.6), best(0.3), best(0)]).toEqual([true, false, false]);
  });
});
