import { gaussLegendre } from '../../numerics/quadrature.ts';
import type { MarginChannel } from './marginChannel.ts';

const { nodes, weights } = gaussLegendre(12);
const SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

/** Of the Gaussian on either side: phi(8.6) is 3e-17. */
const REACH = 8.6;
/** The longest panel in w where the loss bends, in deviations of the Gaussian, and in widths of the teacher's step. */
const BEND = 2.8;
const WIDTH = 2.5;
/** Beyond +-BENT exp(-|w|) is rounding. */
const BENT = 37;
/** The teacher's probabilities change within this many of their widths about 0. */
const STEP_REACH = 8.6;

/** Nodes and what is known at them; kept, since an average is taken some twenty times a solution. */
let points = new Float64Array(1 << 10);
let shares = new Float64Array(1 << 10);

/**
 * Gauss-Legendre panels over w, each as long as the shortest scale where it lies, which is that of the loss (1 in w), of the
 * Gaussian, or of the teacher's step at v = 0. Fills `points` and `shares`; returns how many.
 */
function layPanels(scale: number, steepest: number, V: number, c: number): number {
  const stepReach = STEP_REACH / steepest;
  const stepWidth = WIDTH / Math.max(1, steepest);
  const bendsTo = BENT + Math.log1p(V);
  let count = 0;
  let w = proximalPoint(-REACH * scale - c, V);
  let x = (w + c - V / (1 + Math.exp(w))) / scale;
  while (x < REACH) {
    // How far x may go, and how fast it goes.
    const step =
      x < -stepReach
        ? Math.min(WIDTH, Math.max(stepWidth, -stepReach - x))
        : x < stepReach
          ? stepWidth
          : WIDTH;
    const small = Math.exp(-Math.abs(w));
    let length = (step * scale) / (1 + (V * small) / ((1 + small) * (1 + small)));
    if (w < -BENT) length = Math.min(length, Math.max(-BENT - w, BEND));
    else if (w < bendsTo) length = Math.min(length, BEND);
    // However far the loss is scaled up, rounding must not stop the march.
    length = Math.max(length, 1e-13 * Math.abs(w));
    let end = w + length;
    let atEnd = (end + c - V / (1 + Math.exp(end))) / scale;
    for (let shrinking = 0; atEnd - x > 1.1 * step && shrinking < 60; shrinking++) {
      length *= Math.max(0.3, step / (atEnd - x));
      end = w + length;
      atEnd = (end + c - V / (1 + Math.exp(end))) / scale;
    }
    if (count + nodes.length > points.length) {
      points = grown(points);
      shares = grown(shares);
    }
    const half = 0.5 * length;
    for (let i = 0; i < nodes.length; i++) {
      points[count] = w + half * (1 + nodes[i]!);
      shares[count++] = half * weights[i]!;
    }
    w = end;
    x = atEnd;
  }
  return count;
}

const grown = (values: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> => {
  const more = new Float64Array(2 * values.length);
  more.set(values);
  return more;
};

/**
 * log(1 + exp(-w)). The proximal map v = w + c - V/(1 + exp w) is explicit from right to left, so that averages over v become
 * integrals over w, without a root to find. Accurate to 1e-10, mostly 1e-13.
 */
export const logistic: MarginChannel = {
  averages(law, V, c, out) {
    const { scale } = law;
    const count = layPanels(scale, law.steepest, V, c);
    let [eta, mu, chi, attack] = [0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const w = points[i]!;
      const e = Math.exp(-Math.abs(w));
      const inverse = 1 / (1 + e);
      const g = w > 0 ? e * inverse : inverse;
      const slope = e * inverse * inverse;
      const x = (w + c - V * g) / scale;
      const density = shares[i]! * Math.exp(-0.5 * x * x);
      const stretch = 1 + V * slope;
      const mass = density * law.agreement(x);
      const pulled = mass * stretch * g;
      eta += mass * slope;
      mu += density * stretch * g * law.pull(x);
      chi += pulled * g;
      attack += pulled;
    }
    const unit = SQRT_2_OVER_PI / scale;
    out.eta = unit * eta;
    out.mu = 0.5 * unit * mu;
    out.chi = unit * chi;
    out.attack = unit * attack;
    out.loss = 0;
    out.kink = 0;
    return out;
  },
  trainingLoss(law, V, c) {
    const { scale } = law;
    const count = layPanels(scale, law.steepest, V, c);
    let loss = 0;
    for (let i = 0; i < count; i++) {
      const w = points[i]!;
      const e = Math.exp(-Math.abs(w));
      const g = w > 0 ? e / (1 + e) : 1 / (1 + e);
      const x = (w + c - V * g) / scale;
      const density = shares[i]! * Math.exp(-0.5 * x * x) * (1 + (V * e) / ((1 + e) * (1 + e)));
      loss += density * law.agreement(x) * (Math.log1p(e) + (w > 0 ? 0 : -w));
    }
    return (SQRT_2_OVER_PI / scale) * loss;
  },
};

/** A little below the w with w - V/(1 + exp w) = z, by bisection. */
function proximalPoint(z: number, V: number): number {
  let [low, high] = [z, z + V];
  while (high - low > 1e-6 * (1 + Math.abs(low))) {
    const middle = 0.5 * (low + high);
    if (middle === low || middle === high) break;
    if (middle - V / (1 + Math.exp(middle)) < z) low = middle;
    else high = middle;
  }
  return low;
}
