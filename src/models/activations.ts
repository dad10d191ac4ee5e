import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkChoice, InvalidArgumentError } from '../errors.ts';
import { timesSlope } from '../runtime/nativeOps.ts';
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

/** sigma and its derivative, elementwise on tensors of any shape, float32. */
export interface TensorActivation {
  /** sigma(u) */
  readonly value: (u: tf.Tensor) => tf.Tensor;
  /** What `value` leaves to be subtracted, so that a chain of layers can do it in the bias of the next. Default 0. */
  readonly shift?: number;
  /** sigma'(u), from u or from `value(u)`; TensorFlow.js's own at a kink. */
  readonly slope: (uOrValue: tf.Tensor) => tf.Tensor;
  /** Which of the two `slope` takes. */
  readonly slopeOf: 'input' | 'value';
  /** v sigma'(u) where the engine has it in one pass, else null. */
  readonly timesSlope?: (v: tf.Tensor, uOrValue: tf.Tensor) => tf.Tensor | null;
  /** Whether `value` is max(u, 0). Default false. */
  readonly ramp?: boolean;
}

const normalCdf = (u: tf.Tensor): tf.Tensor => tf.erf(u.div(Math.SQRT2)).add(1).div(2);
const normalDensity = (u: tf.Tensor): tf.Tensor => tf.exp(tf.square(u).div(-2)).div(Math.sqrt(2 * Math.PI));

const ofInput = (value: TensorActivation['value'], slope: TensorActivation['slope']): TensorActivation => ({
  value,
  slope,
  slopeOf: 'input',
});
const ofValue = (value: TensorActivation['value'], slope: TensorActivation['slope']): TensorActivation => ({
  value,
  slope,
  slopeOf: 'value',
});

const relu: TensorActivation = {
  // Of values >= 0 the native engine has the sign in one pass and the step in two; WebAssembly's sign is 0 up to 1e-7.
  ...ofValue(tf.relu, (h) => (tf.getBackend() === 'tensorflow' ? tf.sign(h) : tf.step(h))),
  timesSlope: (v, h) => timesSlope('relu', v, h),
  ramp: true,
};

/** The activations of theory/activations.ts on tensors, before centring. */
const known: Record<ActivationName, TensorActivation> = {
  'shifted-relu': { ...relu, shift: 1 / Math.sqrt(2 * Math.PI) },
  relu,
  'leaky-relu': ofValue(
    (u) => tf.leakyRelu(u, LEAKY_RELU_SLOPE),
    (h) => tf.step(h, LEAKY_RELU_SLOPE),
  ),
  elu: ofValue(tf.elu, (h) => tf.minimum(h, 0).add(1)),
  gelu: ofInput(
    (u) => u.mul(normalCdf(u)),
    (u) => normalCdf(u).add(u.mul(normalDensity(u))),
  ),
  silu: ofInput(
    (u) => u.mul(tf.sigmoid(u)),
    (u) => {
      const s = tf.sigmoid(u);
      return s.mul(tf.sub(1, s).mul(u).add(1));
    },
  ),
  softplus: ofInput(tf.softplus, tf.sigmoid),
  tanh: {
    ...ofValue(tf.tanh, (h) => tf.sub(1, tf.square(h))),
    timesSlope: (v, h) => timesSlope('tanh', v, h),
  },
  erf: ofInput(tf.erf, (u) => tf.exp(tf.square(u).neg()).mul(2 / Math.sqrt(Math.PI))),
  sigmoid: ofValue(tf.sigmoid, (h) => h.mul(tf.sub(1, h))),
  sin: ofInput(tf.sin, tf.cos),
  cos: ofInput(tf.cos, (u) => tf.sin(u).neg()),
};

/** Before centring. */
const onTensors = new Map<string, (u: tf.Tensor) => tf.Tensor>(
  Object.entries(known).map(([name, { value, shift }]) => [name, shift ? (u) => value(u).sub(shift) : value]),
);

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

/** sigma with its derivative, before centring; null for a function of one's own, whose derivative on tensors is not known. */
export const tensorActivation = (name: RegisteredName): TensorActivation | null =>
  Object.hasOwn(known, name) ? known[name as ActivationName] : null;

/**
 * sigma(u) - E sigma(G) elementwise, G ~ N(0, 1): the centred activation that the asymptotics are about.
 * @throws InvalidArgumentError for an unknown name
 */
export function centredActivation(name: RegisteredName): (u: tf.Tensor) => tf.Tensor {
  const raw = onTensors.get(checkActivation(name))!;
  const { mu0 } = activation(name).moments;
  return mu0 === 0 ? raw : (u) => raw(u).sub(mu0);
}
