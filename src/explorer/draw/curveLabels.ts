import type { Words } from '../page/words.ts';
import type { RiskAt } from '../theory/curve.ts';
import { NARROW } from './curveAxes.ts';
import type { Plane, RiskName } from './plane.ts';
import { horizontal, svg } from './svg.ts';

/** From top to bottom. */
const ORDER: readonly RiskName[] = ['adversarial', 'standard'];
/** Pixels that two labels need, one below the other. */
const APART = 22;

/** The names of the curves in a plot of that width. */
export const curveLabels = (
  plane: Plane,
  width: number,
  curve: readonly RiskAt[],
  words: Words,
): SVGElement[] => (width < NARROW ? labelsAbove(plane, words) : labelsBeside(plane, curve, words));

/** The names of the curves in a row above the frame, where there is no room beside it. */
const labelsAbove = ({ frame }: Plane, words: Words): SVGElement[] =>
  ORDER.flatMap((name, i) => {
    const at = frame.left + 4 + i * 136;
    return [
      horizontal(`curve ${name}`, 22, at, at + 22),
      svg('text', { class: `label ${name}`, x: at + 30, y: 27 }, words[name]),
    ];
  });

/** The names of the curves where they end, kept apart and within the frame. */
function labelsBeside({ frame, y }: Plane, curve: readonly RiskAt[], words: Words): SVGElement[] {
  const last = curve.at(-1)!;
  const level = (risk: number): number => Math.min(frame.bottom - 4, Math.max(frame.top + 8, y.pixel(risk)));
  const [upper, lower] = [level(last.adversarialRisk), level(last.standardRisk)];
  const apart = Math.max(0, APART - (lower - upper)) / 2;
  const shift = Math.min(0, frame.bottom - 2 - (lower + apart));
  return ORDER.map((name, i) =>
    svg(
      'text',
      {
        class: `label ${name}`,
        x: frame.right + 10,
        y: (i === 0 ? upper - apart : lower + apart) + shift + 5,
      },
      words[name],
    ),
  );
}
