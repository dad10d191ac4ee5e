import type { FeatureSample, MeasuredMoments } from '../evaluation/measureFeatures.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { LowerTriangle } from '../numerics/lowerTriangle.ts';
import { dot, solveLower } from '../numerics/vectors.ts';
import { stream } from '../random/stream.ts';
import type { FeatureMap } from '../theory/featureMaps/featureMap.ts';
import { type Problem, SaddleEquations } from '../theory/saddleEquations.ts';
import { type SaddlePoint, solveSaddlePoint } from '../theory/saddlePoint.ts';
import { measuredMap, type RiskPrediction } from './predictRobustRisk.ts';

/** Read-outs that are drawn for a setting. */
const DRAWS = 4;
/** A row's own part in the fit is taken out up to this share. */
const MOST_LEVERAGE = 0.99;

/** Residuals at which a prediction stands, and the dual variable kappa there. */
export interface TypicalResiduals {
  /** As {@link typicalResiduals} gives them. */
  readonly residuals: Float64Array;
  /** 1 / kappa is the leverage of a row over what it leaves of its residual. */
  readonly kappa: number;
}

/** Typical residuals of the rows behind measured moments, at a prediction; null for moments without rows, and as below. */
export function residualsAt(
  measured: MeasuredMoments,
  { n, eps, lambda }: RiskPrediction,
): TypicalResiduals | null {
  if (!measured.sample) return null;
  const map = measuredMap(measured);
  const problem = { psi2: n, eps, lambda, noise: 0, rho: 1 };
  const point = solveSaddlePoint(map, problem);
  const residuals = typicalResiduals(measured, measured.sample, map, problem, point);
  return residuals && { residuals, kappa: point.kappa };
}

/**
 * Residuals of the sampled rows under read-outs as the saddle point expects them, had these rows been left out: what real rows
 * say of the spread of the losses, of which the moments know nothing.
 *
 * The equivalent of a trained read-out is eta A^-1 c + sqrt(spread s^2 / n) A^-1 F^(1/2) g, g Gaussian, A = eta F + zeta J +
 * lambda. On moments of m rows eta is eta / (1 - a), a = (eta/m) tr F A^-1, and row i leaves a share 1 - h_i of its residual,
 * h_i = (eta/m) phi_i' A^-1 phi_i.
 * @returns DRAWS times the rows of the sample; the targets themselves in the null phase; null in phases that have no read-out
 * of that form
 */
export function typicalResiduals(
  { F, J, c, rows: m }: MeasuredMoments,
  { rows: k, phi, y }: FeatureSample,
  map: FeatureMap,
  problem: Problem,
  point: SaddlePoint,
): Float64Array | null {
  if (point.phase === 'null') return y;
  if (point.phase !== 'learning' && !(point.phase === 'ridgeless' && point.kappa > 0)) return null;
  const N = c.length;
  const n = problem.psi2;
  const equations = new SaddleEquations(map, problem).at(point.u, point.kappa);
  const { zeta, lambda, spread } = equations;
  const a = (equations.eta * equations.moments.traceF) / m;
  const eta = equations.eta / (1 - a);
  const factor = F.map((value, at) => eta * value + zeta * J[at]!);
  for (let i = 0; i < N; i++) factor[i * N + i]! += lambda;
  linearAlgebra().choleskyInPlace(factor, N);
  const z = new LowerTriangle(factor, N).solve(phi);
  const signal = solveLower(factor, c.slice(), N);
  const row = (i: number): Float64Array => z.subarray(i * N, (i + 1) * N);
  const sizes = Float64Array.from({ length: k }, (_, i) => dot(row(i), row(i)));
  const left = sizes.map((size) => 1 - Math.min(MOST_LEVERAGE, (eta / m) * size));
  const fitted = Float64Array.from({ length: k }, (_, i) => (y[i]! - eta * dot(row(i), signal)) / left[i]!);
  const scale = Math.sqrt((spread * point.risk) / (n * k));
  const residuals = new Float64Array(DRAWS * k);
  const normals = stream('typical residuals');
  for (let draw = 0; draw < DRAWS; draw++) {
    // F^(1/2) g is a sum of rows with Gaussian weights; the row's own term is left out.
    const weights = normals.fillGaussian(new Float64Array(k), scale);
    const noise = new Float64Array(N);
    for (let i = 0; i < k; i++) {
      const zi = row(i);
      for (let b = 0; b < N; b++) noise[b]! += weights[i]! * zi[b]!;
    }
    for (let i = 0; i < k; i++)
      residuals[draw * k + i] = fitted[i]! - (dot(row(i), noise) - weights[i]! * sizes[i]!) / left[i]!;
  }
  return residuals;
}
