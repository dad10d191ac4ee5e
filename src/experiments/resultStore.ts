import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Runtime } from '../runtime/index.ts';
import { type Cell, cellKey } from './cell.ts';
import type { CellResult } from './runCell.ts';

/** One finished cell, as a line of cells.jsonl. */
export interface ResultRow {
  readonly key: string;
  readonly cell: Cell;
  readonly result: CellResult;
  /** Version of this package. */
  readonly version: string;
  readonly runtime: Runtime;
  readonly seconds: number;
}

/** Finished cells in a file of JSON lines: a row is there whole or not at all, so an interrupted run can go on. */
export interface ResultStore {
  /** The finished row of a cell on a device, if there is one. */
  find(cell: Cell, device: Runtime['device']): ResultRow | undefined;
  add(row: Omit<ResultRow, 'key'>): void;
}

/**
 * Opens (or creates) the rows in `folder`. Only rows of this `version` count; a last line cut short by a crash is dropped.
 * @throws UserError when the folder cannot be written
 */
export function openResultStore(folder: string, version: string): ResultStore {
  const path = join(folder, 'cells.jsonl');
  const rows = new Map<string, ResultRow>();
  const id = (key: string, device: string): string => `${key} ${device}`;
  writable(folder, () => {
    mkdirSync(folder, { recursive: true });
    const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
    appendFileSync(path, '');
    for (const line of whole.split('\n').filter(Boolean)) {
      const row = JSON.parse(line) as ResultRow;
      if (row.version === version) rows.set(id(row.key, row.runtime.device), row);
    }
  });
  return {
    find: (cell, device) => rows.get(id(cellKey(cell), device)),
    add(finished) {
      const row = { key: cellKey(finished.cell), ...finished };
      writable(folder, () => appendFileSync(path, `${JSON.stringify(row)}\n`));
      rows.set(id(row.key, row.runtime.device), row);
    },
  };
}

/** Writes a file whole or not at all. @throws UserError when its folder cannot be written */
export function writeWhole(path: string, content: string | Uint8Array): void {
  writable(dirname(path), () => {
    const unfinished = `${path}.${process.pid}.part`;
    writeFileSync(unfinished, content);
    renameSync(unfinished, path);
  });
}

function writable(folder: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string')
      throw new UserError(`cannot write to the output folder ${JSON.stringify(folder)}: ${error.message}`);
    throw error;
  }
}
