import { awayFrom, oneRowASample, twoRowsASample, upAndDown } from './ascent.ts';
import type { AttackProblem, AttackSearch } from './attack.ts';
import type { GradientAttackSettings } from './attackOptions.ts';
import { ballAbout } from './ball.ts';
import { judged } from './criteria.ts';
import { fallsWithMargin, fitting } from './losses.ts';
import { eachRow } from './norms/norm.ts';
import { type Perturbed, worse } from './perSample.ts';
import { randomDelta } from './randomDelta.ts';
import { stepLength } from './stepper.ts';

/** More steps add up more roundings than a product has. */
const MOST_STEPS = 200;

/** Where a model climbs by itself, all the steps of an attack at once; null where it has to go step by step. */
type ClimbSearch = (...of: Parameters<AttackSearch>) => Perturbed | null;

/**
 * The steps of constant length, in l2 or linf, of a model that climbs by itself, for losses that a single output decides by its
 * distance from a target or by its margin. Finds what the steps one by one find, but for roundings.
 * @returns null for other models, losses, norms, with bounds, and with a criterion that goes by something else
 */
export function climbSearch(problem: AttackProblem, settings: GradientAttackSettings): ClimbSearch | null {
  const { f, x, y, criterion } = problem;
  const { norm, bounds, loss, steps, useBest } = settings;
  const residual = loss.twoSided ?? false;
  if (!f.climb || bounds || norm.name === 'l1' || y.shape[1] !== 1) return null;
  if (steps === 1 || steps > MOST_STEPS || !(residual || fallsWithMargin(loss))) return null;
  if (criterion && criterion.sooner !== (residual ? 'farther' : 'lower')) return null;
  const both = residual && settings.bothSides;
  const { eachSide, fold } = both ? twoRowsASample : oneRowASample;
  const n = x.shape[0]!;
  const m = both ? 2 * n : n;
  const network = f.climb(norm.name, m * (steps - 1));
  if (!network) return null;
  const centre = network.place(x);
  const value = fitting(centre.value, y, loss);
  const push = both ? upAndDown(n) : residual ? awayFrom(y, value) : y.neg();
  const targets = eachSide(y);

  return (eps, draw) => {
    const samples = ballAbout(x, eps, settings);
    const ball = ballAbout(eachSide(x), eachSide(eps), settings);
    const [length, radius] = [stepLength(ball, settings), ball.eps].map((each) => eachRow(each, m));
    let worst: Perturbed | null = null;
    for (let run = 0; run < settings.restarts; run++) {
      const start =
        run === 0 && !settings.randomStart
          ? centre
          : network.place(samples.pointAt(randomDelta(x, settings, draw, run)));
      const found = network.climb(start, centre, {
        push,
        target: residual ? targets : null,
        length: length!,
        radius: radius!,
        steps,
        keepBest: useBest,
      });
      if (!found) return null;
      const point = ball.movedBy(found.delta);
      worst = worse(worst, { x: point, ...judged(found.value, targets, loss, criterion) });
    }
    return fold(worst!);
  };
}
