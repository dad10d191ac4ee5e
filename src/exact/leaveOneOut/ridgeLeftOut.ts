import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { LowerTriangle } from '../../numerics/lowerTriangle.ts';
import { choleskySolve, times, transpose } from '../../numerics/vectors.ts';
import { centring, type Rows } from '../intercept.ts';
import { ridgeFactor } from '../ridge.ts';
import { type RowBlock, rowBlocks } from '../rowBlocks.ts';
import type { LeftOutRows } from './leaveOneOut.ts';
import type { LengthsAfter } from './lengthsAfter.ts';
import { rowSquares } from './rowGradients.ts';

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
  const algebra = linearAlgebra();
  const lengthsAt = lengthsAfter?.(theta);
  // Rows of which theta without row i less theta is -e_i times the i-th; what e_i is, and what it is divided by.
  const { waysOf, pulls, held } = wide ? byRows() : byFeatures();
  const [leftOut, gradientNorms] = [new Float64Array(n), new Float64Array(n).fill(Number.NaN)];
  for (const block of rowBlocks(n, 2 * N)) {
    const ways = waysOf(block);
    for (let i = block.from; i < block.to; i++) leftOut[i] = pulls[i]! / held[i]!;
    if (!lengthsAt) continue;
    for (let at = 0; at < ways.length; at++) ways[at]! *= -leftOut[block.from + Math.floor(at / N)]!;
    gradientNorms.set(lengthsAt(ways, block), block.from);
  }
  const influence = held.map((value) => 1 / (wide ? n * lambda * value : value) - 1);
  return { fitted: residuals, residuals: leftOut, gradientNorms, influence, crossing: 0, doubts: [] };

  function byFeatures(): Ways {
    const triangle = new LowerTriangle(factor, N);
    const held = new Float64Array(n);
    return {
      pulls: residuals,
      held,
      waysOf({ from, to }) {
        const rows = triangle.solve(phi.subarray(from * N, to * N));
        rowSquares(rows, to - from).forEach((hat, i) => {
          held[from + i] = 1 - hat - (fitIntercept ? 1 / n : 0);
        });
        return triangle.solveTransposed(rows);
      },
    };
  }

  function byRows(): Ways {
    const columns = transpose(new LowerTriangle(factor, n).inverse(), n, n);
    const B = new Float64Array(n * n);
    algebra.multiplyTransposed(columns, columns, B, { m: n, n, k: n });
    if (fitIntercept) {
      // An intercept beside theta takes the vector of ones, an eigenvector, out of the inverse.
      let total = 0;
      for (const value of B) total += value;
      for (let at = 0; at < B.length; at++) B[at]! -= total / (n * n);
    }
    return {
      pulls: choleskySolve(factor, y.slice()),
      held: Float64Array.from({ length: n }, (_, i) => B[i * n + i]!),
      waysOf({ from, to }) {
        const ways = new Float64Array((to - from) * N);
        const features = transpose(phi, n, N);
        algebra.multiplyTransposed(B.subarray(from * n, to * n), features, ways, {
          m: to - from,
          n: N,
          k: n,
        });
        return ways;
      },
    };
  }
}

/** How theta moves without the rows of a block, and what makes the residuals there of those of all rows. */
interface Ways {
  /** A row of N for each row of the block. May be overwritten. */
  readonly waysOf: (block: RowBlock) => Float64Array;
  readonly pulls: Float64Array;
  /** Known of a block once its ways are. */
  readonly held: Float64Array;
}
