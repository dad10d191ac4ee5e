import { InvalidArgumentError } from '../errors.ts';

/** How far from 1 the probabilities of a row may add up in float32. */
const ROUNDING = 1e-3;

/**
 * Checks that targets are labels of a classifier.
 * @param y targets on the host, row after row
 * @param columns values a row
 * @param outputs outputs of the model. One takes the signs +1 and -1. Several take class indices 0 .. outputs - 1 in one
 * column, or in as many columns as outputs rows that are one-hot, or probabilities
 * @throws InvalidArgumentError naming y and showing the first value or row that is none of these
 */
export function checkLabels(y: ArrayLike<number>, columns: number, outputs: number): void {
  if (columns === 1) {
    const [isLabel, expected] =
      outputs === 1
        ? [(label: number) => Math.abs(label) === 1, '+1 or -1, the labels of a model with one output']
        : [
            (label: number) => Number.isInteger(label) && label >= 0 && label < outputs,
            `a class index, 0 to ${outputs - 1}, for a model with ${outputs} outputs`,
          ];
    for (let i = 0; i < y.length; i++)
      if (!isLabel(y[i]!)) throw new InvalidArgumentError('y', y[i], expected);
    return;
  }
  for (let i = 0; i < y.length; i += columns) {
    const row = Array.from({ length: columns }, (_, j) => y[i + j]!);
    const sum = row.reduce((a, b) => a + b, 0);
    if (!(row.every((value) => value >= 0) && Math.abs(sum - 1) <= ROUNDING))
      throw new InvalidArgumentError('y', row, 'one-hot rows, or rows of probabilities');
  }
}
