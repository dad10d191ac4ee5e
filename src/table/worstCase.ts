import { type NormName, pgd, type SampleLoss } from '../attacks/index.ts';
import type { ModelFunction } from '../attacks/modelFunction.ts';
import { tf } from '../runtime/tf.ts';

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

/** The output itself, or its negative, as what an attack raises; y does not matter. */
const raised = (name: string, sign: number): SampleLoss => ({
  name,
  value: (prediction) => prediction.mul(sign).reshape([-1]),
  targets: 'any',
});
const HIGHER = raised('output', 1);
const LOWER = raised('minus output', -1);

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
  const y = tf.zeros([x.shape[0]!, 1]);
  if (method === 'linearised') {
    const { value, grad } = tf.valueAndGrad((rows: tf.Tensor) => f(rows))(x, y.add(1));
    const output = value.reshape([-1]);
    const reach = pgd({ norm }).settings.norm.dual(grad).mul(eps).reshape([-1]);
    return tf.stack([output, output.sub(reach), output.add(reach)]) as tf.Tensor2D;
  }
  const found = [LOWER, HIGHER].map((loss) => pgd({ norm, steps, loss }).perturbEach(f, x, y, [eps]));
  const [low, high] = found.map(({ worst }) => worst[0]!.loss) as [tf.Tensor, tf.Tensor];
  return tf.stack([found[1]!.clean.loss, low.neg(), high]) as tf.Tensor2D;
}

/**
 * The class of the largest of several outputs at each row, by how much it is ahead of the next, and the least that it is ahead
 * within a radius, [3, n]. Linearised, that is exact for a linear model: the least over the other classes j of
 * f_t - f_j - eps |grad (f_t - f_j)|. Within a tidy.
 * @param f of K outputs
 */
export function leadRange(f: ModelFunction, x: tf.Tensor, { eps, norm, method, steps }: Within): tf.Tensor2D {
  const outputs = f(x);
  const top = tf.argMax(outputs, 1);
  const attack = pgd({ norm, steps, loss: 'margin' });
  const y = top.toFloat().expandDims(1);
  const ahead = attack.settings.loss.value(outputs, y).neg();
  if (method === 'pgd') {
    const { worst } = attack.perturbEach(f, x, y, [eps]);
    return tf.stack([top.toFloat(), ahead, worst[0]!.loss.neg()]) as tf.Tensor2D;
  }
  const K = outputs.shape[1]!;
  const chosen = tf.oneHot(top as tf.Tensor1D, K).toFloat();
  const own = tf.sum(outputs.mul(chosen), 1, true);
  let least: tf.Tensor | null = null;
  for (let j = 0; j < K; j++) {
    const other = tf.oneHot(tf.scalar(j, 'int32'), K).toFloat();
    const grad = tf.grad((rows: tf.Tensor) => tf.sum(f(rows).mul(chosen.sub(other)), 1))(x);
    const reach = attack.settings.norm.dual(grad).reshape([-1, 1]).mul(eps);
    // The class itself is not ahead of itself.
    const far = chosen.slice([0, j], [-1, 1]).mul(1e30);
    const lead = own
      .sub(outputs.slice([0, j], [-1, 1]))
      .sub(reach)
      .add(far);
    least = least ? tf.minimum(least, lead) : lead;
  }
  return tf.stack([top.toFloat(), ahead, least!.reshape([-1])]) as tf.Tensor2D;
}
