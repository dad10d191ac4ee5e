import { symmetricEigen } from '../../numerics/symmetricEigen.ts';
import { dot, times } from '../../numerics/vectors.ts';
import type { ResolventMoments } from './featureMap.ts';
import { type FeatureMatrices, meanEigenvalue, productTransposed } from './pencil.ts';

/** Chebyshev nodes in a panel, both ends among them. */
const NODES = 21;
/** Panels in x = log(zeta |J| / (eta |F|)). */
const EDGES = [-10, -6, -2, 2, 6, 10];
/** A penalty larger than this, beside F and J of unit mean eigenvalue, takes too many digits from differences. */
const LARGEST_PENALTY = 1e3;

/** (1 - w) F + w J: its eigenvalues, and the diagonal of F and the squares of c in its eigenbasis. */
interface Node {
  readonly values: Float64Array;
  readonly F: Float64Array;
  readonly squares: Float64Array;
}

/**
 * The moments of A = eta F + zeta J + lambda I with all three positive, fast. The pencil (1 - w) F + w J, each scaled to unit
 * mean eigenvalue, is diagonalised at the Chebyshev nodes of a panel in log(w/(1-w)), when a point first falls into it. In
 * each eigenbasis lambda costs nothing more, and between nodes the resolvents, which are analytic, are interpolated to about
 * 1e-10: their nearest singularity is pi away from the real axis. A panel takes as many eigenproblems of order n as it has
 * nodes; a grid of n, eps and lambda meets one to three panels.
 */
export class PenalisedResolvents {
  private readonly F: Float64Array;
  private readonly J: Float64Array;
  private readonly c: Float64Array;
  private readonly scaleF: number;
  private readonly scaleJ: number;
  private readonly panels = new Map<number, readonly Node[]>();

  constructor({ F, J, c }: FeatureMatrices) {
    this.c = c;
    this.scaleF = meanEigenvalue(F, c.length);
    this.scaleJ = meanEigenvalue(J, c.length);
    this.F = F.map((value) => value / this.scaleF);
    this.J = J.map((value) => value / this.scaleJ);
  }

  /** All but `bias`; undefined outside the panels and for a large penalty. Traces are not divided by anything. */
  moments(eta: number, zeta: number, lambda: number): Omit<ResolventMoments, 'bias'> | undefined {
    const { scaleF, scaleJ } = this;
    const [a, b] = [eta * scaleF, zeta * scaleJ];
    const total = a + b;
    const share = b / total;
    const mu = lambda / total;
    const x = Math.log(b / a);
    const index = EDGES.findIndex((edge) => x < edge);
    if (index < 1 || mu > LARGEST_PENALTY) return undefined;
    const [low, high] = [EDGES[index - 1]!, EDGES[index]!];
    lagrange((2 * x - low - high) / (high - low), weights, slopes);
    const perShare = 2 / ((high - low) * share * (1 - share));
    let [F, FI, S, SI, dF, dS] = [0, 0, 0, 0, 0, 0];
    const nodes = this.panel(index);
    for (let k = 0; k < NODES; k++) {
      const { values, F: onBasis, squares } = nodes[k]!;
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
    // With R = ((1-w) F + w J + mu)^-1: tr F R F R - tr F R J R = d tr F R / dw, and the two mix to tr F R - mu tr F R^2.
    const differenceF = -dF * perShare;
    const differenceS = -dS * perShare;
    const [mixedF, mixedS] = [F - mu * FI, S - mu * SI];
    const square = total * total;
    return {
      traceF: (F * scaleF) / total,
      traceFF: ((mixedF - share * differenceF) * scaleF * scaleF) / square,
      traceFJ: ((mixedF + (1 - share) * differenceF) * scaleF * scaleJ) / square,
      traceFI: (FI * scaleF) / square,
      signal: S / total,
      signalF: ((mixedS - share * differenceS) * scaleF) / square,
      signalJ: ((mixedS + (1 - share) * differenceS) * scaleJ) / square,
      signalI: SI / square,
    };
  }

  private panel(index: number): readonly Node[] {
    let nodes = this.panels.get(index);
    if (!nodes) {
      const [low, high] = [EDGES[index - 1]!, EDGES[index]!];
      nodes = Array.from({ length: NODES }, (_, k) => {
        const x = (low + high + (high - low) * POINTS[k]!) / 2;
        return this.node(1 / (1 + Math.exp(-x)));
      });
      this.panels.set(index, nodes);
    }
    return nodes;
  }

  private node(share: number): Node {
    const n = this.c.length;
    const M = this.F.map((value, i) => (1 - share) * value + share * this.J[i]!);
    const { values, vectors } = symmetricEigen(M, n);
    const image = productTransposed(vectors, this.F, n);
    const row = (A: Float64Array, k: number): Float64Array => A.subarray(k * n, (k + 1) * n);
    return {
      values: values.map((value) => Math.max(0, value)),
      F: values.map((_, k) => dot(row(image, k), row(vectors, k))),
      squares: times(vectors, this.c, n).map((value) => value * value),
    };
  }
}

const weights = new Float64Array(NODES);
const slopes = new Float64Array(NODES);

const POINTS = Float64Array.from({ length: NODES }, (_, k) => -Math.cos((Math.PI * k) / (NODES - 1)));
/** Barycentric weights of the points. */
const SIGNS = POINTS.map((_, k) => (k % 2 === 0 ? 1 : -1) * (k === 0 || k === NODES - 1 ? 0.5 : 1));
/** Entry (k, j): the slope at point k of Lagrange's polynomial on point j. */
const SLOPES = Float64Array.from({ length: NODES * NODES }, (_, at) => {
  const [k, j] = [Math.floor(at / NODES), at % NODES];
  const entry = (l: number): number => SIGNS[l]! / SIGNS[k]! / (POINTS[k]! - POINTS[l]!);
  return j !== k ? entry(j) : -POINTS.reduce((sum, _, l) => sum + (l === k ? 0 : entry(l)), 0);
});

/** Lagrange's polynomials on the Chebyshev nodes of [-1, 1] and their slopes, at t, by the barycentric formula. */
function lagrange(t: number, value: Float64Array, slope: Float64Array): void {
  const node = POINTS.indexOf(t);
  let total = 0;
  for (let k = 0; k < NODES; k++) {
    value[k] = node < 0 ? SIGNS[k]! / (t - POINTS[k]!) : k === node ? 1 : 0;
    total += value[k]!;
  }
  slope.fill(0);
  for (let k = 0; k < NODES; k++) {
    value[k]! /= total;
    for (let j = 0; j < NODES; j++) slope[j]! += value[k]! * SLOPES[k * NODES + j]!;
  }
}
