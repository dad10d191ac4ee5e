import { describe, expect, it } from 'vitest';
import { randomPoints, sweep } from '../../scripts/theory/sweepPoints.ts';
import { increasingRoot } from '../../src/numerics/rootFinding.ts';
import {
  asymptoticRisk,
  criticalEps,
  deepRandomFeatures,
  linear,
  randomFeatures,
} from '../../src/theory/index.ts';
import { SaddleEquations } from '../../src/theory/saddleEquations.ts';
import { solveSaddlePoint } from '../../src/theory/saddlePoint.ts';
import { NOWHERE, nestedBrackets, newton } from '../../src/theory/saddleSolvers.ts';
import { expectRelative } from './support.ts';

describe('the solver', () => {
  it('converges, or names the phase, at 2,000 random points of the whole range', () => {
    const { failures, phases, worst } = sweep(randomPoints('solver.test', 2000));
    expect(failures).toEqual([]);
    expect(worst).toBeLessThan(1e-10);
    expect([...phases.keys()].sort()).toEqual(['infinite', 'learning', 'null', 'ridgeless']);
    expect(phases.get('learning')).toBeGreaterThan(500);
  });

  it.each([
    ['tanh', (psi1: number) => randomFeatures({ psi1, activation: 'tanh' })],
    ['sigmoid, nearly linear', (psi1: number) => randomFeatures({ psi1, activation: 'sigmoid' })],
    ['cos, without linear part', (psi1: number) => randomFeatures({ psi1, activation: 'cos' })],
    ['linear regression', () => linear()],
    ['two layers', (psi1: number) => deepRandomFeatures({ widths: [3, psi1] })],
    ['three layers', (psi1: number) => deepRandomFeatures({ widths: [psi1, 5, psi1 / 2] })],
  ])('does so for %s', (_, makeMap) => {
    const points = randomPoints('solver.test maps', 600).map((point) => ({
      ...point,
      tau: point.tau + 1e-3,
    }));
    expect(sweep(points, makeMap).failures).toEqual([]);
  });

  it('holds next to the critical radius, at tiny eps, and beside psi1 = psi2', () => {
    const points = randomPoints('solver.test edges', 600);
    const critical = points.map(({ psi1, ...rest }, i) => ({
      psi1,
      ...rest,
      eps: criticalEps(randomFeatures({ psi1 }), rest) * (1 - 10 ** -(1 + (i % 15))),
    }));
    expect(sweep(critical).failures).toEqual([]);
    const tiny = points.map((point, i) => ({ ...point, eps: 10 ** -(2 + (i % 8)), lambda: 0 }));
    expect(sweep(tiny).failures).toEqual([]);
    const square = tiny.map((point, i) => ({ ...point, psi2: point.psi1 * (1 + 10 ** -(3 + (i % 6))) }));
    expect(sweep(square).failures).toEqual([]);
  });

  it('solves the equations as they are stated, in s, q and V', () => {
    let checked = 0;
    for (const { psi1, ...options } of randomPoints('solver.test statement', 400)) {
      const problem = { ...options, noise: options.tau ** 2, rho: 1 };
      const { phase, risk, q, kappa } = solveSaddlePoint(randomFeatures({ psi1 }), problem);
      if (phase !== 'learning' || options.eps === 0 || kappa > 1e6 || kappa < 1e-6) continue;
      const stated = statedEquations(psi1, options, Math.sqrt(risk), q, 1 / kappa);
      expectRelative(stated.V * kappa, 1, 1e-8);
      expectRelative(stated.risk / risk, 1, 1e-8);
      expectRelative(stated.gradientSquared / (q * q), 1, 1e-8);
      checked++;
    }
    expect(checked).toBeGreaterThan(100);
  });

  it('gives the same answer by its safeguard', () => {
    let compared = 0;
    for (const { psi1, tau, ...options } of randomPoints('solver.test nested', 400)) {
      const map = randomFeatures({ psi1 });
      if (options.eps === 0 || options.eps >= criticalEps(map, { psi2: options.psi2, tau })) continue;
      const equations = new SaddleEquations(map, { ...options, noise: tau * tau, rho: 1 });
      expect(newton(equations, NOWHERE)).toBeGreaterThan(0);
      const { risk, gradientSquared } = equations;
      nestedBrackets(equations);
      expectRelative(equations.risk, risk, 1e-8);
      expectRelative(equations.gradientSquared, gradientSquared, 1e-8);
      compared++;
    }
    expect(compared).toBeGreaterThan(100);
  });

  it('does not depend on where it starts', () => {
    const map = randomFeatures({ psi1: 4 });
    const problem = { psi2: 3, eps: 0.2, lambda: 0, noise: 0.25, rho: 1 };
    const cold = solveSaddlePoint(map, problem);
    for (const start of [
      { u: 1e-12, kappa: 1e9 },
      { u: 30, kappa: 1e-9 },
      { u: Number.NaN, kappa: 1 },
      { u: Number.POSITIVE_INFINITY, kappa: 0 },
    ])
      expectRelative(solveSaddlePoint(map, problem, start).risk, cold.risk, 1e-10);
  });

  it('goes to the interpolator of least gradient, not of least norm, as eps vanishes with many features', () => {
    const map = randomFeatures({ psi1: 8 });
    const limit = asymptoticRisk(map, { psi2: 3, eps: 1e-7, tau: 0.5 });
    const ridgeless = asymptoticRisk(map, { psi2: 3, eps: 0, tau: 0.5 });
    expect(limit.gradientNorm).toBeLessThan(ridgeless.gradientNorm * 0.999);
    expect(limit.thetaNormSquared).toBeGreaterThan(ridgeless.thetaNormSquared * 1.001);
    expect(limit.interpolatedFraction).toBe(1);
    // With few features there is one minimiser of the unattacked loss, and the limit is continuous.
    const few = randomFeatures({ psi1: 1 });
    expectRelative(
      asymptoticRisk(few, { psi2: 3, eps: 1e-7, tau: 0.5 }).standardRisk,
      asymptoticRisk(few, { psi2: 3, eps: 0, tau: 0.5 }).standardRisk,
      1e-5,
    );
  });
});

