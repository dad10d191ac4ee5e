import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkNonNegative, checkPositive } from '../errors.ts';
import { fractionWithin, newTruncatedGaussian, truncatedGaussian } from '../numerics/gaussian.ts';
import { increasingRoot } from '../numerics/rootFinding.ts';
import { criticalMarginRadius } from './channels/criticalMarginRadius.ts';
import { type LabelLaw, teacherOf } from './channels/labels.ts';
import { isMarginLoss, type MarginLoss, type ResidualLoss } from './channels/losses.ts';
import type { Noise } from './channels/noise.ts';
import { criticalResidualRadius, plainKind, residualKind } from './channels/residualKind.ts';
import { checkMap, type FeatureMap, type ResolventMoments } from './featureMaps/featureMap.ts';
import { criticalLinfMargin, criticalLinfRegression } from './linf/criticalRadius.ts';
import { attackKind, axesOf, DENSE, type Norm } from './linf/norms.ts';
import type { Signal } from './linf/signal.ts';
import type { Problem } from './saddleEquations.ts';

/** What a solution can be; see `asymptoticRisk`. */
export type Phase = 'null' | 'immune' | 'learning' | 'ridgeless' | 'infinite' | 'exact' | 'curse';

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

/** The other options of `asymptoticRisk` may stand beside them, so that one object serves both. */
const CRITICAL_EPS_OPTIONS: OptionNames<
  CriticalEpsOptions & { eps: number; lambda: number; epsTest: number; testNorm: Norm; certify: boolean }
> = {
  psi2: true,
  tau: true,
  rho: true,
  nonlinearEnergy: true,
  loss: true,
  noise: true,
  norm: true,
  testNorm: true,
  signal: true,
  eps: true,
  lambda: true,
  epsTest: true,
  certify: true,
};
const CRITICAL_CLASSIFICATION_OPTIONS: OptionNames<
  CriticalClassificationOptions & { eps: number; lambda: number; epsTest: number; testNorm: Norm }
> = {
  psi2: true,
  norm: true,
  testNorm: true,
  signal: true,
  loss: true,
  labels: true,
  flip: true,
  tau: true,
  rho: true,
  nonlinearEnergy: true,
  eps: true,
  lambda: true,
  epsTest: true,
};

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
  checkOptions('criticalEps', options, ofMargin ? CRITICAL_CLASSIFICATION_OPTIONS : CRITICAL_EPS_OPTIONS);
  const { psi2, tau = 0, rho = 1, nonlinearEnergy = 0 } = options;
  checkPositive('psi2', psi2);
  checkPositive('rho', rho);
  const noise = checkNonNegative('tau', tau) ** 2 + checkNonNegative('nonlinearEnergy', nonlinearEnergy);
  const attack = attackKind(options);
  const linf = attack?.norm === 'linf';
  const model = linf ? axesOf(map) : undefined;
  const unit = linf ? DENSE : 1;
  if (ofMargin) {
    const { labels, flip = 0 } = options as CriticalClassificationOptions;
    const signal = rho * rho * map.signalVariance;
    const teacher = teacherOf({ signal, ...(labels && { labels }), tau, besides: nonlinearEnergy, flip });
    return model
      ? criticalLinfMargin(model, { psi2, rho, teacher, lambda: 0, signal: attack!.signal }).eps
      : criticalMarginRadius(map, { psi2, rho, teacher }) / unit;
  }
  const kind = residualKind(options as CriticalEpsOptions, options.tau, nonlinearEnergy);
  if (model) {
    const regression = { psi2, lambda: 0, rho, signal: attack!.signal, ...(kind ?? plainKind(noise)) };
    return criticalLinfRegression(model, regression).eps;
  }
  if (kind) return criticalResidualRadius(map, { psi2, rho, ...kind }) / unit;
  return criticalRadius(map, { psi2, noise, rho }) / unit;
}

/** n = rank F to rounding. */
export const SQUARE = 1e-13;
/** The share of a critical radius from which on a problem is beyond it: nearer, rounding decides. */
export const CRITICAL = 1 - 1e-15;

/**
 * The root of (pi/2) [beta' C' J^-1 C beta / E y^2 + (1/n) tr F J^-1]; 0 where a signal estimated from rows is so far below none,
 * its noise taken out, that this is negative.
 */
