import { checkOptions } from '../checkOptions.ts';
import { checkNonNegative, checkPositive } from '../errors.ts';
import type { LabelLaw } from './channels/labels.ts';
import { isMarginLoss, type MarginLoss, type ResidualLoss } from './channels/losses.ts';
import type { Noise } from './channels/noise.ts';
import { residualKind } from './channels/residualKind.ts';
import { CLASSIFICATION_OPTIONS, teacherOn } from './classification.ts';
import {
  criticalPoint,
  labelScore,
  residualScore,
  squareScore,
  type UntrainedScore,
} from './criticalRadius.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';
import { attackKind, DENSE, type Norm } from './linf/norms.ts';
import type { Signal } from './linf/signal.ts';
import { labelVariance } from './phases.ts';
import { RISK_OPTIONS } from './riskOptions.ts';
import { attackedBy, type TrainingProblem } from './trainingProblem.ts';

/** The problem whose null phase {@link criticalEps} finds. */
export interface CriticalEpsOptions {
  /** n/d; > 0 */
  readonly psi2: number;
  /** standard deviation of the label noise; default 0 */
  readonly tau?: number;
  /** |beta|; default 1 */
  readonly rho?: number;
  /** energy of a part of the target no linear function explains; it acts as noise; default 0 */
  readonly nonlinearEnergy?: number;
  /** the loss of the residual; default 'square' */
  readonly loss?: ResidualLoss;
  /** the law of the label noise; default 'gaussian' */
  readonly noise?: Noise;
  /** what bounds the attack in training: 'l2' (default), or 'linf', every |delta_j| <= eps/sqrt(d) */
  readonly norm?: Norm;
  /** the law of the coordinates of beta, of which an attack in linf knows; default 'gaussian' */
  readonly signal?: Signal;
}

/** The same for a classifier, of any loss of the margin. */
export interface CriticalClassificationOptions extends Omit<CriticalEpsOptions, 'loss' | 'noise'> {
  /** a loss of the margin; which one does not matter */
  readonly loss: MarginLoss;
  /** default 'probit' */
  readonly labels?: LabelLaw;
  /** probability that a label is turned over; default 0 */
  readonly flip?: number;
}

/**
 * The training radius from which on, itself included, theta = 0 exactly and both risks equal E y^2 (the null phase).
 * It does not depend on lambda: at theta = 0 the penalty has no slope, the attack has one of eps sqrt(2/pi E y^2) q.
 * Infinity where the attack cannot reach some of the features (J is singular there and F is not), and against linf for linear
 * features, of which some coordinate always stands out.
 * @param options sample size and noise; the other options of `asymptoticRisk` may stand beside them and do not matter
 * @throws InvalidArgumentError when psi2 or rho is not > 0, tau or nonlinearEnergy not >= 0, or an option is unknown.
 */
export function criticalEps(
  map: FeatureMap,
  options: CriticalEpsOptions | CriticalClassificationOptions,
): number {
  checkMap(map);
  const ofMargin = isMarginLoss((options as Partial<CriticalClassificationOptions> | undefined)?.loss);
  checkOptions('criticalEps', options, ofMargin ? CLASSIFICATION_OPTIONS : RISK_OPTIONS);
  const { psi2, tau = 0, rho = 1, nonlinearEnergy = 0 } = options;
  checkPositive('psi2', psi2);
  checkPositive('rho', rho);
  const noise = checkNonNegative('tau', tau) ** 2 + checkNonNegative('nonlinearEnergy', nonlinearEnergy);
  const attack = attackKind(options);
  // Beyond any, so that its own radius is looked for.
  const anywhere: TrainingProblem = { psi2, rho, lambda: 0, eps: Infinity };
  const problem = attack ? attackedBy(map, anywhere, attack) : anywhere;
  const { eps } = criticalPoint(map, problem, score());
  return attack?.norm === 'linf' && !problem.signal ? eps / DENSE : eps;

  function score(): UntrainedScore {
    if (ofMargin) return labelScore(teacherOn(map, options as CriticalClassificationOptions));
    const kind = residualKind(options as CriticalEpsOptions, options.tau, nonlinearEnergy);
    return kind ? residualScore(map, { rho, ...kind }) : squareScore(labelVariance(map, { noise, rho }));
  }
}
