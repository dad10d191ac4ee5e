import { tf } from '../runtime/tf.ts';
import type { AttackProblem } from './attack.ts';
import type { AttackSettings } from './attackOptions.ts';
import type { Ball } from './ball.ts';
import { type Judgement, judged } from './criteria.ts';
import { farthestMove } from './farthestMove.ts';
import { fallsWithMargin, fitting, marginLoss, type SampleLoss } from './losses.ts';
import { valueAndSlope, weighted } from './modelFunction.ts';
import type { Lengths } from './norms/index.ts';
import { eachTensor, halves, type Perturbed, pick, stacked, worse } from './perSample.ts';

/** The loss at a point and the direction in which to move it, per row. */
export type Slope = Judgement & {
  /** The shape of the point, [n, ...]. */
  readonly gradient: tf.Tensor;
};

/** What a gradient attack climbs: rows that may be the samples, or two sides of each. */
export interface Ascent {
  /** The inputs about which to project, a row for each sample and side. */
  readonly centre: tf.Tensor;
  judge(point: tf.Tensor): Judgement;
  slope(point: tf.Tensor): Slope;
  /**
   * Computes the slope at the centre, which all budgets share. It may depend on the ball all the same: where the first
   * order leaves two sides to go to, the worse of them is taken; without a ball, either.
   */
  slopeAtCentre(): (ball?: Ball) => Slope;
  /** A row for each sample and side, from one for each sample. */
  eachSide<L extends Lengths>(perSample: L): L;
  /** From rows for every side back to one row a sample, the worse. */
  fold(found: Perturbed): Perturbed;
}

/** @param bothSides whether predictions on their targets, and those of one output anywhere, are pushed both ways */
export function ascentOf(problem: AttackProblem, settings: AttackSettings, bothSides: boolean): Ascent {
  if (problem.f.slope && fallsWithMargin(settings.loss)) return pushAgainstLabel(problem, settings);
  if (settings.loss.ofMargin) return climbLoss(problem, settings, marginLoss);
  if (!settings.loss.twoSided) return climbLoss(problem, settings);
  if (problem.y.shape[1] !== 1) return leaveTargets(problem, settings, bothSides);
  return bothSides ? pushBothWays(problem, settings) : pushAway(problem, settings);
}

/** How rows of an ascent belong to samples. */
export interface Sides extends Pick<Ascent, 'eachSide' | 'fold'> {}

export const oneRowASample: Sides = {
  eachSide: <L extends Lengths>(perSample: L) => perSample,
  fold: (found: Perturbed) => found,
};

/**
 * Ascends a loss: the one that is judged by, or one that grows with it and is flat nowhere. The sum over samples, never the mean,
 * so that a row's gradient is its own.
 */
function climbLoss(
  { f, x, y, criterion }: AttackProblem,
  { loss }: AttackSettings,
  climbed: SampleLoss = loss,
): Ascent {
  const ones = tf.ones([x.shape[0]!]);
  const judge = (point: tf.Tensor): Judgement => judged(f(point), y, loss, criterion);
  const slope = (point: tf.Tensor): Slope => {
    let here: Judgement;
    const climbedAt = (rows: tf.Tensor): tf.Tensor => {
      const outputs = f(rows);
      // The gradient is taken in a tidy of its own, which would dispose it.
      here = eachTensor(judged(outputs, y, loss, criterion), (tensor) => tf.keep(tensor));
      return climbed === loss ? here.loss : climbed.value(outputs, y);
    };
    const gradient = tf.grad(climbedAt)(point, ones);
    const found = eachTensor(here!, (tensor) => tensor.clone());
    tf.dispose(here!);
    return { ...found, gradient };
  };
  const slopeAtCentre = () => {
    const here = slope(x);
    return () => here;
  };
  return { centre: x, judge, slope, slopeAtCentre, ...oneRowASample };
}

/**
 * Ascends the loss of several outputs, which has no gradient where all of them lie on their targets: those rows leave
 * along the move that changes the outputs most, there or back.
 */
