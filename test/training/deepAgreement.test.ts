import { describe, expect, it } from 'vitest';
import { pgd } from '../../src/attacks/index.ts';
import { teacher } from '../../src/data/teacher.ts';
import { risks } from '../../src/evaluation/risk.ts';
import { setReadout } from '../../src/exact/exactReadout.ts';
import { readoutProblem, solveReadout } from '../../src/exact/index.ts';
import { deepRandomFeaturesModel, randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import { quickRuntime } from '../support/runtime.ts';
import { sized } from '../support/sizes.ts';

await quickRuntime();

describe('training a deep read-out by gradient', () => {
  const depths = [[[90, 60]], [[90, 70, 60]]];
  it.each(sized(depths.slice(0, 1), depths))(
    'lands where the exact solver does, widths %j',
    async (units) => {
      const [d, eps, lambda] = [60, 0.3, 0.05];
      const problem = teacher({ d, tau: 0.2, seed: 4 });
      const data = problem.sample('train', 120);
      const test = problem.sample('test', 1500);
      const adversarial = async (model: ReturnType<typeof deepRandomFeaturesModel>): Promise<number> =>
        (await risks(model, test, { attack: pgd({ steps: 10 }), epsilons: [eps] })).adversarial[0]!.value;

      const model = deepRandomFeaturesModel({ inputDim: d, units, seed: 1 });
      const exact = solveReadout(
        readoutProblem(data, await randomFeaturesMap({ inputDim: d, units, seed: 1 })),
        {
          eps,
          lambda,
        },
      );
      setReadout(model, exact.theta);
      const solved = await adversarial(model);
      const attack = pgd({ steps: 3, relStepSize: 1 });
      const { objective } = await adversarialTraining(model, data, { eps, lambda, attack, tolerance: 1e-2 });
      // The linearisation in the perturbation costs a few per cent at d = 60.
      expect(Math.abs(objective / exact.objective - 1)).toBeLessThan(0.05);
      expect(Math.abs((await adversarial(model)) / solved - 1)).toBeLessThan(0.06);
    },
  );
});
