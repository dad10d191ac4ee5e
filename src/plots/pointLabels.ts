import { textMarkup } from './svgText.ts';
import { labelWidth } from './texLabels.ts';

/** Words beside a point, in pixels. */
export interface PointLabel {
  readonly words: string;
  readonly x: number;
  readonly y: number;
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const SIZE = 12.5;
/** Height of digits, and their distance from the middle of the point. */
const HEIGHT = 9;
const AWAY = 8;
/** Where a label may stand about its point, the best places first: right, left, above, below, and the corners. */
const DIRECTIONS = [
  [1, 0],
  [-1, 0],
  [0, -1],
  [0, 1],
  [1, -1],
  [1, 1],
  [-1, -1],
  [-1, 1],
] as const;

/**
 * Words beside points, each where it covers no other point or word and stays in the frame, as SVG source. A word for which
 * there is no such place near its point is left out.
 * @param taken points that must stay free, in pixels
 */
export function pointLabels(
  labels: readonly PointLabel[],
  taken: readonly { readonly x: number; readonly y: number }[],
  frame: Box,
): string[] {
  const boxes: Box[] = taken.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
  const drawn: string[] = [];
  for (const { words, x, y } of labels) {
    const width = labelWidth(words, SIZE);
    const places = [1, 1.8].flatMap((far) =>
      DIRECTIONS.map(([across, down]): Box => {
        const left = x + far * AWAY * across - ((1 - across) * width) / 2;
        const top = y + far * AWAY * down - ((1 - down) * HEIGHT) / 2;
        return { left, right: left + width, top, bottom: top + HEIGHT };
      }),
    );
    const free = places.find((place) => within(place, frame) && !boxes.some((box) => meet(box, place)));
    if (!free) continue;
    boxes.push(free);
    drawn.push(textMarkup(words, { x: free.left, y: free.bottom, size: SIZE }));
  }
  return drawn;
}

const meet = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const within = (a: Box, b: Box): boolean =>
  a.left > b.left && a.right < b.right && a.top > b.top && a.bottom < b.bottom;
