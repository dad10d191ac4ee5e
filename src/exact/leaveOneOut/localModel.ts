import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { LowerTriangle } from '../../numerics/lowerTriangle.ts';
import {
  addScaled,
  choleskySolve,
  dot,
  solveLower,
  solveLowerTransposed,
  times,
  transpose,
  transposedTimes,
} from '../../numerics/vectors.ts';
import { addToDiagonal } from '../jitter.ts';
import { once } from '../once.ts';
import type { RowBlock } from '../rowBlocks.ts';
import { rowSquares } from './rowGradients.ts';

/**
 * A sum of row losses and a penalty about one x of M coefficients, to second order: its Hessian H, in which row i has the
 * part w_i d_i d_i', and rows that sit at a kink of their loss, where d_i' x has to stay what it is.
 */
export interface LocalModelOptions {
  readonly n: number;
  readonly M: number;
  /** Of theta alone, without an intercept. */
  readonly N: number;
  /** H, M x M, in the lower triangle, with {@link KINK_CURVATURE} d_i d_i' of each row at a kink. */
  readonly hessian: Float64Array;
  /** d_i of the rows at a kink, each of M. Overwritten. */
  readonly kinks: Float64Array;
  /** w_i of the rows that are not at a kink. */
  readonly outputCurvatures: Float64Array;
  /** Which rows are at their kink. */
  readonly fitted: readonly boolean[];
}

/** Changes no step, as kinks hold it, and lets H be factored where nothing but kinks holds an intercept. */
export const KINK_CURVATURE = 0.01;

/** Right-hand sides for which substitution is quicker than what `LowerTriangle` prepares. */
const FEW = 16;

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
  /** w_i d_i' G d_i, the share of its direction's curvature that is the row's own; NaN at a kink and where w_i = 0. */
  readonly leverages: Float64Array;
  /** d_i of the rows off their kink. */
  readonly own: Whitened;
}

/** Rows v of M numbers in the coordinates where H is the identity. */
export interface Whitened {
  /** L^-1 v, a row of M for each. */
  readonly rows: Float64Array;
  /** Its products with an orthonormal basis of the span of the kinks, P for each. */
  readonly along: Float64Array;
}

/** The P rows at a kink, in the coordinates L' x, where H is the identity. */
interface Kinks {
  /** L^-1 d_i, P x M. */
  readonly directions: Float64Array;
  /** The Cholesky factor of directions directions'. */
  readonly factor: Float64Array;
  /** An orthonormal basis of their span, P x M, and the same as columns. */
  readonly basis: () => Float64Array;
  readonly columns: () => Float64Array;
  /** In that basis, for each what is 1 along its own d_i, 0 along those of the others, and no more than that in the norm of H, P x P. */
  readonly duals: () => Float64Array;
  /** Products of the duals, P x P. */
  readonly overlaps: () => Float64Array;
}

/**
 * Newton steps of a local model: of all its rows, and of all but one for each of them, by one factorisation H = L L'. Steps without
 * a row take G, which is H^-1 on the subspace that the rows at a kink leave.
 */
export class LocalModel {
  private readonly options: LocalModelOptions;
  /** L, in the lower triangle. */
  private readonly factor: Float64Array;
  /** The same for many right-hand sides. */
  private readonly triangle: () => LowerTriangle;
  /** Of each row, its place among the P at a kink, or -1. */
  readonly place: Int32Array;
  private readonly P: number;
  readonly kinks: Kinks;

  constructor(options: LocalModelOptions) {
    const { n, M, N, hessian, fitted, kinks } = options;
    this.options = options;
    this.factor = factored(hessian, M, N);
    this.triangle = once(() => new LowerTriangle(this.factor, M));
    this.place = new Int32Array(n).fill(-1);
    let P = 0;
    for (let i = 0; i < n; i++) if (fitted[i]) this.place[i] = P++;
    this.P = P;
    this.kinks = kinksOf(
      P < FEW ? solveLower(this.factor, kinks, M) : this.triangle().overwrite(kinks),
      P,
      M,
    );
  }

