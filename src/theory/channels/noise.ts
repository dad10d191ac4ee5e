import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkChoice, InvalidArgumentError } from '../../errors.ts';
import { type GaussianPart, laplaceParts, studentParts } from './gaussianMixtures.ts';

/** Laws of label noise, scaled to the variance tau^2. */
export type NoiseName = 'gaussian' | 'rademacher' | 'laplace' | 'student' | 'sparse';
export const NOISE_NAMES: readonly NoiseName[] = ['gaussian', 'rademacher', 'laplace', 'student', 'sparse'];

/** Gaussian noise of variance tau^2. */
export interface GaussianNoise {
  /** which law */
  readonly law: 'gaussian';
}

/** +-tau, equally likely. */
export interface RademacherNoise {
  /** which law */
  readonly law: 'rademacher';
}

/** Laplace noise of variance tau^2. */
export interface LaplaceNoise {
  /** which law */
  readonly law: 'laplace';
}

/** Student's t with so many degrees of freedom, scaled to variance tau^2. */
export interface StudentNoise {
  /** which law */
  readonly law: 'student';
  /** > 2, or there is no variance; default 5 */
  readonly degrees?: number;
}

/** 0 with probability 1 - share, otherwise +-tau/sqrt(share), signs equally likely. */
export interface SparseNoise {
  /** which law */
  readonly law: 'sparse';
  /** in (0, 1]; default 0.1 */
  readonly share?: number;
}

/** Values with probabilities, in the units of y; tau is then not given. */
export interface DiscreteNoise {
  /** which law */
  readonly law: 'discrete';
  /** finite */
  readonly values: ArrayLike<number>;
  /** > 0 in sum, normalised; default equal */
  readonly weights?: ArrayLike<number>;
}

/** Draws of the noise, equally likely, in the units of y; tau is then not given. */
export interface SampledNoise {
  /** which law */
  readonly law: 'sampled';
  /** finite */
  readonly values: ArrayLike<number>;
}

/** The law of the label noise of a regression; a name stands for its defaults. */
export type Noise =
  | NoiseName
  | GaussianNoise
  | RademacherNoise
  | LaplaceNoise
  | StudentNoise
  | SparseNoise
  | DiscreteNoise
  | SampledNoise;

type Law = NoiseName | 'discrete' | 'sampled';
const LAWS: readonly Law[] = [...NOISE_NAMES, 'discrete', 'sampled'];
const OPTIONS: Readonly<Record<Law, Readonly<Record<string, true>>>> = {
  gaussian: { law: true },
  rademacher: { law: true },
  laplace: { law: true },
  student: { law: true, degrees: true } satisfies OptionNames<StudentNoise>,
  sparse: { law: true, share: true } satisfies OptionNames<SparseNoise>,
  discrete: { law: true, values: true, weights: true } satisfies OptionNames<DiscreteNoise>,
  sampled: { law: true, values: true } satisfies OptionNames<SampledNoise>,
};

/**
 * A law of noise as a mixture of Gaussians, of variance tau^2 where the law has no units of its own.
 * @throws InvalidArgumentError for a law that is unknown, has no variance, or whose values are not finite
 */
export function noiseParts(noise: Noise, tau: number | undefined): GaussianPart[] {
  const given: Exclude<Noise, string> =
    typeof noise === 'string' ? ({ law: noise } as Exclude<Noise, string>) : noise;
  if (given === null || typeof given !== 'object' || !('law' in given))
    throw new InvalidArgumentError(
      'noise',
      noise,
      `one of ${NOISE_NAMES.join(', ')}, or an object with a law`,
    );
  const law = checkChoice('noise', given.law, LAWS);
  checkOptions(`${law} noise`, given, OPTIONS[law]);
  if (given.law === 'discrete' || given.law === 'sampled') {
    if (tau !== undefined)
      throw new InvalidArgumentError(
        'tau',
        tau,
        `none beside ${law} noise, whose values have their own units`,
      );
    return atoms(given.values, given.law === 'discrete' ? given.weights : undefined);
  }
  const unit = unitParts(given);
  const scale = tau ?? 0;
  return scale === 0
    ? [{ weight: 1, shift: 0, variance: 0 }]
    : unit.map(({ weight, shift, variance }) => ({
        weight,
        shift: scale * shift,
        variance: scale * scale * variance,
      }));
}

function unitParts(noise: Exclude<Noise, string | DiscreteNoise | SampledNoise>): GaussianPart[] {
  const pair = (weight: number, shift: number): GaussianPart[] => [
    { weight: weight / 2, shift, variance: 0 },
    { weight: weight / 2, shift: -shift, variance: 0 },
  ];
  if (noise.law === 'gaussian') return [{ weight: 1, shift: 0, variance: 1 }];
  if (noise.law === 'rademacher') return pair(1, 1);
  if (noise.law === 'laplace') return laplaceParts();
  if (noise.law === 'student') {
    const { degrees = 5 } = noise;
    if (!(typeof degrees === 'number' && degrees > 2 && degrees < Infinity))
      throw new InvalidArgumentError(
        'degrees',
        degrees,
        'a finite number > 2: there is no variance otherwise',
      );
    return studentParts(degrees);
  }
  const { share = 0.1 } = noise;
  if (!(typeof share === 'number' && share > 0 && share <= 1))
    throw new InvalidArgumentError('share', share, 'a probability in (0, 1]');
  return [
    ...(share < 1 ? [{ weight: 1 - share, shift: 0, variance: 0 }] : []),
    ...pair(share, 1 / Math.sqrt(share)),
  ];
}

/** Values with probabilities (default equal), as a mixture. @throws InvalidArgumentError for what is no law */
export function atoms(values: ArrayLike<number>, weights: ArrayLike<number> | undefined): GaussianPart[] {
  const list = checkNumbers('values', values, () => true, 'finite numbers, at least one');
  const shares =
    weights === undefined
      ? list.map(() => 1)
      : checkNumbers('weights', weights, (weight) => weight >= 0, 'finite numbers >= 0, not all 0');
  if (shares.length !== list.length)
    throw new InvalidArgumentError('weights', shares.length, `${list.length} weights, as many as values`);
  const total = shares.reduce((sum, share) => sum + share, 0);
  if (!(total > 0)) throw new InvalidArgumentError('weights', weights, 'finite numbers >= 0, not all 0');
  return list.map((shift, i) => ({ weight: shares[i]! / total, shift, variance: 0 }));
}

function checkNumbers(
  name: string,
  values: ArrayLike<number>,
  holds: (value: number) => boolean,
  expected: string,
): number[] {
  const list =
    values !== null && typeof values === 'object' && typeof values.length === 'number'
      ? Array.from(values)
      : [];
  if (list.length === 0 || !list.every((value) => Number.isFinite(value) && holds(value)))
    throw new InvalidArgumentError(name, values, expected);
  return list;
}

/** E xi^2 */
export const secondMoment = (parts: readonly GaussianPart[]): number =>
  parts.reduce((sum, { weight, shift, variance }) => sum + weight * (shift * shift + variance), 0);
