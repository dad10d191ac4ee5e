import { beforeAll, describe, expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { predictOnData } from '../../src/table/predictOnData.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const data = teacher({ d: 10, tau: 0.4, seed: 4 }).sample('x', 200);

describe('predictOnData', () => {
  it('answers for every combination, and names the one of least adversarial risk', async () => {
    const { predictions, best, comparable, measuredRows } = await predictOnData(data, {
      ...{ n: [60, 90], eps: [0.1, 0.3], lambda: [0, 0.1], widths: [8, 16], epsTest: 0.2 },
    });
    expect(measuredRows).toBe(100);
    expect(predictions.map(({ width, n, lambda, eps }) => [width, n, lambda, eps])).toEqual(
      [8, 16].flatMap((width) =>
        [60, 90].flatMap((n) =>
          [0, 0.1].flatMap((lambda) => [0.1, 0.3].map((eps) => [width, n, lambda, eps])),
        ),
      ),
    );
    for (const { adversarialRisk } of predictions)
      expect(adversarialRisk).toBeGreaterThanOrEqual(best.adversarialRisk);
    expect(predictions).toContain(best);
    expect(comparable).toBe(true);
    // More rows are better, all else equal.
    expect(best.n).toBe(90);
  });

  it('speaks of a split whose held-out rows are those left, or n / 4 where that is more', async () => {
    const tested = async (testRows?: number) => {
      const { predictions } = await predictOnData(data, {
        n: [60, 90, 400],
        eps: 0.1,
        widths: [8],
        testRows,
      });
      return predictions.map((one) => [
        one.testRows,
        one.intervals!.adversarialRisk.high > one.adversarialRisk,
      ]);
    };
    expect(await tested()).toEqual([40, 23, 100].map((rows) => [rows, true]));
    expect(await tested(7)).toEqual([7, 7, 7].map((rows) => [rows, true]));
  });

  it('does not compare predictions at different radii', async () => {
    const grid = { n: 60, widths: [8] };
    expect((await predictOnData(data, { ...grid, eps: [0.1, 0.3] })).comparable).toBe(false);
    expect((await predictOnData(data, { ...grid, eps: 0.1 })).comparable).toBe(true);
  });

  it('predicts the variance of the measured targets where the attack lets nothing be learnt', async () => {
    const { predictions } = await predictOnData(data, { n: 60, eps: 50, widths: [8], share: 1 });
    const mean = data.y.reduce((sum, y) => sum + y / data.n, 0);
    const variance = data.y.reduce((sum, y) => sum + (y - mean) ** 2 / (data.n - 1), 0);
    expect(predictions[0]!.phase).toBe('null');
    expect(predictions[0]!.standardRisk / variance).toBeCloseTo(1, 10);
  });

  it('measures a model as the random features that it is made of (float32)', async () => {
    const asked = { n: 60, eps: 0.2, seed: 3 };
    const model = randomFeaturesModel({ inputDim: 10, units: 12, seed: 3 });
    const [ofModel, ofWidth, deep] = [
      await predictOnData(data, { ...asked, model }),
      await predictOnData(data, { ...asked, widths: [12] }),
      await predictOnData(data, { ...asked, widths: [12], depth: 2 }),
    ].map(({ best }) => best);
    model.dispose();
    expect(ofModel!.width).toBe(12);
    expect(ofModel!.adversarialRisk / ofWidth!.adversarialRisk).toBeCloseTo(1, 4);
    expect(Math.abs(deep!.adversarialRisk / ofWidth!.adversarialRisk - 1)).toBeGreaterThan(0.01);
  });

  it('refuses what makes no sense together', async () => {
    const refused = (options: object) => expect(predictOnData(data, { n: 60, eps: 0.1, ...options })).rejects;
    const model = randomFeaturesModel({ inputDim: 10, units: 12 });
    await refused({ model, widths: [3] }).toThrow('invalid widths: [3] (expected none with a model)');
    model.dispose();
    await refused({ layer: 'flat' }).toThrow('invalid layer: "flat" (expected none without a model)');
    await refused({ widths: [] }).toThrow('invalid widths: []');
    await refused({ depth: 0 }).toThrow('invalid depth: 0');
    await refused({ width: [3] }).toThrow('(expected an option of predictOnData: widths?)');
  });
});
