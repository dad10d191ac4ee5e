import { beforeAll, describe, expect, it } from 'vitest';
import { linearised, pgd } from '../../src/attacks/index.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { attackedModel } from '../../src/table/attackedModel.ts';
import { linearCoefficients } from '../../src/table/explainCoefficients.ts';
import { oneInputAColumn } from '../../src/table/explainInputs.ts';
import { permutationImportance } from '../../src/table/explainPermutations.ts';
import { attackedRows, inputMovements } from '../../src/table/explainRows.ts';
import { subgroupRisks } from '../../src/table/explainSubgroups.ts';
import { trainOnTable } from '../../src/table/trainOnTable.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const [n, d, eps] = [120, 4, 0.3];
const names = ['a', 'b', 'c', 'idle'];
/** Columns in units of their own, and a target that does not hang on the last. */
const rows = (() => {
  const z = stream('explain', 'z').fillGaussian(new Float64Array(n * d));
  const noise = stream('explain', 'noise').fillGaussian(new Float64Array(n), 0.5);
  const values: number[] = [];
  for (let i = 0; i < n; i++) {
    const x = [3 + 10 * z[i * d]!, 0.1 * z[i * d + 1]!, -7 + z[i * d + 2]!, 100 * z[i * d + 3]!];
    const y = 50 + 2 * z[i * d]! - z[i * d + 1]! + 0.5 * z[i * d + 2]! + noise[i]!;
    values.push(...x, y);
  }
  return { names: [...names, 'y'], rows: n, values: Float64Array.from(values) };
})();
const data = {
  ...{ n, d },
  x: Float32Array.from(rows.values.filter((_, at) => at % 5 < 4)),
  y: Float32Array.from(rows.values.filter((_, at) => at % 5 === 4)),
};

/** f(x) = w' x + b on inputs as they are. */
function linearModel(w: readonly number[], b: number): tf.Sequential {
  const layer = tf.layers.dense({ units: 1, inputShape: [w.length], name: 'readout' });
  const model = tf.sequential({ layers: [layer] });
  layer.setWeights([tf.tensor2d([...w], [w.length, 1]), tf.tensor1d([b])]);
  return model;
}

describe('linearCoefficients', () => {
  it.each([undefined, 1.5])('reproduces the predictions of a trained linear model, clip %s', async (clip) => {
    const { model } = await trainOnTable(rows, {
      ...{ target: 'y', eps: 0.1, method: 'exact', clip },
    });
    const found = (await linearCoefficients(model))!;
    const predicted = (model.predict(tf.tensor2d(data.x, [n, d])) as tf.Tensor).dataSync();
    expect(found.clip).toBe(clip ?? null);
    let [compared, most] = [0, 0];
    for (let i = 0; i < n; i++) {
      const x = [...data.x.subarray(i * d, (i + 1) * d)];
      // Well inside the clip, in deviations of these columns.
      const inside = [10, 0.1, 1, 100].every((s, j) => Math.abs((x[j]! - [3, 0, -7, 0][j]!) / s) < 1.1);
      if (clip !== undefined && !inside) continue;
      const by = found.intercept + x.reduce((sum, value, j) => sum + value * found.coefficients[j]!, 0);
      most = Math.max(most, Math.abs(by - predicted[i]!));
      compared++;
    }
    expect(compared).toBeGreaterThan(20);
    // float32 at values about 50
    expect(most).toBeLessThan(1e-4);
    found.perDeviation.forEach((value, j) => {
      // Deviations of the training rows, 96 of them: Monte Carlo, one in fourteen
      expect(value / found.coefficients[j]! / [10, 0.1, 1, 100][j]!).toBeGreaterThan(0.7);
      expect(value / found.coefficients[j]! / [10, 0.1, 1, 100][j]!).toBeLessThan(1.3);
    });
    model.dispose();
  });

  it('has none of a model that is not linear', async () => {
    const { model } = await trainOnTable(rows, {
      ...{ target: 'y', eps: 0.1, method: 'exact', model: 'random-features', width: 10, lambda: 0.1 },
    });
    expect(await linearCoefficients(model)).toBeNull();
    model.dispose();
  });
});

