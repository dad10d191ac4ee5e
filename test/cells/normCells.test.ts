import { beforeAll, describe, expect, it } from 'vitest';
import { type CellArgs, lawFields } from '../../src/cells/cell.ts';
import { cellProblem } from '../../src/cells/cellProblem.ts';
import { atWholeSizes } from '../../src/cells/cellSizes.ts';
import { cell } from '../../src/cells/makeCell.ts';
import {
  adversarialRisk,
  cleanError,
  type Measure,
  robustError,
  standardRisk,
} from '../../src/cells/measure.ts';
import { cellKey, streamKey } from '../../src/cells/node/cellKey.ts';
import { runCell } from '../../src/cells/runCell.ts';
import { theoryOf } from '../../src/cells/theoryOf.ts';
import { meanOf } from '../../src/numerics/estimate.ts';
import { asymptoticRisk, randomFeatures } from '../../src/theory/index.ts';
import { testRuntime } from '../support/runtime.ts';

const sizes = { psi1: 1, psi2: 2, d: 30, eps: 0.5, lambda: 0.01, tau: 0.4, testRows: 500 } as const;
const against: CellArgs = { ...sizes, method: 'exact', norm: 'linf' };
const run = (of: ReturnType<typeof cell>) => runCell(of, { streams: streamKey(of) });

beforeAll(async () => {
  await testRuntime();
});

