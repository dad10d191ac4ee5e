import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { lowerInverse } from '../../numerics/lowerInverse.ts';
import { choleskySolve, dot, times, transpose } from '../../numerics/vectors.ts';
import { centring, type Rows } from '../intercept.ts';
import { ridgeFactor } from '../ridge.ts';
import type { LeftOutRows } from './leaveOneOut.ts';
import type { LengthsAfter } from './lengthsAfter.ts';

/**
 * Ridge regression without each of its rows in turn, exactly, by one factorisation: e_i = r_i / (1 - h_i) with
 * h_i = phi_i' (Phi'Phi + n lambda I)^-1 phi_i, or, where there are as many features as rows, e_i = (B y)_i / B_ii with
 * B = (Phi Phi' + n lambda I)^-1, which needs no residual to be other than 0; then n lambda B_ii = 1 - h_i.
 * @param lengthsAfter null where no gradient norm can be told; NaN stands for it
 * @throws UserError as `ridge` does
 */
export function ridgeLeftOut(
  given: Rows,
  {
    theta,
    lambda,
    fitIntercept,
  }: { readonly theta: Float64Array; readonly lambda: number; readonly fitIntercept: boolean },
  lengthsAfter: LengthsAfter | null,
): LeftOutRows {
  const { n, N } = given;
  const { phi, y } = centring(fitIntercept, given);
  const outputs = times(phi, theta, n);
  const residuals = y.map((target, i) => target - outputs[i]!);
  const wide = N >= (fitIntercept ? n - 1 : n);
  const factor = ridgeFactor({ n, N, phi, lambda, centred: fitIntercept, wide });
  // Rows of which theta without row i less theta is -e_i times the i-th, and what e_i is divided by.
  const ways = new Float64Array(n * N);
  const algebra = linearAlgebra();
  const [pulls, held] = wide ? byRows() : byFeatures();
  const leftOut = pulls.map((pull, i) => pull / held[i]!);
  const gradientNorms = lengthsAfter
    ? lengthsAfter(
        theta,
        ways.map((value, at) => -leftOut[Math.floor(at / N)]! * value),
      )
    : new Float64Array(n).fill(Number.NaN);
  const influence = held.map((value) => 1 / (wide ? n * lambda * value : value) - 1);
  return { fitted: residuals, residuals: leftOut, gradientNorms, influence, crossing: 0, doubts: [] };

  function byFeatures(): [Float64Array, Float64Array] {
    const inverse = lowerInverse(factor, N);
    const half = new Float64Array(n * N);
    algebra.multiplyTransposed(phi, inverse, half, { m: n, n: N, k: N });
    algebra.multiplyTransposed(half, transpose(inverse, N, N), ways, { m: n, n: N, k: N });
    const free = residuals.map((_, i) => {
      const row = half.subarray(i * N, (i + 1) * N);
      return 1 - dot(row, row) - (fitIntercept ? 1 / n : 0);
    });
    return [residuals, free];
  }

  function byRows(): [Float64Array, Float64Array] {
    const columns = transpose(lowerInverse(factor, n), n, n);
    const B = new Float64Array(n * n);
    algebra.multiplyTransposed(columns, columns, B, { m: n, n, k: n });
    if (fitIntercept) {
      // An intercept beside theta takes the vector of ones, an eigenvector, out of the inverse.
      let total = 0;
      for (const value of B) total += value;
      for (let at = 0; at < B.length; at++) B[at]! -= total / (n * n);
    }
    algebra.multiplyTransposed(B, transpose(phi, n, N), ways, { m: n, n: N, k: n });
    return [choleskySolve(factor, y.slice()), Float64Array.from({ length: n }, (_, i) => B[i * n + i]!)];
  }
}
