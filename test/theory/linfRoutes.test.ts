import { describe, expect, it } from 'vitest';
import { LINF_KINDS, sweepLinf } from '../../scripts/theory/linfPoints.ts';
import { adversarialRegression } from '../../src/exact/index.ts';
import { stream } from '../../src/random/stream.ts';
import {
  asymptoticRisk,
  infiniteWidthRisk,
  linear,
  type RiskOptions,
  randomFeatures,
  type Signal,
  sensitivities,
} from '../../src/theory/index.ts';
import { expectClose, expectRelative } from './support.ts';

/** Gauss-Legendre panels, and the solver's residual. */
const QUADRATURE = 1e-9;
/** A central difference of solved problems. */
const DIFFERENCE = 1e-6;

describe('linear features against linf', () => {
  const d = 100;
  const draws = 6;

  it.each([
    ['gaussian', 'linf'],
    ['rademacher', 'linf'],
    ['sparse', 'linf'],
    ['sparse', 'l2'],
  ] as const)('agree with exact solutions of finite problems: signal %s, trained in %s', (signal, norm) => {
    const [psi2, eps, lambda, tau] = [2, 0.4, 0.01, 0.5];
    const n = psi2 * d;
    const found = Array.from({ length: draws }, (_, draw) => {
      const random = stream('linf', signal, norm, draw);
      const beta = coordinates(random, signal);
      const x = random.fillGaussian(new Float64Array(n * d));
      const noise = random.fillGaussian(new Float64Array(n));
      const y = noise.map((value, i) => beta.reduce((sum, b, j) => sum + b * x[i * d + j]!, tau * value));
      const radius = norm === 'linf' ? eps / Math.sqrt(d) : eps;
      const { theta } = adversarialRegression({ n, d, x, y }, { eps: radius, lambda, norm });
      const missed = theta.reduce((sum, value, j) => sum + (value - beta[j]!) ** 2, 0);
      const linf = theta.reduce((sum, value) => sum + Math.abs(value), 0) / Math.sqrt(d);
      return [missed + tau * tau, linf, Math.hypot(...theta)];
    });
    const { standardRisk, gradientNorms } = asymptoticRisk(linear(), {
      psi2,
      eps,
      lambda,
      tau,
      norm,
      signal,
    });
    [standardRisk, gradientNorms!.linf, gradientNorms!.l2].forEach((predicted, k) => {
      const values = found.map((row) => row[k]!);
      const mean = values.reduce((sum, value) => sum + value, 0) / draws;
      const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws - 1));
      // Four standard errors of six draws.
      expectClose(predicted, mean, (4 * spread) / Math.sqrt(draws));
    });
  });

  function coordinates(random: ReturnType<typeof stream>, signal: 'gaussian' | 'rademacher' | 'sparse') {
    const b = random.fillGaussian(new Float64Array(d));
    const law = b.map((g, j) =>
      signal === 'gaussian' ? g : signal === 'rademacher' || j < d / 10 ? Math.sign(g) : 0,
    );
    const norm = Math.hypot(...law);
    return law.map((value) => value / norm);
  }

  it('become the LASSO under a weak attack, whose penalty is eps times the mean training error', () => {
    const [psi2, tau, eps] = [2, 0.5, 1e-3];
    // State evolution of the LASSO at lambda_1: a = soft(b + s G; lambda_1 (1 + V)), s^2 = SR/psi2.
    const lasso = (penalty: (risk: number, V: number) => number): number => {
      let [risk, V] = [1, 1];
      for (let step = 0; step < 200; step++) {
        const threshold = penalty(risk, V) * (1 + V);
        const s = Math.sqrt(risk / psi2);
        let [square, slope] = [0, 0];
        for (const b of [-1, 1])
          for (let g = -8; g <= 8; g += 1 / 512) {
            const mass = Math.exp((-g * g) / 2) / Math.sqrt(2 * Math.PI) / 512 / 2;
            const Y = b + s * g;
            const a = Math.sign(Y) * Math.max(0, Math.abs(Y) - threshold);
            square += mass * (a - b) ** 2;
            if (a !== 0) slope += mass;
          }
        risk = tau * tau + square;
        V = (slope * (1 + V)) / psi2;
      }
      return risk;
    };
    const plain = lasso(() => 0);
    const penalised = lasso((risk, V) => (eps * Math.sqrt((2 / Math.PI) * risk)) / (1 + V));
    const options: RiskOptions = { psi2, tau, eps, norm: 'linf', signal: 'rademacher' };
    const attacked = asymptoticRisk(linear(), options).standardRisk;
    // What the attack does beyond the LASSO is of second order in eps.
    expect(Math.abs(penalised - plain)).toBeGreaterThan(1e-4);
    expectClose(attacked, penalised, 20 * eps * eps);
  });
});