  /**
   * @param gradient of everything but the rows at a kink, M; overwritten
   * @param gaps what d_i' x lacks at a kink, n
   */
  newtonStep(gradient: Float64Array, gaps: Float64Array): NewtonStep {
    const { options, P, factor, kinks, place } = this;
    const { n, M } = options;
    const own = solveLower(factor, gradient, M);
    const pulls = times(kinks.directions, own, P);
    for (let i = 0; i < n; i++) if (place[i]! >= 0) pulls[place[i]!]! += gaps[i]!;
    choleskySolve(kinks.factor, pulls);
    const step = transposedTimes(kinks.directions, pulls, M);
    for (let a = 0; a < M; a++) step[a]! -= own[a]!;
    const outputDerivatives = new Float64Array(n);
    for (let i = 0; i < n; i++)
      if (place[i]! >= 0) outputDerivatives[i] = KINK_CURVATURE * gaps[i]! - pulls[place[i]!]!;
    return { move: solveLowerTransposed(factor, step), outputDerivatives };
  }

  /**
   * The Newton steps without row i, for the rows of a block, where its gradient is outputDerivatives_i d_i and something beside that.
   * @param outputDerivatives n
   * @param vectors d_i, or at a kink, where G d_i is 0, what is beside it: a row of M for each row of the block; overwritten
   * @param extras what is beside it elsewhere; null where there is nothing; overwritten
   */
  stepsWithout(
    block: RowBlock,
    outputDerivatives: Float64Array,
    vectors: Float64Array,
    extras: Float64Array | null,
  ): StepsWithout {
    const { options, place, P, kinks, triangle } = this;
    const { M, outputCurvatures } = options;
    const count = block.to - block.from;
    const own = this.whitened(vectors);
    const bends = extras && this.whitened(extras);
    const leverages = new Float64Array(count).fill(Number.NaN);
    // L' step is shares_i L^-1 v_i and that of the bend, less what they have in the span of the kinks, and there what freeing a kink gives.
    const shares = new Float64Array(count).fill(1);
    const inSpan = new Float64Array(count * P);
    for (let i = 0; i < count; i++) {
      const row = block.from + i;
      const [along, target, at] = [rowOf(own.along, i, P), rowOf(inSpan, i, P), place[row]!];
      if (at >= 0) {
        // Without its kink the row may move along what no other kink minds.
        const dual = rowOf(kinks.duals(), at, P);
        const pull = outputDerivatives[row]! + dot(along, dual);
        addScaled(target, pull / this.freedomAt(at), dual);
        addScaled(target, -1, along);
        continue;
      }
      // Without its bend there is less to hold it.
      const [w, vector] = [outputCurvatures[row]!, rowOf(own.rows, i, M)];
      const leverage = w * (dot(vector, vector) - dot(along, along));
      if (w !== 0) leverages[i] = leverage;
      let pull = outputDerivatives[row]!;
      if (bends) {
        const [bend, beside] = [rowOf(bends.rows, i, M), rowOf(bends.along, i, P)];
        pull += w * (dot(vector, bend) - dot(along, beside));
        addScaled(target, -1, beside);
      }
      shares[i] = pull / (1 - leverage);
      addScaled(target, -shares[i]!, along);
    }
    const steps = new Float64Array(count * M);
    if (P > 0) linearAlgebra().multiplyTransposed(inSpan, kinks.columns(), steps, { m: count, n: M, k: P });
    for (let i = 0; i < count; i++) {
      addScaled(rowOf(steps, i, M), shares[i]!, rowOf(own.rows, i, M));
      if (bends && place[block.from + i]! < 0) addScaled(rowOf(steps, i, M), 1, rowOf(bends.rows, i, M));
    }
    return { steps: triangle().overwriteTransposed(steps), leverages, own };
  }

