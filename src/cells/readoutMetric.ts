import type { Dataset } from '../data/dataset.ts';
import { readoutProblem } from '../exact/index.ts';
import { hostFeatures } from '../models/hostSteps.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { transpose } from '../numerics/vectors.ts';
import type { tf } from '../runtime/tf.ts';
import type { Cell } from './cell.ts';

/** The share of the mean diagonal entry that is added to all of them: directions that the rows hardly determine. */
const RIDGE = 1e-3;

/**
 * Phi'Phi / n + eps^2 J + lambda I of the frozen features at the training rows, J the mean of the products of their input
 * gradients: what an attack linearised in the perturbation makes the Hessian of (1/2n) sum (r_i^2 + eps^2 q_i^2), the training
 * objective without its products |r_i| q_i. N x N, the lower triangle.
 * @param model of which all but the last layer are known in float64
 */
export async function readoutMetric(
  model: tf.LayersModel,
  data: Dataset,
  { eps: radius, lambda, norm }: Pick<Cell, 'eps' | 'lambda' | 'norm'>,
): Promise<Float64Array> {
  const { n, d } = data;
  // The l1 norm of a Gaussian gradient in units of its l2 norm, times sqrt(d).
  const eps = norm === 'linf' ? radius * Math.sqrt(2 / Math.PI) : radius;
  const features = (await hostFeatures(model, model.layers.length - 1))!;
  if (features.steps.length === 0) {
    const metric = gram(Float64Array.from(data.x), n, d);
    return withDiagonal(metric, d, eps ** 2 + lambda);
  }
  const problem = readoutProblem(data, features);
  const { N, phi, jacobians } = problem;
  const metric = gram(phi, n, N);
  const slopes = new Float64Array(N * N);
  jacobians.weightedGram(new Float64Array(n).fill(eps ** 2 / n), slopes);
  for (let at = 0; at < metric.length; at++) metric[at]! += slopes[at]!;
  return withDiagonal(metric, N, lambda);
}

/** X'X / n for X of n rows and k columns, the lower triangle. */
function gram(x: Float64Array, n: number, k: number): Float64Array {
  const columns = transpose(x, n, k);
  const products = new Float64Array(k * k);
  linearAlgebra().multiplyTransposed(columns, columns, products, { m: k, n: k, k: n, lower: true });
  for (let at = 0; at < products.length; at++) products[at]! /= n;
  return products;
}

function withDiagonal(metric: Float64Array, order: number, penalty: number): Float64Array {
  let trace = 0;
  for (let a = 0; a < order; a++) trace += metric[a * order + a]!;
  const ridge = RIDGE * (trace / order || 1);
  for (let a = 0; a < order; a++) metric[a * order + a]! += penalty + ridge;
  return metric;
}
