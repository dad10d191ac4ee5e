import { InvalidArgumentError } from '../errors.ts';
import { noteMarkup, noteRoom } from './note.ts';
import { type PictureOptions, unitsAcross } from './paper.ts';
import { emptyDocument, fittingSize, INK, svgText, textMarkup } from './svgText.ts';

/** An image of one channel. */
export interface GridImage {
  /** Rows of pixels. */
  readonly height: number;
  /** Pixels in a row. */
  readonly width: number;
  /** One value for each pixel, row after row from the top. */
  readonly values: ArrayLike<number>;
  /** Grey from low (white) to high (black), or blue at the low end, white in the middle and red at the high end. */
  readonly colours: 'grey' | 'signed';
  /** The values of the ends of the scale; what lies beyond is drawn as the end. */
  readonly range: readonly [number, number];
}

/** A row of images. */
export interface ImageRow {
  /** To the left of the row; may hold `$TeX$`. */
  readonly label: string;
  /** One under each title. */
  readonly images: readonly GridImage[];
}

/** Images in rows and columns. */
export interface ImageGrid extends PictureOptions {
  /** Above the columns; each may hold `$TeX$`. */
  readonly titles: readonly string[];
  /** From top to bottom. */
  readonly rows: readonly ImageRow[];
}

/** Pixels of the longer side of an image; the most of one for print, which is smaller where there is no room. */
const SIZE = { screen: 130, print: 170 };
const GAP = 14;
const LABEL = 150;
const TOP = 34;
const FONT = 15;

/**
 * Rows of small images under titles, each row with a label, as SVG source. It holds no fonts, and the same grid gives the
 * same bytes.
 * @param grid what is drawn; the longer side of each image is 130 pixels on screens
 * @throws InvalidArgumentError for an image whose values are not one for each pixel, or a width without room
 */
export function imageGrid(grid: ImageGrid): string {
  const { titles, rows, note = '' } = grid;
  const across = unitsAcross(grid.width);
  const others = LABEL + GAP * (titles.length + 1);
  const size =
    across === undefined ? SIZE.screen : Math.min(SIZE.print, (across - others) / Math.max(1, titles.length));
  const used = others + titles.length * size;
  const width = across ?? used;
  const foot = TOP + rows.length * (size + GAP) + GAP;
  const height = foot + noteRoom(note, width);
  // Where images have their greatest size, what room there is left stands on both sides.
  const left = (column: number): number => (width - used) / 2 + LABEL + column * (size + GAP);
  const top = (row: number): number => TOP + row * (size + GAP);
  const headings = titles.map((title, j) =>
    textMarkup(title, {
      ...{ x: left(j) + size / 2, y: TOP - 12, anchor: 'middle' },
      size: fittingSize(title, FONT, size + GAP - 4),
    }),
  );
  const labels = rows.map(({ label }, i) =>
    textMarkup(label, {
      ...{ x: left(0) - GAP, y: top(i) + size / 2 + 5, anchor: 'end' },
      size: fittingSize(label, FONT, LABEL - GAP - 4),
    }),
  );
  const pictures = rows.flatMap(({ images }, i) =>
    images.map((image, j) => picture(image, { x: left(j), y: top(i), size })),
  );
  const document = emptyDocument();
  document.body.innerHTML = `<svg fill="${INK}" color="${INK}"><rect width="${width}" height="${height}" fill="white"></rect></svg>`;
  return svgText(
    document.querySelector('svg')!,
    grid,
    [...headings, ...labels, ...pictures, ...noteMarkup(note, width, foot)],
    { width, height },
  );
}

interface ImagePlace {
  readonly x: number;
  readonly y: number;
  /** Of the longer side. */
  readonly size: number;
}

function picture({ height, width, values, colours, range }: GridImage, { x, y, size }: ImagePlace): string {
  if (values.length !== height * width)
    throw new InvalidArgumentError('values', values.length, `${height} x ${width} values`);
  const pixel = size / Math.max(height, width);
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
