import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import {
  type AsymptoticRisk,
  asymptoticRisk,
  deepRandomFeatures,
  linear,
  measuredFeatures,
  type RiskOptions,
  randomFeatures,
} from '../../src/theory/index.ts';
import { type FiniteCell, FrozenNetwork, finiteRisk, unitRows } from './finiteProblem.ts';

/** Monte Carlo: this many standard errors over seeds, and the bias of order 1/d that one d carries. */
const STANDARD_ERRORS = 4;
const FINITE_D = 2; // times 1/d, relative

const cells: [string, FiniteCell, number, () => AsymptoticRisk][] = [];
function add(
  name: string,
  cell: FiniteCell,
  seeds: number,
  predict: (options: RiskOptions, widths: readonly number[]) => AsymptoticRisk,
) {
  const { d: _, widths, activation: __, ...options } = cell;
  cells.push([name, cell, seeds, () => predict(options, widths)]);
}
const common = { psi2: 2, eps: 0.4, lambda: 0.02, tau: 0.5 };
add('linear regression', { ...common, lambda: 0, d: 80, widths: [] }, 12, (options) =>
  asymptoticRisk(linear(), options),
);
add('more dimensions than samples', { ...common, psi2: 0.7, lambda: 0, d: 80, widths: [] }, 12, (options) =>
  asymptoticRisk(linear(), options),
);
add('random features', { ...common, lambda: 0, d: 48, widths: [1.5] }, 12, (options) =>
  asymptoticRisk(randomFeatures({ psi1: 1.5 }), options),
);
add('random features with tanh', { ...common, d: 48, widths: [2], activation: 'tanh' }, 10, (options) =>
  asymptoticRisk(randomFeatures({ psi1: 2, activation: 'tanh' }), options),
);
add('two frozen layers', { ...common, eps: 0.3, d: 48, widths: [2, 1.5] }, 12, (options, widths) =>
  asymptoticRisk(deepRandomFeatures({ widths }), options),
);
add(
  'three frozen layers',
  { ...common, psi2: 2.5, lambda: 0.1, eps: 0.25, d: 40, widths: [2, 2, 1.4] },
  12,
  (options, widths) => asymptoticRisk(deepRandomFeatures({ widths }), options),
);

describe('the finite problem, trained to its optimum', () => {
  it.each(cells)('has the predicted risks for %s', (_, cell, seeds, predict) => {
    const found = Array.from({ length: seeds }, (_, seed) => finiteRisk(cell, seed));
    const theory = predict();
    expect(theory.phase).toBe('learning');
    for (const name of ['standardRisk', 'adversarialRisk', 'gradientNorm'] as const) {
      const values = found.map((risk) => risk[name]);
      const mean = values.reduce((sum, value) => sum + value, 0) / seeds;
      const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (seeds - 1);
      const allowed = STANDARD_ERRORS * Math.sqrt(variance / seeds) + (FINITE_D / cell.d) * theory[name];
      // A test that would accept anything is none.
      expect(allowed).toBeLessThan(0.25 * theory[name]);
      expect(Math.abs(mean - theory[name]), `${name} ${mean} against ${theory[name]}`).toBeLessThan(allowed);
    }
  });

  it('has the risks predicted from measured moments alone', () => {
    const [d, width] = [40, 60];
    const cell: FiniteCell = { ...common, d, widths: [width / d] };
    const random = stream('monteCarlo.test', 'measured');
    const network = new FrozenNetwork(random, d, [width]);
    const signal = unitRows(random, 1, d);
    const count = 20_000;
    const matrix = () => Array.from({ length: width }, () => new Float64Array(width));
    const [F, slopes] = [matrix(), matrix()];
    const c = new Float64Array(width);
    for (let sample = 0; sample < count; sample++) {
      const x = random.fillGaussian(new Float64Array(d));
      const { phi, slopes: D } = network.at(x);
      const y = signal.reduce((sum, value, i) => sum + value * x[i]!, 0);
      for (let i = 0; i < width; i++) {
        c[i]! += (phi[i]! * y) / count;
        for (let j = 0; j < width; j++) {
          F[i]![j]! += (phi[i]! * phi[j]!) / count;
          slopes[i]![j]! += (D[0]![i]! * D[0]![j]!) / count;
        }
      }
    }
    const W = network.weights[0]!;
    const J = slopes.map((row, i) =>
      row.map((value, j) => {
        let inner = 0;
        for (let k = 0; k < d; k++) inner += W[i * d + k]! * W[j * d + k]!;
        return value * inner;
      }),
    );
    const map = measuredFeatures({ F, J, c, targetVariance: 1, inputDim: d });
    const measured = asymptoticRisk(map, common);
    const limit = asymptoticRisk(randomFeatures({ psi1: width / d }), common);
    // One draw of W at d = 40, and 20,000 samples of moments: a few per cent of the limit.
    for (const name of ['standardRisk', 'adversarialRisk', 'gradientNorm'] as const)
      expect(Math.abs(measured[name] / limit[name] - 1)).toBeLessThan(0.08);
    const seeds = 6;
    const values = Array.from({ length: seeds }, (_, seed) => finiteRisk(cell, seed).adversarialRisk);
    const mean = values.reduce((sum, value) => sum + value, 0) / seeds;
    expect(Math.abs(mean / measured.adversarialRisk - 1)).toBeLessThan(0.1);
  });
});
