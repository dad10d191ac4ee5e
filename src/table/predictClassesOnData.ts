import { checkRows } from '../data/checkRows.ts';
import type { Dataset } from '../data/dataset.ts';
import { InvalidArgumentError } from '../errors.ts';
import { checkEachThere, oneAgainstRest } from './oneAgainstRest.ts';
import {
  type DataPredictionOptions,
  type DataPredictions,
  predictOnData,
  type WidthPrediction,
} from './predictOnData.ts';

/** What is predicted of models that have an output for each of several classes, one against the rest. */
export interface ClassesPrediction
  extends Pick<WidthPrediction, 'n' | 'width' | 'eps' | 'lambda' | 'epsTest'> {
  /** Of each output, in the order of the classes: +1 is its class, -1 every other. */
  readonly classes: readonly WidthPrediction[];
  /** Mean over the outputs of the adversarial risk of the square loss. */
  readonly adversarialRisk: number;
  /** The sum of the errors of the outputs, at most 1: the largest output is wrong on no more rows. Null where one is not known. */
  readonly errorAtMost: number | null;
  /** The same under attack. */
  readonly robustErrorAtMost: number | null;
}

/** Predictions for every combination of width, n, lambda and eps, and the one of least mean adversarial risk. */
export interface ClassesPredictions {
  /** Rows that the features were measured on. */
  readonly measuredRows: number;
  /** eps runs fastest, then lambda, n and width. */
  readonly predictions: readonly ClassesPrediction[];
  /** The prediction of least mean adversarial risk. */
  readonly best: ClassesPrediction;
  /** As in `DataPredictions`. */
  readonly comparable: boolean;
}

/**
 * {@link predictOnData} for several classes, each against the rest over the same features.
 *
 * No theorem, and no prediction here, is of the largest of several outputs. But where it is not that of the row's class, at the
 * row or at some point within the radius, then some output has the wrong sign there, so that its error is at most the sum
 * of those of the outputs (which may say nothing, being 1).
 * @param data whose y are positions in the list of classes
 * @param classes three names or more
 * @throws InvalidArgumentError and UserError as `predictOnData` does; UserError for a class without rows
 */
export async function predictClassesOnData(
  data: Dataset,
  classes: readonly string[],
  options: DataPredictionOptions,
): Promise<ClassesPredictions> {
  if (!(Array.isArray(classes) && classes.length > 2))
    throw new InvalidArgumentError('classes', classes, 'the names of three classes or more');
  checkRows(data, 4);
  const K = classes.length;
  const stray = data.y.find((label) => !(Number.isInteger(label) && label >= 0 && label < K));
  if (stray !== undefined) throw new InvalidArgumentError('y', stray, `positions of classes, 0 to ${K - 1}`);
  checkEachThere(data.y, classes, 'row');
  const found: DataPredictions[] = [];
  for (const k of classes.keys()) {
    const onProgress = (done: number, total: number): void =>
      options?.onProgress?.(k * total + done, K * total);
    found.push(await predictOnData({ ...data, y: oneAgainstRest(data.y, k) }, { ...options, onProgress }));
  }
  const [{ measuredRows, predictions: first, comparable }] = found as [DataPredictions];
  const predictions = first.map(({ n, width, eps, lambda, epsTest }, at): ClassesPrediction => {
    const each = found.map((of) => of.predictions[at]!);
    return {
      ...{ n, width, eps, lambda, epsTest, classes: each },
      adversarialRisk: each.reduce((sum, of) => sum + of.adversarialRisk / K, 0),
      errorAtMost: atMost(each.map(({ errors }) => errors?.error)),
      robustErrorAtMost: atMost(each.map(({ errors }) => errors?.robustError)),
    };
  });
  const best = predictions.reduce((a, b) => (b.adversarialRisk < a.adversarialRisk ? b : a));
  return { measuredRows, predictions, best, comparable };
}

const atMost = (shares: readonly (number | undefined)[]): number | null =>
  shares.includes(undefined)
    ? null
    : Math.min(
        1,
        (shares as number[]).reduce((sum, share) => sum + share, 0),
      );
