import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { LowerTriangle } from '../../numerics/lowerTriangle.ts';
import {
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
import { type RowBlock, rowBlocks } from '../rowBlocks.ts';
import { rowSquares } from './rowGradients.ts';

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
  /** L' times what the step is for a unit of its row's gradient along d_i, a row of M for each. */
  readonly units: Float64Array;
  /** Products of d_i with the duals of the kinks, P for each; meaningless at a kink. */
  readonly onKinks: Float64Array;
  /** w_i d_i' G d_i, the share of its direction's curvature that is the row's own; NaN at a kink and where w_i = 0. */
  readonly leverages: Float64Array;
}

/** The P rows at a kink, in the coordinates L' x, where H is the identity. */
interface Kinks {
  /** L^-1 d_i, P x M. */
  readonly directions: Float64Array;
  /** The Cholesky factor of directions directions'. */
  readonly factor: Float64Array;
  readonly triangle: LowerTriangle;
  /** An orthonormal basis of their span, P x M, and the same as columns. */
  readonly basis: () => Float64Array;
  readonly columns: () => Float64Array;
  /** For each what is 1 along its own d_i, 0 along those of the others, and no more than that in the norm of H, P x M. */
  readonly duals: () => Float64Array;
  /** Their products, P x P. */
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
  private readonly triangle: LowerTriangle;
  /** Of each row, its place among the P at a kink, or -1. */
  readonly place: Int32Array;
  private readonly P: number;
  readonly kinks: Kinks;

  constructor(options: LocalModelOptions) {
    const { n, M, hessian, fitted } = options;
    this.options = options;
    this.factor = factored(hessian, M);
    this.triangle = new LowerTriangle(this.factor, M);
    this.place = new Int32Array(n).fill(-1);
    let P = 0;
    for (let i = 0; i < n; i++) if (fitted[i]) this.place[i] = P++;
    this.P = P;
    this.kinks = kinksOf(this.triangle.solve(this.kinkDirections()), P, M);
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
   * The Newton steps without row i, for the rows of a block, where its gradient is outputDerivatives_i d_i + extras_i.
   * @param outputDerivatives n
   * @param extras a row of M for each row of the block; null where the gradients are along d_i
   */
  stepsWithout(block: RowBlock, outputDerivatives: Float64Array, extras: Float64Array | null): StepsWithout {
    const { options, place, P, kinks, triangle } = this;
    const { M, directions, outputCurvatures } = options;
    const rows = block.to - block.from;
    const rowOf = (of: Float64Array, i: number): Float64Array => of.subarray(i * M, (i + 1) * M);
    // G d_i is 0 at a kink, where G of the extras takes its place; those of other rows are mostly 0.
    const vectors = directions(block).slice();
    let bent = false;
    for (let i = 0; i < rows; i++) {
      const extra = extras && rowOf(extras, i);
      if (place[block.from + i]! < 0) bent ||= extra?.some((value) => value !== 0) ?? false;
      else if (extra) rowOf(vectors, i).set(extra);
      else rowOf(vectors, i).fill(0);
    }
    const { rest: units, onKinks } = this.besideKinks(vectors);
    const bends = bent ? this.besideKinks(extras!).rest : null;
    const steps = new Float64Array(rows * M);
    const leverages = new Float64Array(rows).fill(Number.NaN);
    for (let i = 0; i < rows; i++) {
      const row = block.from + i;
      const [step, unit, at] = [rowOf(steps, i), rowOf(units, i), place[row]!];
      if (at >= 0) {
        // Without its kink the row may move along what no other kink minds.
        step.set(unit);
        const [dual, free] = [rowOf(kinks.duals(), at), kinks.overlaps()[at * P + at]! - KINK_CURVATURE];
        const pull = outputDerivatives[row]! + onKinks[i * P + at]!;
        for (let a = 0; a < M; a++) {
          unit[a] = dual[a]! / free;
          step[a]! += pull * unit[a]!;
        }
        continue;
      }
      // Without its bend there is less to hold it.
      const w = outputCurvatures[row]!;
      const leverage = w * dot(unit, unit);
      if (w !== 0) leverages[i] = leverage;
      const bend = bends && rowOf(bends, i);
      const pull = outputDerivatives[row]! + (bend ? w * dot(unit, bend) : 0);
      for (let a = 0; a < M; a++) {
        unit[a]! /= 1 - leverage;
        step[a] = pull * unit[a]! + (bend ? bend[a]! : 0);
      }
    }
    return { steps: triangle.solveTransposed(steps), units, onKinks, leverages };
  }

  /** L^-1 v of each row v of M, and v' G v: how far a unit of force along it moves it. */
  freedom(rows: Float64Array): { readonly whitened: Float64Array; readonly slack: Float64Array } {
    const { M } = this.options;
    const whitened = this.triangle.solve(rows);
    const along = this.onBasis(whitened);
    const m = rows.length / M;
    const taken = rowSquares(along, m);
    return { whitened, slack: rowSquares(whitened, m).map((all, k) => Math.max(0, all - taken[k]!)) };
  }

  /** L^-1 v of each row v less what lies in the span of the kinks, which G leaves out, and products of v with their duals. */
  private besideKinks(rows: Float64Array): { readonly rest: Float64Array; readonly onKinks: Float64Array } {
    const { kinks, P, options } = this;
    const { M } = options;
    const rest = this.triangle.solve(rows);
    if (P === 0) return { rest, onKinks: new Float64Array(0) };
    const along = this.onBasis(rest);
    const taken = new Float64Array(rest.length);
    linearAlgebra().multiplyTransposed(along, kinks.columns(), taken, { m: rest.length / M, n: M, k: P });
    for (let at = 0; at < taken.length; at++) rest[at]! -= taken[at]!;
    return { rest, onKinks: kinks.triangle.solveTransposed(along) };
  }

  /** Products of rows of M with the basis of the kinks, P for each. */
  private onBasis(whitened: Float64Array): Float64Array {
    const { kinks, P, options } = this;
    const m = whitened.length / options.M;
    const along = new Float64Array(m * P);
    linearAlgebra().multiplyTransposed(whitened, kinks.basis(), along, { m, n: P, k: options.M });
    return along;
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
}

function kinksOf(directions: Float64Array, P: number, M: number): Kinks {
  const gram = new Float64Array(P * P);
  linearAlgebra().multiplyTransposed(directions, directions, gram, { m: P, n: P, k: M, lower: true });
  const factor = factored(gram, P);
  const triangle = new LowerTriangle(factor, P);
  const columns = once(() => triangle.solve(transpose(directions, P, M)));
  return {
    ...{ directions, factor, triangle, columns },
    basis: once(() => transpose(columns(), M, P)),
    duals: once(() => transpose(triangle.solveTransposed(columns()), M, P)),
    overlaps: once(() => {
      const upper = transpose(triangle.inverse(), P, P);
      const products = new Float64Array(P * P);
      linearAlgebra().multiplyTransposed(upper, upper, products, { m: P, n: P, k: P });
      return products;
    }),
  };
}

/** Share of the largest diagonal entry that is added where a matrix is singular to working precision. */
const JITTER = 1e-13;

/** The Cholesky factor of A, in the lower triangle of `a`, in its place; NaN where there is none. */
export function factored(a: Float64Array, size: number): Float64Array {
  const kept = a.slice();
  for (let jitter = JITTER; ; jitter *= 100) {
    a.set(kept);
    addToDiagonal(a, size, jitter);
    if (linearAlgebra().choleskyInPlace(a, size)) return a;
    if (!(jitter < 1)) return a.fill(Number.NaN);
  }
}
