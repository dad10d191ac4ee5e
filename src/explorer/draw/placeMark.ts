import type { RiskAt } from '../theory/curve.ts';
import { markOf } from './marks.ts';
import { type Plane, RISKS } from './plane.ts';
import { vertical } from './svg.ts';

/** A line across the frame at a place of the curve, and the mark of each risk; nothing where the place is not shown. */
export function placeMark({ frame, x, y }: Plane, risk: RiskAt): SVGElement[] {
  const at = x.pixel(risk.at);
  if (!(at >= frame.left - 0.5 && at <= frame.right + 0.5)) return [];
  // The circle over the square, so that both are seen where the risks are the same.
  const dots = RISKS.toReversed().map((name) => ({ name, level: y.pixel(risk[`${name}Risk`]) }));
  return [
    vertical('mark', at, frame.top, frame.bottom),
    ...dots
      .filter(({ level }) => level >= frame.top && level <= frame.bottom)
      .map(({ name, level }) => markOf(name, at, level)),
  ];
}
