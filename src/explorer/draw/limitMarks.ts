import { letters, spans } from '../page/symbols.ts';
import type { Axis, RiskAt } from '../theory/curve.ts';
import { type Plane, RISKS } from './plane.ts';
import { svg } from './svg.ts';

/** Relative differences below this are drawn as one point. */
const SAME = 0.01;
/** Pixels from which two notes do not touch. */
const APART = 16;

/**
 * Where a curve begins at a radius of 0 without penalty: the risk of the least-norm read-out there as a full mark, and the
 * limit of small radii, which is another, as an open one.
 */
export function limitMarks(
  { frame, x, y }: Plane,
  axis: Axis,
  curve: readonly RiskAt[],
  lambda: number,
): SVGElement[] {
  const [zero, small] = curve;
  if (axis.name !== 'eps' || lambda !== 0 || !zero || !small || zero.at !== 0) return [];
  const at = x.pixel(0);
  const marks = RISKS.flatMap((name) => {
    const [exact, limit] = [zero[`${name}Risk`], small[`${name}Risk`]];
    if (Math.abs(exact / limit - 1) < SAME) return [];
    return [
      { class: `limit-mark open ${name}`, level: y.pixel(limit), words: [letters.eps, ' → 0'] },
      { class: `limit-mark ${name}`, level: y.pixel(exact), words: [letters.eps, ' = 0'] },
    ];
  }).filter(({ level }) => level >= frame.top && level <= frame.bottom);
  const noted: number[] = [];
  return marks.flatMap(({ class: name, level, words }) => {
    const mark = name.endsWith('adversarial')
      ? svg('rect', { class: name, x: at - 5, y: level - 5, width: 10, height: 10 })
      : svg('circle', { class: name, cx: at, cy: level, r: 5 });
    if (noted.some((other) => Math.abs(other - level) < APART)) return [mark];
    noted.push(level);
    return [svg('text', { class: 'note halo', x: at + 10, y: level - 6 }, ...spans(...words)), mark];
  });
}
