import { describe, expect, it } from 'vitest';
import { noiseFill } from '../../src/data/drawNoise.ts';
import { teacher } from '../../src/data/teacher.ts';
import { stream } from '../../src/random/stream.ts';
import type { Noise } from '../../src/theory/index.ts';

const DRAWS = 40_000;
const ERRORS = 5;

const drawn = (noise: Noise, tau?: number): Float32Array =>
  noiseFill(noise, tau, stream('noise', JSON.stringify(noise)))(new Float32Array(DRAWS));

/** Mean of f over the draws, and its standard error. */
function moment(values: Float32Array, f: (x: number) => number): { mean: number; error: number } {
  let [sum, square] = [0, 0];
  for (const value of values) {
    sum += f(value);
    square += f(value) ** 2;
  }
  const mean = sum / values.length;
  return { mean, error: Math.sqrt(Math.max(0, square / values.length - mean * mean) / values.length) };
}

describe('draws of label noise', () => {
  // E xi^2 = tau^2 for all of them; E |xi| and P(|xi| <= tau / 2) tell them apart, in closed form.
  it.each<[Noise, number, number]>([
    ['gaussian', Math.sqrt(2 / Math.PI), 0.38292],
    ['rademacher', 1, 0],
    ['laplace', Math.SQRT1_2, 1 - Math.exp(-Math.SQRT1_2)],
    // t with 5 degrees: E |T| = 2 sqrt(5) Gamma(3) / (sqrt(pi) Gamma(5/2) 4); P(|T| <= .5 sqrt(5/3)) from its density.
    ['student', (2 * Math.sqrt(3) * 2) / (Math.sqrt(Math.PI) * 1.329340388179137 * 4), 0.452946],
    [{ law: 'sparse', share: 0.2 }, Math.sqrt(0.2), 0.8],
  ])('%o has variance tau^2 and its own shape (Monte Carlo)', (noise, size, middle) => {
    const tau = 0.7;
    const values = drawn(noise, tau);
    for (const [f, wanted] of [
      [(x: number) => x, 0],
      [(x: number) => (x / tau) ** 2, 1],
      [(x: number) => Math.abs(x) / tau, size],
      [(x: number) => (Math.abs(x) <= tau / 2 ? 1 : 0), middle],
    ] as const) {
      const { mean, error } = moment(values, f);
      expect(Math.abs(mean - wanted)).toBeLessThanOrEqual(ERRORS * error + 1e-6);
    }
  });

  it('draws values with their weights', () => {
    const values = drawn({ law: 'discrete', values: [-1, 3], weights: [3, 1] });
    expect(new Set(values)).toEqual(new Set([-1, 3]));
    const { mean, error } = moment(values, (x) => (x > 0 ? 1 : 0));
    expect(Math.abs(mean - 0.25)).toBeLessThan(ERRORS * error);
    expect(new Set(drawn({ law: 'sampled', values: [0.5, 2] }))).toEqual(new Set([0.5, 2]));
  });
});

describe('labels of a teacher', () => {
  it.each(['probit', 'logistic'] as const)('are signs, %s, turned over as often as asked', (labels) => {
    const [tau, flip, n] = [0.4, 0.1, DRAWS];
    const { beta, sample } = teacher({ d: 2, tau, labels, flip, seed: 5 });
    const { x, y } = sample('train', n);
    expect(new Set(y)).toEqual(new Set([-1, 1]));
    // P(y = 1) given the signal, from the definition of either law.
    const chance = (u: number): number => {
      const clean = labels === 'logistic' ? 1 / (1 + Math.exp(-u / tau)) : normalCdf(u / tau);
      return flip + (1 - 2 * flip) * clean;
    };
    let [excess, variance] = [0, 0];
    for (let i = 0; i < n; i++) {
      const u = beta[0]! * x[2 * i]! + beta[1]! * x[2 * i + 1]!;
      const p = chance(u);
      // Weighted by the signal, so that another slope would show.
      excess += u * ((y[i]! + 1) / 2 - p);
      variance += u * u * p * (1 - p);
    }
    expect(Math.abs(excess)).toBeLessThan(ERRORS * Math.sqrt(variance));
  });

  it('are the same whole or in batches, for every law', () => {
    for (const law of [
      { labels: 'probit', flip: 0.2 },
      { labels: 'logistic' },
      { noise: 'student' },
    ] as const) {
      const problem = teacher({ d: 3, tau: 0.5, seed: 'rows', ...law });
      const parts = [...problem.batches('test', 17, 4)];
      expect(parts.flatMap((part) => [...part.y])).toEqual([...problem.sample('test', 17).y]);
    }
  });

  it.each([
    [{ labels: 'cloglog' as never }, 'labels'],
    [{ labels: 'probit', noise: 'laplace' }, 'noise'],
    [{ flip: 0.1 }, 'flip'],
    [{ labels: 'probit', flip: 0.6 }, 'flip'],
    [{ noise: { law: 'student', degrees: 2 } }, 'degrees'],
  ] as const)('refuse %o by name', (law, name) => {
    expect(() => teacher({ d: 3, tau: 0.5, ...law })).toThrow(name);
  });
});

/** By the midpoint rule, far below the Monte Carlo error. */
function normalCdf(z: number): number {
  const [from, steps] = [-8, 400];
  if (z <= from) return 0;
  const h = (z - from) / steps;
  let sum = 0;
  for (let k = 0; k < steps; k++) sum += Math.exp(-0.5 * (from + (k + 0.5) * h) ** 2);
  return (sum * h) / Math.sqrt(2 * Math.PI);
}
