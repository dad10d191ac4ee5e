import * as Plot from '@observablehq/plot';
import { ticks } from 'd3-array';
import { parseHTML } from 'linkedom';
import { labelWidth, outlineTexts } from './texLabels.ts';

export type Scale = 'log' | 'linear';
export type SymbolName = 'circle' | 'square' | 'triangle' | 'diamond';

export interface AxisOptions {
  readonly label: string;
  readonly scale: Scale;
  /** Where the axis begins and ends; curves are clipped there. */
  readonly domain: readonly [number, number];
}

/** A curve or a set of points in one panel. Labels may hold `$TeX$`. */
export interface Series {
  readonly label: string;
  readonly colour: string;
  readonly points: readonly SeriesPoint[];
  /** Curves are drawn as lines; measurements as symbols with error bars of one standard error. */
  readonly draw: 'line' | 'symbols';
  /** Of lines: broken. */
  readonly dashed?: boolean;
  readonly symbol?: SymbolName;
  /** Open symbols stand out; small filled ones stay behind. */
  readonly emphasis?: 'open' | 'small';
}

export interface SeriesPoint {
  readonly x: number;
  readonly y: number;
  readonly standardError?: number;
}

export interface Panel {
  readonly title: string;
  readonly series: readonly Series[];
}

/** A horizontal or vertical dashed line in every panel. */
export interface Guide {
  readonly axis: 'x' | 'y';
  readonly at: number;
}

export interface PanelFigure {
  readonly panels: readonly Panel[];
  readonly x: AxisOptions;
  readonly y: AxisOptions;
  /** What is drawn, in words, for those who cannot see it. */
  readonly description: string;
  readonly guides?: readonly Guide[];
}

/** Of one panel, by how many stand side by side. */
const panelWidth = (panels: number): number => (panels === 1 ? 520 : panels === 2 ? 380 : 290);
const HEIGHT = 350;
const LEGEND_ROW = 22;
const DASHES = '6,4';
const MARGIN = { top: 40, right: 16, bottom: 56, left: 74 };

/** Panels side by side on shared axes, with one legend above them, as an SVG string without fonts. */
export function panelFigure(figure: PanelFigure): string {
  const { panels, x, y, guides = [] } = figure;
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const titles = panels.map((panel) => panel.title);
  const flat = panels.flatMap((panel) =>
    panel.series.map((series) => ({
      ...series,
      points: series.points.map((p) => ({ ...p, fx: panel.title })),
    })),
  );
  const inner = panels.length * panelWidth(panels.length);
  const top = MARGIN.top + LEGEND_ROW * coloursOf(panels).length;
  const height = top + HEIGHT;
  const svg = Plot.plot({
    document: document as unknown as Document,
    // Plot would make up a random name, and the file would differ from run to run.
    className: 'panels',
    width: MARGIN.left + inner + MARGIN.right,
    height,
    marginTop: top,
    marginRight: MARGIN.right,
    marginBottom: MARGIN.bottom,
    marginLeft: MARGIN.left,
    style: { fontSize: '15px', background: 'white', color: '#1a1a1a' },
    fx: { domain: titles, label: null, padding: 0.08, axis: null },
    x: { type: x.scale, domain: [...x.domain], label: null },
    y: { type: y.scale, domain: [...y.domain], label: null },
    marks: [
      Plot.gridY(axisTicks(y), { stroke: '#e4e4e4', strokeOpacity: 1 }),
      Plot.axisX(axisTicks(x), { text: plainNumber, tickSize: 5, fontSize: 15 }),
      Plot.axisY(axisTicks(y), { text: plainNumber, tickSize: 5, fontSize: 15, facetAnchor: 'left' }),
      ...guides.map(({ axis, at }) =>
        (axis === 'x' ? Plot.ruleX : Plot.ruleY)([at], { stroke: '#9a9a9a', strokeDasharray: '5,4' }),
      ),
      ...flat.flatMap((series) => marksOf(series)),
      Plot.frame({ stroke: '#222' }),
      Plot.text(titles, { fx: (t) => t, text: (t) => t, frameAnchor: 'top', dy: -20, fontSize: 16 }),
    ],
  }) as unknown as SVGSVGElement;
  svg.setAttribute('font-size', '15');
  svg.removeAttribute('font-family');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', figure.description);
  const middle = (top + height - MARGIN.bottom) / 2;
  const centre = MARGIN.left + inner / 2;
  const captions = [
    label(x.label, centre, height - 12, ''),
    label(y.label, 0, 0, `translate(20,${middle}) rotate(-90)`),
    legend(panels),
  ];
  svg.insertAdjacentHTML('beforeend', `<g>${captions.join('')}</g>`);
  outlineTexts(svg);
  svg.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  return renumber(svg.outerHTML);
}

/** Plot numbers its clip paths by a count that runs on from figure to figure; here each figure begins at 1. */
export function renumber(svg: string): string {
  const ids = [...new Set(svg.match(/plot-clip-\d+/g))];
  return svg.replace(/plot-clip-\d+/g, (id) => `clip-${ids.indexOf(id) + 1}`);
}

