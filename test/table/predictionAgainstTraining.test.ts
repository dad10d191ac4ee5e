import { describe, expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import {
  type AgainstTraining,
  predictionAgainstTraining,
} from '../../src/table/predictionAgainstTraining.ts';

const data = teacher({ d: 20, tau: 0.4, seed: 3 }).sample('x', 800);
const settings = { widths: [30], n: [100], epsilons: [0.3], repeats: 8 };

describe('predictionAgainstTraining', () => {
  it.each([0, 0.1])('finds predictions right on the linear teacher, lambda %d', async (lambda) => {
    const [row] = await predictionAgainstTraining(data, { ...settings, lambda });
    const { value, standardError } = row!.adversarialError;
    // Monte Carlo over splits and features, in standard errors, and the bias of d = 20.
    expect(Math.abs(value)).toBeLessThan(3 * standardError + 0.04);
    expect(row!.trainedAdversarial.value).toBeGreaterThan(row!.trainedStandard.value);
    expect(row!.predictedAdversarial.value).toBeGreaterThan(row!.predictedStandard.value);
  });

  it('goes through the settings in order, and leaves out those without rows to test on', async () => {
    const seen: AgainstTraining[] = [];
    const rows = await predictionAgainstTraining(data, {
      widths: [10, 20],
      n: [50, 381],
      epsilons: [0.1, 0.5],
      repeats: 2,
      onRow: (row) => seen.push(row),
    });
    // 400 rows are not measured: 381 of them leave 19.
    expect(rows.map(({ width, n, eps }) => [width, n, eps])).toEqual(
      [10, 20].flatMap((width) => [0.1, 0.5].map((eps) => [width, 50, eps])),
    );
    expect(seen).toEqual(rows);
    await expect(predictionAgainstTraining(data, { ...settings, n: [390] })).rejects.toThrow(
      'invalid n: [390] (expected at most half of the 800 rows, less 20 to test on)',
    );
  });
});
