import { describe, expect, it } from 'vitest';
import { type Cell, type CellArgs, lawFields } from '../../src/cells/cell.ts';
import { cellModel } from '../../src/cells/cellModel.ts';
import { cellProblem } from '../../src/cells/cellProblem.ts';
import { atWholeSizes } from '../../src/cells/cellSizes.ts';
import { cell } from '../../src/cells/makeCell.ts';
import { cleanError, type Measure, robustError, standardRisk } from '../../src/cells/measure.ts';
import { cellKey, streamKey } from '../../src/cells/node/cellKey.ts';
import { runCell } from '../../src/cells/runCell.ts';
import { errorsOf, theoryOf } from '../../src/cells/theoryOf.ts';
import { trainCell } from '../../src/cells/trainCell.ts';
import { teacher } from '../../src/data/teacher.ts';
import { meanOf } from '../../src/numerics/estimate.ts';
import { tf } from '../../src/runtime/tf.ts';
import { sweepCells } from '../../src/sweep/sweepSpec.ts';
import { asymptoticRisk, linear, randomFeatures } from '../../src/theory/index.ts';
import { quickRuntime } from '../support/runtime.ts';

const sizes = { psi2: 3, d: 40, eps: 0.3, tau: 0.5 };
const values: CellArgs = { ...sizes, psi1: 1 };
const labels: CellArgs = { ...values, lambda: 0.1, loss: 'logistic' };
const run = (of: Cell) => runCell(of, { streams: streamKey(of) });

await quickRuntime();

describe('a cell of other laws', () => {
  it('has their fields only where they are given, so that other cells keep their keys', () => {
    const plain = cell(values);
    for (const name of lawFields) expect(plain).not.toHaveProperty(name);
    expect(cell({ ...values, noise: undefined, loss: undefined })).toEqual(plain);
    const changes = [{ noise: 'laplace' as const }, { loss: 'hinge' as const, method: 'exact' as const }];
    const keys = changes.map((change) => cellKey({ ...plain, ...change } as Cell));
    expect(new Set([...keys, cellKey(plain)]).size).toBe(3);
    expect(cell(labels)).toMatchObject({ loss: 'logistic', labels: 'probit', flip: 0, method: 'exact' });
  });

  it('shares its rows among losses, and among laws does not', () => {
    const of = cell({ ...labels, flip: 0.1 });
    expect(streamKey({ ...of, loss: 'hinge' })).toBe(streamKey(of));
    for (const change of [{ flip: 0.2 }, { labels: 'logistic' as const }])
      expect(streamKey({ ...of, ...change })).not.toBe(streamKey(of));
    expect(streamKey(cell({ ...values, noise: 'laplace' }))).not.toBe(streamKey(cell(values)));
  });

  it('has rows of its law', () => {
    const { d, tau } = sizes;
    const rowsOf = (args: CellArgs) => {
      const { train } = cellProblem(cell(args), { streams: 'laws' });
      const { beta } = teacher({ d, tau, seed: 'laws' });
      const signal = (i: number): number => beta.reduce((sum, b, j) => sum + b * train.x[i * d + j]!, 0);
      return [...train.y].map((y, i) => ({ y, u: signal(i) }));
    };
    // float32 of y
    for (const { y, u } of rowsOf({ ...values, noise: 'rademacher' }))
      expect(Math.abs(Math.abs(y - u) - tau)).toBeLessThan(1e-6);
    // Without noise every label that differs from the sign of u was turned over; 4 standard errors of a share of 120.
    const rows = rowsOf({ ...labels, tau: 0, flip: 0.3 });
    const turned = rows.filter(({ y, u }) => y * u < 0).length / rows.length;
    expect(Math.abs(turned - 0.3)).toBeLessThan(4 * Math.sqrt((0.3 * 0.7) / rows.length));
  });

  it.each<[Partial<CellArgs>, string]>([
    [{ noise: 'cauchy' as 'laplace' }, 'invalid noise: "cauchy"'],
    [{ loss: 'square' as 'hinge' }, 'invalid loss: "square"'],
    [{ labels: 'probit' }, 'invalid labels: "probit" (expected none without a loss of the margin'],
    [{ flip: 0.1 }, 'invalid flip: 0.1 (expected none without a loss of the margin'],
    [{ loss: 'hinge', lambda: 0 }, 'invalid lambda: 0'],
    [{ loss: 'hinge', lambda: 0.1, flip: 0.6 }, 'invalid flip: 0.6'],
    [{ loss: 'hinge', lambda: 0.1, noise: 'laplace' }, 'invalid noise: "laplace" (expected none beside'],
  ])('is refused with %o', (change, message) => {
    expect(() => cell({ ...values, ...change })).toThrow(message);
  });

  it('is no classification of networks that are trained, and no noise about digits', () => {
    const { psi1: _, ...networks } = { ...values, widths: [1] };
    expect(() => cell({ ...networks, network: 'lazy', loss: 'hinge', lambda: 0.1 })).toThrow(
      'invalid loss: "hinge"',
    );
    const digits = { ...networks, network: 'trained', data: 'digits', d: 64, tau: 0 } as const;
    expect(() => cell({ ...digits, noise: 'laplace' })).toThrow(
      'invalid noise: "laplace" (expected none with digits',
    );
  });

  it('is swept like others', () => {
    const { psi1, ...rest } = { ...labels };
    const cells = sweepCells({ cells: { ...rest, psi1, loss: ['logistic', 'hinge'], flip: [0, 0.1] } });
    expect(cells.map(({ loss, flip }) => [loss, flip])).toEqual([
      ['logistic', 0],
      ['logistic', 0.1],
      ['hinge', 0],
      ['hinge', 0.1],
    ]);
    expect(() => sweepCells({ cells: { ...rest, los: 'hinge' } })).toThrow('invalid key of cells: "los"');
  });
});

