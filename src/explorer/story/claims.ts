import { bestLambda, bestWidth, type Measure, type Where } from '../../theory/index.ts';
import { solveSaddlePoint } from '../../theory/saddlePoint.ts';
import { parameters, type Settings } from '../state/parameters.ts';
import { mapOf, questionOf, riskAt } from '../theory/ask.ts';
import { remembered } from '../theory/keptAnswers.ts';

/** What the sentences of the story say, asked of the closed form. All of it is of one layer and the square loss. */

const { from, to } = parameters.psi1;

/** The greatest width shown. */
export const WIDEST = to;

export interface Least {
  readonly at: number;
  readonly value: number;
  readonly where: Where;
}

/** Options of a regression; the story has no classifiers. */
function optionsOf(settings: Settings) {
  const { classes, options } = questionOf(settings);
  if (classes) throw new Error('the story has no classifiers');
  return options;
}

const anyWidth = (settings: Settings): Settings => ({ ...settings, psi1: from });

const leastOver = (measure: Measure) =>
  remembered((settings: Settings): Least => {
    const { at, risk, where } = bestWidth(mapOf(settings), optionsOf(settings), { from, to, measure });
    return { at, value: risk[measure], where };
  }, anyWidth);

/** The width of least risk among those shown. */
export const leastOverWidth = {
  standardRisk: leastOver('standardRisk'),
  adversarialRisk: leastOver('adversarialRisk'),
} as const;

/** The penalty of least adversarial risk. */
export const leastOverPenalty = remembered(
  (settings: Settings): Least => {
    const { at, risk, where } = bestLambda(mapOf(settings), optionsOf(settings));
    return { at, value: risk.adversarialRisk, where };
  },
  (settings) => ({ ...settings, lambda: 0 }),
);

/** The share of the rule y = <x, beta> that the trained network has: E f(x) <x, beta>, where |beta| = 1. */
export function shareLearnt(settings: Settings): number {
  const { psi2, eps, lambda, tau } = settings;
  return solveSaddlePoint(mapOf(settings), { psi2, eps, lambda, noise: tau * tau, rho: 1 }).alignment;
}

/** A quantity at two widths. */
export type Change = readonly [before: number, after: number];

export interface Reason {
  readonly from: number;
  readonly to: number;
  /** share of the training examples that are fitted exactly */
  readonly fitted: Change;
  /** root mean squares of the worst errors on the training examples */
  readonly worst: Change;
  /** what the attack adds to an error */
  readonly attack: Change;
  readonly learnt: Change;
  /** root mean squares of the errors on fresh examples, not attacked */
  readonly spread: Change;
}

/** What changes from the width of least adversarial risk, or from that of as many features as examples, to the greatest one. */
export const reasons = remembered((settings: Settings): Reason => {
  const least = leastOverWidth.adversarialRisk(settings);
  const start = least.where === 'inside' ? Number(least.at.toPrecision(2)) : settings.psi2;
  const both = (value: (at: Settings) => number): Change => [
    value({ ...settings, psi1: start }),
    value({ ...settings, psi1: WIDEST }),
  ];
  return {
    from: start,
    to: WIDEST,
    fitted: both((at) => riskAt(at).held),
    worst: both((at) => Math.sqrt(riskAt(at).worstTraining!)),
    attack: both((at) => at.eps * riskAt(at).gradientNorm),
    learnt: both(shareLearnt),
    spread: both((at) => Math.sqrt(riskAt(at).standardRisk)),
  };
}, anyWidth);
