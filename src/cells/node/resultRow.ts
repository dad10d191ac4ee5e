import { existsSync } from 'node:fs';
import type { Runtime } from '../../runtime/index.ts';
import type { Cell } from '../cell.ts';
import type { CellResult } from '../cellResult.ts';
import { cellKey } from './cellKey.ts';
import { endsInNewline, hashedLine, hashOf, linesOf } from './hashedLines.ts';

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
export const lineOf = (row: Omit<ResultRow, 'hash'>): string => hashedLine(row);

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

const SHOWN = 10;

/** Numbers of lines for people: `line 3`, `lines 3, 6, 12`, of many only the first. */
export function linesText(numbers: readonly number[]): string {
  const more = numbers.length > SHOWN ? ` and ${numbers.length - SHOWN} more` : '';
  return `${numbers.length === 1 ? 'line' : 'lines'} ${numbers.slice(0, SHOWN).join(', ')}${more}`;
}

/** What people are told once of such rows. */
export const UNHASHED = 'some rows were written before rows had a hash: they count, unchecked';
