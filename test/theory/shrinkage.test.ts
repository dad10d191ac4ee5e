import { describe, expect, it } from 'vitest';
import { erf } from '../../src/numerics/gaussian.ts';
import { gaussLegendre } from '../../src/numerics/quadrature.ts';
import { newShrinkage, type Shrinkage, shrinkage } from '../../src/theory/linf/shrinkage.ts';
import { type Signal, signalParts } from '../../src/theory/linf/signal.ts';
import { expectClose } from './support.ts';

/** Panels of the test, and of the code. */
const QUADRATURE = 1e-11;

const phi = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
const odd = (x: number): number => erf(x / Math.SQRT2);

/** The averages over Y itself, each a by bisection, and b by its mean given Y. */
function byBisection(
  signal: Signal,
  slope: number,
  variance: number,
  threshold: number,
  smoothing: number,
): Shrinkage {
  const { nodes, weights } = gaussLegendre(8);
  const out = newShrinkage();
  for (const part of signalParts(signal)) {
    const mean = slope * part.shift;
    const s = Math.sqrt(variance + slope * slope * part.variance);
    const corners = smoothing === 0 ? [-threshold, threshold] : [];
    const ends = [mean - 10 * s, ...corners.filter((y) => Math.abs(y - mean) < 10 * s), mean + 10 * s];
    for (let k = 0; k + 1 < ends.length; k++) {
      const panels = Math.ceil((60 * (ends[k + 1]! - ends[k]!)) / s);
      const half = (ends[k + 1]! - ends[k]!) / (2 * panels);
      for (let panel = 0; panel < panels; panel++)
        nodes.forEach((node, i) => {
          const y = ends[k]! + half * (2 * panel + 1 + node);
          const mass = (part.weight * half * weights[i]! * phi((y - mean) / s)) / s;
          const a = left(y, threshold, smoothing);
          const b = part.shift + ((slope * part.variance) / (s * s)) * (y - mean);
          const peak = smoothing === 0 ? 0 : 2 * phi(a / smoothing);
          const kept =
            smoothing === 0 ? Number(Math.abs(y) > threshold) : smoothing / (smoothing + threshold * peak);
          out.kept += mass * kept;
          out.lost += mass * (1 - kept);
          out.pull += mass * (y - a) ** 2;
          out.signalPull += mass * b * (y - a);
          out.signalKept += mass * b * a;
          out.peak += mass * peak;
          out.norm += mass * (smoothing === 0 ? Math.abs(a) : a * odd(a / smoothing) + smoothing * peak);
          out.square += mass * a * a;
        });
    }
  }
  return out;
}

/** The a of a + threshold (2 Phi(a/smoothing) - 1) = y. */
function left(y: number, threshold: number, smoothing: number): number {
  if (smoothing === 0) return Math.sign(y) * Math.max(0, Math.abs(y) - threshold);
  let [low, high] = [y - threshold, y + threshold];
  for (let step = 0; step < 60; step++) {
    const middle = 0.5 * (low + high);
    if (middle + threshold * odd(middle / smoothing) < y) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

describe('what an attack in linf leaves of the coordinates', () => {
  it.each([
    ['gaussian', 0.8, 0.3, 0.5, 0],
    ['rademacher', 0.8, 0.3, 0.5, 0],
    ['sparse', 1.1, 0.2, 1.4, 0],
    ['gaussian', 0.8, 0.3, 0.5, 0.4],
    ['rademacher', 1.3, 0.1, 0.9, 0.7],
    [{ law: 'sparse', share: 0.3, entries: 'gaussian' }, 0.7, 0.4, 1.2, 0.2],
    [{ law: 'discrete', values: [0, 1, 3], weights: [5, 2, 1] }, 0.6, 0.5, 0.3, 1.5],
  ] as const)(
    'has the averages of its definition: %o, slope %s, variance %s, threshold %s, smoothing %s',
    (...of) => {
      const found = shrinkage(
        signalParts(of[0] as Signal),
        ...(of.slice(1) as [number, number, number, number]),
        newShrinkage(),
      );
      const expected = byBisection(...(of as unknown as Parameters<typeof byBisection>));
      for (const name of Object.keys(expected) as (keyof Shrinkage)[])
        expectClose(found[name], expected[name], QUADRATURE, name);
    },
  );

  it('and what it takes make the whole, however little is left', () => {
    const law = signalParts('rademacher');
    for (const threshold of [0.5, 3, 8]) {
      const [slope, variance] = [1.2, 0.25];
      const { kept, lost, signalKept, signalPull } = shrinkage(
        law,
        slope,
        variance,
        threshold,
        0,
        newShrinkage(),
      );
      // E b Y = slope E b^2
      expectClose(signalKept + signalPull, slope, 1e-15);
      expectClose(kept + lost, 1, 1e-15);
      // Of a tail as far as 13.6 deviations.
      expect(signalKept).toBeGreaterThan(0);
    }
  });
});
