import { describe, expect, it } from 'vitest';
import { teacher } from '../../src/data/teacher.ts';
import { type MeasuredMoments, measureFeatures } from '../../src/evaluation/measureFeatures.ts';
import { randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';
import { stream } from '../../src/random/stream.ts';
import { trainedBeside } from '../../src/table/predictionAgainstTraining.ts';
import { type Interval, predictionIntervals } from '../../src/table/predictionIntervals.ts';
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
const MANY = 1e12;
const DRAWS = 2000;
/** The interval of the standard risk, which is the variance of the targets: of noise, and under an attack that leaves nothing to learn. */
const aboutNoise = async (
  y: Float32Array,
  { testRows, seed = 0 }: { testRows: number; seed?: number },
): Promise<Interval> => {
  const data = {
    n: y.length,
    d: 2,
    x: stream('inputs', seed).fillGaussian(new Float32Array(2 * y.length)),
    y,
  };
  const map = await randomFeaturesMap({ inputDim: 2, units: [1], seed });
  const measured = await measureFeatures(map, data, { share: 1 });
  const [prediction] = predictRobustRisk(measured, { n: MANY, eps: 1e4 });
  expect(prediction!.phase).toBe('null');
  const [found] = predictionIntervals(measured, [prediction!], { testRows });
  return found!.standardRisk;
};
const noise = (rows: number, seed = 0): Float32Array =>
  stream('noise', seed).fillGaussian(new Float32Array(rows));

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
    const [small, large] = [await measure(500), await measure(8000)];
    // 16 times the rows, at a width that is the same share of neither: the coefficient of variation moves a little.
    const ratio = halfWidth(small, { n: 500 }, 500) / halfWidth(large, { n: 8000 }, 8000);
    expect(ratio).toBeGreaterThan(4 * 0.85);
    expect(ratio).toBeLessThan(4 * 1.15);
    // Each set of rows by itself, of one coefficient of variation.
    const squares = [25, 100, MANY].map((testRows) => halfWidth(small, {}, testRows) ** 2);
    expect((squares[0]! - squares[2]!) / (squares[1]! - squares[2]!)).toBeCloseTo(4, 8);
  });

  it('hold nine in ten means over held-out rows, where these alone make the noise', async () => {
    // Losses are y^2; all other rows are many.
    const t = 60;
    const { low, high } = await aboutNoise(noise(10_000), { testRows: t });
    const predicted = Math.sqrt(low * high);
    const normals = stream('held out').fillGaussian(new Float64Array(t * DRAWS));
    const within = Array.from({ length: DRAWS }, (_, k) => {
      const risk = normals.subarray(k * t, (k + 1) * t).reduce((sum, y) => sum + y * y, 0) / t;
      return risk >= low / predicted && risk <= high / predicted;
    });
    // Monte Carlo: 3 standard errors of 0.7 per cent; the logarithm of a mean of 60 squares is Gaussian to 1 per cent.
    expect(Math.abs(within.filter(Boolean).length / DRAWS - 0.9)).toBeLessThan(0.03);
  });

  it('hold the true risk nine times in ten, where the measured rows alone make the noise', async () => {
    let within = 0;
    const repeats = 300;
    for (let k = 0; k < repeats; k++) {
      const { low, high } = await aboutNoise(noise(60, k), { testRows: MANY, seed: k });
      if (low <= 1 && high >= 1) within++;
    }
    // Monte Carlo: a standard error of 1.7 per cent, of which 3.
    expect(Math.abs(within / repeats - 0.9)).toBeLessThan(0.052);
  });

  it("are as wide as Student's t asks where two rows in forty carry the loss", async () => {
    // Losses 1, and 25 in a share p of the rows: their moments by hand; sums over all measured rows are exact.
    const y = Float32Array.from({ length: 40 }, (_, i) => (i < 2 ? 5 : 1) * (i % 2 === 0 ? 1 : -1));
    const p = 2 / 40;
    const variation = (24 * Math.sqrt(p * (1 - p))) / (1 + 24 * p);
    const kurtosis = 1 / (p * (1 - p)) - 3;
    expect(80 / (kurtosis - 1)).toBeCloseTo(4.69, 2);
    const { low, high } = await aboutNoise(y, { testRows: MANY });
    const quantile = Math.log(high / low) / 2 / (variation / Math.sqrt(40));
    // The tables of t: of five and of four degrees.
    expect(quantile).toBeGreaterThan(2.015);
    expect(quantile).toBeLessThan(2.132);
  });

  it('grow as the leverage of least squares does, N / (n - N), beside 0.3 for the signal', async () => {
    const [N, rows] = [25, 4000];
    const measured = await measure(rows, 0, N);
    const squared = (n: number): number => halfWidth(measured, { n, eps: 0, lambda: 0 }, MANY) ** 2;
    const asked = (n: number): number => 1 / rows + (N / (n - N) + 0.3) / n;
    // The shape of the residuals, which is read off, differs between them by less than a quarter; with V left out it is off by three quarters.
    for (const n of [40, 60]) {
      const ratio = squared(n) / squared(200) / (asked(n) / asked(200));
      expect(Math.abs(ratio - 1)).toBeLessThan(0.25);
    }
  });

  it('hold nine in ten trainings on the data of the closed form, where rows to train on are the fewest', async () => {
    const [width, n] = [25, 40];
    const data = teacher({ d, tau: 0.4, seed: 'trainings' }).sample('x', 1600);
    const map = await randomFeaturesMap({ inputDim: d, units: [width], seed: 1 });
    const measured = await measureFeatures(map, data, { seed: 1 });
    const predictions = predictRobustRisk(measured, { n, eps: [0.1, 0.4], lambda: 0.05 });
    const found = predictionIntervals(measured, predictions, { testRows: 800 - n });
    const held = predictions.flatMap(({ eps, lambda }, i) =>
      Array.from({ length: 30 }, (_, k) => {
        const { adversarial } = trainedBeside(data, measured, { width, n, eps, lambda, seed: `${k}` });
        const { low, high } = found[i]!.adversarialRisk;
        return adversarial >= low && adversarial <= high;
      }),
    );
    // Half the noise is a fitted number, no theorem: 90 per cent here. Of a tenth of the noise it would be 65, of twice as much all.
    expect(held.filter(Boolean).length / held.length).toBeGreaterThan(0.8);
    expect(held.filter(Boolean).length / held.length).toBeLessThan(1);
  });

  it('grow with the tails of the target, of which the moments know nothing', async () => {
    const measured = await measure(400);
    const sample = measured.sample!;
    const y = sample.y.map((value, i) => (i % 100 === 0 ? 12 * value : value));
    const heavy = { ...measured, sample: { ...sample, y } };
    expect(halfWidth(heavy, {}, 100)).toBeGreaterThan(1.5 * halfWidth(measured, {}, 100));
  });

  it('narrow as one over the radius at test, where the attack is most of every loss', async () => {
    const measured = await measure(400);
    // Losses (|r| + R)^2 vary by 2 sd(|r|) / R of their mean, but for |r| / R.
    const [near, far] = [1e4, 1e5].map((epsTest) => halfWidth(measured, { epsTest }, 100));
    expect(Math.abs(near! / far! - 10)).toBeLessThan(0.01);
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
