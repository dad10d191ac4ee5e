import type { Axis, RiskAt } from '../theory/curve.ts';
import { type Plane, RISKS, type RiskName } from './plane.ts';
import { circle, FAR, type Outline, pathThrough, svg } from './svg.ts';

const GAP: readonly [number, number] = [Number.NaN, Number.NaN];

/** Risks jump where the ridgeless phase begins or ends, and errors where nothing is learnt. */
const jumps = (before: RiskAt, risk: RiskAt): boolean =>
  (before.phase === 'ridgeless') !== (risk.phase === 'ridgeless') ||
  (risk.overlap !== undefined && (before.phase === 'null') !== (risk.phase === 'null'));

/** Both risks of a curve in pixels, broken where they jump. */
export type RiskOutlines = Readonly<Record<RiskName, Outline>>;

/** Of each curve, where it was placed last: pinned ones and those along which a slider moves stay where they are. */
const placed = new WeakMap<readonly RiskAt[], { readonly plane: Plane; readonly outlines: RiskOutlines }>();

export function outlinesOf(plane: Plane, curve: readonly RiskAt[]): RiskOutlines {
  const known = placed.get(curve);
  if (known?.plane === plane) return known.outlines;
  const { x, y } = plane;
  const outlines: Record<RiskName, (readonly [number, number])[]> = { standard: [], adversarial: [] };
  for (const [i, risk] of curve.entries()) {
    const at = x.pixel(risk.at);
    const broken = i > 0 && jumps(curve[i - 1]!, risk);
    for (const name of RISKS) {
      if (broken) outlines[name].push(GAP);
      outlines[name].push([at, Math.max(FAR, y.pixel(risk[`${name}Risk`]))]);
    }
  }
  placed.set(curve, { plane, outlines });
  return outlines;
}

/** Both risks along an axis: lines, and dots where the axis has nothing between its places. */
export function riskCurves(plane: Plane, axis: Axis, curve: readonly RiskAt[]): SVGElement[] {
  const outlines = outlinesOf(plane, curve);
  const dotted = axis.kind === 'places';
  return [
    ...RISKS.map((name) =>
      svg('path', { class: `curve${dotted ? ' dotted' : ''} ${name}`, d: pathThrough(outlines[name]) }),
    ),
    ...(dotted ? curve.flatMap((risk) => placeDots(plane, risk)) : []),
  ];
}

const placeDots = ({ x, y }: Plane, risk: RiskAt): SVGElement[] =>
  RISKS.map((name) =>
    circle(`place ${name}`, x.pixel(risk.at), Math.max(FAR, y.pixel(risk[`${name}Risk`])), 4),
  );
