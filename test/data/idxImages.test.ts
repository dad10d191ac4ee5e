import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readIdxImages } from '../../src/data/idxImages.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const folder = temporaryFolder(afterAll);
const [count, height, width] = [6000, 3, 2];

function idx(name: string, axes: readonly number[], byteAt: (at: number) => number, pack = false): string {
  const head = Buffer.alloc(4 + 4 * axes.length);
  head.writeUInt32BE(0x0800 + axes.length, 0);
  for (const [k, axis] of axes.entries()) head.writeUInt32BE(axis, 4 + 4 * k);
  const size = axes.reduce((product, axis) => product * axis, 1);
  const content = Buffer.concat([
    head,
    Buffer.from(Uint8Array.from({ length: size }, (_, at) => byteAt(at))),
  ]);
  const path = join(folder, name);
  writeFileSync(path, pack ? gzipSync(content) : content);
  return path;
}
const images = idx('images', [count, height, width], (at) => at % 256);
const labels = idx('labels', [count], (at) => at % 10);

describe('readIdxImages', () => {
  it('reads thousands of images as rows between 0 and 1, with their labels', () => {
    const { data, ...shape } = readIdxImages(images, labels);
    expect(shape).toEqual({ height, width });
    expect([data.n, data.d]).toEqual([count, 6]);
    expect(data.x[7]).toBe(Math.fround(7 / 255));
    expect(data.x[255]).toBe(1);
    expect([...data.y.subarray(8, 12)]).toEqual([8, 9, 0, 1]);
  });

  it('reads gzipped files the same, and only as many rows as asked for', () => {
    const packed = idx('images.gz', [count, height, width], (at) => at % 256, true);
    const { data } = readIdxImages(packed, labels, 100);
    expect(data).toEqual(readIdxImages(images, labels, 100).data);
    expect(data.x).toHaveLength(600);
  });

  it('refuses files that are missing, of another kind, cut short or of different lengths', () => {
    expect(() => readIdxImages(join(folder, 'none'), labels)).toThrow(/none/);
    expect(() => readIdxImages(labels, labels)).toThrow(/labels" is not an IDX file of bytes with 3 axes/);
    const few = idx('few', [5], (at) => at);
    expect(() => readIdxImages(images, few)).toThrow(/has 6000 images, ".*few" 5 labels/);
    const torn = join(folder, 'torn');
    writeFileSync(torn, Buffer.from([0, 0, 8, 1, 0, 0, 0, 9, 1, 2]));
    expect(() => readIdxImages(images, torn)).toThrow(/torn" has 2 bytes of data instead of 9 \(9\)/);
  });
});
