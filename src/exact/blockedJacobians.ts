import { inPrecision, linearAlgebra, type Precision } from '../numerics/linearAlgebra.ts';
import type { Jacobians } from './jacobians.ts';
import type { RowBlock } from './rowBlocks.ts';

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
  /** sum over inputs j of rows i of weightOf(i d + j) times the outer product of d phi / d x_j at row i. */
  function gramOf(
    weightOf: (entry: number) => number,
    out: Float64Array,
    precision: Precision = 'double',
  ): void {
    const algebra = inPrecision(linearAlgebra(), precision);
    const gram = new Float64Array(N * N);
    out.fill(0);
    for (const { from, to, rows } of blocks()) {
      const k = (to - from) * d;
      const columns = new Float64Array(N * k);
      for (let r = 0; r < k; r++) {
        const scale = Math.sqrt(weightOf(from * d + r));
        for (let a = 0; a < N; a++) columns[a * k + r] = scale * rows[r * N + a]!;
      }
      algebra.multiplyTransposed(columns, columns, gram, { m: N, n: N, k, lower: true });
      for (let a = 0; a < N; a++) for (let b = 0; b <= a; b++) out[a * N + b]! += gram[a * N + b]!;
    }
  }
  /** K_i theta_i for the rows of a block, theta_i beginning at `of(i)` of `thetas`. */
  function imagesOf(thetas: Float64Array, of: (i: number) => number, within = all): Float64Array {
    const images = new Float64Array((within.to - within.from) * d);
    for (const { from, to, rows } of blocks(within))
      for (let r = 0; r < (to - from) * d; r++) {
        const own = of(from + Math.floor(r / d));
        let sum = 0;
        for (let a = 0, at = r * N; a < N; a++) sum += rows[at + a]! * thetas[own + a]!;
        images[(from - within.from) * d + r] = sum;
      }
    return images;
  }
  /** Adds K_i' v_i to what `target(i)` is, for the rows of a block. */
  function addPulled(v: Float64Array, target: (i: number) => Float64Array, within = all): void {
    for (const { from, to, rows } of blocks(within))
      for (let i = from; i < to; i++) {
        const out = target(i);
        for (let j = 0; j < d; j++) {
          const weight = v[(i - within.from) * d + j]!;
          const at = ((i - from) * d + j) * N;
          for (let a = 0; a < N; a++) out[a]! += weight * rows[at + a]!;
        }
      }
  }
  return {
    images: (theta) => imagesOf(theta, () => 0),
    ownImages: (moves, rows = all) => imagesOf(moves, (i) => (i - rows.from) * N, rows),
    pullBack(v, out) {
      out.fill(0);
      addPulled(v, (i) => out.subarray(i * N, (i + 1) * N));
    },
    pullBlock(v, rows, out) {
      out.fill(0);
      addPulled(v, (i) => out.subarray((i - rows.from) * N, (i + 1 - rows.from) * N), rows);
    },
    pulledSum(v) {
      const sum = new Float64Array(N);
      addPulled(v, () => sum);
      return sum;
    },
    weightedGram: (weights, out, precision) =>
      gramOf((entry) => weights[Math.floor(entry / d)]!, out, precision),
    entryGram: (weights, out, precision) => gramOf((entry) => weights[entry]!, out, precision),
  };
}
