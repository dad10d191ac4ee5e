import type { Measurement } from '../check/protocol.ts';
import { facesLinf, LINF_SCOPE, linfIsKnown } from './norms.ts';
import {
  type AxisName,
  choices,
  MAX_DEPTH,
  type NumberName,
  objection,
  parameters,
  type Settings,
  type WordName,
} from './parameters.ts';
import { isOfStory, SCENE_NAMES, STORY_SCOPE, stateOf } from './scenes.ts';
import { initialState, type State } from './state.ts';

const axes: readonly AxisName[] = ['psi1', 'psi2', 'eps', 'epsTest', 'lambda', 'tau', 'depth', 'activation'];
const numbers = (Object.keys(parameters) as readonly NumberName[]).filter((name) => name !== 'epsTest');
const words = Object.keys(choices) as readonly WordName[];

/** The link of the workbench as it opens by itself. */
const WORKBENCH = 'view=workbench';

/** The state as the part of a link after `#`; what is as usual in the scene, or in the workbench, is left out. */
export function toLink({ settings, measurements, scene, ...view }: State): string {
  const usual = scene === null ? initialState : stateOf(scene);
  const query = new URLSearchParams({
    ...(scene !== null && { scene }),
    ...settingsEntries(settings, usual.settings),
  });
  for (const name of ['axis', 'yScale', 'mapOf', 'theme', 'd', 'seeds'] as const)
    if (view[name] !== usual[name]) query.set(name, String(view[name]));
  for (const measurement of measurements) query.append('point', pointText(measurement, settings));
  return query.toString() || WORKBENCH;
}

/**
 * The state of a link: a scene of the story, the first one where the link is empty, or else the workbench. A part that
 * is not valid takes its default value and is named in `complaints`.
 */
export function fromLink(link: string): { state: State; complaints: string[] } {
  const complaints: string[] = [];
  const query = new URLSearchParams(link);
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
    },
  };
}

export const MAX_D = 200;
export const MAX_SEEDS = 50;

/** The settings that differ from `usual`, by name. */
function settingsEntries(settings: Settings, usual: Settings): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const name of [...numbers, ...words, 'depth'] as const)
    if (settings[name] !== usual[name]) entries[name] = String(settings[name]);
  if (settings.epsTest !== usual.epsTest)
    entries.epsTest = settings.epsTest === null ? 'eps' : String(settings.epsTest);
  return entries;
}

function readSettings(query: URLSearchParams, usual: Settings, complaints: string[]): Settings {
  const number = (name: keyof typeof parameters, otherwise: number): number => {
    const text = query.get(name);
    if (text === null) return otherwise;
    const value = text.trim() === '' ? Number.NaN : Number(text);
    const wrong = objection(parameters[name], value);
    if (wrong !== undefined) complaints.push(`${name}=${text}: ${wrong}`);
    return wrong === undefined ? value : otherwise;
  };
  const epsTest = query.get('epsTest');
  const choice = choiceFrom(query, complaints);
  const depth = query.get('depth') === null ? usual.depth : Number(query.get('depth'));
  const goodDepth = Number.isInteger(depth) && depth >= 1 && depth <= MAX_DEPTH;
  if (!goodDepth) complaints.push(`depth=${query.get('depth')} is not a whole number from 1 to ${MAX_DEPTH}`);
  const read = {
    ...Object.fromEntries(numbers.map((name) => [name, number(name, usual[name])])),
    ...Object.fromEntries(words.map((name) => [name, choice<string>(name, choices[name], usual[name])])),
    epsTest:
      epsTest === null || epsTest === 'eps'
        ? epsTest === null
          ? usual.epsTest
          : null
        : number('epsTest', usual.epsTest ?? usual.eps),
    depth: goodDepth ? depth : usual.depth,
  } as Settings;
  if (!facesLinf(read) || linfIsKnown(read)) return read;
  complaints.push(`norm=${read.norm}, testNorm=${read.testNorm}: ${LINF_SCOPE}`);
  return { ...read, norm: 'l2', testNorm: 'same' };
}

/** Reads one of some words; another is named in `complaints`, and the usual one taken. */
const choiceFrom =
  (query: URLSearchParams, complaints: string[]) =>
  <T extends string>(name: string, choices: readonly T[], usual: T): T => {
    const text = query.get(name);
    if (text === null) return usual;
    const found = choices.find((one) => one === text);
    if (found === undefined) complaints.push(`${name}=${text} is not one of ${choices.join(', ')}`);
    return found ?? usual;
  };

const SEPARATOR = '~';

/** Values, errors and counts, then the settings in which the point differs from the page's own. */
function pointText(
  { settings, d, seeds, converged, standardRisk, adversarialRisk }: Measurement,
  here: Settings,
): string {
  const short = (x: number): string => String(Number(x.toPrecision(6)));
  const numbers = [
    short(standardRisk.value),
    short(standardRisk.standardError),
    short(adversarialRisk.value),
    short(adversarialRisk.standardError),
    d,
    seeds,
    converged,
  ];
  const entries = Object.entries(settingsEntries(settings, here)).map(([name, value]) => `${name}:${value}`);
  return [...numbers, ...entries].join(SEPARATOR);
}

function readPoint(text: string, here: Settings): Measurement | undefined {
  const parts = text.split(SEPARATOR);
  const [sr, srError, ar, arError, d, seeds, converged] = parts.slice(0, 7).map(Number);
  const values = [sr, srError, ar, arError, d, seeds, converged];
  if (values.some((value) => value === undefined || !(value >= 0 && value < 1e9))) return undefined;
  const complaints: string[] = [];
  const query = new URLSearchParams(parts.slice(7).map((part) => part.split(':', 2) as [string, string]));
  const settings = readSettings(query, here, complaints);
  if (complaints.length > 0) return undefined;
  return {
    settings,
    d: d!,
    seeds: seeds!,
    converged: converged!,
    standardRisk: { value: sr!, standardError: srError! },
    adversarialRisk: { value: ar!, standardError: arError! },
  };
}
