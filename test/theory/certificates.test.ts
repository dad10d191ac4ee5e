import { describe, expect, it } from 'vitest';
import { relativeGradient } from '../../src/theory/certificates/certificate.ts';
import { linearObjective, smallEpsRisk } from '../../src/theory/certificates/linearRegression.ts';
import { meiMontanariRisk } from '../../src/theory/certificates/meiMontanari.ts';
import { theorem42, theorem42Point } from '../../src/theory/certificates/theorem42.ts';
import {
  asymptoticRisk,
  deepRandomFeatures,
  type FeatureMap,
  linear,
  randomFeatures,
  UserError,
} from '../../src/theory/index.ts';
import { SaddleEquations } from '../../src/theory/saddleEquations.ts';
import { solveSaddlePoint } from '../../src/theory/saddlePoint.ts';
import { CERTIFICATE, EXACT, expectClose, expectRelative } from './support.ts';

describe("Theorem 4.2's objective", () => {
  const worked = { psi1: 2, psi2: 3, eps: 0.5, tau: 0.5 };
  const workedPoint = { alpha: 0.509649, tauG: 0.16789, beta: 0.516525, gamma: 0.407543, tauQ: 0.522461 };

  it('is stationary, to the digits given, at the worked point', () => {
    const { value, gradient, v, l } = theorem42(workedPoint, worked);
    expectClose(value, 0.406027, 1e-6);
    expectClose(v, 0.146503, 1e-5);
    expectClose(l, 0.66079, 1e-5);
    for (const slope of Object.values(gradient)) expectClose(slope, 0, 1e-5);
  });

  it('has no image of a solution without attack, without gradient or with no width', () => {
    const solution = { s: 1, q: 0.5, V: 0.3, b: 1 };
    expect(() => theorem42Point(solution, worked)).not.toThrow();
    for (const none of [{ q: 0 }, { V: 0 }])
      expect(() => theorem42Point({ ...solution, ...none }, worked)).toThrow(UserError);
    expect(() => theorem42Point(solution, { ...worked, eps: 0 })).toThrow(UserError);
  });

  it('has the gradient that differences of its value give, away from the saddle', () => {
    const point = { alpha: 0.56, tauG: 0.15, beta: 0.54, gamma: 0.42, tauQ: 0.49 };
    const { gradient } = theorem42(point, worked);
    for (const name of ['alpha', 'tauG', 'beta', 'gamma', 'tauQ'] as const) {
      const h = 1e-5;
      const above = theorem42({ ...point, [name]: point[name] + h }, worked).value;
      const below = theorem42({ ...point, [name]: point[name] - h }, worked).value;
      expectClose((above - below) / (2 * h), gradient[name], 1e-7, name);
      expect(Math.abs(gradient[name])).toBeGreaterThan(1e-3);
    }
  });

  it('is stationary at the image of the three-scalar solution, with the training loss as its value', () => {
    let certified = 0;
    for (const psi1 of [0.3, 1, 2, 3, 12, 60])
      for (const psi2 of [0.4, 3, 20])
        for (const eps of [0.02, 0.3, 1])
          for (const tau of [0.1, 1.3]) {
            const problem = { psi2, eps, lambda: 0, noise: tau * tau, rho: 1 };
            const map = randomFeatures({ psi1 });
            const { phase, risk, q, u, kappa } = solveSaddlePoint(map, problem);
            if (phase === 'null') continue;
            const s = Math.sqrt(risk);
            const { spread } = new SaddleEquations(map, problem).at(u, kappa);
            const theorem = { psi1, psi2, eps, tau };
            const point = theorem42Point({ s, q, V: 1 / kappa, b: kappa * s * Math.sqrt(spread) }, theorem);
            const value = theorem42(point, theorem);
            expect(relativeGradient(point, value), JSON.stringify(theorem)).toBeLessThan(CERTIFICATE);
            const { trainingLoss } = asymptoticRisk(map, { psi2, eps, tau });
            expectRelative(trainingLoss, value.value, CERTIFICATE);
            certified++;
          }
    expect(certified).toBeGreaterThan(60);
  });
});