describe('permutationImportance', () => {
  it('of a linear model is what a sum over all pairs of rows says, and 0 of an idle input', async () => {
    const w = [0.2, -10, 0.5, 0];
    const b = 54;
    const model = linearModel(w, b);
    const target = await attackedModel(model, data);
    const done: number[] = [];
    const found = await permutationImportance(target, linearised(), {
      ...{ eps, inputs: [...oneInputAColumn(names), { name: 'a and b', columns: [0, 1] }], repeats: 30 },
      onProgress: (count, total) => done.push(count / total),
    });
    const length = Math.hypot(...w);
    const x = (i: number, j: number): number => data.x[i * d + j]!;
    /** Mean loss over all rows i, the columns of each taken from all rows k. */
    const expected = (columns: readonly number[], radius: number): number => {
      let [base, all] = [0, 0];
      for (let i = 0; i < n; i++) {
        const r = data.y[i]! - b - w.reduce((sum, value, j) => sum + value * x(i, j), 0);
        base += (Math.abs(r) + radius * length) ** 2 / n;
        for (let k = 0; k < n; k++) {
          const moved = columns.reduce((sum, j) => sum + w[j]! * (x(k, j) - x(i, j)), 0);
          all += (Math.abs(r - moved) + radius * length) ** 2 / n ** 2;
        }
      }
      return all - base;
    };
    expect(found.map(({ name }) => name)).toEqual([...names, 'a and b']);
    for (const { name, clean, robust } of found) {
      const columns = name === 'a and b' ? [0, 1] : [names.indexOf(name)];
      // Monte Carlo over permutations, in standard errors; float32 for the idle one.
      expect(Math.abs(clean.value - expected(columns, 0))).toBeLessThan(4 * clean.standardError + 1e-5);
      expect(Math.abs(robust.value - expected(columns, eps))).toBeLessThan(4 * robust.standardError + 1e-4);
      expect(robust.count).toBe(30);
    }
    // float32, at losses about 5
    for (const { value } of [found[3]!.clean, found[3]!.robust]) expect(Math.abs(value)).toBeLessThan(5e-6);
    expect(found[1]!.robust.value).toBeGreaterThan(10 * found[1]!.robust.standardError);
    // The rows as they are, and each permutation of them.
    expect(done).toHaveLength(151);
    expect(done.at(-1)).toBe(1);
    model.dispose();
  });

  it('of a part of the rows, drawn anew for each permutation, is that of all within its standard errors', async () => {
    const w = [0.2, -10, 0.5, 0];
    const model = linearModel(w, 54);
    const target = await attackedModel(model, data);
    const asked = { eps, inputs: oneInputAColumn(names) };
    const [all, part] = [
      await permutationImportance(target, linearised(), { ...asked, repeats: 20 }),
      await permutationImportance(target, linearised(), { ...asked, repeats: 40, importanceRows: 15 }),
    ];
    all!.forEach(({ robust }, j) => {
      const own = part![j]!.robust;
      expect(Math.abs(own.value - robust.value)).toBeLessThan(
        4 * Math.hypot(own.standardError, robust.standardError) + 1e-4,
      );
    });
    // Other rows each time spread more than other permutations of all rows do.
    expect(part![1]!.robust.standardError).toBeGreaterThan(2 * all![1]!.robust.standardError);
    model.dispose();
  });

  it('refuses what is no input', async () => {
    const target = { f: (x: tf.Tensor) => x, data, units: "the inputs' own units" } as const;
    const refused = (options: object) =>
      expect(permutationImportance(target, pgd(), { eps, inputs: oneInputAColumn(names), ...options }))
        .rejects;
    await refused({ inputs: [{ name: 'x', columns: [4] }] }).toThrow(/invalid inputs: .*columns from 0 to 3/);
    await refused({ inputs: [] }).toThrow(/invalid inputs/);
    await refused({ repeats: 0 }).toThrow('invalid repeats: 0');
    await refused({ importanceRows: n + 1 }).toThrow(
      `invalid importanceRows: ${n + 1} (expected from 2 to ${n}`,
    );
    await refused({ eps: -1 }).toThrow('invalid eps: -1');
  });
});

