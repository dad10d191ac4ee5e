import { crc32, deflateSync } from 'node:zlib';

/** As many colours as a byte tells apart. */
const MOST = 256;
const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

/**
 * An opaque picture as a PNG with a palette (sections 11.2.2 and 11.2.3 of its specification), a third of the size of one
 * with all channels. Of more than 256 colours, as smoothed edges have, the rarest are drawn in the nearest of the others.
 * @param pixels four bytes each, of which the last is not read, row after row
 */
export function palettePng(pixels: Uint8Array, width: number, height: number): Buffer {
  const counts = new Map<number, number>();
  for (let i = 0; i < pixels.length; i += 4) {
    const colour = colourAt(pixels, i);
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
  }
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || a - b).map(([colour]) => colour);
  const palette = byCount.slice(0, MOST);
  const indices = new Map(byCount.map((colour, i) => [colour, i < MOST ? i : nearest(palette, colour)]));

  // Each row begins with the number of its filter, which is none: neighbours in a palette are no neighbours in colour.
  const rows = Buffer.alloc(height * (width + 1));
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++)
      rows[row * (width + 1) + 1 + column] = indices.get(colourAt(pixels, 4 * (row * width + column)))!;

  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Eight bits, with a palette.
  header.set([8, 3], 8);
  return Buffer.concat([
    SIGNATURE,
    pngChunk('IHDR', header),
    pngChunk('PLTE', Buffer.from(palette.flatMap(channels))),
    pngChunk('IDAT', deflateSync(rows, { level: 9 })),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** A piece of a PNG (section 5.3 of its specification): length, name, content and check. */
export function pngChunk(name: string, content: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(content.length);
  check.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, check]);
}

const colourAt = (pixels: Uint8Array, i: number): number =>
  (pixels[i]! << 16) | (pixels[i + 1]! << 8) | pixels[i + 2]!;

const channels = (colour: number): [number, number, number] => [
  colour >> 16,
  (colour >> 8) & 255,
  colour & 255,
];

/** Which of these colours is nearest. */
function nearest(palette: readonly number[], colour: number): number {
  const [red, green, blue] = channels(colour);
  const distances = palette.map((other) => {
    const [r, g, b] = channels(other);
    return (r - red) ** 2 + (g - green) ** 2 + (b - blue) ** 2;
  });
  return distances.indexOf(Math.min(...distances));
}
