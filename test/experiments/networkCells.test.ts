import { beforeAll, describe, expect, it } from 'vitest';
import { cellKey } from '../../src/experiments/cell.ts';
import { figureCells } from '../../src/experiments/figurePoints.ts';
import { depth } from '../../src/experiments/figures/depth.ts';
import { trainedWidth } from '../../src/experiments/figures/trainedWidth.ts';
import { deepRisk, isNetworkCell, networkCell } from '../../src/experiments/networkCell.ts';
import { runNetworkCell } from '../../src/experiments/runNetworkCell.ts';
import { tf } from '../../src/runtime/tf.ts';
import { asymptoticRisk, deepRandomFeatures } from '../../src/theory/index.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const deepCell = (seed: number, widths: readonly number[]) =>
  networkCell({
    network: 'deep-frozen',
    widths,
    d: 30,
    psi2: 2,
    eps: 0.3,
    lambda: 0.05,
    tau: 0.2,
    method: 'exact',
    testRows: 800,
    seed,
  });

describe('cells of networks', () => {
  it.each([[[1.5, 1]], [[1, 1.5, 1]]])('agree with Gaussian equivalence at widths %j', async (widths) => {
    const seeds = 6;
    const found: { sr: number; ar: number }[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      const { standardRisk, adversarialRisks, training } = await runNetworkCell(deepCell(seed, widths));
      expect(training.converged).toBe(true);
      found.push({ sr: standardRisk.value, ar: adversarialRisks[0]!.value });
    }
    const expected = deepRisk(deepCell(0, widths));
    for (const [name, value] of [
      ['sr', expected.standardRisk],
      ['ar', expected.adversarialRisk],
    ] as const) {
      const values = found.map((one) => one[name]);
      const mean = values.reduce((sum, v) => sum + v, 0) / seeds;
      const error = Math.sqrt(values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (seeds - 1) / seeds);
      // Monte Carlo, in standard errors, and the bias of d = 30.
      expect(Math.abs(mean - value), name).toBeLessThan(3 * error + 0.05 * value);
    }
  });

  it('have the theory of the widths that are whole numbers of units', () => {
    const rounded = networkCell({ network: 'deep-frozen', widths: [1.02, 0.77], d: 10, psi2: 2, eps: 0.2 });
    const risk = asymptoticRisk(deepRandomFeatures({ widths: [1, 0.8] }), { psi2: 2, eps: 0.2 });
    expect(deepRisk(rounded).standardRisk).toBe(risk.standardRisk);
  });

  it('train every layer of a network, leak no tensor, and repeat to the same numbers', async () => {
    for (const network of ['lazy', 'trained'] as const) {
      const cell = networkCell({ network, widths: [0.5], d: 8, psi2: 2, eps: 0.2, tau: 0.1, testRows: 50 });
      const first = await runNetworkCell(cell);
      const tensors = tf.memory().numTensors;
      const second = await runNetworkCell(cell);
      expect(tf.memory().numTensors).toBe(tensors);
      expect(second.standardRisk.value).toBe(first.standardRisk.value);
      expect(first.adversarialRisks[0]!.value).toBeGreaterThan(first.standardRisk.value);
      expect(first.thetaNormSquared).toBeGreaterThan(0);
    }
  });

  it('are told apart by their network and widths', () => {
    const keys = [
      deepCell(0, [1, 1]),
      deepCell(0, [2, 1]),
      { ...deepCell(0, [1, 1]), network: 'lazy' as const },
    ];
    expect(new Set(keys.map(cellKey)).size).toBe(3);
  });

  it('refuse what makes no sense', () => {
    const given = { d: 10, psi2: 2, eps: 0.1 };
    expect(() => networkCell({ ...given, network: 'deep' as 'lazy', widths: [1] })).toThrow(
      /invalid network: "deep"/,
    );
    expect(() => networkCell({ ...given, network: 'lazy', widths: [1, 1] })).toThrow(/one hidden layer/);
    expect(() => networkCell({ ...given, network: 'trained', widths: [1], method: 'exact' })).toThrow(
      /invalid method/,
    );
    expect(() => networkCell({ ...given, network: 'trained', widths: [] })).toThrow(/invalid widths: \[\]/);
  });
});

describe('figures of networks', () => {
  it.each([depth, trainedWidth])('$name plans cells of its own and claims to check', (figure) => {
    const settings = { ...figure.defaults, ...figure.quick };
    const plan = figure.plan(settings);
    const cells = figureCells(plan);
    expect(cells.some(isNetworkCell)).toBe(true);
    expect(new Set(cells.map(cellKey)).size).toBe(cells.length);
    expect(plan.claims.length).toBeGreaterThan(1);
    for (const panel of plan.panels)
      for (const curve of panel.curves) expect(curve.points.length).toBeGreaterThan(10);
  });
});
