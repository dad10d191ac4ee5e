import { stream } from '../random/stream.ts';
import { tf } from '../runtime/tf.ts';
import type { AttackProblem } from './attack.ts';
import type { AttackSettings } from './attackOptions.ts';
import { fitting } from './losses.ts';
import { maxAbs, TINY } from './norms/norm.ts';

/** Directions of output space in which the input gradient is taken, a forward and a backward pass each. */
const MOST_DIRECTIONS = 10;
/** Turns of the power method; none of them lowers |J v|. */
const TURNS = 16;

/** Residuals up to this part of the targets are roundings of float32, which say nothing about where to go. */
const ROUNDINGS = 1e-6;

/**
 * Which samples have all of their outputs on their targets, and the direction v in which their outputs then move
 * farthest: for the Jacobian J at x, max |J v|_2 over |v| <= 1 in the attack's norm. A power method looks for it (Boyd
 * 1974): v is the steepest step along J' u, and u becomes J v. It begins at every output, and at the norms of the columns
 * of J, and keeps the best. In l2 and l1 that is the maximum, in linf a local one. Of more than 10 outputs, J is
 * taken in 10 random directions of output space.
 * @returns onTarget: [n], bool; move: a gradient whose steepest step is v, in the shape of x
 */
export function farthestMove(
  { f, x, y }: AttackProblem,
  { loss, norm }: AttackSettings,
): { onTarget: tf.Tensor; move: tf.Tensor } {
  return tf.tidy(() => {
    const n = x.shape[0]!;
    const predict = (rows: tf.Tensor): tf.Tensor => fitting(f(rows), y, loss);
    const slopes = directionsOf(y.shape[1]!).map((direction) =>
      tf
        .grad(predict)(x, tf.mul(tf.onesLike(y), direction))
        .reshape([n, -1]),
    );
    const m = slopes.length;
    // [n, m, size of a sample]; its scale is left out, so that squares of small gradients do not underflow.
    const jacobian = scaled(tf.stack(slopes, 1)) as tf.Tensor3D;
    const along = (u: tf.Tensor): tf.Tensor => tf.matMul(u as tf.Tensor3D, jacobian);
    const steepest = (gradient: tf.Tensor): tf.Tensor =>
      norm.steepest(gradient.reshape([-1, gradient.shape.at(-1)!]), 1).reshape(gradient.shape);
    const moved = (v: tf.Tensor): tf.Tensor => tf.matMul(v as tf.Tensor3D, jacobian, false, true);

    const columns = tf.sqrt(tf.sum(tf.square(jacobian), 1, true));
    const outputs = tf.tile(tf.eye(m).expandDims(0), [n, 1, 1]);
    let starts = tf.concat([outputs, scaled(moved(steepest(columns)))], 1);
    for (let turn = 0; turn < TURNS; turn++) {
      const reached = moved(steepest(along(starts)));
      starts = reached.div(tf.maximum(tf.max(tf.abs(reached), 2, true), TINY));
    }
    const gains = tf.sum(tf.square(moved(steepest(along(starts)))), 2);
    const best = tf
      .oneHot(tf.argMax(gains, 1) as tf.Tensor1D, m + 1)
      .toFloat()
      .expandDims(1);
    const residual = predict(x).sub(y);
    return {
      onTarget: tf.max(tf.abs(residual), 1).lessEqual(tf.max(tf.abs(y), 1).mul(ROUNDINGS)),
      move: along(tf.matMul(best as tf.Tensor3D, starts as tf.Tensor3D)).reshape(x.shape),
    };
  });
}

/** Each sample divided by its largest entry. */
const scaled = (values: tf.Tensor): tf.Tensor => values.div(tf.maximum(maxAbs(values), TINY));

/** Each output by itself, or a few Gaussian directions among many outputs. */
function directionsOf(outputs: number): tf.Tensor1D[] {
  if (outputs <= MOST_DIRECTIONS) return tf.unstack(tf.eye(outputs)) as tf.Tensor1D[];
  const random = stream('attack', 'output directions');
  return Array.from({ length: MOST_DIRECTIONS }, () =>
    tf.tensor1d(random.fillGaussian(new Float32Array(outputs))),
  );
}
