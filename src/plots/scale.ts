import type { AxisOptions } from './axes.ts';

/** From values of an axis to pixels and back. */
export interface AxisPlaces {
  readonly pixel: (value: number) => number;
  readonly value: (pixel: number) => number;
}

/** The places of an axis whose domain begins at pixel `from` and ends at pixel `to`. */
export function axisPlaces(
  { scale, domain }: Omit<AxisOptions, 'label'>,
  from: number,
  to: number,
): AxisPlaces {
  const [forth, back] = scale === 'log' ? [Math.log, Math.exp] : [Number, Number];
  const [low, high] = domain.map((end) => forth(end)) as [number, number];
  return {
    pixel: (value) => from + ((to - from) * (forth(value) - low)) / (high - low),
    value: (pixel) => back(low + ((high - low) * (pixel - from)) / (to - from)),
  };
}
