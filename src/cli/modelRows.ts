import { type ClassNames, classNames, labelledTable } from '../data/csvClasses.ts';
import type { HostRows } from '../data/dataset.ts';
import { numericTable, withoutRowCount } from '../data/numericTable.ts';
import type { Preparation, PreparedTarget } from '../data/preparation/preparation.ts';
import { preparedTable } from '../data/preparation/preparedTable.ts';
import type { RawTable } from '../data/rawTable.ts';
import { columnLast, type Table } from '../data/table.ts';
import { inputsAndTarget } from '../data/tableDataset.ts';
import { InvalidArgumentError } from '../errors.ts';
import { nameList } from './nameList.ts';
import { readTableFile } from './readTableFile.ts';

/** Rows of a file as a saved model reads them. */
export interface ModelRows {
  readonly file: RawTable;
  /** In the units that the model reads. */
  readonly data: HostRows;
  /** Names of the columns that the model reads, in their order. */
  readonly columns: readonly string[];
  /** What the target holds. */
  readonly target: PreparedTarget;
  /** What a reader should know of the columns. */
  readonly notes: readonly string[];
}

/** What the command line says of a file. */
interface Asked {
  readonly csv: string;
  readonly target?: string | undefined;
  readonly positive?: readonly string[] | undefined;
}

/**
 * Reads a file as a model does.
 * @param known the classes that the model was trained to tell apart
 * @param preparation how the model reads the columns of a file; null for one that reads all but the target as they stand
 * @throws UserError naming columns that are missing, or a cell that is not as it must be; InvalidArgumentError for an unknown
 * target, and for classes that a model of another target does not know
 */
export async function modelRows(
  { csv, target: named, ...args }: Asked,
  known: ClassNames | undefined,
  preparation: Preparation | null,
): Promise<ModelRows> {
  const read = await readTableFile(csv);
  // A preparation knows which columns it reads, and that may be one that counts the rows.
  const file = preparation ? read : withoutRowCount(read);
  const name = named ?? preparation?.target.name ?? file.columns.at(-1)!.name;
  const positive = nameList('positive', args.positive);
  const target = targetOf(file, name, { positive, known, preparation });
  const { table, notes } = numbersOf(file, target, preparation);
  return {
    ...{ file, target, notes, columns: table.names.filter((column) => column !== name) },
    data: inputsAndTarget(columnLast(table, name)),
  };
}

function targetOf(
  file: RawTable,
  name: string,
  {
    positive,
    known,
    preparation,
  }: {
    positive: readonly string[] | undefined;
    known: ClassNames | undefined;
    preparation: Preparation | null;
  },
): PreparedTarget {
  const learnt = preparation?.target;
  if (learnt?.kind === 'several classes') {
    if (positive !== undefined)
      throw new InvalidArgumentError(
        'positive',
        positive,
        `none for a model of ${learnt.classes.length} classes`,
      );
    return { ...learnt, name };
  }
  const classes = positive === undefined ? known : classNames(file, name, positive);
  return classes ? { kind: 'two classes', name, ...classes } : { kind: 'number', name };
}

function numbersOf(
  file: RawTable,
  target: PreparedTarget,
  preparation: Preparation | null,
): { readonly table: Table; readonly notes: readonly string[] } {
  if (preparation) return preparedTable(file, { ...preparation, target });
  const table = target.kind === 'two classes' ? labelledTable(file, target.name, target) : numericTable(file);
  return { table, notes: [] };
}
