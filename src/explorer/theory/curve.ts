import { activationNames, gridValues, riskCurve } from '../../theory/index.ts';
import { type AxisName, MAX_DEPTH, parameters, type Settings } from '../state/parameters.ts';
import { costOf, isClassifier, mapOf, numberOf, questionOf, riskAt } from './ask.ts';
import { remembered } from './keptAnswers.ts';
import { fitting, newPace } from './pace.ts';
import { ofClasses, ofValues, type PageRisk } from './pageRisk.ts';

/** What a curve runs along: a range of numbers, or a few named places. */
export type Axis =
  | {
      readonly name: AxisName;
      readonly kind: 'range';
      readonly from: number;
      readonly to: number;
      readonly scale: 'linear' | 'log';
    }
  | { readonly name: AxisName; readonly kind: 'places'; readonly places: readonly string[] };

/** A point of a curve: `at` is the parameter's value, or the number of the place. */
export type RiskAt = PageRisk & { readonly at: number };

function newAxis(name: AxisName): Axis {
  if (name === 'activation') return { name, kind: 'places', places: activationNames };
  if (name === 'depth')
    return { name, kind: 'places', places: Array.from({ length: MAX_DEPTH }, (_, i) => String(i + 1)) };
  const { from, to, scale } = parameters[name];
  return { name, kind: 'range', from, to, scale };
}

/** The axis of that name, which is one object. */
export const axisNamed = remembered(newAxis);

/** The same settings at another place of an axis. */
export function settingsAt(settings: Settings, axis: Axis, at: number): Settings {
  if (axis.name === 'activation') return { ...settings, activation: activationNames[at]! };
  if (axis.name === 'depth') return { ...settings, depth: at + 1 };
  return { ...settings, [axis.name]: at };
}

/** A place of an axis: its name, or the number that it is. */
export const placeText = (axis: Axis, at: number, numberText: (value: number) => string = String): string =>
  axis.kind === 'places' ? axis.places[at]! : numberText(at);

/** Where the settings lie on an axis. */
export function placeOf(settings: Settings, { name }: Axis): number {
  if (name === 'activation') return activationNames.indexOf(settings.activation);
  if (name === 'depth') return settings.depth - 1;
  return numberOf(settings, name);
}

/** The library's name of an axis of numbers: the width of a deep map is that of its last layer. */
export const libraryName = (name: AxisName, { depth }: Settings): string =>
  name === 'psi1' && depth > 1 ? `width${depth}` : name;

/** Points of a curve. */
const COUNTS = { low: 151, middle: 101, high: 41 } as const;

/** How many points a curve has at rest, and while its settings move as many of them as there is time for in a frame. */
export function pointsOf(settings: Settings): { readonly atRest: number; readonly moving: number } {
  const atRest = COUNTS[costOf(settings)];
  return { atRest, moving: fitting(atRest, pace.each(kindOf(settings))) };
}

const pace = newPace();
/** Settings whose curves take about as long. */
const kindOf = ({ loss, noise, labels, norm, depth, spectrum }: Settings): string =>
  [loss, noise, labels, norm, depth, spectrum].join();

/** Standard and adversarial risk along an axis. */
export function curveAlong(settings: Settings, axis: Axis, count = pointsOf(settings).atRest): RiskAt[] {
  if (axis.kind === 'places')
    return axis.places.map((_, at) => ({ at, ...riskAt(settingsAt(settings, axis, at)) }));
  const { from, to, scale } = axis;
  const values = gridValues({ from, to, scale, count });
  // The peak of unregularised features is narrow, so the curve has its exact place and closer points around it.
  const peak = isClassifier(settings)
    ? undefined
    : axis.name === 'psi1'
      ? settings.psi2
      : axis.name === 'psi2'
        ? settings.psi1
        : undefined;
  if (peak !== undefined && peak > from && peak < to) {
    values.push(peak, ...CLOSE.flatMap((step) => [peak * (1 - step), peak * (1 + step)]));
    values.sort((a, b) => a - b);
  }
  // The limit of eps to 0 at lambda = 0 is not the risk at eps = 0, so the curve has a point close to 0 as well.
  if (axis.name === 'eps' && settings.lambda === 0) values.splice(1, 0, 1e-4);
  const along = {
    parameter: libraryName(axis.name, settings),
    values: values.filter((value, i) => value !== values[i - 1]),
  };
  const { classes, options } = questionOf(settings);
  return classes
    ? riskCurve(mapOf(settings), options, along).map((risk) => ({ at: risk.at, ...ofClasses(risk) }))
    : riskCurve(mapOf(settings), options, along).map((risk) => ({ at: risk.at, ...ofValues(risk) }));
}

/** The same, remembered while what it depends on stays: neither the settings' own place nor what else is in the page. */
export const curveOf = remembered(
  ({ settings, axis, count }: { settings: Settings; axis: AxisName; count?: number }) =>
    pace.timed(kindOf(settings), () => curveAlong(settings, axisNamed(axis), count)),
  (question) => {
    const axis = axisNamed(question.axis);
    const start = axis.kind === 'range' ? axis.from : 0;
    return { ...question, settings: settingsAt(question.settings, axis, start) };
  },
);

const CLOSE = [1e-3, 3e-3, 8e-3, 1.5e-2];
