import type { InteriorPoint } from '../cone/interiorPoint.ts';
import type { Rows } from '../intercept.ts';
import type { Jacobians } from '../jacobians.ts';
import type { ReadoutProblem } from '../readoutProblem.ts';
import type { RowBlock } from '../rowBlocks.ts';

/** Features and targets of all rows but row i. */
export const rowsWithout = <R extends Rows>(rows: R, i: number): R => ({
  ...rows,
  n: rows.n - 1,
  phi: without(rows.phi, i, rows.N),
  y: without(rows.y, i, 1),
});

/** A problem on all rows but row i; what its Jacobians keep is kept once. */
export const problemWithout = (problem: ReadoutProblem, i: number): ReadoutProblem => ({
  ...rowsWithout(problem, i),
  jacobians: jacobiansWithout(problem, i),
});

/** The Jacobians of all rows but row i, by those of all rows: what row i is given is 0, and what it gives is left out. */
function jacobiansWithout({ n, d, N, jacobians }: ReadoutProblem, i: number): Jacobians {
  const others = { from: 0, to: n - 1 };
  /** Rows of a block among zeros for all other rows but row i. */
  const placed = (rows: Float64Array, { from }: RowBlock, width: number): Float64Array => {
    const all = new Float64Array((n - 1) * width);
    all.set(rows, from * width);
    return all;
  };
  return {
    images: (theta) => without(jacobians.images(theta), i, d),
    ownImages(moves, block = others) {
      const all = withZero(placed(moves, block, N), i, N);
      return without(jacobians.ownImages(all), i, d).subarray(block.from * d, block.to * d);
    },
    pullBack(v, out) {
      const all = new Float64Array(n * N);
      jacobians.pullBack(withZero(v, i, d), all);
      out.set(without(all, i, N));
    },
    pullBlock(v, block, out) {
      const all = new Float64Array(n * N);
      jacobians.pullBack(withZero(placed(v, block, d), i, d), all);
      out.set(without(all, i, N).subarray(block.from * N, block.to * N));
    },
    pulledSum: (v) => jacobians.pulledSum(withZero(v, i, d)),
    weightedGram: (weights, out) => jacobians.weightedGram(withZero(weights, i, 1), out),
    entryGram: (weights, out) => jacobians.entryGram(withZero(weights, i, d), out),
  };
}

/** Without row i of rows of `width`. */
export function without(rows: Float64Array, i: number, width: number): Float64Array {
  const rest = new Float64Array(rows.length - width);
  rest.set(rows.subarray(0, i * width));
  rest.set(rows.subarray((i + 1) * width), i * width);
  return rest;
}

/** With zeros as row i. */
function withZero(rows: Float64Array, i: number, width: number): Float64Array {
  const all = new Float64Array(rows.length + width);
  all.set(rows.subarray(0, i * width));
  all.set(rows.subarray(i * width), (i + 1) * width);
  return all;
}

/** Numbers of a row's own cones: `width` slacks in each of `blocks` stretches after those of the residuals. */
export interface OwnCones {
  readonly width: number;
  readonly blocks: number;
}

/**
 * An interior point of all rows as one of all but row i, where targets are divided by another scale: all of it is times `ratio`.
 * @param own null where the rows share what bounds the norm
 * @param shift of the intercept beside rows about their means; null without one
 */
export function pointWithout(
  { x, s, z }: InteriorPoint,
  i: number,
  {
    n,
    N,
    own,
    ratio,
    shift,
  }: {
    readonly n: number;
    readonly N: number;
    readonly own: OwnCones | null;
    readonly ratio: number;
    readonly shift: number | null;
  },
): InteriorPoint {
  const M = shift === null ? N : N + 1;
  const bounds = x.subarray(M + n);
  const primal = [
    x.subarray(0, M),
    without(x.subarray(M, M + n), i, 1),
    own ? without(bounds, i, bounds.length / n) : bounds,
  ];
  const inCones = (slacks: Float64Array): Float64Array => {
    const parts = [without(slacks.subarray(0, n), i, 1), without(slacks.subarray(n, 2 * n), i, 1)];
    const rest = slacks.subarray(2 * n);
    if (own === null) parts.push(rest);
    else
      for (let block = 0; block < own.blocks; block++)
        parts.push(without(rest.subarray(block * n * own.width, (block + 1) * n * own.width), i, own.width));
    return joined(parts, ratio);
  };
  const moved = joined(primal, ratio);
  if (shift !== null) moved[N]! += shift;
  return { x: moved, s: inCones(s), z: inCones(z) };
}

function joined(parts: readonly Float64Array[], ratio: number): Float64Array {
  const all = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all.map((value) => value * ratio);
}
