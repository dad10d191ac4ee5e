import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundedSteps } from '../../src/attacks/boundedSteps.ts';
import { type NormName, normNamed, normNames } from '../../src/attacks/norms/index.ts';
import { tf } from '../../src/runtime/tf.ts';
import { quickRuntime } from '../support/runtime.ts';
import { sized } from '../support/sizes.ts';
import { hostNorm, rowsOf, take } from './problems.ts';

/** Problems of each kind and norm. */
const RUNS = sized(30, 60);
/** A few roundings of float32. */
const FLOAT32 = 3e-6;

await quickRuntime();

const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, v, i) => sum + v * b[i]!, 0);

/** All subsets of 0 .. d-1, as masks. */
const subsets = (d: number): boolean[][] =>
  Array.from({ length: 2 ** d }, (_, bits) => Array.from({ length: d }, (_, i) => ((bits >> i) & 1) === 1));

/**
 * Every u among which an optimum must be, by enumeration: some entries use all their room, and the others follow the
 * law of the norm with one number that the constraint determines (l1: all but one of them are 0).
 * @param reach what the constraint bounds: the length |u| or the gain <slope, u>
 */
function candidates(
  norm: NormName,
  slope: number[],
  room: number[],
  reach: { length: number } | { gain: number },
): number[][] {
  const found: number[][] = [room, room.map(() => 0)];
  for (const full of subsets(slope.length)) {
    const filled = room.map((c, i) => (full[i] ? c : 0));
    const free = slope.map((a, i) => (full[i] ? 0 : a));
    const add = (shape: number[], t: number) => found.push(filled.map((u, i) => u + t * shape[i]!));
    if (norm === 'l1') {
      free.forEach((a, j) => {
        const left =
          'gain' in reach ? (reach.gain - dot(slope, filled)) / a : reach.length - hostNorm.l1(filled);
        add(
          free.map((_, i) => (i === j && !full[j] ? 1 : 0)),
          left,
        );
      });
    } else if (norm === 'l2') {
      const square = dot(free, free);
      const left =
        'gain' in reach
          ? (reach.gain - dot(slope, filled)) / square
          : Math.sqrt(Math.max(0, reach.length ** 2 - dot(filled, filled)) / square);
      add(free, left);
    } else {
      const shape = free.map((a) => (a > 0 ? 1 : 0));
      add(shape, 'gain' in reach ? (reach.gain - dot(slope, filled)) / dot(slope, shape) : reach.length);
    }
  }
  return found.filter((u) => u.every((v, i) => v >= 0 && v <= room[i]! * (1 + 1e-12)));
}

const entry = fc.double({ min: 0.01, max: 1, noNaN: true }).map(Math.fround);
const problems = fc
  .integer({ min: 1, max: 5 })
  .chain((d) =>
    fc.record({
      gradient: fc.array(
        fc.oneof(
          { weight: 5, arbitrary: fc.tuple(entry, fc.boolean()) },
          fc.constant([0, true] as [number, boolean]),
        ),
        {
          minLength: d,
          maxLength: d,
        },
      ),
      x: fc.array(fc.oneof({ weight: 4, arbitrary: entry }, fc.constant(0), fc.constant(1)), {
        minLength: d,
        maxLength: d,
      }),
      part: fc.double({ min: 0.01, max: 1.2, noNaN: true }),
      scale: fc.constantFrom(1e-18, 1, 1e4),
    }),
  )
  .map(({ gradient, x, part, scale }) => {
    const g = gradient.map(([size, up]) => Math.fround((up ? size : -size) * scale));
    return {
      x,
      g,
      part,
      slope: g.map((v) => Math.abs(v) / scale),
      room: g.map((v, i) => (v > 0 ? 1 - x[i]! : v < 0 ? x[i]! : 0)),
      scale,
    };
  });

