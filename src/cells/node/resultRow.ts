import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync, statSync } from 'node:fs';
import type { Runtime } from '../../runtime/index.ts';
import { naming, readLines } from '../../wholeFile.ts';
import type { Cell } from '../cell.ts';
import type { CellResult } from '../cellResult.ts';
import { cellKey } from './cellKey.ts';

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
  /** Of all the rest, by which damage is noticed; rows of before there was one have none. */
  readonly hash?: string;
}

/** What a file of rows holds besides rows that can be trusted. */
export interface RowFaults {
  readonly path: string;
  /** Numbers of the lines, from 1, that are no rows or not what was written. */
  readonly damaged: readonly number[];
  /** Rows without a hash: they count, unchecked. */
  readonly unhashed: number;
}

/** The row as a line of its file, with the hash of what the line says. */
export function lineOf(row: Omit<ResultRow, 'hash'>): string {
  const said = JSON.parse(JSON.stringify(row)) as object;
  return `${JSON.stringify({ ...said, hash: hashOf(said) })}\n`;
}

/** The row that a line is; null when it is none, or no longer what was written. */
export function rowOf(line: string): ResultRow | null {
  try {
    const { hash, ...rest } = JSON.parse(line) as ResultRow;
    if (rest.key !== cellKey(rest.cell) || typeof rest.version !== 'string') return null;
    if (hash === undefined) return isWhole(rest) ? rest : null;
    return hash === hashOf(rest) ? { ...rest, hash } : null;
  } catch {
    return null;
  }
}

/** Whether a row that has no hash has at least its numbers. */
function isWhole({ cell, result, runtime }: ResultRow): boolean {
  const { standardRisk, adversarialRisks, training } = result;
  return (
    typeof runtime.device === 'string' &&
    adversarialRisks.length === cell.epsTest.length &&
    [standardRisk, ...adversarialRisks].every((risk) => risk.count > 0 && 'value' in risk) &&
    typeof training.converged === 'boolean'
  );
}

/**
 * The rows of a file, read only. Lines that are no rows are passed over and told to `onFaults` at the end of the file, except
 * for a last one that is just being written.
 * @throws UserError when it cannot be read
 */
export function* rowsOfFile(path: string, onFaults?: (faults: RowFaults) => void): Generator<ResultRow> {
  if (!existsSync(path)) return;
  const damaged: number[] = [];
  let [number, unhashed] = [0, 0];
  for (const line of linesOf(path)) {
    number++;
    const row = rowOf(line);
    if (row === null) damaged.push(number);
    else {
      if (row.hash === undefined) unhashed++;
      yield row;
    }
  }
  if (damaged.at(-1) === number && !endsInNewline(path)) damaged.pop();
  onFaults?.({ path, damaged, unhashed });
}

/** @throws UserError naming a file that cannot be read */
export function* linesOf(path: string): Generator<string> {
  try {
    yield* readLines(path);
  } catch (error) {
    naming('read', path, () => {
      throw error;
    });
  }
}

export function endsInNewline(path: string): boolean {
  const bytes = statSync(path).size;
  if (bytes === 0) return true;
  const last = Buffer.alloc(1);
  const file = openSync(path, 'r');
  readSync(file, last, 0, 1, bytes - 1);
  closeSync(file);
  return last[0] === 10;
}

/** Of JSON, whatever the order of its keys. */
const hashOf = (value: unknown): string =>
  createHash('sha256').update(canonical(value)).digest('hex').slice(0, 16);

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, entry]) => `${JSON.stringify(key)}:${canonical(entry)}`).join(',')}}`;
}

/** Numbers of lines for people: `line 3`, `lines 3, 6, 12`, of many only the first. */
export function linesText(numbers: readonly number[], shown = 10): string {
  const more = numbers.length > shown ? ` and ${numbers.length - shown} more` : '';
  return `${numbers.length === 1 ? 'line' : 'lines'} ${numbers.slice(0, shown).join(', ')}${more}`;
}

/** What people are told once of such rows. */
export const UNHASHED = 'some rows were written before rows had a hash: they count, unchecked';
