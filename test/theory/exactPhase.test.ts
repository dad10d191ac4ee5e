import { describe, expect, it } from 'vitest';
import { adversarialRegression } from '../../src/exact/adversarialRegression.ts';
import { linearAlgebra } from '../../src/numerics/linearAlgebra.ts';
import { choleskySolve } from '../../src/numerics/vectors.ts';
import { stream } from '../../src/random/stream.ts';
import {
  asymptoticRisk,
  type FeatureMap,
  infiniteDataRisk,
  linear,
  measuredFeatures,
  randomFeatures,
} from '../../src/theory/index.ts';
import { EXACT, expectClose, expectRelative } from './support.ts';

/** The penalty at which `map` leaves the exact phase, by bisection on the phase alone. */
function thresholdOf(map: FeatureMap, options: { psi2: number; eps: number }): number {
  let [low, high] = [0, 10];
  for (let i = 0; i < 60; i++) {
    const lambda = (low + high) / 2;
    if (asymptoticRisk(map, { ...options, lambda }).phase === 'exact') low = lambda;
    else high = lambda;
  }
  return low;
}

/**
 * min |Phi v|_1 / n over v with h' v = 1, for n standard normal rows of dimension d scaled by `scales`: the least
 * absolute deviations by reweighted least squares.
 */
function leastAbsolute(d: number, n: number, scales: Float64Array, h: Float64Array, seed: number): number {
  const Phi = stream('exactPhase.test', d, n, seed).fillGaussian(new Float64Array(n * d));
  for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) Phi[i * d + j]! *= scales[j]!;
  let weights = new Float64Array(n).fill(1);
  const A = new Float64Array(d * d);
  let mean = Number.NaN;
  for (let iteration = 0; iteration < 30; iteration++) {
    A.fill(0);
    for (let i = 0; i < n; i++)
      for (let j = 0; j < d; j++)
        for (let k = 0; k <= j; k++) A[j * d + k]! += weights[i]! * Phi[i * d + j]! * Phi[i * d + k]!;
    linearAlgebra().choleskyInPlace(A, d);
    const v = choleskySolve(A, h.slice());
    const along = v.reduce((sum, value, j) => sum + value * h[j]!, 0);
    const errors = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < d; j++) errors[i]! += (Phi[i * d + j]! * v[j]!) / along;
      errors[i] = Math.abs(errors[i]!);
    }
    mean = errors.reduce((sum, value) => sum + value, 0) / n;
    weights = errors.map((error) => 1 / Math.max(error, 1e-7 * mean));
  }
  return mean;
}

