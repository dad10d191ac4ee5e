import { type NormName, pgd } from '../attacks/index.ts';
import { marginLoss } from '../attacks/losses.ts';
import type { ModelFunction } from '../attacks/modelFunction.ts';
import { tf } from '../runtime/tf.ts';
import { attackOnEachClass, lagBehind } from './eachClass.ts';

/** How the worst case within a radius is found: by the gradient at the row, or by a search from there. */
export type WorstCaseMethod = 'linearised' | 'pgd';
export const WORST_CASE_METHODS: readonly WorstCaseMethod[] = ['linearised', 'pgd'];

/** What perturbations there are. */
export interface Within {
  readonly eps: number;
  readonly norm: NormName;
  readonly method: WorstCaseMethod;
  /** Of the search. */
  readonly steps: number;
}

/**
 * The output of a model at each row, and its least and greatest value within a radius, [3, n]. Linearised, that is
 * f(x) -+ eps |grad f(x)| in the dual norm, exact for a linear model and an approximation for others; the search finds values
 * that are there, so that the true range is no narrower. Within a tidy.
 * @param f of one output
 */
export function outputRange(
  f: ModelFunction,
  x: tf.Tensor,
  { eps, norm, method, steps }: Within,
): tf.Tensor2D {
  const ones = tf.ones([x.shape[0]!, 1]);
  if (method === 'linearised') {
    const { value, grad } = tf.valueAndGrad((rows: tf.Tensor) => f(rows))(x, ones);
    const output = value.reshape([-1]);
    const reach = pgd({ norm }).settings.norm.dual(grad).mul(eps).reshape([-1]);
    return tf.stack([output, output.sub(reach), output.add(reach)]) as tf.Tensor2D;
  }
  // The margin loss -y f is what it takes to lower the output, and to raise it.
  const attack = pgd({ norm, steps, loss: 'margin' });
  const found = [ones, ones.neg()].map((y) => attack.perturbEach(f, x, y, [eps]));
  const [low, high] = found.map(({ worst }) => worst[0]!.loss) as [tf.Tensor, tf.Tensor];
  return tf.stack([found[1]!.clean.loss, low.neg(), high]) as tf.Tensor2D;
}

/**
 * The class of the largest of several outputs at each row, by how much it is ahead of the next, and the least that it is ahead
 * within a radius, [3, n]. Within a tidy.
 * @param f of K outputs
 */
export function leadRange(f: ModelFunction, x: tf.Tensor, within: Within): tf.Tensor2D {
  const top = tf.argMax(f(x), 1) as tf.Tensor1D;
  return tf.concat([top.toFloat().expandDims(0), leadOf(f, x, top, within)]) as tf.Tensor2D;
}

/**
 * By how much the output of a class is ahead of the largest other one at each row, and the least that it is within a radius,
 * [2, n]: the least over the other classes j of what attacks on f_c - f_j leave. Linearised, that is
 * f_c - f_j - eps |grad (f_c - f_j)|, exact for a linear model. Negative where another class is ahead. Within a tidy.
 * @param f of K outputs
 * @param classes c of each row, [n], int32
 */
export function leadOf(
  f: ModelFunction,
  x: tf.Tensor,
  classes: tf.Tensor1D,
  { eps, norm, method, steps }: Within,
): tf.Tensor2D {
  const outputs = f(x);
  const K = outputs.shape[1]!;
  const y = classes.toFloat().expandDims(1);
  const lead = marginLoss.value(outputs, y).neg();
  if (method === 'pgd') {
    const { worst } = attackOnEachClass(K, (loss) => pgd({ norm, steps, loss })).perturbEach(f, x, y, [eps]);
    return tf.stack([lead, worst[0]!.loss.neg()]) as tf.Tensor2D;
  }
  const own = tf.oneHot(classes, K).toFloat();
  const leastOver = (j: number): tf.Tensor => {
    const loss = lagBehind(j);
    const grad = tf.grad((rows: tf.Tensor) => loss.value(f(rows), y))(x);
    const reach = pgd({ norm }).settings.norm.dual(grad).mul(eps).reshape([-1]);
    // A class is not ahead of itself.
    return loss
      .value(outputs, y)
      .add(reach)
      .neg()
      .add(own.slice([0, j], [-1, 1]).reshape([-1]).mul(FAR));
  };
  const least = Array.from({ length: K }, (_, j) => leastOver(j));
  return tf.stack([lead, tf.min(tf.stack(least), 0)]) as tf.Tensor2D;
}

/** More than any output is ahead of another. */
const FAR = 1e30;
