import type { ClimbNorm } from '../numerics/climb/layout.ts';
import { type ClimbStart, climbRows, type ReluLayer } from '../runtime/climb.ts';
import { numbersOf, ownNumbersOf, readsWithoutWaiting, tensorOf } from '../runtime/hostNumbers.ts';
import { tf } from '../runtime/tf.ts';
import { reluLayers, STEEP } from './hiddenRelu.ts';
import type { AffineTensors, TensorStep } from './tensorSteps.ts';
import { transposedProduct } from './transposedProduct.ts';

/** Where rows of inputs stand in a network with one hidden layer of ReLU: all that steps along its gradient change. */
export interface ClimbPlace {
  /** [n, d] */
  readonly point: tf.Tensor;
  /** The output, [n, 1]. */
  readonly value: tf.Tensor;
  /** That of the output in its row, [n, d]. */
  readonly gradient: tf.Tensor;
  /** What of the output is not <gradient, point>, [n]. */
  readonly offset: tf.Tensor;
  /** Inputs of ReLU times {@link STEEP}, [n, N]. */
  readonly hidden: tf.Tensor;
  /** What they rise by along the gradient, in linf along its signs, [n, N]. */
  readonly rise: tf.Tensor;
}

/** Where rows want to go, m of them: row i begins at row i mod n of a place. */
export interface ClimbAim {
  /** 1 for up and -1 for down, [m, 1]. */
  readonly push: tf.Tensor;
  /** [m, 1]; the farthest from it is kept. Null for the one that is farthest pushed. */
  readonly target: tf.Tensor | null;
  /** Of a step, [m]. */
  readonly length: tf.Tensor;
  /** Of the ball, [m]. */
  readonly radius: tf.Tensor;
  readonly steps: number;
  /** Whether the best point is kept, or the last. */
  readonly keepBest: boolean;
}

/** Projected gradient steps of the output of a network, at the price of a few products for all of them. */
export interface ReluClimb {
  place(point: tf.Tensor): ClimbPlace;
  /**
   * From a start about a centre: the move from the centre to the point that is kept, [m, d], and the output there, [m, 1].
   * Null where products are as fast, where the roundings are too large, and out of the range of float32.
   */
  climb(
    start: ClimbPlace,
    centre: ClimbPlace,
    aim: ClimbAim,
  ): { readonly delta: tf.Tensor; readonly value: tf.Tensor } | null;
}

/** Hidden units whose Gram matrix is kept: 64 MiB of it. */
const MOST_UNITS = 4096;

/** Inputs of ReLU that float32 holds {@link STEEP} times as well. */
const MOST_HIDDEN = 1e20;

/** Of frozen kernels, for as long as they are there. */
const layers: Record<ClimbNorm, WeakMap<object, ReluLayer>> = { l2: new WeakMap(), linf: new WeakMap() };

function layerOf(kernel: tf.Tensor2D, norm: ClimbNorm): ReluLayer {
  const known = layers[norm].get(kernel.dataId);
  if (known) return known;
  const numbers = (work: () => tf.Tensor): Float32Array => {
    const tensor = tf.tidy(work);
    const own = ownNumbersOf(tensor);
    tensor.dispose();
    return own;
  };
  const layer = {
    norm,
    units: kernel.shape[1],
    inputs: kernel.shape[0],
    kernel: numbers(() => tf.transpose(kernel)),
    norms: numbers(() => tf.sqrt(tf.sum(tf.square(kernel), 0))),
    spread: numbers(() => {
      const steep = kernel.mul(STEEP) as tf.Tensor2D;
      return norm === 'l2' ? tf.matMul(kernel, steep, true) : steep;
    }),
  };
  layers[norm].set(kernel.dataId, layer);
  return layer;
}

/**
 * How relu(x K + b) a + beta climbs, if it pays for so many moves of rows; null for another chain. Within a tidy, which
 * disposes its constants.
 */
export function reluClimb(
  steps: readonly TensorStep[],
): ((norm: ClimbNorm, moves: number) => ReluClimb | null) | null {
  const chain = reluLayers(steps);
  if (!chain) return null;
  const { hidden, readout } = chain;
  return (norm, moves) => {
    // The Gram matrix takes no longer than the products that it saves.
    const most = norm === 'l2' ? Math.min(MOST_UNITS, 2 * moves) : Number.POSITIVE_INFINITY;
    const pays = hidden.kernel.shape[1] <= most && readsWithoutWaiting();
    return pays ? climbThrough(hidden, readout, norm) : null;
  };
}

