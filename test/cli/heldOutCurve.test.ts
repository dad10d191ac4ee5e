import { expect, it } from 'vitest';
import { heldOutCurve } from '../../src/cli/heldOutCurve.ts';
import type { Estimate } from '../../src/numerics/estimate.ts';
import { stream } from '../../src/random/stream.ts';
import { resolveTableTraining } from '../../src/table/tableTrainingOptions.ts';
import { type TableTraining, trainOnTable } from '../../src/table/trainOnTable.ts';
import { quickRuntime } from '../support/runtime.ts';

await quickRuntime();

const n = 700;
const z = stream('held-out curve').fillGaussian(new Float64Array(3 * n));
const columns = [0, 1].map((j) => ({
  kind: 'number' as const,
  name: `x${j}`,
  values: Float64Array.from({ length: n }, (_, i) => z[3 * i + j]!),
}));
const score = Float64Array.from(
  { length: n },
  (_, i) => 30 * (z[3 * i]! - z[3 * i + 1]!) + 9 * z[3 * i + 2]!,
);
const target = (of: (score: number) => number) => ({
  kind: 'number' as const,
  name: 'y',
  values: score.map(of),
});
const error = ({ several, classes }: TableTraining, of: 'clean' | 'robust'): Estimate =>
  (several ?? classes)![of].error;

it.each([
  ['numbers', (s: number) => s, {}, false],
  ['two classes', (s: number) => (s > 0 ? 1 : 0), { loss: 'logistic' as const }, true],
  ['three classes', (s: number) => Math.sign(Math.trunc(s / 20)), { classes: true }, true],
] as const)(
  'begins at the reported risk, and passes it at the radius of the training: %s',
  async (_, of, more, accuracy) => {
    const options = { ...more, target: 'y', eps: 0.2, method: 'exact', testFraction: 0.8 } as const;
    const table = { file: '"t.csv"', rows: n, columns: [...columns, target(of)] };
    const trained = await trainOnTable(table, options);
    const told: number[] = [];
    const curve = await heldOutCurve(trained, resolveTableTraining(options, true), (done, all) => {
      told.push(done / all);
    });
    trained.model.dispose();
    const { curve: points } = curve.found;
    expect([curve.accuracy, curve.units]).toEqual([accuracy, 'standard deviations of the inputs']);
    expect(points.map(({ eps }) => Number((eps / 0.2).toFixed(9)))).toEqual([0, 0.25, 0.5, 0.75, 1, 1.5, 2]);
    for (const [k, name] of [
      [0, 'clean'],
      [4, 'robust'],
    ] as const) {
      const [found, reported] = accuracy
        ? [points[k]!.success!, error(trained, name)]
        : [points[k]!.risk, trained[name]];
      expect(reported.count).toBe(560);
      // float32; rows on the border count for either class.
      expect(Math.abs(found.value / reported.value - 1)).toBeLessThan(accuracy ? 0.02 : 1e-4);
    }
    // More rows than are attacked at once.
    expect(told.length).toBeGreaterThan(1);
    expect(told.at(-1)).toBe(1);
  },
);
