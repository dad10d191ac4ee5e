import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { dot, times, transposedTimes } from '../../numerics/vectors.ts';
import {
  type ProductPart,
  type RowBlock,
  rowBlocks,
  sumOfProducts,
  weightColumns,
  writeColumns,
} from '../rowBlocks.ts';
import type { KinkDuals } from './boxDualSolver.ts';
import { crossings, type Kinks } from './crossings.ts';
import type { LengthsAfter } from './lengthsAfter.ts';
import { KINK_CURVATURE, LocalModel } from './localModel.ts';
import type { GradientsAt, RowGradients } from './rowGradients.ts';
import { type Mix, mixedRows, type VectorPairs } from './vectorPairs.ts';

/** Rows whose losses, of the output x' phi_i and the gradient norm q_i, are summed, with (ridge/2) |theta|^2. */
export interface RowLosses {
  readonly n: number;
  /** Coefficients of theta. */
  readonly N: number;
  /** Of x, which is theta, or (theta, b): N or N + 1. */
  readonly M: number;
  /** phi_i, or (phi_i, 1), n x M. */
  readonly design: Float64Array;
  readonly ridge: number;
  readonly gradientsAt: GradientsAt;
  /** The pieces of the losses that the rows are on, to second order. */
  pieces(point: Point, state: RowStates): Pieces;
  /** The losses to first order, but for their kinks. */
  firstOrder(point: Point): FirstOrder;
  /** What a row's kink is a function of has the derivative 1 in the output and this in q_i. */
  readonly kinkSlope: number;
  /** Where other rows may cross a kink of their loss when one is left out; absent where there is none. */
  kinksAt?(point: Point): Kinks;
  /** Where a Newton step on those pieces leaves the rows; `outputDerivatives` of the rows at a kink. */
  after(point: Point, state: RowStates, outputDerivatives: Float64Array): Settled;
}

/** What the losses are functions of, at one x. */
export interface Point {
  readonly x: Float64Array;
  /** x' phi_i, n. */
  readonly outputs: Float64Array;
  readonly gradients: RowGradients;
}

/** Losses at a point: what is smooth by its derivatives, and the kink of each. */
export interface FirstOrder {
  readonly outputDerivatives: Float64Array;
  readonly normDerivatives: Float64Array;
  /**
   * The largest dual_i values_i - (softness/2) dual_i^2 of duals from lower_i to upper_i, values_i a function of the output and q_i;
   * null where losses are smooth.
   */
  readonly kinks: (Pick<KinkDuals, 'values' | 'lower' | 'upper'> & { readonly softness: 0 | 1 }) | null;
}

/** The piece of its loss that each row is on. */
export interface RowStates {
  /** Whether it is at a kink. */
  readonly fitted: readonly boolean[];
  /** The derivative of its loss: psi_i in the residual, or a_i, less that in the margin. */
  readonly scores: Float64Array;
}

export interface Settled {
  /** The derivatives after the step. */
  readonly scores: Float64Array;
  /** How many rows have left their piece. */
  readonly left: number;
  /** The pieces that the rows are on instead; null where all have stayed. */
  readonly instead: RowStates | null;
}

/**
 * The losses of all rows to second order. Row i has the gradient outputDerivatives_i d_i + normDerivatives_i k_i and the Hessian
 *
 *   outputCurvatures_i d_i d_i' + turns_i (J_i - k_i k_i') + along_i k_i k_i',
 *
 * the first of which is infinite at a kink. d_i is onDesign_i design_i + onSlopes_i k_i.
 */
export interface Pieces extends Mix {
  readonly fitted: readonly boolean[];
  readonly outputCurvatures: Float64Array;
  /** Of rows at a kink what the last step has found. */
  readonly outputDerivatives: Float64Array;
  /** 0 but at a kink: elsewhere d_i has what there is of k_i. */
  readonly normDerivatives: Float64Array;
  /** What else leaves with the rows of a block, each of N; null where nothing does. At the minimiser they count in no other gradient. */
  readonly extras: ((block: RowBlock) => Float64Array) | null;
  readonly turns: Float64Array;
  readonly along: Float64Array;
  /** What d_i' x lacks at a kink, n. */
  readonly gaps: Float64Array;
}

