import { aside, fillTable, html, wideTable } from '../page/elements.ts';
import { fixedText } from '../page/numbers.ts';
import { letters, symbol } from '../page/symbols.ts';
import { wordsFor } from '../page/words.ts';
import type { AxisName, Settings } from '../state/parameters.ts';
import type { State } from '../state/state.ts';
import { riskAt } from '../theory/ask.ts';
import { axisNamed, placeText } from '../theory/curve.ts';
import { matching } from './measurements.ts';
import type { MeasuredRisk } from './protocol.ts';

/** What was measured on the present curve, with its bias and its spread apart; null where nothing was. */
export function resultsTable(
  measurements: State['measurements'],
  settings: Settings,
  axis: AxisName,
): HTMLElement | null {
  const along = axisNamed(axis);
  const words = wordsFor(settings);
  const found = matching(measurements, settings, along);
  if (found.length === 0) return null;
  const overs = found.map(({ measurement: { seeds, d, elsewhere } }) => {
    return `${seeds} of d ${d}${elsewhere ? '†' : ''}`;
  });
  // Said once where it is the same of all.
  const alike = new Set(overs).size === 1;
  const rows = found.flatMap(({ at, measurement }, i) => {
    const limit = riskAt(measurement.settings);
    const row = (place: string, name: string, risk: MeasuredRisk, theory: number): string[] => [
      place,
      name,
      fixedText(risk.value),
      fixedText(theory),
      signedText(risk.value - theory),
      fixedText(risk.standardError),
    ];
    const { seeds, converged } = measurement;
    const ended = converged === seeds ? '' : `${converged} of ${seeds} converged`;
    const place = placeText(along, at);
    return [
      [
        ...row(place, words.adversarial, measurement.adversarialRisk, limit.adversarialRisk),
        alike ? ended : overs[i]!,
      ],
      [...row('', words.standard, measurement.standardRisk, limit.standardRisk), alike ? '' : ended],
    ];
  });
  const headings = [symbol(letters[axis]), '', 'mean', 'limit', 'bias', 'std error', alike ? '' : 'models'];
  const table = wideTable('What was measured', fillTable(html('table'), headings, rows));
  const over = alike ? [aside(`Models: ${overs[0]}.`)] : [];
  const notes = notesOn(found.map(({ measurement }) => measurement));
  return html('div', {}, ...over, table, ...notes.map((note) => aside(note)));
}

/** What the columns are, for the points that there are. */
function notesOn(
  points: readonly { readonly d: number; readonly seeds: number; readonly elsewhere: boolean }[],
): string[] {
  const sizes = [...new Set(points.map(({ d }) => d))].sort((a, b) => a - b);
  const orders = sizes.map((d) => `${(1 / Math.sqrt(d)).toFixed(2)} at d ${d}`).join(', ');
  const [several, single] = [points.some(({ seeds }) => seeds > 1), points.some(({ seeds }) => seeds === 1)];
  const spreads = [
    ...(several ? ['from model to model, the smaller the more models there are'] : []),
    ...(single ? ['over test rows where there is one model, which says nothing of how models differ'] : []),
  ];
  return [
    `Bias is the mean minus the limit. It is expected to be of order 1/\u2060√d, ${orders} in units of the risk, however many models there are.`,
    `The standard error is the spread of the mean: ${spreads.join('; ')}. Bars on the curves are two of them.`,
    ...(points.some(({ elsewhere }) => elsewhere)
      ? ['† Points with a dashed outline came with a link: they were measured elsewhere.']
      : []),
  ];
}

const signedText = (value: number): string => `${value < 0 ? '−' : '+'}${fixedText(Math.abs(value))}`;
