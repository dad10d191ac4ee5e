import { stream } from '../random/stream.ts';
import { tf } from '../runtime/tf.ts';
import type { AttackProblem } from './attack.ts';
import type { AttackSettings } from './attackOptions.ts';
import { fitting } from './losses.ts';
import { maxAbs, TINY } from './norms/norm.ts';

/** Directions of output space in which the input gradient is taken, a forward and a backward pass each. */
const MOST_DIRECTIONS = 8;
/** Turns of the power method; each of them raises |J v|. */
const TURNS = 8;

/**
 * Where the outputs of a sample lie on their targets, and the direction v in which its outputs then move farthest: for
 * the Jacobian J at x, max |J v|_2 over |v| <= 1 in the attack's norm. A power method finds it (Boyd 1974): v is the
 * steepest step along J' u, and u becomes J v; u begins at the output of the steepest gradient. In l2 this is the top
 * singular direction. Of more than 8 outputs, J is taken in 8 random directions of output space.
 * @returns onTarget: [n], bool; move: a gradient whose steepest step is v, in the shape of x
 */
export function farthestMove(
  { f, x, y }: AttackProblem,
  { loss, norm }: AttackSettings,
): { onTarget: tf.Tensor; move: tf.Tensor } {
  return tf.tidy(() => {
    const n = x.shape[0]!;
    const predict = (rows: tf.Tensor): tf.Tensor => fitting(f(rows), y, loss);
    const slopes = directionsOf(y.shape[1]!).map((u) => tf.grad(predict)(x, tf.mul(tf.onesLike(y), u)));
    const sizes = tf.concat(
      slopes.map((slope) => norm.dual(slope).reshape([n, 1])),
      1,
    );
    /** [n, m, size of a sample] */
    const jacobian = tf.stack(slopes, 1).reshape([n, slopes.length, -1]) as tf.Tensor3D;
    const along = (u: tf.Tensor): tf.Tensor => tf.matMul(u as tf.Tensor3D, jacobian).reshape(x.shape);
    let u: tf.Tensor = tf
      .oneHot(tf.argMax(sizes, 1) as tf.Tensor1D, slopes.length)
      .toFloat()
      .expandDims(1);
    for (let turn = 0; turn < TURNS; turn++) {
      const v = norm.steepest(along(u), 1).reshape([n, 1, -1]) as tf.Tensor3D;
      const moved = tf.matMul(v, jacobian, false, true);
      u = moved.div(tf.maximum(maxAbs(moved), TINY));
    }
    const residual = predict(x).sub(y);
    return { onTarget: tf.max(tf.abs(residual), 1).equal(0), move: along(u) };
  });
}

/** Each output by itself, or a few Gaussian directions among many outputs. */
function directionsOf(outputs: number): tf.Tensor1D[] {
  if (outputs <= MOST_DIRECTIONS) return tf.unstack(tf.eye(outputs)) as tf.Tensor1D[];
  const random = stream('attack', 'output directions');
  return Array.from({ length: MOST_DIRECTIONS }, () =>
    tf.tensor1d(random.fillGaussian(new Float32Array(outputs))),
  );
}