describe('a classification', () => {
  it('measures the error of the sign, without and with attack', async () => {
    const before = tf.memory().numTensors;
    const of = cell({ ...labels, psi1: 1, features: 'linear', epsTest: [0, 0.4], testRows: 300 });
    const { standardRisk: clean, adversarialRisks, training } = await run(of);
    expect(tf.memory().numTensors).toBe(before);
    expect(training.converged).toBe(true);
    expect(adversarialRisks[0]).toEqual(clean);
    expect(adversarialRisks[1]!.value).toBeGreaterThan(clean.value);
    expect(clean.count).toBe(300);
    expect(clean.standardError).toBeCloseTo(Math.sqrt((clean.value * (1 - clean.value)) / 299), 12);
    // Of a linear classifier every attack finds the same worst input.
    const one = await run({ ...of, testAttack: 'linearised' });
    expect(one.adversarialRisks).toEqual(adversarialRisks);
  });

  it.each(['logistic', 'hinge', 'squaredHinge'] as const)(
    'comes by gradient to the exact optimum, where the attack is exact: %s',
    async (loss) => {
      const of = cell({ ...labels, d: 16, psi1: 1, features: 'linear', flip: 0.1, loss });
      /** The objective in float64, of a linear classifier: its worst margin is y f - eps |theta|. */
      const objective = async (change: Partial<CellArgs>): Promise<number> => {
        const changed = cell({ ...of, ...change });
        const streams = streamKey(of);
        const model = cellModel(changed, streams);
        const { train } = cellProblem(changed, { streams });
        await trainCell(model, train, changed, { streams });
        const theta = Array.from(await model.trainableWeights[0]!.read().data());
        model.dispose();
        const size = Math.hypot(...theta);
        const losses = Array.from(train.y, (y, i) => {
          const f = theta.reduce((sum, weight, j) => sum + weight * train.x[i * of.d + j]!, 0);
          const margin = y * f - of.eps * size;
          if (loss === 'logistic') return Math.log1p(Math.exp(-margin));
          return loss === 'hinge' ? Math.max(0, 1 - margin) : Math.max(0, 1 - margin) ** 2 / 2;
        });
        return losses.reduce((sum, value) => sum + value, 0) / train.n + (of.lambda / 2) * size ** 2;
      };
      const exact = await objective({});
      // One step of the attack is FGM.
      for (const change of [{}, { attackSteps: 1 }, { start: 'warm' }] as const) {
        const excess = (await objective({ ...change, method: 'pgd' })) / exact - 1;
        // The gap that the exact solver leaves, and where descent stops.
        expect(excess).toBeGreaterThan(-1e-4);
        expect(excess).toBeLessThan(1e-3);
      }
    },
  );

  it('has the errors of the theory of its loss and labels, and no risks', () => {
    const of = cell({ ...labels, labels: 'logistic', flip: 0.1, epsTest: [0.2] });
    expect(theoryOf(of)).toBeNull();
    expect(errorsOf(cell(values))).toBeNull();
    const { psi2, eps, tau } = sizes;
    const expected = asymptoticRisk(randomFeatures({ psi1: 1 }), {
      ...{ psi2, eps, tau, lambda: 0.1, loss: 'logistic', labels: 'logistic', flip: 0.1, epsTest: 0.2 },
    });
    expect(cleanError.predicted(of)).toBe(expected.error);
    expect(robustError().predicted(of)).toBeCloseTo(expected.robustError, 12);
    expect(standardRisk.predicted(of)).toBeNaN();
    const noisy = cell({ ...values, psi1: 1, features: 'linear', noise: 'sparse' });
    expect(standardRisk.predicted(noisy)).toBe(
      asymptoticRisk(linear(), { psi2, eps, tau, noise: 'sparse' }).standardRisk,
    );
  });

  // Means over seeds within 4 standard errors of the limit; at these d the bias is below that.
  it.each<[string, CellArgs, Measure[]]>([
    ['logistic', labels, [cleanError, robustError()]],
    [
      'squared hinge, flipped',
      { ...labels, d: 24, loss: 'squaredHinge', flip: 0.1 },
      [cleanError, robustError()],
    ],
    ['linear hinge', { ...labels, d: 24, features: 'linear', loss: 'hinge' }, [cleanError, robustError()]],
    [
      'logistic, two layers',
      { ...sizes, d: 24, network: 'deep-frozen', widths: [1.5, 1], lambda: 0.1, loss: 'logistic' },
      [cleanError, robustError()],
    ],
    ['sparse noise', { ...values, method: 'exact', noise: 'sparse' }, [standardRisk]],
  ])('agrees with theory: %s', async (_, args, measures) => {
    const cells = Array.from({ length: 6 }, (_, seed) => cell({ ...args, seed }));
    const results = [];
    for (const of of cells) results.push(await run(of));
    for (const measure of measures) {
      const { value, standardError } = meanOf(
        results.map((result, k) => measure.simulated(result, cells[k]!)),
      );
      expect(Math.abs(value - measure.predicted(atWholeSizes(cells[0]!)))).toBeLessThan(4 * standardError);
    }
  });
});
