import type { LinearAlgebra, Precision } from '../../numerics/linearAlgebra.ts';
import { dot } from '../../numerics/vectors.ts';
import type { Jacobians } from '../jacobians.ts';
import { addToDiagonal, CONE_JITTERS } from '../jitter.ts';
import { sumOfProducts, weightedProducts } from '../rowBlocks.ts';
import { type Design, outputsOf } from './design.ts';
import { dualBound } from './dualBound.ts';
import type { Bounds } from './interiorPoint.ts';
import type { ResidualProblem } from './residualCones.ts';
import type { RowNorm } from './rowNorms.ts';

/** How often a dual residual is taken away at most: what is left is of the order of rounding. */
const CORRECTIONS = 2;
/** Complementarity beyond this multiple of the gap asked for leaves a gap that no better dual point closes. */
const OUT_OF_REACH = 10;

export interface PerSampleProblem extends ResidualProblem {
  readonly d: number;
  readonly jacobians: Jacobians;
}

/** Bounds on the optimum of P(theta) = (1/2) sum (|y_i - theta' phi_i| + eps |K_i theta|_*)^2 + (ridge / 2) |theta|^2. */
export interface SampleBounds {
  /** P at coefficients whose gradients K_i theta, n x d, are `images`. */
  objective(coefficients: Float64Array, images: Float64Array): number;
  /**
   * From the duals u_i of the residuals and v_i of the gradients, n x d, both overwritten, and g = Phi' u + sum K_i' v_i.
   * @param wanted as in `ConeProgramme`
   */
  bounds(
    at: {
      readonly coefficients: Float64Array;
      readonly images: Float64Array;
      readonly u: Float64Array;
      readonly v: Float64Array;
      readonly g: Float64Array;
      /** s'z */
      readonly complementarity: number;
    },
    wanted?: number,
  ): Bounds;
  /** Adds sum K_i' v_i to g. */
  addPulled(g: Float64Array, v: Float64Array, precision?: Precision): void;
  /** Coefficients where an iteration may begin, their gradients, and P there. */
  startingPoint(): { coefficients: Float64Array; images: Float64Array; value: number };
}

/**
 * @param design of the problem
 * @param rowNorm of each sample's own gradient
 */
