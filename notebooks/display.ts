/** What the notebooks share: claims that are tested where they are made, tables, and pictures in a cell's output. */
import {
  type Estimate,
  type PanelFigure,
  panelFigure,
  type Series,
  type SymbolName,
} from 'robust-random-features';

/** Prints a claim that holds. @throws Error where it does not */
export function check(claim: string, holds: boolean): void {
  if (!holds) throw new Error(`does not hold: ${claim}`);
  console.log(`holds: ${claim}`);
}

/** A measured number with its standard error. */
export const shown = ({ value, standardError }: Estimate, digits = 3): string =>
  `${value.toFixed(digits)} ± ${standardError.toFixed(digits)}`;

/** Prints rows under titles; numbers with four significant digits. */
export function printTable(titles: readonly string[], rows: readonly (readonly (string | number)[])[]): void {
  const text = (cell: string | number): string =>
    typeof cell === 'string' ? cell : String(Math.abs(cell) < 1e-15 ? 0 : Number(cell.toPrecision(4)));
  const lines = [titles, ...rows.map((row) => row.map(text))];
  const widths = titles.map((_, j) => Math.max(...lines.map((line) => line[j]!.length)));
  const [header, ...rest] = lines.map((line) => line.map((cell, j) => cell.padStart(widths[j]!)).join('  '));
  console.log([header, widths.map((width) => '-'.repeat(width)).join('  '), ...rest].join('\n'));
}

type Points = Series['points'];

/** A line in a panel. */
export const curve = (label: string, colour: string, points: Points): Series => ({
  label,
  colour,
  draw: 'line',
  points,
});

/** Measured points in a panel, with error bars of one standard error where they have one. */
export const dots = (
  label: string,
  colour: string,
  points: Points,
  symbol: SymbolName = 'circle',
): Series => ({ label, colour, draw: 'symbols', symbol, points });

/** An SVG as a cell's result: notebooks draw it, and show its description where they cannot. */
export const picture = (svg: string) => ({
  [Symbol.for('Jupyter.display')]: () => ({
    'image/svg+xml': svg,
    'text/plain': /aria-label="([^"]*)"/.exec(svg)?.[1] ?? 'a picture',
  }),
});

/** Panels on shared axes as a cell's result. */
export const figure = (of: PanelFigure) => picture(panelFigure(of));
