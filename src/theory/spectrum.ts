import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger, checkNonNegative, checkPositive, InvalidArgumentError } from '../errors.ts';

/** A covariance by its spectrum: its eigenvalues, and the shares of the directions and of |beta|^2 that belong to each. */
export interface Spectrum {
  /** >= 0, at least one of them > 0 */
  readonly eigenvalues: readonly number[];
  /** of the d directions, > 0, normalised to sum 1; default: equal shares */
  readonly shares?: readonly number[];
  /** of |beta|^2, >= 0, normalised to sum 1; default: the shares of the directions, an isotropic signal */
  readonly weights?: readonly number[];
}

/** A spectrum of mean eigenvalue 1 by its name, as on the command line; see {@link spectrumNamed}. */
export type SpectrumName = 'isotropic' | `power:${string}` | `spiked:${string}`;

/** What {@link powerLaw} makes. */
export interface PowerLawOptions {
  /** The k-th eigenvalue is proportional to k^-exponent; >= 0 */
  readonly exponent: number;
  /** The k-th direction has a share of |beta|^2 proportional to k^-signalExponent; default 0, an isotropic signal */
  readonly signalExponent?: number;
  /** How many eigenvalues, each of an equal share of the directions; default 100 */
  readonly count?: number;
}

/** What {@link spiked} makes. */
export interface SpikedOptions {
  /** Share of the directions that stand out, between 0 and 1 */
  readonly share: number;
  /** Their variance over that of the others; >= 0 */
  readonly ratio: number;
  /** Their share of |beta|^2; default `share`, an isotropic signal */
  readonly signal?: number;
}

const SPECTRUM: OptionNames<Spectrum> = { eigenvalues: true, shares: true, weights: true };
const POWER_LAW: OptionNames<PowerLawOptions> = { exponent: true, signalExponent: true, count: true };
const SPIKED: OptionNames<SpikedOptions> = { share: true, ratio: true, signal: true };

/**
 * Eigenvalues k^-exponent, k = 1 to `count`, scaled to mean 1. The law is fixed as d grows: with d a multiple of `count` every
 * eigenvalue belongs to d/count directions.
 * @throws InvalidArgumentError naming an option that is unknown or out of range
 */
export function powerLaw(options: PowerLawOptions): Required<Spectrum> {
  checkOptions('powerLaw', options, POWER_LAW);
  const { exponent, signalExponent = 0, count = 100 } = options;
  checkNonNegative('exponent', exponent);
  if (!Number.isFinite(signalExponent))
    throw new InvalidArgumentError('signalExponent', signalExponent, 'a finite number');
  checkInteger('count', count);
  const powers = (power: number): number[] => Array.from({ length: count }, (_, k) => (k + 1) ** -power);
  return ofUnitMean({ eigenvalues: powers(exponent), weights: powers(signalExponent) });
}

/**
 * Two eigenvalues of mean 1: that of the `share` of the directions which stand out, `ratio` times the other.
 * @throws InvalidArgumentError naming an option that is unknown or out of range
 */
export function spiked(options: SpikedOptions): Required<Spectrum> {
  checkOptions('spiked', options, SPIKED);
  const { share, ratio, signal = share } = options;
  if (!(checkPositive('share', share) < 1))
    throw new InvalidArgumentError('share', share, 'a number between 0 and 1');
  checkNonNegative('ratio', ratio);
  if (!(checkNonNegative('signal', signal) <= 1))
    throw new InvalidArgumentError('signal', signal, 'a number from 0 to 1');
  return ofUnitMean({ eigenvalues: [ratio, 1], shares: [share, 1 - share], weights: [signal, 1 - signal] });
}

const FORMS =
  "'isotropic', 'power:EXPONENT', 'power:EXPONENT:SIGNAL', 'spiked:SHARE:RATIO' or 'spiked:SHARE:RATIO:SIGNAL'";

/**
 * The covariance of that name: 'isotropic'; 'power:1', or 'power:1:0.5' with the exponent of the signal ({@link powerLaw}, 100
 * eigenvalues); 'spiked:0.05:20', or 'spiked:0.05:20:0.5' with the share of the signal ({@link spiked}).
 * @throws InvalidArgumentError for a name of another form, or numbers out of range
 */
export function spectrumNamed(name: SpectrumName): 'identity' | Required<Spectrum> {
  if (name === 'isotropic') return 'identity';
  const [form, ...words] = typeof name === 'string' ? name.split(':') : [];
  const numbers = words.map((word) => (/^[-+.\de]+$/i.test(word) ? Number(word) : Number.NaN));
  const [first, second, third] = numbers;
  const refused = (expected: string): InvalidArgumentError =>
    new InvalidArgumentError('spectrum', name, expected);
  if (!numbers.every(Number.isFinite)) throw refused(FORMS);
  try {
    if (form === 'power' && (numbers.length === 1 || numbers.length === 2))
      return powerLaw({ exponent: first!, signalExponent: second ?? 0 });
    if (form === 'spiked' && (numbers.length === 2 || numbers.length === 3))
      return spiked({ share: first!, ratio: second!, signal: third ?? first! });
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    throw refused(`${error.argument}: ${error.expected}`);
  }
  throw refused(FORMS);
}

