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

  // The parts of a solution on the nonlinear part alone, beside those of a width of 1e6: apart as 1/sqrt(psi1).
  it.each([
    ['of the square loss', {}],
    ['of another loss and noise', { loss: 'huber', noise: 'laplace' }],
    ['of an even activation', { activation: 'cos' }],
  ] as const)('use the nonlinear part alone beyond a critical radius: regressions %s', (_, more) => {
    const { activation = 'shifted-relu', ...options } = more as { activation?: 'cos' };
    const asked = { ...problem, ...options, eps: 1.6 };
    const limit = infiniteWidthRisk({ activation }, { ...asked, lambda: 0.5 });
    const near = asymptoticRisk(randomFeatures({ psi1: WIDTH, activation }), {
      ...asked,
      lambda: 0.5 * WIDTH,
    });
    expect([limit.phase, limit.converged, limit.gradientNorm]).toEqual(['immune', true, 0]);
    expectClose(limit.standardRisk, 1.25, 1e-12);
    for (const name of ['adversarialRisk', 'trainingLoss', 'trainingError'] as const)
      expectRelative(limit[name], near[name], 10 / Math.sqrt(WIDTH), name);
    expectRelative(limit.thetaNormSquared, WIDTH * near.thetaNormSquared, 10 / Math.sqrt(WIDTH));
  });

  it.each(['logistic', 'hinge', 'squaredHinge'] as const)(
    'use the nonlinear part alone beyond a critical radius: classifiers by the %s loss',
    (loss) => {
      const limit = infiniteWidthRisk({}, { ...problem, loss, eps: 1.6, lambda: 0.5 });
      const near = asymptoticRisk(wide, { ...problem, loss, eps: 1.6, lambda: 0.5 * WIDTH });
      expect([limit.phase, limit.converged]).toEqual(['immune', true]);
      for (const name of ['error', 'robustError'] as const)
        expectRelative(limit[name], near[name], 10 / Math.sqrt(WIDTH), name);
      expectRelative(limit.trainingLoss, near.trainingLoss, 10 / Math.sqrt(WIDTH));
      expectRelative(limit.thetaNormSquared, WIDTH * near.thetaNormSquared, 10 / Math.sqrt(WIDTH));
    },
  );

  it('use their linear part up to that radius', () => {
    // F = J = mu1^2 I and C = mu1 I on the d directions of x.
    const square = Math.sqrt((Math.PI / 2) * (1 / 1.25 + 1 / 3));
    const margin = Math.sqrt(2 / Math.PI / 1.25 + 1 / 3);
    const phaseOf = (eps: number, loss?: 'hinge') =>
      loss
        ? infiniteWidthRisk({}, { ...problem, eps, lambda: 0.1, loss }).phase
        : infiniteWidthRisk({}, { ...problem, eps, lambda: 0.1 }).phase;
    expect([phaseOf(0.999 * square), phaseOf(1.001 * square)]).toEqual(['learning', 'immune']);
    expect([phaseOf(0.999 * margin, 'hinge'), phaseOf(1.001 * margin, 'hinge')]).toEqual([
      'learning',
      'immune',
    ]);
  });
});
