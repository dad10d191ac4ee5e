import type { Axis, RiskAt } from '../theory/curve.ts';
import { frameRect } from './axes.ts';
import type { Plane } from './plane.ts';
import { svg } from './svg.ts';

/** Pixels that the words of a band need, few of them and all. */
const [SHORT, LONG] = [90, 230];

/** Where nothing is learnt, as bands. */
export function nullBands(plane: Plane, axis: Axis, curve: readonly RiskAt[], here: number): SVGElement[] {
  if (axis.kind !== 'range') return [];
  const found: SVGElement[] = [];
  for (let i = 0; i < curve.length; i++) {
    if (curve[i]!.phase !== 'null') continue;
    const first = i;
    while (i + 1 < curve.length && curve[i + 1]!.phase === 'null') i++;
    found.push(...nullBand(plane, curve[first]!.at, curve[i]!.at, here));
  }
  return found;
}

/** A band from one place of the axis to another, its words beside the line of the settings' own place. */
export function nullBand({ frame, x }: Plane, from: number, to: number, here: number): SVGElement[] {
  const [left, right] = [x.pixel(from), x.pixel(to)];
  const band = frameRect({ ...frame, left, right: Math.max(left, right) }, 'null-band');
  const at = Math.min(right, Math.max(left, x.pixel(here)));
  const [start, end] = at - left > right - at ? [left, at] : [at, right];
  const room = end - start;
  if (room <= SHORT) return [band];
  const place = { x: (start + end) / 2, y: frame.bottom - 12, 'text-anchor': 'middle' };
  const words = room > LONG ? 'null phase: nothing is learnt' : 'null phase';
  return [band, svg('text', { class: 'note', ...place }, words)];
}
