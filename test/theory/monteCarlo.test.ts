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
import { sized } from '../support/sizes.ts';
import { type FiniteCell, FrozenNetwork, finiteRisk, unitRows } from './finiteProblem.ts';

/** Monte Carlo: this many standard errors over seeds, and the bias of order 1/d that one d carries. */
const STANDARD_ERRORS = 4;
const FINITE_D = 2; // times 1/d, relative

const cells: [string, FiniteCell, () => AsymptoticRisk][] = [];
function add(
  name: string,
  cell: FiniteCell,
  predict: (options: RiskOptions, widths: readonly number[]) => AsymptoticRisk,
) {
  const { d: _, widths, activation: __, ...options } = cell;
  cells.push([name, cell, () => predict(options, widths)]);
}
const common = { psi2: 2, eps: 0.4, lambda: 0.02, tau: 0.5 };
const seeds = 12;
const wide = sized(60, 80);
const d = sized(40, 48);
add('linear regression', { ...common, lambda: 0, d: wide, widths: [] }, (options) =>
  asymptoticRisk(linear(), options),
);
add('more dimensions than samples', { ...common, psi2: 0.7, lambda: 0, d: wide, widths: [] }, (options) =>
  asymptoticRisk(linear(), options),
);
add('random features', { ...common, lambda: 0, d, widths: [1.5] }, (options) =>
  asymptoticRisk(randomFeatures({ psi1: 1.5 }), options),
);
add('random features with tanh', { ...common, d, widths: [2], activation: 'tanh' }, (options) =>
  asymptoticRisk(randomFeatures({ psi1: 2, activation: 'tanh' }), options),
);
add('two frozen layers', { ...common, eps: 0.3, d, widths: [2, 1.5] }, (options, widths) =>
  asymptoticRisk(deepRandomFeatures({ widths }), options),
);
add(
  'three frozen layers',
  { ...common, psi2: 2.5, lambda: 0.1, eps: 0.25, d: sized(34, 40), widths: [2, 2, 1.4] },
  (options, widths) => asymptoticRisk(deepRandomFeatures({ widths }), options),
);

describe('the finite problem, trained to its optimum', () => {
  it.each(cells)('has the predicted risks for %s', (_, cell, predict) => {
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
    const count = sized(10_000, 20_000);
    const matrix = () => Array.from({ length: width }, () => new Float64Array(width));
    const [F, slopes] = [matrix(), matrix()];
    const c = new Float64Array(width);
    for (let sample = 0; sample < count; sample++) {
      const x = random.fillGaussian(new Float64Array(d));
      const { phi, slopes: D } = network.at(x);
      const y = signal.reduce((sum, value, i) => sum + value * x[i]!, 0);
      for (let i = 0; i < width; i++) {
        c[i]! += (phi[i]! * y) / count;
        for (let j = 0; j <= i; j++) {
          F[i]![j]! += (phi[i]! * phi[j]!) / count;
          slopes[i]![j]! += (D[0]![i]! * D[0]![j]!) / count;
        }
      }
    }
    for (const A of [F, slopes])
      for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) A[j]![i] = A[i]![j]!;
    const W = network.weights[0]!;
    const J = slopes.map((row, i) =>
      row.map((value, j) => {
        let inner = 0;
        for (let k = 0; k < d; k++) inner += W[i * d + k]! * W[j * d + k]!;
        return value * inner;
      }),
    );
    const map = measuredFeatures({ F, J, c, targetVariance: 1, inputDim: d });
    // A strong attack on many rows asks for nu^2: half as large again, it would make the gradient a third shorter.
    const strong = { ...common, psi2: 3, eps: 0.8 };
    // One draw of W at d = 40, and 10,000 samples of moments: a few per cent of the limit.
    for (const [options, allowed] of [
      [common, 0.08],
      [strong, 0.16],
    ] as const) {
      const limit = asymptoticRisk(randomFeatures({ psi1: width / d }), options);
      const found = asymptoticRisk(map, options);
      for (const name of ['standardRisk', 'adversarialRisk', 'gradientNorm'] as const)
        expect(Math.abs(found[name] / limit[name] - 1), `${name} at ${options.eps}`).toBeLessThan(allowed);
    }
    const measured = asymptoticRisk(map, common);
    const models = 6;
    const values = Array.from({ length: models }, (_, seed) => finiteRisk(cell, seed).adversarialRisk);
    const mean = values.reduce((sum, value) => sum + value, 0) / models;
    expect(Math.abs(mean / measured.adversarialRisk - 1)).toBeLessThan(0.1);
  });
});