describe.each(normNames)('optimal steps within bounds in %s', (name) => {
  const norm = normNamed(name);
  const steps = boundedSteps({ norm, bounds: [0, 1] });
  const row = (values: number[]) => tf.tensor2d([values]);
  const steepest = (x: number[], g: number[], length: number) =>
    take(tf.tidy(() => steps.steepest(row(x), row(g), length)));
  const shortest = (x: number[], g: number[], gain: number) =>
    take(tf.tidy(() => steps.shortest(row(x), row(g), gain)));
  const staysInside = (x: number[], v: ArrayLike<number>): void => {
    x.forEach((at, i) => {
      expect(at + v[i]!).toBeGreaterThanOrEqual(-FLOAT32);
      expect(at + v[i]!).toBeLessThanOrEqual(1 + FLOAT32);
    });
  };

  it('gain the most that a step of their length can', () => {
    fc.assert(
      fc.property(problems, ({ x, g, slope, room, part, scale }) => {
        const length = part * hostNorm[name](room);
        const v = steepest(x, g, length);
        staysInside(x, v);
        expect(hostNorm[name](v)).toBeLessThanOrEqual(length * (1 + FLOAT32));
        const feasible = candidates(name, slope, room, { length }).filter(
          (u) => hostNorm[name](u) <= length * (1 + 1e-9),
        );
        const best = Math.max(...feasible.map((u) => dot(slope, u)));
        expect(Math.abs(dot(g, v) / scale - best)).toBeLessThanOrEqual(FLOAT32 * (1 + best));
      }),
      { seed: 8, numRuns: RUNS },
    );
  });

  it('are the shortest that gain as much, and go as far as they can where none does', () => {
    fc.assert(
      fc.property(problems, ({ x, g, slope, room, part, scale }) => {
        const most = dot(slope, room);
        const gain = Math.min(part, 1) * most;
        const v = shortest(x, g, part * most * scale);
        staysInside(x, v);
        expect(dot(g, v) / scale).toBeGreaterThanOrEqual(gain - FLOAT32 * most);
        const feasible = candidates(name, slope, room, { gain }).filter(
          (u) => dot(slope, u) >= gain * (1 - 1e-9),
        );
        const least = Math.min(...feasible.map(hostNorm[name]));
        // A rounding of the gain costs most where the last entries have a hundredth of the slope.
        expect(Math.abs(hostNorm[name](v) - least)).toBeLessThanOrEqual(100 * FLOAT32 * (1 + least));
      }),
      { seed: 8, numRuns: RUNS },
    );
  });

  it('project once and for all: where the goal is met, the shortest step is none', () => {
    expect([...shortest([0.2, 0.4], [3, -2], 0)]).toEqual([0, -0]);
    expect([...shortest([0.2, 0.4], [3, -2], -5)].map(Math.abs)).toEqual([0, 0]);
  });

  it('are zero, not NaN, without a gradient, without room and without length', () => {
    const still: [number[], number[]][] = [
      [
        [0.2, 0.4],
        [0, 0],
      ],
      [
        [1, 0],
        [2, -3],
      ],
    ];
    for (const [x, g] of still) {
      expect([...steepest(x, g, 0.3)].map(Math.abs)).toEqual([0, 0]);
      expect([...shortest(x, g, 0.3)].map(Math.abs)).toEqual([0, 0]);
    }
    expect([...steepest([0.2, 0.4], [1, -2], 0)].map(Math.abs)).toEqual([0, 0]);
  });

  it('are those without bounds where the bounds are far away, or infinite on one side', () => {
    const x = [0.2, 0.4, -0.3];
    const g = [1, -2, 0.5];
    const free = boundedSteps({ norm, bounds: null });
    for (const bounds of [
      [-1e6, 1e6],
      [-2, Number.POSITIVE_INFINITY],
      [Number.NEGATIVE_INFINITY, 2],
    ] as [number, number][]) {
      const far = boundedSteps({ norm, bounds });
      for (const kind of ['steepest', 'shortest'] as const) {
        const wanted = take(tf.tidy(() => free[kind](row(x), row(g), 0.7)));
        take(tf.tidy(() => far[kind](row(x), row(g), 0.7))).forEach((v, i) => {
          expect(Math.abs(v - wanted[i]!)).toBeLessThanOrEqual(FLOAT32);
        });
      }
    }
  });

  it('are found for each sample by itself, of any shape, and leave no tensor behind', () => {
    const x = tf.tensor3d([
      [[0.2], [0.9]],
      [[0.5], [0.1]],
    ]);
    const g = tf.tensor3d([
      [[1], [3]],
      [[-2], [1]],
    ]);
    const lengths = tf.tensor3d([0.3, 0.05], [2, 1, 1]);
    const count = tf.memory().numTensors;
    const both = [steps.steepest(x, g, lengths), steps.shortest(x, g, lengths)];
    expect(tf.memory().numTensors).toBe(count + 2);
    rowsOf(both[0]!).forEach((v, i) => {
      const alone = steepest([...rowsOf(x)[i]!], [...rowsOf(g)[i]!], [0.3, 0.05][i]!);
      expect(v).toEqual(alone);
    });
    rowsOf(both[1]!).forEach((v, i) => {
      const alone = shortest([...rowsOf(x)[i]!], [...rowsOf(g)[i]!], [0.3, 0.05][i]!);
      expect(v).toEqual(alone);
    });
    tf.dispose([x, g, lengths, ...both]);
  });
});