  /** v' G d_i of other rows v for a unit of each row's gradient along d_i, once the row is left out: a row of K for K rows v. */
  movesOf({ from, to }: RowBlock, { own, leverages }: StepsWithout, others: Whitened): Float64Array {
    const { place, P, kinks, options } = this;
    const count = to - from;
    const K = others.rows.length / options.M;
    const inSpan = own.along.map((value) => -value);
    for (let i = 0; i < count; i++) {
      const at = place[from + i]!;
      if (at >= 0) inSpan.set(rowOf(kinks.duals(), at, P), i * P);
    }
    const [moves, beside] = [new Float64Array(count * K), new Float64Array(count * K)];
    linearAlgebra().multiplyTransposed(own.rows, others.rows, moves, { m: count, n: K, k: options.M });
    if (P > 0) linearAlgebra().multiplyTransposed(inSpan, others.along, beside, { m: count, n: K, k: P });
    for (let i = 0; i < count; i++) {
      const [at, move] = [place[from + i]!, rowOf(moves, i, K)];
      if (at >= 0) move.fill(0);
      addScaled(move, 1, rowOf(beside, i, K));
      const held = at >= 0 ? this.freedomAt(at) : 1 - (leverages[i]! || 0);
      for (let k = 0; k < K; k++) move[k]! /= held;
    }
    return moves;
  }

  /** Products of rows with the duals of the kinks, P for each. */
  onKinks({ along }: Whitened): Float64Array {
    const { kinks, P } = this;
    const products = new Float64Array(along.length);
    if (P > 0)
      linearAlgebra().multiplyTransposed(along, kinks.duals(), products, { m: along.length / P, n: P, k: P });
    return products;
  }

  /** How far a row moves for a unit of force once its own kink, number `at`, holds it no more. */
  freedomAt(at: number): number {
    return this.kinks.overlaps()[at * this.P + at]! - KINK_CURVATURE;
  }

  /** L^-1 v of each row v of M, in place of them. */
  whitened(vectors: Float64Array): Whitened {
    const { triangle, kinks, P, options } = this;
    const { M } = options;
    const rows = triangle().overwrite(vectors);
    const m = rows.length / M;
    const along = new Float64Array(m * P);
    if (P > 0) linearAlgebra().multiplyTransposed(rows, kinks.basis(), along, { m, n: P, k: M });
    return { rows, along };
  }

  /** v' G v of each row v: how far a unit of force along it moves it. */
  slackOf({ rows, along }: Whitened): Float64Array {
    const m = rows.length / this.options.M;
    const taken = rowSquares(along, m);
    return rowSquares(rows, m).map((all, k) => Math.max(0, all - taken[k]!));
  }
}

function kinksOf(directions: Float64Array, P: number, M: number): Kinks {
  const gram = new Float64Array(P * P);
  linearAlgebra().multiplyTransposed(directions, directions, gram, { m: P, n: P, k: M, lower: true });
  const factor = factored(gram, P, P);
  const triangle = new LowerTriangle(factor, P);
  const columns = once(() => triangle.overwrite(transpose(directions, P, M)));
  const duals = once(() => transpose(triangle.inverse(), P, P));
  return {
    ...{ directions, factor, columns, duals },
    basis: once(() => transpose(columns(), M, P)),
    overlaps: once(() => {
      const products = new Float64Array(P * P);
      linearAlgebra().multiplyTransposed(duals(), duals(), products, { m: P, n: P, k: P, lower: true });
      for (let a = 0; a < P; a++) for (let b = 0; b < a; b++) products[b * P + a] = products[a * P + b]!;
      return products;
    }),
  };
}

const rowOf = (rows: Float64Array, i: number, width: number): Float64Array =>
  rows.subarray(i * width, (i + 1) * width);

/** Share of the largest diagonal entry that is added where a matrix is singular to working precision. */
const JITTER = 1e-13;

/** The Cholesky factor of A, given in the lower triangle, in that of a new matrix; NaN where there is none. Its first N entries are theta's. */
export function factored(a: Float64Array, size: number, N: number): Float64Array {
  for (let jitter = JITTER; ; jitter *= 100) {
    const factor = a.slice();
    addToDiagonal(factor, size, jitter, 0, N);
    if (linearAlgebra().choleskyInPlace(factor, size)) return factor;
    if (!(jitter < 1)) return factor.fill(Number.NaN);
  }
}
