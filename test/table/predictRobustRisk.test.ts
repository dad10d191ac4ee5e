import { describe, expect, it } from 'vitest';
import { rowsOf } from '../../src/data/batches.ts';
import { teacher } from '../../src/data/teacher.ts';
import { measureFeatures } from '../../src/evaluation/measureFeatures.ts';
import { gradientNorms, readoutProblem, solveReadout } from '../../src/exact/index.ts';
import { randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';
import { stream } from '../../src/random/stream.ts';
import { predictedCriticalEps, predictRobustRisk } from '../../src/table/predictRobustRisk.ts';
import { asymptoticRisk, deepRandomFeatures, randomFeatures } from '../../src/theory/index.ts';

const d = 40;
const tau = 0.4;

describe('predictRobustRisk', () => {
  it('agrees with the closed form where features and data are those of the closed form', async () => {
    const seeds = 8;
    for (const units of [[60], [60, 50]]) {
      const widths = units.map((width) => width / d);
      const closed =
        units.length === 1 ? randomFeatures({ psi1: widths[0]! }) : deepRandomFeatures({ widths });
      const settings = [
        { n: 80, eps: 0.3, lambda: 0 },
        { n: 200, eps: 0.1, lambda: 0 },
        { n: 120, eps: 0.4, lambda: 0.1 },
      ];
      const found: number[][] = settings.map(() => []);
      for (let seed = 0; seed < seeds; seed++) {
        const data = teacher({ d, tau, seed }).sample('x', 1500);
        const map = await randomFeaturesMap({ inputDim: d, units, seed });
        const measured = await measureFeatures(map, data, { share: 1, seed });
        settings.forEach((setting, k) => {
          const [risk] = predictRobustRisk(measured, setting);
          expect(risk!.converged).toBe(true);
          found[k]!.push(risk!.adversarialRisk);
        });
      }
      settings.forEach(({ n, eps, lambda }, k) => {
        const expected = asymptoticRisk(closed, { psi2: n / d, eps, lambda, tau }).adversarialRisk;
        const mean = found[k]!.reduce((sum, value) => sum + value, 0) / seeds;
        const spread = found[k]!.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (seeds - 1);
        // Monte Carlo over weights and teachers, in standard errors, and the bias of d = 40.
        expect(Math.abs(mean - expected)).toBeLessThan(3 * Math.sqrt(spread / seeds) + 0.02 * expected);
      });
    }
  });

  it('agrees with training on data that are neither Gaussian nor linear', async () => {
    // Skewed inputs, and a target that no linear function explains.
    const base = teacher({ d: 20, tau: 0.2, seed: 9 }).sample('x', 3000);
    const x = base.x.map((value) => (Math.exp(0.5 * value) - Math.exp(0.125)) / 0.604);
    const y = base.y.map((value, i) => value + 0.5 * Math.sin(2 * x[i * 20]!));
    const data = { ...base, x, y };
    const map = await randomFeaturesMap({ inputDim: 20, units: [50], activation: 'tanh', seed: 1 });
    const measured = await measureFeatures(map, data, { share: 0.5 });
    const [n, eps] = [150, 0.3];
    const [predicted] = predictRobustRisk(measured, { n, eps });
    const others = measured.otherRows;
    const rows = (from: number, to: number) => {
      const picked = {
        n: to - from,
        d: 20,
        x: new Float64Array((to - from) * 20),
        y: new Float64Array(to - from),
      };
      for (let i = from; i < to; i++) {
        picked.x.set(x.subarray(others[i]! * 20, (others[i]! + 1) * 20), (i - from) * 20);
        picked.y[i - from] = y[others[i]!]! - measured.targetMean;
      }
      const problem = readoutProblem(picked, map);
      const phi = problem.phi.map((value, at) => value - measured.mean[at % 50]!);
      return { ...problem, phi };
    };
    const test = rows(900, 1500);
    const values: number[] = [];
    for (let k = 0; k < 6; k++) {
      const { theta } = solveReadout(rows(k * n, (k + 1) * n), { eps, tolerance: 1e-5 });
      const lengths = gradientNorms(test, theta);
      let risk = 0;
      for (let i = 0; i < test.n; i++) {
        let residual = test.y[i]!;
        for (let a = 0; a < 50; a++) residual -= test.phi[i * 50 + a]! * theta[a]!;
        risk += (Math.abs(residual) + eps * lengths[i]!) ** 2 / test.n;
      }
      values.push(risk);
    }
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    // One test set of 600 skewed rows: about 5 per cent of its own.
    expect(Math.abs(predicted!.adversarialRisk / mean - 1)).toBeLessThan(0.15);
  });

  it('predicts training with an intercept where labels are imbalanced, and not training without', async () => {
    const base = teacher({ d: 20, tau: 0.2, seed: 9 }).sample('x', 3000);
    // One label in ten is 1.
    const data = { ...base, y: base.y.map((value) => (value > 1.3 ? 1 : -1)) };
    const [N, n, eps] = [40, 150, 0.1];
    const map = await randomFeaturesMap({ inputDim: 20, units: [N], seed: 1 });
    const measured = await measureFeatures(map, data);
    const [predicted] = predictRobustRisk(measured, { n, eps });
    const rows = (from: number, to: number) =>
      readoutProblem(rowsOf(data, measured.otherRows.slice(from, to)), map);
    const test = rows(900, 1500);
    const trained = (fitIntercept: boolean): number => {
      let risk = 0;
      for (let k = 0; k < 6; k++) {
        const { theta, intercept } = solveReadout(rows(k * n, (k + 1) * n), {
          ...{ eps, fitIntercept, tolerance: 1e-4 },
        });
        const lengths = gradientNorms(test, theta);
        for (let i = 0; i < test.n; i++) {
          let residual = test.y[i]! - intercept;
          for (let a = 0; a < N; a++) residual -= test.phi[i * N + a]! * theta[a]!;
          risk += (Math.abs(residual) + eps * lengths[i]!) ** 2 / test.n / 6;
        }
      }
      return risk;
    };
    const [without, beside] = [trained(false), trained(true)];
    // Six trainings on one set of 600 test rows.
    expect(Math.abs(predicted!.adversarialRisk / beside - 1)).toBeLessThan(0.15);
    expect(without).toBeGreaterThan(2 * beside);
  });

  it('answers for every combination, eps running fastest, as each alone', async () => {
    const data = teacher({ d: 10, tau }).sample('x', 200);
    const measured = await measureFeatures(await randomFeaturesMap({ inputDim: 10, units: [15] }), data);
    const all = predictRobustRisk(measured, {
      n: [20, 50],
      eps: [0, 0.2, 5],
      lambda: [0, 0.1],
      epsTest: 0.3,
    });
    expect(all.map(({ n, lambda, eps }) => [n, lambda, eps])).toEqual(
      [20, 50].flatMap((n) => [0, 0.1].flatMap((lambda) => [0, 0.2, 5].map((eps) => [n, lambda, eps]))),
    );
    for (const row of all) {
      const { n, eps, lambda, epsTest } = row;
      const [alone] = predictRobustRisk(measured, { n, eps, lambda, epsTest });
      expect(Math.abs(row.adversarialRisk / alone!.adversarialRisk - 1)).toBeLessThan(1e-8);
      expect(row.epsTest).toBe(0.3);
      expect(row.phase === 'null').toBe(row.eps >= predictedCriticalEps(measured, row.n));
    }
    for (const row of all.filter(({ phase }) => phase === 'null'))
      expect(row.standardRisk).toBe(measured.targetVariance);
  });

  it('has no critical radius where targets are noise and their estimated signal comes out below none', async () => {
    // Of one feature the estimate is c^2/J - E y^2 F/(J m): below 0 where the correlation is less than its noise.
    const z = stream('noise', 8);
    const [x, y] = [z.fillGaussian(new Float32Array(120)), z.fillGaussian(new Float32Array(60))];
    const map = await randomFeaturesMap({ inputDim: 2, units: [1], seed: 8 });
    const measured = await measureFeatures(map, { n: 60, d: 2, x, y }, { share: 1 });
    const { F, J, c, targetVariance } = measured;
    const n = 1e6;
    expect(c[0]! ** 2 / J[0]! - (targetVariance * F[0]!) / J[0]! / 60).toBeLessThan(-F[0]! / J[0]! / n);
    expect(predictedCriticalEps(measured, n)).toBe(0);
    const [found] = predictRobustRisk(measured, { n, eps: 0.1 });
    expect(found).toMatchObject({ phase: 'null', converged: true, adversarialRisk: targetVariance });
  });

  it('refuses rows and radii that are none', async () => {
    const data = teacher({ d: 10 }).sample('x', 100);
    const measured = await measureFeatures(await randomFeaturesMap({ inputDim: 10, units: [5] }), data);
    expect(() => predictRobustRisk(measured, { n: 0, eps: 0.1 })).toThrow(/invalid n: 0/);
    expect(() => predictRobustRisk(measured, { n: 20, eps: [0.1, -1] })).toThrow(/invalid eps: -1/);
    expect(() => predictRobustRisk(measured, { n: 20, eps: [] })).toThrow(/invalid eps/);
    expect(() => predictRobustRisk(measured, { n: 20, eps: '0.1' as never })).toThrow(/invalid eps: "0.1"/);
    expect(() => predictRobustRisk(measured, { n: 20, epsilon: 0.1 } as never)).toThrow(
      'invalid epsilon: 0.1 (expected an option of predictRobustRisk: eps?)',
    );
    expect(() => predictRobustRisk(data as never, { n: 20, eps: 0.1 })).toThrow(
      /^invalid measured: .* \(expected moments, as measureFeatures gives them\)/,
    );
    const narrow = await measureFeatures(await randomFeaturesMap({ inputDim: 10, units: [60] }), data);
    expect(() => predictRobustRisk(narrow, { n: 20, eps: 0.1 })).toThrow(
      /50 rows say too little of 60 features/,
    );
  });
});
