import { matching } from '../check/measurements.ts';
import { axisNamed } from '../theory/curve.ts';
import { facesLinf, LINF_SCOPE, linfIsKnown } from './norms.ts';
import { type AxisName, defaults, type Settings } from './parameters.ts';
import { pinNames } from './pins.ts';
import { pointText, readPoint } from './pointText.ts';
import { isOfStory, SCENE_NAMES, STORY_SCOPE, stateOf } from './scenes.ts';
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
const once: readonly string[] = ['view', 'scene', ...settingNames, ...views, ...pinKeys];

/** The link of the workbench as it opens by itself. */
const WORKBENCH = 'view=workbench';

/**
 * The state as the part of a link after `#`: what is as usual in the scene, or in the workbench, is left out, and so are
 * points that are not on the curves.
 */
export function toLink({ settings, measurements, pins, own: _, scene, ...view }: State): string {
  const usual = scene === null ? initialState : stateOf(scene);
  const query = new URLSearchParams({
    ...(scene !== null && { scene }),
    ...settingsEntries(settings, usual.settings),
  });
  for (const name of views) if (view[name] !== usual[name]) query.set(name, String(view[name]));
  for (const name of pinNames) if (pins[name]) query.set(`pin${name}`, settingsText(pins[name], defaults));
  for (const { measurement } of matching(measurements, settings, axisNamed(view.axis)))
    query.append('point', pointText(measurement, settings));
  return query.toString() || WORKBENCH;
}

/**
 * The state of a link: a scene of the story, the first one where the link is empty, or else the workbench. A part that
 * is not valid takes its usual value; name and value of what was ignored are in `complaints`.
 */
export function fromLink(link: string): { state: State; complaints: string[] } {
  const query = new URLSearchParams(link);
  const complaints = strayParts(query);
  const choice = choiceFrom(query, complaints);
  choice('view', ['workbench'], 'workbench');
  const first = SCENE_NAMES[0];
  const asked = query.size === 0 ? first : query.has('scene') ? choice('scene', SCENE_NAMES, first) : null;
  const usual = asked === null ? initialState : stateOf(asked);
  const settings = readSettings(query, usual.settings, complaints);
  const scene = isOfStory(settings) ? asked : null;
  if (scene !== asked) complaints.push(`scene=${asked}: ${STORY_SCOPE}`);
  let axis = choice('axis', axes, usual.axis);
  if (facesLinf(settings) && !linfIsKnown(settings, axis)) {
    complaints.push(`axis=${axis}: ${LINF_SCOPE}`);
    axis = usual.axis;
  }
  const integer = (name: 'd' | 'seeds', most: number): number => {
    const text = query.get(name);
    if (text === null) return usual[name];
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    complaints.push(`${name}=${text} is not a whole number from 1 to ${most}`);
    return usual[name];
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
      scene,
      settings,
      axis,
      yScale: choice('yScale', ['linear', 'log'], usual.yScale),
      mapOf: choice('mapOf', ['standardRisk', 'adversarialRisk'], usual.mapOf),
      theme: choice('theme', ['auto', 'light', 'dark'], usual.theme),
      d: integer('d', MAX_D),
      seeds: integer('seeds', MAX_SEEDS),
      measurements,
      pins,
      own: null,
      screen: choice('screen', ['page', 'projector', 'embed'], usual.screen),
    },
  };
}

/** Parts that no link has, or that stand in one a second time, in words. */
function strayParts(query: URLSearchParams): string[] {
  return [...new Set(query.keys())].flatMap((name) => {
    if (name === 'point') return [];
    const values = query.getAll(name);
    return once.includes(name)
      ? values.slice(1).map((value) => `${name}=${value} comes after ${name}=${values[0]}`)
      : values.map((value) => `${name}=${value} is nothing that a link holds`);
  });
}

export const MAX_D = 200;
export const MAX_SEEDS = 50;
