import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkChoice, InvalidArgumentError } from '../../errors.ts';
import type { GaussianPart } from '../channels/gaussianMixtures.ts';
import { atoms } from '../channels/noise.ts';

/** Laws of the coordinates of the signal, known by name. */
export type SignalName = 'gaussian' | 'rademacher' | 'sparse';
export const SIGNAL_NAMES: readonly SignalName[] = ['gaussian', 'rademacher', 'sparse'];

/** Every coordinate Gaussian. */
export interface GaussianSignal {
  /** which law */
  readonly law: 'gaussian';
}

/** Every coordinate +-rho/sqrt(d). */
export interface RademacherSignal {
  /** which law */
  readonly law: 'rademacher';
}

/** A share of the coordinates carries the signal, the others are 0. */
export interface SparseSignal {
  /** which law */
  readonly law: 'sparse';
  /** of the coordinates that are not 0, in (0, 1]; default 0.1 */
  readonly share?: number;
  /** the law of those: +-rho/sqrt(share d) ('rademacher', default) or Gaussian */
  readonly entries?: 'rademacher' | 'gaussian';
}

/** Values of sqrt(d) beta_j with probabilities, scaled so that |beta| = rho. */
export interface DiscreteSignal {
  /** which law */
  readonly law: 'discrete';
  /** finite, not all 0; their scale does not matter */
  readonly values: ArrayLike<number>;
  /** > 0 in sum, normalised; default equal */
  readonly weights?: ArrayLike<number>;
}

/**
 * The law of the coordinates sqrt(d) beta_j of the signal, of mean square rho^2; a name stands for its defaults. An attack on
 * single coordinates (linf) feels it, one in l2 does not.
 */
export type Signal = SignalName | GaussianSignal | RademacherSignal | SparseSignal | DiscreteSignal;

/** The law of |sqrt(d) beta_j|/rho as a mixture of mean square 1, each atom once, as it is or in its absolute value. */
export type SignalLaw = readonly GaussianPart[];

/** Of the coordinates of a sparse signal, unless another is given. */
export const SPARSE_SHARE = 0.1;

type Law = SignalName | 'discrete';
const LAWS: readonly Law[] = [...SIGNAL_NAMES, 'discrete'];
const ENTRIES = ['rademacher', 'gaussian'] as const;
const OPTIONS: Readonly<Record<Law, Readonly<Record<string, true>>>> = {
  gaussian: { law: true },
  rademacher: { law: true },
  sparse: { law: true, share: true, entries: true } satisfies OptionNames<SparseSignal>,
  discrete: { law: true, values: true, weights: true } satisfies OptionNames<DiscreteSignal>,
};

/**
 * The law of |sqrt(d) beta_j|/rho as Gaussians: signs of coordinates may be turned together with those of the rest, so that
 * atoms come with shift >= 0, each once. The mean square is 1.
 * @throws InvalidArgumentError for a law that is unknown or whose values are not finite
 */
export function signalParts(signal: Signal = 'gaussian'): SignalLaw {
  const given: Exclude<Signal, string> =
    typeof signal === 'string' ? ({ law: signal } as Exclude<Signal, string>) : signal;
  if (given === null || typeof given !== 'object' || !('law' in given))
    throw new InvalidArgumentError(
      'signal',
      signal,
      `one of ${SIGNAL_NAMES.join(', ')}, or an object with a law`,
    );
  const law = checkChoice('signal', given.law, LAWS);
  checkOptions(`a ${law} signal`, given, OPTIONS[law]);
  if (given.law === 'gaussian') return GAUSSIAN;
  if (given.law === 'rademacher') return [{ weight: 1, shift: 1, variance: 0 }];
  if (given.law === 'discrete') return discrete(given);
  const { share = SPARSE_SHARE, entries = 'rademacher' } = given;
  if (!(typeof share === 'number' && share > 0 && share <= 1))
    throw new InvalidArgumentError('share', share, 'a probability in (0, 1]');
  const carrier: GaussianPart =
    checkChoice('entries', entries, ENTRIES) === 'gaussian'
      ? { weight: share, shift: 0, variance: 1 / share }
      : { weight: share, shift: 1 / Math.sqrt(share), variance: 0 };
  return share === 1 ? [carrier] : [{ weight: 1 - share, shift: 0, variance: 0 }, carrier];
}

/** The default, with which norms of rotation-invariant gradients are all proportional. */
const GAUSSIAN: SignalLaw = [{ weight: 1, shift: 0, variance: 1 }];

function discrete({ values, weights }: DiscreteSignal): GaussianPart[] {
  const given = atoms(values, weights);
  const largest = Math.max(...given.map(({ shift }) => Math.abs(shift)));
  if (largest === 0) throw new InvalidArgumentError('values', values, 'some signal: not all 0');
  const scaled = given.map(({ weight, shift }) => ({ weight, size: Math.abs(shift) / largest }));
  const square = scaled.reduce((sum, { weight, size }) => sum + weight * size * size, 0);
  if (!(square > 0)) throw new InvalidArgumentError('weights', weights, 'some signal: not all 0');
  const weightOf = new Map<number, number>();
  for (const { weight, size } of scaled)
    if (weight > 0) weightOf.set(size, (weightOf.get(size) ?? 0) + weight);
  return [...weightOf].map(([size, weight]) => ({ weight, shift: size / Math.sqrt(square), variance: 0 }));
}
