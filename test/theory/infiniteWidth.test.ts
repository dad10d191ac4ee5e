import { describe, expect, it } from 'vitest';
import { asymptoticRisk, infiniteWidthRisk, powerLaw, randomFeatures } from '../../src/theory/index.ts';
import { expectClose, expectRelative } from './support.ts';

const problem = { psi2: 3, eps: 0.3, tau: 0.5 };
/** What a map of width 1e6 has of the limit: a difference of order 1/psi1. */
const WIDTH = 1e6;
const wide = randomFeatures({ psi1: WIDTH });

describe('infinitely wide features', () => {
  it.each([0, 0.01])('classify as very wide ones do, lambda/psi1 = %d', (lambda) => {
    for (const loss of ['logistic', 'squaredHinge'] as const) {
      const limit = infiniteWidthRisk({}, { ...problem, lambda, flip: 0.05, loss });
      const near = asymptoticRisk(wide, { ...problem, lambda: lambda * WIDTH, flip: 0.05, loss });
      expect(limit.phase).toBe(near.phase);
      expect(limit.phase).toBe(lambda === 0 ? 'separable' : 'learning');
      for (const name of ['error', 'robustError', 'gradientNorm'] as const)
        expectRelative(limit[name], near[name], 30 / WIDTH, name);
      expectRelative(limit.thetaNormSquared, WIDTH * near.thetaNormSquared, 30 / WIDTH);
    }
  });

  it.each([
    ['identity', 0, 1.25],
    ['identity', 0.1, 1.15],
    [powerLaw({ exponent: 0.5 }), 0.1, 1.6],
  ] as const)(
    'classify by a direction where the output vanishes: %o, lambda/psi1 = %d',
    (covariance, lambda, eps) => {
      // Terms of order psi1^(-1/2) are left.
      const width = 1e12;
      const options = { psi2: 1.5, eps, epsTest: 0.4, tau: 0.1, loss: 'logistic' } as const;
      const limit = infiniteWidthRisk({ covariance }, { ...options, lambda });
      const near = asymptoticRisk(randomFeatures({ psi1: width, covariance }), {
        ...options,
        lambda: lambda * width,
      });
      expect(limit).toMatchObject({ phase: 'immune', outputVariance: 1, converged: true });
      expect(near.converged).toBe(true);
      const unit = Math.sqrt(near.outputVariance);
      expectRelative(limit.error, near.error, 1e-5);
      expectRelative(limit.robustError, near.robustError, 1e-5);
      expectRelative(limit.gradientNorm, near.gradientNorm / unit, 1e-4);
      expectRelative(limit.overlap, near.overlap / unit, 1e-4);
    },
  );

  it('are under the curse with any loss and noise of the residual', () => {
    for (const more of [
      { loss: 'absolute' },
      { noise: 'laplace' },
      { loss: 'huber', noise: 'sparse' },
    ] as const) {
      const limit = infiniteWidthRisk({}, { ...problem, ...more });
      const near = asymptoticRisk(wide, { ...problem, ...more });
      expect([limit.phase, limit.adversarialRisk]).toEqual(['curse', limit.standardRisk]);
      expectClose(limit.standardRisk, 1.25, 1e-12);
      expectClose(near.standardRisk, 1.25, 1e-4);
      expectRelative(limit.absoluteRisk!, near.absoluteRisk!, 1e-4);
      expectRelative(limit.thetaNormSquared, WIDTH * near.thetaNormSquared, 1e-3);
      const [ridge, wider] = [
        infiniteWidthRisk({}, { ...problem, ...more, lambda: 0.01 }),
        asymptoticRisk(wide, { ...problem, ...more, lambda: 0.01 * WIDTH }),
      ];
      expectRelative(ridge.adversarialRisk, wider.adversarialRisk, 1e-3);
    }
  });

  it('count values of noise as they are given', () => {
    const noise = { law: 'discrete', values: [-2, 1] } as const;
    const { standardRisk } = infiniteWidthRisk({}, { psi2: 3, eps: 0.3, rho: 2, noise });
    expectClose(standardRisk, 4 + 2.5, 1e-12);
  });
});
