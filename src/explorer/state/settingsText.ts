import { facesLinf, LINF_SCOPE, linfIsKnown } from './norms.ts';
import {
  choices,
  MAX_DEPTH,
  type NumberName,
  objection,
  parameters,
  type Settings,
  type WordName,
} from './parameters.ts';

const numbers = (Object.keys(parameters) as readonly NumberName[]).filter((name) => name !== 'epsTest');
const words = Object.keys(choices) as readonly WordName[];

/** The names that settings have in a link. */
export const settingNames: readonly string[] = [...numbers, ...words, 'epsTest', 'depth'];

/** The settings that differ from `usual`, by name. */
export function settingsEntries(settings: Settings, usual: Settings): Record<string, string> {
  const entries: Record<string, string> = {};
  for (const name of [...numbers, ...words, 'depth'] as const)
    if (settings[name] !== usual[name]) entries[name] = String(settings[name]);
  if (settings.epsTest !== usual.epsTest)
    entries.epsTest = settings.epsTest === null ? 'eps' : String(settings.epsTest);
  return entries;
}

export function readSettings(query: URLSearchParams, usual: Settings, complaints: string[]): Settings {
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
export const choiceFrom =
  (query: URLSearchParams, complaints: string[]) =>
  <T extends string>(name: string, choices: readonly T[], usual: T): T => {
    const text = query.get(name);
    if (text === null) return usual;
    const found = choices.find((one) => one === text);
    if (found === undefined) complaints.push(`${name}=${text} is not one of ${choices.join(', ')}`);
    return found ?? usual;
  };

const SEPARATOR = '~';

/** The settings that differ from `usual` within one value of a link: `psi1:8~eps:0.5`. */
export const settingsText = (settings: Settings, usual: Settings): string =>
  Object.entries(settingsEntries(settings, usual))
    .map(([name, value]) => `${name}:${value}`)
    .join(SEPARATOR);

/** The inverse of `settingsText`; undefined for a text that is not one. */
export function settingsFromText(text: string, usual: Settings): Settings | undefined {
  const entries = text === '' ? [] : text.split(SEPARATOR).map((part) => part.split(':'));
  const names = new Set(entries.map(([name]) => name));
  const known = entries.every((entry) => entry.length === 2 && settingNames.includes(entry[0]!));
  if (!known || names.size < entries.length) return undefined;
  const complaints: string[] = [];
  const settings = readSettings(new URLSearchParams(entries as [string, string][]), usual, complaints);
  return complaints.length === 0 ? settings : undefined;
}
