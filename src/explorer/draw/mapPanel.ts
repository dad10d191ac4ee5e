import type { Frame } from '../../plots/panelGrid.ts';
import { type Letter, letters, spans } from '../page/symbols.ts';
import { parameters, type Settings } from '../state/parameters.ts';
import type { MapLines, PlanePoint, RiskGrid } from '../theory/phaseMap.ts';
import { axisTitles, coverFrame, frameRect, ticksOf, xAxis, yAxis } from './axes.ts';
import { titles } from './curveAxes.ts';
import { colourOf } from './mapColours.ts';
import { type Scale, scaleOf } from './scale.ts';
import { circle, horizontal, pathThrough, set, setSize, svg, vertical } from './svg.ts';

export interface MapPanel {
  readonly element: SVGSVGElement;
  readonly canvas: HTMLCanvasElement;
  grid(grid: RiskGrid): void;
  lines(lines: MapLines): void;
  /** Where the settings are. */
  here(settings: Settings): void;
  /** A cursor, or none. */
  cursor(point: PlanePoint | null): void;
  theme(theme: 'light' | 'dark'): void;
  /** The plane's point under a pixel, in the strip below the frame one of eps = 0; undefined outside both. */
  under(x: number, y: number): PlanePoint | undefined;
  pixelOf(point: PlanePoint): readonly [x: number, y: number];
  resize(width: number, height: number): void;
  /** The frame and the strip below it. */
  readonly box: Frame;
}

const { psi1: width, eps: radius } = parameters;
/** Pixels of colour for one of the plot's, each way; more would only cost time. */
const COLOUR_SHARE = 1.5;
/** Pixels between the frame, whose lowest row is the limit of small radii, and the strip of eps = 0 itself; and its height. */
const GAP = 7;
const STRIP = 9;

/** Shades each way from the middle of the palette, and the logarithm of the ratio at its ends. */
const SHADES = 120;
const MOST = 2;

/** The colours of the map, one after the other, each as the four bytes of a pixel. */
const palette = (theme: 'light' | 'dark'): Uint32Array => {
  const shades = Array.from({ length: 2 * SHADES + 1 }, (_, k) => ((k - SHADES) * MOST) / SHADES);
  const bytes = Uint8ClampedArray.from(shades.flatMap((value) => [...colourOf(value, theme), 255]));
  return new Uint32Array(bytes.buffer);
};

