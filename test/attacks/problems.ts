import type { ModelFunction } from '../../src/attacks/index.ts';
import type { NormName } from '../../src/attacks/norms/index.ts';
import { toTensors } from '../../src/data/dataset.ts';
import { teacher } from '../../src/data/teacher.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';

/** The norm of each kind on the host, in float64, and the norm dual to it: the independent side of the comparison. */
export const hostNorm: Record<NormName, (v: ArrayLike<number>) => number> = {
  l2: (v) => Math.hypot(...Array.from(v)),
  linf: (v) => Math.max(...Array.from(v, Math.abs)),
  l1: (v) => Array.from(v, Math.abs).reduce((a, b) => a + b, 0),
};
export const hostDual: Record<NormName, (v: ArrayLike<number>) => number> = {
  l2: hostNorm.l2,
  linf: hostNorm.l1,
  l1: hostNorm.linf,
};

export const gaussian = (n: number, ...key: (string | number)[]): Float32Array =>
  stream('attack tests', ...key).fillGaussian(new Float32Array(n));

/** Rows of a linear teacher as tensors; the caller disposes them. */
export function batch(n: number, d: number, seed: string | number = 0) {
  return toTensors(teacher({ d, tau: 0.5, seed }).sample('attacked', n));
}

/** f(x) = x w, with w as host numbers beside it. */
export function linearModel(d: number, seed: string | number = 0): { f: ModelFunction; w: Float32Array } {
  const w = gaussian(d, 'w', seed);
  return { w, f: (x) => tf.matMul(x.reshape([x.shape[0]!, d]), tf.tensor2d(w, [d, 1])) };
}

/** A random-features model whose read-out is random but fixed. */
export function featuresModel(d: number, units: number): tf.Sequential {
  const model = randomFeaturesModel({ inputDim: d, units, seed: 'attack tests' });
  tf.tidy(() =>
    model
      .getLayer('readout')
      .setWeights([tf.tensor2d(gaussian(units, 'theta'), [units, 1]).div(Math.sqrt(units))]),
  );
  return model;
}

/** The tensor's numbers, after which it is gone. */
export function take(tensor: tf.Tensor): Float32Array {
  const values = tensor.dataSync() as Float32Array;
  tensor.dispose();
  return values;
}

/** The rows of a batch on the host. */
export function rowsOf(x: tf.Tensor): Float32Array[] {
  const values = x.dataSync() as Float32Array;
  const size = values.length / x.shape[0]!;
  return Array.from({ length: x.shape[0]! }, (_, i) => values.slice(i * size, (i + 1) * size));
}

/** |a_i - b_i| for each row, in the given norm and float64. */
export function distances(norm: NormName, a: tf.Tensor, b: tf.Tensor): number[] {
  const from = rowsOf(b);
  return rowsOf(a).map((row, i) => hostNorm[norm](Float64Array.from(row, (v, j) => v - from[i]![j]!)));
}

/** A small network trained for a moment on the rows of `batch`: two layers, every weight seeded. */
export async function trainedModel(d: number): Promise<tf.Sequential> {
  const layer = (units: number, fanIn: number, name: string) => {
    const weights = [
      tf.tensor2d(gaussian(fanIn * units, name), [fanIn, units]).div(Math.sqrt(fanIn)),
      tf.zeros([units]),
    ];
    return {
      layer: tf.layers.dense({ units, activation: units > 1 ? 'tanh' : 'linear', inputShape: [fanIn] }),
      weights,
    };
  };
  const layers = [layer(32, d, 'hidden'), layer(1, 32, 'output')];
  const model = tf.sequential({ layers: layers.map((l) => l.layer) });
  for (const { layer: own, weights } of layers) {
    own.setWeights(weights);
    tf.dispose(weights);
  }
  const { x, y } = batch(400, d, 'training');
  const optimizer = tf.train.adam(0.02);
  for (let step = 0; step < 60; step++)
    optimizer.minimize(() => tf.mean(tf.squaredDifference(model.apply(x) as tf.Tensor, y)) as tf.Scalar);
  optimizer.dispose();
  tf.dispose([x, y]);
  return model;
}
