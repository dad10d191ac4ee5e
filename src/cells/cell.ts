import type { ReadoutNorm } from '../exact/index.ts';
import type {
  ActivationName,
  LabelLaw,
  MarginLossName,
  NoiseName,
  SignalWord,
  Spectrum,
  SpectrumName,
} from '../theory/index.ts';

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
