import { beforeAll, describe, expect, it } from 'vitest';
import type { CellArgs } from '../../src/cells/cell.ts';
import { cellProblem } from '../../src/cells/cellProblem.ts';
import { atWholeSizes } from '../../src/cells/cellSizes.ts';
import { cell } from '../../src/cells/makeCell.ts';
import { cellKey, streamKey } from '../../src/cells/node/cellKey.ts';
import { runCell } from '../../src/cells/runCell.ts';
import { errorsOf, theoryOf } from '../../src/cells/theoryOf.ts';
import { teacher } from '../../src/data/teacher.ts';
import { meanOf } from '../../src/numerics/estimate.ts';
import { sweepCells } from '../../src/sweep/sweepSpec.ts';
import {
  asymptoticRisk,
  deepRandomFeatures,
  linear,
  powerLaw,
  randomFeatures,
  spiked,
} from '../../src/theory/index.ts';
import { testRuntime } from '../support/runtime.ts';

const values: CellArgs = { psi1: 1, psi2: 3, d: 40, eps: 0.3, tau: 0.5, method: 'exact' };
const covariance = spiked({ share: 0.25, ratio: 9, signal: 0.6 });
const spectrum = 'spiked:0.25:9:0.6';

beforeAll(async () => {
  await testRuntime();
});

describe('the teacher of a covariance', () => {
  it('has inputs of its eigenvalues, and a signal of its weights', () => {
    const [d, n] = [8, 6000];
    const { beta, sample } = teacher({ d, rho: 2, covariance, seed: 4 });
    const { x, y } = sample('train', n);
    // 9 s on a quarter of the directions and s on the others: s = 1/3.
    for (let j = 0; j < d; j++) {
      expect(beta[j]! ** 2).toBeCloseTo(4 * (j < 2 ? 0.3 : 0.4 / 6), 12);
      let [square, product] = [0, 0];
      for (let i = 0; i < n; i++) {
        square += x[i * d + j]! ** 2 / n;
        product += (x[i * d + j]! * x[i * d + ((j + 1) % d)]!) / n;
      }
      // 5 standard errors
      const variance = j < 2 ? 3 : 1 / 3;
      expect(Math.abs(square - variance)).toBeLessThan(5 * variance * Math.sqrt(2 / n));
      expect(Math.abs(product)).toBeLessThan(5 * 3 * Math.sqrt(1 / n));
    }
    // float32
    const signal = beta.reduce((sum, b, j) => sum + b * x[j]!, 0);
    expect(Math.abs(y[0]! - signal)).toBeLessThan(1e-5);
  });

  it('leaves isotropic rows as they are, bit for bit', () => {
    const plain = teacher({ d: 5, tau: 0.3, seed: 2 }).sample('train', 9);
    expect(teacher({ d: 5, tau: 0.3, seed: 2, covariance: 'identity' }).sample('train', 9)).toEqual(plain);
    // The same draws, stretched: noise is what it was.
    const spread = teacher({ d: 5, tau: 0.3, seed: 2, covariance: { eigenvalues: [4] } }).sample('train', 9);
    expect([...spread.x]).toEqual([...plain.x].map((value) => 2 * value));
  });
});

