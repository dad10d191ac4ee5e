/**
 * The optimum of the training problem linearised in delta, by dense reweighted least squares in float64: an independent
 * route for tests, slow and plain. For shifted-ReLU features,
 * (1/2n) sum_i (|y_i - theta' phi_i| + eps |W' diag(sigma'(W x_i)) theta|)^2, and (a + b)^2 = min_w a^2/w + b^2/(1-w).
 */
import type { Dataset } from '../../src/data/dataset.ts';

export interface LinearizedProblem {
  readonly data: Dataset;
  /** d x N, as the layer stores it. */
  readonly kernel: Float32Array;
  readonly eps: number;
}

/** Theta and its objective. The objective of any theta bounds the optimum from above; this one is near it. */
export function linearizedOptimum(
  problem: LinearizedProblem,
  iterations = 60,
): { theta: Float64Array; objective: number } {
  const { n, d, N, phi, slope, overlap, y, eps } = expand(problem);
  let theta: Float64Array = new Float64Array(N);
  const w = new Float64Array(n).fill(0.5);
  for (let iteration = 0; iteration < iterations; iteration++) {
    const a = new Float64Array(N * N);
    const b = new Float64Array(N);
    for (let i = 0; i < n; i++) {
      const fit = 1 / (n * w[i]!);
      const flat = eps ** 2 / (n * (1 - w[i]!));
      for (let j = 0; j < N; j++) {
        const pj = fit * phi[i * N + j]!;
        b[j]! += pj * y[i]!;
        const sj = flat * slope[i * N + j]!;
        for (let k = 0; k <= j; k++)
          a[j * N + k]! += pj * phi[i * N + k]! + sj * slope[i * N + k]! * overlap[j * N + k]!;
      }
    }
    for (let j = 0; j < N; j++) for (let k = 0; k < j; k++) a[k * N + j] = a[j * N + k]!;
    theta = eliminate(a, b);
    const smoothing = Math.max(0.1 * 0.8 ** iteration, 1e-7);
    for (let i = 0; i < n; i++) {
      const r = Math.hypot(residual(i), smoothing);
      const c = eps * gradientNorm(i);
      w[i] = Math.min(Math.max(r / (r + c), 1e-9), 1 - 1e-9);
    }
  }
  return { theta, objective: objective() };

  function residual(i: number): number {
    let r = y[i]!;
    for (let j = 0; j < N; j++) r -= phi[i * N + j]! * theta[j]!;
    return r;
  }
  function gradientNorm(i: number): number {
    let square = 0;
    for (let c = 0; c < d; c++) {
      let g = 0;
      for (let j = 0; j < N; j++) g += problem.kernel[c * N + j]! * slope[i * N + j]! * theta[j]!;
      square += g * g;
    }
    return Math.sqrt(square);
  }
  function objective(): number {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (Math.abs(residual(i)) + eps * gradientNorm(i)) ** 2;
    return sum / (2 * n);
  }
}

function expand({ data, kernel, eps }: LinearizedProblem) {
  const { n, d, x, y } = data;
  const N = kernel.length / d;
  const phi = new Float64Array(n * N);
  const slope = new Float64Array(n * N);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < N; j++) {
      let u = 0;
      for (let c = 0; c < d; c++) u += x[i * d + c]! * kernel[c * N + j]!;
      phi[i * N + j] = Math.max(u, 0) - 1 / Math.sqrt(2 * Math.PI);
      slope[i * N + j] = u > 0 ? 1 : 0;
    }
  const overlap = new Float64Array(N * N);
  for (let j = 0; j < N; j++)
    for (let k = 0; k < N; k++)
      for (let c = 0; c < d; c++) overlap[j * N + k]! += kernel[c * N + j]! * kernel[c * N + k]!;
  return { n, d, N, phi, slope, overlap, y, eps };
}

/** Solves A x = b by elimination; A is symmetric positive definite, so no pivoting is needed. */
function eliminate(a: Float64Array, b: Float64Array): Float64Array {
  const n = b.length;
  for (let k = 0; k < n; k++)
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k]! / a[k * n + k]!;
      for (let j = k; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!;
      b[i]! -= factor * b[k]!;
    }
  for (let i = n - 1; i >= 0; i--) {
    for (let j = i + 1; j < n; j++) b[i]! -= a[i * n + j]! * b[j]!;
    b[i]! /= a[i * n + i]!;
  }
  return b;
}
