import { facesLinf, normsOf } from '../state/norms.ts';
import type { Settings } from '../state/parameters.ts';
import {
  criticalEpsAt,
  epsTestOf,
  isClassifier,
  isUsual,
  nothingRisk,
  testedGradient,
} from '../theory/ask.ts';
import { type Axis, placeOf, placeText } from '../theory/curve.ts';
import { kept } from '../theory/keptAnswers.ts';
import type { PageRisk } from '../theory/pageRisk.ts';
import { byId, html, setText } from './elements.ts';
import { errorText, fixedText, riskText, shortText } from './numbers.ts';
import { letters, symbol } from './symbols.ts';
import { setTerm, term } from './terms.ts';
import { wordsFor } from './words.ts';

const phases: Readonly<Record<PageRisk['phase'], string>> = {
  learning: 'learning',
  null: 'null: nothing is learnt',
  immune: 'immune: only unattacked features are used',
  ridgeless: 'ridgeless',
  infinite: 'infinite risk',
  exact: 'signal found exactly',
  curse: 'curse',
  separable: 'separable: all labels are fitted',
};

/** Shows the numbers at one point, and the formula behind them with those numbers in it. */
export function showValues(settings: Settings, risk: PageRisk, axis: Axis): void {
  showPlace(axis, placeText(axis, placeOf(settings, axis)));
  const words = wordsFor(settings);
  const classes = isClassifier(settings);
  setTerm(byId('standard-caption'), classes ? 'error' : 'standard', words.standardRisk);
  setTerm(byId('adversarial-caption'), classes ? 'robust' : 'adversarial', words.adversarialRisk);
  setText(byId('standard-risk'), riskText(risk.standardRisk));
  setText(byId('adversarial-risk'), riskText(risk.adversarialRisk));
  showRows([
    ['phase', 'phase', phases[risk.phase]],
    ['critical', 'critical radius', fixedText(criticalEpsAt(settings))],
    ...(risk.gradientNorms
      ? ([
          ['gradient', 'gradient in ℓ₂', fixedText(risk.gradientNorms.l2)],
          ['gradient', 'gradient in ℓ∞', fixedText(risk.gradientNorms.linf)],
        ] as const)
      : ([['gradient', 'gradient length', fixedText(risk.gradientNorm)]] as const)),
    classes
      ? ['kink', 'at the kink', percentText(risk.held)]
      : ['held', 'fitted exactly', percentText(risk.held)],
    ['trained', classes ? 'training loss' : 'training error', errorText(risk.training)],
    ['nothing', words.nothing, shortText(nothingRisk(settings))],
  ]);
  showFormula(settings, risk);
}

const showPlace = kept((axis: Axis, place: string) =>
  byId('values-place').replaceChildren(symbol(letters[axis.name]), ` = ${place}`),
);

const percentText = (share: number): string => `${Number((100 * share).toFixed(1))} %`;

/** A term of the glossary, its name here, and its value. */
type Row = readonly [of: string, name: string, value: string];

/** The names stay the same elements while only values change, since one of them may be pointed at. */
function showRows(rows: readonly Row[]): void {
  const list = byId('more-values');
  const names = rows.map(([, name]) => name).join();
  if (list.dataset.names !== names) {
    list.dataset.names = names;
    list.replaceChildren(
      ...rows.map(([of, name]) => html('div', {}, html('dt', {}, term(of, name)), html('dd'))),
    );
  }
  for (const [i, value] of list.querySelectorAll('dd').entries()) setText(value, rows[i]![2]);
}

/** Which formula there is for these settings in this phase. */
function formulaOf(settings: Settings, { phase }: PageRisk): string {
  if (isClassifier(settings)) return phase === 'null' ? 'classes-null' : 'classes';
  if (phase === 'infinite') return phase;
  // The critical radius of the usual formula is that of l2.
  if (phase === 'null') return equationsOf(settings) === 'usual' ? phase : 'channel-null';
  return isUsual(settings) ? 'learning' : 'channel';
}

