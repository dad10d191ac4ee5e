/** From values to pixels and back. */
export interface Scale {
  readonly kind: 'linear' | 'log';
  readonly domain: readonly [number, number];
  pixel(value: number): number;
  value(pixel: number): number;
}

export function scaleOf(
  kind: 'linear' | 'log',
  domain: readonly [number, number],
  [first, last]: readonly [number, number],
): Scale {
  const into = kind === 'log' ? Math.log : (x: number) => x;
  const out = kind === 'log' ? Math.exp : (x: number) => x;
  const low = into(domain[0]);
  const span = into(domain[1]) - low;
  const length = last - first;
  return {
    kind,
    domain,
    pixel: (value) => first + (length * (into(value) - low)) / span,
    value: (pixel) => out(low + (span * (pixel - first)) / length),
  };
}

/** A round number; small and large powers of ten as `10^-5`. */
export function numberText(value: number): string {
  const rounded = Number(value.toPrecision(6));
  const power = Math.log10(Math.abs(rounded));
  if (rounded === 0 || (power > -3.5 && power < 4.5)) return String(rounded).replace('-', '−');
  const whole = Math.round(power);
  return Math.abs(power - whole) < 1e-9 ? `10^${String(whole).replace('-', '−')}` : rounded.toExponential();
}
