import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { lowerInverse } from '../../numerics/lowerInverse.ts';
import { choleskySolve, dot, transpose, transposedTimes } from '../../numerics/vectors.ts';
import { addToDiagonal } from '../jitter.ts';
import { once } from '../once.ts';
import { type RowBlock, rowBlocks } from '../rowBlocks.ts';

/**
 * A sum of row losses and a penalty about one x of M coefficients, to second order: its Hessian H, in which row i has the
 * part w_i d_i d_i', and rows that sit at a kink of their loss, where d_i' x has to stay what it is.
 */
export interface LocalModelOptions {
  readonly n: number;
  readonly M: number;
  /** H, M x M, in the lower triangle, with {@link KINK_CURVATURE} d_i d_i' of each row at a kink; overwritten. */
  readonly hessian: Float64Array;
  /** d_i of the rows of a block, each of M. */
  readonly directions: (block: RowBlock) => Float64Array;
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

/** Newton steps without each row of a block. */
export interface StepsWithout {
  /** A row of M for each. */
  readonly steps: Float64Array;
  /** What the step is for a unit of its row's gradient along d_i, a row of M for each. */
  readonly units: Float64Array;
  /** w_i d_i' G d_i, the share of its direction's curvature that is the row's own; NaN at a kink and where w_i = 0. */
  readonly leverages: Float64Array;
}

/** What steps without a row take, P rows being at a kink. */
interface Projected {
  /** G: H^-1 on the subspace that the kinks leave, M x M. */
  readonly inverse: Float64Array;
  /** For each row at a kink what is 1 along its own d_i, 0 along those of the others, and no more than that in the norm of H, P x M. */
  readonly duals: Float64Array;
  /** Their products in H, P x P: those of each with itself are `squares`. */
  readonly overlaps: Float64Array;
  readonly squares: Float64Array;
}

/**
 * Newton steps of a local model: of all its rows, and of all but one for each of them, by one factorisation H = L L' and a product
 * with G, which is H^-1 on the subspace that the rows at a kink leave.
 */
export class LocalModel {
  private readonly options: LocalModelOptions;
  /** L^-1. */
  private readonly inverse: Float64Array;
  /** Of each row, its place among the P at a kink, or -1. */
  readonly place: Int32Array;
  private readonly P: number;
  /** L^-1 d_i of the rows at a kink, P x M. */
  private readonly kinks: Float64Array;
  /** The Cholesky factor of kinks kinks'. */
  private readonly factor: Float64Array;
  readonly projected: () => Projected;

  constructor(options: LocalModelOptions) {
    const { n, M, hessian, fitted } = options;
    this.options = options;
    this.inverse = invertedFactor(hessian, M);
    this.place = new Int32Array(n).fill(-1);
    let P = 0;
    for (let i = 0; i < n; i++) if (fitted[i]) this.place[i] = P++;
    this.P = P;
    this.kinks = rowsTimes(this.kinkDirections(), this.inverse, P, M);
    this.factor = new Float64Array(P * P);
    linearAlgebra().multiplyTransposed(this.kinks, this.kinks, this.factor, {
      m: P,
      n: P,
      k: M,
      lower: true,
    });
    const inverseFactor = invertedFactor(this.factor, P);
    this.projected = once(() => this.project(inverseFactor));
  }

