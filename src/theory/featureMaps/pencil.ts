import { cholesky, type Matrix, quadraticForm, solveRows, trace } from '../../numerics/denseSymmetric.ts';
import { symmetricEigen } from '../../numerics/symmetricEigen.ts';
import type { FeatureMap, ResolventMoments, UnattackedFeatures } from './featureMap.ts';

/**
 * F and J of k features in a basis in which both are diagonal: theta = X' a with X F X' = diag(f), X J X' = diag(j),
 * X X' = P (k x k), c -> X c. Directions in which both vanish are left out.
 */
export interface Pencil {
  readonly f: Float64Array;
  readonly j: Float64Array;
  readonly c: Float64Array;
  readonly P: Matrix;
}

/** The fit of least norm at eps = lambda = 0, F theta = c, by the pseudoinverse of F. */
export interface LeastSquares {
  readonly rank: number;
  /** c' F^+ c */
  readonly explained: number;
  /** the same with the floor of F's eigenvalues in place of none: larger by far where c is not in the range of F */
  readonly reach: number;
  /** tr J F^+, tr F^+ */
  readonly traceJ: number;
  readonly traceI: number;
  /** theta' J theta, |theta|^2 */
  readonly signalJ: number;
  readonly signalI: number;
}

/** `floor`: eigenvalues below this share of their mean count as 0. */
export function leastSquares(F: Matrix, J: Matrix, c: Float64Array, n: number, floor: number): LeastSquares {
  const { values, vectors } = symmetricEigen(F, n);
  const least = (floor * trace(F, n)) / n;
  const theta = new Float64Array(n);
  let [rank, explained, reach, traceJ, traceI] = [0, 0, 0, 0, 0];
  for (let i = 0; i < n; i++) {
    const v = vectors.subarray(i * n, (i + 1) * n);
    const along = dot(v, c);
    reach += (along * along) / (Math.max(0, values[i]!) + least);
    if (!(values[i]! > least)) continue;
    rank++;
    const inverse = 1 / values[i]!;
    explained += along * along * inverse;
    traceI += inverse;
    traceJ += inverse * quadraticForm(J, n, v);
    for (let k = 0; k < n; k++) theta[k]! += along * inverse * v[k]!;
  }
  const signalJ = quadraticForm(J, n, theta);
  return { rank, explained, reach, traceJ, traceI, signalJ, signalI: dot(theta, theta) };
}

/** Both diagonal at once, by whitening F + J (each of unit mean eigenvalue) and diagonalising F in what is left. */
export function diagonalisePencil(F: Matrix, J: Matrix, c: Float64Array, n: number, floor: number): Pencil {
  const [scaleF, scaleJ] = [trace(F, n) / n, trace(J, n) / n];
  const sum = F.map((value, i) => value / scaleF + J[i]! / scaleJ);
  const whole = symmetricEigen(sum, n);
  const kept = Array.from(whole.values.keys()).filter((i) => whole.values[i]! > floor);
  const k = kept.length;
  const T = new Float64Array(k * n);
  kept.forEach((i, row) => {
    for (let l = 0; l < n; l++) T[row * n + l] = whole.vectors[i * n + l]! / Math.sqrt(whole.values[i]!);
  });
  const G = timesTransposed(times(T, F, k, n, n), T, k, k, n).map((value) => value / scaleF);
  const { values, vectors } = symmetricEigen(G, k);
  const X = times(vectors, T, k, k, n);
  // The shares of F, in order; the ranks of F and J say how many of them are 0 and 1, whatever rounding left there.
  const order = Array.from(values.keys()).sort((a, b) => values[a]! - values[b]!);
  const withoutF = k - rankOf(F, n, floor * scaleF);
  const withF = rankOf(J, n, floor * scaleJ);
  const f = new Float64Array(k);
  const j = new Float64Array(k);
  const along = times(X, c, k, n, 1);
  order.forEach((i, place) => {
    const share = place < withoutF ? 0 : place >= withF ? 1 : Math.min(1, Math.max(0, values[i]!));
    f[i] = share * scaleF;
    j[i] = (1 - share) * scaleJ;
    if (share === 0) along[i] = 0;
  });
  return { f, j, c: along, P: timesTransposed(X, X, k, k, n) };
}