/** What is left of the rows when each is left out in turn. */
export interface RowsLeftOut {
  /** Of all rows, at the minimiser. */
  readonly point: Point;
  readonly states: RowStates;
  /** Output at row i of training without it, n. */
  readonly outputs: Float64Array;
  /** q_i there, n. */
  readonly lengths: Float64Array;
  /** Share of the rows that are not at a kink. */
  readonly free: number;
  /** Why the second order may not be enough, a clause each. */
  readonly doubts: readonly string[];
}

/** Newton steps until no row leaves its piece, at most, */
const ROUNDS = 5;
/** and the share of the rows that may still be leaving then: rows so near the end of a piece that either is right. */
const MOST_LEAVING = 0.005;

/**
 * Trains without each of the rows in turn, to second order: one Newton step from the minimiser of all, with the Hessian of the
 * others, on the subspace that rows at a kink of their loss leave. First Newton steps of all rows take what an interior-point
 * method's tolerance has left. Beside what the losses keep, memory does not grow with the number of rows.
 * @param lengthsAfter gradient norms at theta without a row. Default to second order
 */
export function leaveRowsOut(
  losses: RowLosses,
  found: Pick<Point, 'x'> & RowStates,
  lengthsAfter: LengthsAfter | null = null,
): RowsLeftOut {
  let states: RowStates = found;
  let point = pointAt(losses, found.x);
  let before: Expansion | null = null;
  for (let round = 1; ; round++) {
    const pieces = losses.pieces(point, states);
    const here = { point, pieces };
    const hessian: Float64Array = (before && hessianAfter(losses, before, here)) ?? hessianOf(losses, here);
    const model = new LocalModel({
      n: losses.n,
      M: losses.M,
      N: losses.N,
      hessian,
      ...pieces,
      kinks: kinksOf(losses, here),
    });
    before = { ...here, hessian };
    const { move, outputDerivatives } = model.newtonStep(gradientOf(losses, point, pieces), pieces.gaps);
    point = pointAt(
      losses,
      point.x.map((value, a) => value + move[a]!),
    );
    const { scores, left, instead } = losses.after(point, states, outputDerivatives);
    states = { ...states, scores };
    if (instead === null || round === ROUNDS)
      return {
        ...leftOut(losses, { model, settled: left <= MOST_LEAVING * losses.n, lengthsAfter }, point, states),
        ...{ point, states },
      };
    states = instead;
  }
}

export function pointAt({ n, N, design, gradientsAt }: RowLosses, x: Float64Array): Point {
  return { x, outputs: times(design, x, n), gradients: gradientsAt(x.subarray(0, N)) };
}

/** The gradient of all but the rows at a kink along their d_i. */
function gradientOf(
  { n, N, M, design, ridge }: RowLosses,
  { x, gradients }: Point,
  pieces: Pieces,
): Float64Array {
  const sum = new Float64Array(M);
  for (let a = 0; a < N; a++) sum[a] = ridge * x[a]!;
  const { onDesign, onSlopes, normDerivatives } = pieces;
  const forces = pieces.outputDerivatives.map((force, i) => (pieces.fitted[i] ? 0 : force));
  const direct = transposedTimes(
    design,
    forces.map((force, i) => force * onDesign[i]!),
    M,
  );
  for (let a = 0; a < M; a++) sum[a]! += direct[a]!;
  const tugs = normDerivatives.map((tug, i) => tug + forces[i]! * onSlopes[i]!);
  for (const block of rowBlocks(n, 2 * M)) {
    const fromNorms = transposedTimes(gradients.slopes(block), tugs.subarray(block.from, block.to), N);
    for (let a = 0; a < N; a++) sum[a]! += fromNorms[a]!;
  }
  return sum;
}

