import { appendFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../runtime/index.ts';
import { naming, readLines } from '../wholeFile.ts';
import { type Cell, cellKey } from './cell.ts';
import type { CellReport } from './cellWorker.ts';
import { commitOfPackage } from './provenance.ts';
import type { CellResult } from './runCell.ts';

/** One finished cell, as a line of cells.jsonl. */
export interface ResultRow {
  readonly key: string;
  readonly cell: Cell;
  readonly result: CellResult;
  /** Version of this package, and its commit where it runs from a checkout. */
  readonly version: string;
  readonly commit: string | null;
  readonly runtime: Runtime;
  /** When the cell finished, and how long it took. */
  readonly finished: string;
  readonly seconds: number;
}

export interface StoreOptions {
  /** Version of this package: only its rows count. */
  readonly version: string;
  /** Engine whose rows count: numbers of different engines are not mixed. Default any. */
  readonly device?: Runtime['device'];
  /** Default cells.jsonl. */
  readonly file?: string;
}

/**
 * Finished cells in a file of JSON lines. A row is there whole or not at all, so an interrupted run can go on. Only the
 * keys are held in memory.
 */
export interface ResultStore {
  has(cell: Cell): boolean;
  add(cell: Cell, report: CellReport): void;
  /** The rows that count, from the file, each cell once. */
  rows(): Generator<ResultRow>;
}

/**
 * Opens (or creates) a file of rows in `folder`; a last line cut short by a crash is dropped.
 * @throws UserError when the folder cannot be written
 */
export function openResultStore(
  folder: string,
  { version, device, file = 'cells.jsonl' }: StoreOptions,
): ResultStore {
  const path = join(folder, file);
  const commit = commitOfPackage();
  naming('create', folder, () => mkdirSync(folder, { recursive: true }));
  naming('write', path, () => appendFileSync(path, ''));
  dropTornLine(path);

  function* rows(): Generator<ResultRow> {
    const seen = new Set<string>();
    for (const line of readLines(path)) {
      const row = JSON.parse(line) as ResultRow;
      if (row.version !== version || (device && row.runtime.device !== device) || seen.has(row.key)) continue;
      seen.add(row.key);
      yield row;
    }
  }

  const keys = new Set<string>();
  for (const { key } of rows()) keys.add(key);
  return {
    has: (cell) => keys.has(cellKey(cell)),
    add(cell, { result, runtime, seconds }) {
      const key = cellKey(cell);
      const finished = new Date().toISOString();
      const row: ResultRow = { key, cell, result, version, commit, runtime, finished, seconds };
      naming('write', path, () => appendFileSync(path, `${JSON.stringify(row)}\n`));
      keys.add(key);
    },
    rows,
  };
}

function dropTornLine(path: string): void {
  if (!existsSync(path)) return;
  const bytes = readFileSync(path);
  const whole = bytes.lastIndexOf(10) + 1;
  if (whole < bytes.length) naming('write', path, () => truncateSync(path, whole));
}
