import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { checkInteger, UserError } from '../errors.ts';
import { naming } from '../wholeFile.ts';
import type { Dataset } from './dataset.ts';

/** Images as rows of a data set, with the shape that one row has as an image. */
export interface ImageDataset {
  /** Pixels between 0 and 1, row of an image after row; y is the label as a number. */
  readonly data: Dataset;
  /** Pixels in a column of an image. */
  readonly height: number;
  /** Pixels in a row of an image; height times width is the d of `data`. */
  readonly width: number;
}

/**
 * Images and labels in the IDX format of MNIST and its relatives (LeCun, Cortes & Burges), plain or gzipped, from files
 * that the user has: nothing is downloaded.
 * @param rows at most so many images, from the first; default all
 * @throws UserError naming the file that is missing, of another format, cut short, or of another number of rows
 */
export function readIdxImages(images: string, labels: string, rows?: number): ImageDataset {
  if (rows !== undefined) checkInteger('rows', rows);
  const pixels = readIdx(images, 3);
  const classes = readIdx(labels, 1);
  const [count, height, width] = pixels.axes as [number, number, number];
  if (classes.axes[0] !== count)
    throw new UserError(
      `${JSON.stringify(images)} has ${count} images, ${JSON.stringify(labels)} ${classes.axes[0]} labels`,
    );
  const n = Math.min(count, rows ?? count);
  const d = height * width;
  const x = Float32Array.from(pixels.bytes.subarray(0, n * d), (byte) => byte / 255);
  return { data: { n, d, x, y: Float32Array.from(classes.bytes.subarray(0, n)) }, height, width };
}

const GZIP = 0x1f8b;
/** Unsigned bytes, the only type of these sets. */
const BYTES = 0x08;

function readIdx(path: string, rank: number): { axes: number[]; bytes: Uint8Array } {
  const file = naming('read', path, () => readFileSync(path));
  const content =
    file.length > 1 && file.readUInt16BE(0) === GZIP ? naming('read', path, () => gunzipSync(file)) : file;
  const head = 4 + 4 * rank;
  if (content.length < head || content.readUInt32BE(0) !== (BYTES << 8) + rank)
    throw new UserError(`${JSON.stringify(path)} is not an IDX file of bytes with ${rank} axes`);
  const axes = Array.from({ length: rank }, (_, k) => content.readUInt32BE(4 + 4 * k));
  const size = axes.reduce((product, axis) => product * axis, 1);
  if (content.length !== head + size)
    throw new UserError(
      `${JSON.stringify(path)} has ${content.length - head} bytes of data instead of ${size} (${axes.join(' x ')})`,
    );
  return { axes, bytes: new Uint8Array(content.buffer, content.byteOffset + head, size) };
}