function rankOf(M: Matrix, n: number, least: number): number {
  return symmetricEigen(M, n).values.reduce((count, value) => count + (value > least ? 1 : 0), 0);
}

/** Less than this share of E y^2 left over is rounding: the features then explain the target. */
const EXPLAINED = 1e-12;

/** The features of `pencil` whose fit without attack or penalty is `fit`; `targetVariance` is E y^2, psi2 = n/inputDimension. */
export function pencilFeatures(
  { f, j, c, P }: Pencil,
  fit: LeastSquares,
  targetVariance: number,
  inputDimension: number,
): FeatureMap {
  const k = f.length;
  const left = targetVariance - fit.explained;
  const unexplained = left > EXPLAINED * targetVariance ? left : 0;
  /** The fit that leaves least: f a = c. */
  const target = c.map((value, i) => (f[i]! > 0 ? value / f[i]! : 0));
  const [A, L, B, R] = [0, 0, 0, 0].map(() => new Float64Array(k * k)) as [Matrix, Matrix, Matrix, Matrix];

  const map: FeatureMap = {
    name: 'measured features',
    signalVariance: targetVariance,
    rank: fit.rank / inputDimension,
    proportions: {},
    with: () => map,
    ...withoutGradient(),
    moments(eta, zeta, lambda, out) {
      if (lambda > 0) penalised(eta, zeta, lambda, out);
      else if (zeta > 0) unpenalised(eta, zeta, out);
      else {
        out.traceF = fit.rank / eta;
        out.traceFF = fit.rank / (eta * eta);
        out.traceFJ = fit.traceJ / (eta * eta);
        out.traceFI = fit.traceI / (eta * eta);
        out.signal = fit.explained / eta;
        out.signalJ = fit.signalJ / (eta * eta);
        out.signalI = fit.signalI / (eta * eta);
        out.bias = unexplained;
      }
      out.traceF /= inputDimension;
      out.traceFF /= inputDimension;
      out.traceFJ /= inputDimension;
      out.traceFI /= inputDimension;
    },
  };
  return map;

  /** A is diagonal. */
  function unpenalised(eta: number, zeta: number, out: ResolventMoments): void {
    let [F, FF, FJ, FI, S, SJ, bias] = [0, 0, 0, 0, 0, 0, 0];
    const reached = new Float64Array(k);
    for (let i = 0; i < k; i++) {
      const r = 1 / (eta * f[i]! + zeta * j[i]!);
      const onF = f[i]! * r;
      F += onF;
      FF += onF * onF;
      FJ += onF * j[i]! * r;
      FI += onF * r * P[i * k + i]!;
      reached[i] = r * c[i]!;
      S += c[i]! * reached[i]!;
      SJ += j[i]! * reached[i]! ** 2;
      // What shrinking takes from the fit: A^-1 zeta J a.
      bias += f[i]! * (zeta * j[i]! * r * target[i]!) ** 2;
    }
    fill(out, F, FF, FJ, FI, S, SJ, quadraticForm(P, k, reached), unexplained + bias);
  }

  function penalised(eta: number, zeta: number, lambda: number, out: ResolventMoments): void {
    for (let i = 0; i < k * k; i++) A[i] = lambda * P[i]!;
    for (let i = 0; i < k; i++) A[i * k + i]! += eta * f[i]! + zeta * j[i]!;
    invert(A, k, L, B, R);
    let [F, FF, FJ, FI] = [0, 0, 0, 0];
    const pulled = new Float64Array(k);
    for (let i = 0; i < k; i++) {
      const row = R.subarray(i * k, (i + 1) * k);
      F += f[i]! * row[i]!;
      for (let l = 0; l < k; l++) {
        const square = row[l]! * row[l]!;
        FF += f[i]! * f[l]! * square;
        FJ += f[i]! * j[l]! * square;
      }
      FI += f[i]! * quadraticForm(P, k, row);
      pulled[i] = zeta * j[i]! * target[i]! + lambda * dot(P.subarray(i * k, (i + 1) * k), target);
    }
    const reached = times(R, c, k, k, 1);
    const lost = times(R, pulled, k, k, 1);
    let [SJ, bias] = [0, 0];
    for (let i = 0; i < k; i++) {
      SJ += j[i]! * reached[i]! ** 2;
      bias += f[i]! * lost[i]! ** 2;
    }
    fill(out, F, FF, FJ, FI, dot(c, reached), SJ, quadraticForm(P, k, reached), unexplained + bias);
  }

  function withoutGradient(): { unattacked?: UnattackedFeatures } {
    const free = Array.from(j.keys()).filter((i) => j[i] === 0);
    if (free.length === 0 || free.length === k) return {};
    const others = Array.from(j.keys()).filter((i) => j[i]! > 0);
    const n = free.length;
    const pick = (values: Float64Array) => Float64Array.from(free, (i) => values[i]!);
    const alone = { f: pick(f), j: new Float64Array(n), c: pick(c), P: new Float64Array(n * n) };
    free.forEach((i, row) => {
      free.forEach((l, column) => {
        alone.P[row * n + column] = P[i * k + l]!;
      });
    });
    const target = alone.c.map((value, i) => value / alone.f[i]!);
    const explained = dot(alone.c, target);
    const freeFit: LeastSquares = {
      rank: n,
      explained,
      reach: explained,
      traceJ: 0,
      traceI: alone.f.reduce((sum, value, i) => sum + alone.P[i * n + i]! / value, 0),
      signalJ: 0,
      signalI: quadraticForm(alone.P, n, target),
    };
    return {
      unattacked: {
        map: pencilFeatures(alone, freeFit, targetVariance, inputDimension),
        attacked(eta, lambda, out) {
          const M = alone.P.map((value) => lambda * value);
          for (let i = 0; i < n; i++) M[i * n + i]! += eta * alone.f[i]!;
          const inverse = new Float64Array(n * n);
          invert(M, n, new Float64Array(n * n), new Float64Array(n * n), inverse);
          let [S, F] = [0, 0];
          for (const i of others) {
            // The resolvent couples the two kinds through the penalty alone.
            const coupling = Float64Array.from(free, (l) => lambda * P[i * k + l]!);
            const weights = times(inverse, coupling, n, n, 1);
            const signal = c[i]! - dot(weights, alone.c);
            let variance = f[i]!;
            for (let l = 0; l < n; l++) variance += alone.f[l]! * weights[l]! ** 2;
            S += (signal * signal) / j[i]!;
            F += variance / j[i]!;
          }
          out.signal = S;
          out.traceF = F / inputDimension;
        },
      },
    };
  }
}

