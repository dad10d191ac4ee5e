import {
  cholesky,
  congruence,
  type Matrix,
  quadraticFormOfLower,
  solveRows,
} from '../../numerics/denseSymmetric.ts';
import { symmetricEigen } from '../../numerics/symmetricEigen.ts';
import type { ResolventMoments } from './featureMap.ts';

/** Directions below this share of the mean eigenvalue are rounding, and are kept from blowing up. */
const RELATIVE_FLOOR = 1e-11;
/** A smaller share of F in F + J counts as none. */
const RANK = 1e-9;
/** Chebyshev nodes in a panel, both ends among them. */
const NODES = 15;
/** Panels in x = log(zeta |J| / (eta |F|)); beyond the outer ones the share of J itself is the variable. */
const EDGES = [-10, -6, -2, 2, 6, 10];

/** One matrix of the pencil: its eigenvalues, and the diagonal of F and the squares of c in its eigenbasis. */
interface Node {
  readonly values: Float64Array;
  readonly F: Float64Array;
  readonly c: Float64Array;
}

interface Panel {
  readonly low: number;
  readonly high: number;
  /** The panel's own variable at a share of J in (0, 1), and the share's slope in that variable. */
  readonly variable: (share: number) => number;
  readonly slope: (share: number) => number;
  readonly nodes: readonly Node[];
}

/**
 * The resolvent moments of A = eta F + zeta J + lambda I for two fixed matrices of order N, after diagonalising.
 *
 * At lambda = 0 (A x = b is then a problem of the pair F, J) one simultaneous diagonalisation serves every eta and zeta,
 * and an evaluation costs N operations, N^2 with |theta|^2. With lambda > 0 a third matrix joins: the pencil
 * (1 - w) F + w J, each scaled to unit mean eigenvalue, is diagonalised at the Chebyshev nodes of a panel in log(w/(1-w)),
 * when a point first falls into it; in each eigenbasis lambda costs nothing more, and between nodes the resolvents, which
 * are analytic, are interpolated to about 1e-7. That is 15 eigenproblems of order N a panel, of which a grid of n, eps
 * and lambda meets one to three.
 *
 * Traces are not divided by anything. `targetVariance` is E y^2.
 */
export class DiagonalisedFeatures {
  readonly size: number;
  private readonly F: Matrix;
  private readonly J: Matrix;
  private readonly c: Float64Array;
  private readonly scaleF: number;
  private readonly scaleJ: number;
  private readonly targetVariance: number;
  private readonly panels = new Map<number, Panel>();
  private pair: { f: Float64Array; c: Float64Array; P: Matrix } | undefined;
  private unattacked: { values: Float64Array; c: Float64Array; J: Matrix } | undefined;

  constructor(F: Matrix, J: Matrix, c: Float64Array, targetVariance: number) {
    const n = c.length;
    this.size = n;
    this.c = c;
    this.targetVariance = targetVariance;
    this.scaleF = meanEigenvalue(F, n);
    this.scaleJ = meanEigenvalue(J, n);
    this.F = F.map((value) => value / this.scaleF);
    this.J = J.map((value) => value / this.scaleJ);
  }

  /** Fills `out`; without `norms` `signalI`, of which only |theta|^2 is made at lambda = 0, is left 0 there. */
  moments(eta: number, zeta: number, lambda: number, out: ResolventMoments, norms = true): void {
    if (lambda === 0) this.withoutPenalty(eta, zeta, out, norms);
    else if (zeta === 0) this.withoutAttack(eta, lambda, out);
    else this.between(eta, zeta, lambda, out);
    out.bias = Math.max(
      0,
      this.targetVariance - eta * (out.signal + zeta * out.signalJ + lambda * out.signalI),
    );
  }

  /** rank F, but for directions in which F is nothing beside J. */
  rank(): number {
    this.pair ??= this.diagonalisePair();
    return this.pair.f.reduce((count, share) => count + (share > RANK ? 1 : 0), 0);
  }

  /** In the basis that makes F + J the identity. */
  private withoutPenalty(eta: number, zeta: number, out: ResolventMoments, norms: boolean): void {
    this.pair ??= this.diagonalisePair();
    const { f, c, P } = this.pair;
    const n = this.size;
    const [a, b] = [eta * this.scaleF, zeta * this.scaleJ];
    let [FF, FJ, FI, F, S, SJ] = [0, 0, 0, 0, 0, 0];
    const reached = new Float64Array(norms ? n : 0);
    for (let i = 0; i < n; i++) {
      const r = 1 / (a * f[i]! + b * (1 - f[i]!));
      const onF = f[i]! * r;
      const onJ = (1 - f[i]!) * r;
      F += onF;
      FF += onF * onF;
      FJ += onF * onJ;
      FI += onF * r * P[i * n + i]!;
      S += c[i]! * c[i]! * r;
      SJ += c[i]! * c[i]! * r * onJ;
      if (norms) reached[i] = r * c[i]!;
    }
    const SI = norms ? quadraticFormOfLower(P, reached) : 0;
    this.rescale({ F, FF, FJ, FI, S, SJ, SI }, out);
  }

