import { letters, spans } from '../page/symbols.ts';
import type { Axis, RiskAt } from '../theory/curve.ts';
import { type Plane, RISKS } from './plane.ts';
import { circle, square, svg } from './svg.ts';

/** Relative differences below this are drawn as one point. */
const SAME = 0.01;
/** Pixels from which two notes do not touch, and that a line needs to run clear of the middle of one. */
const [APART, CLEAR] = [16, 8];

/**
 * Where a curve begins at a radius of 0 without penalty: the risk of the least-norm read-out there as a full mark, and the
 * limit of small radii, which is another, as an open one.
 */
export function limitMarks(
  { frame, x, y }: Plane,
  axis: Axis,
  curve: readonly RiskAt[],
  lambda: number,
  nothing: number,
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
  // The curves and the level of predicting nothing run past the notes.
  const lines = [nothing, small.standardRisk, small.adversarialRisk].map(y.pixel);
  const noted: number[] = [];
  return marks.flatMap(({ class: name, level, words }) => {
    const mark = name.endsWith('adversarial') ? square(name, at, level, 5) : circle(name, at, level, 5);
    // Above the mark, or below it.
    const middle = [level - 11, level + 13].find(
      (height) =>
        height - APART / 2 >= frame.top &&
        height + APART / 2 <= frame.bottom &&
        noted.every((other) => Math.abs(other - height) >= APART) &&
        lines.every((line) => Math.abs(line - height) >= CLEAR),
    );
    if (middle === undefined) return [mark];
    noted.push(middle);
    return [svg('text', { class: 'note halo', x: at + 10, y: middle + 5 }, ...spans(...words)), mark];
  });
}