export function mapPanel(): MapPanel {
  const canvas = document.createElement('canvas');
  const [axes, here, pointed] = [svg('g'), svg('g', { class: 'here' }), svg('g', { class: 'pointed' })];
  const nullArea = svg('path', { class: 'null-area' });
  const critical = svg('path', { class: 'map-line critical' });
  const bestHalo = svg('path', { class: 'map-line halo' });
  const best = svg('path', { class: 'map-line best' });
  const peak = svg('path', { class: 'map-line peak' });
  const nullLabel = svg('text', { class: 'note', 'text-anchor': 'start' }, 'null phase: nothing is learnt');
  const clipRect = svg('rect');
  const element = svg(
    'svg',
    { class: 'plot over', xmlns: 'http://www.w3.org/2000/svg' },
    svg(
      'defs',
      {},
      svg('clipPath', { id: 'map-clip' }, clipRect),
      svg(
        'pattern',
        { id: 'hatch', width: 7, height: 7, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
        vertical('hatch', 0, 0, 7),
      ),
    ),
    svg('g', { 'clip-path': 'url(#map-clip)' }, nullArea, critical, peak, bestHalo, best),
    axes,
    here,
    pointed,
    nullLabel,
  );
  let [w, h] = [600, 420];
  let frame: Frame = { left: 58, right: 590, top: 12, bottom: 360 };
  let x: Scale = scaleOf('log', [width.from, width.to], [58, 590]);
  let y: Scale = scaleOf('linear', [radius.from, radius.to], [360, 12]);
  let theme: 'light' | 'dark' = 'light';
  let grid: RiskGrid | undefined;
  let lines: MapLines | undefined;
  let settings: Settings | undefined;
  let cursor: PlanePoint | null = null;
  const strip = (): Frame => ({ ...frame, top: frame.bottom + GAP, bottom: frame.bottom + GAP + STRIP });

  function paint(): void {
    if (!grid) return;
    const columns = Math.round((frame.right - frame.left) * COLOUR_SHARE);
    const rows = Math.round((frame.bottom - frame.top) * COLOUR_SHARE);
    const stripFrom = Math.round((strip().top - frame.top) * COLOUR_SHARE);
    canvas.width = columns;
    canvas.height = stripFrom + Math.round(STRIP * COLOUR_SHARE);
    const context = canvas.getContext('2d')!;
    const image = context.createImageData(columns, canvas.height);
    const pixels = new Uint32Array(image.data.buffer);
    const { nx, ny, logRatio, atZero } = grid;
    const colours = palette(theme);
    const colour = (value: number): number =>
      colours[Math.max(0, Math.min(2 * SHADES, Math.round((value * SHADES) / MOST) + SHADES))]!;
    // The place of a column in the grid, its neighbour to the left, and how far it is from that.
    const places = Array.from({ length: columns }, (_, column) => ((column + 0.5) / columns) * (nx - 1));
    const before = Uint16Array.from(places, (u) => Math.min(nx - 2, Math.floor(u)));
    const share = Float64Array.from(places, (u, column) => u - before[column]!);
    /** What a row of the grid comes to at a column. */
    const across = (values: ArrayLike<number>, column: number): number => {
      const at = before[column]!;
      return values[at]! + share[column]! * (values[at + 1]! - values[at]!);
    };
    const between = new Float64Array(nx);
    for (let row = 0; row < rows; row++) {
      const v = (1 - (row + 0.5) / rows) * (ny - 1);
      const i = Math.min(ny - 2, Math.floor(v));
      for (let j = 0; j < nx; j++) {
        const below = logRatio[i * nx + j]!;
        between[j] = below + (v - i) * (logRatio[(i + 1) * nx + j]! - below);
      }
      for (let column = 0; column < columns; column++)
        pixels[row * columns + column] = colour(across(between, column));
    }
    for (let column = 0; column < columns; column++) {
      const zero = colour(across(atZero, column));
      for (let row = stripFrom; row < canvas.height; row++) pixels[row * columns + column] = zero;
    }
    context.putImageData(image, 0, 0);
  }

  const place = ({ psi1, eps }: PlanePoint): [number, number] => [x.pixel(psi1), y.pixel(eps)];
  /** Of a point, where it is shown: at eps = 0 in the strip. */
  const placeShown = (point: PlanePoint): [number, number] =>
    point.eps === 0 ? [x.pixel(point.psi1), strip().top + STRIP / 2] : place(point);
  const isShown = ([px, py]: readonly [number, number]): boolean =>
    px >= frame.left && px <= frame.right && py >= frame.top && py <= strip().bottom;

  /** A line broken where two neighbours are far apart: the peak may come and go, the best width may jump. */
  function broken(points: readonly PlanePoint[]): string {
    const pixels: [number, number][] = [];
    for (const point of points) {
      const next = place(point);
      const last = pixels.at(-1);
      if (last && Math.hypot(next[0] - last[0], next[1] - last[1]) > 0.12 * w) pixels.push([Number.NaN, 0]);
      pixels.push(next);
    }
    return pathThrough(pixels);
  }

  function drawLines(): void {
    if (!lines) return;
    const border = pathThrough(lines.critical.map(place));
    set(critical, { d: border });
    set(nullArea, { d: `${border}L${frame.right},${frame.top - 900}L${frame.left},${frame.top - 900}Z` });
    set(peak, { d: broken(lines.peak) });
    set(best, { d: broken(lines.best) });
    set(bestHalo, { d: broken(lines.best) });
    // As many words as there is room for in the null phase.
    const end = lines.critical.find(({ eps }) => y.pixel(eps) < frame.top + 30);
    const room = (end ? x.pixel(end.psi1) : frame.right) - frame.left;
    nullLabel.textContent = room > 230 ? 'null phase: nothing is learnt' : room > 100 ? 'null phase' : '';
    set(nullLabel, { x: frame.left + 10, y: frame.top + 22 });
  }

  function drawAxes(): void {
    coverFrame(clipRect, frame);
    axes.replaceChildren(
      frameRect(frame, 'frame'),
      ...xAxis(x, ticksOf(x, 7), strip()),
      frameRect(strip(), 'frame'),
      ...yAxis(
        y,
        ticksOf(y, 5).filter(({ at }) => at !== 0),
        frame,
      ),
      smallLabel(frame.bottom - 1, letters.eps, ' → 0'),
      smallLabel(strip().bottom + 1, letters.eps, ' = 0'),
      ...axisTitles(frame, h, spans(...titles.psi1), spans('attack  ', letters.eps)),
    );
  }

  const smallLabel = (at: number, ...words: readonly (string | Letter)[]): SVGElement =>
    svg(
      'text',
      { class: 'number small', x: frame.left - 8, y: at + 4, 'text-anchor': 'end' },
      ...spans(...words),
    );

  function drawHere(): void {
    here.replaceChildren(...(settings ? cross(settings) : []));
    pointed.replaceChildren(...(cursor ? cross(cursor) : []));
  }

  function cross(point: PlanePoint): SVGElement[] {
    const [px, py] = placeShown(point);
    if (!isShown([px, py])) return [];
    return [
      vertical('mark', px, frame.top, strip().bottom),
      horizontal('mark', py, frame.left, frame.right),
      circle('dot plain', px, py, 5),
    ];
  }

  return {
    element,
    canvas,
    get box() {
      return { ...frame, bottom: strip().bottom };
    },
    grid(next) {
      grid = next;
      paint();
    },
    lines(next) {
      lines = next;
      drawLines();
    },
    here(next) {
      settings = next;
      drawHere();
    },
    cursor(next) {
      cursor = next;
      drawHere();
    },
    pixelOf: placeShown,
    theme(next) {
      theme = next;
      paint();
    },
    under(px, py) {
      if (!isShown([px, py])) return undefined;
      return { psi1: x.value(px), eps: py > frame.bottom ? 0 : y.value(py) };
    },
    resize(nextWidth, nextHeight) {
      [w, h] = [nextWidth, nextHeight];
      frame = { left: 58, right: w - 14, top: 12, bottom: h - 62 - GAP - STRIP };
      x = scaleOf('log', [width.from, width.to], [frame.left, frame.right]);
      y = scaleOf('linear', [radius.from, radius.to], [frame.bottom, frame.top]);
      setSize(element, w, h);
      canvas.style.left = `${frame.left}px`;
      canvas.style.top = `${frame.top}px`;
      canvas.style.width = `${frame.right - frame.left}px`;
      canvas.style.height = `${strip().bottom - frame.top}px`;
      drawAxes();
      drawLines();
      drawHere();
      paint();
    },
  };
}
