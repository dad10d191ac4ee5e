import { describe, expect, it } from 'vitest';
import {
  asymptoticRisk,
  type ClassificationOptions,
  type ClassificationRisk,
  InvalidArgumentError,
  type MarginLossName,
  marginBelow,
  randomFeatures,
  trainingMarginBelow,
  trainingMarginQuantile,
} from '../../src/theory/index.ts';
import { expectClose, expectRelative } from './support.ts';

const map = randomFeatures({ psi1: 2 });
const problem = { psi2: 3, eps: 0.3, lambda: 0.01, tau: 0.5, flip: 0.05 };
const solved = (loss: ClassificationOptions['loss'], more: Partial<ClassificationOptions> = {}) =>
  asymptoticRisk(map, { ...problem, loss, ...more });
/** Quadrature: both integrands are smooth where they are summed. */
const QUADRATURE = 1e-8;

/** By Simpson's rule. */
function integral(f: (w: number) => number, from: number, to: number): number {
  const steps = 8000;
  const h = (to - from) / steps;
  let sum = 0;
  for (let i = 0; i <= steps; i++)
    sum += (i === 0 || i === steps ? 1 : i % 2 === 1 ? 4 : 2) * f(from + h * i);
  return (sum * h) / 3;
}

const sigma = (w: number): number => 1 / (1 + Math.exp(-w));
/** g = -l' of the worst margin w, the slope of w g(w), and where both end. */
const losses: Readonly<
  Record<MarginLossName, { g: (w: number) => number; slope: (w: number) => number; to: number }>
> = {
  logistic: { g: (w) => sigma(-w), slope: (w) => sigma(-w) * (1 - w * sigma(w)), to: 60 },
  squaredHinge: { g: (w) => 1 - w, slope: (w) => 1 - 2 * w, to: 1 },
  // The row that the kink holds has any slope between.
  hinge: { g: () => 1, slope: () => Number.NaN, to: 1 },
};

/** P(w < x), w the worst margin on a training row's ball. */
const below = (risk: ClassificationRisk, x: number): number =>
  trainingMarginBelow(risk, x + problem.eps * risk.gradientNorm);

describe('the margins of the training rows', () => {
  it.each(['logistic', 'hinge', 'squaredHinge'] as const)('have the training loss: %s', (loss) => {
    const risk = solved(loss);
    const { g, to } = losses[loss];
    // E l(w) by parts.
    const found = integral((w) => g(w) * below(risk, w), -60, to - 1e-12);
    expectRelative(found, risk.trainingLoss, QUADRATURE);
  });

  it.each(['logistic', 'squaredHinge'] as const)('hold the penalty in balance: %s', (loss) => {
    // theta' times the gradient of the objective: E g w = lambda |theta|^2, for f and its gradient norm are linear in theta.
    const risk = solved(loss);
    const { slope, to } = losses[loss];
    const pull = -integral((w) => slope(w) * below(risk, w), -60, to - 1e-12);
    expectRelative(pull, problem.lambda * risk.thetaNormSquared, QUADRATURE);
  });

  it('are held by the kink of the hinge in the share that the solution says', () => {
    const risk = solved('hinge');
    expectClose(below(risk, 1 + 1e-10) - below(risk, 1 - 1e-10), risk.kinkFraction, 1e-8);
    expect(risk.kinkFraction).toBeGreaterThan(0.1);
  });

  it('lie above those of fresh rows, and no loss of one’s own changes them', () => {
    const risk = solved('logistic');
    const own = solved({
      of: 'margin',
      value: (w) => Math.log1p(Math.exp(-Math.abs(w))) + Math.max(0, -w),
      derivative: (w) => -sigma(-w),
    });
    for (const margin of [-2, -0.5, 0, 0.7, 3]) {
      expect(trainingMarginBelow(risk, margin)).toBeLessThan(marginBelow(risk, margin));
      expectClose(trainingMarginBelow(own, margin), trainingMarginBelow(risk, margin), 1e-7);
    }
  });

  it('have quantiles, the shares below which are these', () => {
    const risk = solved('squaredHinge');
    for (const share of [1e-6, 0.1, 0.5, 0.99])
      expectRelative(trainingMarginBelow(risk, trainingMarginQuantile(risk, share)), share, 1e-9);
    expect(() => trainingMarginQuantile(risk, 1)).toThrow(InvalidArgumentError);
  });

  it('begin at those of the support vectors where the labels can be fitted', () => {
    const separable = solved('hinge', { lambda: 0, psi2: 0.8 });
    expect(separable.phase).toBe('separable');
    const { leastMargin } = separable.trainingMargins;
    expect(below(separable, leastMargin! - 1e-9)).toBe(0);
    expectClose(below(separable, leastMargin! + 1e-9), separable.kinkFraction, 1e-8);
    // The limit of a weak penalty, which has a scale of its own.
    const weak = solved('hinge', { lambda: 1e-9, psi2: 0.8 });
    const unit = Math.sqrt(weak.outputVariance);
    for (const share of [0.7, 0.9])
      expectRelative(
        trainingMarginQuantile(weak, share) / unit,
        trainingMarginQuantile(separable, share),
        1e-5,
      );
  });

  it('say nothing in the null phase', () => {
    const none = solved('hinge', { eps: 3 });
    expect([none.phase, trainingMarginBelow(none, 1), trainingMarginQuantile(none, 0.3)]).toEqual([
      'null',
      0.5,
      0,
    ]);
  });
});
