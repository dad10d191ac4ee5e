import { UserError } from '../errors.ts';
import { normalDensity } from './gaussian.ts';

const NODES_PER_PANEL = 20;
/** phi(13) = 8e-38: nothing that grows more slowly than exp(u^2/4) is left outside at 1e-15. */
const HALF_WIDTH = 13;
const MAX_HALVINGS = 9;

/** Gauss-Legendre nodes and weights on [-1, 1], by Newton's method on the Legendre polynomial. */
export function gaussLegendre(count: number): { nodes: number[]; weights: number[] } {
  const nodes: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < count; i++) {
    let x = Math.cos((Math.PI * (i + 0.75)) / (count + 0.5));
    let slope = 1;
    for (let step = 0; step < 8; step++) {
      let previous = 1;
      let current = x;
      for (let degree = 2; degree <= count; degree++) {
        const next = ((2 * degree - 1) * x * current - (degree - 1) * previous) / degree;
        previous = current;
        current = next;
      }
      slope = (count * (x * current - previous)) / (x * x - 1);
      x -= current / slope;
    }
    nodes.push(x);
    weights.push(2 / ((1 - x * x) * slope * slope));
  }
  return { nodes, weights };
}

const rule = gaussLegendre(NODES_PER_PANEL);

/**
 * E f(G), G ~ N(0, 1), for an f that is smooth between `kinks`: Gauss-Legendre panels that end at every kink, halved
 * until two successive answers agree to 1e-13 of the mean of |f|, or of `scale` where that is larger.
 * @throws UserError when f is not finite, or too rough for the rule to settle.
 */
export function gaussianMean(f: (u: number) => number, kinks: readonly number[] = [], scale = 0): number {
  const inside = kinks.filter((kink) => Math.abs(kink) < HALF_WIDTH);
  const ends = [...new Set([-HALF_WIDTH, ...inside, HALF_WIDTH])].sort((a, b) => a - b);
  let last = Number.NaN;
  for (let halvings = 0, panelWidth = 1; halvings <= MAX_HALVINGS; halvings++, panelWidth /= 2) {
    let sum = 0;
    let size = 0;
    for (let piece = 0; piece + 1 < ends.length; piece++) {
      const from = ends[piece]!;
      const width = ends[piece + 1]! - from;
      const panels = Math.ceil(width / panelWidth);
      const half = width / (2 * panels);
      for (let panel = 0; panel < panels; panel++) {
        const centre = from + (2 * panel + 1) * half;
        for (let i = 0; i < NODES_PER_PANEL; i++) {
          const u = centre + half * rule.nodes[i]!;
          const value = half * rule.weights[i]! * normalDensity(u) * f(u);
          sum += value;
          size += Math.abs(value);
        }
      }
    }
    const edge = (Math.abs(f(HALF_WIDTH)) + Math.abs(f(-HALF_WIDTH))) * normalDensity(HALF_WIDTH);
    if (!Number.isFinite(sum) || edge > 1e-14 * size)
      throw new UserError('the activation is not finite, or grows too fast, for a Gaussian input');
    if (Math.abs(sum - last) <= 1e-13 * Math.max(size, scale)) return sum;
    last = sum;
  }
  throw new UserError(
    'the Gaussian moments of the activation did not settle to 1e-13; name its kinks, or smooth it',
  );
}