export function sampleBounds(
  problem: PerSampleProblem,
  design: Design,
  rowNorm: RowNorm,
  algebra: LinearAlgebra,
): SampleBounds {
  const { n, N, d, phi, jacobians, y, eps, lambda } = problem;
  const { M } = design;
  const ridge = n * lambda;
  // A norm that costs at least |K_i theta|_2 keeps the minimiser inside the reach of this metric.
  const metric = factorOf(eps * eps);

  /**
   * Cholesky factor of weight sum K_i' K_i + Phi' Phi + n lambda I, in which dual residuals are measured. An intercept is
   * beside all that: about their means the features are orthogonal to it. Null where it is singular even so; no dual residual
   * can then be measured, and the bounds that need one say nothing.
   */
  function factorOf(weight: number): Float64Array | null {
    const matrix = new Float64Array(N * N);
    const phiPhi = new Float64Array(N * N);
    for (const jitter of CONE_JITTERS) {
      jacobians.weightedGram(new Float64Array(n).fill(weight), matrix);
      sumOfProducts(algebra, weightedProducts(phi, N, new Float64Array(n).fill(1)), N, phiPhi);
      for (let j = 0; j < N * N; j++) matrix[j]! += phiPhi[j]!;
      addToDiagonal(matrix, N, jitter, ridge);
      if (algebra.choleskyInPlace(matrix, N)) return matrix;
    }
    return null;
  }

  function objective(coefficients: Float64Array, images: Float64Array): number {
    const theta = coefficients.subarray(0, N);
    const fitted = outputsOf(design, coefficients);
    let value = (ridge / 2) * dot(theta, theta);
    for (let i = 0; i < n; i++)
      value += 0.5 * (Math.abs(y[i]! - fitted[i]!) + eps * rowNorm.penalty(images, i * d, (i + 1) * d)) ** 2;
    return value;
  }

  function addPulled(g: Float64Array, v: Float64Array, precision?: Precision): void {
    const sum = jacobians.pulledSum(v, precision);
    for (let a = 0; a < N; a++) g[a]! += sum[a]!;
  }

  /** The terms of the dual objective in u and v. */
  function dualValue(u: Float64Array, v: Float64Array): { linear: number; quadratic: number } {
    let quadratic = 0;
    for (let i = 0; i < n; i++)
      quadratic += 0.5 * Math.max(Math.abs(u[i]!), rowNorm.attackNorm(v, i * d, (i + 1) * d) / eps) ** 2;
    return { linear: dot(u, y), quadratic };
  }

  /**
   * The dual bound after the least change of (u, v / eps) that takes their dual residual away. In u and v, overwritten, that is
   * -Phi delta and -eps^2 K_i delta, with theta + delta in place of theta, for M delta = the residual. Single precision does
   * for that, the residual of the new point being computed in double; once more, in double, where what rounding leaves of it
   * costs more than all the rest of the gap.
   */
  function nearestFeasible(
    theta: Float64Array,
    g: Float64Array,
    upper: number,
    u: Float64Array,
    v: Float64Array,
    factor: Float64Array,
  ): number {
    let at = { theta, g, ridge, metric, near: { theta, objective: upper } };
    let most = 0;
    for (let round = 0; round < CORRECTIONS; round++) {
      const delta = algebra.choleskySolve(
        factor,
        at.g.map((value, a) => value - ridge * at.theta[a]!),
      );
      const fitted = algebra.times(phi, delta, n);
      for (let i = 0; i < n; i++) u[i]! -= fitted[i]!;
      const images = jacobians.images(delta, round === 0 ? 'single' : 'double');
      for (let j = 0; j < v.length; j++) v[j]! -= eps * eps * images[j]!;
      const pulled = algebra.transposedTimes(phi, u, N);
      addPulled(pulled, v);
      at = { ...at, theta: at.theta.map((value, a) => value + delta[a]!), g: pulled };
      const found = dualBound({ ...at, ...dualValue(u, v) });
      most = Math.max(most, found.lower);
      if (isNegligible(found, upper)) break;
    }
    return most;
  }

  /** Whether a dual residual costs less than all the rest of the gap. */
  function isNegligible(
    found: { readonly atFeasible: number; readonly lower: number },
    upper: number,
  ): boolean {
    return found.atFeasible - found.lower < upper - found.atFeasible;
  }

  return {
    objective,
    addPulled,

    bounds({ coefficients, images, u, v, g, complementarity }, wanted = Number.POSITIVE_INFINITY) {
      const theta = coefficients.subarray(0, N);
      const upper = objective(coefficients, images);
      const at = { theta, g, ridge, metric, near: { theta, objective: upper } };
      const { atFeasible, ...found } = dualBound({ ...at, ...dualValue(u, v) });
      // Where the dual residual costs more than all the rest of the gap, a dual point without it does better.
      if (metric === null || isNegligible({ atFeasible, ...found }, upper)) return { upper, ...found };
      if (complementarity > OUT_OF_REACH * wanted * upper) return { upper, ...found, loose: true };
      return {
        upper,
        ...found,
        lower: Math.max(found.lower, nearestFeasible(theta, g, upper, u, v, metric)),
      };
    },

    startingPoint() {
      // In l2 the objective lies between (1/2) sum (r_i^2 + eps^2 q_i^2) + ridge and twice that, and so does its value at the
      // minimiser of this quadratic: at most twice the optimum. Where theta = 0 is better still, from there.
      const { euclideanSize } = rowNorm;
      const factor = euclideanSize === 1 ? metric : factorOf(eps * eps * euclideanSize);
      const coefficients = new Float64Array(M);
      if (factor) coefficients.set(algebra.choleskySolve(factor, algebra.transposedTimes(phi, y, N)));
      const images = jacobians.images(coefficients.subarray(0, N));
      const value = objective(coefficients, images);
      const atZero = 0.5 * dot(y, y);
      return value < atZero
        ? { coefficients, images, value }
        : { coefficients: new Float64Array(M), images: new Float64Array(n * d), value: atZero };
    },
  };
}
