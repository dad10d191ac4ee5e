import type { ClimbNorm } from '../numerics/climb/layout.ts';
import { tf } from '../runtime/tf.ts';
import { hiddenRelu } from './hiddenRelu.ts';
import { type ReluClimb, reluClimb } from './reluClimb.ts';
import { type AffineTensors, type ElementwiseTensors, type TensorStep, tensorSteps } from './tensorSteps.ts';
import { transposedProduct } from './transposedProduct.ts';

/** A function of a batch, [n, d] to [n, k]. */
type BatchFunction = (x: tf.Tensor) => tf.Tensor;

/** The single output of each row, and its gradient in the row. */
export type ValueAndSlope = {
  /** [n, 1] */
  readonly value: tf.Tensor;
  /** [n, d] */
  readonly gradient: tf.Tensor;
};

/** A chain as a function, which TensorFlow.js differentiates in its input. */
export interface FrozenChain extends BatchFunction {
  /** Both at once and past the tape of TensorFlow.js; for one output only. */
  readonly slope?: (x: tf.Tensor) => ValueAndSlope;
  /**
   * All steps of a climb at once, where the chain knows how; null for so few moves of rows.
   * @internal
   */
  readonly climb?: (norm: ClimbNorm, moves: number) => ReluClimb | null;
}

/**
 * One step and its vector-Jacobian product. The gradient comes back as diag(rows) V diag(columns): `rows` is that of a
 * single output and waits for the end, `columns` are known beforehand and wait for the next kernel. V is null for ones.
 */
interface Pass {
  /** From u before the step to its value. */
  readonly forward: BatchFunction;
  /** What `back` needs of the way there. */
  readonly keeps?: 'input' | 'value';
  /** From V behind the step to V before it. */
  readonly back: (v: tf.Tensor | null, kept: tf.Tensor) => tf.Tensor | null;
}

type Scale = Extract<TensorStep, { kind: 'scale' }>;

/** A step with what is known beforehand of the gradient before it. */
interface Prepared {
  readonly pass: Pass;
  readonly columns: tf.Tensor | null;
  /** Whether V is null there. */
  readonly ones: boolean;
}

/**
 * A chain of known layers, [n, d] to [n, k], with the weights as they are, to be differentiated in its input alone. What
 * all passes share is computed here: means go into the biases behind them, and the weights of a single output into the
 * kernel before it, so that a pass there and back is little more than its products. float32; it differs from the layers by
 * roundings.
 * @returns null where a layer is not known. Within a tidy, which disposes its constants.
 */
export function frozenChain(layers: readonly tf.layers.Layer[]): FrozenChain | null {
  const known = tensorSteps(layers);
  const outputs = known?.findLast((step) => step.kind === 'affine')?.kernel.shape[1];
  if (!known || !outputs) return null;
  const steps = withoutUnits(withoutMeans(known));
  const chain = hiddenRelu(steps) ?? differentiable(steps, outputs === 1);
  const climb = reluClimb(steps);
  return climb ? Object.assign(chain, { climb }) : chain;
}

/** sigma(u) - mean before a kernel K is sigma(u) with mean 1'K taken off the bias, and before a centre it goes into that. */
function withoutMeans(steps: readonly TensorStep[]): TensorStep[] {
  const found: TensorStep[] = [];
  for (const step of steps) {
    const before = found.at(-1);
    const mean = before?.kind === 'elementwise' ? before.mean : 0;
    const next = mean === 0 ? null : takingOff(mean, step);
    if (next) found[found.length - 1] = { ...(before as ElementwiseTensors), mean: 0 };
    found.push(next ?? step);
  }
  return found;
}

function takingOff(mean: number, step: TensorStep): TensorStep | null {
  if (step.kind === 'affine') {
    const shift = tf.sum(step.kernel, 0).mul(-mean) as tf.Tensor1D;
    return { ...step, bias: step.bias ? shift.add(step.bias) : shift };
  }
  if (step.kind === 'elementwise' || step.invert) return null;
  return { ...step, centre: step.centre.add(mean) };
}

/** Outputs that are mapped back to their units by an affine step: (u K + b) factor + centre is one of u. */
function withoutUnits(steps: readonly TensorStep[]): readonly TensorStep[] {
  const [readout, units] = steps.slice(-2);
  if (readout?.kind !== 'affine' || units?.kind !== 'scale' || !units.invert) return steps;
  const { centre, factor } = units;
  const bias = readout.bias ? readout.bias.mul(factor).add(centre) : centre;
  const kernel = readout.kernel.mul(factor);
  return [...steps.slice(0, -2), { kind: 'affine', kernel, bias } as AffineTensors];
}

