import { expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { readoutProblem, solveReadout } from '../../src/exact/index.ts';
import { randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';
import { solverOf } from '../../src/table/tuneAnswers.ts';

it('solves a candidate alike whatever was solved before it, so that a folder of finished ones changes nothing', async () => {
  const [d, N] = [8, 12];
  const rows = teacher({ d, tau: 0.5 }).sample('train', 60);
  const features = await randomFeaturesMap({ inputDim: d, units: [N], activation: 'shifted-relu' });
  const problem = readoutProblem(rows, features);
  const family = { model: 'random-features', width: N, activation: 'shifted-relu', clip: null } as const;
  const solve = solverOf([problem.y], 'l2', 'folds');
  for (const eps of [0.4, 0.45, 0.37]) {
    const [solved] = solve(problem, { ...family, loss: 'square', eps, lambda: 0.1 });
    const alone = solveReadout(problem, { eps, lambda: 0.1, fitIntercept: true, tolerance: 1e-3 });
    // Bit by bit: steps from elsewhere end elsewhere within the gap.
    expect([...solved!.theta]).toEqual([...alone.theta]);
  }
});
