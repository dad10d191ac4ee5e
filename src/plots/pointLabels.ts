import type { FigurePoint } from './axes.ts';
import type { Frame } from './panelGrid.ts';
import { textMarkup } from './svgText.ts';
import { labelWidth } from './texLabels.ts';

/** Words beside a point, in pixels. */
export interface PointLabel {
  readonly words: string;
  readonly x: number;
  readonly y: number;
  /** That of its point. */
  readonly colour: string;
}

/** A straight line from one place to another, in pixels. */
export type Stroke = readonly [from: FigurePoint, to: FigurePoint];

/** What words must not cover, in pixels. */
export interface Drawn {
  readonly points: readonly FigurePoint[];
  readonly strokes: readonly Stroke[];
}

const SIZE = 12.5;
/** Height of digits. */
const HEIGHT = 9;
/** Half the width of a point. */
const POINT = 5;
/** Distances of words from the middle of their point; beyond the near ones a thin line leads to them. */
const NEAR = [8, 11];
const FAR = [18, 26, 34, 44, 54];
/** Room between words and strokes. */
const ROOM = 2;
/** Where words may stand about their point, the best places first: right, left, above, below, the corners, and between. */
const DIRECTIONS = [
  0, 180, 270, 90, 315, 45, 225, 135, 292.5, 337.5, 22.5, 67.5, 112.5, 157.5, 202.5, 247.5,
].map((degrees) => {
  const angle = (degrees * Math.PI) / 180;
  const [across, down] = [Math.cos(angle), Math.sin(angle)];
  // On a square, so that words at a corner stand clear of their point.
  const out = Math.max(Math.abs(across), Math.abs(down));
  return [across / out, down / out] as const;
});

/**
 * Words beside points, each where it covers no point, stroke or other word and stays in the frame, as SVG source. Words for
 * which there is no such place are left out.
 */
export function pointLabels(
  labels: readonly PointLabel[],
  { points, strokes }: Drawn,
  frame: Frame,
): string[] {
  const taken = points.map((point) => around(point, POINT));
  const drawn: string[] = [];
  for (const label of labels) {
    const { words, colour } = label;
    const width = labelWidth(words, SIZE);
    const free = placesOf(label, width).find(
      ({ box, leader }) =>
        isWithin(box, frame) &&
        !taken.some((other) => doMeet(other, box)) &&
        !strokes.some((stroke) => doesCross(stroke, around(box, ROOM))) &&
        !(leader && taken.some((other) => !isIn(label, other) && doesCross(leader, other))),
    );
    if (!free) continue;
    const { box, leader } = free;
    taken.push(around(box, ROOM));
    if (leader) {
      const [from, to] = leader;
      drawn.push(
        `<path d="M${from.x},${from.y}L${to.x},${to.y}" stroke="${colour}" stroke-width="0.8" fill="none"></path>`,
      );
    }
    drawn.push(textMarkup(words, { x: box.left, y: box.bottom, size: SIZE, colour }));
  }
  return drawn;
}

/** Places about a point, the nearest first, those further away with a line that leads to them. */
function placesOf({ x, y }: PointLabel, width: number): { box: Frame; leader?: Stroke }[] {
  return [...NEAR, ...FAR].flatMap((far) =>
    DIRECTIONS.map(([across, down]) => {
      const left = x + far * across - ((1 - across) * width) / 2;
      const top = y + far * down - ((1 - down) * HEIGHT) / 2;
      const box = { left, right: left + width, top, bottom: top + HEIGHT };
      if (NEAR.includes(far)) return { box };
      const end = { x: between(x, box.left - 1, box.right + 1), y: between(y, box.top - 1, box.bottom + 1) };
      const share = POINT / Math.hypot(end.x - x, end.y - y);
      return { box, leader: [{ x: x + share * (end.x - x), y: y + share * (end.y - y) }, end] as const };
    }),
  );
}

const between = (value: number, low: number, high: number): number => Math.max(low, Math.min(high, value));

/** A point or a rectangle with room about it. */
function around(place: FigurePoint | Frame, room: number): Frame {
  const { left, right, top, bottom } =
    'left' in place ? place : { left: place.x, right: place.x, top: place.y, bottom: place.y };
  return { left: left - room, right: right + room, top: top - room, bottom: bottom + room };
}

const doMeet = (a: Frame, b: Frame): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

const isWithin = (a: Frame, b: Frame): boolean =>
  a.left > b.left && a.right < b.right && a.top > b.top && a.bottom < b.bottom;

const isIn = ({ x, y }: FigurePoint, { left, right, top, bottom }: Frame): boolean =>
  x > left && x < right && y > top && y < bottom;

/** Whether any of a straight line lies in a rectangle: what the four sides leave of it (Liang and Barsky). */
function doesCross([from, to]: Stroke, { left, right, top, bottom }: Frame): boolean {
  let [first, last] = [0, 1];
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  for (const [step, room] of [
    [-dx, from.x - left],
    [dx, right - from.x],
    [-dy, from.y - top],
    [dy, bottom - from.y],
  ] as const) {
    if (step === 0) {
      if (room <= 0) return false;
    } else if (step < 0) first = Math.max(first, room / step);
    else last = Math.min(last, room / step);
  }
  return first < last;
}
