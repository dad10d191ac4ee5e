import { norm } from '../../numerics/vectors.ts';

/** What an attack gains along a row's gradient g = K_i theta, the entries `from` to `to` of an array: the dual of its norm. */
export interface RowNorm {
  /** |g|_*, rounded off at 0 by nu; default 0, the norm itself. */
  penalty(g: Float64Array, from: number, to: number, nu?: number): number;
  /** The norm of the attack itself. */
  attackNorm(v: Float64Array, from: number, to: number): number;
  /** About |g|_*^2 / |g|^2 for entries of similar size. Only a start depends on it. */
  readonly euclideanSize: number;
  /** Whether |g|_* is a sum over entries, each rounded off for itself. */
  readonly separable: boolean;
}

/** Of an attack in l2; sqrt(|g|^2 + nu^2). */
export const euclideanRows: RowNorm = {
  penalty: (g, from, to, nu = 0) => Math.hypot(norm(g.subarray(from, to)), nu),
  attackNorm: (v, from, to) => norm(v.subarray(from, to)),
  euclideanSize: 1,
  separable: false,
};

/** Of an attack in l-infinity on d inputs, for which the sizes of all entries are paid; sum (g_j^2 + nu^2)^(1/2). */
export const sumRows = (d: number): RowNorm => ({
  penalty(g, from, to, nu = 0) {
    let sum = 0;
    for (let j = from; j < to; j++) sum += nu === 0 ? Math.abs(g[j]!) : Math.hypot(g[j]!, nu);
    return sum;
  },
  attackNorm(v, from, to) {
    let most = 0;
    for (let j = from; j < to; j++) most = Math.max(most, Math.abs(v[j]!));
    return most;
  },
  // Of Gaussian entries.
  euclideanSize: Math.max(1, (2 * d) / Math.PI),
  separable: true,
});

/** The norms in which an attack on frozen features may be bounded. */
export type ReadoutNorm = 'l2' | 'linf';
/** All of them. */
export const READOUT_NORMS: readonly ReadoutNorm[] = ['l2', 'linf'];

export const rowNormOf = (attack: ReadoutNorm, d: number): RowNorm =>
  attack === 'l2' ? euclideanRows : sumRows(d);
