import type { Frame } from '../../plots/panelGrid.ts';
import { axisTicks, type Tick } from '../../plots/ticks.ts';
import { numberSpans } from '../page/symbols.ts';
import { numberText, type Scale } from './scale.ts';
import { horizontal, set, svg, vertical } from './svg.ts';

const LONG = 6;
const SHORT = 3;

/** About `count` ticks at round values of a scale. */
export const ticksOf = ({ kind, domain }: Scale, count: number): Tick[] => axisTicks(kind, domain, count);

/** Ticks and numbers below the frame. */
export const xAxis = (scale: Scale, ticks: readonly Tick[], { bottom }: Frame): SVGElement[] =>
  ticks.flatMap(({ at, numbered }) => {
    const x = Math.round(scale.pixel(at)) + 0.5;
    const line = vertical('tick', x, bottom, bottom + (numbered ? LONG : SHORT));
    return numbered ? [line, number(at, { x, y: bottom + 22, 'text-anchor': 'middle' })] : [line];
  });

/** Ticks and numbers to the left of the frame. */
export const yAxis = (scale: Scale, ticks: readonly Tick[], { left }: Frame): SVGElement[] =>
  ticks.flatMap(({ at, numbered }) => {
    const y = Math.round(scale.pixel(at)) + 0.5;
    const line = horizontal('tick', y, left, left - (numbered ? LONG : SHORT));
    return numbered ? [line, number(at, { x: left - 10, y: y + 5, 'text-anchor': 'end' })] : [line];
  });

const number = (value: number, place: Readonly<Record<string, string | number>>): SVGElement =>
  svg('text', { class: 'number', ...place }, ...numberSpans(numberText(value)));

/** Faint lines across the frame at the numbered ticks. */
export const gridLines = (scale: Scale, ticks: readonly Tick[], { left, right }: Frame): SVGElement[] =>
  ticks
    .filter(({ numbered }) => numbered)
    .map(({ at }) => horizontal('grid', Math.round(scale.pixel(at)) + 0.5, left, right));

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
