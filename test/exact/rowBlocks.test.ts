import { describe, expect, it } from 'vitest';
import { pairProducts } from '../../src/exact/cone/design.ts';
import { oneLayerJacobians } from '../../src/exact/oneLayerJacobians.ts';
import { productsOf, roomFor, rowBlocks, sumOfProducts } from '../../src/exact/rowBlocks.ts';
import { linearAlgebra } from '../../src/numerics/linearAlgebra.ts';

/** Rows for two blocks, and more than that, of all that is done in blocks. */
const [n, N] = [130_001, 40];
/** Numbers between -1 and 1 that do not repeat with the rows, quicker than random ones. */
function spread(length: number, step: number): Float64Array {
  const values = new Float64Array(length);
  for (let k = 0, value = 0; k < length; k++, value = (value + step) % 2) values[k] = value - 1;
  return values;
}
const [rows, others] = [spread(n * N, Math.SQRT2), spread(n * N, Math.E / 2)];
const [ff, fk, kk] = [spread(n, 0.7 * Math.SQRT2), spread(n, Math.PI / 3), spread(n, 0.4 * Math.SQRT2)];
/** Of sums of 130,001 products, in double precision. */
const DIGITS = 6;

/** sum over rows of `of`. */
function sum(of: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < n; i++) total += of(i);
  return total;
}

/** Some entries of a lower triangle, its corners among them. */
const SOME = [
  [0, 0],
  [17, 3],
  [N - 1, 0],
  [N - 1, N - 1],
] as const;

it('blocks hold every row once', () => {
  for (const count of [1, 5, n]) {
    const blocks = [...rowBlocks(count, 4 * N)];
    expect(blocks.map(({ from }) => from)).toEqual([0, ...blocks.slice(0, -1).map(({ to }) => to)]);
    expect(blocks.at(-1)!.to).toBe(count);
  }
  expect([...rowBlocks(n, 2 * N)].length).toBeGreaterThan(1);
  // Room is bounded whatever the number of rows.
  expect(roomFor(1e7, 100).byteLength).toBeLessThanOrEqual(8e7);
  // A row that is larger than a block is one by itself.
  expect([...rowBlocks(3, 1e9)]).toHaveLength(3);
  expect([...rowBlocks(0, N)]).toEqual([]);
});

describe('a sum over rows in blocks is that over all of them', () => {
  it('of weighted products', () => {
    const gram = new Float64Array(N * N).fill(7);
    // The first leaves its columns behind.
    const products = productsOf(rows, N, n);
    sumOfProducts(linearAlgebra(), products(kk), N, gram);
    sumOfProducts(linearAlgebra(), products(ff), N, gram);
    for (const [a, b] of SOME)
      expect(gram[a * N + b]).toBeCloseTo(
        sum((i) => ff[i]! * rows[i * N + a]! * rows[i * N + b]!),
        DIGITS,
      );
  });

  it('of forms in two vectors a row, with an intercept', () => {
    const M = N + 1;
    const gram = new Float64Array(M * M).fill(7);
    const products = pairProducts({ n, N, M, rows }, N);
    // The first leaves its factors behind.
    sumOfProducts(linearAlgebra(), products(rows, { ff: kk, fk: kk, kk }), M, gram);
    sumOfProducts(linearAlgebra(), products(others, { ff, fk, kk }), M, gram);
    const f = (i: number, a: number): number => (a === N ? 1 : rows[i * N + a]!);
    const k = (i: number, a: number): number => (a === N ? 0 : others[i * N + a]!);
    for (const [a, b] of [...SOME, [N, 5], [N, N]] as const)
      expect(gram[a * M + b]).toBeCloseTo(
        sum(
          (i) =>
            ff[i]! * f(i, a) * f(i, b) +
            fk[i]! * (f(i, a) * k(i, b) + k(i, a) * f(i, b)) +
            kk[i]! * k(i, a) * k(i, b),
        ),
        DIGITS,
      );
  });

  it('of the gradients of one layer', () => {
    const weights = spread(N, 0.3 * Math.SQRT2);
    const jacobians = oneLayerJacobians({ n, N, d: 1, slopes: rows, weights });
    const images = jacobians.images(weights);
    for (const i of [0, 1, n >> 1, n - 1])
      expect(images[i]).toBeCloseTo(
        weights.reduce((total, w, a) => total + w * w * rows[i * N + a]!, 0),
        10,
      );
    const pulled = jacobians.pulledSum(ff);
    for (const a of [0, 9, N - 1])
      expect(pulled[a]).toBeCloseTo(
        sum((i) => ff[i]! * rows[i * N + a]! * weights[a]!),
        DIGITS,
      );
  });
});
