import { checkChoice, InvalidArgumentError } from './errors.ts';
import { erf, normalCdf, normalDensity } from './gaussian.ts';
import { gaussianMean } from './quadrature.ts';

/**
 * All that the asymptotics see of an activation sigma at a Gaussian pre-activation G ~ N(0, 1):
 * mu0 = E sigma(G), mu1 = E sigma'(G), muStarSquared = Var sigma(G) - mu1^2, nuSquared = Var sigma'(G).
 * The theory is that of the centred activation sigma - mu0; models centre by this same mu0.
 */
export interface ActivationMoments {
  readonly mu0: number;
  readonly mu1: number;
  readonly muStarSquared: number;
  readonly nuSquared: number;
}

/** An activation in float64. `value` is not centred: a feature is value(u) - moments.mu0. */
export interface Activation {
  readonly name: string;
  readonly value: (u: number) => number;
  readonly derivative: (u: number) => number;
  /** Points where `derivative` jumps. */
  readonly kinks: readonly number[];
  readonly moments: ActivationMoments;
}

/** A function of one's own: `f`, its derivative, and the points where the derivative jumps. */
export interface CustomActivation {
  readonly name?: string;
  readonly f: (u: number) => number;
  readonly derivative: (u: number) => number;
  readonly kinks?: readonly number[];
}

/** A named activation, a function of one's own, or bare moments (`mu0` is then immaterial). */
export type ActivationSpec = ActivationName | CustomActivation | ActivationMoments;

/** The slope of leaky-relu below zero, TensorFlow's default. */
export const LEAKY_RELU_SLOPE = 0.2;

const step = (u: number): number => (u > 0 ? 1 : 0);
const sigmoid = (u: number): number => 1 / (1 + Math.exp(-u));
const SQRT_2PI = Math.sqrt(2 * Math.PI);
const RELU_MOMENTS = { mu0: 1 / SQRT_2PI, mu1: 0.5, muStarSquared: 0.25 - 0.5 / Math.PI, nuSquared: 0.25 };

interface Definition {
  value: (u: number) => number;
  derivative: (u: number) => number;
  kinks?: readonly number[];
  /** In closed form where one exists. */
  moments?: () => ActivationMoments;
}

/** Moments from E sigma, E sigma', E sigma^2 and E sigma'^2. */
const central = (mean: number, mu1: number, square: number, slopeSquare: number): ActivationMoments => ({
  mu0: mean,
  mu1,
  muStarSquared: square - mean ** 2 - mu1 ** 2,
  nuSquared: slopeSquare - mu1 ** 2,
});

const definitions = {
  /** max(u, 0) - 1/sqrt(2 pi), the activation of Hassani & Javanmard; centred as it is. */
  'shifted-relu': {
    value: (u) => Math.max(u, 0) - 1 / SQRT_2PI,
    derivative: step,
    kinks: [0],
    moments: () => ({ ...RELU_MOMENTS, mu0: 0 }),
  },
  relu: { value: (u) => Math.max(u, 0), derivative: step, kinks: [0], moments: () => RELU_MOMENTS },
  'leaky-relu': {
    value: (u) => (u > 0 ? u : LEAKY_RELU_SLOPE * u),
    derivative: (u) => (u > 0 ? 1 : LEAKY_RELU_SLOPE),
    kinks: [0],
    moments: () => {
      const a = LEAKY_RELU_SLOPE;
      return central((1 - a) / SQRT_2PI, (1 + a) / 2, (1 + a * a) / 2, (1 + a * a) / 2);
    },
  },
  elu: {
    value: (u) => (u > 0 ? u : Math.expm1(u)),
    derivative: (u) => (u > 0 ? 1 : Math.exp(u)),
    kinks: [0],
    moments: () => {
      const first = Math.sqrt(Math.E) * normalCdf(-1); // E e^G 1{G < 0}
      const second = Math.E ** 2 * normalCdf(-2); // E e^2G 1{G < 0}
      return central(1 / SQRT_2PI + first - 0.5, 0.5 + first, 1 + second - 2 * first, 0.5 + second);
    },
  },
  gelu: {
    value: (u) => u * normalCdf(u),
    derivative: (u) => normalCdf(u) + u * normalDensity(u),
    moments: () => {
      const root = Math.sqrt(3) * Math.PI;
      return central(0.5 / Math.sqrt(Math.PI), 0.5, 1 / 3 + 1 / (2 * root), 1 / 3 + 2 / (3 * root));
    },
  },
  silu: {
    value: (u) => u * sigmoid(u),
    derivative: (u) => sigmoid(u) * (1 + u * sigmoid(-u)),
  },
  softplus: {
    value: (u) => Math.max(u, 0) + Math.log1p(Math.exp(-Math.abs(u))),
    derivative: sigmoid,
  },
  tanh: { value: Math.tanh, derivative: (u) => 1 / Math.cosh(u) ** 2 },
  erf: {
    value: erf,
    derivative: (u) => (2 / Math.sqrt(Math.PI)) * Math.exp(-u * u),
    moments: () =>
      central(0, 2 / Math.sqrt(3 * Math.PI), (2 / Math.PI) * Math.asin(2 / 3), 4 / (Math.PI * Math.sqrt(5))),
  },
  sigmoid: { value: sigmoid, derivative: (u) => sigmoid(u) * sigmoid(-u) },
  sin: {
    value: Math.sin,
    derivative: Math.cos,
    moments: () => central(0, Math.exp(-0.5), (1 - Math.exp(-2)) / 2, (1 + Math.exp(-2)) / 2),
  },
  cos: {
    value: Math.cos,
    derivative: (u) => -Math.sin(u),
    moments: () => central(Math.exp(-0.5), 0, (1 + Math.exp(-2)) / 2, (1 - Math.exp(-2)) / 2),
  },
} satisfies Record<string, Definition>;

