import { checkChoice, UserError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { assign, type HostTensor, toHost } from './hostTensor.ts';

const makers = {
  adam: (rate) => tf.train.adam(rate),
  sgd: (rate) => tf.train.sgd(rate),
  momentum: (rate) => tf.train.momentum(rate, 0.9),
  rmsprop: (rate) => tf.train.rmsprop(rate),
  adagrad: (rate) => tf.train.adagrad(rate),
  adadelta: (rate) => tf.train.adadelta(rate),
} satisfies Record<string, (rate: number) => tf.Optimizer>;

/**
 * TensorFlow.js's optimisers by name, with its defaults; `momentum` is SGD with momentum 0.9.
 * @useDeclaredType
 */
export type OptimizerName = keyof typeof makers;

const optimizerNames = Object.keys(makers) as OptimizerName[];

/** An optimiser of that name, with TensorFlow.js's defaults (momentum 0.9). */
export const optimizerNamed = (name: OptimizerName, rate: number): tf.Optimizer =>
  makers[checkChoice('optimizer', name, optimizerNames)](rate);

/** Disposes an optimiser, with the scalar that TensorFlow.js's momentum optimiser leaves behind. */
export function disposeOptimizer(optimizer: tf.Optimizer): void {
  optimizer.dispose();
  const left: unknown = Reflect.get(optimizer, 'c');
  if (left instanceof tf.Tensor && !left.isDisposed) left.dispose();
}

/**
 * All that an optimiser remembers. TensorFlow.js's own list leaves out the running powers of Adam's betas, which it
 * recomputes when it loads, to other float32 values: training would go on differently in the last bits.
 * @throws UserError for one that TensorFlow.js cannot save
 */
export async function optimizerState(optimizer: tf.Optimizer): Promise<HostTensor[]> {
  const listed = await saved(optimizer);
  const tensors = [...listed, ...scalarsOf(optimizer).map(([name, tensor]) => ({ name, tensor }))];
  const state = await Promise.all(tensors.map(({ name, tensor }) => toHost(name, tensor)));
  // The first entry, the number of iterations, was made for the list; the others are the optimiser's own.
  listed[0]?.tensor.dispose();
  return state;
}

/** Gives a new optimiser what another of its kind remembered. */
export async function restoreOptimizer(optimizer: tf.Optimizer, state: readonly HostTensor[]): Promise<void> {
  const scalars = scalarsOf(optimizer);
  const listed = state.slice(0, state.length - scalars.length).map(({ name, shape, dtype, values }) => ({
    name,
    tensor: tf.tensor(values, [...shape], dtype),
  }));
  await optimizer.setWeights(listed);
  tf.dispose(listed.map(({ tensor }) => tensor));
  const values = new Map(state.map((tensor) => [tensor.name, tensor]));
  for (const [name, variable] of scalars) assign(variable, values.get(name)!);
}

async function saved(optimizer: tf.Optimizer): Promise<{ name: string; tensor: tf.Tensor }[]> {
  try {
    return await optimizer.getWeights();
  } catch {
    throw new UserError(
      `the state of the optimiser ${optimizer.getClassName()} cannot be saved by TensorFlow.js; train without a folder, or with adam`,
    );
  }
}

/** Variables that an optimiser holds by itself, not for a weight. */
const scalarsOf = (optimizer: tf.Optimizer): [string, tf.Variable][] =>
  Object.entries(optimizer).filter(
    (entry): entry is [string, tf.Variable] => entry[1] instanceof tf.Variable,
  );
