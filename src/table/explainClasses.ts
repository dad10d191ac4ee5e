import { type Estimate, meanOf } from '../numerics/estimate.ts';
import type { tf } from '../runtime/tf.ts';
import { type LinearCoefficients, linearCoefficients } from './explainCoefficients.ts';
import type { InputImportance, PermutationRises, RisksOf } from './explainPermutations.ts';
import type { AttackedRows } from './explainRows.ts';

/** One of several classes: how its rows are answered, and what that hangs on. */
export interface ExplainedClass {
  /** As the target names it. */
  readonly name: string;
  /** Rows of the class. */
  readonly count: number;
  /** Share of them that is answered wrongly. */
  readonly clean: Estimate;
  /** The same under the attack. */
  readonly robust: Estimate;
  /** By class, in the order of the outputs, how many of its rows are taken for it. */
  readonly takenFor: readonly number[];
  /** The same under the attack. */
  readonly attackedFor: readonly number[];
  /** Of its output, where the model is linear; otherwise null. */
  readonly coefficients: LinearCoefficients | null;
  /** By input, rises of the error of its rows; the most important under attack first. */
  readonly importance: readonly InputImportance[];
}

/** Rows of several classes as an attack leaves them, as errors: 1 where the output of the row's class is not ahead of all others, else 0. */
export const errorsOf = ({ cleanLoss, loss }: Pick<AttackedRows, 'cleanLoss' | 'loss'>) => ({
  cleanLoss: cleanLoss.map(wrong),
  loss: loss.map(wrong),
});

/** @param lag of the right output behind the largest other one */
const wrong = (lag: number): number => (lag < 0 ? 0 : 1);

/** Errors without and under attack, of all rows and of those of each class; targets are positions of the classes. */
export const errorsByClass =
  (classes: number): RisksOf =>
  (rows, y) => {
    const { cleanLoss, loss } = errorsOf(rows);
    const groups = [null, ...Array(classes).keys()];
    return groups.flatMap((k) => [cleanLoss, loss].map((errors) => meanOf(ofClass(errors, y, k)).value));
  };

const ofClass = (values: Float32Array, y: ArrayLike<number>, k: number | null): Float32Array =>
  values.filter((_, i) => k === null || y[i] === k);

/** The importance of each input for all rows, or for those of class k, from the rises of {@link errorsByClass}. */
export const importanceFor = (
  rises: readonly PermutationRises[],
  k: number | null = null,
): InputImportance[] => {
  const at = k === null ? 0 : 2 * (k + 1);
  return rises
    .map(({ name, of }) => ({ name, clean: of[at]!, robust: of[at + 1]! }))
    .sort((a, b) => b.robust.value - a.robust.value);
};

/** The classes one by one, in the order of the outputs. @param y positions of the classes */
export async function explainedClasses(
  model: tf.LayersModel,
  names: readonly string[],
  {
    rows,
    y,
    rises,
  }: {
    readonly rows: AttackedRows;
    readonly y: ArrayLike<number>;
    readonly rises: readonly PermutationRises[];
  },
): Promise<ExplainedClass[]> {
  const { cleanLoss, loss } = errorsOf(rows);
  return Promise.all(
    names.map(async (name, k) => {
      const counts = (answers: Float32Array): number[] => {
        const own = ofClass(answers, y, k);
        return names.map((_, j) => own.filter((answer) => answer === j).length);
      };
      const clean = meanOf(ofClass(cleanLoss, y, k));
      return {
        ...{ name, count: clean.count, clean, robust: meanOf(ofClass(loss, y, k)) },
        takenFor: counts(rows.prediction),
        attackedFor: counts(rows.worstPrediction),
        coefficients: await linearCoefficients(model, k),
        importance: importanceFor(rises, k),
      };
    }),
  );
}
