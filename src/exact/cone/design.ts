import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { type ProductPart, type RowBlock, roomFor, rowBlocks, writeColumns } from '../rowBlocks.ts';

/** n rows of M regressors. Those of an intercept, 1 in every row, are not stored: M is then one more than N. */
export interface Design {
  readonly n: number;
  readonly N: number;
  readonly M: number;
  /** n x N, row after row. */
  readonly rows: Float64Array;
}

/** What M coefficients give at every row, n. */
export function outputsOf({ n, N, M, rows }: Design, x: Float64Array): Float64Array {
  const outputs = linearAlgebra().times(rows, x.subarray(0, N), n);
  if (M > N) for (let i = 0; i < n; i++) outputs[i]! += x[N]!;
  return outputs;
}

/** The sum of the rows, each times its u_i, M. */
export function weightedSum({ N, M, rows }: Design, u: Float64Array): Float64Array {
  const sum = new Float64Array(M);
  sum.set(linearAlgebra().transposedTimes(rows, u, N));
  if (M > N) for (const value of u) sum[N]! += value;
  return sum;
}

/** Weights of a quadratic form in two vectors of every row, its regressors f_i and another k_i, n each. */
export interface PairWeights {
  /** f_i f_i' */
  readonly ff: Float64Array;
  /** f_i k_i' and k_i f_i' */
  readonly fk: Float64Array;
  /** k_i k_i' */
  readonly kk: Float64Array;
}

/**
 * Those forms, summed over the rows, as a sum of products left right', a block of rows after the other: the columns of left are
 * the f_i and the k_i, those of right their images. The design stays as it is; the k_i may change from one sum to the next.
 * @param others k_i, n x width with width at most M; what is left of M numbers is 0
 */
export function pairProducts(
  { n, N, M, rows }: Design,
  width: number,
): (others: Float64Array, weights: PairWeights) => Generator<ProductPart> {
  const room = roomFor(n, 4 * M);
  const [left, right] = [room.subarray(0, room.length / 2), room.subarray(room.length / 2)];
  let written: RowBlock | null = null;
  return function* (others, weights) {
    for (const block of rowBlocks(n, 4 * M)) {
      const k = 2 * (block.to - block.from);
      if (written?.from !== block.from) {
        writeColumns(rows, N, block, { out: left, stride: k });
        if (M > N) left.fill(1, N * k, N * k + k / 2);
        for (let a = width; a < M; a++) left.fill(0, a * k + k / 2, (a + 1) * k);
      }
      written = block;
      writeColumns(others, width, block, { out: left, stride: k, at: k / 2 });
      applyForms(left, weights, block, M, right);
      yield { left, right, k };
    }
  };
}

/** The images of the columns f_i and k_i of `left` under the forms of a block of rows. */
function applyForms(
  left: Float64Array,
  { ff, fk, kk }: PairWeights,
  { from, to }: RowBlock,
  M: number,
  right: Float64Array,
): void {
  const count = to - from;
  for (let a = 0; a < M; a++) {
    let own = a * 2 * count;
    for (let i = from; i < to; i++, own++) {
      const f = left[own]!;
      const k = left[own + count]!;
      right[own] = ff[i]! * f + fk[i]! * k;
      right[own + count] = fk[i]! * f + kk[i]! * k;
    }
  }
}