  /** From the moments of F and J of unit mean eigenvalue to those of F and J themselves. */
  private rescale(
    { F, FF, FJ, FI, S, SJ, SI }: Record<'F' | 'FF' | 'FJ' | 'FI' | 'S' | 'SJ' | 'SI', number>,
    out: ResolventMoments,
  ): void {
    out.traceF = F * this.scaleF;
    out.traceFF = FF * this.scaleF ** 2;
    out.traceFJ = FJ * this.scaleF * this.scaleJ;
    out.traceFI = FI * this.scaleF;
    out.signal = S;
    out.signalJ = SJ * this.scaleJ;
    out.signalI = SI;
  }

  private diagonalisePair(): { f: Float64Array; c: Float64Array; P: Matrix } {
    const n = this.size;
    const sum = this.F.map((value, i) => value + this.J[i]!);
    for (let i = 0; i < n; i++) sum[i * n + i]! += RELATIVE_FLOOR;
    const L = new Float64Array(n * n);
    cholesky(sum, n, L);
    const G = new Float64Array(n * n);
    congruence(L, n, this.F, G);
    const { values, vectors } = symmetricEigen(G, n);
    const c = this.c.slice();
    solveRows(L, n, c, 1);
    // P = U' L^-1 L^-T U = (L^-T U)' (L^-T U): what A^-2 has in the middle.
    const inverse = new Float64Array(n * n);
    for (let i = 0; i < n; i++) inverse[i * n + i] = 1;
    solveRows(L, n, inverse); // row i: L^-1 e_i, so this is L^-T
    const X = productTransposed(vectors, inverse, n); // rows: (L^-T u)'
    const P = productTransposed(X, X, n);
    return {
      f: values.map((value) => Math.min(1, Math.max(0, value))),
      c: times(vectors, c, n),
      P,
    };
  }

