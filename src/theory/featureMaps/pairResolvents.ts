import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { symmetricEigen } from '../../numerics/symmetricEigen.ts';
import { choleskySolve, congruence, dot, quadraticForm, solveLower, times } from '../../numerics/vectors.ts';
import type { ResolventMoments, UnattackedFeatures } from './featureMap.ts';
import { PenalisedResolvents } from './penalisedResolvents.ts';
import {
  diagonalisePencil,
  type FeatureMatrices,
  type Pencil,
  productTransposed,
  withoutCommonKernel,
} from './pencil.ts';

/** Less than this share of E y^2 left over is rounding: the features then explain the target. */
const EXPLAINED = 1e-12;
/** With less than this share left over, the bias as a difference of interpolated numbers would have too few digits. */
const WELL_ABOVE = 1e-4;

/** The features on which an attack has no hold, by themselves, and what {@link UnattackedFeatures} says of the others. */
export interface UnattackedPart {
  readonly resolvents: PairResolvents;
  readonly attacked: UnattackedFeatures['attacked'];
}

/**
 * The resolvent moments of A = eta F + zeta J + lambda I for two fixed matrices, through their pencil, diagonalised once. An
 * evaluation at lambda = 0 costs n operations, n^2 with |theta|^2; the eigenbasis of F serves zeta = 0 in the same way, and
 * {@link PenalisedResolvents} most of what has all three. The rest takes a Cholesky factorisation, which keeps its digits for
 * singular F or J and for extreme eta, zeta and lambda. Traces are not divided by anything.
 */
export class PairResolvents {
  /** rank F, but for directions in which F is nothing beside J. */
  readonly rank: number;
  readonly targetVariance: number;
  private readonly matrices: FeatureMatrices;
  private readonly pencil: Pencil;
  private readonly penalised: PenalisedResolvents;
  /** The fit that leaves least of the target, F theta = c, in the basis of the pencil; and what it leaves. */
  private readonly fit: Float64Array;
  private readonly unexplained: number;
  private basisOfF: { f: Float64Array; c: Float64Array; J: Float64Array } | undefined;

  constructor(matrices: FeatureMatrices, targetVariance: number) {
    this.matrices = withoutCommonKernel(matrices);
    this.pencil = diagonalisePencil(this.matrices);
    this.penalised = new PenalisedResolvents(this.matrices);
    this.targetVariance = targetVariance;
    const { f, c } = this.pencil;
    this.rank = f.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
    this.fit = c.map((value, i) => (f[i]! > 0 ? value / f[i]! : 0));
    const left = targetVariance - dot(c, this.fit);
    this.unexplained = left > EXPLAINED * targetVariance ? left : 0;
  }

  /** Without `norms` `signalI`, of which only |theta|^2 is made at lambda = 0, may be left 0 there. */
  moments(eta: number, zeta: number, lambda: number, norms = true): ResolventMoments {
    const { rank, unexplained, targetVariance } = this;
    if (zeta === 0 && (lambda > 0 || rank < this.pencil.f.length)) return this.withoutAttack(eta, lambda);
    if (lambda === 0) return this.withoutPenalty(eta, zeta, norms);
    if (unexplained > WELL_ABOVE * targetVariance) {
      const found = this.penalised.moments(eta, zeta, lambda);
      if (found) {
        const pulled = found.signal + zeta * found.signalJ + lambda * found.signalI;
        return { ...found, bias: Math.max(unexplained, targetVariance - eta * pulled) };
      }
    }
    return this.factorised(eta, zeta, lambda);
  }

  /** The features with J = 0, where there are any beside others. */
  unattacked(): UnattackedPart | undefined {
    const { f, j, c, P } = this.pencil;
    const k = j.length;
    const free = Array.from(j.keys()).filter((i) => j[i] === 0);
    const n = free.length;
    if (n === 0 || n === k) return undefined;
    const pick = (values: Float64Array): Float64Array => Float64Array.from(free, (i) => values[i]!);
    const [fFree, cFree] = [pick(f), pick(c)];
    const PFree = new Float64Array(n * n);
    free.forEach((i, row) => {
      PFree.set(pick(P.subarray(i * k, (i + 1) * k)), row * n);
    });
    // In orthonormal coordinates b = L' a, L L' the block of P.
    const L = PFree.slice();
    linearAlgebra().choleskyInPlace(L, n);
    const F = congruence(L, diagonal(fFree), n);
    const matrices = { F, J: new Float64Array(n * n), c: solveLower(L, cFree.slice(), n) };
    return {
      resolvents: new PairResolvents(matrices, this.targetVariance),
      attacked: (eta, lambda) => {
        const factor = PFree.map((value) => lambda * value);
        for (let i = 0; i < n; i++) factor[i * n + i]! += eta * fFree[i]!;
        linearAlgebra().choleskyInPlace(factor, n);
        let [signal, traceF] = [0, 0];
        for (let i = 0; i < k; i++) {
          if (j[i] === 0) continue;
          // The resolvent couples the two kinds through the penalty alone.
          const coupling = pick(P.subarray(i * k, (i + 1) * k)).map((value) => lambda * value);
          const weights = choleskySolve(factor, coupling);
          signal += (c[i]! - dot(weights, cFree)) ** 2 / j[i]!;
          traceF += (f[i]! + weights.reduce((sum, w, l) => sum + fFree[l]! * w * w, 0)) / j[i]!;
        }
        return { signal, traceF };
      },
    };
  }

