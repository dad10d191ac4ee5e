import { matching } from '../check/measurements.ts';
import { axisNamed } from '../theory/curve.ts';
import { facesLinf, LINF_SCOPE, linfIsKnown } from './norms.ts';
import { type AxisName, defaults, type Settings } from './parameters.ts';
import { pinNames } from './pins.ts';
import { pointText, readPoint } from './pointText.ts';
import {
  choiceFrom,
  readSettings,
  settingNames,
  settingsEntries,
  settingsFromText,
  settingsText,
} from './settingsText.ts';
import { initialState, type State } from './state.ts';

const axes: readonly AxisName[] = ['psi1', 'psi2', 'eps', 'epsTest', 'lambda', 'tau', 'depth', 'activation'];
const views = ['axis', 'yScale', 'mapOf', 'theme', 'd', 'seeds', 'screen'] as const;
const pinKeys = pinNames.map((name) => `pin${name}` as const);
const once: readonly string[] = [...settingNames, ...views, ...pinKeys];

/** The state as the part of a link after `#`: default values are left out, and points that are not on the curves. */
export function toLink({ settings, measurements, pins, own: _, ...view }: State): string {
  const query = new URLSearchParams(settingsEntries(settings, defaults));
  for (const name of views) if (view[name] !== initialState[name]) query.set(name, String(view[name]));
  for (const name of pinNames) if (pins[name]) query.set(`pin${name}`, settingsText(pins[name], defaults));
  for (const { measurement } of matching(measurements, settings, axisNamed(view.axis)))
    query.append('point', pointText(measurement, settings));
  return query.toString();
}

/** The state of a link. A part that is not valid takes its default value; name and value of what was ignored are in `complaints`. */
export function fromLink(link: string): { state: State; complaints: string[] } {
  const complaints: string[] = [];
  const query = new URLSearchParams(link);
  for (const name of new Set(query.keys())) {
    if (name === 'point') continue;
    const values = query.getAll(name);
    if (!once.includes(name))
      complaints.push(...values.map((value) => `${name}=${value} is nothing that a link holds`));
    else
      complaints.push(...values.slice(1).map((value) => `${name}=${value} comes after ${name}=${values[0]}`));
  }
  const settings = readSettings(query, defaults, complaints);
  const choice = choiceFrom(query, complaints);
  let axis = choice('axis', axes, initialState.axis);
  if (facesLinf(settings) && !linfIsKnown(settings, axis)) {
    complaints.push(`axis=${axis}: ${LINF_SCOPE}`);
    axis = initialState.axis;
  }
  const integer = (name: 'd' | 'seeds', most: number): number => {
    const text = query.get(name);
    if (text === null) return initialState[name];
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    complaints.push(`${name}=${text} is not a whole number from 1 to ${most}`);
    return initialState[name];
  };
  const measurements = query.getAll('point').flatMap((text) => {
    const point = readPoint(text, settings);
    if (point === undefined) complaints.push(`point=${text} is not a measured point`);
    return point ?? [];
  });
  const pins: Record<string, Settings> = {};
  for (const name of pinNames) {
    const text = query.get(`pin${name}`);
    if (text === null) continue;
    const pinned = settingsFromText(text, defaults);
    if (pinned) pins[name] = pinned;
    else complaints.push(`pin${name}=${text} is not a pinned curve`);
  }
  return {
    complaints,
    state: {
      settings,
      axis,
      yScale: choice('yScale', ['linear', 'log'], initialState.yScale),
      mapOf: choice('mapOf', ['standardRisk', 'adversarialRisk'], initialState.mapOf),
      theme: choice('theme', ['auto', 'light', 'dark'], initialState.theme),
      d: integer('d', MAX_D),
      seeds: integer('seeds', MAX_SEEDS),
      measurements,
      pins,
      own: null,
      screen: choice('screen', ['page', 'projector', 'embed'], initialState.screen),
    },
  };
}

export const MAX_D = 200;
export const MAX_SEEDS = 50;
