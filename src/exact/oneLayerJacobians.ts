import { inPrecision, linearAlgebra, type Precision } from '../numerics/linearAlgebra.ts';
import { transpose } from '../numerics/vectors.ts';
import type { Jacobians } from './jacobians.ts';
import { once } from './once.ts';

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
  readonly slopes: Float64Array;
  /** N x d */
  readonly weights: Float64Array;
}): Jacobians {
  const algebra = linearAlgebra();
  // Rows to test on need no products of the weights.
  const columns = once(() => transpose(weights, N, d));
  const gates = once(() => transpose(slopes, n, N));
  const scratch = once(() => new Float64Array(n * N));
  const overlaps = once(() => {
    const products = new Float64Array(N * N);
    algebra.multiplyTransposed(weights, weights, products, { m: N, n: N, k: d, lower: true });
    return products;
  });
  /** W' gated_i for all i, n x d. */
  function throughWeights(gated: Float64Array, precision: Precision = 'double'): Float64Array {
    const images = new Float64Array(n * d);
    inPrecision(algebra, precision).multiplyTransposed(gated, columns(), images, { m: n, n: d, k: N });
    return images;
  }
  return {
    images(theta, precision = 'double') {
      const gated = scratch();
      for (let i = 0, at = 0; i < n; i++)
        for (let a = 0; a < N; a++, at++) gated[at] = slopes[at]! * theta[a]!;
      return throughWeights(gated, precision);
    },
    ownImages(moves) {
      const gated = scratch();
      for (let at = 0; at < gated.length; at++) gated[at] = slopes[at]! * moves[at]!;
      return throughWeights(gated);
    },
    pullBack(v, out, precision = 'double') {
      inPrecision(algebra, precision).multiplyTransposed(weights, v, out, { m: N, n, k: d });
      const gate = gates();
      for (let j = 0; j < out.length; j++) out[j]! *= gate[j]!;
    },
    weightedGram(weightOf, out, precision = 'double') {
      const [gate, overlap] = [gates(), overlaps()];
      const weighted = scratch();
      for (let a = 0, at = 0; a < N; a++)
        for (let i = 0; i < n; i++, at++) weighted[at] = weightOf[i]! * gate[at]!;
      inPrecision(algebra, precision).multiplyTransposed(weighted, gate, out, {
        m: N,
        n: N,
        k: n,
        lower: true,
      });
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