function leaveTargets(problem: AttackProblem, settings: AttackSettings, bothSides: boolean): Ascent {
  const { x } = problem;
  const climb = climbLoss(problem, settings);
  return {
    ...climb,
    slopeAtCentre() {
      const here = climb.slope(x);
      const { onTarget, move } = farthestMove(problem, settings);
      const leaving = (along: tf.Tensor): Slope => ({
        ...here,
        gradient: pick(onTarget, here.gradient, along),
      });
      return (ball) => {
        if (!ball || !bothSides) return leaving(move);
        const lossBeyond = (v: tf.Tensor): tf.Tensor => climb.judge(ball.ascend(x, v, ball.eps)).loss;
        const back = lossBeyond(move.neg()).greater(lossBeyond(move));
        return leaving(pick(back, move, move.neg()));
      };
    },
  };
}

/** Rows 0 .. n-1 are pushed up and rows n .. 2n-1 down. */
export const twoRowsASample: Sides = {
  eachSide: <L extends Lengths>(perSample: L) =>
    (typeof perSample === 'number' ? perSample : stacked(perSample, perSample)) as L,
  fold(found) {
    const [up, down] = [0, 1].map((k) => eachTensor(found, (tensor) => halves(tensor)[k]!));
    return worse(up!, down!);
  },
};

/** The way in which each of those rows is pushed, [2n, 1]. */
export const upAndDown = (n: number): tf.Tensor =>
  tf.tensor2d(new Float32Array(2 * n).fill(1, 0, n).fill(-1, n), [2 * n, 1]);

/** Away from its target, where a prediction lies on it upwards. */
export const awayFrom = (y: tf.Tensor, value: tf.Tensor): tf.Tensor =>
  tf.scalar(1).sub(value.less(y).toFloat().mul(2));

/** Pushes predictions both ways, as one batch. */
function pushBothWays(problem: AttackProblem, settings: AttackSettings): Ascent {
  const { x, y } = problem;
  const sides = upAndDown(x.shape[0]!);
  const { eachSide } = twoRowsASample;
  return {
    centre: eachSide(x),
    ...pushed({ ...problem, y: eachSide(y) }, settings, sides),
    slopeAtCentre() {
      // Both sides start at the input, so one pass over n rows serves them both.
      const { gradient, ...here } = pushed(problem, settings, null).slope(x);
      const both = Object.fromEntries(
        Object.entries(here).map(([name, tensor]) => [name, eachSide(tensor)]),
      ) as Judgement;
      const slope = { ...both, gradient: weighted(eachSide(gradient), sides) };
      return () => slope;
    },
    ...twoRowsASample,
  };
}

/** Pushes the prediction to the side of its target on which it lies already. */
function pushAway(problem: AttackProblem, settings: AttackSettings): Ascent {
  const { f, x, y, criterion } = problem;
  const { loss } = settings;
  const { value, gradient } = valueAndSlope(f, x, null, (outputs) => fitting(outputs, y, loss));
  const away = awayFrom(y, value);
  const atCentre = { ...judged(value, y, loss, criterion), gradient: weighted(gradient, away) };
  return {
    centre: x,
    ...pushed(problem, settings, away),
    slopeAtCentre: () => () => atCentre,
    ...oneRowASample,
  };
}

/** Pushes the prediction of one output, whose gradient is known, against its sign y, also where the loss of its margin is flat. */
function pushAgainstLabel(problem: AttackProblem, settings: AttackSettings): Ascent {
  const { x, y } = problem;
  const push = pushed(problem, settings, y.neg());
  const slopeAtCentre = () => {
    const here = push.slope(x);
    return () => here;
  };
  return { centre: x, ...push, slopeAtCentre, ...oneRowASample };
}

/** The loss against y, and the gradient of the predictions weighted by `push`, +1 or -1 a row; null for +1 in all. */
function pushed({ f, y, criterion }: AttackProblem, { loss }: AttackSettings, push: tf.Tensor | null) {
  return {
    judge: (point: tf.Tensor): Judgement => judged(f(point), y, loss, criterion),
    slope(point: tf.Tensor): Slope {
      const { value, gradient } = valueAndSlope(f, point, push, (outputs) => fitting(outputs, y, loss));
      return { ...judged(value, y, loss, criterion), gradient };
    },
  };
}
