import type { ClassNames } from '../data/csvClasses.ts';
import { readModelFile } from '../models/modelFiles.ts';
import { type TableLoss, tableLosses } from '../table/tableTrainingOptions.ts';

/** The classes in a list separated by commas; undefined for none. */
export const classList = (text: string | undefined): string[] | undefined =>
  text?.split(',').map((name) => name.trim());

/** Which classes are which: "digit 0, 1 is +1, 2, 3 is -1". */
export const classesInWords = (target: string, { positive, negative }: ClassNames): string =>
  `${target} ${positive.join(', ')} is +1, ${negative.join(', ')} is -1`;

/** What a saved classifier knows of its training. */
export interface RememberedClasses {
  readonly loss: TableLoss;
  readonly classes: ClassNames;
}

/**
 * The loss and the classes that `rrf train` saved with a model; null where it saved none.
 * @throws UserError naming the file that is missing or holds no layers model
 */
export function rememberedClasses(model: string): RememberedClasses | null {
  const metadata = readModelFile(model).userDefinedMetadata as Partial<RememberedClasses> | undefined;
  const { loss, classes } = metadata ?? {};
  const known = tableLosses.find((name) => name === loss);
  if (!known || !isList(classes?.positive) || !isList(classes.negative)) return null;
  return { loss: known, classes: { positive: classes.positive, negative: classes.negative } };
}

const isList = (names: unknown): names is string[] =>
  Array.isArray(names) && names.every((name) => typeof name === 'string');
