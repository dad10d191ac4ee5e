import { textMarkup } from './svgText.ts';
import { labelWidth } from './texLabels.ts';

const SIZE = 15;

/** A label, and what it stands for: SVG source about a point, within 14 pixels of it. */
export interface LegendEntry {
  readonly label: string;
  readonly sample: (x: number, y: number) => string;
}

/** Labels side by side, each behind what it stands for, as SVG source. */
export function legendRow(entries: readonly LegendEntry[], left: number, y: number): string {
  let at = left;
  return entries
    .map(({ label, sample }) => {
      const drawn = sample(at + 14, y) + textMarkup(label, { x: at + 36, y: y + 5, size: SIZE });
      at += 64 + labelWidth(label, SIZE);
      return drawn;
    })
    .join('');
}
