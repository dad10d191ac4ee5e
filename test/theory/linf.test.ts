import { describe, expect, it } from 'vitest';
import {
  adversarialRiskAt,
  asymptoticRisk,
  criticalEps,
  linear,
  type RiskOptions,
  randomFeatures,
  robustCapacity,
  robustErrorAt,
} from '../../src/theory/index.ts';
import extensions from './extensions.json' with { type: 'json' };
import { EXACT, expectClose, expectRelative } from './support.ts';

/** Public values are printed to 12 digits. */
const REFERENCE = 1e-8;
/** Half a unit of a value printed to three decimals. */
const PRINTED = 5e-4;
/** Gauss-Legendre panels. */
const QUADRATURE = 1e-10;

describe('random features trained against linf', () => {
  it('agree with values found by others', () => {
    for (const {
      psi1,
      SR,
      AR,
      gradientNorm,
      thetaNormSquared,
      trainingLoss,
      ...options
    } of extensions.linf) {
      const found = asymptoticRisk(randomFeatures({ psi1 }), { ...options, norm: 'linf' });
      expect(found.phase).toBe('learning');
      expectRelative(found.standardRisk, SR, REFERENCE);
      expectRelative(found.adversarialRisk, AR, REFERENCE);
      expectRelative(found.gradientNorm, gradientNorm, REFERENCE);
      expectRelative(found.thetaNormSquared, thetaNormSquared, REFERENCE);
      expectRelative(found.trainingLoss, trainingLoss, REFERENCE);
    }
  });

  it('equal the unattacked ones at eps 0, and join them', () => {
    const map = randomFeatures({ psi1: 2 });
    for (const lambda of [0, 0.01]) {
      const problem = { psi2: 3, lambda, tau: 0.5, signal: { law: 'sparse', share: 0.1 } } as const;
      const plain = asymptoticRisk(map, { psi2: 3, lambda, tau: 0.5, eps: 0 });
      const at = (eps: number) => asymptoticRisk(map, { ...problem, eps, norm: 'linf' });
      expect(at(0).standardRisk).toBe(plain.standardRisk);
      expect(at(0).thetaNormSquared).toBe(plain.thetaNormSquared);
      expect(at(0).gradientNorms!.l2).toBe(plain.gradientNorm);
      // The risk leaves its value at 0 at a rate of order eps.
      for (const eps of [1e-6, 1e-9]) {
        expectRelative(at(eps).standardRisk, plain.standardRisk, 10 * eps);
        expectRelative(at(eps).gradientNorm, at(0).gradientNorm, 10 * eps);
      }
    }
  });

  it('reach the limit of a vanishing attack, an interpolator', () => {
    const at = (eps: number) =>
      asymptoticRisk(randomFeatures({ psi1: 5 }), { psi2: 3, tau: 0.3, eps, norm: 'linf' });
    for (const eps of [1e-40, 1e-120, 1e-300]) {
      expect(at(eps).converged).toBe(true);
      expectRelative(at(eps).standardRisk, at(1e-20).standardRisk, QUADRATURE);
    }
  });

  it('learn nothing from a critical radius on', () => {
    const map = randomFeatures({ psi1: 2 });
    for (const signal of ['gaussian', 'rademacher', 'sparse'] as const) {
      const problem = { psi2: 3, tau: 0.5, norm: 'linf', signal } as const;
      const critical = criticalEps(map, problem);
      expect(critical).toBeGreaterThan(criticalEps(map, { psi2: 3, tau: 0.5 }));
      const beyond = asymptoticRisk(map, { ...problem, eps: critical });
      expect(beyond).toMatchObject({ phase: 'null', thetaNormSquared: 0, adversarialRisk: 1.25 });
      const before = asymptoticRisk(map, { ...problem, eps: critical * (1 - 1e-5) });
      expect(before).toMatchObject({ phase: 'learning', converged: true });
      // |theta| falls to 0 linearly.
      expect(before.gradientNorm).toBeGreaterThan(0);
      expect(before.gradientNorm).toBeLessThan(1e-3);
    }
  });
});

