import { erf, normalCdf, normalDensity } from '../numerics/gaussian.ts';
import {
  type ActivationDefinition,
  centralMoments as central,
  momentsByQuadrature,
} from './activationMoments.ts';

/** The slope of leaky-relu below zero, TensorFlow's default. */
export const LEAKY_RELU_SLOPE = 0.2;

const step = (u: number): number => (u > 0 ? 1 : 0);
const sigmoid = (u: number): number => 1 / (1 + Math.exp(-u));
const SQRT_2PI = Math.sqrt(2 * Math.PI);
const tanh: ActivationDefinition = { value: Math.tanh, derivative: (u) => 1 / Math.cosh(u) ** 2 };
const RELU_MOMENTS = { mu0: 1 / SQRT_2PI, mu1: 0.5, muStarSquared: 0.25 - 0.5 / Math.PI, nuSquared: 0.25 };

/** The activations known by name. */
export const namedActivations = {
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
  // An odd function has no mean, whatever quadrature rounds it to: models then have none to take off.
  tanh: { ...tanh, moments: () => ({ ...momentsByQuadrature(tanh), mu0: 0 }) },
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
} satisfies Record<string, ActivationDefinition>;

/**
 * The activations known by name; models and theory understand the same ones.
 * @useDeclaredType
 */
export type ActivationName = keyof typeof namedActivations;

/** The names understood wherever an activation is asked for. */
export const activationNames = Object.keys(namedActivations) as ActivationName[];
