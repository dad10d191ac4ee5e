import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger, checkPositive, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import { type AttackOptions, type AttackSettings, resolveAttack } from './attackOptions.ts';
import { boundedSteps } from './boundedSteps.ts';
import { fitting, marginLoss, oneHot, targetColumns } from './losses.ts';
import { inInputAlone, type ModelFunction, modelFunction } from './modelFunction.ts';
import { inner, LONGEST, TINY } from './norms/norm.ts';
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
  /** Linearisations of the model about points on the way. Default 20. */
  readonly steps?: number;
  /** Evaluations that then shorten the step to the point found. Default 12. */
  readonly refinements?: number;
}

const NAMES: OptionNames<MinimalNormOptions> = {
  norm: true,
  bounds: true,
  loss: true,
  seed: true,
  moveBy: true,
  reachLoss: true,
  steps: true,
  refinements: true,
};

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
 * A minimal-norm attack in the manner of DeepFool (Moosavi-Dezfooli, Fawzi & Frossard 2016) and FAB (Croce & Hein 2020):
 * it linearises the goal at each point, goes to a point near the input that reaches the linearised goal within the bounds,
 * keeps the nearest one that really reaches it, and at last shortens the step to that.
 * It is exact to float32 for goals linear in the input, with and without bounds.
 * @throws InvalidArgumentError unless exactly one of `moveBy` and `reachLoss` is given, and for unknown options
 */
