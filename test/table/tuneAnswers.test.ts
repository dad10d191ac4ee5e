import { expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { type ExactResult, readoutProblem, solveReadout } from '../../src/exact/index.ts';
import { randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';
import { solverOf } from '../../src/table/tuneAnswers.ts';

it('solves candidates that come outwards from a radius from their neighbours, though it keeps two of them', async () => {
  const [d, N] = [8, 12];
  const rows = teacher({ d, tau: 0.5 }).sample('train', 60);
  const features = await randomFeaturesMap({ inputDim: d, units: [N], activation: 'shifted-relu' });
  const problem = readoutProblem(rows, features);
  const family = { model: 'random-features', width: N, activation: 'shifted-relu', clip: null } as const;
  const solve = solverOf([problem.y], 'l2', 'folds');
  const found = new Map<number | undefined, ExactResult>();
  // Upwards, then downwards from the first.
  for (const [eps, neighbour] of [
    [0.4],
    [0.45, 0.4],
    [0.5, 0.45],
    [0.55, 0.5],
    [0.37, 0.4],
    [0.33, 0.37],
  ] as const) {
    const asked = { eps, lambda: 0.1, fitIntercept: true, tolerance: 1e-3, norm: 'l2' } as const;
    const start = found.get(neighbour)?.warmStart;
    found.set(eps, solveReadout(problem, start ? { ...asked, start } : asked));
    const [solved] = solve(problem, { ...family, loss: 'square', eps, lambda: 0.1 });
    // Bit by bit: steps from elsewhere end elsewhere within the gap.
    expect([...solved!.theta]).toEqual([...found.get(eps)!.theta]);
    if (start) expect([...solveReadout(problem, asked).theta]).not.toEqual([...solved!.theta]);
  }
});
