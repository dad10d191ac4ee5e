import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { solveLower, times } from '../../numerics/vectors.ts';
import type { AttackNorm } from '../cone/normBlocks.ts';
import { addToDiagonal, CONE_JITTERS } from '../jitter.ts';
import type { Coordinates, CoordinatesOf } from './programmeLeftOut.ts';
import { euclideanGradient, linearGradient } from './rowGradients.ts';

/**
 * Orthonormal coordinates in which the coefficients of a linear model move where a row is left out, and their norm is smooth:
 * all of them in l2; under an attack in linf, where |theta|_1 has kinks at zeros, those that are not 0; under one in l1 those
 * whose size is below the largest, and one for all of the largest together.
 * @param largest which coefficients have the largest size, under an attack in l1
 */
export function linearCoordinates(attack: AttackNorm, largest: readonly boolean[]): CoordinatesOf {
  return (theta, { n, phi }) => {
    const N = theta.length;
    if (attack === 'l2') {
      const at = inSpan(phi, theta, theta);
      return { ...at, gradientsAt: euclideanGradient(n), everywhere: true };
    }
    const kept = [...theta.keys()].filter((j) => (attack === 'linf' ? theta[j] !== 0 : !largest[j]));
    const tied = attack === 'linf' ? [] : [...theta.keys()].filter((j) => largest[j]);
    const own = Float64Array.from(kept, (j) => (attack === 'linf' ? Math.sign(theta[j]!) : 0));
    const k = kept.length + (tied.length > 0 ? 1 : 0);
    const share = 1 / Math.sqrt(tied.length || 1);
    const reduce = (row: Float64Array): Float64Array => {
      const reduced = new Float64Array(k);
      kept.forEach((j, a) => {
        reduced[a] = row[j]!;
      });
      for (const j of tied) reduced[k - 1]! += share * Math.sign(theta[j]!) * row[j]!;
      return reduced;
    };
    const g = new Float64Array(k);
    g.set(own);
    if (tied.length > 0) g[k - 1] = share;
    const features = new Float64Array(n * k);
    for (let i = 0; i < n; i++) features.set(reduce(phi.subarray(i * N, (i + 1) * N)), i * k);
    const { beside, ...at } = inSpan(features, reduce(theta), g);
    return { ...at, gradientsAt: linearGradient(n, beside), everywhere: false };
  };
}

/**
 * Coordinates in the span of the rows and of one vector beside them where these are fewer than the columns: theta does not
 * leave it, the penalty and the norm being Euclidean there. Otherwise what they are.
 */
function inSpan(
  phi: Float64Array,
  theta: Float64Array,
  beside: Float64Array,
): Pick<Coordinates, 'phi' | 'theta'> & { readonly beside: Float64Array } {
  const N = theta.length;
  const n = phi.length / N;
  const m = n + 1;
  if (N <= m) return { phi, theta, beside };
  const rows = new Float64Array(m * N);
  rows.set(phi);
  rows.set(beside, n * N);
  const factor = new Float64Array(m * m);
  const algebra = linearAlgebra();
  algebra.multiplyTransposed(rows, rows, factor, { m, n: m, k: N, lower: true });
  addToDiagonal(factor, m, CONE_JITTERS[1]);
  if (!algebra.choleskyInPlace(factor, m)) return { phi, theta, beside };
  for (let i = 0; i < m; i++) factor.fill(0, i * m + i + 1, (i + 1) * m);
  return {
    phi: factor.slice(0, n * m),
    theta: solveLower(factor, times(rows, theta, m), m),
    beside: factor.slice(n * m),
  };
}