/** @param single whether there is one output */
function differentiable(steps: readonly TensorStep[], single: boolean): FrozenChain {
  const passes: Pass[] = [];
  let columns: tf.Tensor | null = null;
  let ones = single;
  for (const step of steps.toReversed()) {
    const prepared = prepare(step, columns, ones);
    passes.unshift(prepared.pass);
    ({ columns, ones } = prepared);
  }

  const forward = (x: tf.Tensor): { value: tf.Tensor; kept: tf.Tensor[] } => {
    const kept: tf.Tensor[] = [];
    let value = x;
    for (const pass of passes) {
      const before = value;
      value = tf.tidy(() => pass.forward(before));
      if (pass.keeps) kept.push(pass.keeps === 'input' ? before : value);
      // What nobody needs again leaves its memory to the next step.
      if (before !== x && !kept.includes(before)) before.dispose();
    }
    return { value, kept };
  };

  /** @param dy [n, k]; of a single output [n, 1], whose rows `rows` may leave out */
  const backward = (kept: readonly tf.Tensor[], dy: tf.Tensor, rows = true): tf.Tensor =>
    tf.tidy(() => {
      const stack = [...kept];
      let v = single ? null : dy;
      for (const { keeps, back } of passes.toReversed()) {
        const behind = v;
        const there = keeps ? stack.pop()! : dy;
        v = back(behind, there);
        if (behind !== dy && behind !== v) behind?.dispose();
      }
      if (!v) return dy.mul(columns!);
      const gradient = columns ? v.mul(columns) : v;
      return single && rows ? gradient.mul(dy) : gradient;
    });

  const chain = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor, tf.GradSaveFunc];
    const { value, kept } = forward(x);
    save(kept);
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => backward(saved, dy) };
  }) as BatchFunction;
  if (!single) return chain;
  const slope = (x: tf.Tensor): ValueAndSlope =>
    tf.tidy(() => {
      const { value, kept } = forward(x);
      return { value, gradient: backward(kept, tf.onesLike(value), false) };
    });
  return Object.assign(chain, { slope });
}

/** @param columns of the gradient behind the step, and whether V is null there */
function prepare(step: TensorStep, columns: tf.Tensor | null, ones: boolean): Prepared {
  if (step.kind === 'affine') return affine(step, columns, ones);
  if (step.kind === 'elementwise') return { pass: elementwise(step), columns, ones: false };
  const pass = scale(step);
  return { pass, columns: columns ? columns.mul(step.factor) : step.factor, ones: ones && !pass.keeps };
}

/** V diag(columns) K', or, of ones, the columns K columns. */
function affine({ kernel, bias }: AffineTensors, columns: tf.Tensor | null, ones: boolean): Prepared {
  const forward: BatchFunction = (u) => {
    const product = tf.matMul(u as tf.Tensor2D, kernel);
    return bias ? product.add(bias) : product;
  };
  const weighted = columns ? kernel.mul(columns) : kernel;
  if (ones) return { pass: { forward, back: () => null }, columns: tf.sum(weighted, 1), ones };
  const back = transposedProduct(weighted as tf.Tensor2D);
  return { pass: { forward, back: (v) => back(v!) }, columns: null, ones };
}

function elementwise({ activation, mean }: ElementwiseTensors): Pass {
  const { value, slope, slopeOf, timesSlope } = activation;
  return {
    forward: (u) => (mean === 0 ? value(u) : value(u).sub(mean)),
    // The mean is taken off the value, which is no longer what its slope is computed from.
    keeps: slopeOf === 'value' && mean === 0 ? 'value' : 'input',
    back(v, kept) {
      const there = slopeOf === 'value' && mean !== 0 ? value(kept) : kept;
      return tf.tidy(() => (v ? (timesSlope?.(v, there) ?? v.mul(slope(there))) : slope(there)));
    },
  };
}

function scale({ centre, factor, invert, clip }: Scale): Pass {
  if (invert) return { forward: (u) => u.mul(factor).add(centre), back: (v) => v };
  const scaled: BatchFunction = (u) => u.sub(centre).mul(factor);
  if (clip === Number.POSITIVE_INFINITY) return { forward: scaled, back: (v) => v };
  return {
    forward: (u) => tf.clipByValue(scaled(u), -clip, clip),
    keeps: 'input',
    back: (v, kept) =>
      tf.tidy(() => {
        const inside = tf.abs(scaled(kept)).lessEqual(clip).toFloat();
        return v ? v.mul(inside) : inside;
      }),
  };
}
