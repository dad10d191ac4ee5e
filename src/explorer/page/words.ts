import type { Settings } from '../state/parameters.ts';
import { isClassifier } from '../theory/ask.ts';
import type { PageRisk } from '../theory/pageRisk.ts';
import { riskText } from './numbers.ts';

/** What the two numbers of a point are called. */
export interface Words {
  readonly one: 'risk' | 'error';
  /** beside a curve, in a tip or over a column */
  readonly standard: string;
  readonly adversarial: string;
  /** on their own */
  readonly standardRisk: string;
  readonly adversarialRisk: string;
  /** of no use at all */
  readonly nothing: string;
  /** where the training examples cease to be fitted, on the map */
  readonly peak: string;
}

const risks: Words = {
  one: 'risk',
  standard: 'standard',
  adversarial: 'adversarial',
  standardRisk: 'standard risk',
  adversarialRisk: 'adversarial risk',
  nothing: 'predicting nothing',
  peak: 'interpolation peak',
};

const errors: Words = {
  one: 'error',
  standard: 'error',
  adversarial: 'robust error',
  standardRisk: 'error',
  adversarialRisk: 'robust error',
  nothing: 'guessing',
  peak: 'robust capacity',
};

/** Risks of a regression, errors of a classifier. */
export const wordsFor = (settings: Settings): Words => (isClassifier(settings) ? errors : risks);

/** Both numbers of a point and its phase, as a screen reader says them. */
export function riskSentence(settings: Settings, { adversarialRisk, standardRisk, phase }: PageRisk): string {
  const words = wordsFor(settings);
  return `${words.adversarialRisk} ${riskText(adversarialRisk)}, ${words.standardRisk} ${riskText(standardRisk)}, phase ${phase}`;
}
