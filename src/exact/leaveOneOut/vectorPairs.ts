import type { RowBlock } from '../rowBlocks.ts';

/** Two vectors of every row: f_i of M numbers, and k_i of N, which is 0 beyond. */
export interface VectorPairs {
  readonly M: number;
  readonly N: number;
  /** f_i, n x M. */
  readonly design: Float64Array;
  /** k_i of the rows of a block, N each. */
  readonly slopes: (block: RowBlock) => Float64Array;
}

/** Combinations onDesign_i f_i + onSlopes_i k_i, n each. */
export interface Mix {
  readonly onDesign: ArrayLike<number>;
  readonly onSlopes: ArrayLike<number>;
}

/**
 * The combinations at some rows of a block, one after the other, M each.
 * @param rows default all of them
 */
export function mixedRows(
  { M, N, design, slopes }: VectorPairs,
  { onDesign, onSlopes }: Mix,
  block: RowBlock,
  rows: readonly number[] = rowsOf(block),
): Float64Array {
  const mixed = new Float64Array(rows.length * M);
  const others = rows.some((i) => onSlopes[i] !== 0) ? slopes(block) : mixed;
  for (let r = 0, at = 0; r < rows.length; r++, at += M) {
    const i = rows[r]!;
    const [p, q] = [onDesign[i]!, onSlopes[i]!];
    if (p !== 0) for (let a = 0, own = i * M; a < M; a++) mixed[at + a] = p * design[own + a]!;
    if (q !== 0)
      for (let a = 0, own = (i - block.from) * N; a < N; a++) mixed[at + a]! += q * others[own + a]!;
  }
  return mixed;
}

const rowsOf = ({ from, to }: RowBlock): number[] => Array.from({ length: to - from }, (_, k) => from + k);
