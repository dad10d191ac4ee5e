import { appendFileSync, closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Runtime } from '../runtime/index.ts';
import { makeFolder, naming, readLines, writeWholePieces } from '../wholeFile.ts';
import { type Cell, cellKey } from './cell.ts';
import type { CellResult } from './cellResult.ts';
import type { CellReport } from './cellWorker.ts';
import { commitOfPackage } from './provenance.ts';

/** One finished cell, as a line of cells.jsonl. */
export interface ResultRow {
  readonly key: string;
  readonly cell: Cell;
  readonly result: CellResult;
  /** Version of this package, and its commit where it runs from a checkout. */
  readonly version: string;
  readonly commit: string | null;
  readonly runtime: Runtime;
  /** What the exact solvers multiplied with. */
  readonly algebra: string;
  /** When the cell finished, and how long it took. */
  readonly finished: string;
  readonly seconds: number;
}

export interface StoreOptions {
  /** Version of this package: only its rows count. */
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
  /** Lines that were no rows: they now lie in `<file>.damaged`, and their cells are missing again. */
  readonly damaged: readonly number[];
  has(cell: Cell): boolean;
  add(cell: Cell, report: CellReport): void;
  /** The rows of its file that count, each cell once. */
  rows(): Generator<ResultRow>;
}

/**
 * Opens (or creates) a file of rows in `folder`. A row is there whole or not at all: a line cut short by a crash, or
 * damaged since, is set aside, so that an interrupted run can go on.
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
  for (const name of new Set([file, ...others]))
    for (const row of rowsOfFile(join(folder, name))) if (counts(row)) keys.add(row.key);
  return {
    damaged,
    has: (cell) => keys.has(cellKey(cell)),
    add(cell, { result, runtime, algebra, seconds }) {
      const key = cellKey(cell);
      const finished = new Date().toISOString();
      const row: ResultRow = { key, cell, result, version, commit, runtime, algebra, finished, seconds };
      naming('write', path, () => appendFileSync(path, `${JSON.stringify(row)}\n`));
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

/** The rows of a file, read only: whatever is no row, such as one that is just being written, is passed over. */
export function* rowsOfFile(path: string): Generator<ResultRow> {
  if (!existsSync(path)) return;
  for (const line of readLines(path)) {
    const row = rowOf(line);
    if (row) yield row;
  }
}

function rowOf(line: string): ResultRow | null {
  try {
    const row = JSON.parse(line) as ResultRow;
    const whole =
      row.key === cellKey(row.cell) && row.result.standardRisk.count > 0 && row.runtime.device !== undefined;
    return whole && typeof row.version === 'string' ? row : null;
  } catch {
    return null;
  }
}

/** Moves the lines that are no rows to `<file>.damaged` and returns their numbers. */
function setAside(path: string): number[] {
  const bad: { number: number; line: string }[] = [];
  let number = 0;
  for (const line of readLines(path)) {
    number++;
    if (!rowOf(line)) bad.push({ number, line });
  }
  if (bad.length > 0)
    naming('write', `${path}.damaged`, () => {
      for (const { line } of bad) appendFileSync(`${path}.damaged`, `${line}\n`);
    });
  // A last row without its newline is a row, but the next one must not be written behind it.
  if (bad.length > 0 || !endsInNewline(path)) writeWholePieces(path, goodLines(path));
  return bad.map((each) => each.number);
}

function endsInNewline(path: string): boolean {
  const bytes = statSync(path).size;
  if (bytes === 0) return true;
  const last = Buffer.alloc(1);
  const file = openSync(path, 'r');
  readSync(file, last, 0, 1, bytes - 1);
  closeSync(file);
  return last[0] === 10;
}

function* goodLines(path: string): Generator<string> {
  for (const line of readLines(path)) if (rowOf(line)) yield `${line}\n`;
}
