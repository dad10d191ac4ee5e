import { checkOptions } from '../checkOptions.ts';
import { checkFloats, checkRows } from '../data/checkRows.ts';
import type { HostRows } from '../data/dataset.ts';
import { checkInteger, checkPositive, InvalidArgumentError } from '../errors.ts';
import type { RegisteredName } from '../models/activations.ts';
import { centredStep, linearStep } from '../models/hostSteps.ts';
import { LayeredFeatures } from '../models/layeredFeatures.ts';
import type { CustomActivation } from '../theory/activations.ts';
import { blockedJacobians } from './blockedJacobians.ts';
import { type ReadoutNorm, rowNormOf } from './cone/rowNorms.ts';
import type { Jacobians } from './jacobians.ts';
import { linearJacobians } from './linearJacobians.ts';
import { oneLayerJacobians } from './oneLayerJacobians.ts';

/** Frozen features at the training rows, with their input gradients. All float64. */
export interface ReadoutProblem {
  /** Training rows. */
  readonly n: number;
  /** Input dimension. */
  readonly d: number;
  /** Number of features. */
  readonly N: number;
  /** Features at the training rows, n x N. */
  readonly phi: Float64Array;
  /** Targets, n. */
  readonly y: Float64Array;
  /** Input gradients of the features, as operators. */
  readonly jacobians: Jacobians;
}

/** One layer x -> sigma(W x) - E sigma(G). */
export interface FeatureLayer {
  /** The paper's W transposed, d x N, as a RandomFeatures layer stores its kernel. */
  readonly W: Float32Array | Float64Array;
  /** Default 'shifted-relu', the paper's. */
  readonly activation?: RegisteredName | CustomActivation;
}

/**
 * What `solveReadout` solves, from rows and a frozen map of any depth. The gradients of one layer have a closed form, those
 * of several come from the chain rule; without any layer the features are the inputs, as of a linear model.
 * @param features the frozen layers of a model, as a `LayeredFeatures`, or W and the activation of one layer
 * @param options memory, the bytes of gradients of several layers to keep, n d N 8 in all; beyond it they are computed anew
 * at every use. Default 1e9
 * @throws InvalidArgumentError for sizes that disagree, values that are not finite, or an unknown activation
 */
export function readoutProblem(
  data: HostRows,
  features: LayeredFeatures | FeatureLayer,
  options: { readonly memory?: number } = {},
): ReadoutProblem {
  checkRows(data);
  checkOptions('readoutProblem', options, { memory: true });
  const memory = checkPositive('memory', options.memory ?? 1e9);
  const { n, d } = data;
  const map = features instanceof LayeredFeatures ? features : oneLayerMap(features, d);
  if (map.inputDim !== d)
    throw new InvalidArgumentError('x', `${d} columns`, `${map.inputDim}, as the features read`);
  const [x, y, N] = [Float64Array.from(data.x), Float64Array.from(data.y), map.units];
  if (map.steps.length === 0) return { n, d, N, phi: x, y, jacobians: linearJacobians({ n, d }) };
  const one = map.oneLayer(x, n);
  // A clipped input has no gradient, for which the closed form has no place.
  if (one && one.clipped.length === 0)
    return { n, d, N, phi: one.phi, y, jacobians: oneLayerJacobians({ n, d, N, ...one }) };
  const rowsFrom = (from: number, to: number): Float64Array =>
    map.jacobians(x.subarray(from * d, to * d), to - from);
  return { n, d, N, phi: map.features(x, n), y, jacobians: blockedJacobians({ n, d, N }, rowsFrom, memory) };
}

function oneLayerMap(layer: FeatureLayer, d: number): LayeredFeatures {
  checkOptions('a layer of features', layer ?? null, { W: true, activation: true });
  const { W, activation = 'shifted-relu' } = layer;
  checkFloats('W', W, W?.length, `a multiple of d = ${d} values`);
  const N = W.length / d;
  if (!Number.isInteger(N) || N === 0)
    throw new InvalidArgumentError('W', `${W.length} values`, `a multiple of d = ${d}`);
  if (!W.every(Number.isFinite)) throw new InvalidArgumentError('W', 'values', 'finite numbers');
  return new LayeredFeatures(d, [linearStep(W, N), centredStep(activation)]);
}

/** @throws InvalidArgumentError for what `readoutProblem` did not make */
export function checkProblem(problem: ReadoutProblem): void {
  if (problem === null || typeof problem !== 'object' || !('phi' in problem && 'jacobians' in problem))
    throw new InvalidArgumentError('problem', problem, 'a problem made by readoutProblem');
  const n = checkInteger('n', problem.n);
  const N = checkInteger('N', problem.N);
  checkFloats('phi', problem.phi, n * N, `n * N = ${n * N} values, row after row`);
  checkFloats('y', problem.y, n, `n = ${n} values, one a row of phi`);
}

/**
 * What an attack gains along grad f(x_i) of f = theta' phi at each row of the problem: |grad f|_2 in l2, |grad f|_1 in linf.
 * @param problem of which the targets do not matter
 * @param theta N coefficients
 * @param attack norm that bounds the attack; default 'l2'
 */
export function gradientNorms(
  { n, d, jacobians }: Pick<ReadoutProblem, 'n' | 'd' | 'jacobians'>,
  theta: Float64Array,
  attack: ReadoutNorm = 'l2',
): Float64Array {
  const images = jacobians.images(theta);
  const { penalty } = rowNormOf(attack, d);
  return Float64Array.from({ length: n }, (_, i) => penalty(images, i * d, (i + 1) * d));
}