describe('root finding', () => {
  it('finds roots far from its start, of steep and flat functions', () => {
    for (const root of [-600, -3, 0, 1e-9, 40, 650]) {
      expect(Math.abs(increasingRoot((x) => Math.atan(x - root), 1).value - root)).toBeLessThan(1e-12 * 700);
      expect(Math.abs(increasingRoot((x) => (x - root) ** 3, 1).value - root)).toBeLessThan(1e-3);
    }
  });

  it('says so when there is none, or when the function is not a number', () => {
    expect(increasingRoot(() => -1, 0).converged).toBe(false);
    expect(increasingRoot(() => 1, 0).converged).toBe(false);
    expect(increasingRoot(() => Number.NaN, 0).converged).toBe(false);
    expect(increasingRoot((x) => x, Number.POSITIVE_INFINITY).converged).toBe(false);
  });
});

/** One evaluation of the three equations at (s, q, V), straight from the text: shifted ReLU, averages by quadrature. */
function statedEquations(
  psi1: number,
  { psi2, eps, lambda, tau }: { psi2: number; eps: number; lambda: number; tau: number },
  s: number,
  q: number,
  V: number,
) {
  const kappa = 1 / V;
  const c = eps * q;
  const u = c / (kappa * s);
  const k = kappa / (1 + kappa);
  const p = Math.sqrt(2 / Math.PI) * Math.exp(-0.5 * u * u);
  // P(|G| > u) by Simpson's rule on [0, u].
  const steps = 4000;
  let inside = 0;
  for (let i = 0; i <= steps; i++) {
    const x = (Math.min(u, 40) * i) / steps;
    inside += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * Math.exp(-0.5 * x * x);
  }
  const Q = 1 - (Math.sqrt(2 / Math.PI) * inside * Math.min(u, 40)) / (3 * steps);
  const eta = k * (Q + u * p + (c / s) * p) + kappa * (1 - Q - u * p);
  const zeta = eps * eps * (k * ((s / c) * p + Q) + (1 - Q));
  const t2 = (s * s * (Q + u * p) + 2 * s * c * p + c * c * Q) / (1 + kappa) ** 2 + s * s * (1 - Q - u * p);
  const b2 = kappa * kappa * t2;

  const [mu, star, nu] = [0.25, 0.25 - 0.5 / Math.PI, 0.25];
  const average = (f: (x: number) => number): number => marchenkoPasturAverage(psi1, f);
  const A = (x: number): number => (eta + zeta) * mu * x + eta * star + zeta * nu + lambda;
  const F = (x: number): number => mu * x + star;
  const J = (x: number): number => mu * x + nu;
  const ratio = psi1 / psi2;
  const S = psi1 * mu * average((x) => x / A(x));
  const SF = psi1 * mu * average((x) => (x * F(x)) / A(x) ** 2);
  const SJ = psi1 * mu * average((x) => (x * J(x)) / A(x) ** 2);
  return {
    V: ratio * average((x) => F(x) / A(x)),
    risk: tau * tau + 1 - 2 * eta * S + eta * eta * SF + b2 * ratio * average((x) => (F(x) / A(x)) ** 2),
    gradientSquared: eta * eta * SJ + b2 * ratio * average((x) => (F(x) * J(x)) / A(x) ** 2),
  };
}

/** Average over the spectrum of W W': the Marchenko-Pastur density by the trapezoidal rule in an angle, and its atom at 0. */
function marchenkoPasturAverage(psi1: number, f: (x: number) => number): number {
  const [centre, half] = [1 + psi1, 2 * Math.sqrt(psi1)];
  const count = 4000;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const angle = (Math.PI * (i + 0.5)) / count;
    const x = centre + half * Math.cos(angle);
    // density sqrt(..)/(2 pi psi1 x) per row of W W', dx = half sin(angle) d angle
    sum += ((f(x) * (half * Math.sin(angle)) ** 2) / (2 * Math.PI * psi1 * x)) * (Math.PI / count);
  }
  return sum + Math.max(0, 1 - 1 / psi1) * f(0);
}
