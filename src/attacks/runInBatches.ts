import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import type { Attack, AttackRun, NestedNumbers, RunOptions } from './attack.ts';
import { problemOf } from './boundedAttack.ts';
import { checkEpsilons, checkTargets, checkTensors, faultsIn, refuse, rowsFrom } from './checkProblem.ts';
import { type ModelFunction, modelFunction } from './modelFunction.ts';

const RUN_OPTIONS: OptionNames<RunOptions> = { epsilons: true, criterion: true, key: true, batchSize: true };

/** `Attack.run`, of data as they come. */
export async function runOn(
  attack: Attack,
  model: tf.LayersModel | ModelFunction,
  x: tf.Tensor | NestedNumbers,
  y: tf.Tensor | NestedNumbers,
  options: RunOptions,
): Promise<AttackRun> {
  const made: tf.Tensor[] = [];
  const tensorOf = (name: string, rows: tf.Tensor | NestedNumbers): tf.Tensor => {
    if (!isRows(rows)) return rows;
    made.push(tf.tensor(rows as tf.TensorLike, shapeOf(name, rows), 'float32'));
    return made.at(-1)!;
  };
  try {
    return await runInBatches(attack, model, tensorOf('x', x), tensorOf('y', y), options);
  } finally {
    tf.dispose(made);
  }
}

const isRows = (rows: unknown): rows is NestedNumbers => Array.isArray(rows) || ArrayBuffer.isView(rows);

/** @throws InvalidArgumentError where rows differ in length or depth */
function shapeOf(name: string, rows: NestedNumbers): number[] {
  if (ArrayBuffer.isView(rows)) return [rows.length];
  const [first = [], ...others] = Array.from<unknown, number[]>(rows as ArrayLike<unknown>, (row) =>
    isRows(row) ? shapeOf(name, row) : [],
  );
  if (others.every((other) => String(other) === String(first))) return [rows.length, ...first];
  throw new InvalidArgumentError(name, rows, 'a tensor, or nested arrays of numbers with rows of one length');
}

/** `Attack.run`, by its `perturbEach` of one batch after the other. */
async function runInBatches(
  attack: Attack,
  model: tf.LayersModel | ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
  options: RunOptions,
): Promise<AttackRun> {
  checkOptions('run', options, RUN_OPTIONS);
  const { epsilons, criterion, batchSize = 2048, key = 0 } = options ?? {};
  checkInteger('batchSize', batchSize);
  checkTensors(x, y);
  const n = x.shape[0]!;
  if (n === 0) throw new InvalidArgumentError('x', x.shape, 'at least one row');
  checkEpsilons(epsilons, n);
  const f = modelFunction(model);
  await checkTargets(f, x, y, attack.settings, criterion);
  const { faults, successes, ...results } = tf.tidy(() => {
    const { x: inputs, y: targets } = problemOf(f, x, y);
    const parts = Array.from({ length: Math.ceil(n / batchSize) }, (_, i) => {
      const firstRow = i * batchSize;
      const size = Math.min(batchSize, n - firstRow);
      const budgets = epsilons.map((eps) =>
        typeof eps === 'number' ? eps : Array.from(eps).slice(firstRow, firstRow + size),
      );
      return tf.tidy(() => {
        const rows = rowsFrom(inputs, firstRow, size);
        const their = rowsFrom(targets, firstRow, size);
        const { clean, worst } = attack.perturbEach(f, rows, their, budgets, {
          key,
          firstRow,
          ...(criterion && { criterion }),
        });
        return {
          x: worst.map((found) => found.x),
          loss: worst.map((found) => found.loss),
          clean: clean.loss,
          success: worst.flatMap((found) => found.success ?? []),
        };
      });
    });
    const cleanLoss = tf.concat(parts.map((part) => part.clean)) as tf.Tensor1D;
    /** [K, n] from the rows of each part. */
    const table = (of: (part: (typeof parts)[number], k: number) => tf.Tensor): tf.Tensor2D =>
      epsilons.length === 0
        ? tf.zeros([0, n])
        : (tf.stack(epsilons.map((_, k) => tf.concat(parts.map((part) => of(part, k))))) as tf.Tensor2D);
    const loss = table((part, k) => part.loss[k]!);
    return {
      x: epsilons.map((_, k) => tf.concat(parts.map((part) => part.x[k]!))),
      loss,
      cleanLoss,
      successes: criterion ? [table((part, k) => part.success[k]!).toBool() as tf.Tensor2D] : [],
      faults: faultsIn(inputs, targets, cleanLoss, loss, attack.settings),
    };
  });
  const found = await faults.data();
  faults.dispose();
  const dispose = (): void => tf.dispose([...results.x, results.loss, results.cleanLoss, ...successes]);
  try {
    refuse(found, attack.settings);
  } catch (error) {
    dispose();
    throw error;
  }
  return { ...results, success: successes[0] ?? null, dispose };
}
