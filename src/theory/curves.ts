import { checkOptions, given, type OptionNames } from '../checkOptions.ts';
import { checkPositive, InvalidArgumentError } from '../errors.ts';
import { checkFlip } from './channels/labels.ts';
import {
  CLASSIFICATION_NUMBERS,
  CLASSIFICATION_OPTIONS,
  type ClassificationOptions,
  type ClassificationRisk,
  resolveClassification,
} from './classification.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';
import { type Grid, gridValues } from './grids.ts';
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
const isScalar = (parameter: string): parameter is Scalar => Object.hasOwn(CLASSIFICATION_NUMBERS, parameter);

const AXES = { x: true, y: true } as const;
const AXIS: OptionNames<Axis> = { parameter: true, values: true };

/** Which parameter runs, and over what: explicit values or a grid. */
export interface Axis {
  /** What runs. */
  readonly parameter: Parameter;
  /** Where it stops. */
  readonly values: readonly number[] | Grid;
}

/** The options of a curve; those that run along an axis may be left out. */
export type PartialRiskOptions = Partial<Omit<RiskOptions, 'certify'>>;

/** The same of a classifier, which is one by its loss. */
export type PartialClassificationOptions = Partial<ClassificationOptions> &
  Pick<ClassificationOptions, 'loss'>;

/** A point of {@link riskCurve}: the risks, and where they are. */
export type CurvePoint = AsymptoticRisk & {
  /** the value of the running parameter */
  readonly at: number;
};

/** A point of {@link riskCurve} of a classifier. */
export type ClassificationCurvePoint = ClassificationRisk & {
  /** the value of the running parameter */
  readonly at: number;
};

/**
 * Risks along a line of parameters, each point started from its neighbour. Where epsTest is not given it follows eps.
 * @param options the training problem; what runs along the axis may be left out
 * @throws InvalidArgumentError for a parameter that neither the map nor the options have, or a value out of its domain.
 */
export function riskCurve(map: FeatureMap, options: PartialRiskOptions, axis: Axis): CurvePoint[];
/** The same of a classifier. @throws InvalidArgumentError as above */
export function riskCurve(
  map: FeatureMap,
  options: PartialClassificationOptions,
  axis: Axis,
): ClassificationCurvePoint[];
export function riskCurve(
  map: FeatureMap,
  options: PartialRiskOptions | PartialClassificationOptions,
  axis: Axis,
): (CurvePoint | ClassificationCurvePoint)[] {
  const values = axisValues(axis);
  const curve = tracer(map, options, [axis.parameter]);
  return values.map((at) => ({ at, ...curve.visit([at]) }));
}

/** The risks over a rectangle of two parameters. */
export interface RiskSurface<Risk = AsymptoticRisk> {
  /** values of the parameter of x */
  readonly x: readonly number[];
  /** values of the parameter of y */
  readonly y: readonly number[];
  /** risks[i][j] at y[i], x[j] */
  readonly risks: readonly (readonly Risk[])[];
}

/**
 * Risks over a rectangle of two parameters; throws as `riskCurve` does.
 * @param options the training problem; what runs along the axes may be left out
 */
export function riskSurface(
  map: FeatureMap,
  options: PartialRiskOptions,
  axes: { readonly x: Axis; readonly y: Axis },
): RiskSurface;
/** The same of a classifier. */
export function riskSurface(
  map: FeatureMap,
  options: PartialClassificationOptions,
  axes: { readonly x: Axis; readonly y: Axis },
): RiskSurface<ClassificationRisk>;
export function riskSurface(
  map: FeatureMap,
  options: PartialRiskOptions | PartialClassificationOptions,
  axes: { readonly x: Axis; readonly y: Axis },
): RiskSurface<AsymptoticRisk | ClassificationRisk> {
  checkOptions('riskSurface', axes ?? null, AXES);
  const x = axisValues(axes.x);
  const y = axisValues(axes.y);
  if (axes.x.parameter === axes.y.parameter)
    throw new InvalidArgumentError('y', axes.y.parameter, 'another parameter than that of x');
  // The map changes along rows only if it must: making one costs more than a step of the solver.
  const surface = tracer(map, options, [axes.y.parameter, axes.x.parameter]);
  const risks = y.map((atY, i) => {
    // To and fro, so that every start is a neighbour.
    const row = new Array<AsymptoticRisk | ClassificationRisk>(x.length);
    for (let step = 0; step < x.length; step++) {
      const j = i % 2 === 0 ? step : x.length - 1 - step;
      row[j] = surface.visit([atY, x[j]!]);
    }
    return row;
  });
  return { x, y, risks };
}

/** The values of an axis. @throws InvalidArgumentError for an unknown field, or one that is no value of its parameter */
function axisValues(axis: Axis): readonly number[] {
  checkOptions('an axis', axis ?? null, AXIS);
  const { parameter, values } = axis;
  const listed = Array.isArray(values) ? (values as readonly number[]) : gridValues(values as Grid);
  if (listed.length === 0) throw new InvalidArgumentError('values', listed, 'at least one value');
  for (const value of listed)
    if (parameter === 'flip') checkFlip(value);
    else if (isScalar(parameter)) resolveRiskOptions({ psi2: 1, eps: 1, [parameter]: value });
    else checkPositive(parameter, value);
  return listed;
}

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
