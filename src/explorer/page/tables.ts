import type { PlacedMeasurement } from '../draw/curveView.ts';
import { type Axis, placeText, type RiskAt } from '../theory/curve.ts';
import type { RiskGrid } from '../theory/phaseMap.ts';
import { fillTable } from './elements.ts';
import { riskText, shortText } from './numbers.ts';
import { letters, symbol } from './symbols.ts';
import type { Words } from './words.ts';

const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  `${rows.map((row) => row.join(',')).join('\n')}\n`;

/** The curves, then what was measured on them, in full precision. */
export const curveCsv = (
  axis: Axis,
  curve: readonly RiskAt[],
  measurements: readonly PlacedMeasurement[],
  classes: boolean,
): string => {
  const inBoth = curve.some(({ gradientNorms }) => gradientNorms);
  return csv([
    [
      axis.name,
      'source',
      ...(classes
        ? ['error', 'standardError', 'robustError', 'robustStandardError']
        : ['standardRisk', 'standardError', 'adversarialRisk', 'adversarialError']),
      ...(inBoth ? ['gradientNormL2', 'gradientNormLinf'] : ['gradientNorm']),
      'phase',
      'd',
      'models',
    ],
    ...curve.map((risk) => [
      placeText(axis, risk.at),
      'theory',
      risk.standardRisk,
      '',
      risk.adversarialRisk,
      '',
      ...(risk.gradientNorms ? [risk.gradientNorms.l2, risk.gradientNorms.linf] : [risk.gradientNorm]),
      risk.phase,
      '',
      '',
    ]),
    ...measurements.map(({ at, measurement: { standardRisk, adversarialRisk, d, seeds } }) => [
      placeText(axis, at),
      'measured',
      standardRisk.value,
      standardRisk.standardError,
      adversarialRisk.value,
      adversarialRisk.standardError,
      ...(inBoth ? ['', ''] : ['']),
      '',
      d,
      seeds,
    ]),
  ]);
};

/** Every point of the map: psi1, eps and the risk over that of predicting nothing. */
export function mapCsv({ nx, psi1, eps, logRatio }: RiskGrid, measure: string): string {
  const rows: (string | number)[][] = [['psi1', 'eps', `${measure} over predicting nothing`]];
  for (const [i, radius] of eps.entries())
    for (const [j, width] of psi1.entries()) rows.push([width, radius, Math.exp(logRatio[i * nx + j]!)]);
  return csv(rows);
}

/** A readable table of about twenty points. */
export function fillCurveTable(
  table: HTMLTableElement,
  axis: Axis,
  curve: readonly RiskAt[],
  words: Words,
): void {
  const every = Math.max(1, Math.floor(curve.length / 20));
  const shown = curve.filter((_, i) => i % every === 0);
  fillTable(
    table,
    [symbol(letters[axis.name]), words.standard, words.adversarial, 'phase'],
    shown.map((risk) => [
      placeText(axis, risk.at, shortText),
      riskText(risk.standardRisk),
      riskText(risk.adversarialRisk),
      risk.phase,
    ]),
  );
}
