import { tf } from '../runtime/tf.ts';
import { type ActivationName, activation, LEAKY_RELU_SLOPE } from '../theory/activations.ts';

export type { ActivationName };

const normalCdf = (u: tf.Tensor): tf.Tensor => tf.erf(u.div(Math.SQRT2)).add(1).div(2);

/** The activations of theory/activations.ts on tensors, before centring, float32. */
const onTensors: Record<ActivationName, (u: tf.Tensor) => tf.Tensor> = {
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

/**
 * sigma(u) - E sigma(G) elementwise, G ~ N(0, 1): the centred activation that the asymptotics are about.
 * @throws InvalidArgumentError for an unknown name
 */
export function centredActivation(name: ActivationName): (u: tf.Tensor) => tf.Tensor {
  const { mu0 } = activation(name).moments;
  const raw = onTensors[name];
  return mu0 === 0 ? raw : (u) => raw(u).sub(mu0);
}
