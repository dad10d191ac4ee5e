import { arrayOf, halvesOf, isHeld, numbersOf, readsAtOnce, tensorOf } from '../runtime/hostNumbers.ts';
import { tf } from '../runtime/tf.ts';

/** Inputs and the loss per sample there. */
export type Perturbed = {
  /** The shape of the attacked batch, [n, ...]. */
  readonly x: tf.Tensor;
  /** The loss of each sample there, [n]. */
  readonly loss: tf.Tensor;
  /** 1 where the criterion is reached there, 0 elsewhere, [n]; only where there is one. */
  readonly success?: tf.Tensor;
  /** Only with a criterion: the greatest loss met, [n], possibly at an input that does not reach it. */
  readonly greatestLoss?: tf.Tensor;
};

/** A value for each sample, [n], in a shape that broadcasts against the batch, [n, 1, ...]. */
export const column = (values: tf.Tensor, like: tf.Tensor): tf.Tensor =>
  values.reshape([-1, ...like.shape.slice(1).map(() => 1)]);

/** The engines whose kernel takes one condition a row; those of TensorFlow.js elsewhere read it wrongly. */
const SELECT_ROWS = ['tensorflow', 'wasm'];

/** Rows of b where the mask [n], bool, holds, rows of a elsewhere. */
export function pick(mask: tf.Tensor, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (isHeld(mask)) {
    const picked = numbersOf<Uint8Array>(mask);
    if (!picked.includes(0)) return b.clone();
    if (readsAtOnce(a.size)) return pickHere(picked, a, b);
  }
  if (a.rank === 1) return tf.where(mask, b, a);
  if (SELECT_ROWS.includes(tf.getBackend()))
    return tf.engine().runKernel(tf.Select, { condition: mask, t: b, e: a }) as tf.Tensor;
  return tf.where(column(mask, a), b, a);
}

function pickHere(mask: Uint8Array, a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const [first, second, out] = [numbersOf(a), numbersOf(b), arrayOf(a.size)];
  const width = out.length / mask.length;
  for (let from = 0, to = 0; from < mask.length; from = to) {
    while (mask[to] === mask[from]) to++;
    out.set((mask[from] ? second : first).subarray(from * width, to * width), from * width);
  }
  return tensorOf(out, a.shape);
}

/** Where a >= b, [n], bool; nowhere at NaN. */
function atLeast(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (!readsAtOnce(a.size)) return a.greaterEqual(b);
  const [values, others, mask] = [numbersOf(a), numbersOf(b), new Uint8Array(a.size)];
  for (let i = 0; i < mask.length; i++) mask[i] = values[i]! >= others[i]! ? 1 : 0;
  return tensorOf(mask, a.shape);
}

/** Twice the rows: those of a, then those of b. */
export function stacked(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  if (!readsAtOnce(2 * a.size) || a.dtype !== 'float32') return tf.concat([a, b]);
  const out = arrayOf(2 * a.size);
  out.set(numbersOf(a));
  out.set(numbersOf(b), a.size);
  return tensorOf(out, [2 * a.shape[0]!, ...a.shape.slice(1)]);
}

/** The two that were {@link stacked}. */
export const halves = (rows: tf.Tensor): tf.Tensor[] => (isHeld(rows) ? halvesOf(rows) : tf.split(rows, 2));

/**
 * Per sample, the candidate that reaches the criterion where only one does; else the one of greater loss, and the second
 * where they are equal: a move whose gain is lost in float32 is still made. A NaN never wins.
 */
export function worse(a: Perturbed | null, b: Perturbed): Perturbed {
  if (a === null) return eachTensor(b, (tensor) => tensor.clone());
  return tf.tidy(() => {
    const greater = atLeast(b.loss, a.loss);
    if (!a.success || !b.success) return { x: pick(greater, a.x, b.x), loss: pick(greater, a.loss, b.loss) };
    const onlySecond = b.success.greater(a.success);
    const second = onlySecond.logicalOr(b.success.equal(a.success).logicalAnd(greater));
    const [lossA, lossB] = [a.greatestLoss ?? a.loss, b.greatestLoss ?? b.loss];
    return {
      x: pick(second, a.x, b.x),
      loss: pick(second, a.loss, b.loss),
      success: tf.maximum(a.success, b.success),
      greatestLoss: pick(lossB.greaterEqual(lossA), lossA, lossB),
    };
  });
}

/** What was found, except where only the inputs themselves reach the criterion: those. Without one, what was found. */
export function orClean(found: Perturbed, clean: Perturbed): Perturbed {
  if (!found.success || !clean.success) return found;
  const already = clean.success.greater(found.success);
  return {
    x: pick(already, found.x, clean.x),
    loss: pick(already, found.loss, clean.loss),
    success: tf.maximum(found.success, clean.success),
    greatestLoss: found.greatestLoss ?? found.loss,
  };
}

/** The same record with every tensor of it changed. */
export const eachTensor = <T extends object>(found: T, change: (tensor: tf.Tensor) => tf.Tensor): T =>
  Object.fromEntries(
    Object.entries(found).map(([name, tensor]) => [name, change(tensor as tf.Tensor)]),
  ) as unknown as T;

type State = { readonly [name: string]: tf.Tensor | State | null | undefined };

/** The next state of a loop, without the tensors of the last one that it no longer holds. */
export function evolve<S extends State>(state: S, next: (state: S) => S): S {
  const evolved = tf.tidy(() => next(state) as unknown as tf.TensorContainer) as unknown as S;
  const kept = new Set(tensorsIn(evolved));
  for (const tensor of tensorsIn(state)) if (!kept.has(tensor)) tensor.dispose();
  return evolved;
}

function tensorsIn(state: State): tf.Tensor[] {
  return Object.values(state).flatMap((value) =>
    !value ? [] : value instanceof tf.Tensor ? [value] : tensorsIn(value),
  );
}
