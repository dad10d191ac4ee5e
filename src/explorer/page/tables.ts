import type { PlacedMeasurement } from '../draw/curveView.ts';
import type { Axis, RiskAt } from '../theory/curve.ts';
import type { RiskGrid } from '../theory/phaseMap.ts';
import { html } from './elements.ts';
import { riskText, shortText } from './numbers.ts';
import { letters, symbol } from './symbols.ts';

const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  `${rows.map((row) => row.join(',')).join('\n')}\n`;

const placeName = (axis: Axis, at: number): string | number =>
  axis.kind === 'places' ? axis.places[at]! : at;

/** The curves, then what was measured on them, in full precision. */
export const curveCsv = (
  axis: Axis,
  curve: readonly RiskAt[],
  measurements: readonly PlacedMeasurement[],
): string =>
  csv([
    [
      axis.name,
      'source',
      'standardRisk',
      'standardError',
      'adversarialRisk',
      'adversarialError',
      'gradientNorm',
      'phase',
      'd',
      'models',
    ],
    ...curve.map((risk) => [
      placeName(axis, risk.at),
      'theory',
      risk.standardRisk,
      '',
      risk.adversarialRisk,
      '',
      risk.gradientNorm,
      risk.phase,
      '',
      '',
    ]),
    ...measurements.map(({ at, measurement: { standardRisk, adversarialRisk, d, seeds } }) => [
      placeName(axis, at),
      'measured',
      standardRisk.value,
      standardRisk.standardError,
      adversarialRisk.value,
      adversarialRisk.standardError,
      '',
      '',
      d,
      seeds,
    ]),
  ]);

/** Every point of the map: psi1, eps and the risk over that of predicting nothing. */
export function mapCsv({ nx, psi1, eps, logRatio }: RiskGrid, measure: string): string {
  const rows: (string | number)[][] = [['psi1', 'eps', `${measure} over predicting nothing`]];
  for (const [i, radius] of eps.entries())
    for (const [j, width] of psi1.entries()) rows.push([width, radius, Math.exp(logRatio[i * nx + j]!)]);
  return csv(rows);
}

/** A readable table of about twenty points. */
export function fillTable(table: HTMLTableElement, axis: Axis, curve: readonly RiskAt[]): void {
  const every = Math.max(1, Math.floor(curve.length / 20));
  const cells = (tag: 'th' | 'td', texts: readonly string[]): HTMLTableRowElement =>
    html('tr', {}, ...texts.map((text) => html(tag, {}, text)));
  const head = cells('th', ['', 'standard', 'adversarial', 'phase']);
  head.cells[0]!.append(symbol(letters[axis.name]));
  for (const cell of head.cells) cell.setAttribute('scope', 'col');
  table.replaceChildren(
    html('thead', {}, head),
    html(
      'tbody',
      {},
      ...curve
        .filter((_, i) => i % every === 0)
        .map((risk) =>
          cells('td', [
            axis.kind === 'places' ? axis.places[risk.at]! : shortText(risk.at),
            riskText(risk.standardRisk),
            riskText(risk.adversarialRisk),
            risk.phase,
          ]),
        ),
    ),
  );
}
