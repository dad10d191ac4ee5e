import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { lowerInverse } from '../../numerics/lowerInverse.ts';
import { choleskySolve, dot, transpose, transposedTimes } from '../../numerics/vectors.ts';
import { addToDiagonal } from '../jitter.ts';

/**
 * A sum of row losses and a penalty about one x of M coefficients, to second order: its Hessian H, in which row i has the
 * part w_i d_i d_i', and rows that sit at a kink of their loss, where d_i' x has to stay what it is.
 */
export interface LocalModelOptions {
  readonly n: number;
  readonly M: number;
  /** H, M x M, in the lower triangle, with {@link KINK_CURVATURE} d_i d_i' of each row at a kink; overwritten. */
  readonly hessian: Float64Array;
  /** d_i, n x M. */
  readonly directions: Float64Array;
  /** w_i of the rows that are not at a kink. */
  readonly outputCurvatures: Float64Array;
  /** Which rows are at their kink. */
  readonly fitted: readonly boolean[];
}

/** Changes no step, as kinks hold it, and lets H be factored where nothing but kinks holds an intercept. */
export const KINK_CURVATURE = 0.01;

/** A Newton step of all rows. */
export interface NewtonStep {
  /** Of the M coefficients. */
  readonly move: Float64Array;
  /** Of the rows at a kink there: their gradients are outputDerivatives_i d_i; 0 for other rows. n. */
  readonly outputDerivatives: Float64Array;
}

/**
 * Newton steps of a local model: of all its rows, and of all but one for each of them, by one factorisation H = L L'. Vectors are
 * kept as L^-1 of themselves, in which H is the identity; the rows at a kink span a subspace there, and steps are orthogonal to it.
 */
export class LocalModel {
  private readonly n: number;
  private readonly M: number;
  private readonly inverse: Float64Array;
  private readonly outputCurvatures: Float64Array;
  /** Of each row, its place among those at a kink, or -1. */
  private readonly place: Int32Array;
  /** L^-1 d_i of the rows at a kink, P x M, and an orthonormal basis of their span. */
  private readonly kinks: Float64Array;
  private readonly basis: Float64Array;
  private readonly P: number;
  /** Cholesky factor of kinks kinks', and its inverse. */
  private readonly factor: Float64Array;
  private readonly inverseFactor: Float64Array;
  /** L^-1 d_i of all rows, those not at a kink orthogonal to the kinks, n x M. */
  private readonly free: Float64Array;

  constructor({ n, M, hessian, directions, outputCurvatures, fitted }: LocalModelOptions) {
    this.n = n;
    this.M = M;
    this.outputCurvatures = outputCurvatures;
    this.inverse = invertedFactor(hessian, M);
    const images = rowsTimes(directions, this.inverse, n, M);
    this.place = new Int32Array(n).fill(-1);
    let P = 0;
    for (let i = 0; i < n; i++) if (fitted[i]) this.place[i] = P++;
    this.P = P;
    this.kinks = new Float64Array(P * M);
    for (let i = 0; i < n; i++)
      if (this.place[i]! >= 0) this.kinks.set(images.subarray(i * M, (i + 1) * M), this.place[i]! * M);
    const algebra = linearAlgebra();
    const gram = new Float64Array(P * P);
    algebra.multiplyTransposed(this.kinks, this.kinks, gram, { m: P, n: P, k: M, lower: true });
    this.inverseFactor = invertedFactor(gram, P);
    this.factor = gram;
    this.basis = new Float64Array(P * M);
    algebra.multiplyTransposed(this.inverseFactor, transpose(this.kinks, P, M), this.basis, {
      m: P,
      n: M,
      k: P,
    });
    this.free = this.withoutKinks(images);
  }

  /**
   * @param gradient of everything but the rows at a kink, M
   * @param gaps what d_i' x lacks at a kink, n
   */
  newtonStep(gradient: Float64Array, gaps: Float64Array): NewtonStep {
    const { n, M, P, kinks, inverse, factor, place } = this;
    const own = rowsTimes(gradient, inverse, 1, M);
    const pulls = new Float64Array(P);
    for (let i = 0; i < n; i++) {
      const at = place[i]!;
      if (at >= 0) pulls[at] = gaps[i]! + dot(kinks.subarray(at * M, (at + 1) * M), own);
    }
    choleskySolve(factor, pulls);
    const step = transposedTimes(kinks, pulls, M);
    for (let a = 0; a < M; a++) step[a]! -= own[a]!;
    const outputDerivatives = new Float64Array(n);
    for (let i = 0; i < n; i++)
      if (place[i]! >= 0) outputDerivatives[i] = KINK_CURVATURE * gaps[i]! - pulls[place[i]!]!;
    return { move: transposedTimes(inverse, step, M), outputDerivatives };
  }

