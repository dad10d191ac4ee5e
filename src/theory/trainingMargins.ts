import { InvalidArgumentError } from '../errors.ts';
import { increasingRoot } from '../numerics/rootFinding.ts';
import { type MarginLoss, marginSlope } from './channels/losses.ts';
import type { ClassificationRisk } from './classification.ts';
import { marginBelow } from './robustError.ts';

/**
 * What makes the law of y f(x) on the training rows out of that on fresh ones. A fresh margin v becomes the proximal point: the
 * worst margin w over the row's ball, at which w + V l'(w) = v - c, and y f(x) = w + c.
 */
export interface TrainingMargins {
  /** V of the proximal point, how far a unit of slope of the loss moves a row's own margin; 0 where the loss is not what decides */
  readonly proximal: number;
  /** c = eps q, what the attack takes off every margin */
  readonly attacked: number;
  /** the loss, or 'hardMargin' in the phase 'separable' */
  readonly loss: MarginLoss | 'hardMargin';
  /** the worst margin that nothing is below, of support vectors; there for 'hardMargin'; Infinity of rows learnt by heart */
  readonly leastMargin?: number;
}

/**
 * P(y f(x) < margin) on the training rows at the optimum, beside {@link marginBelow} on fresh ones; rows that the kink of a loss
 * holds are an atom. A constant output (the null phase) is right as often as wrong, at any margin.
 * @param risk of which the margins are enough
 * @param margin in units of f
 */
export function trainingMarginBelow(
  risk: Pick<ClassificationRisk, 'margins' | 'trainingMargins'>,
  margin: number,
): number {
  const { proximal, attacked, loss, leastMargin = Number.NEGATIVE_INFINITY } = risk.trainingMargins;
  const worst = margin - attacked;
  if (worst <= leastMargin) return 0;
  const slope = loss === 'hardMargin' || proximal === 0 ? 0 : marginSlope(loss)(worst);
  return marginBelow(risk, margin + proximal * slope);
}

/**
 * The margin y f(x) that a share of the training rows lies below.
 * @param risk of which the margins are enough
 * @param share between 0 and 1
 * @throws InvalidArgumentError for a share that is not between 0 and 1
 */
export function trainingMarginQuantile(
  risk: Pick<ClassificationRisk, 'margins' | 'trainingMargins'>,
  share: number,
): number {
  if (!(typeof share === 'number' && share > 0 && share < 1))
    throw new InvalidArgumentError('share', share, 'a number between 0 and 1');
  const { scale } = risk.margins;
  if (scale === 0) return 0;
  if (risk.trainingMargins.leastMargin === Infinity) return Infinity;
  return scale * increasingRoot((x) => trainingMarginBelow(risk, scale * x) - share, 0).value;
}