function climbThrough(
  { kernel, bias }: AffineTensors,
  { kernel: readout, bias: constant }: AffineTensors,
  norm: ClimbNorm,
): ReluClimb {
  const layer = layerOf(kernel, norm);
  const weights = numbersOf(readout);
  const beta = constant ? numbersOf(constant)[0]! : 0;
  const offsets = bias ? numbersOf(bias).map((b, j) => b * weights[j]!) : null;
  const steep = kernel.mul(STEEP) as tf.Tensor2D;
  const shift = bias?.mul(STEEP);
  // Of ReLU6, which is 6 where a unit is active.
  const sixth = tf.tidy(() => readout.reshape([-1]).div(6));
  const back = transposedProduct(kernel.mul(sixth) as tf.Tensor2D);
  const offsetOfActive = bias && (tf.tidy(() => bias.mul(sixth).reshape([-1, 1])) as tf.Tensor2D);
  /** What the point moves along. */
  const directionOf = (gradient: tf.Tensor2D): tf.Tensor2D =>
    norm === 'l2' ? gradient : (tensorOf(numbersOf(gradient).map(Math.sign), gradient.shape) as tf.Tensor2D);

  const steepest = largest(layer.norms);
  const highest = bias ? largest(numbersOf(bias)) : 0;
  const staysInRange = ({ point }: ClimbPlace): boolean => {
    const x = numbersOf(point);
    return Math.sqrt(largest(innerProducts(x, x, point.shape[0]!))) * steepest + highest < MOST_HIDDEN;
  };

  return {
    place: (point) =>
      tf.tidy(() => {
        const n = point.shape[0]!;
        const product = tf.matMul(point as tf.Tensor2D, steep);
        const hidden = shift ? product.add(shift) : product;
        const slopes = tf.relu6(hidden) as tf.Tensor2D;
        const gradient = back(slopes) as tf.Tensor2D;
        const rise = tf.matMul(directionOf(gradient), steep);
        const active = offsetOfActive && numbersOf(tf.matMul(slopes, offsetOfActive));
        const offset = Float32Array.from({ length: n }, (_, i) => beta + (active?.[i] ?? 0));
        const value = innerProducts(numbersOf(gradient), numbersOf(point), n).map((v, i) => v + offset[i]!);
        return {
          point: point.clone(),
          value: tensorOf(Float32Array.from(value), [n, 1]),
          gradient,
          offset: tensorOf(offset, [n]),
          hidden,
          rise,
        };
      }),

    climb(start, centre, { push, target, length, radius, ...how }) {
      if (!staysInRange(centre)) return null;
      const from = start === centre ? null : tf.tidy(() => start.point.sub(centre.point));
      const found = climbRows(
        layer,
        { point: numbersOf(centre.point), hidden: numbersOf(centre.hidden) },
        startAt(start),
        from && numbersOf(from),
        {
          weights,
          offsets,
          push: numbersOf(push),
          target: target && numbersOf(target),
          length: numbersOf(length),
          radius: numbersOf(radius),
          ...how,
        },
      );
      from?.dispose();
      if (!found) return null;
      const m = push.shape[0]!;
      return { delta: tensorOf(found.delta, [m, layer.inputs]), value: tensorOf(found.value, [m, 1]) };
    },
  };
}

const startAt = ({ value, gradient, offset, hidden, rise }: ClimbPlace): ClimbStart => ({
  value: numbersOf(value),
  gradient: numbersOf(gradient),
  offset: numbersOf(offset),
  hidden: numbersOf(hidden),
  rise: numbersOf(rise),
});

/** Of their sizes; NaN where any is. */
const largest = (values: Float32Array | Float64Array): number => {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
};

/** Of the rows of two arrays, in float64. */
function innerProducts(a: Float32Array, b: Float32Array, rows: number): Float64Array {
  const width = a.length / rows;
  return new Float64Array(rows).map((_, i) => {
    let sum = 0;
    for (let k = i * width; k < (i + 1) * width; k++) sum += a[k]! * b[k]!;
    return sum;
  });
}