export const pairsOf = ({ M, N, design }: RowLosses, { gradients }: Point): VectorPairs => ({
  ...{ M, N, design },
  slopes: (block) => gradients.slopes(block),
});

/** d_i of the rows at a kink, one after the other. */
function kinksOf(losses: RowLosses, { point, pieces }: Omit<Expansion, 'hessian'>): Float64Array {
  const { n, M } = losses;
  const atKink = [...pieces.fitted.keys()].filter((i) => pieces.fitted[i]);
  const kinks = new Float64Array(atKink.length * M);
  let at = 0;
  for (const block of rowBlocks(n, 2 * M)) {
    const own = atKink.filter((i) => i >= block.from && i < block.to);
    kinks.set(mixedRows(pairsOf(losses, point), pieces, block, own), at);
    at += own.length * M;
  }
  return kinks;
}

/** The losses about a point, and their Hessian, in which a row at a kink has a little curvature along its d_i. */
interface Expansion {
  readonly point: Point;
  readonly pieces: Pieces;
  readonly hessian: Float64Array;
}

/**
 * The Hessian of the losses about a point, M x M in the lower triangle.
 * @param curvatures along d_i, n. Default those of the pieces, with a little at a kink
 */
export function hessianOf(
  losses: RowLosses,
  { point, pieces }: Omit<Expansion, 'hessian'>,
  curvatures = curvaturesOf(pieces),
): Float64Array {
  const { n, N, M, ridge } = losses;
  const gram = new Float64Array(N * N);
  point.gradients.gram(pieces.turns, gram);
  const hessian = new Float64Array(M * M);
  const blocks = [...rowBlocks(n, 4 * M)];
  sumOfProducts(linearAlgebra(), rankOnes(losses, { point, pieces }, blocks, curvatures), M, hessian);
  for (let a = 0; a < N; a++) {
    for (let b = 0; b <= a; b++) hessian[a * M + b]! += gram[a * N + b]!;
    hessian[a * M + a]! += ridge;
  }
  return hessian;
}

const curvaturesOf = ({ fitted, outputCurvatures }: Pieces): Float64Array =>
  outputCurvatures.map((value, i) => (fitted[i] ? KINK_CURVATURE : value));

/**
 * The Hessian where a few rows are on other pieces and the point has hardly moved: that of before with what these rows change
 * along d_i and k_i. Null where more has changed.
 */
function hessianAfter(
  losses: RowLosses,
  before: Expansion,
  after: Omit<Expansion, 'hessian'>,
): Float64Array | null {
  const { n, M } = losses;
  const [old, own] = [before.pieces, after.pieces];
  const changed = [...old.fitted.keys()].filter(
    (i) => old.fitted[i] !== own.fitted[i] || old.outputCurvatures[i] !== own.outputCurvatures[i],
  );
  let [turned, all] = [0, 0];
  for (let i = 0; i < n; i++) {
    turned += Math.abs(own.turns[i]! - old.turns[i]!);
    all += old.turns[i]!;
  }
  if (changed.length > MOST_CHANGED * M || turned > MOST_TURNED * all) return null;
  const hessian = before.hessian.slice();
  const rows = changed.map((i) => ({ from: i, to: i + 1 }));
  const change = new Float64Array(M * M);
  for (const [expansion, sign] of [
    [before, -1],
    [after, 1],
  ] as const) {
    sumOfProducts(
      linearAlgebra(),
      rankOnes(losses, expansion, rows, curvaturesOf(expansion.pieces)),
      M,
      change,
    );
    for (let a = 0; a < M; a++) for (let b = 0; b <= a; b++) hessian[a * M + b]! += sign * change[a * M + b]!;
  }
  return hessian;
}

/** Rows whose change is taken by itself, as a share of the coefficients, */
const MOST_CHANGED = 0.1;
/** where the curvatures of the gradient norms have changed by no more than this share of their sum. */
const MOST_TURNED = 3e-3;

