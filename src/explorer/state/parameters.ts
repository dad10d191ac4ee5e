import { LABEL_LAWS } from '../../theory/channels/labels.ts';
import { NOISE_NAMES } from '../../theory/channels/noise.ts';
import {
  type ActivationName,
  activationNames,
  type LabelLaw,
  type MarginLossName,
  type NoiseName,
  type Norm,
  type SignalName,
} from '../../theory/index.ts';
import { NORMS } from '../../theory/linf/norms.ts';
import { SIGNAL_NAMES } from '../../theory/linf/signal.ts';

/** What the theory is asked about. The names are those of the command line and of links. */
export interface Settings {
  /** N/d of the last frozen layer, whose read-out is trained */
  readonly psi1: number;
  /** n/d */
  readonly psi2: number;
  /** radius of the training attack; in linf sqrt(d) times that of one input */
  readonly eps: number;
  /** radius of the attack at test, in the same units; null follows eps */
  readonly epsTest: number | null;
  /** what bounds the attack in training, and at test, where 'same' follows it */
  readonly norm: Norm;
  readonly testNorm: Norm | 'same';
  /** the law of the signal's coordinates, and the share of them that a sparse one has; of no effect but in linf */
  readonly signal: SignalName;
  readonly share: number;
  /** the covariance of the inputs, see `spectrumNamed` */
  readonly spectrum: Spectrum;
  /** of a power law, the k-th eigenvalue being proportional to k^-exponent */
  readonly exponent: number;
  /** of spiked inputs: the share of the directions that stand out, and their variance over that of the others */
  readonly spikes: number;
  readonly ratio: number;
  readonly lambda: number;
  readonly tau: number;
  readonly activation: ActivationName;
  /** frozen layers */
  readonly depth: number;
  /** N/d of every layer below the last; of no effect at depth 1 */
  readonly below: number;
  /** the loss of the residual, or of the margin, which makes it a classification */
  readonly loss: Loss;
  /** the law of the label noise; of no effect in a classification */
  readonly noise: NoiseName;
  /** the law of the labels of a classification, and the probability that one is turned over; of no effect elsewhere */
  readonly labels: LabelLaw;
  readonly flip: number;
}

/** The losses to choose from: of the residual y - f, then of the margin y f. */
export type Loss = 'square' | 'absolute' | 'huber' | MarginLossName;
const LOSSES: readonly Loss[] = ['square', 'absolute', 'huber', 'logistic', 'hinge', 'squaredHinge'];

type Spectrum = 'isotropic' | 'power' | 'spiked';
const SPECTRA: readonly Spectrum[] = ['isotropic', 'power', 'spiked'];

export const defaults: Settings = {
  psi1: 4,
  psi2: 2,
  eps: 0.3,
  epsTest: null,
  norm: 'l2',
  testNorm: 'same',
  signal: 'gaussian',
  share: 0.1,
  spectrum: 'isotropic',
  exponent: 1,
  spikes: 0.05,
  ratio: 20,
  lambda: 0,
  tau: 0.2,
  activation: 'shifted-relu',
  depth: 1,
  below: 2,
  loss: 'square',
  noise: 'gaussian',
  labels: 'probit',
  flip: 0,
};

/** What each setting that is a word may be. */
export const choices = {
  loss: LOSSES,
  noise: NOISE_NAMES,
  labels: LABEL_LAWS,
  activation: activationNames,
  norm: NORMS,
  testNorm: ['same', ...NORMS],
  signal: SIGNAL_NAMES,
  spectrum: SPECTRA,
} as const satisfies { readonly [Name in keyof Settings]?: readonly Settings[Name][] };

export type WordName = keyof typeof choices;
export type AxisName = 'psi1' | 'psi2' | 'eps' | 'epsTest' | 'lambda' | 'tau' | 'depth' | 'activation';
export type NumberName = Exclude<AxisName, 'depth' | 'activation'> | LawNumber | 'below';
/** Numbers of laws, along which no curve runs. */
export type LawNumber = 'flip' | 'share' | 'exponent' | 'spikes' | 'ratio';

/** A number with a slider. Values beyond the slider's range may be typed as long as they are in the domain. */
export interface Parameter {
  readonly name: NumberName;
  readonly title: string;
  readonly explanation: string;
  readonly from: number;
  readonly to: number;
  readonly scale: 'linear' | 'log';
  /** The left end of a logarithmic slider means 0. */
  readonly zero: boolean;
  /** Whether 0 is excluded. */
  readonly positive: boolean;
  /** The largest value, where that is less than the page can show. */
  readonly most?: number;
}