describe('a cell against linf', () => {
  it('says so only where it is not l2, so that other cells keep their keys', () => {
    const plain = cell(sizes);
    for (const name of lawFields) expect(plain).not.toHaveProperty(name);
    expect(cell({ ...sizes, testNorm: 'l2', signal: 'gaussian' })).toEqual(plain);
    expect(cell({ ...against, testNorm: 'linf' })).toEqual(cell(against));
    const keys = [against, { ...against, testNorm: 'l2' as const }, { ...sizes, testNorm: 'linf' as const }];
    expect(new Set([plain, ...keys.map(cell)].map(cellKey)).size).toBe(4);
  });

  it('shares its rows with cells of another norm, and not with those of another teacher', () => {
    expect(streamKey(cell(against))).toBe(streamKey(cell({ ...sizes, testNorm: 'linf' })));
    expect(streamKey(cell({ ...sizes, signal: 'rademacher' }))).not.toBe(streamKey(cell(sizes)));
  });

  it('has the risks of theory in both norms', () => {
    const { psi2, eps, lambda, tau } = sizes;
    const asked = { psi2, eps, lambda, tau, norm: 'linf', signal: { law: 'sparse', share: 0.2 } } as const;
    const of = cell({ ...against, epsTest: [0.8], signal: 'sparse:0.2' });
    const map = randomFeatures({ psi1: 1 });
    const [own, other] = (['linf', 'l2'] as const).map(
      (testNorm) => asymptoticRisk(map, { ...asked, epsTest: 0.8, testNorm }).adversarialRisk,
    );
    expect(adversarialRisk().predicted(of)).toBeCloseTo(own!, 12);
    expect(adversarialRisk().predicted({ ...of, testNorm: 'l2' })).toBeCloseTo(other!, 12);
    expect(other).toBeGreaterThan(own!);
    expect(theoryOf(cell({ ...sizes, network: 'deep-frozen', widths: [1, 1], norm: 'linf' }))).toBeNull();
  });

  it('has the errors of theory as a classification', () => {
    const { psi2, eps, tau } = sizes;
    const asked = {
      psi2,
      eps,
      tau,
      lambda: 0.1,
      loss: 'logistic',
      norm: 'linf',
      signal: 'rademacher',
    } as const;
    const of = cell({
      ...against,
      lambda: 0.1,
      loss: 'logistic',
      signal: 'rademacher',
      testNorm: 'l2',
      epsTest: [0.3],
    });
    const { robustError: expected } = asymptoticRisk(randomFeatures({ psi1: 1 }), {
      ...asked,
      labels: 'probit',
      testNorm: 'l2',
      epsTest: 0.3,
    });
    expect(robustError().predicted(of)).toBeCloseTo(expected, 12);
  });

  it('is tested with a radius of eps / sqrt(d) an input', async () => {
    // Of a linear model both attacks are known: eps |theta|_2, and (eps / sqrt(d)) |theta|_1, which is never more.
    const linear = { ...sizes, features: 'linear', testAttack: 'linearised' } as const;
    const [linf, l2] = await Promise.all(
      (['linf', 'l2'] as const).map(async (testNorm) => run(cell({ ...linear, method: 'exact', testNorm }))),
    );
    expect(linf!.standardRisk).toEqual(l2!.standardRisk);
    expect(linf!.adversarialRisks[0]!.value).toBeLessThan(l2!.adversarialRisks[0]!.value);
    expect(linf!.adversarialRisks[0]!.value).toBeGreaterThan(linf!.standardRisk.value);
  });

  it('is trained by gradient to what is exact for its linearised problem, within two per cent of AR', async () => {
    const [exact, steps] = [await run(cell(against)), await run(cell({ ...against, method: 'pgd' }))];
    expect(exact.training.converged).toBe(true);
    expect(Math.abs(steps.adversarialRisks[0]!.value / exact.adversarialRisks[0]!.value - 1)).toBeLessThan(
      0.02,
    );
  });

  // Means over seeds within 4 standard errors of the limit; at this d the bias is below that.
  it.each<[string, CellArgs, Measure[]]>([
    ['random features', against, [standardRisk, adversarialRisk()]],
    ['random features under l2', { ...against, testNorm: 'l2' }, [adversarialRisk()]],
    [
      'linear, a sparse teacher',
      { ...against, features: 'linear', d: 60, signal: 'sparse:0.1' },
      [standardRisk, adversarialRisk()],
    ],
    [
      'logistic classifiers',
      { ...against, d: 24, psi2: 3, lambda: 0.1, loss: 'logistic', flip: 0.1 },
      [cleanError, robustError()],
    ],
    [
      'trained in l2, a teacher of signs',
      { ...against, norm: undefined, testNorm: 'linf', signal: 'rademacher' },
      [adversarialRisk()],
    ],
  ])('agrees with theory: %s', async (_, args, measures) => {
    const cells = Array.from({ length: 8 }, (_, seed) => cell({ ...args, seed }));
    const results = [];
    for (const of of cells) results.push(await run(of));
    for (const measure of measures) {
      const { value, standardError } = meanOf(
        results.map((result, i) => measure.simulated(result, cells[i]!)),
      );
      expect(Math.abs(value - measure.predicted(atWholeSizes(cells[0]!)))).toBeLessThan(4 * standardError);
    }
  });

  it('has a teacher of its law', () => {
    const { d, train } = {
      d: 30,
      ...cellProblem(cell({ ...sizes, tau: 0, signal: 'sparse:0.1' }), { streams: 's' }),
    };
    // The last three inputs carry it, each by 1 / sqrt(3): y is their sum with signs over that.
    for (let i = 0; i < train.n; i++) {
      const row = train.x.subarray((i + 1) * d - 3, (i + 1) * d);
      const sums = [1, -1].flatMap((a) =>
        [1, -1].flatMap((b) => [1, -1].map((c) => a * row[0]! + b * row[1]! + c * row[2]!)),
      );
      expect(Math.min(...sums.map((sum) => Math.abs(sum / Math.sqrt(3) - train.y[i]!)))).toBeLessThan(1e-6);
    }
    expect(atWholeSizes(cell({ ...sizes, signal: 'sparse:0.12' })).signal).toBe(`sparse:${4 / 30}`);
  });

  it.each<[Partial<CellArgs>, string]>([
    [{ norm: 'l1' as 'linf' }, 'invalid norm: "l1"'],
    [{ testNorm: 'l1' as 'l2' }, 'invalid testNorm: "l1"'],
    [{ signal: 'sparse:2' }, 'invalid signal: "sparse:2"'],
    [{ signal: 'dense' as 'sparse' }, 'invalid signal: "dense"'],
    [{ signal: 'sparse', spectrum: 'power:1' }, 'invalid signal: "sparse" (expected none where'],
  ])('is refused with %o', (change, message) => {
    expect(() => cell({ ...sizes, ...change })).toThrow(message);
  });
});