export function minimalNorm(options: MinimalNormOptions): MinimalNormAttack {
  checkOptions('minimalNorm', options, NAMES);
  const { moveBy, reachLoss } = options;
  if ((moveBy === undefined) === (reachLoss === undefined))
    throw new InvalidArgumentError('moveBy', moveBy, 'exactly one of moveBy and reachLoss');
  if (moveBy !== undefined) checkPositive('moveBy', moveBy);
  if (reachLoss !== undefined && !Number.isFinite(reachLoss))
    throw new InvalidArgumentError('reachLoss', reachLoss, 'a finite number');
  const steps = checkInteger('steps', options.steps ?? 20);
  const refinements = checkInteger('refinements', options.refinements ?? 12, 0);
  const settings = resolveAttack(options);

  const gapOf = (f: ModelFunction, x: tf.Tensor, y: tf.Tensor): Gap => {
    if (moveBy === undefined && settings.loss === marginLoss) {
      const outputs = fitting(f(x), y, marginLoss);
      if (outputs.shape[1]! > 1) return anyOtherClass(f, x, oneHot(outputs, y), reachLoss!);
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
        const gap = gapOf(inInputAlone(modelFunction(model)), x, targetColumns(x, y));
        return foldSides(refine(descend(gap, steps, settings), gap, refinements, settings), gap.sides);
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
  // TINY, because of two equal outputs the largest may still be the right one.
  const needed = tf.sum(wanted.mul(owned), 1).mul(LONGEST).add(margin).add(TINY);
  return {
    centre: tf.concat(Array<tf.Tensor>(classes).fill(x)),
    at: (point) => tf.sum(f(point).mul(direction), 1).sub(needed),
    sides: classes,
  };
}

type Descent = {
  readonly point: tf.Tensor;
  readonly nearest: Nearest;
  /** Of the next step, [m]: how much of it leads from the input, the rest from `point`. */
  readonly share: tf.Tensor;
  /** By which part of the way the next step goes beyond the linearised goal, [m]. */
  readonly overshoot: tf.Tensor;
};

/** The largest overshoot: with it a step to the boundary itself ends on its far side. */
const OVERSHOOT = 0.01;
/** The least share, as in FAB. */
const LEAST_SHARE = 0.1;

/**
 * Each step leads between the projections of the input and of the last point on the linearised boundary. Where the model
 * is linear the first one is the answer; the second one brings back what the first throws to and fro. A row therefore
 * begins with the first, and takes half as much of it after each step that brought it no nearer.
 */
function descend({ centre, at }: Gap, steps: number, settings: AttackSettings): Nearest {
  const { norm } = settings;
  const { shortest, clip } = boundedSteps(settings);
  const rows = centre.shape[0]!;
  const ones = tf.ones([rows]);
  let state: Descent = {
    point: clip(centre),
    nearest: { x: centre.clone(), distance: tf.fill([rows], Number.POSITIVE_INFINITY) },
    // The start is no nearer either, but no step has failed yet.
    share: ones.mul(2),
    overshoot: ones.mul(OVERSHOOT),
  };
  for (let i = 0; i <= steps; i++) {
    state = evolve(state, (last): Descent => {
      const { point } = last;
      const { value, grad } = tf.valueAndGrad(at)(point, ones);
      const delta = point.sub(centre);
      const reached = value.greaterEqual(0);
      const here = { x: point, distance: norm.measure(delta).reshape([-1]) };
      const nearest = nearer(last.nearest, here, reached);
      const improved = nearest.distance.less(last.nearest.distance);
      const share = pick(improved, tf.maximum(last.share.div(2), LEAST_SHARE), last.share);
      // Smaller and smaller as long as that suffices: the path of projections is no straight line within bounds.
      const overshoot = pick(reached, tf.minimum(last.overshoot.mul(2), OVERSHOOT), last.overshoot.div(4));

      // The linearised gap is value + <grad, v - delta>: a v that gains <grad, delta> - value brings it to zero.
      const beyond = overshoot.add(1);
      const gap = column(value, point);
      const needed = inner(grad, delta).sub(gap).mul(column(beyond, point));
      const fromInput = shortest(centre, grad, needed);
      // From beyond the boundary back to it, but not across.
      const towards = pick(reached, ones, ones.neg());
      const missing = tf.abs(value).mul(pick(reached, beyond, tf.reciprocal(beyond)));
      const fromHere = shortest(point, grad.mul(column(towards, point)), column(missing, point));
      const part = column(share, point);
      const step = delta.add(fromHere).mul(tf.sub(1, part)).add(fromInput.mul(part));
      // Nothing is wanted beyond the best distance.
      const limit = column(tf.minimum(nearest.distance, LONGEST), point);
      const within = tf.minimum(limit.div(tf.maximum(norm.measure(step), TINY)), 1);
      return { point: clip(centre.add(step.mul(within))), nearest, share, overshoot };
    });
  }
  return state.nearest;
}

/** Parts of a step, [m], that miss and that reach the goal, and the gap there. */
type Bracket = {
  readonly missed: tf.Tensor;
  readonly reached: tf.Tensor;
  readonly below: tf.Tensor;
  readonly above: tf.Tensor;
};

/**
 * The part of the gap at the input by which the shortened step exceeds the goal: a model that rounds differently, for
 * another number of rows say, finds it reached all the same.
 */
const SLACK = 1e-6;

/** Shortens each step as far as the goal stays reached: regula falsi, halving a gap that stays (the Illinois method). */
function refine(
  { x, distance }: Nearest,
  { centre, at }: Gap,
  times: number,
  settings: AttackSettings,
): Nearest {
  const { clip } = boundedSteps(settings);
  const rows = centre.shape[0]!;
  const step = x.sub(centre);
  const pointAt = (part: tf.Tensor): tf.Tensor => clip(centre.add(step.mul(column(part, centre))));
  const start = at(centre);
  const slack = tf.relu(start.neg()).mul(SLACK);
  let state: Bracket = {
    missed: tf.zeros([rows]),
    reached: tf.ones([rows]),
    below: start,
    above: at(x),
  };
  for (let i = 0; i < times; i++) {
    state = evolve(state, ({ missed, reached, below, above }): Bracket => {
      const root = tf.clipByValue(below.div(tf.minimum(below.sub(above), -TINY)), 0, 1);
      const middle = missed.add(reached.sub(missed).mul(root));
      const value = at(pointAt(middle)).sub(slack);
      const enough = value.greaterEqual(0);
      return {
        missed: pick(enough, middle, missed),
        reached: pick(enough, reached, middle),
        below: pick(enough, value, below.div(2)),
        above: pick(enough, above.div(2), value),
      };
    });
  }
  const shortened = pointAt(state.reached);
  const measured = settings.norm.measure(shortened.sub(centre)).reshape([-1]);
  // The whole step is the point found itself, without the roundings of `pointAt`.
  return nearer({ x, distance }, { x: shortened, distance: measured }, state.reached.less(1));
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
