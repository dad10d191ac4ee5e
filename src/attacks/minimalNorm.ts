import { checkInteger, checkPositive, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { type AttackOptions, type AttackSettings, resolveAttack } from './attackOptions.ts';
import { ballAbout } from './ball.ts';
import { fitting, marginLoss, oneHot, targetColumns } from './losses.ts';
import { type ModelFunction, modelFunction } from './modelFunction.ts';
import { TINY } from './norms/norm.ts';
import { column, evolve, pick } from './perSample.ts';

/** The goal of {@link minimalNorm}, exactly one of `moveBy` and `reachLoss`, and how hard to look. */
export interface MinimalNormOptions extends Omit<AttackOptions, 'targeted'> {
  /** Reached where one output has moved from its clean value by this much, up or down. Give this or `reachLoss`. */
  readonly moveBy?: number;
  /**
   * Reached where the loss is at least this. 0 of the margin loss is a misclassification; with the margin loss every
   * class is tried by itself, and the nearest kept.
   */
  readonly reachLoss?: number;
  /** Linearisations. Default 20. */
  readonly steps?: number;
  /** Bisections between the input and the point found. Default 12. */
  readonly bisections?: number;
}

/** The nearest inputs found that reach the goal. */
export type Nearest = {
  /** The shape of the attacked batch; the input itself where the goal was not reached. */
  readonly x: tf.Tensor;
  /** |x - input| in the attack's norm, [n]; Infinity where the goal was not reached. */
  readonly distance: tf.Tensor;
};

/** An attack that looks for the nearest input that reaches a goal, instead of the worst one within eps. */
export interface MinimalNormAttack {
  /** Says it in results. */
  readonly name: string;
  /** Norm, bounds, loss and seed, with every choice made. */
  readonly settings: AttackSettings;
  /**
   * The smallest perturbation found that reaches the goal. It reads nothing back to the host; the caller disposes both.
   * @param x batch [n, ...]
   * @param y targets [n] or [n, k]; without a loss they only have to be there
   * @throws InvalidArgumentError when the model's output fits neither y nor the goal
   */
  perturb(model: tf.LayersModel | ModelFunction, x: tf.Tensor, y: tf.Tensor): Nearest;
}

/** By how much a goal is missed, [m], a row for each sample and side; reached where >= 0. */
type Gap = {
  readonly centre: tf.Tensor;
  readonly at: (point: tf.Tensor) => tf.Tensor;
  readonly sides: number;
};

/**
 * A minimal-norm attack in the manner of DeepFool (Moosavi-Dezfooli, Fawzi & Frossard 2016): from a linearisation of
 * the goal at each point it takes the point nearest to the input (not to the last point) that reaches it, keeps the
 * nearest one that really does, and bisects between the input and that.
 * @throws InvalidArgumentError unless exactly one of `moveBy` and `reachLoss` is given
 */
export function minimalNorm(options: MinimalNormOptions): MinimalNormAttack {
  const { moveBy, reachLoss } = options;
  if ((moveBy === undefined) === (reachLoss === undefined))
    throw new InvalidArgumentError('moveBy', moveBy, 'exactly one of moveBy and reachLoss');
  if (moveBy !== undefined) checkPositive('moveBy', moveBy);
  if (reachLoss !== undefined && !Number.isFinite(reachLoss))
    throw new InvalidArgumentError('reachLoss', reachLoss, 'a finite number');
  const steps = checkInteger('steps', options.steps ?? 20);
  const bisections = checkInteger('bisections', options.bisections ?? 12, 0);
  const settings = resolveAttack(options);

  const gapOf = (f: ModelFunction, x: tf.Tensor, y: tf.Tensor): Gap => {
    if (moveBy === undefined && settings.loss === marginLoss) {
      const outputs = fitting(f(x), y, marginLoss);
      if (outputs.shape[1]! > 1) return anyOtherClass(f, x, oneHot(outputs, y).toFloat(), reachLoss!);
    }
    if (moveBy === undefined) {
      const { loss } = settings;
      const at = (point: tf.Tensor): tf.Tensor => loss.value(fitting(f(point), y, loss), y).sub(reachLoss!);
      return { centre: x, at, sides: 1 };
    }
    const start = f(x);
    if (start.shape[1] !== 1)
      throw new InvalidArgumentError('model output shape', start.shape, '[n, 1] for moveBy');
    const both = tf.concat([start, start]).reshape([-1]);
    const up = tf.onesLike(start).reshape([-1]);
    const push = tf.concat([up, up.neg()]);
    const at = (point: tf.Tensor): tf.Tensor => f(point).reshape([-1]).sub(both).mul(push).sub(moveBy);
    return { centre: tf.concat([x, x]), at, sides: 2 };
  };

  return {
    name: 'minimal-norm',
    settings,
    perturb(model, x, y) {
      return tf.tidy(() => {
        const gap = gapOf(modelFunction(model), x, targetColumns(x, y));
        return foldSides(bisect(descend(gap, steps, settings), gap, bisections, settings), gap.sides);
      });
    },
  };
}

/** A side for each class: its output must exceed that of the right class by `margin`. Of the right class, never. */
function anyOtherClass(f: ModelFunction, x: tf.Tensor, right: tf.Tensor, margin: number): Gap {
  const [n, classes] = right.shape as [number, number];
  const identity = tf.eye(classes);
  const wanted = identity.reshape([classes, 1, classes]).tile([1, n, 1]).reshape([-1, classes]);
  const owned = tf.tile(right, [classes, 1]);
  const direction = wanted.sub(owned);
  const needed = tf.sum(wanted.mul(owned), 1).mul(LONGEST).add(margin);
  return {
    centre: tf.concat(Array<tf.Tensor>(classes).fill(x)),
    at: (point) => tf.sum(f(point).mul(direction), 1).sub(needed),
    sides: classes,
  };
}

type Descent = { readonly point: tf.Tensor; readonly nearest: Nearest };

/** Overshoot of each linearised step, so that a point of the boundary itself is on its far side. */
const OVERSHOOT = 1.01;

function descend({ centre, at }: Gap, steps: number, settings: AttackSettings): Nearest {
  const { norm } = settings;
  const rows = centre.shape[0]!;
  const ones = tf.ones([rows]);
  let state: Descent = {
    point: centre.clone(),
    nearest: { x: centre.clone(), distance: tf.fill([rows], Number.POSITIVE_INFINITY) },
  };
  for (let i = 0; i <= steps; i++) {
    state = evolve(state, ({ point, nearest }): Descent => {
      const { value, grad } = tf.valueAndGrad(at)(point, ones);
      const delta = point.sub(centre);
      const reached = value.greaterEqual(0);
      const found = nearer(nearest, { x: point, distance: norm.measure(delta).reshape([-1]) }, reached);
      // The linearised gap is value + <grad, v - delta>; v = length times the steepest direction brings it to zero.
      const slope = norm.dual(grad);
      const along = tf.sum(grad.mul(delta).reshape([rows, -1]), 1);
      const length = column(along.sub(value).mul(OVERSHOOT), point).div(tf.maximum(slope, TINY));
      // Where the model is flat there is no way to go, and beyond the best distance none is wanted.
      const bounded = tf.minimum(tf.relu(length), column(nearest.distance, point).minimum(LONGEST));
      return { point: ballAbout(centre, LONGEST, settings).ascend(centre, grad, bounded), nearest: found };
    });
  }
  return state.nearest;
}

/** Longer than any step that makes sense in float32. */
const LONGEST = 1e18;

type Bracket = { readonly missed: tf.Tensor; readonly reached: tf.Tensor };

/** Shortens each step as far as the goal stays reached. */
function bisect(
  { x, distance }: Nearest,
  { centre, at }: Gap,
  times: number,
  { norm }: AttackSettings,
): Nearest {
  const rows = centre.shape[0]!;
  const step = x.sub(centre);
  const pointAt = (part: tf.Tensor): tf.Tensor => centre.add(step.mul(column(part, centre)));
  let state: Bracket = { missed: tf.zeros([rows]), reached: tf.ones([rows]) };
  for (let i = 0; i < times; i++) {
    state = evolve(state, ({ missed, reached }): Bracket => {
      const middle = missed.add(reached).div(2);
      const enough = at(pointAt(middle)).greaterEqual(0);
      return { missed: pick(enough, middle, missed), reached: pick(enough, reached, middle) };
    });
  }
  const nearest = pointAt(state.reached);
  const shortened = norm.measure(nearest.sub(centre)).reshape([-1]);
  return { x: nearest, distance: pick(tf.isFinite(distance), distance, shortened) };
}

/** Per sample the nearer of two points, the second only where it counts. */
function nearer(a: Nearest, b: Nearest, counts: tf.Tensor): Nearest {
  const second = counts.logicalAnd(b.distance.less(a.distance));
  return { x: pick(second, a.x, b.x), distance: pick(second, a.distance, b.distance) };
}

function foldSides({ x, distance }: Nearest, sides: number): Nearest {
  const points = tf.split(x, sides) as tf.Tensor[];
  const distances = tf.split(distance, sides) as tf.Tensor[];
  return points
    .map((point, k): Nearest => ({ x: point, distance: distances[k]! }))
    .reduce((a, b) => nearer(a, b, b.distance.greaterEqual(0)));
}
