import type { GradientNorms } from '../../theory/index.ts';
import { warn } from '../notices.ts';
import { table } from '../table.ts';

export type Row = Readonly<Record<string, unknown>>;

/** Standard output carries the JSON alone; numbers that are infinite become null there, as JSON has none. */
export const printJson = (value: unknown): boolean => process.stdout.write(`${JSON.stringify(value)}\n`);

/** Comma-separated, full precision, a header first. */
export function printCsv(rows: readonly Row[]): void {
  const names = Object.keys(rows[0] ?? {});
  const lines = [names.join(','), ...rows.map((row) => names.map((name) => `${row[name] ?? ''}`).join(','))];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** A risk as plain columns: without the laws of margins of a classifier, which JSON has, and each norm of the gradient its own. */
export function flatRisk(risk: object): Row {
  const {
    margins: _,
    trainingMargins: __,
    gradientNorms,
    ...rest
  } = risk as { gradientNorms?: GradientNorms; margins?: unknown; trainingMargins?: unknown };
  return {
    ...rest,
    ...(gradientNorms && { gradientNormL2: gradientNorms.l2, gradientNormLinf: gradientNorms.linf }),
  };
}

export const printTable = (rows: readonly Row[], names = Object.keys(rows[0] ?? {})): boolean =>
  process.stdout.write(
    `${table(
      rows,
      names.map((name) => ({ title: name, value: (row: Row) => short(row[name]) })),
    )}\n`,
  );

/** One name and value a line. */
export function printRecord(record: Row): void {
  const width = Math.max(...Object.keys(record).map((name) => name.length)) + 2;
  for (const [name, value] of Object.entries(record))
    if (value !== undefined) process.stdout.write(`${name.padEnd(width)}${value}\n`);
}

/** One row for each point of a grid, or a record of the one point there is, in the form that the options ask for. */
export function printAnswer(
  rows: readonly Row[],
  { json, csv, grid }: { readonly json: boolean; readonly csv: boolean; readonly grid: string | undefined },
): void {
  if (json) printJson(grid === undefined ? rows[0] : rows);
  else if (csv) printCsv(rows);
  else if (grid === undefined) printRecord(rows[0]!);
  else printTable(rows);
}

export const short = (value: unknown): string =>
  typeof value === 'number'
    ? Number.isInteger(value)
      ? `${value}`
      : value.toPrecision(6)
    : `${value ?? ''}`;

/** A line on standard error and exit code 1 when numbers are printed that no solver has found. */
export function reportConvergence(points: readonly { readonly converged: boolean }[]): void {
  const lost = points.filter(({ converged }) => !converged).length;
  if (lost === 0) return;
  const which = points.length === 1 ? 'the point has' : `${lost} of ${points.length} points have`;
  warn(`rrf: ${which} not converged and may be far off`);
  process.exitCode = 1;
}