export function criticalRadius(
  map: FeatureMap,
  { psi2, noise, rho }: Pick<Problem, 'psi2' | 'noise' | 'rho'>,
): number {
  if (map.unattacked) return Infinity;
  const { signal, traceF } = map.moments(0, 1, 0);
  const square = 0.5 * Math.PI * ((rho * rho * signal) / labelVariance(map, { noise, rho }) + traceF / psi2);
  return Math.sqrt(Math.max(0, square));
}

/** E y^2, the risk of predicting nothing. */
export const labelVariance = (map: FeatureMap, { noise, rho }: Pick<Problem, 'noise' | 'rho'>): number =>
  noise + rho * rho * map.signalVariance;

/** A share of F so small beside this that the next digits of a resolvent are those of its limit. */
const VANISHING = 1e-25;

/**
 * The moments of F theta = C beta, as small multiples of eps^2 J + lambda I choose among its solutions: eta A^-1 C beta at
 * (1, d eps^2, d lambda) as d -> 0. `bias` is divided by d^2: it is then theta' B F^-1 B theta with
 * B = (eps^2 J + lambda I)/max(eps^2, lambda). Where the features do not explain the whole signal `bias` is Infinity and the
 * other moments have no meaning.
 */
export function exactFit(
  map: FeatureMap,
  { eps, lambda }: Pick<Problem, 'eps' | 'lambda'>,
): ResolventMoments {
  const free = map.moments(1, 0, 0);
  if (free.bias > 1e-20 * map.signalVariance) return { ...free, bias: Infinity };
  const largest = Math.max(eps * eps, lambda);
  if (largest === 0) return free;
  const pulled = map.moments(1, (VANISHING * eps * eps) / largest, (VANISHING * lambda) / largest);
  return { ...pulled, bias: pulled.bias / (VANISHING * VANISHING) };
}

/**
 * Without noise or misfit the residuals |r| + eps q have their kinks at the true theta, F theta = C beta, and a weak
 * attack or penalty does not move the answer away from it. There the loss is c^2/2, c = eps q, and 0 is a subgradient iff
 * some g with |g_i| <= c has (1/n) Phi' g = h, h = (eps^2 J + lambda I) theta: the steps v along which the errors cost
 * less than h' v, if any, are to be excluded,
 *
 *     (c/n) |Phi v|_1 >= h' v for every v.
 *
 * With Gaussian rows the worst v makes a share P(|G| <= u) = (rank F)/n of its errors 0, and in the limit the condition is
 *
 *     c^2 P(|G| <= u) E(|G| - u)_+ / u >= h' F^-1 h.
 *
 * It is also where the saddle point reaches s = 0 with kappa s fixed. Unlimited data, psi2 = Infinity: u = 0.
 */
export function fitsExactly(map: FeatureMap, problem: Omit<Problem, 'rho'>): boolean {
  const { psi2, eps, lambda, noise } = problem;
  if (noise > 0 || psi2 <= map.rank * (1 + SQUARE)) return false;
  const { bias, signalJ } = exactFit(map, problem);
  if (bias === Infinity) return false;
  const largest = Math.max(eps * eps, lambda);
  // What is left of an h that vanishes is rounding.
  if (largest === 0) return true;
  return eps * Math.sqrt(signalJ * kinkStrength(map.rank / psi2)) >= largest * Math.sqrt(bias);
}

const gauss = newTruncatedGaussian();

/** P(|G| <= u) E(|G| - u)_+ / u at the u where P(|G| <= u) is `share`, 0 <= share < 1: falls from 2/pi to 0. */
function kinkStrength(share: number): number {
  if (share === 0) return 2 / Math.PI;
  const { value } = increasingRoot((x) => {
    const u = Math.exp(x);
    truncatedGaussian(u, gauss);
    // In the smaller of the two shares, so that neither end loses digits.
    return share < 0.5
      ? Math.log(fractionWithin(gauss, u) / share)
      : Math.log((1 - share) / Math.max(gauss.above, Number.MIN_VALUE));
  }, Math.log(share));
  const u = Math.exp(value);
  truncatedGaussian(u, gauss);
  return (share * gauss.excess) / u;
}
