import { beforeAll, describe, expect, it, vi } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { gradientNorms, readoutProblem, solveReadout } from '../../src/exact/index.ts';
import { times } from '../../src/numerics/vectors.ts';
import { candidatesOf, type TuneFamily, type TunePath } from '../../src/table/tuneCandidates.ts';
import { featuresOf } from '../../src/table/tuneScores.ts';
import { type Screened, screenPaths } from '../../src/table/tuneScreen.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const [d, n, epsTest, seed] = [8, 1200, 0.1, 3];
const family: TuneFamily = {
  model: 'random-features',
  activation: 'shifted-relu',
  ...{ width: 20, clip: null, loss: 'square' as const },
};
const paths: readonly TunePath[] = [0.001, 0.1, 10].map((lambda) => ({
  family,
  lambda,
  epsilons: [0.1, 0.3, 3],
}));
const set = teacher({ d, tau: 0.1, seed: 1 });
const asRows = (split: string, count: number) => {
  const { x, y } = set.sample(split, count);
  return { n: count, d, x: Float64Array.from(x), y: Float64Array.from(y) };
};
const rows = asRows('train', n);

const screened = (
  screen: number | null,
  settings: { norm?: 'l2' | 'linf'; measure?: 'loss' | 'error' } = {},
): Promise<Screened> =>
  screenPaths(paths, () => rows, { screen, norm: 'l2', measure: 'loss', epsTest, seed, ...settings });

describe('screenPaths', () => {
  it('takes out what exact training finds to be far from the best on fresh rows, and leaves the best', async () => {
    const features = await featuresOf(family, d, seed);
    const problem = readoutProblem(rows, features);
    const fresh = readoutProblem(asRows('test', 2000), features);
    const risks = new Map(
      paths.flatMap(candidatesOf).map((candidate) => {
        const { theta } = solveReadout(problem, { eps: candidate.eps, lambda: candidate.lambda });
        const outputs = times(fresh.phi, theta, fresh.n);
        const costs = gradientNorms(fresh, theta).map((q) => epsTest * q);
        const losses = fresh.y.map((y, i) => (Math.abs(y - outputs[i]!) + costs[i]!) ** 2);
        return [JSON.stringify(candidate), losses.reduce((sum, loss) => sum + loss, 0) / fresh.n];
      }),
    );
    const least = Math.min(...risks.values());
    const { skipped, paths: left, predicted } = await screened(1.5);
    expect(predicted).toBe(9);
    expect(skipped.length).toBeGreaterThan(2);
    // Monte Carlo and the prediction's own error: what is skipped at 1.5 is clearly worse, what is best is never skipped.
    for (const { candidate } of skipped)
      expect(risks.get(JSON.stringify(candidate))!).toBeGreaterThan(1.25 * least);
    const kept = left.flatMap(candidatesOf).map((candidate) => risks.get(JSON.stringify(candidate))!);
    expect(kept.length + skipped.length).toBe(9);
    expect(Math.min(...kept)).toBe(least);
  });

  it('takes out more the nearer to the best it is asked to stay, and never all', async () => {
    const counts = [];
    for (const screen of [1, 1.2, 1.5, 3, 100]) {
      const { skipped, paths: left } = await screened(screen);
      expect(left.length).toBeGreaterThan(0);
      counts.push(skipped.length);
    }
    expect(counts).toEqual([...counts].sort((a, b) => b - a));
    expect(counts[0]).toBe(8);
    expect(counts.at(-1)).toBe(0);
  });

  it('predicts as much on a machine that stands still as on one that is endlessly fast', async () => {
    const found = await screened(1.5);
    for (const step of [0, 1e7]) {
      let now = 0;
      const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
        now += step;
        return now;
      });
      const again = await screened(1.5);
      clock.mockRestore();
      expect(again).toEqual(found);
    }
  });

  it.each([
    ['no screen', null, {}],
    ['attacks in linf', 1, { norm: 'linf' }],
    ['a choice by errors', 1, { measure: 'error' }],
  ] as const)('predicts nothing for %s', async (_, screen, settings) => {
    expect(await screened(screen, settings)).toEqual({ paths, skipped: [], predicted: 0 });
  });
});
