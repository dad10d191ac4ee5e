import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkPositive, InvalidArgumentError } from '../errors.ts';
import { checkFlip } from './channels/labels.ts';
import type { ClassificationRisk } from './classification.ts';
import type { FeatureMap } from './featureMaps/featureMap.ts';
import { type Grid, gridValues } from './grids.ts';
import type { AsymptoticRisk } from './risk.ts';
import { resolveRiskOptions } from './riskOptions.ts';
import {
  isScalar,
  type Parameter,
  type PartialClassificationOptions,
  type PartialRiskOptions,
  tracer,
} from './tracer.ts';

const AXES = { x: true, y: true } as const;
const AXIS: OptionNames<Axis> = { parameter: true, values: true };

/** Which parameter runs, and over what: explicit values or a grid. */
export interface Axis {
  /** The number that varies: an option of the problem, such as eps, or a proportion of the map, such as psi1. */
  readonly parameter: Parameter;
  /** Its values, in the order in which points are wanted, or a grid of them. */
  readonly values: readonly number[] | Grid;
}

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
