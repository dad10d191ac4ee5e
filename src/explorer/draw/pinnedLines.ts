import type { PinName } from '../state/pins.ts';
import type { Axis } from '../theory/curve.ts';
import type { PinnedCurve } from '../theory/pinnedCurves.ts';
import { type Plane, RISKS, type RiskName } from './plane.ts';
import { outlinesOf } from './riskCurves.ts';
import { pathThrough, svg } from './svg.ts';

/** Corners of each pin's mark, about its middle, in pixels. */
const corners: Readonly<Record<PinName, string>> = {
  A: 'M0,-5.5L5,4L-5,4Z',
  B: 'M0,-6L6,0L0,6L-6,0Z',
  C: 'M-1.6,-5H1.6V-1.6H5V1.6H1.6V5H-1.6V1.6H-5V-1.6H-1.6Z',
};

/** The mark of a pinned curve: filled on the adversarial risk, open on the standard one. */
export const pinMark = (pin: PinName, risk: RiskName, x: number, y: number): SVGElement =>
  svg('path', {
    class: `pin-mark pin-${pin} ${risk}`,
    d: corners[pin],
    transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
  });

/** Marks along a curve. */
const MARKS = 6;

/** Pinned curves, each with a line, marks and a letter of its own. */
export const pinnedLines = (plane: Plane, axis: Axis, pinned: readonly PinnedCurve[]): SVGElement[] =>
  pinned.flatMap((one, i) => [
    ...(axis.kind === 'range'
      ? RISKS.map((risk) =>
          svg('path', {
            class: `pin-line pin-${one.name} ${risk}`,
            d: pathThrough(outlinesOf(plane, one.curve)[risk]),
          }),
        )
      : []),
    ...RISKS.flatMap((risk) => marksAlong(plane, axis, one, risk, i)),
  ]);

/** The letters of pinned curves where they end, within the frame. */
export const pinnedLetters = ({ frame, x, y }: Plane, pinned: readonly PinnedCurve[]): SVGElement[] =>
  pinned.flatMap(({ name, curve }, i) =>
    RISKS.flatMap((risk) => {
      // Where two curves end together their letters stand side by side.
      const at = frame.right - 12 - 16 * i;
      const near = curve.reduce((a, b) =>
        Math.abs(x.pixel(b.at) - at) < Math.abs(x.pixel(a.at) - at) ? b : a,
      );
      const level = y.pixel(near[`${risk}Risk`]);
      if (!(level > frame.top + 8 && level < frame.bottom)) return [];
      const text = { class: `pin-letter halo pin-${name}`, x: at, y: level - 8, 'text-anchor': 'middle' };
      return [svg('text', text, name)];
    }),
  );

function marksAlong(
  { frame, x, y }: Plane,
  axis: Axis,
  { name, curve }: PinnedCurve,
  risk: RiskName,
  order: number,
): SVGElement[] {
  const chosen =
    axis.kind === 'places'
      ? curve
      : Array.from({ length: MARKS }, (_, k) => {
          // Marks of several curves do not lie above each other.
          const share = (k + 0.3 + 0.2 * order) / MARKS;
          return curve[Math.round(share * (curve.length - 1))]!;
        });
  return chosen
    .map((point) => [x.pixel(point.at), y.pixel(point[`${risk}Risk`])] as const)
    .filter(([, level]) => level >= frame.top && level <= frame.bottom)
    .map(([at, level]) => pinMark(name, risk, at, level));
}