/** The sum of curvatures_i d_i d_i' and (along_i - turns_i) k_i k_i', as factors of M rows, a block of rows after the other. */
function* rankOnes(
  losses: RowLosses,
  { point, pieces }: Omit<Expansion, 'hessian'>,
  blocks: readonly RowBlock[],
  curvatures: Float64Array,
): Generator<ProductPart> {
  const { n, M } = losses;
  const { turns, along } = pieces;
  const pairs = pairsOf(losses, point);
  const alone = { onDesign: new Float64Array(n), onSlopes: new Float64Array(n).fill(1) };
  let room: Float64Array | undefined;
  for (const block of blocks) {
    const [curved, turned]: [number[], number[]] = [[], []];
    for (let i = block.from; i < block.to; i++) {
      if (curvatures[i] !== 0) curved.push(i);
      if (along[i] !== turns[i]) turned.push(i);
    }
    const k = curved.length + turned.length;
    if (k === 0) continue;
    room ??= new Float64Array(4 * (block.to - block.from) * M);
    const [left, right] = [room.subarray(0, room.length / 2), room.subarray(room.length / 2)];
    const write = (mix: Mix, rows: readonly number[], at: number): void => {
      const own = { from: 0, to: rows.length };
      writeColumns(mixedRows(pairs, mix, block, rows), M, own, { out: right, stride: k, at });
    };
    write(pieces, curved, 0);
    write(alone, turned, curved.length);
    const weights = new Float64Array(k);
    for (const [j, i] of curved.entries()) weights[j] = curvatures[i]!;
    for (const [j, i] of turned.entries()) weights[curved.length + j] = along[i]! - turns[i]!;
    weightColumns(right, weights, M, left);
    yield { left, right, k };
  }
}