  /**
   * @param gradient of everything but the rows at a kink, M
   * @param gaps what d_i' x lacks at a kink, n
   */
  newtonStep(gradient: Float64Array, gaps: Float64Array): NewtonStep {
    const { options, P, kinks, inverse, factor, place } = this;
    const { n, M } = options;
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
   * The Newton steps without row i, for the rows of a block, where its gradient is outputDerivatives_i d_i + extras_i.
   * @param outputDerivatives n
   * @param extras a row of M for each row of the block; null where the gradients are along d_i
   */
  stepsWithout(block: RowBlock, outputDerivatives: Float64Array, extras: Float64Array | null): StepsWithout {
    const { options, place } = this;
    const { M, directions, outputCurvatures } = options;
    const { inverse, duals, squares } = this.projected();
    const own = directions(block);
    const rows = block.to - block.from;
    const rowOf = (of: Float64Array, i: number): Float64Array => of.subarray(i * M, (i + 1) * M);
    // G d_i is 0 at a kink, where G of the extras takes its place; those of other rows are mostly 0.
    const vectors = own.slice();
    let bent = false;
    for (let i = 0; i < rows; i++) {
      const extra = extras && rowOf(extras, i);
      if (place[block.from + i]! < 0) bent ||= extra?.some((value) => value !== 0) ?? false;
      else if (extra) rowOf(vectors, i).set(extra);
      else rowOf(vectors, i).fill(0);
    }
    const steps = rowsTimes(vectors, inverse, rows, M);
    const units = new Float64Array(rows * M);
    const bends = bent ? rowsTimes(extras!, inverse, rows, M) : null;
    const leverages = new Float64Array(rows).fill(Number.NaN);
    for (let i = 0; i < rows; i++) {
      const row = block.from + i;
      const [step, at] = [rowOf(steps, i), place[row]!];
      if (at >= 0) {
        // Without its kink the row may move along what no other kink minds.
        const dual = rowOf(duals, at);
        const pull = outputDerivatives[row]! + (extras ? dot(dual, rowOf(extras, i)) : 0);
        const [unit, free] = [rowOf(units, i), squares[at]! - KINK_CURVATURE];
        for (let a = 0; a < M; a++) unit[a] = dual[a]! / free;
        for (let a = 0; a < M; a++) step[a]! += pull * unit[a]!;
        continue;
      }
      // Without its bend there is less to hold it.
      const w = outputCurvatures[row]!;
      const direction = rowOf(own, i);
      const leverage = w * dot(direction, step);
      if (w !== 0) leverages[i] = leverage;
      const bend = bends && rowOf(bends, i);
      const pull = outputDerivatives[row]! + (bend ? w * dot(direction, bend) : 0);
      const unit = rowOf(units, i);
      for (let a = 0; a < M; a++) unit[a] = step[a]! / (1 - leverage);
      for (let a = 0; a < M; a++) step[a] = pull * unit[a]! + (bend ? bend[a]! : 0);
    }
    return { steps, units, leverages };
  }

  /** d_i of the rows at a kink, P x M. */
  private kinkDirections(): Float64Array {
    const { place, P } = this;
    const { n, M, directions } = this.options;
    const kinks = new Float64Array(P * M);
    if (P === 0) return kinks;
    for (const block of rowBlocks(n, 2 * M)) {
      const rows = directions(block);
      for (let i = block.from, at = 0; i < block.to; i++, at += M)
        if (place[i]! >= 0) kinks.set(rows.subarray(at, at + M), place[i]! * M);
    }
    return kinks;
  }

  private project(inverseFactor: Float64Array): Projected {
    const { P, kinks, inverse } = this;
    const { M } = this.options;
    const algebra = linearAlgebra();
    const columns = transpose(inverse, M, M);
    const projected = new Float64Array(M * M);
    algebra.multiplyTransposed(columns, columns, projected, { m: M, n: M, k: M, lower: true });
    const duals = new Float64Array(P * M);
    if (P > 0) {
      // An orthonormal basis of the span of the kinks, where H is the identity, and L^-T of it.
      const basis = new Float64Array(P * M);
      algebra.multiplyTransposed(inverseFactor, transpose(kinks, P, M), basis, { m: P, n: M, k: P });
      const own = transpose(rowsTimes(basis, columns, P, M), P, M);
      const taken = new Float64Array(M * M);
      algebra.multiplyTransposed(own, own, taken, { m: M, n: M, k: P, lower: true });
      for (let at = 0; at < taken.length; at++) projected[at]! -= taken[at]!;
      algebra.multiplyTransposed(transpose(inverseFactor, P, P), own, duals, { m: P, n: M, k: P });
    }
    for (let a = 0; a < M; a++) for (let b = 0; b < a; b++) projected[b * M + a] = projected[a * M + b]!;
    const upper = transpose(inverseFactor, P, P);
    const overlaps = new Float64Array(P * P);
    algebra.multiplyTransposed(upper, upper, overlaps, { m: P, n: P, k: P });
    const squares = Float64Array.from({ length: P }, (_, k) => overlaps[k * P + k]!);
    return { inverse: projected, duals, overlaps, squares };
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

/** The products of a matrix with each of n rows: L^-1 of each, or G. */
export function rowsTimes(rows: Float64Array, matrix: Float64Array, n: number, M: number): Float64Array {
  const product = new Float64Array(n * M);
  linearAlgebra().multiplyTransposed(rows, matrix, product, { m: n, n: M, k: M });
  return product;
}