export const MAX_DEPTH = 4;

type Kind = Pick<Parameter, 'scale' | 'zero' | 'positive'>;
const linear: Kind = { scale: 'linear', zero: false, positive: false };
const proportion: Kind = { scale: 'log', zero: false, positive: true };
const penalty: Kind = { scale: 'log', zero: true, positive: false };

const slider = (
  title: string,
  [from, to]: readonly [number, number],
  kind: Kind,
  explanation: string,
  most?: number,
): Omit<Parameter, 'name'> => ({
  title,
  explanation,
  from,
  to,
  ...kind,
  ...(most !== undefined && { most }),
});

const sliders: Readonly<Record<NumberName, Omit<Parameter, 'name'>>> = {
  psi1: slider('width', [0.1, 100], proportion, 'N/d, random features per input dimension'),
  psi2: slider('samples', [0.1, 20], proportion, 'n/d, training samples per input dimension'),
  eps: slider('attack in training', [0, 2], linear, 'radius of the perturbations trained against'),
  epsTest: slider('attack at test', [0, 2], linear, 'radius of the attack at test'),
  lambda: slider('ridge penalty', [1e-5, 10], penalty, 'lambda/2 times the squared norm of theta'),
  tau: slider(
    'label noise',
    [0, 2],
    linear,
    'standard deviation of the noise in the labels; of classes, of what blurs them',
  ),
  below: slider('width beneath', [0.1, 20], proportion, 'N/d of every frozen layer below the last'),
  flip: slider('turned over', [0, 0.5], linear, 'probability that a label is turned over', 0.5),
  share: slider(
    'share with signal',
    [0.001, 1],
    proportion,
    'of the coordinates of the signal that are not 0',
    1,
  ),
  exponent: slider(
    'exponent',
    [0, 3],
    linear,
    'the k-th of 100 variances of the inputs is proportional to k to the minus this power',
    20,
  ),
  spikes: slider('share that stands out', [0.001, 0.9], proportion, 'of the directions of the inputs', 0.99),
  ratio: slider(
    'by a factor of',
    [1, 1000],
    proportion,
    'variance of the inputs in the directions that stand out over that in the others',
  ),
};

export const parameters = Object.fromEntries(
  Object.entries(sliders).map(([name, parameter]) => [name, { name, ...parameter }]),
) as Readonly<Record<NumberName, Parameter>>;

/** Why `value` cannot be this parameter, or undefined when it can. */
export function objection({ name, positive, most = 1e6 }: Parameter, value: number): string | undefined {
  if (!Number.isFinite(value)) return `${name} must be a number`;
  if (value < 0 || (positive && value === 0)) return `${name} must be ${positive ? 'above 0' : '0 or more'}`;
  // Beyond a million the page would only show rounding.
  return value > most ? `${name} must be at most ${most}` : undefined;
}

export const SLIDER_STEPS = 600;

/** The slider's position, 0 .. SLIDER_STEPS, for a value; clamped. */
export function positionOf({ from, to, scale, zero }: Parameter, value: number): number {
  if (zero && value < from) return 0;
  const share = scale === 'log' ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from);
  const clamped = Math.min(1, Math.max(0, share));
  return zero ? Math.max(1, Math.round(clamped * SLIDER_STEPS)) : Math.round(clamped * SLIDER_STEPS);
}

/** The value at a slider's position, rounded to what a reader would write: three digits, or hundredths. */
export function valueAt({ from, to, scale, zero }: Parameter, position: number): number {
  if (zero && position === 0) return 0;
  const share = position / SLIDER_STEPS;
  const value = scale === 'log' ? from * (to / from) ** share : from + (to - from) * share;
  return roundFor(scale, value);
}

/**
 * The value that a slider asks for when it has been moved from that of `value` to a position: another one, since an arrow key
 * would otherwise stay where positions are closer than values.
 */
export function movedTo(parameter: Parameter, value: number, position: number): number {
  const direction = Math.sign(position - positionOf(parameter, value));
  let at = position;
  while (direction !== 0 && at > 0 && at < SLIDER_STEPS && valueAt(parameter, at) === value) at += direction;
  return valueAt(parameter, at);
}

export const roundFor = (scale: 'linear' | 'log', value: number): number =>
  scale === 'log' ? Number(value.toPrecision(3)) : Math.round(value * 100) / 100;
