import {
  asymptoticRisk,
  type ClassificationOptions,
  criticalEps,
  deepRandomFeatures,
  type FeatureMap,
  type MarginLossName,
  type RiskOptions,
  randomFeatures,
  type SignalWord,
  type SpectrumName,
  signalNamed,
  spectrumNamed,
} from '../../theory/index.ts';
import { facesLinf, normsOf } from '../state/norms.ts';
import type { Loss, NumberName, Settings } from '../state/parameters.ts';
import { onceFor } from './keptAnswers.ts';
import { ofClasses, ofValues, type PageRisk } from './pageRisk.ts';

/** The frozen features that the settings describe. */
export function mapOf(settings: Settings): FeatureMap {
  const { depth, psi1, activation } = settings;
  const covariance = spectrumNamed(spectrumName(settings));
  return depth === 1
    ? randomFeatures({ psi1, activation, covariance })
    : deepRandomFeatures({ widths: widthsOf(settings), activation, covariance });
}

/** The covariance of the inputs, as on the command line. */
export function spectrumName({ spectrum, exponent, spikes, ratio }: Settings): SpectrumName {
  if (spectrum === 'power') return `power:${exponent}`;
  return spectrum === 'spiked' ? `spiked:${spikes}:${ratio}` : spectrum;
}

/** N_l/d from the first layer to the last. */
export const widthsOf = ({ depth, psi1, below }: Pick<Settings, 'depth' | 'psi1' | 'below'>): number[] => [
  ...new Array<number>(depth - 1).fill(below),
  psi1,
];

/** Whether the loss is one of the margin y f, which makes it a classification. */
const ofMargin = (loss: Loss): loss is MarginLossName =>
  loss === 'logistic' || loss === 'hinge' || loss === 'squaredHinge';
export const isClassifier = ({ loss }: Settings): boolean => ofMargin(loss);

/** The square loss and Gaussian noise, whose equations are the paper's. */
export const isUsual = ({ loss, noise }: Settings): boolean => loss === 'square' && noise === 'gaussian';

/** How long a point takes: a few microseconds, some hundred, or some thousand where a law or a spectrum is of many parts. */
export function costOf(settings: Settings): 'low' | 'middle' | 'high' {
  const { noise, labels, norm, spectrum, depth } = settings;
  const mixed = isClassifier(settings) ? labels === 'logistic' : noise === 'laplace' || noise === 'student';
  if (mixed || (depth > 1 && spectrum === 'power')) return 'high';
  return isUsual(settings) && norm === 'l2' ? 'low' : 'middle';
}

/** The law of the signal, as on the command line. */
export const signalWord = ({ signal, share }: Settings): SignalWord =>
  signal === 'sparse' ? `sparse:${share}` : signal;

/** The question of the settings, as the theory takes it. */
export type Question =
  | { readonly classes: false; readonly options: RiskOptions }
  | { readonly classes: true; readonly options: ClassificationOptions & { readonly loss: MarginLossName } };

export function questionOf(settings: Settings): Question {
  const { psi2, eps, epsTest, lambda, tau, loss, noise, labels, flip } = settings;
  const norms = normsOf(settings);
  const common = {
    ...{ psi2, eps, lambda, tau },
    ...(epsTest !== null && { epsTest }),
    ...(facesLinf(settings) && {
      norm: norms.training,
      testNorm: norms.test,
      signal: signalNamed(signalWord(settings)),
    }),
  };
  return ofMargin(loss)
    ? { classes: true, options: { ...common, loss, labels, flip } }
    : { classes: false, options: isUsual(settings) ? common : { ...common, loss, noise } };
}

/** Asked of the same settings by several parts of the page. */
export const riskAt = onceFor((settings: Settings): PageRisk => {
  const { classes, options } = questionOf(settings);
  return classes
    ? ofClasses(asymptoticRisk(mapOf(settings), options))
    : ofValues(asymptoticRisk(mapOf(settings), options));
});

/** Options without the radius of training or another number that runs along an axis. */
export function without<Options extends object, Name extends keyof Options>(
  options: Options,
  name: Name,
): Omit<Options, Name> {
  const { [name]: _, ...rest } = options;
  return rest;
}

export const criticalEpsAt = onceFor((settings: Settings): number => {
  const { classes, options } = questionOf(settings);
  return classes ? criticalEps(mapOf(settings), options) : criticalEps(mapOf(settings), options);
});

/** E y^2, the risk of predicting nothing; of a classifier the error of guessing. */
export const nothingRisk = (settings: Settings): number =>
  isClassifier(settings) ? 0.5 : 1 + settings.tau * settings.tau;

/** The length of the gradient that the attack at test acts by. */
export const testedGradient = (settings: Settings, { gradientNorm, gradientNorms }: PageRisk): number =>
  gradientNorms?.[normsOf(settings).test] ?? gradientNorm;

export const epsTestOf = ({ eps, epsTest }: Settings): number => epsTest ?? eps;

/** A number of the settings as it is in effect. */
export const numberOf = (settings: Settings, name: NumberName): number =>
  name === 'epsTest' ? epsTestOf(settings) : settings[name];
