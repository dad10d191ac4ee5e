import { linearAlgebra } from './linearAlgebra.ts';
import { transpose } from './vectors.ts';

/** Orders below which halving costs more than it saves. */
const SMALL = 64;

/** L = [A 0; B C] by halves, and below some order its inverse. */
type Halves =
  | { readonly inverse: Float64Array }
  | { readonly order: number; readonly above: Halves; readonly beside: Float64Array; readonly below: Halves };

/**
 * A lower triangular matrix L of order n, for many right-hand sides at once: by halves, so that nearly all of the n^2 / 2
 * multiplications for each are products of matrices.
 */
export class LowerTriangle {
  readonly #n: number;
  readonly #halves: Halves;
  #room = new Float64Array(0);

  /** @param l n x n, of which only the lower triangle is read */
  constructor(l: Float64Array, n: number) {
    this.#n = n;
    this.#halves = halvesOf(l, n, { from: 0, size: n });
  }

  /** L^-1 b for every row b of B: B L^-T. */
  solve(rows: Float64Array): Float64Array {
    return this.overwrite(rows.slice());
  }

  /** L^-T b for every row b of B: B L^-1. */
  solveTransposed(rows: Float64Array): Float64Array {
    return this.overwriteTransposed(rows.slice());
  }

  /** The same as `solve` in place of B. */
  overwrite(rows: Float64Array): Float64Array {
    if (rows.length > 0) solveInPlace(this.#halves, rows, rows.length / this.#n, this.#roomFor(rows));
    return rows;
  }

  /** The same as `solveTransposed` in place of B. */
  overwriteTransposed(rows: Float64Array): Float64Array {
    if (rows.length > 0)
      solveTransposedInPlace(this.#halves, rows, rows.length / this.#n, this.#roomFor(rows));
    return rows;
  }

  /** One piece of memory for all solutions of about the same size. */
  #roomFor(rows: Float64Array): Float64Array {
    const length = roomLength(rows, rows.length / this.#n);
    if (this.#room.length < length) this.#room = new Float64Array(length);
    return this.#room;
  }

  /** L^-1, n x n with zeros above the diagonal, by n^3 / 3 multiplications: that of [A 0; B C] is [A^-1 0; -C^-1 B A^-1 C^-1]. */
  inverse(): Float64Array {
    const out = new Float64Array(this.#n * this.#n);
    invert(this.#halves, out, this.#n, { from: 0, size: this.#n });
    return out;
  }
}

/** Rows and columns on the diagonal. */
interface Part {
  readonly from: number;
  readonly size: number;
}

function halvesOf(l: Float64Array, n: number, { from, size }: Part): Halves {
  if (size <= SMALL) return { inverse: smallInverse(l, n, { from, size }) };
  const order = size >> 1;
  const rest = size - order;
  const beside = new Float64Array(rest * order);
  for (let i = 0; i < rest; i++) {
    const start = (from + order + i) * n + from;
    beside.set(l.subarray(start, start + order), i * order);
  }
  return {
    order,
    above: halvesOf(l, n, { from, size: order }),
    beside,
    below: halvesOf(l, n, { from: from + order, size: rest }),
  };
}

/** By forward substitution: row i is that of the identity less those before it, each times its number in row i of L. */
function smallInverse(l: Float64Array, n: number, { from, size }: Part): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    const [own, diagonal] = [i * size, l[(from + i) * n + from + i]!];
    for (let k = 0; k < i; k++) {
      const [factor, row] = [l[(from + i) * n + from + k]! / diagonal, k * size];
      for (let j = 0; j <= k; j++) inverse[own + j]! -= factor * inverse[row + j]!;
    }
    inverse[own + i] = 1 / diagonal;
  }
  return inverse;
}

/** More than halves of odd orders are longer by than half, over all levels. */
const ODD = 32;

const roomLength = (rows: Float64Array, m: number): number => 2 * rows.length + ODD * m;

/** What `solve` makes of m rows. One piece of memory serves all its steps. */
function solved(halves: Halves, rows: Float64Array, m: number, solve: typeof solveInPlace): Float64Array {
  const x = rows.slice();
  solve(halves, x, m, new Float64Array(roomLength(rows, m)));
  return x;
}

/** @param x m rows, overwritten. @param room for twice as many numbers */
function solveInPlace(halves: Halves, x: Float64Array, m: number, room: Float64Array): void {
  if ('inverse' in halves) {
    x.set(product(x, halves.inverse, m, room));
    return;
  }
  const { order, above, beside, below } = halves;
  const { left, right, rest } = split(x, m, order, room);
  solveInPlace(above, left, m, rest);
  subtract(right, product(left, beside, m, rest));
  solveInPlace(below, right, m, rest);
  join(left, right, m, x);
}

function solveTransposedInPlace(halves: Halves, x: Float64Array, m: number, room: Float64Array): void {
  if ('inverse' in halves) {
    const size = Math.sqrt(halves.inverse.length);
    x.set(product(x, transpose(halves.inverse, size, size), m, room));
    return;
  }
  const { order, above, beside, below } = halves;
  const { left, right, rest } = split(x, m, order, room);
  solveTransposedInPlace(below, right, m, rest);
  subtract(left, product(right, transpose(beside, beside.length / order, order), m, rest));
  solveTransposedInPlace(above, left, m, rest);
  join(left, right, m, x);
}

function invert(halves: Halves, out: Float64Array, n: number, { from, size }: Part): void {
  const place = (block: Float64Array, row: number, width: number): void => {
    for (let i = 0; i * width < block.length; i++)
      out.set(block.subarray(i * width, (i + 1) * width), (row + i) * n + from);
  };
  if ('inverse' in halves) {
    place(halves.inverse, from, size);
    return;
  }
  const { order, above, beside, below } = halves;
  invert(above, out, n, { from, size: order });
  invert(below, out, n, { from: from + order, size: size - order });
  const rest = size - order;
  // B A^-1 as columns, and -C^-1 of each.
  const rows = solved(above, beside, rest, solveTransposedInPlace);
  const columns = solved(below, transpose(rows, rest, order), order, solveInPlace);
  place(
    transpose(columns, order, rest).map((value) => -value),
    from + order,
    order,
  );
}

/** A B' for A of m rows, at the beginning of `room`. */
function product(a: Float64Array, b: Float64Array, m: number, room: Float64Array): Float64Array {
  const k = a.length / m;
  const n = b.length / k;
  const out = room.subarray(0, m * n);
  linearAlgebra().multiplyTransposed(a, b, out, { m, n, k });
  return out;
}

function subtract(from: Float64Array, what: Float64Array): void {
  for (let at = 0; at < from.length; at++) from[at]! -= what[at]!;
}

/** The first `width` columns of m rows, and the others, at the beginning of `room`, and the rest of that. */
function split(
  rows: Float64Array,
  m: number,
  width: number,
  room: Float64Array,
): Record<'left' | 'right' | 'rest', Float64Array> {
  const all = rows.length / m;
  const left = room.subarray(0, m * width);
  const right = room.subarray(m * width, m * all);
  for (let i = 0; i < m; i++) {
    left.set(rows.subarray(i * all, i * all + width), i * width);
    right.set(rows.subarray(i * all + width, (i + 1) * all), i * (all - width));
  }
  return { left, right, rest: room.subarray(m * all) };
}

function join(left: Float64Array, right: Float64Array, m: number, out: Float64Array): void {
  const [p, q] = [left.length / m, right.length / m];
  for (let i = 0; i < m; i++) {
    out.set(left.subarray(i * p, (i + 1) * p), i * (p + q));
    out.set(right.subarray(i * q, (i + 1) * q), i * (p + q) + p);
  }
}
