import { tf } from '../runtime/tf.ts';

/** Inputs and the loss per sample there. */
export type Perturbed = {
  /** The shape of the attacked batch, [n, ...]. */
  readonly x: tf.Tensor;
  /** The loss of each sample there, [n]. */
  readonly loss: tf.Tensor;
};

/** A value for each sample, [n], in a shape that broadcasts against the batch, [n, 1, ...]. */
export const column = (values: tf.Tensor, like: tf.Tensor): tf.Tensor =>
  values.reshape([-1, ...like.shape.slice(1).map(() => 1)]);

/** Rows of b where the mask [n] holds, rows of a elsewhere. */
export function pick(mask: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  // Not by broadcasting the mask: WebAssembly tiles booleans ten times slower than it multiplies.
  const everywhere = a.rank === 1 ? mask : column(mask.toFloat(), a).mul(tf.onesLike(a)).toBool();
  return tf.where(everywhere, b, a);
}

/**
 * Per sample, the candidate of greater loss, and the second where they are equal: a move whose gain is lost in float32
 * is still made. A NaN never wins.
 */
export function worse(a: Perturbed | null, b: Perturbed): Perturbed {
  if (a === null) return { x: b.x.clone(), loss: b.loss.clone() };
  return tf.tidy(() => {
    const second = b.loss.greaterEqual(a.loss);
    return { x: pick(second, a.x, b.x), loss: pick(second, a.loss, b.loss) };
  });
}

type State = { readonly [name: string]: tf.Tensor | State | null };

/** The next state of a loop, without the tensors of the last one that it no longer holds. */
export function evolve<S extends State>(state: S, next: (state: S) => S): S {
  const evolved = tf.tidy(() => next(state) as unknown as tf.TensorContainer) as unknown as S;
  const kept = new Set(tensorsIn(evolved));
  for (const tensor of tensorsIn(state)) if (!kept.has(tensor)) tensor.dispose();
  return evolved;
}

function tensorsIn(state: State): tf.Tensor[] {
  return Object.values(state).flatMap((value) =>
    value === null ? [] : value instanceof tf.Tensor ? [value] : tensorsIn(value),
  );
}
