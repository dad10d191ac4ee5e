import type { LinearAlgebra } from '../numerics/linearAlgebra.ts';

/** Bytes of what is worked on at once, so that beside the rows themselves memory does not grow with their number. */
const BLOCK = 6.4e7;
/** Numbers in a cache line. */
const LINE = 8;

/** Rows from `from` to the one before `to`. */
export interface RowBlock {
  readonly from: number;
  readonly to: number;
}

/**
 * The rows in blocks of about the same size.
 * @param bytes that are needed at once for each row of a block
 */
export function* rowBlocks(n: number, bytes: number): Generator<RowBlock> {
  const blocks = Math.ceil((n * bytes) / BLOCK);
  const height = Math.ceil(n / Math.min(n, Math.max(1, blocks)));
  for (let from = 0; from < n; from += height) yield { from, to: Math.min(n, from + height) };
}

/** Rows of the block that is highest. */
export function highestBlock(n: number, bytes: number): number {
  const [first] = rowBlocks(n, bytes);
  return first ? first.to - first.from : 0;
}

/** Where the columns of a block go: each begins `stride` after the last, the first at `at`. */
export interface ColumnsTarget {
  readonly out: Float64Array;
  readonly stride: number;
  readonly at?: number;
}

/** Writes a block of rows of `width` numbers as columns: number a of row `from + j` at a stride + at + j. */
export function writeColumns(
  rows: Float64Array,
  width: number,
  { from, to }: RowBlock,
  { out, stride, at = 0 }: ColumnsTarget,
): void {
  for (let first = 0; first < width; first += LINE) {
    const last = Math.min(width, first + LINE);
    for (let i = from; i < to; i++)
      for (let a = first, own = first * stride + at + i - from; a < last; a++, own += stride)
        out[own] = rows[i * width + a]!;
  }
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
 * @param weights one a row; default 1
 */
export function* weightedProducts(
  rows: Float64Array,
  M: number,
  weights?: Float64Array,
): Generator<ProductPart> {
  const n = rows.length / M;
  const bytes = 8 * M * (weights ? 2 : 1);
  const room = M * highestBlock(n, bytes);
  const right = new Float64Array(room);
  const left = weights ? new Float64Array(room) : right;
  for (const block of rowBlocks(n, bytes)) {
    const k = block.to - block.from;
    writeColumns(rows, M, block, { out: right, stride: k });
    if (weights)
      for (let a = 0, at = 0; a < M; a++)
        for (let i = block.from; i < block.to; i++, at++) left[at] = weights[i]! * right[at]!;
    yield { left, right, k };
  }
}
