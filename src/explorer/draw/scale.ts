import { type AxisPlaces, axisPlaces } from '../../plots/scale.ts';

/** From values to pixels and back. */
export interface Scale extends AxisPlaces {
  readonly kind: 'linear' | 'log';
  readonly domain: readonly [number, number];
}

export const scaleOf = (
  kind: Scale['kind'],
  domain: Scale['domain'],
  [first, last]: readonly [number, number],
): Scale => ({ kind, domain, ...axisPlaces({ scale: kind, domain }, first, last) });

/** A round number; small and large powers of ten as `10^-5`. */
export function numberText(value: number): string {
  const rounded = Number(value.toPrecision(6));
  const power = Math.log10(Math.abs(rounded));
  if (rounded === 0 || (power > -3.5 && power < 4.5)) return String(rounded).replace('-', '−');
  const whole = Math.round(power);
  return Math.abs(power - whole) < 1e-9 ? `10^${String(whole).replace('-', '−')}` : rounded.toExponential();
}
