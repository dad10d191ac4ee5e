import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { InvalidArgumentError } from '../../errors.ts';
import { gaussLegendre } from '../../numerics/quadrature.ts';
import { increasingRoot } from '../../numerics/rootFinding.ts';
import { clearAverages } from './averages.ts';
import type { MarginChannel } from './marginChannel.ts';
import type { ResidualChannel } from './residualChannel.ts';

/** A convex loss of one's own: of the residual y - f(x), least at 0, or of the margin y f(x), falling at 0 and never rising. */
export interface OwnLoss<Of extends 'residual' | 'margin' = 'residual' | 'margin'> {
  /** what it is a function of */
  readonly of: Of;
  /** the loss */
  readonly value: (r: number) => number;
  /** its derivative; between the two slopes, whichever, at a kink */
  readonly derivative: (r: number) => number;
  /** where the derivative jumps or bends sharply */
  readonly kinks?: readonly number[];
}

const NAMES: OptionNames<OwnLoss> = { of: true, value: true, derivative: true, kinks: true };

/** Where the inequalities of convexity are tried: +-(exp(k/8) - 1), up to 1e4. */
const TRIED = Array.from({ length: 75 }, (_, k) => Math.expm1(k / 8));
const ROUNDING = 1e-9;

/**
 * The loss itself, after a numerical check: of any two neighbours a < b among some 150 points about 0, convexity asks for
 * derivative(a) (b - a) <= value(b) - value(a) <= derivative(b) (b - a), which a wrong derivative fails as well.
 * @throws InvalidArgumentError for what is no such loss
 */
export function checkOwnLoss(loss: OwnLoss): Required<OwnLoss> {
  checkOptions('a loss', loss, NAMES);
  const { of, value, derivative, kinks = [] } = loss;
  if (of !== 'residual' && of !== 'margin')
    throw new InvalidArgumentError('of', of, "'residual' or 'margin'");
  for (const [name, f] of Object.entries({ value, derivative }))
    if (typeof f !== 'function') throw new InvalidArgumentError(name, f, 'a function of one number');
  if (!Array.isArray(kinks) || !kinks.every(Number.isFinite))
    throw new InvalidArgumentError('kinks', kinks, 'a list of finite numbers');
  const points = [...TRIED.map((x) => -x), ...TRIED, ...kinks].sort((a, b) => a - b);
  for (let i = 0; i + 1 < points.length; i++) {
    const [a, b] = [points[i]!, points[i + 1]!];
    if (b - a < 1e-6) continue;
    const [from, to] = [value(a), value(b)];
    const [slope, next] = [derivative(a), derivative(b)];
    if (![from, to, slope, next].every(Number.isFinite))
      throw new InvalidArgumentError('loss', loss, `finite values: value(${b}) is ${to}`);
    const room = ROUNDING * (Math.abs(from) + Math.abs(to) + (Math.abs(slope) + Math.abs(next)) * (b - a));
    if (slope * (b - a) > to - from + room || to - from > next * (b - a) + room)
      throw new InvalidArgumentError(
        'loss',
        loss,
        `a convex loss with its own derivative, also between ${a} and ${b}`,
      );
    if (of === 'margin' && next > ROUNDING)
      throw new InvalidArgumentError('loss', loss, `a loss of the margin that never rises, also at ${b}`);
    if (of === 'residual' && ((b < 0 && next > ROUNDING) || (a > 0 && slope < -ROUNDING)))
      throw new InvalidArgumentError('loss', loss, 'a loss of the residual that is least at 0');
  }
  if (of === 'margin' && !(derivative(0) < 0))
    throw new InvalidArgumentError('loss', loss, 'a loss of the margin that falls at 0');
  return { of, value, derivative, kinks };
}

const { nodes, weights } = gaussLegendre(10);
const REACH = 8.6;
/** The longest panel, in deviations of the Gaussian. */
const LONGEST = 1.5;
/** The grid of the argument of the loss on which panels end besides, in steps of asinh. */
const GRID = 0.5;

/** A point this near a kink, beside 1 and its size, is the kink. */
const HELD = 1e-9;
/** Where the step of the teacher's probabilities is cut, in widths of it. */
const STEP = Array.from({ length: 13 }, (_, k) => 1.5 * (k - 6));

/** An attacked loss: its derivative, and where that jumps. */
interface Attacked {
  derivative(r: number): number;
  readonly kinks: readonly number[];
}

/**
 * Gauss-Legendre nodes over z within `deviation` times +-REACH of `centre`, the proximal point r at each and the slope (z - r)/V of the loss there: panels end at the
 * images of the loss's kinks, and of a grid in r that is fine near them, and at the `cuts` in z, which increase. Calls `visit`
 * with z, r and the weight (the density of z not in it).
 */
