import { numberSpans } from '../page/symbols.ts';
import type { Scale, Tick } from './scale.ts';
import { svg } from './svg.ts';

/** The frame of a plot in pixels. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const LONG = 6;
const SHORT = 3;

/** Ticks and numbers below the frame. */
export const xAxis = (scale: Scale, ticks: readonly Tick[], { bottom }: Frame): SVGElement[] =>
  ticks.flatMap(({ at, label }) => {
    const x = Math.round(scale.pixel(at)) + 0.5;
    return [
      svg('line', { class: 'tick', x1: x, x2: x, y1: bottom, y2: bottom + (label ? LONG : SHORT) }),
      ...(label
        ? [
            svg(
              'text',
              { class: 'number', x, y: bottom + 22, 'text-anchor': 'middle' },
              ...numberSpans(label),
            ),
          ]
        : []),
    ];
  });

/** Ticks and numbers to the left of the frame. */
export const yAxis = (scale: Scale, ticks: readonly Tick[], { left }: Frame): SVGElement[] =>
  ticks.flatMap(({ at, label }) => {
    const y = Math.round(scale.pixel(at)) + 0.5;
    return [
      svg('line', { class: 'tick', x1: left, x2: left - (label ? LONG : SHORT), y1: y, y2: y }),
      ...(label
        ? [
            svg(
              'text',
              { class: 'number', x: left - 10, y: y + 5, 'text-anchor': 'end' },
              ...numberSpans(label),
            ),
          ]
        : []),
    ];
  });

/** Faint lines across the frame at the numbered ticks. */
export const gridLines = (scale: Scale, ticks: readonly Tick[], { left, right }: Frame): SVGElement[] =>
  ticks
    .filter(({ label }) => label !== '')
    .map(({ at }) => {
      const y = Math.round(scale.pixel(at)) + 0.5;
      return svg('line', { class: 'grid', x1: left, x2: right, y1: y, y2: y });
    });

export const frameRect = ({ left, right, top, bottom }: Frame, name: string): SVGRectElement =>
  svg('rect', { class: name, x: left, y: top, width: right - left, height: bottom - top });
