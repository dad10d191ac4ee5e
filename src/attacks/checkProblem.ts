import { checkNonNegative, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import type { Eps } from './attack.ts';
import type { AttackSettings } from './attackOptions.ts';
import { checkLabels } from './checkLabels.ts';
import type { Criterion } from './criteria.ts';
import { fitting, marginLoss, targetColumns } from './losses.ts';
import type { ModelFunction } from './modelFunction.ts';

/** @throws InvalidArgumentError naming x or y when it is no tensor of numbers, a row for each sample */
export function checkTensors(x: tf.Tensor, y: tf.Tensor): void {
  for (const [name, tensor, shape] of [
    ['x', x, '[n, ...]'],
    ['y', y, '[n] or [n, k]'],
  ] as const) {
    if (!(tensor instanceof tf.Tensor) || tensor.isDisposed)
      throw new InvalidArgumentError(name, tensor, `a tensor ${shape} that is not disposed`);
    if (!['float32', 'int32', 'bool'].includes(tensor.dtype))
      throw new InvalidArgumentError(name, `a tensor of ${tensor.dtype}`, 'float32, int32 or bool');
  }
  if (x.rank < 2)
    throw new InvalidArgumentError('x', `shape [${x.shape}]`, '[n, ...], a row for each sample');
}

/** @throws InvalidArgumentError for a criterion of the other kind of attack: what it calls success would be its failure */
export function checkCriterion(
  criterion: Criterion | undefined,
  { loss: { targeted = false } }: AttackSettings,
): void {
  if (criterion === undefined) return;
  if (typeof criterion?.reached !== 'function')
    throw new InvalidArgumentError('criterion', criterion, 'a criterion, such as misclassified');
  if ((criterion.targeted ?? targeted) === targeted) return;
  const expected = targeted
    ? 'one for a targeted attack, whose y is where to go: reachedTarget or errorWithin(limit)'
    : 'one for an untargeted attack, whose y is the truth: misclassified or errorAbove(limit)';
  throw new InvalidArgumentError('criterion', criterion.name, expected);
}

/**
 * What can be known of criterion and labels before a run. Reads y where it holds labels, and nothing else.
 * @throws InvalidArgumentError naming the criterion or y
 */
export async function checkTargets(
  f: ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
  settings: AttackSettings,
  criterion: Criterion | undefined,
): Promise<void> {
  checkCriterion(criterion, settings);
  if (settings.loss.targets !== 'classes' && criterion?.targets !== 'classes') return;
  let [columns, outputs] = [1, 1];
  tf.tidy(() => {
    const targets = targetColumns(x, y);
    const { loss } = settings.loss.targets === 'classes' ? settings : { loss: marginLoss };
    const row = fitting(f(rowsFrom(x, 0, 1).toFloat()), rowsFrom(targets, 0, 1), loss);
    [columns, outputs] = [targets.shape[1]!, row.shape[1]!];
  });
  checkLabels(await y.data(), columns, outputs);
}

export function checkEpsilons(epsilons: readonly Eps[], n?: number): void {
  if (!Array.isArray(epsilons)) throw new InvalidArgumentError('epsilons', epsilons, 'a list of budgets');
  for (const eps of epsilons) checkEps(eps, n);
}

/** @param n samples, each of which may have a budget of its own; without it there is one for all. @throws InvalidArgumentError for a budget < 0 */
export function checkEps(eps: Eps, n?: number): void {
  if (n === undefined || eps === null || typeof eps !== 'object') {
    checkNonNegative('eps', eps);
    return;
  }
  if (eps.length !== n) throw new InvalidArgumentError('eps', `${eps.length} values`, `${n}, one a sample`);
  for (let i = 0; i < n; i++) checkNonNegative('eps', eps[i]);
}

/** Rows of a batch. */
export const rowsFrom = (x: tf.Tensor, start: number, size: number): tf.Tensor =>
  tf.slice(x, [start, ...x.shape.slice(1).map(() => 0)], [size, ...x.shape.slice(1)]);

/** Counts of what is wrong, in the order of `refuse`. */
export function faultsIn(
  x: tf.Tensor,
  y: tf.Tensor,
  cleanLoss: tf.Tensor,
  loss: tf.Tensor,
  { bounds }: AttackSettings,
): tf.Tensor1D {
  const count = (mask: tf.Tensor): tf.Tensor => tf.sum(mask.toFloat());
  const notFinite = (values: tf.Tensor): tf.Tensor =>
    values.size === 0 ? tf.scalar(0) : count(tf.isFinite(values).logicalNot());
  const outside = bounds ? count(x.less(bounds[0]).logicalOr(x.greater(bounds[1]))) : tf.scalar(0);
  return tf.stack([
    notFinite(x),
    notFinite(y),
    outside,
    notFinite(cleanLoss),
    notFinite(loss),
  ]) as tf.Tensor1D;
}

/** @throws InvalidArgumentError naming what `faultsIn` counted first */
export function refuse(faults: ArrayLike<number>, { bounds }: AttackSettings): void {
  const [inX, inY, outside, inClean, inLoss] = Array.from(faults);
  const notFinite = (count: number): string => `${count} NaN or infinite values`;
  if (inX! > 0) throw new InvalidArgumentError('x', notFinite(inX!), 'finite inputs');
  if (inY! > 0) throw new InvalidArgumentError('y', notFinite(inY!), 'finite targets');
  if (outside! > 0)
    throw new InvalidArgumentError('x', `${outside} values outside`, `inputs within bounds [${bounds}]`);
  if (inClean! > 0)
    throw new InvalidArgumentError('model', `${notFinite(inClean!)} of the clean loss`, 'a finite loss');
  if (inLoss! > 0)
    throw new InvalidArgumentError('model', `${notFinite(inLoss!)} of the attacked loss`, 'a finite loss');
}
