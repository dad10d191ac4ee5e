import { checkInteger } from '../errors.ts';
import type { tf } from '../runtime/tf.ts';
import { type Attack, boundedAttack, lossAt } from './attack.ts';
import { type AttackOptions, resolveAttack } from './attackOptions.ts';
import { type Ball, ballAbout } from './ball.ts';
import { type Perturbed, worse } from './perSample.ts';

/** What {@link randomNoise} and {@link randomDirection} can be told. */
export interface BaselineOptions extends AttackOptions {
  /** Random points tried, of which each sample keeps its worst. Default 1. */
  readonly samples?: number;
}

/**
 * Noise uniform in the ball (l2, linf or l1): what an attack must beat.
 * @throws InvalidArgumentError for options out of range
 */
export const randomNoise = (options: BaselineOptions = {}): Attack =>
  baseline('random-noise', options, (ball, ...key) => [ball.randomPoint(...key)]);

/**
 * Steps of length eps along a random direction, and against it; the worse of the two for each sample.
 * @throws InvalidArgumentError for options out of range
 */
export const randomDirection = (options: BaselineOptions = {}): Attack =>
  baseline('random-direction', options, (ball, ...key) => {
    const point = ball.randomDirection(...key);
    return [point, ball.nearest(ball.centre.mul(2).sub(point))];
  });

function baseline(
  name: string,
  options: BaselineOptions,
  draw: (ball: Ball, ...key: (number | string)[]) => tf.Tensor[],
): Attack {
  const settings = resolveAttack(options);
  const samples = checkInteger('samples', options.samples ?? 1);
  return boundedAttack(name, settings, (problem) => {
    const at = (point: tf.Tensor): Perturbed => ({ x: point, loss: lossAt(problem, settings, point) });
    return (eps, key) => {
      const ball = ballAbout(problem.x, eps, settings);
      let found: Perturbed | null = null;
      for (let sample = 0; sample < samples; sample++)
        for (const point of draw(ball, key, sample)) found = worse(found, at(point));
      return found!;
    };
  });
}
