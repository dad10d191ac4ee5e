/** An outline of a glyph in units of 1/1000 em with y upwards: SVG path data in absolute M, L, H, V, Q, T and Z. */
export interface Glyph {
  readonly outline: string;
  /** From its origin to where the next one may begin. */
  readonly advance: number;
}

const UNITS_IN_EM = 1000;
export const [ASCENT, DESCENT] = [900, -300] as const;

/**
 * A TrueType font of these glyphs, with the tables that a PDF needs to embed it (ISO 32000-1, section 9.9); glyph 0 is the
 * empty one for characters that are missing, so that the first of `glyphs` has the number 1.
 */
export function trueTypeFont(glyphs: readonly Glyph[]): Uint8Array {
  const shapes = [[], ...glyphs.map(({ outline }) => contoursOf(outline))];
  const advances = [UNITS_IN_EM / 2, ...glyphs.map(({ advance }) => advance)];
  const drawn = shapes.map(glyphTable);
  const points = shapes.flat(2);
  const box = boxOf(points);
  const offsets = [0];
  for (const { length } of drawn) offsets.push(offsets.at(-1)! + length);
  return fontFile({
    glyf: Buffer.concat(drawn),
    head: words(
      ...[1, 0, 1, 0, 0, 0, 0x5f0f, 0x3cf5, 0, UNITS_IN_EM, 0, 0, 0, 0, 0, 0, 0, 0],
      ...box,
      // No style, readable at any size, direction of writing, long offsets, the only format of glyphs.
      ...[0, 6, 2, 1, 0],
    ),
    hhea: words(
      ...[1, 0, ASCENT, DESCENT, 0, Math.max(...advances), box[0]!, 0, box[2]!],
      ...[1, 0, 0, 0, 0, 0, 0, 0, advances.length],
    ),
    hmtx: words(...advances.flatMap((advance, i) => [advance, boxOf(shapes[i]!.flat())[0]!])),
    loca: longs(...offsets),
    maxp: words(
      ...[1, 0, shapes.length],
      ...[Math.max(...shapes.map((contours) => contours.flat().length))],
      ...[Math.max(...shapes.map((contours) => contours.length))],
      // No composite glyphs and no instructions.
      ...[0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0],
    ),
  });
}

interface OutlinePoint {
  readonly x: number;
  readonly y: number;
  /** Whether the outline runs through it; otherwise it bends the outline as the middle point of a quadratic curve. */
  readonly on: boolean;
}

/** Whether path data is in the commands that a glyph's outline may have. */
export const isOutline = (data: string): boolean => /^[MLHVQTZ\d\s.,-]*$/.test(data);

/** Path data as closed contours of points. */
function contoursOf(data: string): OutlinePoint[][] {
  const contours: OutlinePoint[][] = [];
  let [x, y] = [0, 0];
  let bend: readonly [number, number] | undefined;
  const add = (toX: number, toY: number, on: boolean): void => {
    contours.at(-1)!.push({ x: Math.round(toX), y: Math.round(toY), on });
  };
  for (const [, command, rest] of data.matchAll(/([MLHVQTZ])([^MLHVQTZ]*)/g)) {
    const numbers = (rest!.match(/-?\d*\.?\d+/g) ?? []).map(Number);
    const size = { M: 2, L: 2, H: 1, V: 1, Q: 4, T: 2, Z: 1 }[command as 'M'];
    for (let k = 0; k < numbers.length; k += size) {
      const [a, b, c, d] = numbers.slice(k, k + size) as [number, number, number, number];
      if (command === 'M' && k === 0) contours.push([]);
      // A smooth curve bends about the mirror image of the bend before.
      const middle = command === 'Q' ? ([a, b] as const) : command === 'T' ? mirrored(bend, x, y) : undefined;
      if (middle) add(...middle, false);
      [x, y] = command === 'Q' ? [c, d] : command === 'H' ? [a, y] : command === 'V' ? [x, a] : [a, b];
      add(x, y, true);
      bend = middle;
    }
  }
  return contours.map((contour) => {
    const [first, last] = [contour[0], contour.at(-1)];
    return contour.length > 1 && last!.on && first!.x === last!.x && first!.y === last!.y
      ? contour.slice(0, -1)
      : contour;
  });
}

const mirrored = (bend: readonly [number, number] | undefined, x: number, y: number) =>
  (bend ? [2 * x - bend[0], 2 * y - bend[1]] : [x, y]) as readonly [number, number];

const boxOf = (points: readonly OutlinePoint[]): [number, number, number, number] =>
  points.length === 0
    ? [0, 0, 0, 0]
    : [
        Math.min(...points.map(({ x }) => x)),
        Math.min(...points.map(({ y }) => y)),
        Math.max(...points.map(({ x }) => x)),
        Math.max(...points.map(({ y }) => y)),
      ];

/** An entry of the table of glyphs: contours by their last points, then flags, then steps from point to point. */
function glyphTable(contours: readonly (readonly OutlinePoint[])[]): Buffer {
  if (contours.length === 0) return Buffer.alloc(0);
  const points = contours.flat();
  let last = -1;
  const ends = contours.map((contour) => {
    last += contour.length;
    return last;
  });
  const steps = (name: 'x' | 'y'): number[] =>
    points.map((point, i) => point[name] - (points[i - 1]?.[name] ?? 0));
  return padded(
    Buffer.concat([
      words(contours.length, ...boxOf(points), ...ends, 0),
      Buffer.from(points.map(({ on }) => (on ? 1 : 0))),
      words(...steps('x'), ...steps('y')),
    ]),
  );
}

/** The file: a directory of the tables with their checksums, and the tables; the checksum of all goes into `head`. */
function fontFile(tables: Readonly<Record<string, Buffer>>): Buffer {
  const names = Object.keys(tables).sort();
  const power = Math.floor(Math.log2(names.length));
  let at = 12 + 16 * names.length;
  const directory = names.map((name) => {
    const entry = Buffer.concat([
      Buffer.from(name, 'latin1'),
      longs(checksum(padded(tables[name]!)), at, tables[name]!.length),
    ]);
    at += padded(tables[name]!).length;
    return entry;
  });
  const header = words(1, 0, names.length, 16 * 2 ** power, power, 16 * (names.length - 2 ** power));
  const file = Buffer.concat([header, ...directory, ...names.map((name) => padded(tables[name]!))]);
  const head = directory[names.indexOf('head')]!.readUInt32BE(8);
  file.writeUInt32BE((0xb1b0afba - checksum(file)) >>> 0, head + 8);
  return file;
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 4) sum = (sum + bytes.readUInt32BE(at)) >>> 0;
  return sum;
}

/** Numbers of 16 bits, negative ones as two's complements. */
function words(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt16BE(value & 0xffff, 2 * i);
  return bytes;
}

/** Numbers of 32 bits. */
function longs(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) bytes.writeUInt32BE(value, 4 * i);
  return bytes;
}
