import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger } from '../errors.ts';
import type { tf } from '../runtime/tf.ts';
import type { Attack } from './attack.ts';
import { ATTACK_OPTIONS, type AttackOptions, resolveAttack } from './attackOptions.ts';
import { type Ball, ballAbout } from './ball.ts';
import { boundedAttack, judgedAt } from './boundedAttack.ts';
import { type Perturbed, worse } from './perSample.ts';
import { randomDelta } from './randomDelta.ts';

/** What {@link randomNoise} and {@link randomDirection} can be told. */
export interface BaselineOptions extends AttackOptions {
  /** Random points tried, of which each sample keeps its worst. Default 1. */
  readonly samples?: number;
}

const BASELINE_OPTIONS: OptionNames<BaselineOptions> = { ...ATTACK_OPTIONS, samples: true };

/**
 * Noise uniform in the ball (l2, linf or l1): what an attack must beat.
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export const randomNoise = (options: BaselineOptions = {}): Attack =>
  baseline('random-noise', options, (ball, delta) => [ball.pointAt(delta)]);

/**
 * Steps of length eps along a random direction, and against it; the worse of the two for each sample.
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export const randomDirection = (options: BaselineOptions = {}): Attack =>
  baseline('random-direction', options, (ball, delta) => {
    const point = ball.rimAt(delta);
    return [point, ball.nearest(ball.centre.mul(2).sub(point))];
  });

function baseline(
  name: string,
  options: BaselineOptions,
  pointsOf: (ball: Ball, delta: tf.Tensor) => tf.Tensor[],
): Attack {
  checkOptions(name, options, BASELINE_OPTIONS);
  const settings = resolveAttack(options);
  const samples = checkInteger('samples', options.samples ?? 1);
  return boundedAttack(name, settings, (problem) => (eps, draw) => {
    const ball = ballAbout(problem.x, eps, settings);
    let found: Perturbed | null = null;
    for (let sample = 0; sample < samples; sample++)
      for (const point of pointsOf(ball, randomDelta(problem.x, settings, draw, sample)))
        found = worse(found, judgedAt(problem, settings, point));
    return found!;
  });
}