function marksOf({
  points,
  colour,
  draw,
  dashed,
  symbol = 'circle',
  emphasis = 'open',
}: Series): Plot.Markish[] {
  const dashes = dashed ? { strokeDasharray: DASHES } : {};
  if (draw === 'line')
    return [
      Plot.line(points, { x: 'x', y: 'y', fx: 'fx', stroke: colour, strokeWidth: 2, clip: true, ...dashes }),
    ];
  const small = emphasis === 'small';
  const faded = small ? 0.55 : 1;
  // On a logarithmic axis a bar that reaches below zero has no end; it leaves the picture instead.
  const bar = (p: SeriesPoint, side: number): number =>
    Math.max(p.y + side * (p.standardError ?? 0), p.y / 10);
  return [
    Plot.ruleX(points, {
      x: 'x',
      y1: (p: SeriesPoint) => bar(p, -1),
      y2: (p: SeriesPoint) => bar(p, 1),
      fx: 'fx',
      stroke: colour,
      strokeWidth: 1.5,
      strokeOpacity: faded,
      clip: true,
    }),
    Plot.dot(points, {
      x: 'x',
      y: 'y',
      fx: 'fx',
      symbol,
      r: small ? 2.6 : 4.2,
      stroke: colour,
      strokeWidth: 1.7,
      strokeOpacity: faded,
      fill: small ? colour : 'white',
      fillOpacity: faded,
      clip: true,
    }),
  ];
}

/** Round numbers within the domain; on a logarithmic axis multiples of powers of ten, fewer the wider it is. */
export function axisTicks({ scale, domain: [low, high] }: AxisOptions): number[] {
  if (scale === 'linear') return ticks(low, high, 5);
  const steps = high / low > 60 ? [1, 3] : high / low > 8 ? [1, 2, 5] : [1, 1.5, 2, 3, 5, 7];
  const found: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.log10(high); power++)
    for (const step of steps) found.push(Number(`${step}e${power}`));
  return found.filter((tick) => tick >= low && tick <= high);
}

/** A tick as people write it: 0.3, 50, 1e-4. */
export const plainNumber = (value: number): string =>
  value !== 0 && (Math.abs(value) >= 1e4 || Math.abs(value) < 1e-3) ? value.toExponential(0) : String(value);

const label = (text: string, x: number, y: number, transform: string): string =>
  `<text x="${x}" y="${y}" transform="${transform}" text-anchor="middle" font-size="17">${text}</text>`;

/** Above the panels, a row for each colour: every label once, with its line or its symbol. */
function legend(panels: readonly Panel[]): string {
  const rows = coloursOf(panels).map((colour) =>
    panels.flatMap((p) => p.series).filter((s) => s.colour === colour),
  );
  return rows
    .map((row, i) => {
      const y = 16 + LEGEND_ROW * i;
      let x = MARGIN.left;
      return [...new Map(row.map((series) => [series.label, series])).values()]
        .map((series) => {
          const at = x;
          x += 64 + labelWidth(series.label, 15);
          const text = `<text x="${at + 36}" y="${y + 5}" font-size="15" text-anchor="start">${series.label}</text>`;
          return legendSymbol(series, at + 14, y) + text;
        })
        .join('');
    })
    .join('');
}

const coloursOf = (panels: readonly Panel[]): string[] => [
  ...new Set(panels.flatMap((p) => p.series.map((s) => s.colour))),
];

function legendSymbol(
  { draw, colour, dashed, symbol = 'circle', emphasis = 'open' }: Series,
  x: number,
  y: number,
): string {
  const dashes = dashed ? ` stroke-dasharray="${DASHES}"` : '';
  if (draw === 'line')
    return `<path d="M${x - 14},${y}h28" stroke="${colour}" stroke-width="2" fill="none"${dashes}></path>`;
  const small = emphasis === 'small';
  const r = small ? 2.6 : 4.2;
  const paint = `stroke="${colour}" stroke-width="1.7" fill="${small ? colour : 'white'}" opacity="${small ? 0.55 : 1}"`;
  const bar = `<path d="M${x},${y - 9}v18" ${paint}></path>`;
  if (symbol === 'square')
    return `${bar}<rect x="${x - r * 0.89}" y="${y - r * 0.89}" width="${r * 1.78}" height="${r * 1.78}" ${paint}></rect>`;
  if (symbol === 'diamond')
    return `${bar}<path d="M${x},${y - r * 1.4}l${r},${r * 1.4}l${-r},${r * 1.4}l${-r},${-r * 1.4}z" ${paint}></path>`;
  if (symbol === 'triangle')
    return `${bar}<path d="M${x},${y - r * 1.2}l${r * 1.1},${r * 2}h${-r * 2.2}z" ${paint}></path>`;
  return `${bar}<circle cx="${x}" cy="${y}" r="${r}" ${paint}></circle>`;
}
