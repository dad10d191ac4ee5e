import { aside, fillTable, html, wideTable } from '../page/elements.ts';
import { riskText } from '../page/numbers.ts';
import { axisNames } from '../page/symbols.ts';
import { wordsFor } from '../page/words.ts';
import type { AxisName, Settings } from '../state/parameters.ts';
import { differing, type Pins, pinNames } from '../state/pins.ts';
import { isClassifier, riskAt } from '../theory/ask.ts';

/** A small table of the settings and of every pin: what differs, and both risks; null without pins. */
export function comparison(settings: Settings, pins: Pins): HTMLElement | null {
  const names = pinNames.filter((name) => pins[name]);
  if (names.length === 0) return null;
  const compared: readonly Settings[] = [settings, ...names.map((name) => pins[name]!)];
  const risks = compared.map(riskAt);
  const words = wordsFor(settings);
  const of = (measure: 'standardRisk' | 'adversarialRisk'): string[] =>
    risks.map((risk, i) =>
      isClassifier(compared[i]!) === isClassifier(settings) ? riskText(risk[measure]) : '–',
    );
  const rows = [
    ...differing(compared).map((name) => [titleOf(name), ...compared.map((one) => valueText(one, name))]),
    [words.standardRisk, ...of('standardRisk')],
    [words.adversarialRisk, ...of('adversarialRisk')],
  ];
  const table = fillTable(html('table', { id: 'comparison' }), ['', 'now', ...names], rows);
  const marks = `Filled marks are on the curves of the ${words.adversarialRisk}, open ones on those of the ${words.standardRisk}.`;
  return html('div', {}, wideTable('What differs between the curves', table), aside(marks));
}

const titleOf = (name: keyof Settings): string => (name in axisNames ? axisNames[name as AxisName] : name);

const valueText = (settings: Settings, name: keyof Settings): string =>
  settings[name] === null ? 'as in training' : String(settings[name]);