describe('the exact phase under a penalty', () => {
  it('holds at the penalty 0.01 of a linear problem and not at 0.03', () => {
    const at = (lambda: number) => asymptoticRisk(linear(), { psi2: 3, eps: 0.05, lambda });
    for (const lambda of [0, 0.01, 0.025])
      expect(at(lambda)).toMatchObject({
        phase: 'exact',
        standardRisk: 0,
        gradientNorm: 1,
        thetaNormSquared: 1,
        residual: 0,
        converged: true,
      });
    expect(at(0.03)).toMatchObject({ phase: 'learning', converged: true });
  });

  // theta = beta is optimal iff eps q |Phi v|_1 / n >= h' v for every v, h = (eps^2 J + lambda) theta. The finite problem
  // says where, without any of the limits: its least |Phi v|_1 / n at h' v = 1 is a linear programme.
  it.each([
    ['isotropic', [1], [1], 3, 0.3],
    ['isotropic, fewer rows', [1], [1], 2.1, 0.2],
    ['a spectrum', [0.3, 1, 2.5], [1, 2, 3], 3, 0.2],
  ])('ends where the finite problem says: %s', (_, eigenvalues, weights, psi2, eps) => {
    const total = weights.reduce((sum, value) => sum + value, 0);
    const [d, seeds] = [36, 40];
    const scales = Float64Array.from({ length: d }, (_, j) =>
      Math.sqrt(eigenvalues[j % eigenvalues.length]!),
    );
    const beta = Float64Array.from({ length: d }, (_, j) =>
      Math.sqrt((weights[j % weights.length]! / total) * (weights.length / d)),
    );
    const found = Array.from({ length: seeds }, (_, seed) =>
      leastAbsolute(d, Math.round(psi2 * d), scales, beta, seed),
    );
    const mean = found.reduce((sum, value) => sum + value, 0) / seeds;
    const variance = found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (seeds - 1);
    // J = I and |beta| = 1, so h = (eps^2 + lambda) beta and the condition is eps least >= eps^2 + lambda.
    const threshold = thresholdOf(linear({ covariance: { eigenvalues, weights } }), { psi2, eps });
    const predicted = eps + threshold / eps;
    // Monte Carlo: four standard errors and a bias of order 1/d.
    const allowed = 4 * Math.sqrt(variance / seeds) + (1 / d) * predicted;
    expect(allowed).toBeLessThan(0.15 * predicted);
    expectClose(mean, predicted, allowed);
  });

  it('has theta = beta in the finite problem solved exactly; beyond its end that has the risk of the limit', () => {
    const [d, n, eps, seeds] = [24, 96, 0.3, 10];
    const threshold = thresholdOf(linear(), { psi2: n / d, eps });
    const beta = 1 / Math.sqrt(d);
    const risk = (lambda: number, seed: number) => {
      const x = stream('exactPhase.test solved', seed).fillGaussian(new Float64Array(n * d));
      const y = Float64Array.from({ length: n }, (_, i) =>
        x.subarray(i * d, (i + 1) * d).reduce((sum, value) => sum + value * beta, 0),
      );
      const { theta } = adversarialRegression({ n, d, x, y }, { eps, lambda, tolerance: 1e-9 });
      return theta.reduce((sum, value) => sum + (value - beta) ** 2, 0);
    };
    // The solver's accuracy, of a distance.
    expect(Math.sqrt(risk(0.5 * threshold, 0))).toBeLessThan(1e-4);
    const found = Array.from({ length: seeds }, (_, seed) => risk(4 * threshold, seed));
    const mean = found.reduce((sum, value) => sum + value, 0) / seeds;
    const error = Math.sqrt(
      found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (seeds * (seeds - 1)),
    );
    const { standardRisk } = asymptoticRisk(linear(), { psi2: n / d, eps, lambda: 4 * threshold });
    // Monte Carlo: four standard errors and a bias of order 1/d.
    const allowed = 4 * error + (2 / d) * standardRisk;
    expect(allowed).toBeLessThan(0.5 * standardRisk);
    expectClose(mean, standardRisk, allowed);
  });

  it('ends where the risk of a vanishing noise stops vanishing', () => {
    for (const [psi2, eps] of [
      [3, 0.05],
      [1.3, 0.1],
      [20, 0.6],
    ] as const) {
      const threshold = thresholdOf(linear(), { psi2, eps });
      const risk = (share: number, tau: number) =>
        asymptoticRisk(linear(), { psi2, eps, lambda: share * threshold, tau });
      const ratio = risk(0.9, 1e-7).standardRisk / risk(0.9, 1e-6).standardRisk;
      // Below, SR goes as tau^2; beyond, it has a limit, the risk without noise.
      expectClose(ratio, 0.01, 1e-4);
      expectRelative(risk(1.01, 1e-8).standardRisk, risk(1.01, 0).standardRisk, 1e-3);
      expect(risk(1.01, 0).standardRisk).toBeGreaterThan(0);
      // Continuous, by a power of the distance.
      const beyond = [1e-2, 1e-4, 1e-6].map((gap) => risk(1 + gap, 0));
      for (const { converged, phase } of beyond) expect([converged, phase]).toEqual([true, 'learning']);
      expect(beyond[1]!.standardRisk).toBeLessThan(1e-2 * beyond[0]!.standardRisk);
      expect(beyond[2]!.standardRisk).toBeLessThan(1e-2 * beyond[1]!.standardRisk);
    }
  });

  it('is the same through any map that is linear regression', () => {
    const n = 6;
    const I = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
    const c = Array.from({ length: n }, (_, i) => Math.sqrt((i + 1) / 21));
    const measured = measuredFeatures({ F: I, J: I, c, targetVariance: 1 });
    const spectrum = linear({ covariance: { eigenvalues: [1, 1], weights: [1, 4] } });
    for (const [psi2, eps] of [
      [3, 0.05],
      [1.3, 0.1],
    ] as const) {
      const threshold = thresholdOf(linear(), { psi2, eps });
      expectRelative(thresholdOf(measured, { psi2, eps }), threshold, 1e-9);
      expectRelative(thresholdOf(spectrum, { psi2, eps }), threshold, EXACT);
    }
    // W W' has the eigenvalues of no identity, but without penalty random linear features change nothing.
    const activation = { f: (u: number) => u, derivative: () => 1 };
    for (const eps of [0.1, 0.58, 0.59])
      expect(asymptoticRisk(randomFeatures({ psi1: 2, activation }), { psi2: 3, eps }).phase).toBe(
        asymptoticRisk(linear(), { psi2: 3, eps }).phase,
      );
  });

  it('is left at once under a penalty without attack, and where the penalty meets singular features', () => {
    expect(asymptoticRisk(linear(), { psi2: 3, eps: 0, lambda: 1e-9 }).phase).toBe('learning');
    const activation = { f: (u: number) => u, derivative: () => 1 };
    // |theta| is infinite at psi1 = 1.
    const square = (lambda: number) =>
      asymptoticRisk(randomFeatures({ psi1: 1, activation }), { psi2: 3, eps: 0.1, lambda });
    expect(square(0).phase).toBe('exact');
    expect(square(1e-6)).toMatchObject({ phase: 'learning', converged: true });
  });

  it('has its limit of unlimited data', () => {
    // P(|G| <= u) E(|G| - u)_+ / u -> 2/pi: eps sqrt(2/pi) >= eps^2 + lambda.
    for (const eps of [0.05, 0.3, 0.7]) {
      const threshold = eps * Math.sqrt(2 / Math.PI) - eps * eps;
      const phase = (share: number) => infiniteDataRisk(linear(), { eps, lambda: share * threshold }).phase;
      expect([phase(1 - 1e-9), phase(1 + 1e-9)]).toEqual(['exact', 'learning']);
      expectRelative(thresholdOf(linear(), { psi2: 1e7, eps }), threshold, 1e-5);
    }
  });
});