function fill(
  out: ResolventMoments,
  traceF: number,
  traceFF: number,
  traceFJ: number,
  traceFI: number,
  signal: number,
  signalJ: number,
  signalI: number,
  bias: number,
): void {
  Object.assign(out, { traceF, traceFF, traceFJ, traceFI, signal, signalJ, signalI, bias });
}

/** A^-1 into `out`, by the Cholesky factor in `L`; `B` is scratch. */
function invert(A: Matrix, n: number, L: Matrix, B: Matrix, out: Matrix): void {
  cholesky(A, n, L);
  B.fill(0);
  for (let i = 0; i < n; i++) B[i * n + i] = 1;
  solveRows(L, n, B); // row i: L^-1 e_i
  for (let i = 0; i < n; i++)
    for (let l = 0; l <= i; l++) {
      let sum = 0;
      for (let m = i; m < n; m++) sum += B[i * n + m]! * B[l * n + m]!;
      out[i * n + l] = sum;
      out[l * n + i] = sum;
    }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** A B for A (rows x inner) and B (inner x columns). */
function times(A: Matrix, B: Matrix, rows: number, inner: number, columns: number): Matrix {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let l = 0; l < inner; l++) {
      const a = A[i * inner + l]!;
      for (let m = 0; m < columns; m++) out[i * columns + m]! += a * B[l * columns + m]!;
    }
  return out;
}

/** A B' for A (rows x inner) and B (columns x inner). */
function timesTransposed(A: Matrix, B: Matrix, rows: number, columns: number, inner: number): Matrix {
  const out = new Float64Array(rows * columns);
  for (let i = 0; i < rows; i++)
    for (let l = 0; l < columns; l++) {
      let sum = 0;
      for (let m = 0; m < inner; m++) sum += A[i * inner + m]! * B[l * inner + m]!;
      out[i * columns + l] = sum;
    }
  return out;
}
