import { InvalidArgumentError } from '../errors.ts';
import { Standardise } from '../models/Standardise.ts';
import type { tf } from '../runtime/tf.ts';

/** One thing that a table says of a row: a column of numbers, or a column of text as the columns that stand for it. */
export interface ExplainedInput {
  /** As a reader knows it. */
  readonly name: string;
  /** Positions among the inputs of the model. */
  readonly columns: readonly number[];
}

/** An input for each name, in the order of the model's columns. */
export const oneInputAColumn = (names: readonly string[]): ExplainedInput[] =>
  names.map((name, j) => ({ name, columns: [j] }));

/** @throws InvalidArgumentError unless all are names with columns among the d that the model reads */
export function checkInputs(inputs: readonly ExplainedInput[], d: number): readonly ExplainedInput[] {
  if (!Array.isArray(inputs) || inputs.length === 0)
    throw new InvalidArgumentError('inputs', inputs, 'a list of { name, columns }');
  for (const input of inputs as readonly (ExplainedInput | null)[]) {
    const columns: unknown = input?.columns;
    const fits = (j: unknown): boolean => Number.isInteger(j) && (j as number) >= 0 && (j as number) < d;
    if (typeof input?.name !== 'string' || !Array.isArray(columns) || !columns.every(fits))
      throw new InvalidArgumentError('inputs', input, `{ name, columns }, columns from 0 to ${d - 1}`);
  }
  return inputs;
}

/**
 * Standard deviations of a model's inputs, in which an attack of it counts; ones where the model does not standardise and eps
 * counts in the inputs' own units.
 */
export function deviationsOf(model: tf.LayersModel, d: number): readonly number[] {
  const first = model.layers.find((layer) => layer.getClassName() !== 'InputLayer');
  return first instanceof Standardise && !first.invert ? first.deviation : new Array<number>(d).fill(1);
}
