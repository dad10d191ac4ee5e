import { increasingRoot } from '../../numerics/rootFinding.ts';
import { type AxisName, parameters, type Settings } from '../state/parameters.ts';
import type { Measure } from '../state/state.ts';
import { riskAt } from './ask.ts';
import { axisNamed, curveAlong, settingsAt } from './curve.ts';

/** A number that may be solved for. */
export type Solvable = Exclude<AxisName, 'depth' | 'activation'>;

export interface Answer {
  /** the values of the parameter that give the risk, in order; values of a narrow pair of crossings may be missed */
  readonly values: readonly number[];
  /** the risks between least and most occur along the range of the parameter */
  readonly least: number;
  readonly most: number;
}

/** A found value gives the wanted risk to this accuracy; where it does not, the risk jumps across it. */
const ACCURACY = 1e-7;

/**
 * Which values of one parameter, within the range of its slider, give a risk: every change of sign along the curve is
 * closed in on. Jumps, as at eps = lambda = 0, are no solutions.
 */
export function settingsFor(settings: Settings, parameter: Solvable, measure: Measure, risk: number): Answer {
  const axis = axisNamed(parameter);
  const riskOf = (at: number): number => riskAt(settingsAt(settings, axis, at))[measure];
  const { zero } = parameters[parameter];
  const places = [
    ...(zero ? [{ at: 0, risk: riskOf(0) }] : []),
    ...curveAlong(settings, axis).map((point) => ({ at: point.at, risk: point[measure] })),
  ];
  const values: number[] = [];
  const found = (at: number): void => {
    if (Math.abs(riskOf(at) - risk) <= ACCURACY * Math.max(1, risk) && values.at(-1) !== at) values.push(at);
  };
  for (const [i, { at, risk: here }] of places.entries()) {
    const before = places[i - 1];
    if (before && (before.risk - risk) * (here - risk) < 0)
      found(crossing((value) => riskOf(value) - risk, before.at, at));
    if (here === risk) found(at);
  }
  const risks = places.map((place) => place.risk);
  return { values, least: Math.min(...risks), most: Math.max(...risks) };
}

/** Where a function of opposite signs at both ends, both positive or the lower one 0, is 0. */
function crossing(f: (x: number) => number, from: number, to: number): number {
  const [into, out] = from > 0 ? [Math.log, Math.exp] : [(x: number) => x, (x: number) => x];
  const sign = f(to) > 0 ? 1 : -1;
  const within = (x: number): number => Math.min(to, Math.max(from, out(x)));
  const [low, high] = [into(from), into(to)];
  // The search steps outwards by halves and ends at the ends of the interval, scaled here to one step.
  const span = high - low;
  const { value } = increasingRoot((x) => sign * f(within(low + span * x)), 0.5);
  return within(low + span * value);
}
