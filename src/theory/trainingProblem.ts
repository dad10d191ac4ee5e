import type { GaussianPart } from './channels/gaussianMixtures.ts';
import type { MarginChannel } from './channels/marginChannel.ts';
import type { Teacher } from './channels/marginLaw.ts';
import type { ResidualChannel } from './channels/residualChannel.ts';
import type { FeatureMap } from './featureMaps/featureMap.ts';
import { type AttackKind, axesOf, coordinatesOf, DENSE } from './linf/norms.ts';
import type { SignalLaw } from './linf/signal.ts';
import { CoordinateReadOut } from './readOuts/coordinateReadOut.ts';
import type { ReadOut, ReadOutProblem } from './readOuts/readOut.ts';
import { ResolventReadOut } from './readOuts/resolventReadOut.ts';

/** The scalars of a training problem, whatever its loss. */
export interface TrainingProblem extends ReadOutProblem {
  /** training radius, in the units of l2, or of linf where `signal` is there */
  readonly eps: number;
  /** the law of the signal's coordinates, where the attack in training is one of linf on features with a linear part */
  readonly signal?: SignalLaw | undefined;
}

/** A regression with any noise and loss. */
export interface ResidualProblem extends TrainingProblem {
  /** the law of the noise */
  readonly noise: readonly GaussianPart[];
  /** the loss */
  readonly channel: ResidualChannel;
}

/** A classification with any loss of the margin. */
export interface MarginProblem extends TrainingProblem {
  /** the law of the labels */
  readonly teacher: Teacher;
  /** the loss */
  readonly channel: MarginChannel;
}

/** The read-out that a training problem makes of the features. */
export const readOutOf = (map: FeatureMap, { signal, ...problem }: TrainingProblem): ReadOut =>
  signal
    ? new CoordinateReadOut(coordinatesOf(map), { ...problem, signal })
    : new ResolventReadOut(map, problem);

/**
 * The problem under a training attack of that kind: one in linf is one in l2 of another radius where the gradient has no axes.
 * @throws UserError for a map of which an attack on single coordinates is not known
 */
export function attackedBy<Problem extends Pick<TrainingProblem, 'eps' | 'signal'>>(
  map: FeatureMap,
  problem: Problem,
  { norm, signal }: AttackKind,
): Problem {
  if (norm === 'l2') return problem;
  return axesOf(map) && problem.eps > 0 ? { ...problem, signal } : { ...problem, eps: DENSE * problem.eps };
}
