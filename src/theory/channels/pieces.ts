import { gaussLegendre } from '../../numerics/quadrature.ts';
import { type Averages, clearAverages, newPartialMoments, type PartialMoments } from './averages.ts';

/**
 * A range of the residual z (or of the margin less the attack) where the score is linear, and the loss quadratic; from the end
 * of the piece before, the first from -Infinity. The ranges increase; one may be empty.
 */
export interface Piece {
  /** where it ends */
  readonly to: number;
  /** its length, where both ends may be the same number but for rounding */
  readonly width?: number;
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
  /** its density at a point */
  density(at: number): number;
  /** a length over which the density hardly changes its slope */
  readonly narrowest: number;
}

/** Below this width, in units of `narrowest`, a range is integrated by nodes: differences of moments would be rounding. */
const NARROW = 1e-3;
const { nodes, weights } = gaussLegendre(3);

let [lower, upper] = [newPartialMoments(), newPartialMoments()];

/** The averages over pieces, all but `mu`; `shift` is what was taken off the argument of the law. */
export function pieceAverages(
  pieces: readonly Piece[],
  law: PartialLaw,
  shift: number,
  out: Averages,
): Averages {
  clearAverages(out);
  lower.mass = 0;
  lower.first = 0;
  lower.second = 0;
  let from = Number.NEGATIVE_INFINITY;
  const narrow = NARROW * law.narrowest;
  for (const piece of pieces) {
    const { to, width = to - from, score, attack, loss, kink } = piece;
    from = to;
    law.below(to + shift, upper);
    const mass = Math.max(0, upper.mass - lower.mass);
    const first = upper.first - lower.first - shift * mass;
    const second = Math.max(0, upper.second - lower.second - shift * (2 * first + shift * mass));
    [lower, upper] = [upper, lower];
    if (width < narrow) {
      narrowAverages(piece, width, law, shift, out);
      continue;
    }
    const [g0, g1] = score;
    out.eta += g1 * mass;
    out.chi += Math.max(0, g0 * g0 * mass + g1 * (2 * g0 * first + g1 * second));
    out.attack += attack[0] * mass + attack[1] * first;
    out.loss += loss[0] * mass + loss[1] * first + loss[2] * second;
    if (kink) out.kink += mass;
  }
  return out;
}

/** Adds the averages over a range that is short beside all the law does. */
function narrowAverages(
  { to, score, attack, loss, kink }: Piece,
  width: number,
  law: PartialLaw,
  shift: number,
  out: Averages,
): void {
  if (!(width > 0)) return;
  for (let i = 0; i < nodes.length; i++) {
    const z = to - 0.5 * width * (1 - nodes[i]!);
    const mass = 0.5 * width * weights[i]! * law.density(z + shift);
    out.eta += score[1] * mass;
    out.chi += (score[0] + score[1] * z) ** 2 * mass;
    out.attack += (attack[0] + attack[1] * z) * mass;
    out.loss += (loss[0] + z * (loss[1] + z * loss[2])) * mass;
    if (kink) out.kink += mass;
  }
}

/** E g over pieces. */
export function meanScore(pieces: readonly Piece[], law: PartialLaw, shift: number): number {
  let mean = 0;
  lower.mass = 0;
  lower.first = 0;
  let from = Number.NEGATIVE_INFINITY;
  const narrow = NARROW * law.narrowest;
  for (const { to, width = to - from, score } of pieces) {
    law.below(to + shift, upper);
    if (width < narrow) {
      const middle = to - 0.5 * width;
      if (width > 0) mean += (score[0] + score[1] * middle) * law.density(middle + shift) * width;
    } else {
      const mass = upper.mass - lower.mass;
      mean += score[0] * mass + score[1] * (upper.first - lower.first - shift * mass);
    }
    [lower, upper] = [upper, lower];
    from = to;
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
