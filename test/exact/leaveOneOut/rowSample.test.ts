import { describe, expect, it } from 'vitest';
import { sampledMean, sampledRows } from '../../../src/exact/leaveOneOut/rowSample.ts';
import { stream } from '../../../src/random/stream.ts';

/** Standard errors that a Monte Carlo mean may be off by. */
const WITHIN = 4.5;
const n = 40;
const random = stream('rowSample.test');
/** A few rows far larger than the others. */
const sizes = Float64Array.from({ length: n }, (_, i) => (i % 13 === 0 ? 5 : 0.2) + random.uniform());
const values = sizes.map((size, i) => size * (1 + 0.5 * Math.sin(i)) - 0.1);
const drawsOf = (seed: number): Float64Array => {
  const own = stream('rowSample.test', seed);
  return sizes.map(() => own.uniform());
};
const mean = (list: ArrayLike<number>): number =>
  Array.from(list).reduce((sum, value) => sum + value, 0) / list.length;

describe('sampledRows', () => {
  it('takes as many rows as asked for, none twice, by probabilities that add up to their number', () => {
    for (const count of [0, 1, 5, 17, 39, 40]) {
      const { rows, probabilities } = sampledRows(sizes, drawsOf(1), count);
      expect(new Set(rows).size).toBe(count);
      expect(mean(probabilities) * n).toBeCloseTo(count, 10);
      expect(Math.max(...probabilities)).toBeLessThanOrEqual(1);
    }
  });

  it('has probabilities in proportion to size where none would be above 1', () => {
    const { probabilities } = sampledRows(sizes, drawsOf(1), 12);
    const certain = [...sizes.keys()].filter((i) => probabilities[i] === 1);
    const rest = [...sizes.keys()].filter((i) => probabilities[i]! < 1);
    expect(certain.length).toBeGreaterThan(0);
    const total = rest.reduce((sum, i) => sum + sizes[i]!, 0);
    const left = 12 - certain.length;
    for (const i of rest) expect(probabilities[i]).toBeCloseTo((left * sizes[i]!) / total, 12);
    for (const i of certain) expect(left * sizes[i]!).toBeGreaterThan(total - sizes[i]!);
  });

  it('draws each row with its probability, and grows by rows beside those that it has', () => {
    const [count, rounds] = [12, 2000];
    const seen = new Float64Array(n);
    for (let seed = 0; seed < rounds; seed++) {
      const { rows } = sampledRows(sizes, drawsOf(seed), count);
      for (const i of rows) seen[i]! += 1 / rounds;
    }
    const { probabilities } = sampledRows(sizes, drawsOf(0), count);
    seen.forEach((share, i) => {
      const p = probabilities[i]!;
      // Of sequential Poisson sampling the probabilities are met but for terms of second order.
      expect(Math.abs(share - p)).toBeLessThan(WITHIN * Math.sqrt((p * (1 - p)) / rounds) + 0.02 * p);
    });
    const [small, large] = [10, 12].map((size) => sampledRows(sizes, drawsOf(3), size).rows);
    for (const i of small!) expect(large).toContain(i);
  });
});

describe('sampledMean', () => {
  it('is the mean of all rows on average, and says how far one sample is from it', () => {
    const rounds = 2000;
    const found = Array.from({ length: rounds }, (_, seed) =>
      sampledMean(sampledRows(sizes, drawsOf(seed), 14), (i) => values[i]!),
    );
    const off = found.map(({ value }) => value - mean(values));
    const spread = Math.sqrt(mean(off.map((value) => value ** 2)));
    expect(Math.abs(mean(off))).toBeLessThan((WITHIN * spread) / Math.sqrt(rounds));
    // The variance is an approximation: its mean is within a tenth.
    const said = Math.sqrt(mean(found.map(({ error }) => error ** 2)));
    expect(Math.abs(said / spread - 1)).toBeLessThan(0.1);
    const held = mean(found.map(({ error }, k) => (Math.abs(off[k]!) <= 2 * error ? 1 : 0)));
    expect(held).toBeGreaterThan(0.9);
  });

  it('of all rows is their mean, without an error', () => {
    const all = sampledMean(sampledRows(sizes, drawsOf(1), n), (i) => values[i]!);
    expect(all.value).toBeCloseTo(mean(values), 12);
    expect(all.error).toBe(0);
  });

  it('knows no error of fewer than two rows drawn by lot', () => {
    const { value, error } = sampledMean(sampledRows(sizes, drawsOf(1), 0), () => 1);
    expect(value).toBe(0);
    expect(error).toBeNaN();
    expect(sampledMean(sampledRows(sizes, drawsOf(1), 1), () => 1).error).toBeNaN();
  });
});
