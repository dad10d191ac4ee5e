import { inflateSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { palettePng } from '../../src/plots/palettePng.ts';

/** The pixels of a PNG with a palette and without filters, read by its specification. */
function read(png: Buffer): { width: number; height: number; colours: number; pixels: number[] } {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    chunks.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const header = chunks.get('IHDR')!;
  expect([...header.subarray(8)]).toEqual([8, 3, 0, 0, 0]);
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const palette = chunks.get('PLTE')!;
  const rows = inflateSync(chunks.get('IDAT')!);
  const pixels: number[] = [];
  for (let row = 0; row < height; row++) {
    expect(rows[row * (width + 1)]).toBe(0);
    for (let column = 0; column < width; column++) {
      const index = rows[row * (width + 1) + 1 + column]!;
      pixels.push(...palette.subarray(3 * index, 3 * index + 3), 255);
    }
  }
  return { width, height, colours: palette.length / 3, pixels };
}

describe('a PNG with a palette', () => {
  it('has the same pixels, where they have no more than 256 colours', () => {
    const pixels = Uint8Array.from({ length: 4 * 40 * 13 }, (_, i) =>
      i % 4 === 3 ? 255 : 15 * ((37 * (i >> 2)) % 16),
    );
    const { width, height, pixels: found } = read(palettePng(pixels, 40, 13));
    expect([width, height]).toEqual([40, 13]);
    expect(found).toEqual([...pixels]);
  });

  it('draws rare colours in the nearest of the common ones', () => {
    // 300 shades between blue and white, the common ones twice.
    const shades = Array.from({ length: 300 }, (_, i) =>
      [(i * 255) / 300, (i * 255) / 300, 255 - (i % 2), 255].map(Math.round),
    );
    const pixels = Uint8Array.from([...shades, ...shades.filter((_, i) => i % 2 === 0)].flat());
    const { colours, pixels: found } = read(palettePng(pixels, pixels.length / 4, 1));
    expect(colours).toBe(256);
    // Neighbouring shades differ by one step in each channel.
    for (const [i, value] of found.entries()) expect(Math.abs(value - pixels[i]!)).toBeLessThanOrEqual(2);
    for (const [i, [red]] of shades.entries()) if (i % 2 === 0) expect(found[4 * i]).toBe(red);
  });
});
