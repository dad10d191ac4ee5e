import type { LinearAlgebra } from '../numerics/linearAlgebra.ts';
import { transpose } from '../numerics/vectors.ts';
import type { Jacobians } from './jacobians.ts';

export interface OneLayer {
  readonly n: number;
  readonly N: number;
  readonly d: number;
  /** sigma'(W x_i), n x N. */
  readonly slopes: Float64Array;
  /** The paper's W transposed, d x N. */
  readonly W: Float64Array;
}

/**
 * Jacobians of one layer sigma(W x), K_i = W' diag(slopes_i). With D the slopes sum_i e_i K_i' K_i = (W W') o (D' diag(e) D),
 * o the entrywise product, so no N x N matrix is formed per sample.
 */
export function oneLayerJacobians({ n, N, d, slopes, W }: OneLayer, algebra: LinearAlgebra): Jacobians {
  const rows = transpose(W, d, N);
  const gates = transpose(slopes, n, N);
  const overlaps = new Float64Array(N * N);
  algebra.multiplyTransposed(rows, rows, overlaps, { m: N, n: N, k: d, lower: true });
  const weighted = new Float64Array(N * n);
  const gated = new Float64Array(n * N);
  const images = new Float64Array(n * d);
  return {
    images(theta) {
      for (let i = 0; i < n; i++)
        for (let a = 0; a < N; a++) gated[i * N + a] = slopes[i * N + a]! * theta[a]!;
      algebra.multiplyTransposed(gated, W, images, { m: n, n: d, k: N });
      return images;
    },
    pullBack(v, out) {
      algebra.multiplyTransposed(rows, v, out, { m: N, n, k: d });
      for (let j = 0; j < out.length; j++) out[j]! *= gates[j]!;
    },
    weightedGram(weights, out) {
      for (let a = 0; a < N; a++)
        for (let i = 0; i < n; i++) weighted[a * n + i] = weights[i]! * gates[a * n + i]!;
      algebra.multiplyTransposed(weighted, gates, out, { m: N, n: N, k: n, lower: true });
      for (let a = 0; a < N; a++) for (let b = 0; b <= a; b++) out[a * N + b]! *= overlaps[a * N + b]!;
    },
  };
}
