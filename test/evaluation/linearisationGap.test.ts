import { beforeAll, expect, it } from 'vitest';
import { type Attack, linearised, pgd } from '../../src/attacks/index.ts';
import { teacher } from '../../src/data/teacher.ts';
import { risks } from '../../src/evaluation/risk.ts';
import { setReadout } from '../../src/exact/exactReadout.ts';
import { readoutProblem, solveReadout } from '../../src/exact/index.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const [d, N, n, rows] = [60, 120, 120, 1000];

it.each([0.3, 1])(
  'PGD finds less than (|r| + eps |grad f|)^2 and more than one move, at eps %d',
  async (eps) => {
    const problem = teacher({ d, tau: 0.2, seed: 1 });
    const [train, test] = [problem.sample('train', n), problem.sample('test', rows)];
    const model = randomFeaturesModel({ inputDim: d, units: N, seed: 1 });
    const W = (await model.layers[0]!.getWeights()[0]!.data()) as Float32Array;
    const { theta } = solveReadout(readoutProblem(train, { W }), { eps, tolerance: 1e-4 });
    setReadout(model, theta);

    // The surrogate in float64, from W and theta alone; W is d x N.
    let surrogate = 0;
    for (let i = 0; i < rows; i++) {
      let f = 0;
      const gradient = new Float64Array(d);
      for (let k = 0; k < N; k++) {
        let u = 0;
        for (let j = 0; j < d; j++) u += W[j * N + k]! * test.x[i * d + j]!;
        f += theta[k]! * (Math.max(u, 0) - 1 / Math.sqrt(2 * Math.PI));
        if (u > 0) for (let j = 0; j < d; j++) gradient[j]! += theta[k]! * W[j * N + k]!;
      }
      surrogate += (Math.abs(test.y[i]! - f) + eps * Math.hypot(...gradient)) ** 2 / rows;
    }
    const found = async (attack: Attack): Promise<number> =>
      (await risks(model, test, { attack, epsilons: [eps] })).adversarial[0]!.value;
    const [move, steps] = [await found(linearised()), await found(pgd({ steps: 40 }))];
    model.dispose();
    // All three on the same rows of the same model: the order is not a matter of chance. The gap shrinks with d.
    expect(steps).toBeLessThan(surrogate);
    expect(steps).toBeGreaterThan(0.97 * surrogate);
    expect(steps).toBeGreaterThan(move);
    expect(steps).toBeLessThan(1.06 * move);
  },
);
