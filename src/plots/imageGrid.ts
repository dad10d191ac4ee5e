import { parseHTML } from 'linkedom';
import { outlineTexts } from './texLabels.ts';

/** A picture of one channel, row after row from the top. */
export interface Image {
  readonly height: number;
  readonly width: number;
  readonly values: ArrayLike<number>;
  /** Grey from low (white) to high (black), or blue below zero and red above it, white at zero. */
  readonly colours: 'grey' | 'signed';
  /** The values of the ends of the scale. */
  readonly range: readonly [number, number];
}

export interface ImageRow {
  readonly label: string;
  /** One under each title. */
  readonly images: readonly Image[];
}

export interface ImageGrid {
  readonly titles: readonly string[];
  readonly rows: readonly ImageRow[];
  /** What is drawn, in words, for those who cannot see it. */
  readonly description: string;
}

const SIZE = 130;
const GAP = 14;
const LABEL = 150;
const TOP = 34;

/** Rows of small pictures under titles, each row with a label, as an SVG string without fonts. */
export function imageGrid({ titles, rows, description }: ImageGrid): string {
  const width = LABEL + titles.length * (SIZE + GAP) + GAP;
  const height = TOP + rows.length * (SIZE + GAP) + GAP;
  const left = (column: number): number => LABEL + column * (SIZE + GAP);
  const top = (row: number): number => TOP + row * (SIZE + GAP);
  const headings = titles.map(
    (title, j) => `<text x="${left(j) + SIZE / 2}" y="${TOP - 12}" text-anchor="middle">${title}</text>`,
  );
  const labels = rows.map(
    ({ label }, i) =>
      `<text x="${LABEL - GAP}" y="${top(i) + SIZE / 2 + 5}" text-anchor="end">${label}</text>`,
  );
  const pictures = rows.flatMap(({ images }, i) => images.map((image, j) => picture(image, left(j), top(i))));
  const { document } = parseHTML('<!doctype html><html><body><svg></svg></body></html>');
  const svg = document.querySelector('svg')!;
  const attributes = {
    xmlns: 'http://www.w3.org/2000/svg',
    width: String(width),
    height: String(height),
    viewBox: `0 0 ${width} ${height}`,
    'font-size': '15',
    fill: '#1a1a1a',
    color: '#1a1a1a',
    role: 'img',
    'aria-label': description,
  };
  for (const [name, value] of Object.entries(attributes)) svg.setAttribute(name, value);
  svg.innerHTML = `<rect width="${width}" height="${height}" fill="white"></rect>${[...headings, ...labels, ...pictures].join('')}`;
  outlineTexts(svg as unknown as Element);
  return svg.outerHTML;
}

function picture({ height, width, values, colours, range }: Image, x: number, y: number): string {
  const pixel = SIZE / Math.max(height, width);
  const [low, high] = range;
  const pixels = Array.from({ length: height * width }, (_, i) => {
    const share = Math.min(1, Math.max(0, (values[i]! - low) / (high - low)));
    const colour = colours === 'grey' ? grey(share) : signed(share);
    const at = `x="${x + (i % width) * pixel}" y="${y + Math.floor(i / width) * pixel}"`;
    return `<rect ${at} width="${pixel}" height="${pixel}" fill="${colour}"></rect>`;
  });
  const frame = `<rect x="${x}" y="${y}" width="${width * pixel}" height="${height * pixel}" fill="none" stroke="#222"></rect>`;
  // Without this, seams show between neighbouring pixels.
  return `<g shape-rendering="crispEdges">${pixels.join('')}</g>${frame}`;
}

const hex = (share: number): string =>
  Math.round(255 * share)
    .toString(16)
    .padStart(2, '0');

const grey = (share: number): string => `#${hex(1 - share).repeat(3)}`;

/** From the palette's blue through white to its vermillion. */
function signed(share: number): string {
  const ends = share < 0.5 ? [0, 0x72 / 255, 0xb2 / 255] : [0xd5 / 255, 0x5e / 255, 0];
  const depth = Math.abs(2 * share - 1);
  return `#${ends.map((end) => hex(1 - depth * (1 - end))).join('')}`;
}