  /**
   * The Newton steps without row i, for all i, n x M, where its gradient is outputDerivatives_i d_i + extras_i.
   * @param extras n x M; null where the gradients are along d_i
   */
  stepsWithout(outputDerivatives: Float64Array, extras: Float64Array | null): Float64Array {
    const { n, M, outputCurvatures, place, free } = this;
    const extra = extras && rowsTimes(extras, this.inverse, n, M);
    const steps = extra ? this.withoutKinks(extra) : new Float64Array(n * M);
    const duals = this.dualsOfKinks();
    for (let i = 0; i < n; i++) {
      const step = steps.subarray(i * M, (i + 1) * M);
      const at = place[i]!;
      // Without its kink the row may move along what no other kink minds; without its bend there is less to hold it.
      const way = at < 0 ? free.subarray(i * M, (i + 1) * M) : duals.subarray(at * M, (at + 1) * M);
      const square = dot(way, way);
      const scale =
        at < 0
          ? (outputDerivatives[i]! + outputCurvatures[i]! * dot(way, step)) /
            (1 - outputCurvatures[i]! * square)
          : (outputDerivatives[i]! + (extra ? dot(way, extra.subarray(i * M, (i + 1) * M)) : 0)) /
            (square - KINK_CURVATURE);
      for (let a = 0; a < M; a++) step[a]! += scale * way[a]!;
    }
    const moves = new Float64Array(n * M);
    const algebra = linearAlgebra();
    algebra.multiplyTransposed(steps, transpose(this.inverse, M, M), moves, { m: n, n: M, k: M });
    return moves;
  }

  /** How many rows are not at a kink, and which share of their direction's curvature is their own, on average. */
  heldByThemselves(): { readonly leverage: number; readonly free: number } {
    const { n, M, outputCurvatures, place, free } = this;
    let [sum, count] = [0, 0];
    for (let i = 0; i < n; i++) {
      if (place[i]! >= 0 || outputCurvatures[i] === 0) continue;
      const way = free.subarray(i * M, (i + 1) * M);
      sum += outputCurvatures[i]! * dot(way, way);
      count++;
    }
    return { leverage: count === 0 ? 0 : sum / count, free: count };
  }

  /** For each row at a kink what is 1 along its own d_i, 0 along those of the others, and within their span, P x M. */
  private dualsOfKinks(): Float64Array {
    const { P, M, basis, inverseFactor } = this;
    const duals = new Float64Array(P * M);
    linearAlgebra().multiplyTransposed(transpose(inverseFactor, P, P), transpose(basis, P, M), duals, {
      m: P,
      n: M,
      k: P,
    });
    return duals;
  }

  /** Rows less their part in the span of the kinks. */
  private withoutKinks(rows: Float64Array): Float64Array {
    const { n, M, P, basis } = this;
    if (P === 0) return rows;
    const algebra = linearAlgebra();
    const along = new Float64Array(n * P);
    algebra.multiplyTransposed(rows, basis, along, { m: n, n: P, k: M });
    const part = new Float64Array(n * M);
    algebra.multiplyTransposed(along, transpose(basis, P, M), part, { m: n, n: M, k: P });
    for (let at = 0; at < part.length; at++) part[at] = rows[at]! - part[at]!;
    return part;
  }
}

/** Share of the largest diagonal entry that is added where a matrix is singular to working precision. */
const JITTER = 1e-13;

/** L^-1 for A = L L' in the lower triangle of `a`, which is overwritten by L. */
export function invertedFactor(a: Float64Array, size: number): Float64Array {
  const kept = a.slice();
  for (let jitter = JITTER; ; jitter *= 100) {
    a.set(kept);
    addToDiagonal(a, size, jitter);
    if (linearAlgebra().choleskyInPlace(a, size)) return lowerInverse(a, size);
    if (!(jitter < 1)) return new Float64Array(size * size).fill(Number.NaN);
  }
}

/** L^-1 of each of n rows. */
export function rowsTimes(rows: Float64Array, inverse: Float64Array, n: number, M: number): Float64Array {
  const product = new Float64Array(n * M);
  linearAlgebra().multiplyTransposed(rows, inverse, product, { m: n, n: M, k: M });
  return product;
}