describe('a cell of anisotropic inputs', () => {
  it('has a spectrum only where one is given, so that other cells keep their keys and rows', () => {
    const plain = cell(values);
    expect(plain).not.toHaveProperty('spectrum');
    expect(cell({ ...values, spectrum: undefined })).toEqual(plain);
    const of = cell({ ...values, spectrum });
    expect(of.spectrum).toBe(spectrum);
    expect(cellKey(of)).not.toBe(cellKey(plain));
    expect(streamKey(of)).not.toBe(streamKey(plain));
    expect(streamKey({ ...of, eps: 0.7 })).toBe(streamKey(of));
    expect(JSON.parse(JSON.stringify(of))).toEqual(of);
  });

  it('has rows of its spectrum', () => {
    const of = cell({ ...values, spectrum });
    const { train } = cellProblem(of, { streams: 'rows' });
    expect(train).toEqual(teacher({ d: 40, tau: 0.5, covariance, seed: 'rows' }).sample('train', 120));
  });

  it('has the theory of its spectrum, at whole sizes with as many directions as there are', () => {
    const options = { psi2: 3, eps: 0.3, tau: 0.5 };
    const theory = (args: Partial<CellArgs>): number =>
      theoryOf(cell({ ...values, spectrum, ...args }))!.adversarialRisk;
    expect(theory({ psi1: 2 })).toBe(
      asymptoticRisk(randomFeatures({ psi1: 2, covariance }), options).adversarialRisk,
    );
    expect(theory({ features: 'linear' })).toBe(
      asymptoticRisk(linear({ covariance }), options).adversarialRisk,
    );
    const { psi1: _, ...rest } = { ...values };
    const deep = cell({ ...rest, spectrum, network: 'deep-frozen', widths: [2, 1] });
    const two = deepRandomFeatures({ widths: [2, 1], covariance });
    expect(theoryOf(deep)!.adversarialRisk).toBe(asymptoticRisk(two, options).adversarialRisk);
    const labels = cell({ ...values, spectrum, lambda: 0.1, loss: 'hinge' });
    const classifier = { ...options, lambda: 0.1, loss: 'hinge' } as const;
    expect(errorsOf(labels)!.error).toBe(
      asymptoticRisk(randomFeatures({ psi1: 1, covariance }), classifier).error,
    );
    // A quarter of 40 directions are 10, of 42 they are 10.5: the eleventh direction has the mean of both variances.
    const at = (d: number) => atWholeSizes(cell({ ...values, spectrum, d })).spectrum as typeof covariance;
    expect(at(40).eigenvalues.slice(9, 11)).toEqual([covariance.eigenvalues[0], covariance.eigenvalues[1]]);
    expect(at(42).eigenvalues[10]).toBeCloseTo((3 + 1 / 3) / 2, 12);
    expect(at(42).eigenvalues).toHaveLength(42);
  });

  it('comes near its theory when it is trained (8 seeds; 4 standard errors and 2/d), and not near another', async () => {
    const common = { ...values, d: 50, eps: 0.2, psi2: 2, tau: 0.2, testRows: 1000 } as const;
    const of = cell({ ...common, spectrum: 'spiked:0.1:10', testAttack: 'linearised' });
    const risks: number[] = [];
    for (let seed = 0; seed < 8; seed++) {
      const { adversarialRisks } = await runCell({ ...of, seed }, { streams: `spectrum ${seed}` });
      risks.push(adversarialRisks[0]!.value);
    }
    const { value, standardError } = meanOf(risks);
    const theory = theoryOf(of)!.adversarialRisk;
    const allowed = 4 * standardError + (2 / 50) * theory;
    expect(Math.abs(value - theory)).toBeLessThan(allowed);
    expect(Math.abs(value - theoryOf(cell(common))!.adversarialRisk)).toBeGreaterThan(allowed);
  });

  it('is swept by name or by eigenvalues', () => {
    const { psi1, ...rest } = values;
    const own = { eigenvalues: [1.5, 0.5] };
    const cells = sweepCells({ cells: { ...rest, psi1, spectrum: ['isotropic', 'power:1', own] } });
    expect(cells.map((each) => each.spectrum)).toEqual([
      'isotropic',
      'power:1',
      { eigenvalues: [1.5, 0.5], shares: [0.5, 0.5], weights: [0.5, 0.5] },
    ]);
    expect(sweepCells({ cells: { ...rest, psi1, spectrum: own } })).toHaveLength(1);
  });

  it.each<[unknown, string]>([
    ['power', 'invalid spectrum: "power" (expected \'isotropic\''],
    [{ eigenvalues: [1, 2] }, 'a mean of 1, not 1.5'],
    [3, 'invalid spectrum: 3'],
    [null, 'invalid covariance: null'],
  ])('is refused with %j', (wrong, message) => {
    expect(() => cell({ ...values, spectrum: wrong as 'isotropic' })).toThrow(message);
  });

  it('is none of digits', () => {
    const { psi1: _, tau: __, method: ___, ...rest } = { ...values };
    const digits = { ...rest, d: 64, network: 'trained', widths: [1], data: 'digits' } as const;
    expect(() => cell({ ...digits, spectrum: 'power:1' })).toThrow(
      'invalid spectrum: "power:1" (expected none with',
    );
  });

  it('of a power law has 100 eigenvalues whatever d', () => {
    const { eigenvalues } = atWholeSizes(cell({ ...values, d: 200, spectrum: 'power:1' }))
      .spectrum as typeof covariance;
    const law = powerLaw({ exponent: 1 }).eigenvalues;
    expect(eigenvalues[0]).toBeCloseTo(law[0]!, 12);
    expect(eigenvalues[199]).toBeCloseTo(law[99]!, 12);
  });
});