describe('linear features trained against linf', () => {
  it('agree with printed values', () => {
    const first = asymptoticRisk(linear(), { psi2: 2, eps: 0.5, tau: 0.5, norm: 'linf' });
    expectClose(first.standardRisk, 0.469, PRINTED);
    expectClose(first.gradientNorm, 0.607, PRINTED);
    const second = asymptoticRisk(linear(), { psi2: 1.5, eps: 0.8, tau: 1, norm: 'linf' });
    expectClose(second.standardRisk, 1.63, PRINTED);
    expectClose(second.adversarialRisk, 2.535, PRINTED);
  });

  it('have no critical radius: some coordinate always stands out, until numbers end', () => {
    expect(criticalEps(linear(), { psi2: 2, norm: 'linf' })).toBe(Infinity);
    const strong = { psi2: 2, tau: 0.5, norm: 'linf' } as const;
    const faint = asymptoticRisk(linear(), { ...strong, eps: 15 });
    expect(faint).toMatchObject({ phase: 'learning', converged: true });
    expect(faint.gradientNorm).toBeGreaterThan(0);
    expect(asymptoticRisk(linear(), { ...strong, eps: 100 })).toMatchObject({
      phase: 'null',
      standardRisk: 1.25,
    });
    const classifier = asymptoticRisk(linear(), { ...strong, eps: 100, loss: 'hinge' });
    expect(classifier).toMatchObject({ phase: 'null', error: 0.5, converged: true });
  });

  it('find a sparse signal without noise, also from fewer rows than coordinates', () => {
    const problem = { psi2: 0.5, eps: 1e-3, norm: 'linf' } as const;
    const found = (share: number) =>
      asymptoticRisk(linear(), { ...problem, signal: { law: 'sparse', share } });
    expect(found(0.05)).toMatchObject({ phase: 'exact', standardRisk: 0 });
    // Basis pursuit at n/d = 1/2 finds a share of 0.19 (Donoho & Tanner: 0.386 n/d) and no more.
    expect(found(0.18).phase).toBe('exact');
    expect(found(0.21).phase).toBe('learning');
  });
});

describe('both norms', () => {
  it('are proportional where no axis is preferred: a dense Gaussian signal, trained in l2', () => {
    for (const map of [linear(), randomFeatures({ psi1: 2 })])
      for (const eps of [0, 0.4]) {
        const found = asymptoticRisk(map, { psi2: 3, eps, tau: 0.3, norm: 'l2' });
        const plain = asymptoticRisk(map, { psi2: 3, eps, tau: 0.3 });
        expect(found.adversarialRisk).toBe(plain.adversarialRisk);
        expectRelative(found.gradientNorms!.linf, Math.sqrt(2 / Math.PI) * plain.gradientNorm, EXACT);
      }
  });

  it('of a signal found exactly are its own', () => {
    const share = 0.2;
    const { gradientNorms } = asymptoticRisk(linear(), {
      psi2: 2,
      eps: 0,
      rho: 3,
      signal: { law: 'sparse', share },
    });
    expectRelative(gradientNorms!.l2, 3, EXACT);
    expectRelative(gradientNorms!.linf, 3 * Math.sqrt(share), QUADRATURE);
  });

  it('give the adversarial risk at any radius in either', () => {
    const options: RiskOptions = { psi2: 3, eps: 0.3, tau: 0.4, norm: 'linf', signal: 'rademacher' };
    const found = asymptoticRisk(randomFeatures({ psi1: 2 }), options);
    const { l2, linf } = found.gradientNorms!;
    const s = Math.sqrt(found.standardRisk);
    for (const [norm, q] of [
      ['l2', l2],
      ['linf', linf],
    ] as const)
      expectRelative(
        adversarialRiskAt(found, 0.7, norm),
        s * s + 2 * Math.sqrt(2 / Math.PI) * 0.7 * q * s + 0.49 * q * q,
        EXACT,
      );
    expect(adversarialRiskAt(found, 0.7)).toBe(adversarialRiskAt(found, 0.7, 'linf'));
    const tested = asymptoticRisk(randomFeatures({ psi1: 2 }), { ...options, testNorm: 'l2', epsTest: 0.7 });
    expect(tested.adversarialRisk).toBe(adversarialRiskAt(found, 0.7, 'l2'));
    expect(linf).toBeLessThan(l2);
  });
});

