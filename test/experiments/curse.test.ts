import { describe, expect, it } from 'vitest';
import {
  checkCurse,
  curseCells,
  curseCurves,
  curseDefaults,
  cursePoints,
  curseTheory,
} from '../../src/experiments/figures/curse.ts';

describe('the curse', () => {
  const settings = { ...curseDefaults, psi1: [0.5, 3], epsilons: [0, 0.3], d: [10, 20], seeds: 3 };

  it('has a cell for every d, eps, psi1 and seed', () => {
    const cells = curseCells(settings);
    expect(cells).toHaveLength(24);
    expect(new Set(cells.map((c) => JSON.stringify(c))).size).toBe(24);
  });

  it('sets each point beside theory at the N and n that its cells had', () => {
    const odd = { ...settings, psi1: [0.57], d: [10] };
    const estimate = { value: 1, standardError: 0, count: 1 };
    const training = { iterations: 0, residual: 0, converged: true };
    const fake = { standardRisk: estimate, adversarialRisk: estimate, thetaNormSquared: 0, training };
    const [, point] = cursePoints(odd, () => fake);
    expect(point!.standard.theory).toBe(curseTheory(odd, 0.6, 0.3).standardRisk);
    expect(point!.adversarial.simulated).toEqual({ value: 1, standardError: 0, count: 3 });
  });

  it('has in theory what it is named after: beyond a best width, AR rises again while at eps = 0 SR keeps falling', () => {
    const ar = (psi1: number) => curseTheory(curseDefaults, psi1, 0.3).adversarialRisk;
    const sr = (psi1: number) => curseTheory(curseDefaults, psi1, 0).standardRisk;
    expect(ar(7)).toBeLessThan(ar(2.5));
    expect(ar(7)).toBeLessThan(ar(30));
    expect(ar(30)).toBeLessThan(ar(100));
    expect(sr(7)).toBeGreaterThan(sr(30));
    expect(sr(30)).toBeGreaterThan(sr(100));
  });

  it('leaves infinite values out of the curves', () => {
    const curves = curseCurves({ ...settings, psi1: [0.5, 2] }, 50);
    expect(curves.every(({ value }) => Number.isFinite(value) && value > 0)).toBe(true);
    expect(curves.filter(({ kind, eps }) => kind === 'standard' && eps === 0.3)).toHaveLength(50);
  });

  it('refuses settings by name', () => {
    expect(() => checkCurse({ ...settings, d: [] })).toThrow('invalid d: "[]" (expected at least one value)');
    expect(() => checkCurse({ ...settings, psi1: [2] })).toThrow('invalid psi1: 2');
    expect(() => checkCurse({ ...settings, psi1: [2], lambda: 0.1 })).not.toThrow();
  });
});
