import { tf } from '../runtime/tf.ts';
import { type Ascent, ascentOf } from './ascent.ts';
import { type Attack, boundedAttack } from './attack.ts';
import {
  type GradientAttackOptions,
  type GradientAttackSettings,
  resolveGradientAttack,
} from './attackOptions.ts';
import { ballAbout } from './ball.ts';
import type { Lengths } from './norms/index.ts';
import { evolve, type Perturbed, worse } from './perSample.ts';
import { randomDelta } from './randomDelta.ts';
import { type Memory, type Place, type Stepper, steepestSteps } from './steppers.ts';

/** An attack that climbs the input gradient, as {@link fgm}, {@link pgd} and their relatives make it. */
export type GradientAttack = Attack & {
  /** The options it was made of, with every choice made. */
  readonly settings: GradientAttackSettings;
};

/**
 * An attack that ascends the loss along its input gradient; named attacks are its defaults and a stepper.
 * @param options what its user asks for; undefined is the default
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export function gradientAttack(
  name: string,
  options: GradientAttackOptions,
  defaults: GradientAttackOptions,
  stepperOf: (settings: GradientAttackSettings) => Stepper = steepestSteps,
): GradientAttack {
  const settings = resolveGradientAttack(name, options, defaults);
  const stepper = stepperOf(settings);
  return boundedAttack(name, settings, (problem) => {
    const ascent = ascentOf(problem, settings, settings.bothSides);
    if (!settings.randomStart) ascent.slopeAtCentre();
    return (eps, draw) =>
      climb(ascent, eps, settings, stepper, (run) => randomDelta(problem.x, settings, draw, run));
  });
}

type Climb = { readonly point: tf.Tensor; readonly worst: Perturbed | null; readonly memory: Memory | null };

/** The loop: from a start, step, and keep each row's worst point; several times, from the input and random points. */
function climb(
  ascent: Ascent,
  eps: Lengths,
  settings: GradientAttackSettings,
  stepper: Stepper,
  deltaOf: (run: number) => tf.Tensor,
): Perturbed {
  const { steps, restarts, randomStart, useBest } = settings;
  const ball = ballAbout(ascent.centre, ascent.eachSide(eps), settings);
  let worst: Perturbed | null = null;
  for (let run = 0; run < restarts; run++) {
    const fromCentre = run === 0 && !randomStart;
    const start = (): tf.Tensor =>
      fromCentre ? ascent.centre.clone() : ball.pointAt(ascent.eachSide(deltaOf(run)));
    let state: Climb = { point: tf.tidy(start), worst, memory: null };
    for (let i = 0; i < steps; i++) {
      state = evolve(state, ({ point, worst, memory }): Climb => {
        const { gradient, ...here } = i === 0 && fromCentre ? ascent.slopeInto(ball) : ascent.slope(point);
        const place: Place = { point, loss: here.loss, gradient };
        const next = stepper.next(place, memory ?? stepper.begin(place, ball), i, ball);
        return { ...next, worst: useBest ? worse(worst, { x: point, ...here }) : worst };
      });
    }
    state = evolve(state, ({ point, worst }) => ({
      point,
      memory: null,
      worst: worse(worst, { x: point, ...ascent.judge(point) }),
    }));
    worst = state.worst;
  }
  return ascent.fold(worst!);
}
