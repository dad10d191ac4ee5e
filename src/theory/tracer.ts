import { checkOptions, given } from '../checkOptions.ts';
import { InvalidArgumentError } from '../errors.ts';
import {
  CLASSIFICATION_NUMBERS,
  CLASSIFICATION_OPTIONS,
  type ClassificationOptions,
  type ClassificationRisk,
  resolveClassification,
} from './classification.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';
import { regressionRisk, squareRisk } from './regressionRisk.ts';
import type { AsymptoticRisk } from './risk.ts';
import {
  isClassification,
  PROBLEM_OPTIONS,
  REGRESSION_NUMBERS,
  type RiskOptions,
  resolveRiskOptions,
} from './riskOptions.ts';
import { type SaddlePoint, solveSaddlePoint } from './saddlePoint.ts';
import { solveClassification } from './solveClassification.ts';

/** A proportion of the feature map (psi1; width1, width2, ... of a deep one) or a number of `RiskOptions`. */
export type Parameter =
  | 'psi2'
  | 'eps'
  | 'lambda'
  | 'tau'
  | 'rho'
  | 'epsTest'
  | 'nonlinearEnergy'
  | 'flip'
  | (string & {});

type Scalar = keyof typeof CLASSIFICATION_NUMBERS;
export const isScalar = (parameter: string): parameter is Scalar =>
  Object.hasOwn(CLASSIFICATION_NUMBERS, parameter);

/** The options of a curve; those that run along an axis may be left out. */
export type PartialRiskOptions = Partial<Omit<RiskOptions, 'certify'>>;

/** The same of a classifier, which is one by its loss. */
export type PartialClassificationOptions = Partial<ClassificationOptions> &
  Pick<ClassificationOptions, 'loss'>;

/** Goes from point to point of a problem some of whose parameters run. */
export interface Path<Risk = AsymptoticRisk> {
  /** The risks where the running parameters have these values, in their order. Values are not checked here. */
  visit(values: readonly number[]): Risk;
}

/**
 * Checks the problem once; then sets the running parameters point by point and keeps the last map and the last solution.
 * @throws InvalidArgumentError for a parameter that nobody has, or an option that is unknown or out of its domain
 */
export function tracer(
  map: FeatureMap,
  options: PartialRiskOptions,
  running: readonly Parameter[],
): Path<AsymptoticRisk>;
export function tracer(
  map: FeatureMap,
  options: PartialClassificationOptions,
  running: readonly Parameter[],
): Path<ClassificationRisk>;
export function tracer(
  map: FeatureMap,
  options: PartialRiskOptions | PartialClassificationOptions,
  running: readonly Parameter[],
): Path<AsymptoticRisk | ClassificationRisk>;
export function tracer(
  map: FeatureMap,
  options: PartialRiskOptions | PartialClassificationOptions,
  running: readonly Parameter[],
): Path<AsymptoticRisk | ClassificationRisk> {
  const ofClasses = isClassification(options);
  const scalars = Object.keys(ofClasses ? CLASSIFICATION_NUMBERS : REGRESSION_NUMBERS);
  checkOptions('the training problem', options, ofClasses ? CLASSIFICATION_OPTIONS : PROBLEM_OPTIONS);
  const isProportion = running.map((parameter) => Object.hasOwn(checkMap(map).proportions, parameter));
  const { loss, noise, labels, norm, testNorm, signal, ...numbers } = given(
    options ?? {},
  ) as PartialRiskOptions & PartialClassificationOptions;
  const now = { lambda: 0, rho: 1, nonlinearEnergy: 0, ...numbers } as Record<Scalar, number>;
  running.forEach((parameter, i) => {
    if (isProportion[i]) return;
    if (!scalars.includes(parameter))
      throw new InvalidArgumentError(
        'parameter',
        parameter,
        `one of ${[...Object.keys(map.proportions), ...scalars].join(', ')}`,
      );
    // What runs need not be given; this is in the domain of each.
    now[parameter as Scalar] = 0.5;
  });
  const followsEps = now.epsTest === undefined;
  if (followsEps) now.epsTest = now.eps;
  const epsTest = (): number => (followsEps ? now.eps : now.epsTest);

  const words = given({ loss, noise, labels, norm, testNorm, signal });
  const solver = solverOf(map, now, words, ofClasses);
  let currentMap = map;
  return {
    visit(values) {
      for (let i = 0; i < running.length; i++) {
        const parameter = running[i]!;
        const value = values[i]!;
        if (!isProportion[i]) now[parameter as Scalar] = value;
        else if (currentMap.proportions[parameter] !== value)
          currentMap = currentMap.with({ [parameter]: value });
      }
      return solver(currentMap, epsTest());
    },
  };
}

/** Solves at the numbers that `now` holds, from the last solution; checks them, and the words, once. */
function solverOf(
  map: FeatureMap,
  now: Record<Scalar, number>,
  words: object,
  ofClasses: boolean,
): (map: FeatureMap, epsTest: number) => AsymptoticRisk | ClassificationRisk {
  const classification = () => ({ ...now, ...words }) as ClassificationOptions;
  const regression = () => resolveRiskOptions({ ...now, ...words });
  const checked = ofClasses ? resolveClassification(map, classification()) : regression();
  if (ofClasses || checked.attack || 'kind' in checked) {
    let last: Float64Array | undefined;
    return (here, epsTest) => {
      const { risk, at } = ofClasses
        ? solveClassification(here, { ...resolveClassification(here, classification()), epsTest }, last)
        : regressionRisk(here, { ...regression(), epsTest }, last);
      last = at ?? last;
      return risk;
    };
  }
  // By far the fastest solver, to which options checked anew at every point would be a burden.
  now.tau ??= 0;
  let last: SaddlePoint | undefined;
  return (here, epsTest) => {
    const { psi2, eps, lambda, tau, rho, nonlinearEnergy } = now;
    const problem = { psi2, eps, lambda, noise: tau * tau + nonlinearEnergy, rho };
    const solution = solveSaddlePoint(here, problem, last);
    if (solution.phase === 'learning') last = solution;
    return squareRisk(solution, problem, epsTest);
  };
}
