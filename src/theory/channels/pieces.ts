import type { Averages, PartialMoments } from './averages.ts';
import { newPartialMoments } from './averages.ts';

/**
 * A range of the residual z (or of the margin less the attack) where the score is linear, and the loss quadratic; from the end
 * of the piece before, the first from -Infinity. The ranges increase; one may be empty.
 */
export interface Piece {
  /** where it ends */
  readonly to: number;
  /** the score g = score[0] + score[1] z */
  readonly score: readonly [number, number];
  /** dl/dc, linear likewise */
  readonly attack: readonly [number, number];
  /** l at the proximal point, quadratic */
  readonly loss: readonly [number, number, number];
  /** whether the kink of the loss holds the row there; default false */
  readonly kink?: boolean;
}

/** A law of the argument of the pieces that knows its moments below a point. */
export interface PartialLaw {
  /** fills `out` with mass, first and second moment below `end`, which may be infinite */
  below(end: number, out: PartialMoments): PartialMoments;
}

let [lower, upper] = [newPartialMoments(), newPartialMoments()];

/** The averages over pieces, all but `mu`; `shift` is what was taken off the argument of the law. */
export function pieceAverages(
  pieces: readonly Piece[],
  law: PartialLaw,
  shift: number,
  out: Averages,
): Averages {
  out.eta = 0;
  out.chi = 0;
  out.attack = 0;
  out.loss = 0;
  out.kink = 0;
  lower.mass = 0;
  lower.first = 0;
  lower.second = 0;
  for (const { to, score, attack, loss, kink } of pieces) {
    law.below(to + shift, upper);
    const mass = Math.max(0, upper.mass - lower.mass);
    const first = upper.first - lower.first - shift * mass;
    const second = Math.max(0, upper.second - lower.second - shift * (2 * first + shift * mass));
    [lower, upper] = [upper, lower];
    const [g0, g1] = score;
    out.eta += g1 * mass;
    out.chi += Math.max(0, g0 * g0 * mass + g1 * (2 * g0 * first + g1 * second));
    out.attack += attack[0] * mass + attack[1] * first;
    out.loss += loss[0] * mass + loss[1] * first + loss[2] * second;
    if (kink) out.kink += mass;
  }
  return out;
}

/** E g over pieces. */
export function meanScore(pieces: readonly Piece[], law: PartialLaw, shift: number): number {
  let mean = 0;
  lower.mass = 0;
  lower.first = 0;
  for (const { to, score } of pieces) {
    law.below(to + shift, upper);
    const mass = upper.mass - lower.mass;
    mean += score[0] * mass + score[1] * (upper.first - lower.first - shift * mass);
    [lower, upper] = [upper, lower];
  }
  return mean;
}

/** E g(z) (z - centre) over pieces. */
export function meanScoreTimes(pieces: readonly Piece[], law: PartialLaw, centre: number): number {
  let mean = 0;
  lower.mass = 0;
  lower.first = 0;
  lower.second = 0;
  for (const { to, score } of pieces) {
    law.below(to, upper);
    const mass = upper.mass - lower.mass;
    const first = upper.first - lower.first;
    const second = upper.second - lower.second;
    mean += score[0] * (first - centre * mass) + score[1] * (second - centre * first);
    [lower, upper] = [upper, lower];
  }
  return mean;
}
