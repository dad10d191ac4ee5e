import { describe, expect, it } from 'vitest';
import type { Cell } from '../../src/cells/cell.ts';
import { cellModel } from '../../src/cells/cellModel.ts';
import { cellProblem } from '../../src/cells/cellProblem.ts';
import { atWholeSizes } from '../../src/cells/cellSizes.ts';
import { cell } from '../../src/cells/makeCell.ts';
import { adversarialRisk, standardRisk } from '../../src/cells/measure.ts';
import { cellKey, streamKey } from '../../src/cells/node/cellKey.ts';
import { runCell } from '../../src/cells/runCell.ts';
import { theoryOf } from '../../src/cells/theoryOf.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { digitsBelowFive } from '../../src/data/shippedSets.ts';
import { depth } from '../../src/figures/depth.ts';
import { figureCells } from '../../src/figures/figurePoints.ts';
import { trainedWidth } from '../../src/figures/trainedWidth.ts';
import { trainedWidthDigits } from '../../src/figures/trainedWidthDigits.ts';
import { tf } from '../../src/runtime/tf.ts';
import { asymptoticRisk, deepRandomFeatures, randomFeatures } from '../../src/theory/index.ts';
import { quickRuntime } from '../support/runtime.ts';
import { sized, whole } from '../support/sizes.ts';
import { reference } from '../theory/reference.ts';

await quickRuntime();

const run = (of: Cell) => runCell(of, { streams: streamKey(of), digits: digitsBelowFive });
const deepCell = (seed: number, widths: readonly number[]) =>
  cell({
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
      const { standardRisk, adversarialRisks, training } = await run(deepCell(seed, widths));
      expect(training.converged).toBe(true);
      found.push({ sr: standardRisk.value, ar: adversarialRisks[0]!.value });
    }
    const expected = theoryOf(atWholeSizes(deepCell(0, widths)))!;
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

  it('have the theory that was computed independently of this package, whatever they are', () => {
    const expectRisks = (of: Cell, { SR, AR }: { SR: number; AR: number }) => {
      const risk = theoryOf(of)!;
      expect(Math.abs(risk.standardRisk / SR - 1)).toBeLessThan(1e-6);
      expect(Math.abs(adversarialRisk().predicted(of) / AR - 1)).toBeLessThan(1e-6);
    };
    const d = 100;
    for (const { psi1, psi2, eps, lambda, tau, ...risks } of reference.randomFeatures)
      expectRisks(cell({ d, psi1, psi2, eps, lambda, tau }), risks);
    for (const { psi2, eps, lambda, tau, ...risks } of reference.linear)
      expectRisks(cell({ d, features: 'linear', psi2, eps, lambda, tau }), risks);
    for (const { widths, psi2, eps, lambda, tau, ...risks } of reference.deep)
      expectRisks(cell({ d, network: 'deep-frozen', widths, psi2, eps, lambda, tau }), risks);
  });

  it('have the theory of the widths that are whole numbers of units', () => {
    const rounded = cell({ network: 'deep-frozen', widths: [1.02, 0.77], d: 10, psi2: 2, eps: 0.2 });
    const risk = asymptoticRisk(deepRandomFeatures({ widths: [1, 0.8] }), { psi2: 2, eps: 0.2 });
    expect(theoryOf(atWholeSizes(rounded))!.standardRisk).toBe(risk.standardRisk);
  });

  it('have the theory of their network, not that of one layer of its last width', () => {
    const problem = { d: 100, psi2: 2, eps: 0.3, tau: 0.2 };
    const deep = cell({ ...problem, network: 'deep-frozen', widths: [2, 1] });
    const { psi2, eps, tau } = problem;
    const expected = asymptoticRisk(deepRandomFeatures({ widths: [2, 1] }), { psi2, eps, tau });
    expect(theoryOf(deep)).toEqual(expected);
    expect(adversarialRisk().predicted(deep)).toBe(expected.adversarialRisk);
    const one = asymptoticRisk(randomFeatures({ psi1: 1 }), { psi2, eps, tau });
    expect(expected.adversarialRisk).toBeGreaterThan(1.15 * one.adversarialRisk);
    expect(theoryOf(cell({ ...problem, psi1: 1 }))).toEqual(one);
  });

  it('have no theory where hidden layers are trained', () => {
    for (const network of ['lazy', 'trained'] as const) {
      const of = cell({ network, widths: [1], d: 20, psi2: 2, eps: 0.2 });
      expect(theoryOf(of)).toBeNull();
      expect(adversarialRisk().predicted(of)).toBeNaN();
    }
  });

  it('train every layer of a network, or none but as lazy networks do, leak no tensor, and repeat to the same numbers', async () => {
    // With more rows than weights, and a penalty, training is over after a cycle or two.
    const soon = sized({ psi2: 8, lambda: 0.1, attackSteps: 1 }, { psi2: 2, lambda: 0, attackSteps: 2 });
    for (const network of ['lazy', 'trained'] as const) {
      const of = cell({ network, widths: [0.5], d: 8, eps: 0.2, tau: 0.1, testRows: 50, ...soon });
      const model = cellModel(of, 'weights');
      expect(model.trainableWeights.length === model.weights.length, network).toBe(network === 'trained');
      model.dispose();
      // A lazy network takes the same way, with other weights to train; one on digits, below, learns.
      if (network === 'lazy' && !whole) continue;
      const tensors = tf.memory().numTensors;
      const first = await run(of);
      expect(tf.memory().numTensors).toBe(tensors);
      // test/training/adversarialTraining.test.ts asks that of every training, with fewer steps.
      if (whole) expect((await run(of)).standardRisk).toEqual(first.standardRisk);
      expect(first.adversarialRisks[0]!.value).toBeGreaterThan(first.standardRisk.value);
      expect(first.thetaNormSquared).toBeGreaterThan(0);
    }
  });

  it('are told apart by their network and widths', () => {
    const keys = [
      deepCell(0, [1, 1]),
      deepCell(0, [2, 1]),
      { ...deepCell(0, [1, 1]), network: 'lazy' } as Cell,
    ];
    expect(new Set(keys.map(cellKey)).size).toBe(3);
  });

  it('refuse what makes no sense', () => {
    const given = { d: 10, psi2: 2, eps: 0.1 };
    expect(() => cell({ ...given, network: 'deep' as 'lazy', widths: [1] })).toThrow(
      /invalid network: "deep"/,
    );
    expect(() => cell({ ...given, network: 'lazy', widths: [1, 1] })).toThrow(/one hidden layer/);
    expect(() => cell({ ...given, network: 'trained', widths: [1], method: 'exact' })).toThrow(
      /invalid method/,
    );
    expect(() => cell({ ...given, network: 'trained', widths: [] })).toThrow(/invalid widths: \[\]/);
  });
});

