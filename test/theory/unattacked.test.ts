import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import {
  asymptoticRisk,
  criticalEps,
  type FeatureMap,
  infiniteDataRisk,
  measuredFeatures,
} from '../../src/theory/index.ts';
import { EXACT, expectClose, expectRelative } from './support.ts';

const diagonal = (values: readonly number[]) =>
  values.map((value, i) => values.map((_, j) => (i === j ? value : 0)));

/** Half of four orthonormal features have no gradient. */
const half = measuredFeatures({
  F: diagonal([1, 1, 1, 1]),
  J: diagonal([1, 1, 0, 0]),
  c: [0.5, 0.1, 0.5, 0.1],
  targetVariance: 1,
});

/** In no special basis: J of rank 3 in six features that correlate, and some noise in the target. */
function correlated(): FeatureMap {
  const n = 6;
  const random = stream('unattacked.test');
  const gram = (k: number) => {
    const g = random.fillGaussian(new Float64Array(n * k));
    return Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => {
        let sum = 0;
        for (let a = 0; a < k; a++) sum += (g[i * k + a]! * g[j * k + a]!) / k;
        return sum;
      }),
    );
  };
  const [F, J] = [gram(12), gram(3)];
  const theta = random.fillGaussian(new Float64Array(n));
  const c = F.map((row) => row.reduce((sum, value, i) => sum + value * theta[i]!, 0));
  const explained = c.reduce((sum, value, i) => sum + value * theta[i]!, 0);
  return measuredFeatures({ F, J, c, targetVariance: 1.5 * explained });
}

/** The radius at which 'learning' ends, by bisection on the phase alone. */
function endOfLearning(map: FeatureMap, options: { psi2: number; lambda: number }): number {
  let [low, high] = [0, 100];
  for (let i = 0; i < 50; i++) {
    const eps = (low + high) / 2;
    if (asymptoticRisk(map, { ...options, eps }).phase === 'learning') low = eps;
    else high = eps;
  }
  return low;
}

