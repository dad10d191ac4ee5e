import type { LinearAlgebra } from '../numerics/linearAlgebra.ts';
import { mappedNumbers } from '../numerics/mappedNumbers.ts';
import { writeTransposed } from '../numerics/vectors.ts';

/** Bytes of what is worked on at once, so that beside the rows themselves memory does not grow with their number; */
const BLOCK = 4e7;
/** up to this many all rows are one block, whose columns are written once. */
const WHOLE = 8e7;
/** Rows from `from` to the one before `to`. */
export interface RowBlock {
  /** The first. */
  readonly from: number;
  /** One after the last. */
  readonly to: number;
}

/**
 * The rows in blocks of about the same size.
 * @param numbers that are needed at once for each row of a block
 */
export function* rowBlocks(n: number, numbers: number): Generator<RowBlock> {
  const bytes = 8 * n * numbers;
  const blocks = bytes <= WHOLE ? 1 : Math.ceil(bytes / BLOCK);
  const height = Math.ceil(n / Math.min(n, Math.max(1, blocks)));
  for (let from = 0; from < n; from += height) yield { from, to: Math.min(n, from + height) };
}

/** Room for so many numbers of each row of a block. */
export function roomFor(n: number, numbers: number): Float64Array {
  const [first] = rowBlocks(n, numbers);
  return mappedNumbers(first ? numbers * (first.to - first.from) : 0);
}

/** Where the columns of a block go: each begins `stride` after the last, the first at `at`. */
export interface ColumnsTarget {
  readonly out: Float64Array;
  readonly stride: number;
  readonly at?: number;
}

/** Writes a block of rows of `width` numbers as columns: number a of row `from + j` at a stride + at + j. */
export function writeColumns(
  rows: Float64Array | Int8Array,
  width: number,
  block: RowBlock,
  { out, stride, at = 0 }: ColumnsTarget,
): void {
  writeTransposed(rows, width, block, out, { stride, at });
}

/** Factors of a product left right', each of k columns. */
export interface ProductPart {
  readonly left: Float64Array;
  readonly right: Float64Array;
  readonly k: number;
}

/**
 * The sum of left right' over parts, of which each may overwrite the one before it, into the lower triangle of `out`.
 * @param M rows of left and right
 */
export function sumOfProducts(
  algebra: LinearAlgebra,
  parts: Iterable<ProductPart>,
  M: number,
  out: Float64Array,
): void {
  let scratch: Float64Array | undefined;
  let isFirst = true;
  for (const { left, right, k } of parts) {
    const shape = { m: M, n: M, k, lower: true };
    if (isFirst) algebra.multiplyTransposed(left, right, out, shape);
    else {
      scratch ??= new Float64Array(M * M);
      algebra.multiplyTransposed(left, right, scratch, shape);
      for (let a = 0; a < M; a++) for (let b = 0; b <= a; b++) out[a * M + b]! += scratch[a * M + b]!;
    }
    isFirst = false;
  }
  if (isFirst) out.fill(0);
}

/**
 * sum weights_i r_i r_i' over rows r_i of M numbers, a block of rows after the other.
 * @param weights one a row
 */
export const weightedProducts = (
  rows: Float64Array,
  M: number,
  weights: Float64Array,
): Generator<ProductPart> => productsOf(rows, M, weights.length)(weights);

/** The same for n rows that stay as they are, with other weights each time. */
export function productsOf(
  rows: Float64Array,
  M: number,
  n: number,
): (weights: Float64Array) => Generator<ProductPart> {
  const room = roomFor(n, 2 * M);
  const middle = room.length / 2;
  return weightedColumns(columnsOf(rows, M, n, room.subarray(middle)), M, room.subarray(0, middle));
}

/** Rows of a block as columns, M x (to - from). */
export interface ColumnBlock extends RowBlock {
  readonly columns: Float64Array;
}

/**
 * n rows of M numbers as columns, a block after the other: written once where they are one block.
 * @param columns room for the M columns of a block, which are left alone by others
 */
export function columnsOf(
  rows: Float64Array | Int8Array,
  M: number,
  n: number,
  columns: Float64Array,
): () => Generator<ColumnBlock> {
  let written: RowBlock | null = null;
  return function* () {
    for (const block of rowBlocks(n, 2 * M)) {
      if (written?.from !== block.from)
        writeColumns(rows, M, block, { out: columns, stride: block.to - block.from });
      written = block;
      yield { ...block, columns };
    }
  };
}

/**
 * sum weights_i r_i r_i' of rows that are at hand as columns.
 * @param left room for as many columns
 */
export const weightedColumns = (
  blocks: () => Generator<ColumnBlock>,
  M: number,
  left: Float64Array,
): ((weights: Float64Array) => Generator<ProductPart>) =>
  function* (weights) {
    for (const { from, to, columns: right } of blocks()) {
      weightColumns(right, weights.subarray(from, to), M, left);
      yield { left, right, k: to - from };
    }
  };

/** Multiplies the columns of an M x k matrix, each by its weight. */
export function weightColumns(
  columns: Float64Array,
  weights: Float64Array,
  M: number,
  out: Float64Array,
): void {
  const k = weights.length;
  for (let a = 0, at = 0; a < M; a++) for (let i = 0; i < k; i++, at++) out[at] = weights[i]! * columns[at]!;
}
