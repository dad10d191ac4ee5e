/** What the notebooks share: claims that are tested where they are made, tables, and pictures in a cell's output. */
import { table } from '../src/cli/table.ts';
import type { Estimate } from '../src/evaluation/estimate.ts';
import { type PanelFigure, panelFigure, type Series, type SymbolName } from '../src/plots/panels.ts';

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
  console.log(
    table(
      rows,
      titles.map((title, j) => ({ title, value: (row) => text(row[j]!) })),
    ),
  );
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
