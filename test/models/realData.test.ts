import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { pgd } from '../../src/attacks/index.ts';
import { rowsOf } from '../../src/data/batches.ts';
import { readCsvClasses } from '../../src/data/csvClasses.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { tableDataset } from '../../src/data/tableDataset.ts';
import { robustRisk } from '../../src/evaluation/risk.ts';
import { convModel } from '../../src/models/convModel.ts';
import { mlpModel } from '../../src/models/mlpModel.ts';
import { stream } from '../../src/random/stream.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import { testRuntime } from '../support/runtime.ts';
import { sized } from '../support/sizes.ts';

/** Digits below 5 are +1; pixels between 0 and 1. */
function digits(): { train: Dataset; test: Dataset } {
  const path = fileURLToPath(new URL('../../data/digits.csv', import.meta.url));
  const { table } = readCsvClasses(path, 'digit', ['0', '1', '2', '3', '4']);
  const all = tableDataset(table, 'digit', { inputs: false, target: false });
  const data = { ...all, x: all.x.map((pixel) => pixel / 16) };
  const order = stream('digits').permutation(data.n);
  return { train: rowsOf(data, order.subarray(0, 400)), test: rowsOf(data, order.subarray(500, 800)) };
}

beforeAll(async () => {
  await testRuntime();
});

type Loss = 'squared' | 'cross-entropy';
const both: readonly Loss[] = ['squared', 'cross-entropy'];
describe.each([
  // Each model and each loss; with the other ones too where there is time.
  ['mlp', () => mlpModel({ inputDim: 64, units: [40], seed: 2 }), sized<readonly Loss[]>(['squared'], both)],
  [
    'conv',
    () => convModel({ imageShape: [8, 8, 1], filters: [8, 8], seed: 2 }),
    sized<readonly Loss[]>(['cross-entropy'], both),
  ],
] as const)('a %s model trained in all layers on digits', (_, build, losses) => {
  it.each(losses)('resists attacks better with adversarial training, %s loss', async (loss) => {
    const { train, test } = digits();
    const trained = async (eps: number) => {
      const model = build();
      const attack = pgd({ loss, steps: 2 });
      const schedule = { cycleSteps: sized(60, 120), maxCycles: 1 };
      await adversarialTraining(model, train, { eps, attack, lambda: 1e-3, ...schedule });
      const { standard, curve } = await robustRisk(model, test, pgd({ loss, steps: 5 }), {
        epsilons: [0.3],
      });
      model.dispose();
      return { standard: standard.value, adversarial: curve[0]!.risk.value };
    };
    const normal = await trained(0);
    const robust = await trained(0.3);
    // Predicting nothing costs 1 and log 2.
    const nothing = loss === 'squared' ? 1 : Math.log(2);
    for (const { standard } of [normal, robust]) expect(standard).toBeLessThan(0.6 * nothing);
    expect(robust.adversarial).toBeLessThan(0.8 * normal.adversarial);
  });
});
