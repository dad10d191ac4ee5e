/** From values to pixels and back. */
export interface Scale {
  readonly kind: 'linear' | 'log';
  readonly domain: readonly [number, number];
  /** Pixels at the ends of the domain. */
  readonly range: readonly [number, number];
  pixel(value: number): number;
  value(pixel: number): number;
}

export function scaleOf(
  kind: 'linear' | 'log',
  domain: readonly [number, number],
  range: readonly [number, number],
): Scale {
  const into = kind === 'log' ? Math.log : (x: number) => x;
  const out = kind === 'log' ? Math.exp : (x: number) => x;
  const low = into(domain[0]);
  const span = into(domain[1]) - low;
  const length = range[1] - range[0];
  return {
    kind,
    domain,
    range,
    pixel: (value) => range[0] + (length * (into(value) - low)) / span,
    value: (pixel) => out(low + (span * (pixel - range[0])) / length),
  };
}

export interface Tick {
  readonly at: number;
  /** '' for a tick without a number */
  readonly label: string;
}

/** About `count` ticks at round values. */
export function ticksOf({ kind, domain }: Scale, count: number): Tick[] {
  return kind === 'log' ? logTicks(domain, count) : linearTicks(domain, count);
}

function linearTicks([low, high]: readonly [number, number], count: number): Tick[] {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((m) => m * power >= rough * 0.999) ?? 10);
  const ticks: Tick[] = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high * (1 + 1e-12); k++) {
    const at = k * step;
    ticks.push({ at, label: numberText(at) });
  }
  return ticks;
}

/** Decades, with 2 and 5 between them where there is room; the other multiples are ticks without numbers. */
function logTicks([low, high]: readonly [number, number], count: number): Tick[] {
  const decades = Math.log10(high / low);
  const numbered = decades * 3 <= count ? [1, 2, 5] : [1];
  const every = Math.max(1, Math.ceil(decades / count));
  const ticks: Tick[] = [];
  for (let k = Math.floor(Math.log10(low)); 10 ** k <= high; k++)
    for (let m = 1; m < 10; m++) {
      const at = m * 10 ** k;
      if (at < low * 0.9999 || at > high * 1.0001) continue;
      ticks.push({ at, label: numbered.includes(m) && k % every === 0 ? numberText(at) : '' });
    }
  return ticks;
}

/** A round number; small and large powers of ten as `10^-5`. */
export function numberText(value: number): string {
  const rounded = Number(value.toPrecision(6));
  const power = Math.log10(Math.abs(rounded));
  if (rounded === 0 || (power > -3.5 && power < 4.5)) return String(rounded).replace('-', '−');
  const whole = Math.round(power);
  return Math.abs(power - whole) < 1e-9 ? `10^${String(whole).replace('-', '−')}` : rounded.toExponential();
}
