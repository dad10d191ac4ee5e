import { describe, expect, it } from 'vitest';
import {
  adversarialRiskAt,
  asymptoticRisk,
  criticalEps,
  InvalidArgumentError,
  randomFeatures,
} from '../../src/theory/index.ts';
import { reference } from './reference.ts';
import { EXACT, expectClose, expectRelative, REFERENCE } from './support.ts';

describe('asymptotic risk of one random-features layer', () => {
  it('agrees with the reference values', () => {
    expect(reference.randomFeatures.length).toBeGreaterThan(5);
    for (const { psi1, SR, AR, q, thetaNormSq, ...options } of reference.randomFeatures) {
      const risk = asymptoticRisk(randomFeatures({ psi1, activation: 'shifted-relu' }), options);
      const where = JSON.stringify({ psi1, ...options });
      expect(risk.phase).toBe('learning');
      expect(risk.converged).toBe(true);
      expectRelative(risk.standardRisk, SR, REFERENCE, where);
      expectRelative(risk.adversarialRisk, AR, REFERENCE, where);
      expectRelative(risk.gradientNorm, q, REFERENCE, where);
      expectRelative(risk.thetaNormSquared, thetaNormSq, REFERENCE, where);
    }
  });

  it('takes lambda 0, tau 0, rho 1, epsTest eps and the shifted ReLU by default', () => {
    const short = asymptoticRisk(randomFeatures({ psi1: 2 }), { psi2: 3, eps: 0.4 });
    const long = asymptoticRisk(randomFeatures({ psi1: 2, activation: 'shifted-relu' }), {
      psi2: 3,
      eps: 0.4,
      lambda: 0,
      tau: 0,
      rho: 1,
      epsTest: 0.4,
      nonlinearEnergy: 0,
    });
    expect(short).toEqual(long);
  });

  it('gives the adversarial risk at any test radius from one solution', () => {
    const map = randomFeatures({ psi1: 2 });
    const options = { psi2: 3, eps: 0.5, tau: 0.5 };
    const risk = asymptoticRisk(map, options);
    for (const epsTest of [0, 0.1, 1, 4]) {
      const direct = asymptoticRisk(map, { ...options, epsTest }).adversarialRisk;
      expectRelative(adversarialRiskAt(risk, epsTest), direct, EXACT);
    }
    expect(adversarialRiskAt(risk, 0)).toBe(risk.standardRisk);
  });

  it('scales: (rho, tau) times 3 is nine times the risks at the same eps', () => {
    const map = randomFeatures({ psi1: 2 });
    const once = asymptoticRisk(map, { psi2: 3, eps: 0.5, tau: 0.5, lambda: 0.1 });
    const thrice = asymptoticRisk(map, { psi2: 3, eps: 0.5, tau: 1.5, rho: 3, lambda: 0.1 });
    expectRelative(thrice.standardRisk, 9 * once.standardRisk, 1e-10);
    expectRelative(thrice.adversarialRisk, 9 * once.adversarialRisk, 1e-10);
    expectRelative(thrice.trainingLoss, 9 * once.trainingLoss, 1e-10);
    expectRelative(thrice.interpolatedFraction, once.interpolatedFraction, 1e-9);
  });

  it('counts the energy of a nonlinear target as noise', () => {
    const map = randomFeatures({ psi1: 2 });
    const noisy = asymptoticRisk(map, { psi2: 3, eps: 0.5, tau: 0.5 });
    const nonlinear = asymptoticRisk(map, { psi2: 3, eps: 0.5, tau: 0.3, nonlinearEnergy: 0.16 });
    expectRelative(nonlinear.adversarialRisk, noisy.adversarialRisk, EXACT);
  });

  it.each([
    ['psi1', () => randomFeatures({ psi1: 0 }), 'invalid psi1: 0'],
    ['psi1', () => randomFeatures({ psi1: -1 }), 'invalid psi1: -1'],
    ['activation', () => randomFeatures({ psi1: 1, activation: 'swoosh' as 'relu' }), '"swoosh"'],
    ['psi2', () => asymptoticRisk(randomFeatures({ psi1: 1 }), { psi2: 0, eps: 1 }), 'invalid psi2: 0'],
    ['eps', () => asymptoticRisk(randomFeatures({ psi1: 1 }), { psi2: 1, eps: -0.1 }), 'invalid eps: -0.1'],
    ['eps', () => asymptoticRisk(randomFeatures({ psi1: 1 }), { psi2: 1, eps: Number.NaN }), 'NaN'],
    ['tau', () => asymptoticRisk(randomFeatures({ psi1: 1 }), { psi2: 1, eps: 1, tau: -1 }), 'tau: -1'],
    ['lambda', () => asymptoticRisk(randomFeatures({ psi1: 1 }), { psi2: 1, eps: 1, lambda: -1 }), 'lambda'],
    ['rho', () => asymptoticRisk(randomFeatures({ psi1: 1 }), { psi2: 1, eps: 1, rho: 0 }), 'rho: 0'],
    ['epsTest', () => asymptoticRisk(randomFeatures({ psi1: 1 }), { psi2: 1, eps: 1, epsTest: -2 }), '-2'],
  ])('names %s and shows its value when it is out of its domain', (name, act, shown) => {
    expect(act).toThrow(InvalidArgumentError);
    expect(act).toThrow(name);
    expect(act).toThrow(shown);
  });
});

describe('the null phase', () => {
  it('begins at the reference values of the critical radius', () => {
    for (const { psi1, psi2, tau, epsCritical } of reference.criticalEps)
      expectRelative(criticalEps(randomFeatures({ psi1 }), { psi2, tau }), epsCritical, EXACT);
  });

  it('has both risks at the variance of the labels, and is reached continuously from below', () => {
    const map = randomFeatures({ psi1: 0.5 });
    const critical = criticalEps(map, { psi2: 3, tau: 0.5 });
    const at = asymptoticRisk(map, { psi2: 3, tau: 0.5, eps: critical });
    expect(at.phase).toBe('null');
    expect(at.standardRisk).toBe(1.25);
    expect(at.adversarialRisk).toBe(1.25);
    expect(at.gradientNorm).toBe(0);
    expect(at.trainingError).toBe(1.25);
    for (const gap of [1e-3, 1e-6, 1e-9, 1e-12]) {
      const below = asymptoticRisk(map, { psi2: 3, tau: 0.5, eps: critical * (1 - gap) });
      expect(below.phase).toBe('learning');
      expect(below.converged).toBe(true);
      expect(below.gradientNorm).toBeGreaterThan(0);
      // q leaves 0 in proportion to the distance, with a slope of order 1.
      expectClose(below.adversarialRisk, 1.25, 10 * gap);
    }
  });

  it('does not depend on lambda', () => {
    const map = randomFeatures({ psi1: 0.5 });
    const critical = criticalEps(map, { psi2: 3, tau: 0.5 });
    for (const lambda of [0, 1e-4, 1, 100]) {
      const risk = (eps: number) => asymptoticRisk(map, { psi2: 3, tau: 0.5, lambda, eps });
      expect(risk(critical * 0.999999).phase).toBe('learning');
      expect(risk(critical * 0.999999).gradientNorm).toBeGreaterThan(0);
      expect(risk(critical * 1.000001).phase).toBe('null');
    }
  });
});
