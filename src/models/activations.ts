import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkChoice, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import {
  type ActivationName,
  activation,
  type CustomActivation,
  LEAKY_RELU_SLOPE,
  nameActivation,
  type RegisteredName,
} from '../theory/activations.ts';

export type { ActivationName, RegisteredName };

type OnTensors = (u: tf.Tensor) => tf.Tensor;

const normalCdf = (u: tf.Tensor): tf.Tensor => tf.erf(u.div(Math.SQRT2)).add(1).div(2);

/** The activations of theory/activations.ts on tensors, before centring, float32. */
const known: Record<ActivationName, OnTensors> = {
  'shifted-relu': (u) => tf.relu(u).sub(1 / Math.sqrt(2 * Math.PI)),
  relu: (u) => tf.relu(u),
  'leaky-relu': (u) => tf.leakyRelu(u, LEAKY_RELU_SLOPE),
  elu: (u) => tf.elu(u),
  gelu: (u) => u.mul(normalCdf(u)),
  silu: (u) => u.mul(tf.sigmoid(u)),
  softplus: (u) => tf.softplus(u),
  tanh: (u) => tf.tanh(u),
  erf: (u) => tf.erf(u),
  sigmoid: (u) => tf.sigmoid(u),
  sin: (u) => tf.sin(u),
  cos: (u) => tf.cos(u),
};

const onTensors = new Map<string, OnTensors>(Object.entries(known));

/** A function of one's own, on numbers and on tensors. */
export interface OwnActivation extends Omit<CustomActivation, 'name'> {
  /** The same function as `f`, elementwise on a tensor of any shape; differentiable by TensorFlow.js. */
  readonly tensor: (u: tf.Tensor) => tf.Tensor;
}

const OWN: OptionNames<OwnActivation> = { f: true, derivative: true, kinks: true, tensor: true };

/**
 * Makes a function of one's own known by a name: to the theory, to the layers and models that take an activation, and to
 * saved models that hold such a layer. A program that opens a saved model registers its activations first.
 * @throws InvalidArgumentError for a name that is taken, a missing function, or a derivative that is not that of f
 */
export function registerActivation(name: string, own: OwnActivation): void {
  checkOptions('registerActivation', own ?? null, OWN);
  const { tensor, ...onNumbers } = own;
  if (typeof tensor !== 'function')
    throw new InvalidArgumentError('tensor', tensor, 'a function of a tensor');
  nameActivation(name, onNumbers);
  onTensors.set(name, tensor);
}

/**
 * The name itself.
 * @throws InvalidArgumentError for a name that no activation has
 */
export const checkActivation = (name: RegisteredName): RegisteredName =>
  checkChoice('activation', name, [...onTensors.keys()]);

/**
 * sigma(u) - E sigma(G) elementwise, G ~ N(0, 1): the centred activation that the asymptotics are about.
 * @throws InvalidArgumentError for an unknown name
 */
export function centredActivation(name: RegisteredName): (u: tf.Tensor) => tf.Tensor {
  const raw = onTensors.get(checkActivation(name))!;
  const { mu0 } = activation(name).moments;
  return mu0 === 0 ? raw : (u) => raw(u).sub(mu0);
}
