/** Numbers as a reader wants them. */

/** Four digits after the point; fewer for large numbers, a power of ten for tiny ones. */
export function riskText(value: number): string {
  if (!Number.isFinite(value)) return '∞';
  const size = Math.abs(value);
  if (size !== 0 && size < 5e-4) return powerText(value);
  return value.toFixed(size >= 1000 ? 0 : size >= 100 ? 2 : 4);
}

/** Three digits. */
export function shortText(value: number): string {
  if (!Number.isFinite(value)) return '∞';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e5)) return powerText(value);
  return String(Number(value.toPrecision(3)));
}

/** Less than this error is as good as none, and its digits mean nothing. */
const LEAST_ERROR = 1e-6;

export const errorText = (value: number): string =>
  value > 0 && value < LEAST_ERROR ? 'below 10⁻⁶' : shortText(value);

/** Three digits after the point. */
export const fixedText = (value: number): string =>
  Number.isFinite(value) && Math.abs(value) < 1e4 ? value.toFixed(3) : shortText(value);

function powerText(value: number): string {
  const [digits, power] = value.toExponential(1).split('e') as [string, string];
  return `${digits}e${Number(power)}`;
}
