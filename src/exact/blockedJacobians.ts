import { inPrecision, linearAlgebra, type Precision } from '../numerics/linearAlgebra.ts';
import { mappedNumbers } from '../numerics/mappedNumbers.ts';
import { addScaled, times, transposedTimes } from '../numerics/vectors.ts';
import type { Jacobians } from './jacobians.ts';
import { type ProductPart, type RowBlock, sumOfProducts, weightColumns, writeColumns } from './rowBlocks.ts';

interface Shape {
  readonly n: number;
  readonly d: number;
  readonly N: number;
}

/** Bytes of a block of Jacobians that is worked on at once. */
const BLOCK = 3.2e7;

/**
 * Jacobians in blocks of rows. They are kept when all of them fit into `memory` bytes, and computed anew at every use
 * when they do not, so that memory is bounded whatever n, d and N are.
 * @param rowsFrom d phi / d x_j at row i for i = from .. to - 1 and all j, ((to - from) d) x N
 */
export function blockedJacobians(
  { n, d, N }: Shape,
  rowsFrom: (from: number, to: number) => Float64Array,
  memory: number,
): Jacobians {
  const height = Math.max(1, Math.floor(BLOCK / (8 * d * N)));
  const kept: Float64Array[] = [];
  const keep = 8 * n * d * N <= memory;
  const all = { from: 0, to: n };
  function* blocks(within: RowBlock = all): Generator<{ from: number; to: number; rows: Float64Array }> {
    for (let k = Math.floor(within.from / height); k * height < within.to; k++) {
      const [first, last] = [k * height, Math.min(n, (k + 1) * height)];
      const whole = kept[k] ?? rowsFrom(first, last);
      if (keep) kept[k] = whole;
      const [from, to] = [Math.max(first, within.from), Math.min(last, within.to)];
      yield { from, to, rows: whole.subarray((from - first) * d * N, (to - first) * d * N) };
    }
  }
  /** sum over inputs j of rows i of roots_ij^2 times the outer product of d phi / d x_j at row i. */
  function gramOf(roots: Float64Array, out: Float64Array, precision: Precision = 'double'): void {
    let columns: Float64Array | undefined;
    function* parts(): Generator<ProductPart> {
      for (const { from, to, rows } of blocks()) {
        const k = (to - from) * d;
        columns ??= new Float64Array(N * k);
        writeColumns(rows, N, { from: 0, to: k }, { out: columns, stride: k });
        weightColumns(columns, roots.subarray(from * d, to * d), N, columns);
        yield { left: columns, right: columns, k };
      }
    }
    sumOfProducts(inPrecision(linearAlgebra(), precision), parts(), N, out);
  }
  /** K_i' v_i of the rows of a block. */
  function pullBlock(v: Float64Array, within: RowBlock, out: Float64Array): void {
    for (const { from, to, rows } of blocks(within))
      for (let i = from; i < to; i++) {
        const own = i - within.from;
        const gradients = rows.subarray((i - from) * d * N, (i - from + 1) * d * N);
        out.set(transposedTimes(gradients, v.subarray(own * d, (own + 1) * d), N), own * N);
      }
  }
  return {
    images(theta) {
      const images = mappedNumbers(n * d);
      for (const { from, to, rows } of blocks())
        images.set(linearAlgebra().times(rows, theta, (to - from) * d), from * d);
      return images;
    },
    ownImages(moves, within = all) {
      const images = new Float64Array((within.to - within.from) * d);
      for (const { from, to, rows } of blocks(within))
        for (let i = from; i < to; i++) {
          const own = i - within.from;
          const gradients = rows.subarray((i - from) * d * N, (i - from + 1) * d * N);
          images.set(times(gradients, moves.subarray(own * N, (own + 1) * N), d), own * d);
        }
      return images;
    },
    pullBack: (v, out) => pullBlock(v, all, out),
    pullBlock,
    pulledSum(v) {
      const sum = new Float64Array(N);
      for (const { from, to, rows } of blocks())
        addScaled(sum, 1, linearAlgebra().transposedTimes(rows, v.subarray(from * d, to * d), N));
      return sum;
    },
    weightedGram(weights, out, precision) {
      const roots = new Float64Array(n * d);
      for (let i = 0; i < n; i++) roots.fill(Math.sqrt(weights[i]!), i * d, (i + 1) * d);
      gramOf(roots, out, precision);
    },
    entryGram: (weights, out, precision) => gramOf(weights.map(Math.sqrt), out, precision),
  };
}