/** Which equations are solved for these settings. */
function equationsOf(settings: Settings): 'usual' | 'channel' | 'linf' {
  if (normsOf(settings).training === 'linf') return 'linf';
  return isUsual(settings) ? 'usual' : 'channel';
}

const showBlocks = kept((kind: string, equations: string) => {
  for (const block of document.querySelectorAll<HTMLElement>('[data-formula]'))
    block.hidden = block.dataset.formula !== kind;
  for (const block of document.querySelectorAll<HTMLElement>('[data-equations]'))
    block.hidden = !block.dataset.equations!.split(' ').includes(equations);
});

function showFormula(settings: Settings, risk: PageRisk): void {
  const kind = formulaOf(settings, risk);
  showBlocks(kind, equationsOf(settings));
  byId('equations-spectrum').hidden = settings.spectrum === 'isotropic';
  byId('formula-linf').hidden =
    normsOf(settings).test === 'l2' || risk.phase === 'null' || risk.phase === 'infinite';
  byId('formula-numbers').replaceChildren(...formulaNumbers(kind, settings, risk));
}

/** The numbers in a formula, where it has some. */
function formulaNumbers(kind: string, settings: Settings, risk: PageRisk): (Node | string)[] {
  if (kind === 'infinite' || kind === 'channel-null' || kind === 'classes-null') return [];
  if (kind === 'null')
    return [
      symbol({ letter: 'ε', index: 'c' }),
      ` = ${shortText(criticalEpsAt(settings))}, and ${riskText(risk.standardRisk)} = 1 + ${shortText(settings.tau)}²`,
    ];
  const q = testedGradient(settings, risk);
  if (kind === 'classes')
    return [
      ...equals('m', risk.overlap!),
      ',  ',
      ...equals('Q', risk.outputVariance!),
      ',  ',
      ...equals('q', q),
    ];
  const s = Math.sqrt(risk.standardRisk);
  const c = epsTestOf(settings) * q;
  const absolute = risk.absoluteRisk ?? Math.sqrt(2 / Math.PI) * s;
  const terms = [risk.standardRisk, 2 * c * absolute, c * c];
  return [
    ...(kind === 'channel' ? [`E|y − f| = ${fixedText(absolute)}`] : equals('s', s)),
    ',  ',
    ...equals('q', q),
    `:  AR = ${terms.map(riskText).join(' + ')} = ${riskText(risk.adversarialRisk)}`,
  ];
}

const equals = (letter: string, value: number): (Node | string)[] => [
  symbol({ letter }),
  ` = ${fixedText(value)}`,
];

/** What is a theorem and what a prediction, for these settings. */
export function statusOf(settings: Settings): string {
  const { eps, lambda, activation, depth, spectrum } = settings;
  if (normsOf(settings).training === 'linf')
    return 'Against ℓ∞ this is a conjecture of our own, by Gaussian comparison for Gaussian equivalents of the features, checked by simulation.';
  if (facesLinf(settings))
    return `Training in ℓ₂ prefers no axis but that of the signal: the attack in ℓ∞ at test follows from the solution for ℓ₂, checked by simulation. Of that solution: ${statusOf({ ...settings, testNorm: 'same' })}`;
  if (!isUsual(settings))
    return 'With this loss or noise this is a derivation with Gaussian equivalents of the features, checked by simulation; no theorem says it.';
  if (spectrum !== 'isotropic')
    return 'With inputs of another covariance than the identity this is a conjecture: the same equations with the moments of their features, checked by simulation.';
  if (depth > 1)
    return 'With several frozen layers this is a prediction of Gaussian equivalence, checked by simulation.';
  if (eps === 0)
    return 'Without attack SR is a theorem (Mei & Montanari 2022) for inputs on a sphere and a penalty, and its limit without one; AR is a prediction.';
  if (lambda === 0 && activation === 'shifted-relu')
    return 'For the shifted ReLU without penalty this is a theorem (Hassani & Javanmard, Theorem 4.2).';
  return 'With a penalty or another activation this is a prediction: the same equations with Gaussian equivalents of the features, checked by simulation.';
}
