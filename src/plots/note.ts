import { lines, textMarkup } from './svgText.ts';

/** Size of the type at the foot of a picture, the smallest, and pixels from line to line. */
const SIZE = 12.5;
const ROW = 17;
const MARGIN = 8;

const linesOf = (note: string, width: number): string[] => lines(note, SIZE, width - 2 * MARGIN);

/** Pixels that a note takes below all else in a picture of this width: none without words. */
export function noteRoom(note: string, width: number): number {
  const { length } = linesOf(note, width);
  return length > 0 ? MARGIN + ROW * length : 0;
}

/** A note's lines as SVG source, below a picture that otherwise ends at `foot`. */
export const noteMarkup = (note: string, width: number, foot: number): string[] =>
  linesOf(note, width).map((line, i) =>
    textMarkup(line, { x: MARGIN, y: foot + MARGIN + ROW * i, size: SIZE }),
  );
