import type { tf } from '../runtime/tf.ts';
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
import { type Memory, type Place, type Stepper, steepestSteps } from './steppers.ts';

/** An attack that climbs the input gradient, as {@link fgm}, {@link pgd} and their relatives make it. */
export type GradientAttack = Attack & {
  /** The options it was made of, with every choice made. */
  readonly settings: GradientAttackSettings;
};

/** An attack that ascends the loss along its input gradient; named attacks are its defaults and a stepper. */
export function gradientAttack(
  name: string,
  options: GradientAttackOptions,
  defaults: GradientAttackOptions,
  stepperOf: (settings: GradientAttackSettings) => Stepper = steepestSteps,
): GradientAttack {
  const settings = resolveGradientAttack(options, defaults);
  const stepper = stepperOf(settings);
  return boundedAttack(name, settings, ({ f, x, y }) => {
    const ascent = ascentOf(f, x, y, settings.loss, settings.bothSides);
    if (!settings.randomStart) ascent.slopeAtCentre();
    return (eps, key) => climb(ascent, eps, key, settings, stepper);
  });
}

type Climb = { readonly point: tf.Tensor; readonly worst: Perturbed | null; readonly memory: Memory | null };

/** The loop: from a start, step, and keep each row's worst point; several times from other starts. */
function climb(
  ascent: Ascent,
  eps: Lengths,
  key: number | string,
  settings: GradientAttackSettings,
  stepper: Stepper,
): Perturbed {
  const { steps, restarts, randomStart, useBest } = settings;
  const ball = ballAbout(ascent.centre, ascent.lengths(eps), settings);
  let worst: Perturbed | null = null;
  for (let restart = 0; restart < restarts; restart++) {
    const point: tf.Tensor = randomStart ? ball.randomPoint(key, restart) : ascent.centre.clone();
    let state: Climb = { point, worst, memory: null };
    for (let i = 0; i < steps; i++) {
      state = evolve(state, (now): Climb => {
        const slope = i === 0 && !randomStart ? ascent.slopeAtCentre() : ascent.slope(now.point);
        const here: Place = { point: now.point, ...slope };
        const next = stepper.next(here, now.memory ?? stepper.begin(here, ball), i, ball);
        const found = useBest ? worse(now.worst, { x: now.point, loss: slope.loss }) : now.worst;
        return { ...next, worst: found };
      });
    }
    state = evolve(state, (now) => ({
      ...now,
      memory: null,
      worst: worse(now.worst, { x: now.point, loss: ascent.loss(now.point) }),
    }));
    worst = state.worst!;
  }
  return ascent.fold(worst!);
}
