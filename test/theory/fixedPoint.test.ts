import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import { alongPath, solveFixedPoint, solveFromStarts, weakerPenalties } from '../../src/theory/fixedPoint.ts';
import { randomFeatures } from '../../src/theory/index.ts';
import { goldenSection, minimiseLog } from '../../src/theory/minimise.ts';
import { SaddleEquations } from '../../src/theory/saddleEquations.ts';
import { expectClose } from './support.ts';

const ROUNDING = 1e-12;
type Step = (x: Float64Array, out: Float64Array) => void;

/** x -> A (x - root) + root, with the calls counted and the last place kept. */
function affine(A: readonly (readonly number[])[], root: readonly number[]) {
  const seen = { calls: 0, last: [] as number[] };
  const step: Step = (x, out) => {
    seen.calls++;
    seen.last = [...x];
    A.forEach((row, i) => {
      out[i] = row.reduce((sum, a, j) => sum + a * (x[j]! - root[j]!), root[i]!);
    });
  };
  return { step, seen };
}

/** A rotation by an eighth and growth, in pairs of coordinates: no damped step gets nearer. */
const repelling = [
  [3, -3, 0, 0],
  [3, 3, 0, 0],
  [0, 0, -4, 1],
  [0.5, 0, 2, 5],
];

describe('a fixed point', () => {
  it.each([1, 2, 3, 4])('of an affine map is found by one Jacobian, of order %i', (n) => {
    const A = repelling.slice(0, n).map((row) => row.slice(0, n));
    const root = [0.7, -0.4, 1.1, 0.2].slice(0, n);
    const { step, seen } = affine(A, root);
    const x = Float64Array.from(root, (value, i) => value + 0.01 * (i + 1));
    const { iterations, residual } = solveFixedPoint(step, x, true);
    x.forEach((value, i) => {
      expectClose(value, root[i]!, ROUNDING);
    });
    expect(residual).toBeLessThan(ROUNDING);
    expect(iterations).toBe(seen.calls);
    expect(seen.last).toEqual([...x]);
    // The start, n differences and a step, and what rounding of the differences leaves.
    expect(iterations).toBeLessThanOrEqual(n + 5);
  });

  it('is approached by damped steps from afar', () => {
    const { step, seen } = affine([[0.4]], [100]);
    const x = Float64Array.of(80);
    const { iterations } = solveFixedPoint(step, x);
    expectClose(x[0]!, 100, 1e-10);
    // No stride is longer than 2: four of 1.2 or less each, then ten of 2 and a few to end with.
    expect(iterations).toBeGreaterThan(12);
    expect(iterations).toBeLessThan(40);
    expect(seen.last).toEqual([...x]);
  });

  it('of a curved map is found to rounding in a few evaluations', () => {
    // Golden ratio: x = log(1 + exp x) - x/2 has a root in closed form through t = exp(x/2): t^3 = 1 + t^2.
    let [low, high] = [1, 2];
    for (let i = 0; i < 80; i++) {
      const t = (low + high) / 2;
      if (t ** 3 < 1 + t ** 2) low = t;
      else high = t;
    }
    let calls = 0;
    const x = Float64Array.of(-1);
    const found = solveFixedPoint((at, out) => {
      calls++;
      out[0] = Math.log(1 + Math.exp(at[0]!)) - at[0]! / 2;
    }, x);
    expectClose(x[0]!, 2 * Math.log(low), ROUNDING);
    expect(found.iterations).toBe(calls);
    expect(calls).toBeLessThan(16);
  });

  it('is found where steps leave the range of numbers', () => {
    const step: Step = (x, out) => {
      out[0] = Math.abs(x[0]!) > 3 ? Number.NaN : 0.5 * x[0]! + 0.3;
      out[1] = Math.abs(x[1]!) > 3 ? Infinity : -0.2 * x[1]!;
    };
    const x = Float64Array.of(40, -20);
    expect(solveFixedPoint(step, x).residual).toBeLessThan(1e-10);
    expectClose(x[0]!, 0.6, 1e-10);
    expectClose(x[1]!, 0, 1e-10);
  });

  it('says how far it stayed from a map that has none', () => {
    let last = Number.NaN;
    const x = Float64Array.of(0);
    const { iterations, residual } = solveFixedPoint((at, out) => {
      last = at[0]!;
      out[0] = at[0]! + 1 + at[0]! ** 2;
    }, x);
    expect(residual).toBeGreaterThanOrEqual(1);
    expect(residual).toBeLessThan(1.1);
    expect(iterations).toBeGreaterThanOrEqual(1000);
    expect(iterations).toBeLessThan(1100);
    expect(last).toBe(x[0]);
    expectClose(residual, 1 + x[0]! ** 2, ROUNDING);
  });
});

