import { fittingSize, textMarkup } from './svgText.ts';
import { labelWidth } from './texLabels.ts';

const SIZE = 15;
/** Pixels from the left end of an entry to its words, and from these to the next entry. */
const SAMPLE = 35;
const GAP = 20;
/** Pixels from row to row. */
const ROW = 22;

/** A label, and what it stands for: SVG source about a point, within 14 pixels of it. */
export interface LegendEntry {
  readonly label: string;
  readonly sample: (x: number, y: number) => string;
  /** Of its type, where a usual one would be too wide. */
  readonly size?: number;
}

const entryWidth = ({ label, size = SIZE }: LegendEntry): number => SAMPLE + labelWidth(label, size);

/** Entries in rows no wider than `width`, each group beginning a row of its own; a longer label has smaller type. */
export function legendRows(groups: readonly (readonly LegendEntry[])[], width: number): LegendEntry[][] {
  return groups.flatMap((group) => {
    const rows: LegendEntry[][] = [];
    let right = 0;
    for (const wide of group) {
      const entry = { ...wide, size: fittingSize(wide.label, SIZE, width - SAMPLE) };
      right += GAP + entryWidth(entry);
      if (rows.length > 0 && right <= width) rows.at(-1)!.push(entry);
      else {
        rows.push([entry]);
        right = entryWidth(entry);
      }
    }
    return rows;
  });
}

/** Pixels that so many rows take. */
export const legendHeight = (rows: number): number => ROW * rows;

/** Rows from `y` downwards: labels side by side, each behind what it stands for, as SVG source. */
export const legendMarkup = (rows: readonly (readonly LegendEntry[])[], left: number, y = 16): string[] =>
  rows.map((row, i) => rowMarkup(row, left, y + ROW * i));

function rowMarkup(entries: readonly LegendEntry[], left: number, y: number): string {
  let at = left;
  return entries
    .map((entry) => {
      const drawn =
        entry.sample(at + 14, y) +
        textMarkup(entry.label, { x: at + SAMPLE, y: y + 5, size: entry.size ?? SIZE });
      at += GAP + entryWidth(entry);
      return drawn;
    })
    .join('');
}
