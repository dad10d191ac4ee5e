import { extremes } from './extremes.ts';

export interface TerminalSeries {
  readonly name: string;
  readonly mark: string;
  readonly y: readonly number[];
}

export interface TerminalPlotOptions {
  readonly x: readonly number[];
  readonly xName: string;
  readonly logX: boolean;
  readonly width?: number;
  readonly height?: number;
}

const SHADES = ' .:-=+*#%@';

/** Curves as characters on a grid of columns and lines; infinite values are left out. */
export function terminalPlot(series: readonly TerminalSeries[], options: TerminalPlotOptions): string {
  const { x, xName, logX, width = 64, height = 16 } = options;
  const finite = series.flatMap(({ y }) => y.filter(Number.isFinite));
  const [low, high] = range(finite);
  const across = position(x, logX);
  const canvas = Array.from({ length: height }, () => new Array<string>(width).fill(' '));
  for (const { y, mark } of series)
    y.forEach((value, i) => {
      if (!Number.isFinite(value)) return;
      const line = Math.round(((high - value) / (high - low)) * (height - 1));
      canvas[line]![Math.round(across[i]! * (width - 1))] = mark;
    });
  const labels = canvas.map((_, line) =>
    line === 0 || line === height - 1 || line === height >> 1
      ? (high - ((high - low) * line) / (height - 1)).toPrecision(4)
      : '',
  );
  const margin = Math.max(...labels.map((label) => label.length));
  const lines = canvas.map((cells, line) => `${labels[line]!.padStart(margin)} |${cells.join('').trimEnd()}`);
  const [first, last] = [x[0]!.toPrecision(3), x.at(-1)!.toPrecision(3)];
  const axis = `${' '.repeat(margin)} +${'-'.repeat(width)}`;
  const caption = `${xName}${logX ? ' (log)' : ''}`;
  const gap = Math.max(1, width - first.length - last.length - caption.length);
  const below = `${first}${' '.repeat(gap >> 1)}${caption}${' '.repeat(gap - (gap >> 1))}${last}`;
  const legend = series.map(({ name, mark }) => `${mark} ${name}`).join('   ');
  return [legend, ...lines, axis, `${' '.repeat(margin + 2)}${below}`].join('\n');
}

/**
 * A surface as shades, rows upwards in y. Each shade covers an equal share of the points, so that one peak does not take
 * all shades but the lightest.
 */
export function terminalMap(
  values: readonly (readonly number[])[],
  { x, y, xName, yName }: { x: readonly number[]; y: readonly number[]; xName: string; yName: string },
): string {
  const sorted = values.flat().sort((a, b) => a - b);
  const bounds = Array.from(SHADES, (_, i) => sorted[Math.floor((i * sorted.length) / SHADES.length)]!);
  const shade = (value: number): string => SHADES[bounds.findLastIndex((bound) => value >= bound)] ?? '?';
  const labels = y.map((value) => value.toPrecision(3));
  const margin = Math.max(...labels.map((label) => label.length));
  const lines = values
    .map((row, i) => `${labels[i]!.padStart(margin)} |${row.map(shade).join('')}|`)
    .reverse();
  const key = bounds.map((bound, i) => `'${SHADES[i]}' ${bound.toPrecision(3)}`).join('  ');
  return [
    `${yName} upwards, ${xName} from ${x[0]!.toPrecision(3)} to ${x.at(-1)!.toPrecision(3)}`,
    ...lines,
    `from ${key}`,
  ].join('\n');
}

function range(values: readonly number[]): [number, number] {
  if (values.length === 0) return [0, 1];
  const [low, high] = extremes(values);
  return high > low ? [low, high] : [low - 0.5, high + 0.5];
}

/** Places between 0 and 1. */
function position(x: readonly number[], log: boolean): number[] {
  const at = log ? x.map(Math.log) : x;
  const [low, high] = range(at);
  return at.map((value) => (value - low) / (high - low));
}
