import { DIGITS } from '../data/digits.ts';
import {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import { READOUT_NORMS, type ReadoutNorm } from '../exact/index.ts';
import { checkFlip, LABEL_LAWS } from '../theory/channels/labels.ts';
import { MARGIN_LOSSES } from '../theory/channels/losses.ts';
import { NOISE_NAMES } from '../theory/channels/noise.ts';
import {
  type ActivationName,
  activationNames,
  type LabelLaw,
  type MarginLossName,
  type NoiseName,
  type SignalWord,
  type Spectrum,
  type SpectrumName,
  signalNamed,
  spectrumNamed,
} from '../theory/index.ts';
import { checkUnitTrace, directionsOf } from '../theory/spectrum.ts';

export const FEATURES = ['random', 'linear'] as const;
export const NETWORKS = ['deep-frozen', 'lazy', 'trained'] as const;
export const DATA = ['digits'] as const;
export const METHODS = ['pgd', 'exact'] as const;
export const STARTS = ['cold', 'warm'] as const;
export const TEST_ATTACKS = ['pgd', 'fgm', 'linearised'] as const;

/** The proportions, the training and the test of a cell of any kind. */
interface Simulation {
  /** N / d; of several layers the last. */
  readonly psi1: number;
  /** n / d */
  readonly psi2: number;
  readonly d: number;
  /** Radius in training, in units of the input; of linf sqrt(d) times that of one input. 0 trains read-outs exactly. */
  readonly eps: number;
  /** Radii at test, each giving an adversarial risk. */
  readonly epsTest: readonly number[];
  readonly lambda: number;
  /** Standard deviation of the label noise; in classification the scale of what blurs the labels. */
  readonly tau: number;
  /** Law of the label noise, Gaussian unless given. */
  readonly noise?: NoiseName | undefined;
  /** Loss of the margin y f(x), which makes it a classification, of labels +-1; square loss of values unless given. */
  readonly loss?: MarginLossName | undefined;
  /** Law of the labels: y = sign(<x, beta> + tau xi). There in a classification and nowhere else, as `flip` is. */
  readonly labels?: LabelLaw | undefined;
  /** Probability that a label is turned over. */
  readonly flip?: number | undefined;
  /** Covariance of the inputs, of mean eigenvalue 1, isotropic unless given: a name such as 'power:1', or its eigenvalues. */
  readonly spectrum?: SpectrumName | Spectrum | undefined;
  /** What bounds the attack in training; l2 unless it says linf, where every input may move by eps / sqrt(d). */
  readonly norm?: 'linf' | undefined;
  /** What bounds the attack at test, in the same units; `norm` unless given. */
  readonly testNorm?: ReadoutNorm | undefined;
  /** Law of the coordinates of the teacher, of which only attacks in linf know; 'gaussian' unless given. */
  readonly signal?: SignalWord | undefined;
  readonly activation: ActivationName;
  /**
   * Training by gradient against PGD (FGM with one step), or the exact optimum of the problem linearised in the perturbation.
   * 'exact' unless given, beside a loss; otherwise 'pgd'.
   */
  readonly method: (typeof METHODS)[number];
  /**
   * Where training a read-out by gradient begins: at theta = 0, or at the exact optimum of the problem linearised in the
   * perturbation. Unused by 'exact' and at eps = 0.
   */
  readonly start: (typeof STARTS)[number];
  /** Gradient steps of the attack in training; unused by 'exact'. */
  readonly attackSteps: number;
  readonly testAttack: (typeof TEST_ATTACKS)[number];
  /** Whether the risks are estimated from the training rows too: of exact regressions on frozen features, against l2. */
  readonly leaveOneOut?: true | undefined;
  /** Fresh rows on which the risks are measured. */
  readonly testRows: number;
  readonly seed: number;
}

interface OneLayer extends Simulation {
  readonly network?: undefined;
  readonly widths?: undefined;
  readonly data?: undefined;
}

/** The read-out of one frozen layer of random features. */
export interface RandomCell extends OneLayer {
  readonly features: 'random';
}

/** Linear regression on the inputs themselves; psi1 is 1. */
export interface LinearCell extends OneLayer {
  readonly features: 'linear';
}

interface Layers extends Simulation {
  readonly features: 'random';
  /** N_l / d of each hidden layer; psi1 is the last of them. */
  readonly widths: readonly number[];
  /** Rows of a data set that comes with the package, in place of the linear teacher's: digits below 5 against the rest. */
  readonly data?: (typeof DATA)[number] | undefined;
}

/** The read-out of several frozen layers. */
export interface DeepCell extends Layers {
  readonly network: 'deep-frozen';
}

/** One hidden layer, linearised in all its weights about random ones, which are trained. */
export interface LazyCell extends Layers {
  readonly network: 'lazy';
}

/** A network of which all layers are trained. */
export interface TrainedCell extends Layers {
  readonly network: 'trained';
}

/** One simulated training and its test: everything that decides the numbers, and nothing else. */
export type Cell = RandomCell | LinearCell | DeepCell | LazyCell | TrainedCell;

/** What a cell has when nothing else is said. */
export const cellDefaults = {
  features: 'random',
  lambda: 0,
  tau: 0,
  activation: 'shifted-relu',
  method: 'pgd',
  start: 'cold',
  attackSteps: 2,
  testAttack: 'pgd',
  testRows: 2000,
  seed: 0,
} as const satisfies Partial<Cell>;

/** The fields that only networks have. */
export const networkFields = ['network', 'widths', 'data'] as const satisfies (keyof Cell)[];

/** The fields of other laws than Gaussian noise about values of isotropic inputs, and of other losses and norms than l2. */
export const lawFields = [
  'noise',
  'loss',
  'labels',
  'flip',
  'spectrum',
  'signal',
  'norm',
  'testNorm',
] as const satisfies (keyof Cell)[];

/** Entries of the feature matrix: beyond these a cell takes many gigabytes. */
const MOST_FEATURES = 1e8;

type Needed = 'psi2' | 'd' | 'eps';

/**
 * A cell as people write it: psi2, d and eps, and whatever else differs from `cellDefaults`. With a `network` the widths of
 * its hidden layers stand in the place of psi1.
 */
export interface CellArgs extends Pick<Simulation, Needed>, Partial<Omit<Simulation, Needed>> {
  readonly features?: Cell['features'];
  readonly network?: (typeof NETWORKS)[number] | undefined;
  readonly widths?: readonly number[] | undefined;
  readonly data?: (typeof DATA)[number] | undefined;
}

/** The cell with its defaults filled in; epsTest is eps unless given. @throws InvalidArgumentError naming a bad field */
export function cell(written: CellArgs): Cell {
  const { network, widths, data, noise, loss, labels, flip, spectrum, norm, testNorm, signal, ...rest } =
    written;
  const { leaveOneOut, ...args } = rest;
  const layers = checkLayers({ network, widths, data });
  const laws = {
    ...checkLaws({ noise, loss, labels, flip }),
    ...checkInputs(spectrum),
    ...checkNorms({ norm, testNorm, signal }),
  };
  const filled = {
    psi1: layers.widths?.at(-1) ?? 1,
    epsTest: [args.eps],
    ...cellDefaults,
    ...(loss !== undefined && { method: 'exact' }),
    ...args,
  };
  checkChoice('features', filled.features, FEATURES);
  checkPositive('psi1', filled.psi1);
  checkPositive('psi2', filled.psi2);
  checkInteger('d', filled.d);
  checkNonNegative('eps', filled.eps);
  for (const eps of filled.epsTest) checkNonNegative('epsTest', eps);
  checkNonNegative('lambda', filled.lambda);
  checkNonNegative('tau', filled.tau);
  checkChoice('activation', filled.activation, activationNames);
  checkChoice('method', filled.method, METHODS);
  checkChoice('start', filled.start, STARTS);
  checkInteger('attackSteps', filled.attackSteps);
  checkChoice('testAttack', filled.testAttack, TEST_ATTACKS);
  checkInteger('testRows', filled.testRows, 2);
  checkInteger('seed', filled.seed, 0);
  const made = { ...filled, ...layers, ...laws, ...(leaveOneOut && { leaveOneOut }) } as Cell;
  checkTask(made);
  if (made.network === undefined) {
    if (made.features === 'linear' && made.psi1 !== 1)
      throw new InvalidArgumentError('psi1', made.psi1, '1 for linear features, where N = d');
    return made;
  }
  checkNetwork(made);
  if (made.data !== undefined) checkDigits(made);
  return made;
}

/** The covariance of the inputs, without it where it is not given. */
function checkInputs(spectrum: Cell['spectrum']): Pick<Cell, 'spectrum'> {
  if (spectrum === undefined) return {};
  if (typeof spectrum === 'object') return { spectrum: checkUnitTrace(spectrum) };
  spectrumNamed(spectrum);
  return { spectrum };
}

type Norms = Pick<Cell, 'norm' | 'testNorm' | 'signal'>;

/** The norms of the attacks and the law of the teacher, without those that are the default. */
function checkNorms({ norm, testNorm, signal }: Norms): Norms {
  if (norm !== undefined) checkChoice('norm', norm, ['linf']);
  if (testNorm !== undefined) checkChoice('testNorm', testNorm, READOUT_NORMS);
  if (signal !== undefined) signalNamed(signal);
  return {
    ...(norm !== undefined && { norm }),
    ...(testNorm !== undefined && testNorm !== (norm ?? 'l2') && { testNorm }),
    ...(signal !== undefined && signal !== 'gaussian' && { signal }),
  };
}

type Laws = Pick<Cell, 'noise' | 'loss' | 'labels' | 'flip'>;

/** The laws and the loss, without those that are not given; a classification has all that labels need. */
function checkLaws({ noise, loss, labels, flip }: Laws): Laws {
  if (loss === undefined) {
    for (const [name, value] of Object.entries({ labels, flip }))
      if (value !== undefined)
        throw new InvalidArgumentError(
          name,
          value,
          `none without a loss of the margin: ${MARGIN_LOSSES.join(', ')}`,
        );
    return noise === undefined ? {} : { noise: checkChoice('noise', noise, NOISE_NAMES) };
  }
  checkChoice('loss', loss, MARGIN_LOSSES);
  if (noise !== undefined)
    throw new InvalidArgumentError(
      'noise',
      noise,
      `none beside the loss ${loss}, whose labels have a law of their own`,
    );
  return { loss, labels: checkChoice('labels', labels ?? 'probit', LABEL_LAWS), flip: checkFlip(flip ?? 0) };
}

/** What the loss and the laws ask of the rest. */
function checkTask(of: Cell): void {
  const { noise, loss, lambda, spectrum, signal, leaveOneOut } = of;
  const inL2 = Object.values(normsOf(of)).every((norm) => norm === 'l2');
  if (leaveOneOut !== undefined && !(isFrozen(of) && of.method === 'exact' && loss === undefined && inL2))
    throw new InvalidArgumentError(
      'leaveOneOut',
      leaveOneOut,
      'none but for exact regressions on frozen features against l2',
    );
  if (noise !== undefined && of.data !== undefined)
    throw new InvalidArgumentError('noise', noise, `none with ${of.data}, which have noise of their own`);
  if (spectrum !== undefined && of.data !== undefined)
    throw new InvalidArgumentError(
      'spectrum',
      spectrum,
      `none with ${of.data}, which have inputs of their own`,
    );
  if (signal !== undefined && (of.data !== undefined || spectrum !== undefined))
    throw new InvalidArgumentError('signal', signal, 'none where the data or the spectrum say what it is');
  if (loss === undefined) return;
  if (!isFrozen(of) || of.data !== undefined)
    throw new InvalidArgumentError('loss', loss, 'none but for read-outs of frozen features on drawn rows');
  if (lambda === 0)
    throw new InvalidArgumentError(
      'lambda',
      lambda,
      `a number > 0 beside the loss ${loss}, so that separable rows have an optimum`,
    );
}

/** The fields that only networks have, without those that are not given. */
function checkLayers({
  network,
  widths,
  data,
}: Pick<Cell, 'network' | 'widths' | 'data'>): Pick<Cell, 'network' | 'widths' | 'data'> {
  if (network === undefined) {
    for (const [name, value] of Object.entries({ widths, data }))
      if (value !== undefined) throw new InvalidArgumentError(name, value, 'none without a network');
    return {};
  }
  checkChoice('network', network, NETWORKS);
  if (!Array.isArray(widths) || widths.length === 0)
    throw new InvalidArgumentError('widths', widths, 'one number > 0 for each hidden layer');
  widths.forEach((width, l) => {
    checkPositive(`widths[${l}]`, width);
  });
  if (network === 'lazy' && widths.length > 1)
    throw new InvalidArgumentError('widths', widths, 'one hidden layer for a lazy network');
  return { network, widths, ...(data !== undefined && { data: checkChoice('data', data, DATA) }) };
}

function checkNetwork({ features, psi1, widths, network, method, start }: Cell & Layers): void {
  if (features !== 'random')
    throw new InvalidArgumentError('features', features, "'random' beside a network");
  if (psi1 !== widths.at(-1))
    throw new InvalidArgumentError('psi1', psi1, `none beside widths, of which the last is ${widths.at(-1)}`);
  if (network !== 'deep-frozen' && method === 'exact')
    throw new InvalidArgumentError('method', method, "'pgd' where hidden layers are trained");
  if (network !== 'deep-frozen' && start === 'warm')
    throw new InvalidArgumentError('start', start, "'cold' where hidden layers are trained");
}

function checkDigits(of: Cell): void {
  if (of.d !== DIGITS.inputs) throw new InvalidArgumentError('d', of.d, `${DIGITS.inputs} with digits`);
  if (of.tau !== 0)
    throw new InvalidArgumentError('tau', of.tau, '0 with digits, which have noise of their own');
  const left = DIGITS.rows - rowsOf(of);
  if (of.testRows > left)
    throw new InvalidArgumentError(
      'testRows',
      of.testRows,
      `at most the ${left} of ${DIGITS.rows} digits that are not trained on`,
    );
}

/** Radius of an attack in units of the input: of linf that of a single input. */
export const radiusOf = (norm: ReadoutNorm, eps: number, d: number): number =>
  norm === 'l2' ? eps : eps / Math.sqrt(d);

/** What bounds the attacks of a cell in training and at test. */
export function normsOf(of: Cell): Readonly<Record<'training' | 'test', ReadoutNorm>> {
  const training = of.norm ?? 'l2';
  return { training, test: of.testNorm ?? training };
}

/** Whether the read-out is all that is trained. */
export const isFrozen = (of: Cell): of is RandomCell | LinearCell | DeepCell =>
  of.network === undefined || of.network === 'deep-frozen';

/** Whether it is a read-out that is trained by gradient: what `start` is about. */
export const isDescended = (of: Cell): boolean => isFrozen(of) && of.eps > 0 && of.method === 'pgd';

/** The cell itself, if it can be simulated. @throws InvalidArgumentError for N = n at eps = lambda = 0, or one too large */
export function simulable(of: Cell): Cell {
  if (isFrozen(of) && of.eps === 0 && of.lambda === 0 && widthOf(of) === rowsOf(of))
    throw new InvalidArgumentError(
      'psi1',
      of.psi1,
      'N other than n at eps = lambda = 0, where the risk is infinite',
    );
  if (Math.max(...unitsOf(of)) * rowsOf(of) > MOST_FEATURES)
    throw new InvalidArgumentError(
      'd',
      of.d,
      `N n = psi1 psi2 d^2 at most ${MOST_FEATURES}, to fit in memory`,
    );
  return of;
}

/** A whole number, at least 1, as near as can be to a proportion of d. */
const wholeOf = (proportion: number, d: number): number => Math.max(1, Math.round(proportion * d));

/** N, of several layers the last, and n. */
export const widthOf = ({ psi1, d }: Cell): number => wholeOf(psi1, d);
export const rowsOf = ({ psi2, d }: Cell): number => wholeOf(psi2, d);

/** N_l of each layer before the read-out. */
export const unitsOf = ({ psi1, widths = [psi1], d }: Cell): number[] =>
  widths.map((width) => wholeOf(width, d));

/** The covariance of a cell's inputs. */
export const covarianceOf = ({ spectrum = 'isotropic' }: Cell): 'identity' | Spectrum =>
  typeof spectrum === 'string' ? spectrumNamed(spectrum) : spectrum;

/**
 * The cell at the proportions that it really has: N and n are whole numbers, as are the directions of each eigenvalue and the
 * inputs that a sparse teacher depends on.
 */
export function atWholeSizes(of: Cell): Cell {
  const [psi1, psi2] = [widthOf(of) / of.d, rowsOf(of) / of.d];
  const covariance = covarianceOf(of);
  const sizes = {
    ...{ psi1, psi2 },
    ...(covariance !== 'identity' && { spectrum: directionsOf(covariance, of.d) }),
    ...(of.signal !== undefined && { signal: atWholeShare(of.signal, of.d) }),
  };
  if (of.network === undefined) return { ...of, ...sizes };
  return { ...of, ...sizes, widths: unitsOf(of).map((units) => units / of.d) };
}

function atWholeShare(name: SignalWord, d: number): SignalWord {
  const signal = signalNamed(name);
  if (typeof signal === 'string' || signal.law !== 'sparse') return name;
  const share = Math.round(signal.share! * d) / d;
  return signal.entries === undefined ? `sparse:${share}` : `sparse:${share}:${signal.entries}`;
}
