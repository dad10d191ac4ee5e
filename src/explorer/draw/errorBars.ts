import type { Measurement } from '../check/protocol.ts';
import type { OwnPoint } from '../state/ownData.ts';
import type { PlacedMeasurement } from './curveView.ts';
import { type Plane, RISKS, type RiskName } from './plane.ts';
import { circle, type Outline, square, vertical } from './svg.ts';

/** Measured risks with bars of two standard errors; those of a link have a dashed outline. */
export const errorBars = (plane: Plane, measurements: readonly PlacedMeasurement[]): SVGElement[] =>
  measurements.flatMap(({ at, measurement }) =>
    RISKS.flatMap((name) => errorBar(plane, name, plane.x.pixel(at), measurement)),
  );

/** Where measured points and the reader's own are, with their bars, so that notes can keep clear of them. */
export function barsOf(
  { x, y }: Plane,
  measurements: readonly PlacedMeasurement[],
  own: readonly OwnPoint[],
): Outline[] {
  const lowest = y.kind === 'log' ? y.domain[0] : Number.NEGATIVE_INFINITY;
  const bar = (at: number, value: number, error: number): Outline => {
    const reach = Number.isFinite(error) ? error : 0;
    return [value - reach, value + reach].map(
      (end) => [x.pixel(at), y.pixel(Math.max(lowest, end))] as const,
    );
  };
  return [
    ...measurements.flatMap(({ at, measurement }) =>
      RISKS.map((name) => {
        const { value, standardError } = measurement[`${name}Risk`];
        return bar(at, value, 2 * standardError);
      }),
    ),
    ...own.map(({ x: at, value, error }) => bar(at, value, error ?? 0)),
  ];
}

function errorBar({ y }: Plane, name: RiskName, at: number, measurement: Measurement): SVGElement[] {
  const { value, standardError } = measurement[`${name}Risk`];
  const level = y.pixel(value);
  const reach = Number.isFinite(standardError) ? 2 * standardError : 0;
  const low = y.pixel(Math.max(value - reach, y.kind === 'log' ? y.domain[0] : 0));
  const mark = `measured ${name}${measurement.elsewhere ? ' elsewhere' : ''}`;
  return [
    vertical(`error ${name}`, at, low, y.pixel(value + reach)),
    name === 'standard' ? circle(mark, at, level, 5.5) : square(mark, at, level, 5),
  ];
}
