import { type ClimbStart, climbRows, type ReluLayer } from '../runtime/climb.ts';
import { numbersOf, ownNumbersOf, readsWithoutWaiting, tensorOf } from '../runtime/hostNumbers.ts';
import { tf } from '../runtime/tf.ts';
import type { TensorStep } from './tensorSteps.ts';
import { transposedProduct } from './transposedProduct.ts';

/** Where rows of inputs stand in a network with one hidden layer of ReLU: all that steps along its gradient change. */
export interface ClimbPlace {
  /** [n, d] */
  readonly point: tf.Tensor;
  /** [n, 1] */
  readonly value: tf.Tensor;
  /** In its row, [n, d]. */
  readonly gradient: tf.Tensor;
  /** Inputs of ReLU, [n, N]. */
  readonly hidden: tf.Tensor;
  /** What they rise by along the gradient, [n, N]. */
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

/** Projected gradient steps in l2 of the output of a network, at the price of a few products for all of them. */
export interface ReluClimb {
  place(point: tf.Tensor): ClimbPlace;
  /**
   * From a start about a centre: the move from the centre to the point that is kept, [m, d], and the output there, [m, 1].
   * Null where products are as fast, or the roundings too large.
   */
  climb(
    start: ClimbPlace,
    centre: ClimbPlace,
    aim: ClimbAim,
  ): { readonly delta: tf.Tensor; readonly value: tf.Tensor } | null;
}

/** Hidden units whose Gram matrix is kept: 64 MiB of it. */
const MOST_UNITS = 4096;

/** What inputs of a frozen layer share, for as long as its kernel is there. */
const layers = new WeakMap<object, ReluLayer>();

function layerOf(kernel: tf.Tensor2D): ReluLayer {
  const known = layers.get(kernel.dataId);
  if (known) return known;
  const [inputs, units] = kernel.shape;
  const own = (work: () => tf.Tensor): Float32Array => {
    const tensor = tf.tidy(work);
    const numbers = ownNumbersOf(tensor);
    tensor.dispose();
    return numbers;
  };
  const layer = {
    units,
    inputs,
    kernel: own(() => tf.transpose(kernel)),
    gram: own(() => tf.matMul(kernel, kernel, true)),
  };
  layers.set(kernel.dataId, layer);
  return layer;
}

/**
 * relu(x K + b) a + beta in steps of its own, or null for another chain. Within a tidy, which disposes its constants.
 */
export function reluClimb(steps: readonly TensorStep[]): ((moves: number) => ReluClimb | null) | null {
  const [hidden, relu, readout] = steps;
  if (steps.length !== 3 || hidden?.kind !== 'affine') return null;
  if (relu?.kind !== 'elementwise' || !relu.activation.ramp || relu.mean !== 0) return null;
  if (readout?.kind !== 'affine' || readout.kernel.shape[1] !== 1) return null;
  const { kernel, bias } = hidden;
  const units = kernel.shape[1];

  const place =
    (back: (v: tf.Tensor) => tf.Tensor) =>
    (point: tf.Tensor): ClimbPlace =>
      tf.tidy(() => {
        const product = tf.matMul(point as tf.Tensor2D, kernel);
        const z = bias ? product.add(bias) : product;
        const value = tf.matMul(tf.relu(z), readout.kernel);
        const gradient = back(tf.step(z));
        return {
          point: point.clone(),
          value: readout.bias ? value.add(readout.bias) : value,
          gradient,
          hidden: z,
          rise: tf.matMul(gradient as tf.Tensor2D, kernel),
        };
      });

  return (moves) => {
    // The Gram matrix takes no longer than the products that it saves.
    if (units > MOST_UNITS || units > 2 * moves || !readsWithoutWaiting()) return null;
    const layer = layerOf(kernel);
    const weights = numbersOf(readout.kernel);
    const offsets = bias ? numbersOf(bias).map((b, j) => b * weights[j]!) : null;
    const startOf = ({ point, value, gradient, hidden: z, rise }: ClimbPlace): ClimbStart => {
      const [f, g, x] = [value, gradient, point].map((tensor) => numbersOf(tensor)) as [
        ...[Float32Array, Float32Array],
        Float32Array,
      ];
      const offset = Float64Array.from(f, (v, i) => {
        let along = 0;
        for (let k = i * layer.inputs; k < (i + 1) * layer.inputs; k++) along += g[k]! * x[k]!;
        return v - along;
      });
      return { value: f, gradient: g, hidden: numbersOf(z), rise: numbersOf(rise), offset };
    };
    return {
      place: place(transposedProduct(kernel.mul(readout.kernel.reshape([-1])) as tf.Tensor2D)),
      climb(start, centre, { push, target, length, radius, ...how }) {
        const from = start === centre ? null : numbersOf(tf.tidy(() => start.point.sub(centre.point)));
        const found = climbRows(
          layer,
          numbersOf(centre.point),
          numbersOf(centre.hidden),
          startOf(start),
          from,
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
        if (!found) return null;
        const m = found.value.length;
        return { delta: tensorOf(found.delta, [m, layer.inputs]), value: tensorOf(found.value, [m, 1]) };
      },
    };
  };
}
