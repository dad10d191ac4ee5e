export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  /** Default right, as numbers read. */
  readonly align?: 'left' | 'right';
}

/** A plain-text table: a header, a rule, one line a row, columns two spaces apart. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  // A text of a person's table may hold line ends.
  const cells = [columns.map((c) => c.title), ...rows.map((row) => columns.map((c) => c.value(row)))].map(
    (line) => line.map((cell) => cell.replace(/\s*[\r\n]+\s*/g, ' ')),
  );
  const widths = columns.map((_, j) => Math.max(...cells.map((line) => line[j]!.length)));
  const lines = cells.map((line) =>
    line
      .map((cell, j) => (columns[j]!.align === 'left' ? cell.padEnd(widths[j]!) : cell.padStart(widths[j]!)))
      .join('  ')
      .trimEnd(),
  );
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
