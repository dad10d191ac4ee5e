import type { OwnPoint } from '../state/ownData.ts';
import type { Plane } from './plane.ts';
import { svg, vertical } from './svg.ts';

export const ownMark = (x: number, y: number): SVGElement =>
  svg('path', {
    class: 'own-point',
    d: 'M-4.5,-4.5L4.5,4.5M-4.5,4.5L4.5,-4.5',
    transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
  });

/** The reader's own points, as crosses, with bars of one of their errors each way. Those outside the frame are not drawn. */
export const ownPoints = ({ frame, x, y }: Plane, points: readonly OwnPoint[]): SVGElement[] =>
  points.flatMap(({ x: place, value, error }) => {
    const [at, level] = [x.pixel(place), y.pixel(value)];
    if (!(at >= frame.left && at <= frame.right && level >= frame.top && level <= frame.bottom)) return [];
    const cross = ownMark(at, level);
    if (error === undefined) return [cross];
    const low = y.kind === 'log' ? Math.max(value - error, y.domain[0]) : value - error;
    return [vertical('own-error', at, y.pixel(low), y.pixel(value + error)), cross];
  });
