import { dot, norm, times } from '../numerics/vectors.ts';
import type { RowNorm } from './cone/rowNorms.ts';
import type { MarginLoss } from './marginLosses.ts';
import type { ReadoutProblem } from './readoutProblem.ts';

/** An adversarial margin problem: (1/n) sum l(y_i f(x_i) - eps q_i) + (lambda/2) |theta|^2 in x = theta, or (theta, b). */
export interface MarginRows extends Pick<ReadoutProblem, 'n' | 'd' | 'N' | 'jacobians'> {
  /** Coefficients: N, or N + 1 with an intercept. */
  readonly M: number;
  /** y_i phi_i, or y_i (phi_i, 1), n x M. */
  readonly labelled: Float64Array;
  readonly eps: number;
  readonly lambda: number;
  readonly loss: MarginLoss;
  readonly intercept: boolean;
  /** Of the gradients, which the attack costs. */
  readonly rowNorm: RowNorm;
  /** The constant classifier that is best: b, and the objective there; theta = 0. */
  readonly constant: Float64Array;
  /** sum y_i a_i = 0 is what an intercept asks of dual variables: those of the heavier class shrunk; all as they are without one. */
  allowed(a: Float64Array): Float64Array;
}

export function marginRows(
  problem: ReadoutProblem,
  asked: {
    readonly eps: number;
    readonly lambda: number;
    readonly loss: MarginLoss;
    readonly intercept: boolean;
    readonly rowNorm: RowNorm;
  },
): MarginRows {
  const { n, d, N, y, jacobians } = problem;
  const M = asked.intercept ? N + 1 : N;
  const constant = new Float64Array(M);
  if (asked.intercept) constant[N] = bestConstant(asked.loss, y);
  return {
    ...asked,
    ...{ n, d, N, M, jacobians, constant },
    labelled: labelledRows(problem, M),
    allowed: asked.intercept ? (a) => balanced(a, y) : (a) => a,
  };
}

/** y_i phi_i and, where M is N + 1, y_i. */
function labelledRows({ n, N, phi, y }: ReadoutProblem, M: number): Float64Array {
  const labelled = new Float64Array(n * M);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < N; a++) labelled[i * M + a] = y[i]! * phi[i * N + a]!;
    if (M > N) labelled[i * M + N] = y[i]!;
  }
  return labelled;
}

/** What is measured at one x. */
export interface MarginPoint {
  readonly x: Float64Array;
  /** y_i f(x_i) */
  readonly clean: Float64Array;
  /** K_i theta, n x d. */
  readonly images: Float64Array;
  /** What rounds the norms off at 0. */
  readonly nu: number;
  /** q_i, so rounded off. */
  readonly lengths: Float64Array;
  /** Margins less eps times these lengths. */
  readonly margins: Float64Array;
  /** The objective with these lengths. */
  readonly value: number;
}

/** @param nu what rounds the norms off at 0; default 0, the problem itself */
export function marginPoint(rows: MarginRows, x: Float64Array, nu = 0): MarginPoint {
  const { n, N, labelled, jacobians, eps, lambda, loss } = rows;
  const theta = x.subarray(0, N);
  const clean = times(labelled, x, n);
  const images = eps > 0 ? jacobians.images(theta) : new Float64Array(n * rows.d);
  const lengths = rowNorms(rows, images, nu);
  const margins = clean.map((value, i) => value - eps * lengths[i]!);
  const value = mean(margins, loss.value) + (lambda / 2) * dot(theta, theta);
  return { x, clean, images, nu, lengths, margins, value };
}

/** Mean gradient length along sum y_i phi_i of outputs whose mean square is 1; 0 where there is none. */
function lengthOfMeans(rows: MarginRows): number {
  const { n, N, M, labelled, jacobians } = rows;
  const x = new Float64Array(M);
  for (let i = 0; i < n; i++) for (let a = 0; a < N; a++) x[a]! += labelled[i * M + a]!;
  const size = norm(times(labelled, x, n)) / Math.sqrt(n);
  const length = mean(rowNorms(rows, jacobians.images(x.subarray(0, N)), 0), (value) => value) / size;
  return Number.isFinite(length) ? length : 0;
}

/** That length, or 1: where the rounding of the norms begins. */
export const typicalLength = (rows: MarginRows): number => lengthOfMeans(rows) || 1;

/** Cost of an attack that margins of size 1 hardly feel. */
const HARDLY_FELT = 0.03;

/**
 * Where bounds on the norms begin: that length, or one whose cost is hardly felt. Features that are flat at all rows, such as tanh at
 * inputs of 1e3, have gradients of 1e-100, and no step leads anywhere from there.
 */
export const startingLength = (rows: MarginRows): number =>
  rows.eps === 0 ? 0 : Math.max(lengthOfMeans(rows), HARDLY_FELT / rows.eps);

/**
 * The slacks of p_i >= 0 and of p_i >= 1 - y_i f(x_i) + costs_i, the 1 left out, at x = (theta, p, ...): s_i and s_(n+i).
 * @param length of the slacks in all; those after the first 2 n are 0
 */
export function hingeSlacks(
  { n, M, labelled }: MarginRows,
  x: Float64Array,
  costs: Float64Array,
  length: number,
): Float64Array {
  const s = new Float64Array(length);
  const outputs = times(labelled, x.subarray(0, M), n);
  for (let i = 0; i < n; i++) {
    s[i] = x[M + i]!;
    s[n + i] = x[M + i]! + outputs[i]! - costs[i]!;
  }
  return s;
}

export const mean = (values: Float64Array, of: (value: number) => number): number =>
  values.reduce((sum, value) => sum + of(value), 0) / values.length;

const rowNorms = ({ n, d, rowNorm }: MarginRows, images: Float64Array, nu: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => rowNorm.penalty(images, i * d, (i + 1) * d, nu));

/** The constant that minimises the loss of all labels, by bisection on its slope. */
export function bestConstant({ pull }: MarginLoss, y: Float64Array): number {
  const positive = y.reduce((count, label) => count + (label > 0 ? 1 : 0), 0);
  let [from, to] = [-50, 50];
  for (let halving = 0; halving < 100; halving++) {
    const middle = (from + to) / 2;
    if (positive * pull(middle) > (y.length - positive) * pull(-middle)) from = middle;
    else to = middle;
  }
  return to;
}

function balanced(a: Float64Array, y: Float64Array): Float64Array {
  let [positive, negative] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    if (y[i]! > 0) positive += a[i]!;
    else negative += a[i]!;
  }
  const least = Math.min(positive, negative);
  return a.map((value, i) => (least === 0 ? 0 : (value * least) / (y[i]! > 0 ? positive : negative)));
}