describe('attackedRows', () => {
  it('moves every row of a linear model by eps along its weights, away from its target', async () => {
    const w = [3, -4, 0, 0];
    const model = linearModel(w, 0);
    const target = await attackedModel(model, data);
    const found = await attackedRows(target, pgd({ steps: 3 }), eps);
    model.dispose();
    for (let i = 0; i < n; i++) {
      const f = w.reduce((sum, value, j) => sum + value * data.x[i * d + j]!, 0);
      const side = Math.sign(f - data.y[i]!);
      // float32 at values about 50
      expect(Math.abs(found.prediction[i]! - f)).toBeLessThan(1e-4);
      expect(Math.abs(found.worstPrediction[i]! - (f + side * 5 * eps))).toBeLessThan(1e-3);
      expect(found.loss[i]! / (Math.abs(f - data.y[i]!) + 5 * eps) ** 2).toBeCloseTo(1, 4);
      expect(found.cleanLoss[i]! / (f - data.y[i]!) ** 2).toBeCloseTo(1, 3);
      const delta = [...found.delta.subarray(i * d, (i + 1) * d)];
      [0.6, -0.8, 0, 0].forEach((share, j) => {
        expect(Math.abs(delta[j]! - side * eps * share)).toBeLessThan(1e-4);
      });
    }
    const moved = inputMovements(found, oneInputAColumn(names), [10, 0.1, 1, 100]);
    expect(moved[0]!.size.value).toBeCloseTo(0.6 * eps, 4);
    expect(moved[0]!.ownSize).toBeCloseTo(6 * eps, 3);
    expect(moved[1]!.ownSize).toBeCloseTo(0.08 * eps, 5);
    expect(moved[3]!.ownSize).toBe(0);
    const ups = Array.from(found.delta).filter((value, at) => at % d === 0 && value > 0).length;
    expect(moved[0]!.ownShift).toBeCloseTo((6 * eps * (2 * ups - n)) / n, 3);
    // Several columns are one length, without a unit.
    const [both] = inputMovements(found, [{ name: 'both', columns: [0, 1] }], [10, 0.1, 1, 100]);
    expect(both!.size.value).toBeCloseTo(eps, 5);
    expect(both!.ownSize).toBeNull();
  });

  it('refuses a model of two outputs', async () => {
    const f = (x: tf.Tensor): tf.Tensor => x.slice([0, 0], [-1, 2]);
    const two = { f, data: { ...data, y: new Float32Array(2 * n) }, units: "the inputs' own units" } as const;
    await expect(attackedRows(two, pgd(), eps)).rejects.toThrow();
  });
});

describe('subgroupRisks', () => {
  const losses = { cleanLoss: [1, 2, 3, 4, 5, 6], loss: [2, 4, 6, 8, 10, 12] };

  it('has a group for each value, with the mean and standard error of its rows', () => {
    const found = subgroupRisks(losses, ['b', 'a', 'b', 'b', 'a', 'b']);
    expect(found.map(({ name, count }) => [name, count])).toEqual([
      ['a', 2],
      ['b', 4],
    ]);
    expect(found[0]!.clean).toEqual({ value: 3.5, standardError: 1.5, count: 2 });
    expect(found[1]!.robust.value).toBe(7);
    expect(subgroupRisks(losses, [10, 9, 10, 10, 9, 9]).map(({ name }) => name)).toEqual(['9', '10']);
  });

  it('puts many numbers into quarters, each row once', () => {
    const values = Array.from({ length: 101 }, (_, i) => 100 - i);
    const found = subgroupRisks({ cleanLoss: values, loss: values }, values);
    expect(found.map(({ name, count }) => [name, count])).toEqual([
      ['[0, 25]', 26],
      ['(25, 50]', 25],
      ['(50, 75]', 25],
      ['(75, 100]', 25],
    ]);
    // The loss is the value itself.
    expect(found.map(({ robust }) => robust.value)).toEqual([12.5, 38, 63, 88]);
    // More than half of the values are one: parts between equal quartiles vanish.
    const zeros = values.map((value) => Math.max(0, value - 60));
    const skewed = subgroupRisks({ cleanLoss: zeros, loss: zeros }, zeros);
    expect(skewed.reduce((sum, { count }) => sum + count, 0)).toBe(101);
    expect(skewed[0]!.name).toMatch(/^\[0, /);
  });

  it('refuses values that are not one a row', () => {
    expect(() => subgroupRisks(losses, [1, 2])).toThrow('invalid values: "2 values" (expected 6, one a row)');
  });
});