/** With shares and weights filled in and scaled to sum 1. @throws InvalidArgumentError for what is no spectrum */
export function checkSpectrum(spectrum: Spectrum): Required<Spectrum> {
  if (spectrum === null || typeof spectrum !== 'object' || !Array.isArray(spectrum.eigenvalues))
    throw new InvalidArgumentError(
      'covariance',
      spectrum,
      "'identity' or a spectrum { eigenvalues, shares, weights }",
    );
  checkOptions('a spectrum', spectrum, SPECTRUM);
  const { eigenvalues, shares = eigenvalues.map(() => 1), weights = shares } = spectrum;
  const sound = (values: readonly number[]): boolean =>
    values.every((value) => Number.isFinite(value) && value >= 0) && values.some((value) => value > 0);
  if (!sound(eigenvalues))
    throw new InvalidArgumentError('eigenvalues', eigenvalues, 'finite numbers >= 0, not all 0');
  for (const [name, values] of Object.entries({ shares, weights })) {
    if (!Array.isArray(values) || !sound(values))
      throw new InvalidArgumentError(name, values, 'finite numbers >= 0, not all 0');
    if (values.length !== eigenvalues.length)
      throw new InvalidArgumentError(
        name,
        values.length,
        `${eigenvalues.length} ${name}, as many as eigenvalues`,
      );
  }
  if (shares.includes(0)) throw new InvalidArgumentError('shares', shares, 'numbers > 0');
  const ofSignal = scaledToSum(weights);
  if (!ofSignal.some((weight, i) => weight * eigenvalues[i]! > 0))
    throw new InvalidArgumentError('weights', weights, 'some signal where the eigenvalues are > 0');
  return { eigenvalues: [...eigenvalues], shares: scaledToSum(shares), weights: ofSignal };
}

/** How far a mean eigenvalue may be from 1 by rounding. */
const ROUNDING = 1e-9;

/** The same, of mean eigenvalue 1. @throws InvalidArgumentError for another mean */
export function checkUnitTrace(spectrum: Spectrum): Required<Spectrum> {
  const checked = checkSpectrum(spectrum);
  const mean = meanEigenvalue(checked);
  if (Math.abs(mean - 1) > ROUNDING)
    throw new InvalidArgumentError(
      'eigenvalues',
      checked.eigenvalues,
      `a mean of 1, not ${Number(mean.toPrecision(6))}, so that tr Sigma = d and pre-activations have variance 1`,
    );
  return checked;
}

/** The eigenvalue and the share of |beta|^2 of each of d directions. */
export interface Directions {
  readonly eigenvalues: readonly number[];
  readonly weights: readonly number[];
}

/**
 * The spectrum as d directions have it, the largest eigenvalue first. A direction that several eigenvalues share has their mean,
 * so that neither the trace nor |beta| changes.
 */
export function directionsOf(spectrum: Spectrum, d: number): Directions {
  const { eigenvalues, shares, weights } = checkSpectrum(spectrum);
  const order = eigenvalues.map((_, k) => k).sort((a, b) => eigenvalues[b]! - eigenvalues[a]!);
  const found = { eigenvalues: new Array<number>(d).fill(0), weights: new Array<number>(d).fill(0) };
  let end = 0;
  for (const k of order) {
    const start = end;
    end = nearWhole(start + shares[k]! * d, d);
    for (let j = Math.floor(start); j < Math.min(end, d); j++) {
      const held = Math.min(end, j + 1) - Math.max(start, j);
      found.eigenvalues[j]! += eigenvalues[k]! * held;
      found.weights[j]! += weights[k]! * (held / (end - start));
    }
  }
  return found;
}

/** A number of directions that is whole but for rounding, made whole. */
const nearWhole = (x: number, d: number): number =>
  Math.abs(x - Math.round(x)) < 1e-9 * d ? Math.round(x) : x;

const meanEigenvalue = ({ eigenvalues, shares }: Required<Spectrum>): number =>
  eigenvalues.reduce((sum, value, k) => sum + value * shares[k]!, 0);

function ofUnitMean(spectrum: Spectrum): Required<Spectrum> {
  const checked = checkSpectrum(spectrum);
  const mean = meanEigenvalue(checked);
  return { ...checked, eigenvalues: checked.eigenvalues.map((value) => value / mean) };
}

function scaledToSum(values: readonly number[]): number[] {
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}