describe('several starts', () => {
  const { step } = affine([[0.5]], [2]);
  const none: Step = (x, out) => {
    out[0] = x[0]! + 1 + (x[0]! - 0.5) ** 2;
  };

  it('are tried in turn until one leads to a fixed point, and their evaluations are added', () => {
    const made: number[] = [];
    const start = (value: number | undefined) => () => {
      made.push(value ?? Number.NaN);
      return value === undefined ? undefined : { x: Float64Array.of(value), near: true };
    };
    const alone = solveFixedPoint(step, Float64Array.of(1.9), true);
    const found = solveFromStarts(step, [start(undefined), start(1.9), start(5)], 1e-9);
    expect(made).toEqual([Number.NaN, 1.9]);
    expectClose(found.x[0]!, 2, ROUNDING);
    expect(found.iterations).toBe(alone.iterations);
    expect(found.residual).toBeLessThan(1e-9);
  });

  it('leave the best where none does, and the map evaluated there', () => {
    let last = Number.NaN;
    const watched: Step = (x, out) => {
      last = x[0]!;
      none(x, out);
    };
    const ends = [0.5, 40].map((value) => {
      const x = Float64Array.of(value);
      return { ...solveFixedPoint(watched, x, true), x: x[0]! };
    });
    const best = ends[0]!.residual <= ends[1]!.residual ? ends[0]! : ends[1]!;
    const found = solveFromStarts(
      watched,
      [0.5, 40].map((value) => () => ({ x: Float64Array.of(value), near: true })),
      1e-9,
    );
    expect(found.x[0]).toBe(best.x);
    expect(found.residual).toBe(best.residual);
    expect(found.iterations).toBe(ends[0]!.iterations + ends[1]!.iterations);
    expect(last).toBe(best.x);
  });

  it('by weaker penalties go from 10 down by tenths, to just above the one asked for', () => {
    const powers = (lambda: number): number[] =>
      [...weakerPenalties({ lambda })].map((on) => Math.round(Math.log10(on.lambda)));
    expect(powers(2e-3)).toEqual([1, 0, -1, -2]);
    expect(powers(10)).toEqual([]);
    // To 1e-12, itself or not as it is rounded.
    expect([13, 14]).toContain(powers(0).length);
  });

  it('along a path are extrapolated from the last two, up to the first problem that is not solved', () => {
    const asked: (number | undefined)[] = [];
    const solve = (fails: number) => (power: number, x: Float64Array | undefined) => {
      asked.push(x?.[0]);
      return { iterations: 1, residual: power >= fails ? 1 : 1e-8, at: Float64Array.of(power ** 2) };
    };
    const found = alongPath([1, 2, 4, 5], solve(9));
    expect(asked).toEqual([undefined, 1, 7, 28]);
    expect(found).toMatchObject({ near: true });
    expect(found!.x[0]).toBe(25);
    expect(alongPath([1, 2, 4, 5], solve(4))!.x[0]).toBe(4);
    expect(alongPath([1, 2, 4, 5], solve(0))).toBeUndefined();
  });
});

