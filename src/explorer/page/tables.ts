import type { CurveView } from '../draw/curveView.ts';
import { isClassifier } from '../theory/ask.ts';
import { placeText } from '../theory/curve.ts';
import type { PageRisk } from '../theory/pageRisk.ts';
import type { RiskGrid } from '../theory/phaseMap.ts';
import { fillTable } from './elements.ts';
import { riskText, shortText } from './numbers.ts';
import { letters, symbol } from './symbols.ts';
import { wordsFor } from './words.ts';

const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  `${rows.map((row) => row.join(',')).join('\n')}\n`;

/** The curves, those that are pinned, and what was measured, in full precision. */
export function curveCsv({ settings, axis, curve, pinned, measurements }: CurveView): string {
  const curves = [
    { source: 'theory', curve },
    ...pinned.map((pin) => ({ ...pin, source: `theory ${pin.name}` })),
  ];
  const inBoth = curves.some(({ curve }) => curve.some(({ gradientNorms }) => gradientNorms));
  const risks = isClassifier(settings)
    ? ['error', 'standardError', 'robustError', 'robustStandardError']
    : ['standardRisk', 'standardError', 'adversarialRisk', 'adversarialError'];
  const norms = inBoth ? ['gradientNormL2', 'gradientNormLinf'] : ['gradientNorm'];
  const normsOf = ({ gradientNorm, gradientNorms }: PageRisk) =>
    inBoth ? [gradientNorms?.l2 ?? gradientNorm, gradientNorms?.linf ?? ''] : [gradientNorm];
  return csv([
    [axis.name, 'source', ...risks, ...norms, 'phase', 'd', 'models'],
    ...curves.flatMap(({ source, curve }) =>
      curve.map((risk) => {
        const both = [risk.standardRisk, '', risk.adversarialRisk, ''];
        return [placeText(axis, risk.at), source, ...both, ...normsOf(risk), risk.phase, '', ''];
      }),
    ),
    ...measurements.map(({ at, measurement: { standardRisk, adversarialRisk, d, seeds, elsewhere } }) => {
      const source = elsewhere ? 'measured elsewhere' : 'measured';
      const both = [standardRisk, adversarialRisk].flatMap((risk) => [risk.value, risk.standardError]);
      return [placeText(axis, at), source, ...both, ...norms.map(() => ''), '', d, seeds];
    }),
  ]);
}

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