export type ActivationName = keyof typeof definitions;

/** The names understood wherever an activation is asked for. */
export const activationNames = Object.keys(definitions) as ActivationName[];

const resolved = new Map<ActivationName, Activation>();

/**
 * The activation of that name, or the one made of the caller's function and derivative.
 * @throws InvalidArgumentError on an unknown name or a function without derivative.
 */
export function activation(spec: ActivationName | CustomActivation): Activation {
  if (typeof spec === 'object' && spec !== null) {
    const { name = 'custom', f, derivative, kinks = [] } = spec;
    if (typeof f !== 'function' || typeof derivative !== 'function')
      throw new InvalidArgumentError('activation', spec, 'a name, or functions f and derivative');
    return {
      name,
      value: f,
      derivative,
      kinks,
      moments: momentsByQuadrature({ value: f, derivative, kinks }),
    };
  }
  const name = checkChoice('activation', spec, activationNames);
  let found = resolved.get(name);
  if (found === undefined) {
    const { value, derivative, kinks = [], moments }: Definition = definitions[name];
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

/** The moments of `spec`; bare moments are returned as they are. */
export function activationMoments(spec: ActivationSpec): ActivationMoments {
  if (typeof spec === 'object' && spec !== null && 'mu1' in spec) {
    const { mu1, muStarSquared, nuSquared } = spec;
    if (!Number.isFinite(mu1) || !(muStarSquared >= 0) || !(nuSquared >= 0) || !Number.isFinite(nuSquared))
      throw new InvalidArgumentError('activation', spec, 'finite moments with muStarSquared, nuSquared >= 0');
    return spec;
  }
  return activation(spec).moments;
}

/**
 * The moments by quadrature split at the kinks, to 1e-12.
 * @throws UserError when the integrals do not settle; InvalidArgumentError when `derivative` is not that of `value`.
 */
export function momentsByQuadrature({ value, derivative, kinks = [] }: Definition): ActivationMoments {
  const mu0 = gaussianMean(value, kinks);
  const mu1 = gaussianMean(derivative, kinks);
  const energy = gaussianMean((u) => value(u) ** 2, kinks);
  const slopeEnergy = gaussianMean((u) => derivative(u) ** 2, kinks);
  const byParts = gaussianMean((u) => u * value(u), kinks, energy);
  if (Math.abs(byParts - mu1) > 1e-8 * Math.sqrt(energy + slopeEnergy))
    throw new InvalidArgumentError(
      'derivative',
      mu1,
      `the derivative of a continuous f: E G f(G) = ${byParts}`,
    );
  // Centred before squaring: the variances of a nearly linear function would otherwise cancel.
  const variance = (f: (u: number) => number, scale: number): number => {
    const found = gaussianMean((u) => f(u) ** 2, kinks, scale);
    return found > 1e-24 * scale ? found : 0;
  };
  return {
    mu0,
    mu1,
    muStarSquared: variance((u) => value(u) - mu0 - mu1 * u, energy),
    nuSquared: variance((u) => derivative(u) - mu1, slopeEnergy),
  };
}
