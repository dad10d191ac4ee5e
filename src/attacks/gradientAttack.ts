import { checkNonNegative } from '../errors.ts';
import { stream } from '../random/stream.ts';
import { tf } from '../runtime/tf.ts';
import { type AttackOptions, type AttackSettings, resolveAttack } from './attackOptions.ts';
import { fitting, type SampleLoss, targetColumns } from './losses.ts';
import { type ModelFunction, modelFunction } from './modelFunction.ts';

/** Inputs and the loss per sample there. */
export type Perturbed = {
  /** The shape of the attacked batch, [n, ...]. */
  readonly x: tf.Tensor;
  /** [n] */
  readonly loss: tf.Tensor;
};

/** An attack bounded by eps in a norm. It reads nothing back to the host and leaves the model as it was. */
export interface Attack {
  readonly name: string;
  readonly settings: AttackSettings;
  /**
   * The worst inputs found with |delta| <= eps about x, and the loss there. The caller disposes both.
   * @param x batch [n, ...], float32
   * @param y targets [n] or [n, k]
   * @param eps budget in the units of x; 0 returns the input and its loss
   * @param key tells the random starts of one batch or training step from another's
   * @throws InvalidArgumentError for eps < 0, or a model whose output does not fit y
   */
  perturb(
    model: tf.LayersModel | ModelFunction,
    x: tf.Tensor,
    y: tf.Tensor,
    eps: number,
    key?: number | string,
  ): Perturbed;
}

/** An attack that ascends the loss along its input gradient; named attacks are its defaults. */
export function gradientAttack(name: string, options: AttackOptions, defaults: AttackOptions): Attack {
  const settings = resolveAttack(options, defaults);
  return {
    name,
    settings,
    perturb(model, x, y, eps, key = 0) {
      checkNonNegative('eps', eps);
      const f = modelFunction(model);
      return tf.tidy(() =>
        eps === 0 ? unperturbed(f, x, y, settings) : worstCase(f, x, y, eps, key, settings),
      );
    },
  };
}

function unperturbed(f: ModelFunction, x: tf.Tensor, y: tf.Tensor, { loss }: AttackSettings): Perturbed {
  const targets = targetColumns(x, y);
  return { x: x.clone(), loss: loss.value(fitting(f(x), targets), targets) };
}

/** The loop: start, then step along the steepest direction, project about the input, clip; keep each sample's worst. */
function worstCase(
  f: ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
  eps: number,
  key: number | string,
  settings: AttackSettings,
): Perturbed {
  const { norm, steps, stepLength, restarts, useBest } = settings;
  const problem = ascentProblem(f, x, y, settings);
  const budget = tf.scalar(eps);
  const step = tf.scalar(stepLength(eps));

  const advance = (point: tf.Tensor, gradient: tf.Tensor): tf.Tensor =>
    tf.tidy(() => {
      const moved = point.add(norm.steepest(gradient).mul(step)).sub(problem.centre);
      return clip(problem.centre.add(norm.project(moved, budget)), settings);
    });

  let worst: Perturbed | null = null;
  for (let restart = 0; restart < restarts; restart++) {
    let point = start(problem.centre, eps, [key, restart], settings);
    for (let i = 0; i < steps; i++) {
      const here = problem.lossAndGradient(point);
      if (useBest) worst = worse(worst, { x: point, loss: here.loss });
      point = advance(point, here.gradient);
    }
    worst = worse(worst, { x: point, loss: problem.loss(point) });
  }
  return problem.fold(worst!);
}

interface AscentProblem {
  /** The point about which to project, one row for each sample and side. */
  readonly centre: tf.Tensor;
  loss(point: tf.Tensor): tf.Tensor;
  lossAndGradient(point: tf.Tensor): { loss: tf.Tensor; gradient: tf.Tensor };
  /** From rows for every side back to one row a sample, the worse. */
  fold(found: Perturbed): Perturbed;
}

function ascentProblem(
  f: ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
  { loss }: AttackSettings,
): AscentProblem {
  const targets = targetColumns(x, y);
  return loss.twoSided && targets.shape[1] === 1
    ? pushBothWays(f, x, targets, loss)
    : { ...ascend((point) => loss.value(fitting(f(point), targets), targets), x), fold: (found) => found };
}

/** Ascends the loss itself. */
function ascend(lossAt: (point: tf.Tensor) => tf.Tensor, centre: tf.Tensor): Omit<AscentProblem, 'fold'> {
  const ones = tf.ones([centre.shape[0]!]);
  return {
    centre,
    loss: lossAt,
    lossAndGradient(point) {
      const { value, grad } = tf.valueAndGrad(lossAt)(point, ones);
      return { loss: value, gradient: grad };
    },
  };
}

/** Pushes the prediction up in rows 0 .. n-1 and down in rows n .. 2n-1, as one batch. */
function pushBothWays(f: ModelFunction, x: tf.Tensor, y: tf.Tensor, loss: SampleLoss): AscentProblem {
  const centre = tf.concat([x, x]);
  const targets = tf.concat([y, y]);
  const up = tf.onesLike(y);
  const upAndDown = tf.concat([up, up.neg()]);
  return {
    centre,
    loss: (point) => loss.value(fitting(f(point), targets), targets),
    lossAndGradient(point) {
      if (point === centre) {
        // Both sides start at the input, so one pass over n rows serves them both.
        const { value, grad } = tf.valueAndGrad((rows) => fitting(f(rows), y))(x, up);
        const lossHere = loss.value(value, y);
        return { loss: tf.concat([lossHere, lossHere]), gradient: tf.concat([grad, grad.neg()]) };
      }
      const { value, grad } = tf.valueAndGrad((rows) => fitting(f(rows), targets))(point, upAndDown);
      return { loss: loss.value(value, targets), gradient: grad };
    },
    fold({ x: points, loss: losses }) {
      const [above, below] = tf.split(points, 2) as [tf.Tensor, tf.Tensor];
      const [lossAbove, lossBelow] = tf.split(losses, 2) as [tf.Tensor, tf.Tensor];
      return worse({ x: above, loss: lossAbove }, { x: below, loss: lossBelow });
    },
  };
}

/**
 * Per sample, the candidate of greater loss, and the second where they are equal: a move whose gain is lost in float32
 * is still made. A NaN never wins.
 */
function worse(a: Perturbed | null, b: Perturbed): Perturbed {
  if (a === null) return b;
  return tf.tidy(() => {
    const second = b.loss.greaterEqual(a.loss);
    const ofSample = second.reshape([-1, ...b.x.shape.slice(1).map(() => 1)]);
    return { x: tf.where(tile(ofSample, b.x), b.x, a.x), loss: tf.where(second, b.loss, a.loss) };
  });
}

const tile = (mask: tf.Tensor, like: tf.Tensor): tf.Tensor => tf.tile(mask, [1, ...like.shape.slice(1)]);

function start(
  centre: tf.Tensor,
  eps: number,
  key: (number | string)[],
  settings: AttackSettings,
): tf.Tensor {
  if (!settings.randomStart) return centre;
  const random = stream(settings.seed, 'attack', 'start', ...key);
  const sampleSize = centre.size / centre.shape[0]!;
  const delta = new Float32Array(centre.size);
  for (let i = 0; i < delta.length; i += sampleSize)
    settings.norm.randomInUnitBall(random, delta.subarray(i, i + sampleSize));
  return tf.tidy(() => clip(centre.add(tf.tensor(delta, centre.shape).mul(eps)), settings));
}

const clip = (x: tf.Tensor, { bounds }: AttackSettings): tf.Tensor =>
  bounds ? tf.clipByValue(x, ...bounds) : x;
