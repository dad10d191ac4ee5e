import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../../runtime/index.ts';
import { makeFolder, naming } from '../../wholeFile.ts';
import type { Cell } from '../cell.ts';
import { cellKey } from './cellKey.ts';
import type { CellReport } from './cellWorker.ts';
import { setLinesAside } from './hashedLines.ts';
import { commitOfPackage } from './provenance.ts';
import { lineOf, type ResultRow, type RowFaults, rowOf, rowsOfFile } from './resultRow.ts';

export interface StoreOptions {
  /** Version of this package, kept with every row: only its rows count. */
  readonly version: string;
  /** Engine whose rows count: numbers of different engines are not mixed. */
  readonly device: Runtime['device'];
  /** Default cells.jsonl. */
  readonly file?: string;
  /** Further files of the folder whose rows count as done, those of other shards. */
  readonly others?: readonly string[];
}

/** Finished cells in a file of JSON lines, to be added to. Only the keys are held in memory. */
export interface ResultStore {
  /**
   * What was found in its file and in the others. Damaged lines of its own file now lie in `<file>.damaged`; the cells of
   * all of them are missing again.
   */
  readonly faults: readonly RowFaults[];
  has(cell: Cell): boolean;
  add(cell: Cell, report: CellReport): void;
  /** The rows of its file that count, each cell once. */
  rows(): Generator<ResultRow>;
}

/**
 * Opens (or creates) a file of rows in `folder`, which no other process may write meanwhile. A row is there whole or not at
 * all: a line cut short by a crash, or damaged since, is set aside, so that an interrupted run can go on.
 * @throws UserError when the folder cannot be written
 */
export function openResultStore(folder: string, options: StoreOptions): ResultStore {
  const { version, device, file = 'cells.jsonl', others = [] } = options;
  const path = join(folder, file);
  const commit = commitOfPackage();
  makeFolder(folder);
  naming('write', path, () => appendFileSync(path, ''));
  const damaged = setAside(path);
  const counts = (row: ResultRow): boolean => row.version === version && row.runtime.device === device;

  const keys = new Set<string>();
  const faults: RowFaults[] = [];
  for (const name of new Set([file, ...others]))
    for (const row of rowsOfFile(join(folder, name), (found) =>
      faults.push(name === file ? { ...found, damaged } : found),
    ))
      if (counts(row)) keys.add(row.key);
  return {
    faults,
    has: (cell) => keys.has(cellKey(cell)),
    add(cell, { result, runtime, algebra, seconds }) {
      const key = cellKey(cell);
      const finished = new Date().toISOString();
      const line = lineOf({ key, cell, result, version, commit, runtime, algebra, finished, seconds });
      naming('write', path, () => appendFileSync(path, line));
      keys.add(key);
    },
    *rows() {
      const seen = new Set<string>();
      for (const row of rowsOfFile(path)) {
        if (!counts(row) || seen.has(row.key)) continue;
        seen.add(row.key);
        yield row;
      }
    },
  };
}

/** Moves the lines of a file that are no rows to `<file>.damaged` and returns their numbers. */
export const setAside = (path: string): number[] => setLinesAside(path, (line) => rowOf(line) !== null);
