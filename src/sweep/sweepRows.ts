import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Cell, cellDefaults, lawFields, networkFields } from '../cells/cell.ts';
import { cellKey } from '../cells/node/cellKey.ts';
import { type LockOptions, lockFile } from '../cells/node/fileLock.ts';
import { type ResultRow, type RowFaults, rowsOfFile } from '../cells/node/resultRow.ts';
import { setAside } from '../cells/node/resultStore.ts';
import { UserError } from '../errors.ts';
import { writeWholePieces } from '../wholeFile.ts';
import { rowsFiles, type SweepFolder } from './sweepFolder.ts';

/** Whose rows count: those of this version of the package, and of one engine. */
export interface Counting {
  readonly version: string;
  /** Needed only where the folder holds rows of several engines. */
  readonly device?: string;
  /** Called with what each file holds besides rows that can be trusted. */
  readonly onFaults?: (faults: RowFaults) => void;
}

/**
 * Every finished row of the sweep, whatever file it is in, each cell once.
 * @throws UserError where rows of several engines would be mixed
 */
export function* sweepRows({ out, cells }: SweepFolder, counting: Counting): Generator<ResultRow> {
  const { version, device, onFaults } = counting;
  const wanted = new Set(cells.map(cellKey));
  const devices = new Set<string>();
  for (const row of allRows(out, onFaults)) {
    if (row.version !== version || (device !== undefined && row.runtime.device !== device)) continue;
    devices.add(row.runtime.device);
    if (devices.size > 1)
      throw new UserError(`rows of several engines (${[...devices].join(', ')}); name one with --device`);
    if (wanted.delete(row.key)) yield row;
  }
}

function* allRows(out: string, onFaults?: Counting['onFaults']): Generator<ResultRow> {
  for (const file of rowsFiles(out)) yield* rowsOfFile(join(out, file), onFaults);
}

/** The cells that have no row yet on a device, in whatever file; reads only. */
export function missingCells(
  { out, cells }: SweepFolder,
  { version, device, onFaults }: Counting & { readonly device: string },
): Cell[] {
  const done = new Set<string>();
  for (const row of allRows(out, onFaults))
    if (row.version === version && row.runtime.device === device) done.add(row.key);
  return cells.filter((cell) => !done.has(cellKey(cell)));
}

export interface SweepStatus {
  readonly cells: number;
  readonly finished: number;
  /** Finished cells whose training did not converge. */
  readonly unconverged: number;
  /** Time spent on the finished cells, summed over workers. */
  readonly seconds: number;
}

export function sweepStatus(folder: SweepFolder, counting: Counting): SweepStatus {
  const status = { cells: folder.cells.length, finished: 0, unconverged: 0, seconds: 0 };
  for (const { result, seconds } of sweepRows(folder, counting)) {
    status.finished++;
    status.seconds += seconds;
    if (!result.training.converged) status.unconverged++;
  }
  return status;
}

/**
 * Gathers the rows of all files in cells.jsonl, each cell once for a version and an engine; none is thrown away, and damaged
 * lines of cells.jsonl itself are set aside in cells.jsonl.damaged. Returns the number of rows.
 * @throws UserError when a run is writing cells.jsonl
 */
export async function mergeSweep(
  { out }: SweepFolder,
  { onFaults, onWait }: Pick<Counting, 'onFaults'> & Pick<LockOptions, 'onWait'> = {},
): Promise<number> {
  const path = join(out, 'cells.jsonl');
  const lock = await lockFile(path, { ...(onWait && { onWait }) });
  try {
    const damaged = existsSync(path) ? setAside(path) : [];
    const found = (faults: RowFaults): void =>
      onFaults?.(faults.path === path ? { ...faults, damaged } : faults);
    return writeWholePieces(path, distinctLines(out, found));
  } finally {
    lock.release();
  }
}

function* distinctLines(out: string, onFaults: Counting['onFaults']): Generator<string> {
  const seen = new Set<string>();
  for (const row of allRows(out, onFaults)) {
    const id = `${row.key} ${row.version} ${row.runtime.device}`;
    if (!seen.has(id)) yield `${JSON.stringify(row)}\n`;
    seen.add(id);
  }
}

/**
 * The finished rows as CSV: the cell's fields, then what was measured, a line for each test radius. SR and AR of a
 * classification are its error and its robust error.
 */
export function* sweepCsv(folder: SweepFolder, counting: Counting): Generator<string> {
  const fields = [
    'psi1',
    'psi2',
    'd',
    'eps',
    ...(Object.keys(cellDefaults) as (keyof typeof cellDefaults)[]),
    ...(folder.cells.some(({ network }) => network !== undefined) ? networkFields : []),
    ...lawFields.filter((name) => folder.cells.some((cell) => cell[name] !== undefined)),
  ] as const;
  const measured = [
    'SR',
    'SR_error',
    'epsTest',
    'AR',
    'AR_error',
    'thetaNormSquared',
    'converged',
    'seconds',
    'device',
  ];
  yield `${[...fields, ...measured].join(',')}\n`;
  for (const { cell, result, seconds, runtime } of sweepRows(folder, counting))
    for (const [k, epsTest] of cell.epsTest.entries()) {
      const { standardRisk: sr, adversarialRisks, thetaNormSquared, training } = result;
      const ar = adversarialRisks[k]!;
      const numbers = [sr.value, sr.standardError, epsTest, ar.value, ar.standardError, thetaNormSquared];
      const values = [
        ...fields.map((name) => fieldText(cell, name)),
        ...numbers,
        training.converged,
        seconds,
        runtime.device,
      ];
      yield `${values.join(',')}\n`;
    }
}

/** A field of a cell as CSV has it. */
function fieldText(cell: Cell, name: keyof Cell): unknown {
  const value = cell[name];
  if (Array.isArray(value)) return value.join(' ');
  return typeof value === 'object' ? `"${JSON.stringify(value).replaceAll('"', '""')}"` : value;
}
