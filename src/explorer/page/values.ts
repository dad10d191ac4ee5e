import type { AsymptoticRisk } from '../../theory/index.ts';
import type { Settings } from '../state/parameters.ts';
import { criticalEpsAt, epsTestOf, nothingRisk } from '../theory/ask.ts';
import { type Axis, placeOf, placeText } from '../theory/curve.ts';
import { byId, html } from './elements.ts';
import { fixedText, riskText, shortText } from './numbers.ts';
import { letters, symbol } from './symbols.ts';

const phases: Readonly<Record<AsymptoticRisk['phase'], string>> = {
  learning: 'learning',
  null: 'null: nothing is learnt',
  immune: 'immune: only unattacked features are used',
  ridgeless: 'ridgeless',
  infinite: 'infinite risk',
  exact: 'signal found exactly',
  curse: 'curse',
};

/** Shows the numbers at one point, and the formula behind them with those numbers in it. */
export function showValues(settings: Settings, risk: AsymptoticRisk, axis: Axis): void {
  const place = placeText(axis, placeOf(settings, axis));
  byId('values-place').replaceChildren(symbol(letters[axis.name]), ` = ${place}`);
  byId('standard-risk').textContent = riskText(risk.standardRisk);
  byId('adversarial-risk').textContent = riskText(risk.adversarialRisk);
  byId('more-values').replaceChildren(
    ...row('phase', phases[risk.phase]),
    ...row('critical radius', fixedText(criticalEpsAt(settings))),
    ...row('gradient length', fixedText(risk.gradientNorm)),
    ...row('fitted exactly', `${(100 * risk.interpolatedFraction).toFixed(1)} %`),
    ...row('training error', shortText(risk.trainingError)),
    ...row('predicting nothing', shortText(nothingRisk(settings))),
  );
  showFormula(settings, risk);
}

const row = (name: string, value: string): HTMLElement[] => [
  html('div', {}, html('dt', {}, name), html('dd', {}, value)),
];

function showFormula(settings: Settings, risk: AsymptoticRisk): void {
  const kind = risk.phase === 'null' || risk.phase === 'infinite' ? risk.phase : 'learning';
  for (const block of document.querySelectorAll<HTMLElement>('[data-formula]'))
    block.hidden = block.dataset.formula !== kind;
  const numbers = byId('formula-numbers');
  if (kind === 'infinite') {
    numbers.textContent = '';
    return;
  }
  if (kind === 'null') {
    numbers.replaceChildren(
      symbol({ letter: 'ε', index: 'c' }),
      ` = ${shortText(criticalEpsAt(settings))}, and ${riskText(risk.standardRisk)} = 1 + ${shortText(settings.tau)}²`,
    );
    return;
  }
  const s = Math.sqrt(risk.standardRisk);
  const c = epsTestOf(settings) * risk.gradientNorm;
  const terms = [risk.standardRisk, 2 * Math.sqrt(2 / Math.PI) * c * s, c * c];
  const equals = (letter: string, value: number): (Node | string)[] => [
    symbol({ letter }),
    ` = ${fixedText(value)}`,
  ];
  numbers.replaceChildren(
    ...equals('s', s),
    ',  ',
    ...equals('q', risk.gradientNorm),
    `:  AR = ${terms.map(riskText).join(' + ')} = ${riskText(risk.adversarialRisk)}`,
  );
}

/** What is a theorem and what a prediction, for these settings. */
export function statusOf({ eps, lambda, activation, depth }: Settings): string {
  if (depth > 1)
    return 'With several frozen layers this is a prediction of Gaussian equivalence, checked by simulation.';
  if (eps === 0)
    return 'Without attack SR is a theorem (Mei & Montanari 2022) for inputs on a sphere and a penalty, and its limit without one; AR is a prediction.';
  if (lambda === 0 && activation === 'shifted-relu')
    return 'For the shifted ReLU without penalty this is a theorem (Hassani & Javanmard, Theorem 4.2).';
  return 'With a penalty or another activation this is a prediction: the same equations with Gaussian equivalents of the features, checked by simulation.';
}
