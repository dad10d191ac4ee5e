import { axisTicks, type Tick } from '../../plots/ticks.ts';
import { numberSpans } from '../page/symbols.ts';
import { numberText, type Scale } from './scale.ts';
import { set, svg } from './svg.ts';

/** The frame of a plot in pixels. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LONG = 6;
const SHORT = 3;

/** About `count` ticks at round values of a scale. */
export const ticksOf = ({ kind, domain }: Scale, count: number): Tick[] => axisTicks(kind, domain, count);

/** Ticks and numbers below the frame. */
export const xAxis = (scale: Scale, ticks: readonly Tick[], { bottom }: Frame): SVGElement[] =>
  ticks.flatMap(({ at, numbered }) => {
    const x = Math.round(scale.pixel(at)) + 0.5;
    const line = svg('line', {
      class: 'tick',
      x1: x,
      x2: x,
      y1: bottom,
      y2: bottom + (numbered ? LONG : SHORT),
    });
    return numbered ? [line, number(at, { x, y: bottom + 22, 'text-anchor': 'middle' })] : [line];
  });

/** Ticks and numbers to the left of the frame. */
export const yAxis = (scale: Scale, ticks: readonly Tick[], { left }: Frame): SVGElement[] =>
  ticks.flatMap(({ at, numbered }) => {
    const y = Math.round(scale.pixel(at)) + 0.5;
    const line = svg('line', { class: 'tick', x1: left, x2: left - (numbered ? LONG : SHORT), y1: y, y2: y });
    return numbered ? [line, number(at, { x: left - 10, y: y + 5, 'text-anchor': 'end' })] : [line];
  });

const number = (value: number, place: Readonly<Record<string, string | number>>): SVGElement =>
  svg('text', { class: 'number', ...place }, ...numberSpans(numberText(value)));

/** Faint lines across the frame at the numbered ticks. */
export const gridLines = (scale: Scale, ticks: readonly Tick[], { left, right }: Frame): SVGElement[] =>
  ticks
    .filter(({ numbered }) => numbered)
    .map(({ at }) => {
      const y = Math.round(scale.pixel(at)) + 0.5;
      return svg('line', { class: 'grid', x1: left, x2: right, y1: y, y2: y });
    });

export const frameRect = ({ left, right, top, bottom }: Frame, name: string): SVGRectElement =>
  svg('rect', { class: name, x: left, y: top, width: right - left, height: bottom - top });

/** The titles of both axes: below the frame, and turned to its left. */
export const axisTitles = (
  { left, right, top, bottom }: Frame,
  height: number,
  below: readonly (Node | string)[],
  beside: readonly (Node | string)[],
): SVGElement[] => [
  svg(
    'text',
    { class: 'axis-title', x: (left + right) / 2, y: height - 12, 'text-anchor': 'middle' },
    ...below,
  ),
  svg(
    'text',
    {
      class: 'axis-title',
      transform: `translate(17 ${(top + bottom) / 2}) rotate(-90)`,
      'text-anchor': 'middle',
    },
    ...beside,
  ),
];

/** Places a rectangle, such as that of a clip path, over the frame. */
export const coverFrame = (element: SVGRectElement, { left, right, top, bottom }: Frame): void =>
  set(element, { x: left, y: top, width: right - left, height: bottom - top });
