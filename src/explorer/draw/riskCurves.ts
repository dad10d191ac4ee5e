import type { Axis, RiskAt } from '../theory/curve.ts';
import { type Plane, RISKS, type RiskName } from './plane.ts';
import { pathThrough, svg } from './svg.ts';

/** Above the frame by this many pixels: where an infinite risk is drawn. */
const FAR = -2000;
const GAP: readonly [number, number] = [Number.NaN, Number.NaN];

/** Risks jump where the ridgeless phase begins or ends, and errors where nothing is learnt. */
const jumps = (before: RiskAt, risk: RiskAt): boolean =>
  (before.phase === 'ridgeless') !== (risk.phase === 'ridgeless') ||
  (risk.overlap !== undefined && (before.phase === 'null') !== (risk.phase === 'null'));

/** The path of one risk along the curve. */
export const riskPath = ({ x, y }: Plane, curve: readonly RiskAt[], name: RiskName): string =>
  pathThrough(
    curve.flatMap((risk, i): (readonly [number, number])[] => [
      ...(i > 0 && jumps(curve[i - 1]!, risk) ? [GAP] : []),
      [x.pixel(risk.at), Math.max(FAR, y.pixel(risk[`${name}Risk`]))],
    ]),
  );

/** The places of an axis that has nothing between them, as dots. */
export const riskDots = ({ x, y }: Plane, axis: Axis, curve: readonly RiskAt[]): SVGElement[] =>
  axis.kind === 'range'
    ? []
    : curve.flatMap((risk) =>
        RISKS.map((name) =>
          svg('circle', {
            class: `place ${name}`,
            cx: x.pixel(risk.at),
            cy: Math.max(FAR, y.pixel(risk[`${name}Risk`])),
            r: 4,
          }),
        ),
      );
