import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import { columnTails } from '../../src/table/columnTails.ts';

const [n, d] = [400, 3];
/** A Gaussian, a flag that 8 of 400 rows have, and a constant; a heavy target. */
const z = stream('tails').fillGaussian(new Float32Array(n));
const data = {
  ...{ n, d },
  x: Float32Array.from({ length: n * d }, (_, at) => {
    const [i, j] = [Math.floor(at / d), at % d];
    return [z[i]!, i % 50 === 7 ? 1 : 0, 4][j]!;
  }),
  y: Float32Array.from({ length: n }, (_, i) => (i === 3 ? 1000 : z[i]!)),
};

describe('columnTails', () => {
  it('names a rare flag where few of its rows come into training, with its kurtosis', () => {
    const p = 8 / 400;
    // Of a flag with share p: (1 - 3 p (1 - p)) / (p (1 - p)).
    const kurtosis = (1 - 3 * p * (1 - p)) / (p * (1 - p));
    const [target, flag, ...others] = columnTails(data, 100);
    expect(others).toEqual([]);
    expect(flag).toMatchObject({ column: 1, others: 8 });
    expect(flag!.kurtosis).toBeCloseTo(kurtosis, 8);
    // One value of 400: kurtosis about the number of rows.
    expect(target!.column).toBe(3);
    expect(target!.kurtosis).toBeGreaterThan(0.99 * (n - 2));
  });

  it('leaves the same flag alone where training has enough of its rows', () => {
    expect(columnTails(data, 300).map(({ column }) => column)).toEqual([3]);
    expect(columnTails(data, 3000)).toEqual([]);
  });

  it('refuses what is no data set', () => {
    expect(() => columnTails(data, 0)).toThrow('invalid n: 0');
    expect(() => columnTails({} as never, 10)).toThrow(/invalid data/);
  });
});