describe('cells of networks on digits', () => {
  const given = { d: 64, psi2: 2, eps: 0.5, testRows: 400, data: 'digits' } as const;
  const frozen = cell({ ...given, network: 'deep-frozen', widths: [1], method: 'exact' });

  it('have names of their own, and leave those of the linear teacher as they were', () => {
    const { data: _, ...taught } = frozen;
    expect(cellKey(frozen)).not.toBe(cellKey(taught));
    expect(cellKey(cell(taught))).toBe(cellKey(taught));
  });

  it('share the rows of a seed whatever the network, and never test on what they trained on', () => {
    const rows = ({ d, x }: Dataset) =>
      Array.from({ length: x.length / d }, (_, i) => x.subarray(i * d, (i + 1) * d).join());
    const [one, other, third] = [
      frozen,
      cell({ ...given, network: 'lazy', widths: [0.1], eps: 0 }),
      { ...frozen, seed: 1 },
    ].map((of) => {
      const streams = `${of.network} ${of.seed}`;
      const { train, test } = cellProblem(of, { streams, digits: digitsBelowFive });
      return { train: rows(train), test: [...test].flatMap(rows) };
    });
    expect([one!.train.length, one!.test.length]).toEqual([128, 400]);
    expect(other).toEqual(one);
    expect(third!.train).not.toEqual(one!.train);
    // No two digits of the set are equal.
    expect(new Set([...one!.train, ...one!.test]).size).toBe(528);
  });

  it('need the digits, which a page has not', () => {
    expect(() => cellProblem(frozen, { streams: 'any' })).toThrow('the digits are a file');
  });

  it('learn something, are attacked, and have no theory', async () => {
    const result = await run(frozen);
    expect(result.training.converged).toBe(true);
    // The risk of predicting 0 is 1.
    expect(result.standardRisk.value).toBeLessThan(0.8);
    expect(result.adversarialRisks[0]!.value).toBeGreaterThan(result.standardRisk.value);
    expect(theoryOf(frozen)).toBeNull();
    expect(standardRisk.predicted(frozen)).toBeNaN();
  });

  it('refuse another dimension, label noise, and more rows than there are', () => {
    const args = { ...given, network: 'lazy', widths: [1] } as const;
    expect(() => cell({ ...args, d: 30 })).toThrow('invalid d: 30 (expected 64 with digits)');
    expect(() => cell({ ...args, tau: 0.2 })).toThrow('invalid tau: 0.2');
    expect(() => cell({ ...args, testRows: 1700 })).toThrow(
      'invalid testRows: 1700 (expected at most the 1669 of 1797 digits that are not trained on)',
    );
    expect(() => cell({ ...args, data: 'letters' as 'digits' })).toThrow('invalid data: "letters"');
  });
});

describe('figures of networks', () => {
  it.each([depth, trainedWidth])('$name plans cells of its own and claims to check', (figure) => {
    const settings = { ...figure.defaults, ...figure.quick };
    const plan = figure.plan(settings);
    const cells = figureCells(plan);
    expect(cells.some(({ network }) => network !== undefined)).toBe(true);
    expect(new Set(cells.map(cellKey)).size).toBe(cells.length);
    expect(plan.claims.length).toBeGreaterThan(1);
    for (const panel of plan.panels)
      for (const curve of panel.curves) expect(curve.points.length).toBeGreaterThan(10);
  });

  it('trained-width-digits takes each network once for both of its risks, all of them on the digits', () => {
    const { defaults, quick, plan } = trainedWidthDigits;
    for (const settings of [defaults, { ...defaults, ...quick }]) {
      const { panels, claims } = plan(settings);
      const keys = panels.map(({ measured }) =>
        measured.flatMap(({ spots }) => spots.flatMap(({ cells }) => cells.map(cellKey))),
      );
      const { length } = settings.epsilons;
      expect(keys).toHaveLength(2 * length);
      for (let k = 0; k < length; k++) expect(keys[2 * k + 1]).toEqual(keys[2 * k]);
      expect(new Set(keys.flat()).size).toBe(length * 3 * settings.psi1.length * settings.seeds);
      for (const { data } of figureCells(plan(settings))) expect(data).toBe('digits');
      expect(claims.length).toBeGreaterThan(1);
    }
  });
});
