import { describe, expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { type MeasuredMoments, measureFeatures } from '../../src/evaluation/measureFeatures.ts';
import { randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';
import { trainedBeside } from '../../src/table/predictionAgainstTraining.ts';
import { predictionIntervals } from '../../src/table/predictionIntervals.ts';
import { predictRobustRisk } from '../../src/table/predictRobustRisk.ts';
import { typicalResiduals } from '../../src/table/typicalResiduals.ts';
import { estimatedFeatures } from '../../src/theory/featureMaps/estimatedFeatures.ts';
import { solveSaddlePoint } from '../../src/theory/saddlePoint.ts';

const d = 10;
const measure = async (rows: number, seed = 0, width = 25): Promise<MeasuredMoments> => {
  const data = teacher({ d, tau: 0.4, seed }).sample('x', rows);
  return measureFeatures(await randomFeaturesMap({ inputDim: d, units: [width], seed }), data, { share: 1 });
};
const setting = { n: 80, eps: 0.2, lambda: 0.01 };
const halfWidth = (measured: MeasuredMoments, grid: object, testRows: number): number => {
  const [interval] = predictionIntervals(measured, predictRobustRisk(measured, { ...setting, ...grid }), {
    testRows,
  });
  const { low, high } = interval!.adversarialRisk;
  return Math.log(high / low) / 2;
};

describe('predictionIntervals', () => {
  it('hold their predictions, of every phase that has one', async () => {
    const measured = await measure(300);
    const grid = predictRobustRisk(measured, { n: [60, 200], eps: [0, 0.1, 0.5, 50], lambda: [0, 0.1] });
    const found = predictionIntervals(measured, grid, { testRows: 100 });
    expect(found).toHaveLength(16);
    expect(new Set(grid.map(({ phase }) => phase))).toContain('null');
    grid.forEach(({ standardRisk, adversarialRisk }, i) => {
      for (const [risk, { low, high }] of [
        [standardRisk, found[i]!.standardRisk],
        [adversarialRisk, found[i]!.adversarialRisk],
      ] as const) {
        expect(low).toBeGreaterThan(0);
        expect(low).toBeLessThan(risk);
        expect(high).toBeGreaterThan(risk);
      }
    });
  });

  it('shrink as one over the root of the rows, when all three sets of rows grow alike', async () => {
    const many = 1e12;
    const [small, large] = [await measure(500), await measure(8000)];
    // 16 times the rows, at a width that is the same share of neither: the coefficient of variation moves a little.
    const ratio = halfWidth(small, { n: 500 }, 500) / halfWidth(large, { n: 8000 }, 8000);
    expect(ratio).toBeGreaterThan(4 * 0.85);
    expect(ratio).toBeLessThan(4 * 1.15);
    // Each set of rows by itself, of one coefficient of variation.
    const squares = [25, 100, many].map((testRows) => halfWidth(small, {}, testRows) ** 2);
    expect((squares[0]! - squares[2]!) / (squares[1]! - squares[2]!)).toBeCloseTo(4, 8);
  });

  it('hold nine in ten trainings on the data of the closed form, give or take', async () => {
    const grid = { n: 80, eps: [0.1, 0.4], lambda: 0 };
    let [within, all] = [0, 0];
    for (let k = 0; k < 24; k++) {
      const data = teacher({ d, tau: 0.4, seed: `${k}` }).sample('x', 320);
      const seed = `${k}`;
      const map = await randomFeaturesMap({ inputDim: d, units: [25], seed });
      const measured = await measureFeatures(map, data, { seed });
      const found = predictionIntervals(measured, predictRobustRisk(measured, grid), { testRows: 80 });
      grid.eps.forEach((eps, i) => {
        const { adversarial } = trainedBeside(data, measured, { width: 25, n: 80, eps, lambda: 0, seed });
        const { low, high } = found[i]!.adversarialRisk;
        all++;
        if (adversarial >= low && adversarial <= high) within++;
      });
    }
    // 48 trainings in pairs: 3 binomial standard errors of 24, about 0.9.
    expect(within / all).toBeGreaterThan(0.9 - 3 * Math.sqrt((0.9 * 0.1) / 24));
  });

  it('grow with the tails of the target, of which the moments know nothing', async () => {
    const measured = await measure(400);
    const sample = measured.sample!;
    const y = sample.y.map((value, i) => (i % 100 === 0 ? 12 * value : value));
    const heavy = { ...measured, sample: { ...sample, y } };
    expect(halfWidth(heavy, {}, 100)).toBeGreaterThan(1.5 * halfWidth(measured, {}, 100));
  });

  it('are null for moments without rows', async () => {
    const { sample: _, ...moments } = await measure(200);
    const predictions = predictRobustRisk(moments, setting);
    expect(predictionIntervals(moments, predictions, { testRows: 10 })).toEqual([null]);
  });

  it('refuses rows that are none', async () => {
    const measured = await measure(200);
    expect(() => predictionIntervals(measured, [], { testRows: 0 })).toThrow('invalid testRows: 0');
    expect(() => predictionIntervals(measured, null as never, { testRows: 3 })).toThrow(
      /invalid predictions: null/,
    );
    expect(() => predictionIntervals(measured, [], { rows: 3 } as never)).toThrow(/invalid rows: 3/);
  });
});

describe('typicalResiduals', () => {
  it('have the mean square that the saddle point predicts, on the rows of which the moments are', async () => {
    // Strong and weak attacks; many features for the rows, so that leaving a row out matters.
    const measured = await measure(500, 3, 120);
    const { F, J, c, targetVariance, rows } = measured;
    const map = estimatedFeatures({ F, J, c, targetVariance, rows, norms: false });
    for (const [n, eps, lambda] of [
      [200, 0.1, 0],
      [200, 0.5, 0.05],
      [900, 0.3, 0],
      [150, 0, 0.1],
    ] as const) {
      const problem = { psi2: n, eps, lambda, noise: 0, rho: 1 };
      const point = solveSaddlePoint(map, problem);
      const residuals = typicalResiduals(measured, measured.sample!, map, problem, point)!;
      const square = residuals.reduce((sum, r) => sum + r * r, 0) / residuals.length;
      // Monte Carlo: a mean square of 500 rows has a standard error of about sqrt(2/500), 6 per cent; 2.5 of them.
      expect(Math.abs(square / point.risk - 1)).toBeLessThan(0.16);
    }
  });
});
