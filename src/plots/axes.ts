import * as Plot from '@observablehq/plot';
import { checkChoice, InvalidArgumentError } from '../errors.ts';
import { axisTicks } from './ticks.ts';

/** Whether equal distances along an axis are equal differences or equal ratios. */
export type AxisScale = 'log' | 'linear';

/** An axis of a figure. */
export interface AxisOptions {
  /** The quantity along it; may hold `$TeX$`. */
  readonly label: string;
  /** `log` for a domain above 0. */
  readonly scale: AxisScale;
  /** The values at which the axis begins and ends, the lower first; what lies beyond is not drawn. */
  readonly domain: readonly [number, number];
}

/** A point of a figure, in the units of its axes. */
export interface FigurePoint {
  /** Along the horizontal axis. */
  readonly x: number;
  /** Along the vertical axis. */
  readonly y: number;
}

/** Pixels of an axis for each of its numbers. */
const APART = 58;
const LONG = 5;
const SHORT = 3;

/** @throws InvalidArgumentError for a scale or a domain that cannot be drawn */
export function checkAxis(name: string, axis: AxisOptions): void {
  const { scale, domain } = axis;
  checkChoice(`${name}.scale`, scale, ['log', 'linear']);
  const good = Array.isArray(domain) && domain.length === 2 && domain.every(Number.isFinite);
  if (!good || domain[0] >= domain[1] || (scale === 'log' && domain[0] <= 0))
    throw new InvalidArgumentError(
      `${name}.domain`,
      domain,
      scale === 'log' ? 'two numbers above 0, the lower first' : 'two finite numbers, the lower first',
    );
}

/** Values with numbers along an axis of `length` pixels, and those that only a short tick marks. */
export function tickValues({ scale, domain }: AxisOptions, length: number) {
  const ticks = axisTicks(scale, domain, Math.round(length / APART));
  const values = (numbered: boolean): number[] =>
    ticks.filter((tick) => tick.numbered === numbered).map(({ at }) => at);
  return { numbered: values(true), short: values(false) };
}

/**
 * Ticks and numbers of an axis below or to the left of a frame.
 * @param length of the axis, in pixels
 * @param place from values to what Plot's own scale of this axis takes
 * @param numbers whether they are drawn, or ticks alone
 */
export function axisMarks(
  side: 'x' | 'y',
  axis: AxisOptions,
  length: number,
  {
    place = (value: number): number => value,
    numbers = true,
  }: { readonly place?: (value: number) => number; readonly numbers?: boolean } = {},
): Plot.Markish[] {
  const { numbered, short } = tickValues(axis, length);
  const between = { text: () => '', tickSize: SHORT };
  const full = { text: numbers ? tickLabel : () => '', tickSize: LONG, fontSize: 15 };
  return side === 'x'
    ? [Plot.axisX(short, { x: place, ...between }), Plot.axisX(numbered, { x: place, ...full })]
    : [Plot.axisY(short, { y: place, ...between }), Plot.axisY(numbered, { y: place, ...full })];
}

/** A tick as people write it: 0.3, 50, 1e-4. */
export const plainNumber = (value: number): string =>
  value !== 0 && (Math.abs(value) >= 1e5 || Math.abs(value) < 1e-3)
    ? Number(value.toPrecision(6)).toExponential()
    : String(value);

/** The same as a label, in which 1e-4 is a power of ten and -2 has a minus sign in place of a hyphen. */
export const tickLabel = (value: number): string =>
  value < 0 || plainNumber(value).includes('e') ? `$${texNumber(value)}$` : plainNumber(value);

/** A number in a formula: 1e-4 as a power of ten. */
export const texNumber = (value: number): string =>
  plainNumber(value)
    .replace(/^1e\+?(-?\d+)$/, '10^{$1}')
    .replace(/e\+?(-?\d+)$/, ' \\cdot 10^{$1}');
