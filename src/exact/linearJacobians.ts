import type { Jacobians } from './jacobians.ts';

/** Jacobians of features that are the inputs themselves: K_i is the identity in every row, so that none is kept. */
export function linearJacobians({ n, d }: { readonly n: number; readonly d: number }): Jacobians {
  return {
    images(theta) {
      const images = new Float64Array(n * d);
      for (let i = 0; i < n; i++) images.set(theta, i * d);
      return images;
    },
    ownImages: (moves) => moves.slice(),
    pullBack: (v, out) => out.set(v),
    pullBlock: (v, _, out) => out.set(v),
    pulledSum(v) {
      const sum = new Float64Array(d);
      for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < d; j++, at++) sum[j]! += v[at]!;
      return sum;
    },
    weightedGram(weights, out) {
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      out.fill(0);
      for (let j = 0; j < d; j++) out[j * d + j] = total;
    },
    entryGram(weights, out) {
      out.fill(0);
      for (let i = 0, at = 0; i < n; i++) for (let j = 0; j < d; j++, at++) out[j * d + j]! += weights[at]!;
    },
  };
}
