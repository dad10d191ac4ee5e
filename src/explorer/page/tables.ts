import type { CurveView } from '../draw/curveView.ts';
import { isClassifier } from '../theory/ask.ts';
import { placeText } from '../theory/curve.ts';
import type { RiskGrid } from '../theory/phaseMap.ts';
import { fillTable } from './elements.ts';
import { riskText, shortText } from './numbers.ts';
import { letters, symbol } from './symbols.ts';
import { wordsFor } from './words.ts';

const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  `${rows.map((row) => row.join(',')).join('\n')}\n`;

/** The curves, those that are pinned, and what was measured, in full precision. */
export const curveCsv = ({ settings, axis, curve, pinned, measurements }: CurveView): string => {
  const classes = isClassifier(settings);
  const curves = [
    { source: 'theory', curve },
    ...pinned.map((pin) => ({ ...pin, source: `theory ${pin.name}` })),
  ];
  const inBoth = curves.some(({ curve }) => curve.some(({ gradientNorms }) => gradientNorms));
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
    ...curves.flatMap(({ source, curve }) =>
      curve.map((risk) => [
        placeText(axis, risk.at),
        source,
        risk.standardRisk,
        '',
        risk.adversarialRisk,
        '',
        ...(inBoth
          ? [risk.gradientNorms?.l2 ?? risk.gradientNorm, risk.gradientNorms?.linf ?? '']
          : [risk.gradientNorm]),
        risk.phase,
        '',
        '',
      ]),
    ),
    ...measurements.map(({ at, measurement: { standardRisk, adversarialRisk, d, seeds, elsewhere } }) => [
      placeText(axis, at),
      elsewhere ? 'measured elsewhere' : 'measured',
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
export function fillCurveTable(table: HTMLTableElement, { settings, axis, curve }: CurveView): void {
  const words = wordsFor(settings);
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
