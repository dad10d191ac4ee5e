import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkChoice, InvalidArgumentError } from '../errors.ts';
import {
  type ActivationDefinition,
  type ActivationMoments,
  momentsByQuadrature,
} from './activationMoments.ts';
import { type ActivationName, activationNames, namedActivations } from './namedActivations.ts';

export type { ActivationMoments } from './activationMoments.ts';
export { type ActivationName, activationNames, LEAKY_RELU_SLOPE } from './namedActivations.ts';

/** An activation in float64. `value` is not centred: a feature is value(u) - moments.mu0. */
export interface Activation {
  /** One of the known names, or the caller's own. */
  readonly name: string;
  /** sigma(u) */
  readonly value: (u: number) => number;
  /** sigma'(u), any value at a kink */
  readonly derivative: (u: number) => number;
  /** Points where `derivative` jumps. */
  readonly kinks: readonly number[];
  /** All that the asymptotics see of it. */
  readonly moments: ActivationMoments;
}

/** A known name, or one that `registerActivation` was given. */
export type RegisteredName = ActivationName | (string & Record<never, never>);

/** A function of one's own: `f`, its derivative, and the points where the derivative jumps. */
export interface CustomActivation {
  /** For messages. Default 'custom'. */
  readonly name?: string;
  /** sigma(u), continuous; it need not be centred */
  readonly f: (u: number) => number;
  /** sigma'(u), any value at a kink */
  readonly derivative: (u: number) => number;
  /** Where the derivative jumps, in any order. Default none. */
  readonly kinks?: readonly number[];
}

/** A named activation, a function of one's own, or bare moments (`mu0` is then immaterial). */
export type ActivationSpec = RegisteredName | CustomActivation | ActivationMoments;

const CUSTOM: OptionNames<CustomActivation> = { name: true, f: true, derivative: true, kinks: true };
/** The names of the moments. */
export const MOMENTS: OptionNames<ActivationMoments> = {
  mu0: true,
  mu1: true,
  muStarSquared: true,
  nuSquared: true,
};

const resolved = new Map<string, Activation>();

/**
 * The activation of that name, or the one made of the caller's function and derivative.
 * @throws InvalidArgumentError on an unknown name or option, a function without derivative, or a constant function.
 */
export function activation(spec: RegisteredName | CustomActivation): Activation {
  if (typeof spec === 'object' && spec !== null) {
    const { name = 'custom', f, derivative, kinks = [] } = spec;
    if (typeof f !== 'function' || typeof derivative !== 'function')
      throw new InvalidArgumentError('activation', spec, 'a name, or functions f and derivative');
    checkOptions('activation', spec, CUSTOM);
    const moments = momentsByQuadrature({ value: f, derivative, kinks });
    checkMoments(name, moments);
    return { name, value: f, derivative, kinks, moments };
  }
  let found = resolved.get(spec);
  if (found === undefined) {
    const name = checkChoice('activation', spec, activationNames);
    const { value, derivative, kinks = [], moments }: ActivationDefinition = namedActivations[name];
    found = {
      name,
      value,
      derivative,
      kinks,
      moments: moments?.() ?? momentsByQuadrature({ value, derivative, kinks }),
    };
    resolved.set(name, found);
  }
  return found;
}

/**
 * Gives a function of one's own a name, under which `activation` finds it from then on.
 * @throws InvalidArgumentError for a name that is taken, and as `activation` does
 */
export function nameActivation(name: string, own: Omit<CustomActivation, 'name'>): void {
  if (typeof name !== 'string' || name === '') throw new InvalidArgumentError('name', name, 'a string');
  if (resolved.has(name) || (activationNames as readonly string[]).includes(name))
    throw new InvalidArgumentError('name', name, 'a name that no activation has yet');
  resolved.set(name, activation({ ...own, name }));
}

/**
 * The moments of `spec`; bare moments are returned as they are.
 * @throws InvalidArgumentError as `activation` does, and on moments that no function has.
 */
export function activationMoments(spec: ActivationSpec): ActivationMoments {
  if (typeof spec === 'object' && spec !== null && 'mu1' in spec) {
    checkOptions('activation moments', spec, MOMENTS);
    checkMoments(spec, spec);
    return spec;
  }
  return activation(spec).moments;
}

/** Rounding of moments from quadrature or from a caller's own digits. */
const ROUNDING = 1e-9;

/**
 * Refuses moments that no activation has, and those of a constant. Over its Hermite expansion
 * muStarSquared = sum of c_k^2 and nuSquared = sum of k c_k^2 over k >= 2.
 */
function checkMoments(spec: unknown, { mu1, muStarSquared, nuSquared }: ActivationMoments): void {
  if (![mu1, muStarSquared, nuSquared].every(Number.isFinite) || muStarSquared < 0 || nuSquared < 0)
    throw new InvalidArgumentError('activation', spec, 'finite moments with muStarSquared, nuSquared >= 0');
  if (nuSquared < 2 * muStarSquared * (1 - ROUNDING))
    throw new InvalidArgumentError(
      'activation',
      spec,
      `moments of a function, nuSquared >= 2 muStarSquared = ${2 * muStarSquared}`,
    );
  if (muStarSquared === 0 && nuSquared > ROUNDING * mu1 * mu1)
    throw new InvalidArgumentError('activation', spec, 'nuSquared = 0 where muStarSquared = 0');
  if (mu1 === 0 && muStarSquared === 0)
    throw new InvalidArgumentError('activation', spec, 'a function that is not constant');
}
