import type { Axis } from '../theory/curve.ts';
import { NARROW, slanted } from './curveAxes.ts';
import type { Plane } from './plane.ts';
import { scaleOf } from './scale.ts';

/** Pixels about the frame for numbers and names, in the type of the page and in that of a projector. */
const MARGINS = {
  usual: { left: 58, right: 112, bottom: 62, slanted: 92 },
  large: { left: 74, right: 138, bottom: 70, slanted: 104 },
};

/** Where curves of risks from `low` to `high` are drawn in a picture of that size. */
export function curvePlane(
  width: number,
  height: number,
  type: keyof typeof MARGINS,
  axis: Axis,
  yScale: 'linear' | 'log',
  low: number,
  high: number,
): Plane {
  const margins = MARGINS[type];
  const roomy = width >= NARROW;
  const frame = {
    left: margins.left,
    right: width - (roomy ? margins.right : 14),
    top: roomy ? 18 : 44,
    bottom: height - (slanted(axis) ? margins.slanted : margins.bottom),
  };
  const across = [frame.left, frame.right] as const;
  return {
    frame,
    x:
      axis.kind === 'range'
        ? scaleOf(axis.scale, [axis.from, axis.to], across)
        : scaleOf('linear', [-0.5, axis.places.length - 0.5], across),
    y: scaleOf(yScale, [low, high], [frame.bottom, frame.top]),
  };
}
