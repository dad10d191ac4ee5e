import { InvalidArgumentError } from './errors.ts';
import type { FeatureMap } from './featureMaps/featureMap.ts';
import { type Grid, gridValues } from './grids.ts';
import { type AsymptoticRisk, type RiskOptions, resolveRiskOptions, riskOf } from './risk.ts';
import { type SaddlePoint, solveSaddlePoint } from './saddlePoint.ts';

/** A proportion of the feature map (psi1; width1, width2, ... of a deep one) or a number of `RiskOptions`. */
export type Parameter =
  | 'psi2'
  | 'eps'
  | 'lambda'
  | 'tau'
  | 'rho'
  | 'epsTest'
  | 'nonlinearEnergy'
  | (string & {});

const scalars: readonly Parameter[] = ['psi2', 'eps', 'lambda', 'tau', 'rho', 'epsTest', 'nonlinearEnergy'];

/** Which parameter runs, and over what: explicit values or a grid. */
export interface Axis {
  /** What runs. */
  readonly parameter: Parameter;
  /** Where it stops. */
  readonly values: readonly number[] | Grid;
}

/** The options of a curve; those that run along an axis may be left out. */
export type PartialRiskOptions = Partial<Omit<RiskOptions, 'certify'>>;

/** A point of {@link riskCurve}: the risks, and where they are. */
export type CurvePoint = AsymptoticRisk & {
  /** the value of the running parameter */
  readonly at: number;
};

/**
 * Risks along a line of parameters, each point started from its neighbour. Where epsTest is not given it follows eps.
 * @param options the training problem; what runs along the axis may be left out
 * @throws InvalidArgumentError for a parameter that neither the map nor the options have, or a value out of its domain.
 */
export function riskCurve(map: FeatureMap, options: PartialRiskOptions, axis: Axis): CurvePoint[] {
  const curve = tracer(map, options, [axis]);
  return axisValues(axis).map((at) => ({ at, ...curve.visit([at]) }));
}

/** The risks over a rectangle of two parameters. */
export interface RiskSurface {
  /** values of the parameter of x */
  readonly x: readonly number[];
  /** values of the parameter of y */
  readonly y: readonly number[];
  /** risks[i][j] at y[i], x[j] */
  readonly risks: readonly (readonly AsymptoticRisk[])[];
}

/**
 * Risks over a rectangle of two parameters; throws as `riskCurve` does.
 * @param options the training problem; what runs along the axes may be left out
 */
export function riskSurface(
  map: FeatureMap,
  options: PartialRiskOptions,
  axes: { readonly x: Axis; readonly y: Axis },
): RiskSurface {
  const x = axisValues(axes.x);
  const y = axisValues(axes.y);
  if (axes.x.parameter === axes.y.parameter)
    throw new InvalidArgumentError('y', axes.y.parameter, 'another parameter than that of x');
  // The map changes along rows only if it must: making one costs more than a step of the solver.
  const surface = tracer(map, options, [axes.y, axes.x]);
  const risks = y.map((atY, i) => {
    // To and fro, so that every start is a neighbour.
    const row = new Array<AsymptoticRisk>(x.length);
    for (let step = 0; step < x.length; step++) {
      const j = i % 2 === 0 ? step : x.length - 1 - step;
      row[j] = surface.visit([atY, x[j]!]);
    }
    return row;
  });
  return { x, y, risks };
}

export const axisValues = ({ values }: Axis): readonly number[] =>
  'count' in values ? gridValues(values) : values;

/** Walks from point to point: sets the axes' parameters, keeps the last map and the last solution. */
export function tracer(
  map: FeatureMap,
  options: PartialRiskOptions,
  axes: readonly Pick<Axis, 'parameter'>[],
) {
  for (const { parameter } of axes)
    if (!(parameter in map.proportions) && !scalars.includes(parameter))
      throw new InvalidArgumentError(
        'parameter',
        parameter,
        `one of ${[...Object.keys(map.proportions), ...scalars].join(', ')}`,
      );
  const current: Record<string, number | boolean | undefined> = { ...options };
  let currentMap = map;
  let last: SaddlePoint | undefined;
  return {
    visit(values: readonly number[]): AsymptoticRisk {
      for (let i = 0; i < axes.length; i++) {
        const { parameter } = axes[i]!;
        const value = values[i]!;
        if (!(parameter in map.proportions)) current[parameter] = value;
        else if (currentMap.proportions[parameter] !== value)
          currentMap = currentMap.with({ [parameter]: value });
      }
      const { problem, epsTest } = resolveRiskOptions(current as unknown as RiskOptions);
      const solution = solveSaddlePoint(currentMap, problem, last);
      if (solution.phase === 'learning') last = solution;
      return riskOf(solution, problem, epsTest);
    },
  };
}
