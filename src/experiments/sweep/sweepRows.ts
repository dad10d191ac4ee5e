import { join } from 'node:path';
import { writeWholePieces } from '../../wholeFile.ts';
import { cellKey } from '../cell.ts';
import { openResultStore, type ResultRow } from '../resultStore.ts';
import { rowsFiles, type SweepFolder } from './sweepFolder.ts';

/** Every finished row of the sweep, whatever file it is in, each cell once. */
export function* sweepRows({ out, cells }: SweepFolder, version: string): Generator<ResultRow> {
  const wanted = new Set(cells.map(cellKey));
  for (const file of rowsFiles(out))
    for (const row of openResultStore(out, { version, file }).rows()) if (wanted.delete(row.key)) yield row;
}

export interface SweepStatus {
  readonly cells: number;
  readonly finished: number;
  /** Finished cells whose training did not converge. */
  readonly unconverged: number;
  /** Time spent on the finished cells, summed over workers. */
  readonly seconds: number;
}

export function sweepStatus(folder: SweepFolder, version: string): SweepStatus {
  const status = { cells: folder.cells.length, finished: 0, unconverged: 0, seconds: 0 };
  for (const { result, seconds } of sweepRows(folder, version)) {
    status.finished++;
    status.seconds += seconds;
    if (!result.training.converged) status.unconverged++;
  }
  return status;
}

/** Gathers the rows of all shards in cells.jsonl. Returns the number of rows. */
export const mergeSweep = (folder: SweepFolder, version: string): number =>
  writeWholePieces(join(folder.out, 'cells.jsonl'), linesOf(sweepRows(folder, version)));

function* linesOf(rows: Iterable<ResultRow>): Generator<string> {
  for (const row of rows) yield `${JSON.stringify(row)}\n`;
}

/** The finished rows as CSV: the cell's fields, then what was measured, a line for each test radius. */
export function* sweepCsv(folder: SweepFolder, version: string): Generator<string> {
  const fields = [
    'features',
    'psi1',
    'psi2',
    'd',
    'eps',
    'lambda',
    'tau',
    'activation',
    'method',
    'seed',
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
  for (const { cell, result, seconds, runtime } of sweepRows(folder, version))
    for (const [k, epsTest] of cell.epsTest.entries()) {
      const { standardRisk: sr, adversarialRisks, thetaNormSquared, training } = result;
      const ar = adversarialRisks[k]!;
      const numbers = [sr.value, sr.standardError, epsTest, ar.value, ar.standardError, thetaNormSquared];
      const values = [...fields.map((f) => cell[f]), ...numbers, training.converged, seconds, runtime.device];
      yield `${values.join(',')}\n`;
    }
}