describe('features that the attack cannot reach', () => {
  it('alone are used under a strong attack: least squares on two of four', () => {
    // Two parameters for 12 rows each 4 dimensions: what they leave of E y^2, 1 - .26, times n/(n - 2).
    const risk = asymptoticRisk(half, { psi2: 3, eps: 50 });
    expect(risk).toMatchObject({
      phase: 'immune',
      gradientNorm: 0,
      converged: true,
      interpolatedFraction: 0,
    });
    expectRelative(risk.standardRisk, 0.74 * (3 / 2.5), EXACT);
    expectRelative(risk.adversarialRisk, risk.standardRisk, EXACT);
    // Their own weights and the noise in them: .26 + s^2 (rank/d)/psi2.
    expectRelative(risk.thetaNormSquared, 0.26 + (0.888 * 0.5) / 3, EXACT);
    expectRelative(risk.trainingError, 0.74 * (2.5 / 3), EXACT);
  });

  it('are used alone with other losses from the radius on at which learning ends', () => {
    // A Huber loss that never bends is the square, by another solver.
    const huber = { name: 'huber', threshold: 1e9 } as const;
    const square = endOfLearning(half, { psi2: 3, lambda: 0.1 });
    for (const eps of [0.999 * square, 1.001 * square]) {
      const options = { psi2: 3, eps, lambda: 0.1 };
      const [one, other] = [asymptoticRisk(half, options), asymptoticRisk(half, { ...options, loss: huber })];
      expect(other.phase).toBe(one.phase);
      expectRelative(other.adversarialRisk, one.adversarialRisk, 1e-9);
    }
    const cases = [
      ['absolute', 3, 0.1],
      ['logistic', 3, 0.1],
      ['hinge', 3, 0.1],
      // Two features alone fit so few labels: the max-margin classifier.
      ['hinge', 0.3, 0],
    ] as const;
    for (const [loss, psi2, lambda] of cases) {
      const at = (eps: number): { phase: string; gradientNorm: number; thetaNormSquared: number } => {
        const options = { psi2, eps, lambda };
        return loss === 'absolute'
          ? asymptoticRisk(half, { ...options, loss })
          : asymptoticRisk(half, { ...options, loss });
      };
      let [low, high] = [0, 100];
      for (let i = 0; i < 40; i++) {
        const eps = (low + high) / 2;
        if (at(eps).gradientNorm === 0) high = eps;
        else low = eps;
      }
      // The gradient of f ends there by itself, and nothing jumps.
      const [near, nearer] = [at(low * (1 - 1e-3)), at(low * (1 - 1e-5))];
      const [before, after] = lambda === 0 ? ['separable', 'separable'] : ['learning', 'immune'];
      expect([near.phase, nearer.phase, at(high).phase]).toEqual([before, before, after]);
      expect(nearer.gradientNorm / near.gradientNorm).toBeLessThan(0.2);
      expectRelative(nearer.thetaNormSquared, at(50).thetaNormSquared, 1e-3);
    }
  });

  it('have the risk that simulated least squares on them has', () => {
    const [n, copies, seeds] = [120, 10, 400];
    const random = stream('unattacked.test simulation');
    let [mean, square] = [0, 0];
    // Ten times the four features: 20 unattacked ones of 40, n = 3 * 40.
    for (let seed = 0; seed < seeds; seed++) {
      const k = 2 * copies;
      // Noise of variance .74 on k orthonormal Gaussian features: excess risk .74 tr (Phi' Phi)^-1, by its diagonal.
      const g = random.fillGaussian(new Float64Array(n - k + 1));
      const chiSquare = g.reduce((sum, value) => sum + value * value, 0);
      // Each diagonal entry of the inverse Wishart matrix is 1/chi^2 with n - k + 1 degrees of freedom.
      const risk = 0.74 * (1 + k / chiSquare);
      mean += risk / seeds;
      square += (risk * risk) / seeds;
    }
    const error = Math.sqrt((square - mean * mean) / seeds);
    const predicted = asymptoticRisk(half, { psi2: 3, eps: 50 }).standardRisk;
    // Monte Carlo, and 1/n of the finite problem.
    expectClose(mean, predicted, 4 * error + 0.02 * predicted);
  });

  it('never leave a radius at which theta is 0', () => {
    expect(criticalEps(half, { psi2: 3 })).toBe(Number.POSITIVE_INFINITY);
    expect(asymptoticRisk(half, { psi2: 3, eps: 1e9, lambda: 0.5 }).thetaNormSquared).toBeGreaterThan(0);
  });

  it('are left to themselves from the critical radius of the others in what they leave', () => {
    // (pi/2) [c' J^-1 c / s^2 + (1/n) tr F J^-1] over the two attacked ones.
    const critical = Math.sqrt((Math.PI / 2) * (0.26 / 0.888 + 0.5 / 3));
    expectRelative(endOfLearning(half, { psi2: 3, lambda: 0 }), critical, 1e-9);
  });

  it.each([
    ['no penalty', 3, 0],
    ['a penalty that couples them to the others', 3, 0.2],
    ['few rows', 0.7, 0],
    ['few rows and a penalty', 0.3, 0.05],
  ])('take over continuously: %s', (_, psi2, lambda) => {
    for (const map of [half, correlated()]) {
      const end = endOfLearning(map, { psi2, lambda });
      expect(end).toBeGreaterThan(0.01);
      const after = asymptoticRisk(map, { psi2, lambda, eps: end * 1.000001 });
      expect(after.phase).toBe('immune');
      expect(after.converged).toBe(true);
      for (const gap of [1e-3, 1e-5, 1e-7]) {
        const before = asymptoticRisk(map, { psi2, lambda, eps: end * (1 - gap) });
        expect(before.phase).toBe('learning');
        expect(before.converged).toBe(true);
        // q leaves 0 in proportion to the distance; the attacked weights with it.
        expectRelative(before.standardRisk, after.standardRisk, 20 * gap);
        expectRelative(before.thetaNormSquared, after.thetaNormSquared, 20 * gap);
        expect(before.gradientNorm).toBeLessThan(20 * gap * Math.sqrt(after.standardRisk));
        expect(before.gradientNorm).toBeGreaterThan(0);
      }
    }
  });

  it('make any attack strong that leaves no loss: more of them than rows', () => {
    for (const eps of [1e-6, 0.3, 10]) {
      const risk = asymptoticRisk(half, { psi2: 0.3, eps });
      expect(risk).toMatchObject({
        phase: 'immune',
        gradientNorm: 0,
        trainingLoss: 0,
        interpolatedFraction: 1,
      });
      // The interpolator of least norm of n = .6 k rows in k features: it sees n/k of their signal, .26, and the noise
      // costs 1/(1 - n/k).
      expectRelative(risk.standardRisk, 0.74 / (1 - 0.6) + 0.26 * (1 - 0.6), 1e-10);
    }
  });

  it('find a signal of their own exactly', () => {
    const own = measuredFeatures({
      F: diagonal([1, 1, 1, 1]),
      J: diagonal([1, 1, 0, 0]),
      c: [0, 0, 0.6, 0.8],
      targetVariance: 1,
    });
    for (const eps of [0.1, 1, 10])
      expect(asymptoticRisk(own, { psi2: 3, eps })).toMatchObject({
        phase: 'exact',
        standardRisk: 0,
        gradientNorm: 0,
        converged: true,
      });
  });

  it('have their limit of unlimited data', () => {
    for (const options of [{ eps: 50 }, { eps: 0.3 }, { eps: 50, lambda: 0.3 }, { eps: 0, lambda: 0.3 }]) {
      const limit = infiniteDataRisk(half, options);
      const much = asymptoticRisk(half, { psi2: 1e7, ...options });
      expect(limit.phase).toBe(much.phase);
      for (const name of ['standardRisk', 'adversarialRisk', 'gradientNorm', 'thetaNormSquared'] as const)
        expectClose(limit[name], much[name], 1e-6, name);
    }
    expectRelative(infiniteDataRisk(half, { eps: 50 }).standardRisk, 0.74, EXACT);
  });

  it('alone are used on unlimited data from the critical radius on', () => {
    // Of E y^2 = 1 they explain 0.26, and the attacked ones with J = 1 as much: eps^2 = (pi/2) 0.26 / 0.74.
    const critical = Math.sqrt((0.5 * Math.PI * 0.26) / 0.74);
    // Without noise the size of the signal does not matter.
    for (const rho of [1, 2, 0.5]) {
      const phaseAt = (eps: number) => infiniteDataRisk(half, { eps, rho }).phase;
      expect([critical * 1.001, critical * 0.999].map(phaseAt)).toEqual(['immune', 'learning']);
    }
    expect(infiniteDataRisk(half, { eps: critical * 1.001 }).gradientNorm).toBe(0);
  });

  it('are told from directions in which F vanishes too, which nothing uses', () => {
    const map = (size: number) =>
      measuredFeatures({
        F: diagonal([1, 2, 0].slice(0, size)),
        J: diagonal([1, 0.5, 0].slice(0, size)),
        c: [0.5, 0.4, 0].slice(0, size),
        targetVariance: 1,
        inputDim: 2,
      });
    for (const options of [
      { psi2: 3, eps: 0.3 },
      { psi2: 3, eps: 0.3, lambda: 0.1 },
      { psi2: 0.5, eps: 0 },
      { psi2: 3, eps: 50 },
    ]) {
      const [with0, without] = [asymptoticRisk(map(3), options), asymptoticRisk(map(2), options)];
      expect(with0.phase).toBe(without.phase);
      expectRelative(with0.standardRisk, without.standardRisk, EXACT);
      expectClose(with0.gradientNorm, without.gradientNorm, EXACT);
    }
    expect(asymptoticRisk(map(3), { psi2: 3, eps: 50 }).phase).toBe('null');
  });
});
