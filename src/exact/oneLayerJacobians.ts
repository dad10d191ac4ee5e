import type { Slopes } from '../models/layeredFeatures.ts';
import { inPrecision, linearAlgebra, type Precision } from '../numerics/linearAlgebra.ts';
import { mappedNumbers } from '../numerics/mappedNumbers.ts';
import { transpose } from '../numerics/vectors.ts';
import type { Jacobians } from './jacobians.ts';
import { once } from './once.ts';
import {
  columnsOf,
  type RowBlock,
  roomFor,
  rowBlocks,
  sumOfProducts,
  weightedColumns,
  writeColumns,
} from './rowBlocks.ts';

/**
 * Jacobians of one layer, K_i = W' diag(slopes_i) with W the N x d `weights`. With D the n x N slopes
 * sum_i e_i K_i' K_i = (W W') o (D' diag(e) D), o the entrywise product, so no N x N matrix is formed per sample.
 */
export function oneLayerJacobians({
  n,
  N,
  d,
  slopes,
  weights,
}: {
  readonly n: number;
  readonly N: number;
  readonly d: number;
  /** n x N */
  readonly slopes: Slopes;
  /** N x d */
  readonly weights: Float64Array;
}): Jacobians {
  const algebra = linearAlgebra();
  // Rows to test on need no products of the weights.
  const columns = once(() => transpose(weights, N, d));
  const overlaps = once(() => {
    const products = new Float64Array(N * N);
    algebra.multiplyTransposed(weights, weights, products, { m: N, n: N, k: d, lower: true });
    return products;
  });
  const room = once(() => roomFor(n, 2 * N));
  // Free for what is done in between.
  const firstHalf = once(() => room().subarray(0, room().length / 2));
  const slopeColumns = once(() => columnsOf(slopes, N, n, room().subarray(room().length / 2)));
  const slopeProducts = once(() => weightedColumns(slopeColumns(), N, firstHalf()));
  // Of the size of the weights.
  const likeWeights = once(() => new Float64Array(N * d));
  const all = { from: 0, to: n };
  /** K_i theta_i for the rows of a block, theta_i its own row of `moves`. */
  function imagesOf(moves: Float64Array, rows: RowBlock): Float64Array {
    const images = new Float64Array((rows.to - rows.from) * d);
    const gated = firstHalf();
    for (const part of rowBlocks(rows.to - rows.from, 2 * N)) {
      const [from, to] = [rows.from + part.from, rows.from + part.to];
      for (let at = 0, own = part.from * N; at < (to - from) * N; at++, own++)
        gated[at] = slopes[from * N + at]! * moves[own]!;
      const shape = { m: to - from, n: d, k: N };
      algebra.multiplyTransposed(gated, columns(), images.subarray(part.from * d, part.to * d), shape);
    }
    return images;
  }
  /** Slopes of a block of rows, as numbers that products take. */
  function asDoubles(gates: Slopes): Float64Array {
    if (gates instanceof Float64Array) return gates;
    const room = firstHalf();
    room.set(gates);
    return room;
  }
  /** K_i' v_i as rows for a block of rows. */
  function pullBlock(v: Float64Array, { from, to }: RowBlock, out: Float64Array, precision: Precision): void {
    const shape = { m: to - from, n: N, k: d };
    inPrecision(algebra, precision).multiplyTransposed(v, weights, out, shape);
    for (let at = 0, own = from * N; own < to * N; at++, own++) out[at]! *= slopes[own]!;
  }
  return {
    images(theta, precision = 'double') {
      // D (diag(theta) W): the weights are fewer than the slopes.
      const [own, images] = [columns(), mappedNumbers(n * d)];
      const scaled = likeWeights();
      for (let j = 0, at = 0; j < d; j++) for (let a = 0; a < N; a++, at++) scaled[at] = own[at]! * theta[a]!;
      for (const { from, to } of rowBlocks(n, 2 * N)) {
        const [gates, target] = [
          asDoubles(slopes.subarray(from * N, to * N)),
          images.subarray(from * d, to * d),
        ];
        const shape = { m: to - from, n: d, k: N };
        inPrecision(algebra, precision).multiplyTransposed(gates, scaled, target, shape);
      }
      return images;
    },
    ownImages: (moves, rows = all) => imagesOf(moves, rows),
    pullBack: (v, out, precision = 'double') => pullBlock(v, all, out, precision),
    pullBlock: (v, rows, out) => pullBlock(v, rows, out, 'double'),
    pulledSum(v, precision = 'double') {
      // Unit a gathers W_a' sum_i D_ia v_i.
      const [sum, gathered] = [new Float64Array(N), likeWeights()];
      let turned: Float64Array | undefined;
      for (const { from, to, columns: gates } of slopeColumns()()) {
        const k = to - from;
        turned ??= new Float64Array(d * k);
        writeColumns(v, d, { from, to }, { out: turned, stride: k });
        inPrecision(algebra, precision).multiplyTransposed(gates, turned, gathered, { m: N, n: d, k });
        for (let a = 0, at = 0; a < N; a++) {
          let total = 0;
          for (let j = 0; j < d; j++, at++) total += gathered[at]! * weights[at]!;
          sum[a]! += total;
        }
      }
      return sum;
    },
    weightedGram(weightOf, out, precision = 'double') {
      sumOfProducts(inPrecision(algebra, precision), slopeProducts()(weightOf), N, out);
      const overlap = overlaps();
      for (let a = 0; a < N; a++) for (let b = 0; b <= a; b++) out[a * N + b]! *= overlap[a * N + b]!;
    },
    entryGram(weightOf, out, precision = 'double') {
      const { multiplyTransposed } = inPrecision(algebra, precision);
      // Row after row: units with slope 0, half of those of a ReLU, then cost nothing.
      const [reached, rows, gram] = [new Int32Array(N), new Float64Array(N * d), new Float64Array(N * N)];
      const roots = new Float64Array(d);
      out.fill(0);
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < d; j++) roots[j] = Math.sqrt(weightOf[i * d + j]!);
        let m = 0;
        for (let a = 0; a < N; a++) {
          const slope = slopes[i * N + a]!;
          if (slope === 0) continue;
          for (let j = 0; j < d; j++) rows[m * d + j] = slope * weights[a * d + j]! * roots[j]!;
          reached[m++] = a;
        }
        multiplyTransposed(rows, rows, gram, { m, n: m, k: d, lower: true });
        for (let p = 0; p < m; p++) {
          const own = reached[p]! * N;
          for (let q = 0; q <= p; q++) out[own + reached[q]!]! += gram[p * m + q]!;
        }
      }
    },
  };
}
