import type { ClassNames } from '../data/csvClasses.ts';
import { readModelFile } from '../models/modelFiles.ts';
import { type TableLoss, tableLosses } from '../table/tableTrainingOptions.ts';

/** What a saved classifier knows of its training. */
export interface RememberedClasses {
  readonly loss: TableLoss;
  /** The column that it was trained to predict. */
  readonly target: string;
  readonly classes: ClassNames;
}

/**
 * The loss and the classes that `rrf train` saved with a model; null where it saved none.
 * @throws UserError naming the file that is missing or holds no layers model
 */
export function rememberedClasses(model: string): RememberedClasses | null {
  const metadata = readModelFile(model).userDefinedMetadata as Partial<RememberedClasses> | undefined;
  const { loss, target, classes } = metadata ?? {};
  const known = tableLosses.find((name) => name === loss);
  if (!known || typeof target !== 'string') return null;
  if (!isList(classes?.positive) || !isList(classes.negative)) return null;
  return { loss: known, target, classes: { positive: classes.positive, negative: classes.negative } };
}

const isList = (names: unknown): names is string[] =>
  Array.isArray(names) && names.every((name) => typeof name === 'string');
