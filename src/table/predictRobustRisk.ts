import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger, checkNonNegative, InvalidArgumentError } from '../errors.ts';
import type { MeasuredMoments } from '../evaluation/measureFeatures.ts';
import { estimatedFeatures } from '../theory/featureMaps/estimatedFeatures.ts';
import type { FeatureMap } from '../theory/featureMaps/featureMap.ts';
import { type AsymptoticRisk, adversarialRiskAt, criticalEps } from '../theory/index.ts';
import { squareRisk } from '../theory/regressionRisk.ts';
import { type SaddlePoint, solveSaddlePoint } from '../theory/saddlePoint.ts';

/** One value, or a list of them. */
export type OneOrMany = number | readonly number[];

/** The settings to predict at: every combination of the values given. */
export interface PredictionGrid {
  /** Training rows. */
  readonly n: OneOrMany;
  /** l2 radius in training, in units of the inputs that were measured. */
  readonly eps: OneOrMany;
  /** Ridge penalty (lambda/2)|theta|^2. Default 0. */
  readonly lambda?: OneOrMany | undefined;
  /** l2 radius at test; default that of training. */
  readonly epsTest?: number | undefined;
}

const GRID: OptionNames<PredictionGrid> = { n: true, eps: true, lambda: true, epsTest: true };

/** What the theory expects of a training that has not been run: a prediction, not a theorem. */
export interface RiskPrediction {
  /** Training rows. */
  readonly n: number;
  /** Radius in training, in units of the inputs that were measured. */
  readonly eps: number;
  /** Ridge penalty. */
  readonly lambda: number;
  /** Radius at test. */
  readonly epsTest: number;
  /** E (y - f(x))^2 on new rows. */
  readonly standardRisk: number;
  /** E max over |delta| <= epsTest of (y - f(x + delta))^2. */
  readonly adversarialRisk: number;
  /** Root mean square over inputs of |grad f(x)|. */
  readonly gradientNorm: number;
  /** (1/n) sum r_i^2 on the clean training rows. */
  readonly trainingError: number;
  /** Share of the training rows that are fitted exactly. */
  readonly interpolatedFraction: number;
  /** As in {@link AsymptoticRisk}. */
  readonly phase: AsymptoticRisk['phase'];
  /** Whether the equations are solved to working precision. */
  readonly converged: boolean;
}

const maps = new WeakMap<MeasuredMoments, FeatureMap>();

/** The measured features as the theory sees them; psi2 counts training rows. Diagonalised once for each measurement. */
export function measuredMap(measured: MeasuredMoments): FeatureMap {
  if (measured === null || typeof measured !== 'object' || !('J' in measured && 'F' in measured))
    throw new InvalidArgumentError('measured', measured, 'moments, as measureFeatures gives them');
  let map = maps.get(measured);
  if (!map) {
    const { F, J, c, targetVariance, rows } = measured;
    map = estimatedFeatures({ F, J, c, targetVariance, rows, norms: false });
    maps.set(measured, map);
  }
  return map;
}

/**
 * Standard and adversarial risk of read-outs, with an intercept, adversarially trained on n rows of a data set, before
 * training any: the saddle-point equations on measured features. One prediction for each combination of n, lambda and eps,
 * eps running fastest.
 *
 * Gaussian equivalence of the features, and one gradient norm for all inputs: predictions, not theorems. They are best
 * where rows are many and eps is not small, and the features are well spread.
 *
 * At lambda = 0 a prediction takes well under a millisecond after one diagonalisation of order N; with lambda > 0
 * fifteen or so eigenproblems of order N for every factor of 50 in the strength of the attack that the grid spans come
 * first.
 * @throws InvalidArgumentError for n, eps or lambda out of range; UserError when fewer rows than features were measured
 */
export function predictRobustRisk(measured: MeasuredMoments, grid: PredictionGrid): RiskPrediction[] {
  checkOptions('predictRobustRisk', grid ?? null, GRID);
  const ns = listed('n', grid.n).map((n) => checkInteger('n', n, 2));
  const epsilons = listed('eps', grid.eps).map((eps) => checkNonNegative('eps', eps));
  const lambdas = listed('lambda', grid.lambda ?? 0).map((lambda) => checkNonNegative('lambda', lambda));
  const map = measuredMap(measured);
  const found: RiskPrediction[] = [];
  for (const n of ns)
    for (const lambda of lambdas) {
      let start: SaddlePoint | undefined;
      for (const eps of epsilons) {
        const problem = { psi2: n, eps, lambda, noise: 0, rho: 1 };
        const point = solveSaddlePoint(map, problem, start);
        start = point;
        const epsTest = grid.epsTest ?? eps;
        const risk = squareRisk(point, problem, epsTest);
        found.push({
          n,
          eps,
          lambda,
          epsTest,
          standardRisk: risk.standardRisk,
          adversarialRisk: adversarialRiskAt(risk, checkNonNegative('epsTest', epsTest)),
          gradientNorm: risk.gradientNorm,
          trainingError: risk.trainingError,
          interpolatedFraction: risk.interpolatedFraction,
          phase: risk.phase,
          converged: risk.converged,
        });
      }
    }
  return found;
}

/**
 * The radius from which on training on n rows gives theta = 0.
 * @param n training rows
 * @throws InvalidArgumentError for n < 2; UserError when fewer rows than features were measured
 */
export const predictedCriticalEps = (measured: MeasuredMoments, n: number): number =>
  criticalEps(measuredMap(measured), { psi2: checkInteger('n', n, 2) });

function listed(name: string, values: OneOrMany): readonly number[] {
  const list = typeof values === 'number' ? [values] : values;
  if (!Array.isArray(list)) throw new InvalidArgumentError(name, values, 'a number or a list of numbers');
  if (list.length === 0) throw new InvalidArgumentError(name, '[]', 'at least one value');
  return list;
}
