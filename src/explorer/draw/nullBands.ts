import type { Axis, RiskAt } from '../theory/curve.ts';
import { frameRect } from './axes.ts';
import type { Plane } from './plane.ts';
import { svg } from './svg.ts';

/** Pixels of the words of a band, and of all of them. */
const [SHORT, LONG] = [90, 230];

/** Where nothing is learnt, as bands. */
export function nullBands({ frame, x }: Plane, axis: Axis, curve: readonly RiskAt[]): SVGElement[] {
  if (axis.kind !== 'range') return [];
  const found: SVGElement[] = [];
  for (let i = 0; i < curve.length; i++) {
    if (curve[i]!.phase !== 'null') continue;
    const first = i;
    while (i + 1 < curve.length && curve[i + 1]!.phase === 'null') i++;
    const [left, right] = [x.pixel(curve[first]!.at), x.pixel(curve[i]!.at)];
    found.push(frameRect({ ...frame, left, right }, 'null-band'));
    if (right - left > SHORT)
      found.push(
        svg(
          'text',
          { class: 'note', x: (left + right) / 2, y: frame.bottom - 12, 'text-anchor': 'middle' },
          right - left > LONG ? 'null phase: nothing is learnt' : 'null phase',
        ),
      );
  }
  return found;
}
