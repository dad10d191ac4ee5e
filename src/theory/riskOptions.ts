import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkNonNegative, checkPositive, InvalidArgumentError } from '../errors.ts';
import { isMarginLoss, type ResidualLoss } from './channels/losses.ts';
import type { Noise } from './channels/noise.ts';
import { type ResidualKind, residualKind } from './channels/residualKind.ts';
import type { ClassificationOptions } from './classification.ts';
import { type AttackKind, type AttackOptions, attackKind } from './linf/norms.ts';
import type { Problem } from './saddleEquations.ts';

/** The training problem and the attack at test, in the scaling in which n, N and d grow in proportion. */
export interface RiskOptions extends AttackOptions {
  /** n/d, training samples per input dimension; > 0 */
  readonly psi2: number;
  /** radius of the training attack, O(1) while |x| is about sqrt(d): in l2 as it is, in linf sqrt(d) times that of a coordinate; >= 0 */
  readonly eps: number;
  /** ridge penalty, (lambda/2)|theta|^2 beside (1/2n) sum (|r| + eps q)^2; default 0 */
  readonly lambda?: number;
  /** standard deviation of the label noise; default 0 */
  readonly tau?: number;
  /** norm of the signal beta; default 1 */
  readonly rho?: number;
  /** radius of the attack at test, in the units of eps; default eps */
  readonly epsTest?: number;
  /** energy of a part of the target that no linear function of x explains; it acts as Gaussian noise; default 0 */
  readonly nonlinearEnergy?: number;
  /** the loss of the residual r = y - f(x); default 'square', r^2/2 */
  readonly loss?: ResidualLoss;
  /** the law of the label noise, which matters beyond its variance tau^2; default 'gaussian' */
  readonly noise?: Noise;
  /** also check the answer by an independent route; default false */
  readonly certify?: boolean;
}

/** The names of the options that are numbers, which can run along an axis. */
export const REGRESSION_NUMBERS = {
  psi2: true,
  eps: true,
  lambda: true,
  tau: true,
  rho: true,
  epsTest: true,
  nonlinearEnergy: true,
} as const;

/** The names of the options of a problem without certificate. */
export const PROBLEM_OPTIONS: OptionNames<Omit<RiskOptions, 'certify'>> = {
  ...REGRESSION_NUMBERS,
  loss: true,
  noise: true,
  norm: true,
  testNorm: true,
  signal: true,
};

/** The names of `RiskOptions`; {@link resolveRiskOptions} refuses others. */
export const RISK_OPTIONS: OptionNames<RiskOptions> = { ...PROBLEM_OPTIONS, certify: true };

/** From here on squares overflow. */
const LARGEST = 1e150;

/** A regression, its options checked. */
export interface ResolvedRisk {
  readonly problem: Problem;
  readonly epsTest: number;
  /** there for a loss or noise that is not the default */
  readonly kind?: ResidualKind;
  /** there where a norm or a law of the signal is given */
  readonly attack?: AttackKind;
}

/** Checks the options. */
export function resolveRiskOptions(options: RiskOptions): ResolvedRisk {
  // Curves come here at every point: the check that explains itself only runs where something is wrong.
  for (const name in options)
    if (RISK_OPTIONS[name as keyof RiskOptions] !== true)
      checkOptions('asymptoticRisk', options, RISK_OPTIONS);
  const { psi2, eps, lambda = 0, tau = 0, rho = 1, epsTest = eps, nonlinearEnergy = 0 } = options;
  checkNonNegative('tau', tau);
  checkNonNegative('nonlinearEnergy', nonlinearEnergy);
  const attack = attackKind(options);
  const resolved = {
    ...(attack && { attack }),
    problem: {
      psi2: checkPositive('psi2', psi2),
      eps: checkNonNegative('eps', eps),
      lambda: checkNonNegative('lambda', lambda),
      noise: tau * tau + nonlinearEnergy,
      rho: checkPositive('rho', rho),
    },
    epsTest: checkNonNegative('epsTest', epsTest),
  };
  if (options.loss !== undefined || options.noise !== undefined) {
    const kind = residualKind(options, options.tau, nonlinearEnergy);
    if (kind) return { ...resolved, kind };
  }
  if (!(tau <= LARGEST && rho <= LARGEST && epsTest <= LARGEST)) refuseLarge({ tau, rho, epsTest });
  return resolved;
}

function refuseLarge(values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values))
    if (value > LARGEST) throw new InvalidArgumentError(name, value, `a number up to ${LARGEST}`);
}

/** Whether these options are of classification: their loss is one of the margin. */
export const isClassification = (options: unknown): options is ClassificationOptions =>
  options !== null && typeof options === 'object' && 'loss' in options && isMarginLoss(options.loss);

/** Refuses a classifier where only risks of a regression are compared. @throws InvalidArgumentError for a loss of the margin */
export function refuseClassification(of: string, options: unknown): void {
  if (isClassification(options))
    throw new InvalidArgumentError('loss', options.loss, `a loss of the residual: ${of} knows no errors`);
}
