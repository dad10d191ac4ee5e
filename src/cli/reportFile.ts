import { dirname, extname } from 'node:path';
import { InvalidArgumentError } from '../errors.ts';
import { htmlReport, type Report, type ReportTable } from '../plots/report.ts';
import { makeFolder, writeWholeFile } from '../wholeFile.ts';
import { text } from './options.ts';
import type { Column } from './table.ts';
import { version } from './version.ts';
import { checkFileWritable } from './writable.ts';

/** The option that asks for a report. */
export const reportOption = text('one page with pictures, tables and settings: FILE.html');

/** Before the work. @throws InvalidArgumentError for a name that does not end in .html; UserError for a place that takes no files */
export function checkReportFile(path: string | undefined): void {
  if (path === undefined) return;
  if (!['.html', '.htm'].includes(extname(path).toLowerCase()))
    throw new InvalidArgumentError('report', path, 'FILE.html');
  checkFileWritable(path);
}

/**
 * Writes a report whole or not at all, with the settings, the version and the command that makes it again.
 * @param args what yargs read
 */
export function writeReport(
  path: string,
  args: object,
  report: Pick<Report, 'title' | 'summary' | 'sections'>,
): void {
  const page = htmlReport({
    ...report,
    settings: settingsOf(args),
    command: ['rrf', ...process.argv.slice(2)],
    version,
  });
  makeFolder(dirname(path));
  writeWholeFile(path, page);
}

/** The options as people write them: yargs gives those with hyphens a second name. */
const settingsOf = (args: object): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(args).filter(
      ([name, value]) => !['_', '$0', 'quiet'].includes(name) && !/[A-Z]/.test(name) && value !== undefined,
    ),
  );

/** A table of the terminal as one of a report. */
export const reportTable = <Row>(rows: readonly Row[], columns: readonly Column<Row>[]): ReportTable => ({
  columns: columns.map(({ title }) => title),
  rows: rows.map((row) => columns.map(({ value }) => value(row))),
});
