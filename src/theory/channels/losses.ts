import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkChoice, checkPositive, InvalidArgumentError } from '../../errors.ts';
import { absolute } from './absolute.ts';
import { hinge } from './hinge.ts';
import { huber } from './huber.ts';
import { logistic } from './logistic.ts';
import type { MarginChannel } from './marginChannel.ts';
import { checkOwnLoss, type OwnLoss, ownMargin, ownResidual } from './ownLoss.ts';
import { quantile } from './quantile.ts';
import type { ResidualChannel } from './residualChannel.ts';
import { square } from './square.ts';
import { squaredHinge } from './squaredHinge.ts';

/** Losses of the margin v = y f(x): log(1 + exp(-v)), (1 - v)_+ and (1 - v)_+^2/2. */
export type MarginLossName = 'logistic' | 'hinge' | 'squaredHinge';
export const MARGIN_LOSSES: readonly MarginLossName[] = ['logistic', 'hinge', 'squaredHinge'];

/** A loss of the margin: a name, or one of one's own. */
export type MarginLoss = MarginLossName | OwnLoss<'margin'>;

/** A loss as the solver takes it, its value and its slope, from the left at a kink. */
interface ResolvedMarginLoss {
  readonly channel: MarginChannel;
  readonly value: (w: number) => number;
  readonly derivative: (w: number) => number;
}

const NAMED: Readonly<Record<MarginLossName, ResolvedMarginLoss>> = {
  logistic: {
    channel: logistic,
    value: (w) => Math.log1p(Math.exp(-Math.abs(w))) + Math.max(0, -w),
    derivative: (w) => -1 / (1 + Math.exp(w)),
  },
  hinge: {
    channel: hinge,
    value: (w) => Math.max(0, 1 - w),
    derivative: (w) => (w > 1 ? 0 : -1),
  },
  squaredHinge: {
    channel: squaredHinge,
    value: (w) => Math.max(0, 1 - w) ** 2 / 2,
    derivative: (w) => Math.min(0, w - 1),
  },
};

/** Whether this is a loss of the margin, which makes the problem one of classification. */
export const isMarginLoss = (loss: unknown): loss is MarginLoss =>
  typeof loss === 'string'
    ? Object.hasOwn(NAMED, loss)
    : loss !== null && typeof loss === 'object' && 'of' in loss && loss.of === 'margin';

/** @throws InvalidArgumentError for a loss that is none of the margin, or not convex */
export function marginLoss(loss: MarginLoss): ResolvedMarginLoss {
  if (typeof loss === 'string') return NAMED[checkChoice('loss', loss, MARGIN_LOSSES)];
  const own = checkOwnLoss(loss);
  return { channel: ownMargin(own), value: own.value, derivative: leftOf(own.derivative) };
}

/** Beside a kink of a loss of one's own, of its size. */
const BESIDE = 1e-12;

/** A derivative, from the left. */
const leftOf =
  (derivative: (w: number) => number) =>
  (w: number): number =>
    derivative(w - BESIDE * Math.max(1, Math.abs(w)));

/** l'(w), from the left, of a loss that was checked before. */
export const marginSlope = (loss: MarginLoss): ((w: number) => number) =>
  typeof loss === 'string' ? NAMED[loss].derivative : leftOf(loss.derivative);

/** Losses of the residual r = y - f(x): r^2/2, |r|, Huber's of both, and that of a quantile. */
export type ResidualLossName = 'square' | 'absolute' | 'huber' | 'quantile';
export const RESIDUAL_LOSSES: readonly ResidualLossName[] = ['square', 'absolute', 'huber', 'quantile'];

/** r^2/2 up to |r| = threshold, threshold (|r| - threshold/2) beyond. */
export interface HuberLoss {
  /** which loss */
  readonly name: 'huber';
  /** > 0; default 1 */
  readonly threshold?: number;
}

/** level r_+ + (1 - level) r_-, whose least mean is at that quantile. */
export interface QuantileLoss {
  /** which loss */
  readonly name: 'quantile';
  /** in (0, 1); default 0.5 */
  readonly level?: number;
}

/** A loss without a parameter. */
export interface PlainLoss {
  /** which loss */
  readonly name: 'square' | 'absolute';
}

/** A loss of the residual; a name stands for its defaults. */
export type ResidualLoss = ResidualLossName | PlainLoss | HuberLoss | QuantileLoss | OwnLoss<'residual'>;

const RESIDUAL_OPTIONS: Readonly<Record<ResidualLossName, Readonly<Record<string, true>>>> = {
  square: { name: true },
  absolute: { name: true },
  huber: { name: true, threshold: true } satisfies OptionNames<HuberLoss>,
  quantile: { name: true, level: true } satisfies OptionNames<QuantileLoss>,
};

/** @throws InvalidArgumentError for a loss that is none of the residual, or a parameter outside its domain */
export function residualLoss(loss: ResidualLoss): ResidualChannel {
  if (loss !== null && typeof loss === 'object' && 'of' in loss) return ownResidual(checkOwnLoss(loss));
  const given: Exclude<ResidualLoss, string | OwnLoss<'residual'>> =
    typeof loss === 'string' ? ({ name: loss } as PlainLoss) : loss;
  if (given === null || typeof given !== 'object' || !('name' in given))
    throw new InvalidArgumentError(
      'loss',
      loss,
      `one of ${[...RESIDUAL_LOSSES, ...MARGIN_LOSSES].join(', ')}`,
    );
  const name = RESIDUAL_LOSSES.find((known) => known === given.name);
  if (name === undefined)
    throw new InvalidArgumentError(
      'loss',
      given.name,
      `one of ${[...RESIDUAL_LOSSES, ...MARGIN_LOSSES].join(', ')}`,
    );
  checkOptions(`the loss ${name}`, given, RESIDUAL_OPTIONS[name]);
  if (given.name === 'huber') return huber(checkPositive('threshold', given.threshold ?? 1));
  if (given.name === 'quantile') {
    const { level = 0.5 } = given;
    if (!(typeof level === 'number' && level > 0 && level < 1))
      throw new InvalidArgumentError('level', level, 'a number between 0 and 1');
    return quantile(level);
  }
  return given.name === 'square' ? square : absolute;
}