describe('the law of the signal', () => {
  const map = randomFeatures({ psi1: 2 });
  const options = { psi2: 3, eps: 0.4, lambda: 0.01, tau: 0.3, norm: 'linf' } as const;
  const at = (signal: Signal) => asymptoticRisk(map, { ...options, signal });

  it('is what it is, however it is said', () => {
    const fine = Array.from({ length: 400 }, (_, i) => (i - 199.5) / 25);
    const weights = fine.map((value) => Math.exp((-value * value) / 2));
    // Atoms a twenty-fifth of a deviation apart under Gaussian noise: a trapezoidal rule, exponentially accurate.
    expectRelative(
      at({ law: 'discrete', values: fine, weights }).standardRisk,
      at('gaussian').standardRisk,
      1e-8,
    );
    const same: readonly [Signal, Signal][] = [
      [{ law: 'sparse', share: 1 }, 'rademacher'],
      [{ law: 'sparse', share: 1, entries: 'gaussian' }, 'gaussian'],
      [{ law: 'discrete', values: [-3, 3, 3] }, 'rademacher'],
      [
        { law: 'discrete', values: [0, 2, -2], weights: [9, 0.5, 0.5] },
        { law: 'sparse', share: 0.1 },
      ],
    ];
    for (const [one, other] of same) expectRelative(at(one).standardRisk, at(other).standardRisk, QUADRATURE);
  });

  it('decides how far robustness carries over: a sparse signal gains most', () => {
    const gain = (signal: Signal): number =>
      asymptoticRisk(map, { ...options, norm: 'l2', testNorm: 'linf', signal }).adversarialRisk -
      at(signal).adversarialRisk;
    expect(gain('sparse')).toBeGreaterThan(gain('gaussian'));
    expect(gain('gaussian')).toBeGreaterThan(gain('rademacher'));
  });
});

describe('the objective is stationary', () => {
  // The derivative of the least objective in a parameter is that of the objective itself, theta held: |theta|^2/2 in lambda,
  // q E dl/dc in eps. An error in any of the equations would break it.
  const point = { psi2: 1.5, eps: 0.5, lambda: 0.05, tau: 0.4, norm: 'linf', signal: 'sparse' } as const;
  const slope = (f: (h: number) => number): number => (f(3e-5) - f(-3e-5)) / 6e-5;

  it.each([
    ['random features', randomFeatures({ psi1: 0.7 })],
    ['wide random features', randomFeatures({ psi1: 3, activation: 'tanh' })],
    ['linear features', linear()],
  ])('%s', (_, map) => {
    const least = (changes: object): number => {
      const options = { ...point, ...changes };
      const { trainingLoss, thetaNormSquared } = asymptoticRisk(map, options);
      return trainingLoss + 0.5 * options.lambda * thetaNormSquared;
    };
    const here = asymptoticRisk(map, point);
    const c = point.eps * here.gradientNorm;
    // trainingLoss = E (|r| + c)^2/2
    const attacked = (2 * here.trainingLoss - here.trainingError + c * c) / (2 * c);
    expectRelative(
      slope((h) => least({ lambda: point.lambda + h })),
      here.thetaNormSquared / 2,
      DIFFERENCE,
    );
    expectRelative(
      slope((h) => least({ eps: point.eps + h })),
      here.gradientNorm * attacked,
      DIFFERENCE,
    );
  });

  it.each(['logistic', 'squaredHinge'] as const)('of a classifier: %s', (loss) => {
    const map = randomFeatures({ psi1: 2 });
    const at = (lambda: number) => asymptoticRisk(map, { ...point, psi2: 3, loss, lambda });
    const least = (lambda: number): number =>
      at(lambda).trainingLoss + 0.5 * lambda * at(lambda).thetaNormSquared;
    expectRelative(
      slope((h) => least(point.lambda + h)),
      at(point.lambda).thetaNormSquared / 2,
      DIFFERENCE,
    );
  });
});

describe('limits and slopes', () => {
  it('reaches infinite width, with a penalty and without', () => {
    const options = { psi2: 2, eps: 0.4, tau: 0.5, norm: 'linf', signal: 'rademacher' } as const;
    const psi1 = 1e6;
    const wide = asymptoticRisk(randomFeatures({ psi1 }), { ...options, lambda: 0.1 * psi1 });
    const limit = infiniteWidthRisk({}, { ...options, lambda: 0.1 });
    // The limit is approached as 1/psi1 or, at the kinks that the width smooths, as its root.
    expectRelative(wide.standardRisk, limit.standardRisk, 1e-3);
    expectRelative(wide.gradientNorm, limit.gradientNorm, 1e-3);
    expectRelative(psi1 * wide.thetaNormSquared, limit.thetaNormSquared, 1e-3);
    const cursed = infiniteWidthRisk({}, options);
    expect(cursed).toMatchObject({ phase: 'curse', standardRisk: 1.25, gradientNorms: { l2: 0, linf: 0 } });
    expectClose(asymptoticRisk(randomFeatures({ psi1: 1e5 }), options).standardRisk, 1.25, 0.05);
  });

  it('gives slopes that are those of the risk', () => {
    const map = randomFeatures({ psi1: 2 });
    const options = { psi2: 3, eps: 0.4, lambda: 0.02, tau: 0.3, norm: 'linf', signal: 'sparse' } as const;
    const slopes = sensitivities(map, options);
    const at = (psi1: number) => asymptoticRisk(randomFeatures({ psi1 }), options).adversarialRisk;
    expectRelative(slopes.psi1!.adversarialRisk, (at(2 + 1e-4) - at(2 - 1e-4)) / 2e-4, DIFFERENCE);
  });

  it('falls in q and rises in training loss as the attack grows', () => {
    let last = asymptoticRisk(randomFeatures({ psi1: 3 }), { psi2: 2, eps: 0.05, tau: 0.5, norm: 'linf' });
    for (const eps of [0.2, 0.5, 1, 1.5]) {
      const next = asymptoticRisk(randomFeatures({ psi1: 3 }), { psi2: 2, eps, tau: 0.5, norm: 'linf' });
      expect(next.gradientNorm).toBeLessThan(last.gradientNorm);
      expect(next.trainingLoss).toBeGreaterThan(last.trainingLoss);
      last = next;
    }
  });

  it('solves random problems or names their phase', () => {
    for (const kind of LINF_KINDS) expect(sweepLinf(kind, 60).failures).toEqual([]);
  });
});