describe('Mei and Montanari at eps = 0', () => {
  it.each(['shifted-relu', 'tanh', 'erf'] as const)('give the same standard risk with %s', (activation) => {
    for (const psi1 of [0.2, 1, 2, 15])
      for (const psi2 of [0.5, 3, 12])
        for (const lambda of [0, 1e-6, 0.01, 3]) {
          const options = { psi2, lambda, tau: 0.7, rho: 1.4 };
          const risk = asymptoticRisk(randomFeatures({ psi1, activation }), { ...options, eps: 0 });
          expect(risk.converged).toBe(true);
          const theirs = meiMontanariRisk({ psi1, activation, ...options });
          expectRelative(risk.standardRisk, theirs, EXACT, JSON.stringify({ psi1, ...options }));
        }
  });

  it('agree that the risk at psi1 = psi2, lambda = 0 is infinite', () => {
    const options = { psi2: 2.5, lambda: 0, tau: 0.5 };
    const risk = asymptoticRisk(randomFeatures({ psi1: 2.5 }), { ...options, eps: 0 });
    expect(risk.phase).toBe('infinite');
    expect(risk.standardRisk).toBe(Number.POSITIVE_INFINITY);
    expect(meiMontanariRisk({ psi1: 2.5, ...options })).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('the scalar min-max problem of linear regression', () => {
  it('has the gradient that differences of its value give', () => {
    const [point, problem] = [
      { a: -0.2, h: 0.6, beta: 0.5, tauG: 0.9 },
      { psi2: 2, eps: 0.5, tau: 1 },
    ];
    const { gradient } = linearObjective(point, problem);
    for (const name of ['a', 'h', 'beta', 'tauG'] as const) {
      const step = 1e-5;
      const above = linearObjective({ ...point, [name]: point[name] + step }, problem).value;
      const below = linearObjective({ ...point, [name]: point[name] - step }, problem).value;
      expectClose((above - below) / (2 * step), gradient[name], 1e-8, name);
      expect(Math.abs(gradient[name])).toBeGreaterThan(1e-3);
    }
  });

  it('certifies every learning solution, and none that is moved', () => {
    for (const psi2 of [0.4, 0.8, 1, 2, 10])
      for (const eps of [0.01, 0.2, 0.6])
        for (const tau of [0.2, 1]) {
          const { certificate } = asymptoticRisk(linear(), { psi2, eps, tau, rho: 1.5, certify: true });
          expect(certificate?.route).toBe('linear min-max');
          expect(certificate?.error).toBeLessThan(CERTIFICATE);
        }
  });

  it('agrees with the expansion of Proposition 13 to second order in eps', () => {
    for (const [psi2, tau] of [
      [1.5, 1],
      [2, 0.5],
      [8, 2],
    ] as const) {
      const miss = (eps: number): number =>
        asymptoticRisk(linear(), { psi2, eps, tau }).standardRisk - smallEpsRisk(psi2, tau, eps);
      // Second order: halving eps divides the miss by four.
      const ratio = miss(2e-3) / miss(1e-3);
      expectClose(ratio, 4, 0.1);
      expect(Math.abs(miss(1e-3))).toBeLessThan(1e-4 * tau * tau);
    }
  });
});

describe('certify', () => {
  it('attaches a certificate of Theorem 4.2, with any rho', () => {
    for (const activation of ['shifted-relu', 'relu'] as const) {
      const map = randomFeatures({ psi1: 2, activation });
      const { certificate } = asymptoticRisk(map, { psi2: 3, eps: 0.5, tau: 1, rho: 2, certify: true });
      expect(certificate?.route).toBe('Theorem 4.2');
      expect(certificate?.error).toBeLessThan(CERTIFICATE);
    }
  });

  it('attaches one of Mei and Montanari at eps = 0', () => {
    const map = randomFeatures({ psi1: 2, activation: 'gelu' });
    const { certificate } = asymptoticRisk(map, {
      psi2: 3,
      eps: 0,
      tau: 1,
      rho: 2,
      lambda: 0.1,
      certify: true,
    });
    expect(certificate?.route).toBe('Mei and Montanari');
    expect(certificate?.error).toBeLessThan(CERTIFICATE);
  });

  it('says so where no certificate exists, and adds nothing unless asked', () => {
    const map = randomFeatures({ psi1: 2, activation: 'gelu' });
    expect(() => asymptoticRisk(map, { psi2: 3, eps: 0.5, certify: true })).toThrow(UserError);
    expect(asymptoticRisk(map, { psi2: 3, eps: 0.5 })).not.toHaveProperty('certificate');
  });

  it.each([
    ['deep features', deepRandomFeatures({ widths: [2, 1] })],
    [
      'deep features that see the last layer alone',
      deepRandomFeatures({ widths: [2, 1], activation: 'cos' }),
    ],
    ['linear regression with a spectrum', linear({ covariance: { eigenvalues: [1, 2] } })],
  ])('has none for %s, with an attack or without', (_, map) => {
    for (const eps of [0, 0.2])
      expect(() => asymptoticRisk(map, { psi2: 3, eps, tau: 0.5, certify: true })).toThrow(/^no certificate/);
  });

  it('takes the certificate of a map of one’s own, whatever its name', () => {
    const own: FeatureMap = {
      ...randomFeatures({ psi1: 2 }),
      name: 'linear',
      certificate: (problem, { phase }) =>
        phase === 'learning' && problem.psi2 === 3 ? { route: 'Theorem 4.2', error: 0.25 } : undefined,
    };
    const certified = (psi2: number) => asymptoticRisk(own, { psi2, eps: 0.5, certify: true }).certificate;
    expect(certified(3)).toEqual({ route: 'Theorem 4.2', error: 0.25 });
    expect(() => certified(4)).toThrow(/^no certificate for linear/);
  });
});
