import { beforeAll, describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import { trainOnSplits } from '../../src/table/trainOnSplits.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const n = 30;
const z = stream('splits').fillGaussian(new Float64Array(2 * n));
/** One input x, y = 3 x + noise. */
const table = {
  names: ['x', 'y'],
  rows: n,
  values: Float64Array.from({ length: 2 * n }, (_, at) =>
    at % 2 === 0 ? z[at]! : 3 * z[at - 1]! + 0.5 * z[at]!,
  ),
};
const options = { target: 'y', eps: 0, method: 'exact' } as const;

/** Squared errors of the least-squares line through all rows but these, by hand. */
function errorsWithout(held: ReadonlySet<number>): number[] {
  const rows = Array.from({ length: n }, (_, i) => [table.values[2 * i]!, table.values[2 * i + 1]!] as const);
  const train = rows.filter((_, i) => !held.has(i));
  const mean = (k: 0 | 1): number => train.reduce((sum, row) => sum + row[k], 0) / train.length;
  const [mx, my] = [mean(0), mean(1)];
  const slope =
    train.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0) /
    train.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
  return [...held].map((i) => (rows[i]![1] - my - slope * (rows[i]![0] - mx)) ** 2);
}

describe('trainOnSplits', () => {
  it('by folds of two rows is the mean of hand-made fits without each pair (float32)', async () => {
    const done: string[] = [];
    const found = await trainOnSplits(table, options, {
      folds: 15,
      repeats: 2,
      onSplit: (count, total) => done.push(`${count}/${total}`),
    });
    expect(found.splits).toHaveLength(30);
    expect(done.at(-1)).toBe('30/30');
    expect(found.splits[0]!.rows).toEqual({ train: 28, validation: 0, test: 2 });
    // Of which pairs it was is not said: leaving single rows out bounds it from no side, so they are drawn again.
    const { heldOutRows } = await import('../../src/table/splits.ts');
    const held = heldOutRows(n, { folds: 15, repeats: 2, testFraction: 0.2, seed: 0 });
    const expected = held.map((rows) => {
      const errors = errorsWithout(new Set(rows));
      return errors.reduce((sum, error) => sum + error, 0) / errors.length;
    });
    found.splits.forEach(({ clean, robust, accuracy, converged }, k) => {
      expect(Math.abs(clean - expected[k]!)).toBeLessThan(1e-4);
      // eps 0: the attack moves nothing.
      expect(robust).toBe(clean);
      expect(accuracy).toBeNull();
      expect(converged).toBe(true);
    });
    const mean = expected.reduce((sum, value) => sum + value, 0) / 30;
    const deviation = Math.sqrt(expected.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 29);
    expect(found.clean.value).toBeCloseTo(mean, 4);
    expect(found.clean.standardError).toBeCloseTo(deviation / Math.sqrt(30), 4);
    expect(found.clean.corrected).toBeCloseTo(deviation * Math.sqrt(1 / 30 + 2 / 28), 4);
  });

  it('measures two classes as such', async () => {
    const values = table.values.map((value, at) => (at % 2 === 1 ? Math.sign(value) : value));
    const found = await trainOnSplits(
      { ...table, values },
      { ...options, loss: 'logistic', eps: 0.2 },
      { repeats: 3 },
    );
    for (const { accuracy, robustAccuracy, rows } of found.splits) {
      expect(rows.test).toBe(6);
      expect(accuracy! * 6).toBeCloseTo(Math.round(accuracy! * 6), 9);
      expect(robustAccuracy!).toBeLessThanOrEqual(accuracy!);
    }
    expect(found.accuracy!.value).toBeGreaterThan(0.6);
  });

  it('refuses what single trainings alone have', async () => {
    const refused = (more: object, splits: object) =>
      expect(trainOnSplits(table, { ...options, ...more }, splits)).rejects;
    await refused({ testRows: [1, 2] }, { folds: 3 }).toThrow(
      /invalid testRows: .* none with folds or repeats/,
    );
    await refused({ method: 'pgd', folder: 'x' }, { folds: 3 }).toThrow(/invalid folder: "x"/);
    await refused({}, { folds: 1 }).toThrow(/invalid folds: 1/);
    await refused({}, { fold: 3 }).toThrow(/folds\?/);
  });
});
