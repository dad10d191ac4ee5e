import { tf } from '../runtime/tf.ts';
import { type Ascent, ascentOf, type Slope } from './ascent.ts';
import type { Attack, AttackProblem, AttackSearch } from './attack.ts';
import {
  type GradientAttackOptions,
  type GradientAttackSettings,
  resolveGradientAttack,
} from './attackOptions.ts';
import { type Ball, ballAbout } from './ball.ts';
import { boundedAttack } from './boundedAttack.ts';
import { climbSearch } from './climbSearch.ts';
import { evolve, type Perturbed, worse } from './perSample.ts';
import { randomDelta } from './randomDelta.ts';
import { type Memory, type Stepper, steepestSteps } from './stepper.ts';

/** An attack that climbs the input gradient, as {@link gradientAttack} makes it. */
export type GradientAttack = Attack & {
  /** The options it was made of, with every choice made. */
  readonly settings: GradientAttackSettings;
};

/**
 * An attack that ascends the loss along its input gradient; {@link fgm}, {@link pgd} and their relatives are its defaults
 * and a stepper. Norms, losses, both sides of a regression, bounds, restarts, random starts and the worst point of each
 * sample come with it.
 * @param name says it in results and in messages
 * @param options what its user asks for; undefined is the default
 * @param defaults where they differ from those of every gradient attack
 * @param stepperOf where to go from a point, given the gradient there; by default along the steepest direction
 * @throws InvalidArgumentError for unknown options, and for options out of range
 */
export function gradientAttack(
  name: string,
  options: GradientAttackOptions = {},
  defaults: GradientAttackOptions = {},
  stepperOf: (settings: GradientAttackSettings) => Stepper = steepestSteps,
): GradientAttack {
  const settings = resolveGradientAttack(name, options, defaults);
  const next = stepperOf(settings);
  return boundedAttack(name, settings, (problem) => {
    const atOnce = stepperOf === steepestSteps ? climbSearch(problem, settings) : null;
    if (!atOnce) return stepSearch(problem, next, settings);
    return (eps, draw) => atOnce(eps, draw) ?? stepSearch(problem, next, settings)(eps, draw);
  });
}

/** Goes step by step. */
function stepSearch(problem: AttackProblem, next: Stepper, settings: GradientAttackSettings): AttackSearch {
  const ascent = ascentOf(problem, settings, settings.bothSides);
  const slopeAtCentre = settings.randomStart ? null : ascent.slopeAtCentre();
  return (eps, draw) => {
    const ball = ballAbout(ascent.centre, ascent.eachSide(eps), settings);
    const firstSlope = slopeAtCentre?.(ball) ?? null;
    let worst = firstSlope && wholeStep(ascent, ball, firstSlope, settings);
    for (let run = 0; run < settings.restarts; run++) {
      const slope = run === 0 ? firstSlope : null;
      const point = tf.tidy(() =>
        slope
          ? ascent.centre.clone()
          : ball.pointAt(ascent.eachSide(randomDelta(problem.x, settings, draw, run))),
      );
      worst = climb(ascent, ball, { point, slope, worst }, next, settings);
    }
    return ascent.fold(worst!);
  };
}

/**
 * Where one step of all of eps leads. Within bounds it is exact for a linear function, and a path of shorter steps is
 * not: only there does the attack look at it besides its own points.
 */
function wholeStep(
  { centre, judge }: Ascent,
  ball: Ball,
  { gradient }: Slope,
  { bounds, steps, useBest }: GradientAttackSettings,
): Perturbed | null {
  if (!bounds || !useBest || steps === 1) return null;
  const point = ball.ascendInBounds(centre, gradient, ball.eps);
  return { x: point, ...judge(point) };
}

type Start = {
  readonly point: tf.Tensor;
  /** The slope there, where it is known already. */
  readonly slope: Slope | null;
  readonly worst: Perturbed | null;
};

type Climb = { readonly point: tf.Tensor; readonly worst: Perturbed | null; readonly memory: Memory | null };

/** The loop: slope, step back into the ball, keep the worse; the last point counts, too. */
function climb(
  ascent: Ascent,
  ball: Ball,
  { slope, ...start }: Start,
  next: Stepper,
  { steps, useBest }: GradientAttackSettings,
): Perturbed {
  let state: Climb = { ...start, memory: null };
  for (let i = 0; i < steps; i++) {
    state = evolve(state, ({ point, worst, memory }): Climb => {
      const { gradient, ...here } = i === 0 && slope ? slope : ascent.slope(point);
      const step = next({ point, gradient, loss: here.loss }, ball, i, memory);
      return {
        point: step.point,
        memory: step.memory ?? null,
        worst: useBest ? worse(worst, { x: point, ...here }) : worst,
      };
    });
  }
  const { worst } = evolve(state, ({ point, worst }) => ({
    point,
    memory: null,
    worst: worse(worst, { x: point, ...ascent.judge(point) }),
  }));
  return worst!;
}