describe('classifiers trained against linf', () => {
  // Error, robust error in linf, in l2, and both norms at radius eps: means over 6 draws at d 80 by L-BFGS on the smoothed convex
  // problem (NumPy), and their standard errors.
  const SIMULATED = [
    {
      map: randomFeatures({ psi1: 2 }),
      options: { loss: 'logistic', psi2: 3, eps: 0.3, lambda: 0.01, tau: 0.5, signal: 'gaussian' },
      means: [0.3049, 0.4258, 0.459, 1.8836, 2.354],
      errors: [0.0034, 0.0019, 0.0029, 0.0519, 0.0634],
    },
    {
      map: randomFeatures({ psi1: 1 }),
      options: { loss: 'squaredHinge', psi2: 3, eps: 0.3, lambda: 0.01, tau: 0.2, signal: 'rademacher' },
      means: [0.3161, 0.443, 0.4765, 0.6684, 0.834],
      errors: [0.0067, 0.0066, 0.006, 0.045, 0.0541],
    },
    {
      map: linear(),
      options: { loss: 'logistic', psi2: 2, eps: 0.3, lambda: 0.01, tau: 0.3, signal: 'sparse' },
      means: [0.1836, 0.2605, 0.324, 2.238, 3.8749],
      errors: [0.0049, 0.0069, 0.0053, 0.0289, 0.0235],
    },
  ] as const;

  it('agree with finite problems', () => {
    for (const { map, options, means, errors } of SIMULATED) {
      const found = asymptoticRisk(map, { ...options, norm: 'linf' });
      const { l2, linf } = found.gradientNorms!;
      const predicted = [found.error, found.robustError, robustErrorAt(found, options.eps, 'l2'), linf, l2];
      predicted.forEach((value, i) => {
        expectClose(value, means[i]!, 3 * errors[i]!);
      });
    }
  });

  it('learn nothing from a critical radius on', () => {
    const map = randomFeatures({ psi1: 2 });
    const problem = {
      psi2: 3,
      tau: 0.5,
      flip: 0.1,
      loss: 'logistic',
      norm: 'linf',
      signal: 'sparse',
    } as const;
    const critical = criticalEps(map, problem);
    expect(asymptoticRisk(map, { ...problem, lambda: 0.1, eps: critical }).phase).toBe('null');
    const before = asymptoticRisk(map, { ...problem, lambda: 0.1, eps: critical * 0.9999 });
    expect(before).toMatchObject({ phase: 'learning', converged: true });
    expect(before.gradientNorm).toBeLessThan(1e-2);
  });

  it('are solved where the hinge is a straight line to their outputs, however small', () => {
    const problem = {
      psi2: 47.6,
      tau: 0.18,
      lambda: 0,
      loss: 'hinge',
      norm: 'linf',
      signal: 'rademacher',
    } as const;
    const found = [2.5, 3.1, 3.7, 4.3].map((eps) => asymptoticRisk(linear(), { ...problem, eps }));
    for (const risk of found) expect(risk).toMatchObject({ phase: 'learning', converged: true });
    // A share of the coordinates stands out that falls like exp(-c eps^2): its logarithm has a constant second difference.
    const logs = found.map(({ gradientNorm }) => Math.log(gradientNorm));
    const bends = [0, 1].map((i) => logs[i]! - 2 * logs[i + 1]! + logs[i + 2]!);
    expect(bends[0]).toBeLessThan(0);
    expectRelative(bends[1]!, bends[0]!, 0.05);
  });

  it('fit labels up to a capacity, and join there', () => {
    for (const map of [randomFeatures({ psi1: 2 }), linear()]) {
      const labels = { eps: 0.3, tau: 0.5, norm: 'linf', signal: 'sparse' } as const;
      const capacity = robustCapacity(map, labels);
      expect(capacity.converged).toBe(true);
      // An attack in l2 of the same radius is the stronger one.
      expect(capacity.psi2).toBeGreaterThan(robustCapacity(map, { eps: 0.3, tau: 0.5 }).psi2);
      const at = (psi2: number, lambda: number) =>
        asymptoticRisk(map, { ...labels, psi2, lambda, loss: 'squaredHinge' });
      const below = at(0.8 * capacity.psi2, 0);
      expect(below).toMatchObject({ phase: 'separable', converged: true });
      expect(at(1.1 * capacity.psi2, 0)).toMatchObject({ phase: 'learning', converged: true });
      // A direction is left as lambda falls to 0.
      expectClose(at(0.8 * capacity.psi2, 1e-7).error, below.error, 1e-5);
      expectRelative(at(0.9999 * capacity.psi2, 0).error, capacity.error, 1e-3);
    }
  });
});
