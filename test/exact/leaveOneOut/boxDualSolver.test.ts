import { describe, expect, it } from 'vitest';
import { boxDualSolver } from '../../../src/exact/leaveOneOut/boxDualSolver.ts';
import { dot } from '../../../src/numerics/vectors.ts';
import { stream } from '../../../src/random/stream.ts';

const ROUNDING = 1e-8;
const n = 15;

function problem(seed: number) {
  const random = stream('boxDualSolver.test', seed);
  const rows = Array.from({ length: n }, () => random.fillGaussian(new Float64Array(20)));
  const gram = Float64Array.from({ length: n * n }, (_, at) => dot(rows[Math.floor(at / n)]!, rows[at % n]!));
  const upper = Float64Array.from({ length: n }, (_, j) => (j === 4 ? 0 : 0.3 * random.uniform()));
  const lower = upper.map((value, j) => (j % 2 === 0 ? -value : -0.5 * value) || 0);
  const duals = upper.map((value, j) => lower[j]! + random.uniform() * (value - lower[j]!));
  return { gram, lower, upper, duals, values: random.fillGaussian(new Float64Array(n), 3) };
}

describe('boxDualSolver', () => {
  it('leaves each kink above, below or at zero as its dual says', () => {
    const seen = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const { gram, ...kinks } = problem(seed);
      const { values, lower, upper, duals: start } = kinks;
      const solve = boxDualSolver(gram, n);
      // A programme before does not show.
      solve({ ...kinks, values: values.map((value) => -value) });
      const duals = solve(kinks)!;
      for (let j = 0; j < n; j++) {
        let t = values[j]!;
        for (let k = 0; k < n; k++) t -= gram[j * n + k]! * (duals[k]! - start[k]!);
        const [at, from, to] = [duals[j]!, lower[j]!, upper[j]!];
        expect(at).toBeGreaterThanOrEqual(from - ROUNDING);
        expect(at).toBeLessThanOrEqual(to + ROUNDING);
        if (from === to) continue;
        if (at < to - ROUNDING) expect(t).toBeLessThan(ROUNDING);
        if (at > from + ROUNDING) expect(t).toBeGreaterThan(-ROUNDING);
        seen.add(at > to - ROUNDING ? 'above' : at < from + ROUNDING ? 'below' : 'at');
      }
    }
    expect(seen.size).toBe(3);
  });

  it('gives nothing rather than something wrong where the matrix is singular', () => {
    const kinks = {
      ...{ values: Float64Array.of(1, 1), duals: new Float64Array(2) },
      ...{ lower: Float64Array.of(-5, -5), upper: Float64Array.of(5, 5) },
    };
    expect(boxDualSolver(new Float64Array(4).fill(1), 2)(kinks)).toBeNull();
  });
});
