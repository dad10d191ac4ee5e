import * as Plot from '@observablehq/plot';
import { ticks } from 'd3-array';
import { parseHTML } from 'linkedom';
import { type AxisOptions, axisTicks, plainNumber, renumber } from './panels.ts';
import { outlineTexts } from './texLabels.ts';

export interface SurfaceFigure {
  /** values[j][i] at y_j, x_i, both evenly spaced on their axis' scale over its domain. */
  readonly values: readonly (readonly number[])[];
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  /** What the colour means; may hold `$TeX$`. */
  readonly label: string;
  /** The value at which the colour turns: below it blue, above it red. */
  readonly pivot: number;
  readonly lines: readonly {
    readonly label: string;
    readonly points: readonly { readonly x: number; readonly y: number }[];
  }[];
  /** Measured values, filled with the same colours: a spot that disagrees stands out from its surroundings. */
  readonly spots: readonly { readonly x: number; readonly y: number; readonly value: number }[];
  readonly description: string;
}

const SIZE = { width: 760, height: 520, top: 56, right: 132, bottom: 58, left: 78 };
const dashes = ['none', '7,4', '2,3'];

/** A surface as filled contours with lines and measured spots on it, as an SVG string without fonts. */
export function surfaceFigure({
  values,
  x,
  y,
  label,
  pivot,
  lines,
  spots,
  description,
}: SurfaceFigure): string {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  // Contours are evenly spaced on linear scales only, so a logarithmic axis shows logarithms under its numbers.
  const [onX, onY] = [x, y].map(
    ({ scale }) =>
      (value: number) =>
        scale === 'log' ? Math.log(value) : value,
  ) as [(value: number) => number, (value: number) => number];
  const flat = values.flat();
  const domain = [Math.min(...flat), Math.max(...flat)] as const;
  const svg = Plot.plot({
    document: document as unknown as Document,
    className: 'surface',
    width: SIZE.width,
    height: SIZE.height,
    marginTop: SIZE.top,
    marginRight: SIZE.right,
    marginBottom: SIZE.bottom,
    marginLeft: SIZE.left,
    style: { fontSize: '15px', background: 'white', color: '#1a1a1a' },
    x: { domain: x.domain.map(onX), label: null },
    y: { domain: y.domain.map(onY), label: null },
    color: { type: 'diverging', scheme: 'RdBu', reverse: true, pivot, domain: [...domain] },
    marks: [
      Plot.contour(flat, {
        width: values[0]!.length,
        height: values.length,
        x1: onX(x.domain[0]),
        x2: onX(x.domain[1]),
        y1: onY(y.domain[0]),
        y2: onY(y.domain[1]),
        fill: (value: number) => value,
        thresholds: [domain[0], ...ticks(...domain, 24)],
        stroke: '#00000022',
      }),
      ...lines.map(({ points }, i) =>
        Plot.line(points, {
          x: (p) => onX(p.x),
          y: (p) => onY(p.y),
          strokeWidth: 2,
          strokeDasharray: dashes[i % dashes.length]!,
          clip: true,
        }),
      ),
      Plot.dot(spots, {
        x: (p) => onX(p.x),
        y: (p) => onY(p.y),
        r: 8,
        fill: 'value',
        stroke: 'black',
        strokeWidth: 1.5,
      }),
      Plot.axisX(axisTicks(x), { x: onX, text: plainNumber, tickSize: 5, fontSize: 15 }),
      Plot.axisY(axisTicks(y), { y: onY, text: plainNumber, tickSize: 5, fontSize: 15 }),
      Plot.frame({ stroke: '#222' }),
    ],
  }) as unknown as SVGSVGElement & Plot.Plot;
  svg.setAttribute('font-size', '15');
  svg.removeAttribute('font-family');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', description);
  const { apply } = svg.scale('color')!;
  const text = (words: string, at: string, anchor = 'middle') =>
    `<text transform="${at}" text-anchor="${anchor}" font-size="16">${words}</text>`;
  const middle = (SIZE.top + SIZE.height - SIZE.bottom) / 2;
  const extras = [
    text(x.label, `translate(${(SIZE.left + SIZE.width - SIZE.right) / 2},${SIZE.height - 12})`),
    text(y.label, `translate(20,${middle}) rotate(-90)`),
    ...lines.map(
      (line, i) =>
        `<path d="M${SIZE.left + 230 * i},20h30" stroke="#1a1a1a" stroke-width="2" stroke-dasharray="${dashes[i % dashes.length]}"></path>` +
        text(line.label, `translate(${SIZE.left + 38 + 230 * i},25)`, 'start'),
    ),
    colourBar(label, domain, (value) => String(apply(value))),
  ];
  svg.insertAdjacentHTML('beforeend', `<g>${extras.join('')}</g>`);
  outlineTexts(svg);
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return renumber(svg.outerHTML);
}

/** The colours from the least to the greatest value, with round numbers beside them. */
function colourBar(
  label: string,
  [low, high]: readonly [number, number],
  colour: (value: number) => string,
): string {
  const [x, top, height, steps] = [
    SIZE.width - SIZE.right + 26,
    SIZE.top + 24,
    SIZE.height - SIZE.top - SIZE.bottom - 24,
    60,
  ];
  const yOf = (value: number): number => top + (height * (high - value)) / (high - low);
  const boxes = Array.from({ length: steps }, (_, i) => {
    const value = low + ((high - low) * (i + 0.5)) / steps;
    const boxTop = top + height - ((i + 1) * height) / steps;
    return `<rect x="${x}" y="${boxTop}" width="18" height="${height / steps + 0.5}" fill="${colour(value)}"></rect>`;
  });
  const numbers = ticks(low, high, 6).map(
    (value) =>
      `<text x="${x + 26}" y="${yOf(value) + 5}" text-anchor="start" font-size="14">${plainNumber(value)}</text>`,
  );
  const title = `<text x="${x}" y="${top - 12}" text-anchor="start" font-size="15">${label}</text>`;
  return [title, ...boxes, ...numbers].join('');
}