function leftOut(
  losses: RowLosses,
  {
    model,
    settled,
    lengthsAfter,
  }: { readonly model: LocalModel; readonly settled: boolean; readonly lengthsAfter: LengthsAfter | null },
  point: Point,
  states: RowStates,
): Omit<RowsLeftOut, 'point' | 'states'> {
  const { n, N, M, design } = losses;
  const { gradients } = point;
  const pieces = losses.pieces(point, states);
  const { fitted, onDesign, onSlopes, outputDerivatives, extras, turns, along, normDerivatives } = pieces;
  const pairs = pairsOf(losses, point);
  // d_i, and at a kink the gradient beside it.
  const mix = {
    onDesign: fitted.map((at, i) => (at ? 0 : onDesign[i]!)),
    onSlopes: fitted.map((at, i) => (at ? normDerivatives[i]! : onSlopes[i]!)),
  };
  const kinks = losses.kinksAt?.(point);
  const crossed = kinks && crossings(model, losses, kinks, states, pieces);
  const lengthsAt = lengthsAfter?.(point.x.subarray(0, N));
  const outputs = point.outputs.slice();
  const lengths = new Float64Array(n);
  let [turned, held, free] = [0, 0, 0];
  for (const block of rowBlocks(n, 4 * M)) {
    const count = block.to - block.from;
    const slopes = gradients.slopes(block);
    const besides = extras?.(block) ?? null;
    const found = model.stepsWithout(
      block,
      outputDerivatives,
      vectorsOf(block, besides),
      besides && widened(besides),
    );
    const { steps, leverages } = found;
    crossed?.(block, found).forEach((change, k) => {
      outputs[block.from + k]! += change;
    });
    const moves = M === N ? steps : ofTheta(steps, { n: count, N, M });
    const squares = gradients.squares(moves, block);
    for (let i = block.from, k = 0; i < block.to; i++, k++) {
      const step = steps.subarray(k * M, (k + 1) * M);
      const move = step.subarray(0, N);
      const onGradient = dot(move, slopes.subarray(k * N, (k + 1) * N));
      const onRow = dot(step, design.subarray(i * M, (i + 1) * M));
      const work =
        outputDerivatives[i]! * (onDesign[i]! * onRow + onSlopes[i]! * onGradient) +
        normDerivatives[i]! * onGradient +
        (besides ? dot(move, besides.subarray(k * N, (k + 1) * N)) : 0);
      const curved = turns[i]! * (squares[k]! - onGradient ** 2) + along[i]! * onGradient ** 2;
      const length = stepLength(curved, work);
      outputs[i]! += length * onRow;
      const q = gradients.lengths[i]!;
      lengths[i] = Math.sqrt(Math.max(0, q * q + length * (2 * q * onGradient + length * squares[k]!)));
      if (lengthsAt) for (let a = k * N; a < (k + 1) * N; a++) moves[a]! *= length;
      if (q > 0) turned += (length * Math.sqrt(squares[k]!)) / q / n;
      if (Number.isNaN(leverages[k])) continue;
      held += leverages[k]!;
      free++;
    }
    if (lengthsAt) lengths.set(lengthsAt(moves, block), block.from);
  }
  const doubts: string[] = [];
  if (!outputs.every(Number.isFinite)) doubts.push('the Hessian is singular to working precision');
  if (!settled) doubts.push('rows keep leaving the piece of the loss that they are on');
  const leverage = held / (free || 1);
  const nearPeak = leverage > MOST_LEVERAGE && free >= LEAST_FREE * n;
  if (turned > (nearPeak ? MOST_TURN_AT_PEAK : MOST_TURN))
    doubts.push(
      `a row left out changes the gradient there by ${turned.toFixed(2)} of its norm on average${
        nearPeak ? `, rows that are not fitted having a mean leverage of ${leverage.toFixed(2)}` : ''
      }`,
    );
  const atKink = states.fitted.reduce((count, at) => count + (at ? 1 : 0), 0);
  return { outputs, lengths, free: 1 - atKink / n, doubts };

  /** A block's rows of the mix, with what else leaves at a kink. */
  function vectorsOf(block: RowBlock, besides: Float64Array | null): Float64Array {
    const vectors = mixedRows(pairs, mix, block);
    for (let i = block.from, at = 0, from = 0; besides && i < block.to; i++, at += M, from += N)
      if (fitted[i]) for (let a = 0; a < N; a++) vectors[at + a]! += besides[from + a]!;
    return vectors;
  }

  /** Rows of N with 0 for what is not theta. */
  function widened(rows: Float64Array): Float64Array {
    const wide = new Float64Array((rows.length / N) * M);
    for (let from = 0, at = 0; from < rows.length; from += N, at += M)
      wide.set(rows.subarray(from, from + N), at);
    return wide;
  }
}

/** The second order in a change of the gradient that is larger than this share of its norm is not enough, */
const MOST_TURN = 0.3;
/** nor one half as large near the interpolation peak, */
const MOST_TURN_AT_PEAK = 0.15;
/** where rows that are not fitted are held by themselves to this share: one more or less changes which are fitted. */
const MOST_LEVERAGE = 0.5;
/** Fewer of them than this share of the rows say nothing. */
const LEAST_FREE = 0.03;

/**
 * The multiple of a Newton step with the curvature of the row's own gradient left in, step' (H - C) step being work - own, that is
 * best without it: C has the rank of the input, so that it is taken out along the step alone.
 */
const stepLength = (own: number, work: number): number =>
  work > 0 ? 1 / (1 - Math.min(MOST_OWN, own / work)) : 1;

/** A row whose own gradient is all that holds it is not to be left out by a Newton step. */
const MOST_OWN = 0.9;

/** Steps of (theta, b) without what they do to b, n x N. */
function ofTheta(
  steps: Float64Array,
  { n, N, M }: { readonly n: number; readonly N: number; readonly M: number },
): Float64Array {
  const moves = new Float64Array(n * N);
  for (let i = 0; i < n; i++) moves.set(steps.subarray(i * M, i * M + N), i * N);
  return moves;
}
