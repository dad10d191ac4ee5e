import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { dot } from '../../numerics/vectors.ts';
import type { ReadoutProblem } from '../readoutProblem.ts';
import { sumOfProducts, weightedProducts } from '../rowBlocks.ts';
import { type GradientsAt, pulledBack } from './rowGradients.ts';

/**
 * Each row's own gradient under an attack in linf, q_i = |K_i theta|_1. It has a kink wherever an entry of K_i theta is 0, and the
 * solution sits at many. There the dual of the entry, omega, stands for its sign; its second derivative is that of
 * sqrt(t^2 + nu^2) as the primal-dual Newton method takes it (Chan, Golub & Mulet 1999), nu a share of a typical entry: as stiff
 * as a step of that length finds the kink.
 * @param omega n x d, in [-1, 1]
 */
export const entryGradients =
  (problem: Pick<ReadoutProblem, 'n' | 'd' | 'N' | 'jacobians'>, omega: Float64Array): GradientsAt =>
  (theta) => {
    const { n, d, N, jacobians } = problem;
    const images = jacobians.images(theta);
    const nu = ROUNDED * Math.sqrt(dot(images, images) / images.length) || 1;
    const lengths = sumsOf(
      images.map((value) => Math.abs(value)),
      n,
    );
    const stiffness = images.map((value, e) => {
      const size = Math.hypot(value, nu);
      return Math.max(0, 1 - (omega[e]! * value) / size) / size;
    });
    const slopes = pulledBack(problem, omega);
    return {
      lengths,
      slopes,
      // J_i = k_i k_i' + q_i K_i' diag(stiffness_i) K_i.
      gram(weights, out) {
        sumOfProducts(linearAlgebra(), weightedProducts(slopes({ from: 0, to: n }), N, weights), N, out);
        const fromEntries = new Float64Array(N * N);
        jacobians.entryGram(
          stiffness.map((value, e) => weights[Math.floor(e / d)]! * lengths[Math.floor(e / d)]! * value),
          fromEntries,
        );
        for (let a = 0; a < N; a++) for (let b = 0; b <= a; b++) out[a * N + b]! += fromEntries[a * N + b]!;
      },
      squares(moves, block) {
        const { from, to } = block;
        const moved = jacobians.ownImages(moves, block);
        const bends = sumsOf(
          moved.map((value, e) => stiffness[from * d + e]! * value * value),
          to - from,
        );
        const along = sumsOf(
          moved.map((value, e) => omega[from * d + e]! * value),
          to - from,
        );
        return bends.map((bend, i) => lengths[from + i]! * bend + along[i]! ** 2);
      },
    };
  };

/** What rounds an entry off at 0, as a share of the root mean square of all. */
const ROUNDED = 0.03;

/** The signs of the entries, or their duals where they are 0, from those of entry >= -bound and entry <= bound. */
export function entrySigns(z: Float64Array, from: number, count: number): Float64Array {
  return Float64Array.from({ length: count }, (_, e) => {
    const [below, above] = [z[from + e]!, z[from + count + e]!];
    return (above - below) / (above + below) || 0;
  });
}

/** Of n rows of values. */
function sumsOf(values: Float64Array, n: number): Float64Array {
  const d = values.length / n;
  const sums = new Float64Array(n);
  for (let e = 0; e < values.length; e++) sums[Math.floor(e / d)]! += values[e]!;
  return sums;
}
