import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type ReadoutProblem, readoutProblem, solveMargins, solveReadout } from '../../src/exact/index.ts';
import { centre } from '../../src/exact/intercept.ts';
import { stream } from '../../src/random/stream.ts';

/** An array of rows x features is told from the vectors of an iteration, d + 3 numbers a row, and blocks of two and more of them. */
const [n, d, N] = [2000, 1, 20];

/** Lengths of the arrays of at least n N numbers that were made. */
const made: number[] = [];

beforeAll(() => {
  const Plain = Float64Array;
  // What map and slice make of such an array is of this class too.
  class Counted extends Plain {
    constructor(...args: unknown[]) {
      super(...(args as [number]));
      if (typeof args[0] === 'number' && args[0] >= n * N) made.push(args[0]);
    }
  }
  vi.stubGlobal('Float64Array', Counted);
});
afterAll(() => {
  vi.unstubAllGlobals();
});

const x = stream('memory', 'x').fillGaussian(new Float32Array(n * d));
const W = stream('memory', 'W').fillGaussian(new Float32Array(d * N));
const problemOf = (y: Float32Array): ReadoutProblem =>
  readoutProblem({ n, d, x, y }, { W, activation: 'tanh' });
const labels = x.map((value) => (value > 0.2 ? 1 : -1));

describe('beside features and slopes a solver keeps no arrays of rows x features but', () => {
  const asked = { eps: 0.1, lambda: 0.1, fitIntercept: true, maxIterations: 3 };
  it.each([
    ['centred features and pulled gradients', 2, 3, (y: ReadoutProblem) => solveReadout(y, asked)],
    [
      'labelled features, their slopes and pulled gradients',
      ...([3, 2] as const),
      (y: ReadoutProblem) => solveMargins(y, { ...asked, loss: 'logistic' }),
    ],
    [
      'labelled features and pulled gradients',
      ...([2, 2] as const),
      (y: ReadoutProblem) => solveMargins(y, { ...asked, loss: 'squaredHinge' }),
    ],
  ] as const)('%s, and blocks, which are no larger for more rows', (_, arrays, blocks, solve) => {
    const problem = problemOf(labels);
    made.length = 0;
    const { iterations } = solve(problem);
    expect(iterations).toBeGreaterThan(1);
    expect(made.filter((length) => length <= n * (N + 1))).toHaveLength(arrays);
    const larger = made.filter((length) => length > n * (N + 1));
    expect(larger.length).toBeLessThanOrEqual(blocks);
  });

  it('pulled gradients where features are about their means already', () => {
    const problem = problemOf(labels);
    const { theta, intercept } = solveReadout(problem, asked);
    const means = centre(problem.phi, n, N);
    made.length = 0;
    const found = solveReadout(problem, asked);
    expect(made.filter((length) => length <= n * (N + 1))).toHaveLength(1);
    // Gaps of the same size, of steps that rounding alone tells apart.
    const shifted = means.reduce((sum, mean, a) => sum - mean * found.theta[a]!, found.intercept);
    expect(Math.abs(shifted - intercept)).toBeLessThan(1e-6);
    found.theta.forEach((value, a) => {
      expect(Math.abs(value - theta[a]!)).toBeLessThan(1e-6);
    });
  });

  it('no iterate for a next one where none is asked for', () => {
    const point = (keepStart: boolean): unknown =>
      solveReadout(problemOf(labels), { ...asked, keepStart, maxIterations: 20 }).warmStart.point;
    expect(point(false)).toBeNull();
    expect(point(true)).not.toBeNull();
  });
});