function eachNode(
  { derivative, kinks }: Attacked,
  V: number,
  centre: number,
  deviation: number,
  visit: (z: number, r: number, slope: number, weight: number) => void,
  cuts: readonly number[] = [],
): void {
  const [from, to] = [centre - REACH * deviation, centre + REACH * deviation];
  const image = (r: number): number => r + V * derivative(r);
  const proximal = (z: number, low: number, high: number): number => {
    let [a, b] = [low, high];
    for (let step = 0; step < 200 && b - a > 1e-15 * Math.max(1, Math.abs(a)); step++) {
      const middle = 0.5 * (a + b);
      if (image(middle) < z) a = middle;
      else b = middle;
    }
    return 0.5 * (a + b);
  };
  const least = increasingRoot((r) => image(r) - from, from).value;
  const most = increasingRoot((r) => image(r) - to, to).value;
  const middle = kinks[0] ?? 0;
  const furthest = Math.max(Math.abs(least - middle), Math.abs(most - middle));
  const beside = (r: number): number => 1e-12 * Math.max(1, Math.abs(r));
  // A kink may hold an end of the range, of which the root then is the kink but for rounding.
  const holding = kinks.filter((r) => image(r + beside(r)) > from && image(r - beside(r)) < to);
  const isHeld = (r: number): boolean =>
    holding.some((kink) => Math.abs(r - kink) <= HELD * (1 + Math.abs(kink)));
  const ends = [least, most];
  for (let j = 0; Math.sinh(j * GRID) < furthest; j++)
    ends.push(middle - Math.sinh(j * GRID), middle + Math.sinh(j * GRID));
  const between = ends.filter((r) => r >= least && r <= most && !isHeld(r));
  const inside = [...new Set([...between, ...holding])].sort((a, b) => a - b);
  const panels = (low: number, high: number, at: (z: number) => number, held: boolean): void => {
    const [start, end] = [Math.max(low, from), Math.min(high, to)];
    if (!(end > start)) return;
    const cut = cuts.find((z) => z > start && z < end);
    if (cut !== undefined) {
      panels(start, cut, at, held);
      panels(cut, end, at, held);
      return;
    }
    const count = Math.ceil((end - start) / (LONGEST * deviation));
    const half = (end - start) / (2 * count);
    for (let panel = 0; panel < count; panel++)
      for (let i = 0; i < nodes.length; i++) {
        const z = start + half * (2 * panel + 1 + nodes[i]!);
        const r = at(z);
        visit(z, r, held ? (z - r) / V : derivative(r), half * weights[i]!);
      }
  };
  for (let i = 0; i < inside.length; i++) {
    const r = inside[i]!;
    // What the kink holds, if there is one here.
    panels(image(r - beside(r)), image(r + beside(r)), () => r, true);
    const next = inside[i + 1];
    if (next !== undefined)
      panels(image(r + beside(r)), image(next - beside(next)), (z) => proximal(z, r, next), false);
  }
}

const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

/** A margin loss of one's own; its averages by quadrature over v, the mean slope of the score by parts. */
export const ownMargin = ({ value, derivative, kinks }: Required<OwnLoss>): MarginChannel => ({
  averages(law, V, c, out) {
    const { scale } = law;
    let [tilted, mu, chi, attack, loss] = [0, 0, 0, 0, 0];
    const cuts = STEP.map((widths) => (widths * scale) / Math.max(1, law.steepest) - c);
    const add = (z: number, w: number, slope: number, weight: number): void => {
      const x = (z + c) / scale;
      const g = -slope;
      const mass = (2 * weight * density(x) * law.agreement(x)) / scale;
      tilted += mass * x * g;
      mu += ((weight * density(x)) / scale) * law.pull(x) * g;
      chi += mass * g * g;
      attack += mass * g;
      loss += mass * value(w);
    };
    eachNode({ derivative, kinks }, V, -c, scale, add, cuts);
    out.eta = Math.max(0, law.along * mu - tilted) / scale;
    out.mu = mu;
    out.chi = chi;
    out.attack = attack;
    out.loss = loss;
    out.kink = 0;
    return out;
  },
});

/** A loss of the residual of one's own. */
export function ownResidual({ value, derivative, kinks }: Required<OwnLoss>): ResidualChannel {
  const attacked = (c: number): Attacked & { readonly crossing: number } => {
    // Where an attack upwards and one downwards cost the same.
    const crossing = c === 0 ? 0 : increasingRoot((r) => value(r + c) - value(r - c), 0).value;
    return {
      crossing,
      derivative: (r) => (r > crossing ? derivative(r + c) : derivative(r - c)),
      kinks: [
        crossing,
        ...kinks.map((kink) => kink - c).filter((kink) => kink > crossing),
        ...kinks.map((kink) => kink + c).filter((kink) => kink < crossing),
      ],
    };
  };
  const channel: ResidualChannel = {
    averages(law, V, c, out) {
      const loss = attacked(c);
      const { crossing } = loss;
      const [up, down] = [derivative(crossing + c), derivative(crossing - c)];
      clearAverages(out);
      for (const { weight: share, shift, variance } of law.noise) {
        const square = law.missed + variance;
        const s = Math.sqrt(square);
        eachNode(loss, V, shift, s, (z, r, g, weight) => {
          const mass = (share * weight * density((z - shift) / s)) / s;
          out.eta += (mass * g * (z - shift)) / square;
          out.chi += mass * g * g;
          out.loss += mass * Math.max(value(r + c), value(r - c));
          if (r === crossing && up > down) {
            // Both attacks at once, in the shares that make up the score.
            const upwards = (g - down) / (up - down);
            out.attack += mass * (upwards * up - (1 - upwards) * down);
            out.kink += mass;
          } else out.attack += mass * Math.abs(g);
        });
      }
      out.mu = out.eta;
      return out;
    },
    trainingError(law, V, c) {
      let sum = 0;
      for (const { weight: share, shift, variance } of law.noise) {
        const s = Math.sqrt(law.missed + variance);
        eachNode(attacked(c), V, shift, s, (z, r, _slope, weight) => {
          sum += (share * weight * density((z - shift) / s) * r * r) / s;
        });
      }
      return sum;
    },
    untrained: (law, out) => channel.averages(law, 1e-9 * Math.sqrt(law.missed), 0, out),
  };
  return channel;
}