  /** zeta = 0: the eigenbasis of F. */
  private withoutAttack(eta: number, lambda: number, out: ResolventMoments): void {
    const n = this.size;
    if (!this.unattacked) {
      const { values, vectors } = symmetricEigen(this.F, n);
      const J = productTransposed(productTransposed(vectors, this.J, n), vectors, n);
      this.unattacked = { values: values.map((v) => Math.max(0, v)), c: times(vectors, this.c, n), J };
    }
    const { values, c, J } = this.unattacked;
    const a = eta * this.scaleF;
    let [FF, FJ, FI, F, S, SI] = [0, 0, 0, 0, 0, 0];
    const reached = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const f = values[i]!;
      const r = 1 / (a * f + lambda);
      F += f * r;
      FF += (f * r) ** 2;
      FJ += f * r * r * J[i * n + i]!;
      FI += f * r * r;
      reached[i] = r * c[i]!;
      S += c[i]! * reached[i]!;
      SI += reached[i]! ** 2;
    }
    const SJ = quadraticFormOfLower(J, reached);
    this.rescale({ F, FF, FJ, FI, S, SJ, SI }, out);
  }

  /** All three: interpolated between eigenbases along the pencil; slopes of the interpolant give the mixed moments. */
  private between(eta: number, zeta: number, lambda: number, out: ResolventMoments): void {
    const [a, b] = [eta * this.scaleF, zeta * this.scaleJ];
    const total = a + b;
    const share = b / total;
    const mu = lambda / total;
    const panel = this.panelOf(Math.log(b / a));
    const at = panel.variable(share);
    lagrange((2 * at - panel.low - panel.high) / (panel.high - panel.low), weights, slopes);
    const perShare = 2 / (panel.high - panel.low) / panel.slope(share);
    let [F, FI, S, SI, dF, dS] = [0, 0, 0, 0, 0, 0];
    for (let k = 0; k < NODES; k++) {
      const { values, F: onBasis, c: squares } = panel.nodes[k]!;
      let [f, fi, s, si] = [0, 0, 0, 0];
      for (let i = 0; i < values.length; i++) {
        const r = 1 / (values[i]! + mu);
        const onF = onBasis[i]! * r;
        const onC = squares[i]! * r;
        f += onF;
        fi += onF * r;
        s += onC;
        si += onC * r;
      }
      F += weights[k]! * f;
      FI += weights[k]! * fi;
      S += weights[k]! * s;
      SI += weights[k]! * si;
      dF += slopes[k]! * f;
      dS += slopes[k]! * s;
    }
    // With R = ((1-w) F + w J + mu)^-1: d tr F R / dw = tr F R F R - tr F R J R, and the two mix to tr F R - mu tr F R^2.
    const difference = -dF * perShare;
    const mixed = F - mu * FI;
    out.traceF = (F * this.scaleF) / total;
    out.traceFF = (mixed - share * difference) * (this.scaleF / total) ** 2;
    out.traceFJ = ((mixed + (1 - share) * difference) * this.scaleF * this.scaleJ) / (total * total);
    out.traceFI = (FI * this.scaleF) / (total * total);
    out.signal = S / total;
    out.signalJ = ((S - mu * SI + (1 - share) * (-dS * perShare)) * this.scaleJ) / (total * total);
    out.signalI = SI / (total * total);
  }

  private panelOf(x: number): Panel {
    let index = EDGES.findIndex((edge) => x < edge);
    if (index < 0) index = EDGES.length;
    let panel = this.panels.get(index);
    if (!panel) {
      panel = this.newPanel(index);
      this.panels.set(index, panel);
    }
    return panel;
  }

  private newPanel(index: number): Panel {
    const outer = index === 0 || index === EDGES.length;
    const [low, high] =
      index === 0
        ? [0, logistic(EDGES[0]!)]
        : outer
          ? [logistic(EDGES.at(-1)!), 1]
          : [EDGES[index - 1]!, EDGES[index]!];
    const nodes = Array.from({ length: NODES }, (_, k) => {
      const at = (low + high + (high - low) * chebyshev(k)) / 2;
      return this.node(outer ? at : logistic(at));
    });
    return outer
      ? { low, high, nodes, variable: (share) => share, slope: () => 1 }
      : {
          low,
          high,
          nodes,
          variable: (share) => Math.log(share / (1 - share)),
          slope: (share) => share * (1 - share),
        };
  }

  private node(share: number): Node {
    const n = this.size;
    const M = this.F.map((value, i) => (1 - share) * value + share * this.J[i]!);
    const { values, vectors } = symmetricEigen(M, n);
    const image = productTransposed(vectors, this.F, n);
    const F = new Float64Array(n);
    for (let k = 0; k < n; k++) {
      let sum = 0;
      for (let j = 0; j < n; j++) sum += image[k * n + j]! * vectors[k * n + j]!;
      F[k] = sum;
    }
    return {
      values: values.map((value) => Math.max(0, value)),
      F,
      c: times(vectors, this.c, n).map((value) => value * value),
    };
  }
}

const weights = new Float64Array(NODES);
const slopes = new Float64Array(NODES);

const chebyshev = (k: number): number => -Math.cos((Math.PI * k) / (NODES - 1));
const logistic = (x: number): number => 1 / (1 + Math.exp(-x));

/** Lagrange's polynomials on the Chebyshev nodes of [-1, 1] and their slopes, at t, by the barycentric formula. */
function lagrange(t: number, value: Float64Array, slope: Float64Array): void {
  const sign = (k: number): number => (k % 2 === 0 ? 1 : -1) * (k === 0 || k === NODES - 1 ? 0.5 : 1);
  // At a node the formula divides by zero; a neighbour as near as this has the same value to rounding.
  let x = t;
  for (let k = 0; k < NODES; k++)
    if (Math.abs(x - chebyshev(k)) < 1e-9) x = chebyshev(k) + (k < NODES / 2 ? 1e-9 : -1e-9);
  let total = 0;
  let rate = 0;
  for (let k = 0; k < NODES; k++) {
    const gap = x - chebyshev(k);
    value[k] = sign(k) / gap;
    slope[k] = -value[k]! / gap;
    total += value[k]!;
    rate += slope[k]!;
  }
  for (let k = 0; k < NODES; k++) {
    slope[k] = (slope[k]! - (value[k]! * rate) / total) / total;
    value[k]! /= total;
  }
}

function meanEigenvalue(M: Matrix, n: number): number {
  let sum = 0;
  for (let i = 0; i < n; i++) sum += M[i * n + i]!;
  return sum / n;
}

/** A B' for square A, B of order n. */
function productTransposed(A: Matrix, B: Matrix, n: number): Matrix {
  const out = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let k = 0; k < n; k++) sum += A[i * n + k]! * B[j * n + k]!;
      out[i * n + j] = sum;
    }
  return out;
}

function times(A: Matrix, x: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n);
  for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) out[i]! += A[i * n + j]! * x[j]!;
  return out;
}