describe('the least value', () => {
  it('on a logarithmic range is found inside, or said to lie at an end', () => {
    const bowl = (at: number) => (x: number) => Math.log(x / at) ** 2;
    const range = { from: 0.01, to: 100, count: 21 };
    for (const at of [0.02, 1, 37]) {
      const found = minimiseLog(bowl(at), range);
      expect(found.where).toBe('inside');
      // The square root of rounding.
      expect(Math.abs(found.at / at - 1)).toBeLessThan(1e-7);
    }
    expect(minimiseLog(bowl(0.001), range)).toEqual({ at: 0.01, where: 'lower end' });
    expect(minimiseLog(bowl(1000), range)).toEqual({ at: 100, where: 'upper end' });
    // Of several minima the least that the scan sees.
    const two = (x: number): number => Math.min(bowl(0.1)(x), bowl(20)(x) - 0.1);
    expect(minimiseLog(two, range).at).toBeCloseTo(20, 4);
    for (const wrong of [
      { from: 1, to: 1 },
      { from: 2, to: 1 },
      { from: 0, to: 1 },
    ])
      expect(() => minimiseLog(bowl(1), { ...wrong, count: 5 })).toThrow(/invalid (from|to): [01]/);
  });

  it('by golden section takes one evaluation for each shortening, down to the width that is asked for', () => {
    const random = stream('golden');
    for (let trial = 0; trial < 5; trial++) {
      const at = 200 * random.uniform() - 100;
      for (const tolerance of [1e-2, 1e-9]) {
        let calls = 0;
        const found = goldenSection(
          (x) => {
            calls++;
            return Math.abs(x - at);
          },
          -150,
          170,
          tolerance,
        );
        expect(Math.abs(found - at)).toBeLessThan(2 * tolerance * Math.max(1, Math.abs(at)));
        // 320 times the golden ratio to the power of the calls but two.
        const wanted =
          Math.log((tolerance * Math.max(1, Math.abs(at))) / 320) / Math.log((Math.sqrt(5) - 1) / 2);
        expect(Math.abs(calls - 2 - wanted)).toBeLessThan(2);
      }
    }
  });
});

describe('the residual of a saddle point', () => {
  it.each([0, 0.4])('is the largest relative error of the equations as stated, at eps = %d', (eps) => {
    const problem = { psi2: 2.3, eps, lambda: 0.03, noise: 0.2, rho: 1.4 };
    const map = randomFeatures({ psi1: 1.7 });
    const { u, kappa } = eps === 0 ? { u: 0, kappa: 0.6 } : { u: 0.5, kappa: 0.8 };
    const largest: string[] = [];
    for (const [du, dk] of [
      [1, 1],
      [1.5, 1],
      [0.2, 1],
      [1, 3],
      [4, 0.2],
    ] as const) {
      const at = new SaddleEquations(map, problem).at(du * u, dk * kappa);
      const { traceF, traceFF, traceFJ, signal, signalF, signalJ } = at.moments;
      // With eta, zeta and lambda over kappa the traces are kappa times those of the statement.
      const V = traceF / problem.psi2;
      const noise = (at.spread * at.risk) / problem.psi2;
      const risk = 0.2 + 1.4 ** 2 * (1 - 2 * at.eta * signal + at.eta ** 2 * signalF) + noise * traceFF;
      const q = Math.sqrt((1.4 * at.eta) ** 2 * signalJ + noise * traceFJ);
      const errors = {
        trace: Math.abs(V - 1),
        risk: Math.abs(risk / at.risk - 1),
        gradient: eps === 0 ? 0 : Math.abs((eps * q) / (at.kappa * at.u * Math.sqrt(at.risk)) - 1),
      };
      const wanted = Math.max(...Object.values(errors));
      expectClose(at.residual, wanted, ROUNDING * (1 + wanted));
      largest.push(Object.entries(errors).find(([, error]) => error === wanted)![0]);
    }
    // Each of them is the one that counts somewhere.
    if (eps > 0) expect(new Set(largest).size).toBeGreaterThan(1);
  });
});