  /** lambda = 0: A is diagonal in the basis of the pencil. */
  private withoutPenalty(eta: number, zeta: number, norms: boolean): ResolventMoments {
    const { f, j, c, P } = this.pencil;
    const n = f.length;
    let [traceF, traceFF, traceFJ, traceFI, signal, signalF, signalJ] = [0, 0, 0, 0, 0, 0, 0];
    let bias = this.unexplained;
    const reached = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      const r = 1 / (eta * f[i]! + zeta * j[i]!);
      const onF = f[i]! * r;
      const onJ = j[i]! * r;
      traceF += onF;
      traceFF += onF * onF;
      traceFJ += onF * onJ;
      traceFI += onF * r * P[i * n + i]!;
      reached[i] = r * c[i]!;
      signal += c[i]! * reached[i]!;
      signalF += f[i]! * reached[i]! ** 2;
      signalJ += j[i]! * reached[i]! ** 2;
      // What shrinking takes from the fit: A^-1 zeta J a.
      bias += f[i]! * (zeta * onJ * this.fit[i]!) ** 2;
    }
    const signalI = norms ? quadraticForm(P, reached) : 0;
    return { traceF, traceFF, traceFJ, traceFI, signal, signalF, signalJ, signalI, bias };
  }

  /** zeta = 0: A is diagonal in the eigenbasis of F; at lambda = 0 its pseudoinverse. */
  private withoutAttack(eta: number, lambda: number): ResolventMoments {
    this.basisOfF ??= this.diagonaliseF();
    const { f, c, J } = this.basisOfF;
    const n = f.length;
    let [traceF, traceFF, traceFJ, traceFI, signal, signalF, signalI] = [0, 0, 0, 0, 0, 0, 0];
    let bias = this.unexplained;
    const reached = new Float64Array(n);
    for (let i = 0; i < n; i++) {
      if (f[i] === 0) continue;
      const r = 1 / (eta * f[i]! + lambda);
      const onF = f[i]! * r;
      traceF += onF;
      traceFF += onF * onF;
      traceFJ += onF * r * J[i * n + i]!;
      traceFI += onF * r;
      reached[i] = r * c[i]!;
      signal += c[i]! * reached[i]!;
      signalF += f[i]! * reached[i]! ** 2;
      signalI += reached[i]! ** 2;
      bias += (lambda * reached[i]!) ** 2 / f[i]!;
    }
    const signalJ = quadraticForm(J, reached);
    return { traceF, traceFF, traceFJ, traceFI, signal, signalF, signalJ, signalI, bias };
  }

  private diagonaliseF(): { f: Float64Array; c: Float64Array; J: Float64Array } {
    const { F, J, c } = this.matrices;
    const n = c.length;
    const { values, vectors } = symmetricEigen(F, n);
    const least = values.toSorted().at(n - this.rank) ?? Infinity;
    return {
      f: values.map((value) => (value >= least ? value : 0)),
      c: times(vectors, c, n),
      J: productTransposed(productTransposed(vectors, J, n), vectors, n),
    };
  }

  private factorised(eta: number, zeta: number, lambda: number): ResolventMoments {
    const { f, j, c, P } = this.pencil;
    const { fit } = this;
    const n = f.length;
    const L = P.map((value) => lambda * value);
    for (let i = 0; i < n; i++) L[i * n + i]! += eta * f[i]! + zeta * j[i]!;
    linearAlgebra().choleskyInPlace(L, n);
    const inverse = solveLower(L, diagonal(new Float64Array(n).fill(1)), n); // L^-T
    const R = productTransposed(inverse, inverse, n);
    const RP = productTransposed(R, P, n);
    const row = (A: Float64Array, i: number): Float64Array => A.subarray(i * n, (i + 1) * n);
    let [traceF, traceFF, traceFJ, traceFI, signalF, signalJ] = [0, 0, 0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const own = row(R, i);
      traceF += f[i]! * own[i]!;
      for (let l = 0; l < n; l++) {
        const square = own[l]! * own[l]!;
        traceFF += f[i]! * f[l]! * square;
        traceFJ += f[i]! * j[l]! * square;
      }
      traceFI += f[i]! * dot(own, row(RP, i));
    }
    const reached = times(R, c, n);
    const penalty = times(P, fit, n);
    const lost = times(
      R,
      penalty.map((value, i) => zeta * j[i]! * fit[i]! + lambda * value),
      n,
    );
    let bias = this.unexplained;
    for (let i = 0; i < n; i++) {
      signalF += f[i]! * reached[i]! ** 2;
      signalJ += j[i]! * reached[i]! ** 2;
      bias += f[i]! * lost[i]! ** 2;
    }
    const [signal, signalI] = [dot(c, reached), quadraticForm(P, reached)];
    return { traceF, traceFF, traceFJ, traceFI, signal, signalF, signalJ, signalI, bias };
  }
}

function diagonal(values: Float64Array): Float64Array {
  const n = values.length;
  const M = new Float64Array(n * n);
  for (let i = 0; i < n; i++) M[i * n + i] = values[i]!;
  return M;
}
