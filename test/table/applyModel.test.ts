import { beforeAll, describe, expect, it } from 'vitest';
import { ColumnBuilder } from '../../src/data/columnBuilder.ts';
import { preparedInputs } from '../../src/data/preparation/preparedTable.ts';
import { type RawTable, rawRows } from '../../src/data/rawTable.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { applyModel } from '../../src/table/applyModel.ts';
import { trainOnTable } from '../../src/table/trainOnTable.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const rows = 60;
const draws = stream('apply').fillGaussian(new Float64Array(3 * rows));
const kinds = ['red', 'green', 'blue'];
const cells = Array.from({ length: rows }, (_, i) => {
  const [a, b, noise] = draws.subarray(3 * i) as unknown as [number, number, number];
  return {
    a: 10 + 3 * a,
    b: i % 11 === 3 ? null : b,
    kind: kinds[i % 3]!,
    y: 50 + 4 * a - 2 * b + (i % 3) + noise,
    sort: a - b + noise > 0 ? 'up' : 'down',
  };
});
type Name = keyof (typeof cells)[0];

function table(names: readonly Name[]): RawTable {
  const columns = names.map((name) => {
    const builder = new ColumnBuilder();
    for (const row of cells) builder.add(row[name]);
    return builder.done(name);
  });
  return { file: '"here"', rows, columns };
}
const numbers = table(['a', 'b', 'kind', 'y']);
const sorts = table(['a', 'b', 'kind', 'sort']);
const eps = 0.3;
const options = { target: 'y', eps, missing: 'impute', method: 'exact', lambda: 0.01 } as const;

const trained = async (of: RawTable, more: object = {}) => {
  const { preparation, ...others } = await trainOnTable(of, { ...options, ...more });
  return { ...others, preparation: preparation! };
};

/** What the model says of the prepared rows. */
function predicted(model: tf.LayersModel, values: Float64Array): Float32Array {
  return tf.tidy(() => {
    const x = tf.tensor2d(Float32Array.from(values), [rows, values.length / rows]);
    return (model.predict(x) as tf.Tensor).dataSync() as Float32Array;
  });
}

/** Weights of the read-out of a linear model, in units of the target. */
function weightsOf(model: tf.LayersModel): number[] {
  const [kernel] = model.getLayer('readout').getWeights();
  const { deviation } = model.layers.at(-1)!.getConfig() as { deviation: number[] };
  return Array.from(kernel!.dataSync(), (w) => w * deviation[0]!);
}

describe('applyModel', () => {
  it.each(['l2', 'linf', 'l1'] as const)(
    'predicts as the model does, within the dual norm of its weights times eps, %s',
    async (norm) => {
      const { model, preparation } = await trained(numbers);
      const inputs = preparedInputs(numbers, preparation).table;
      expect([...inputs.names].sort()).toEqual([
        'a',
        'b',
        'b missing',
        'kind=blue',
        'kind=green',
        'kind=red',
      ]);
      const expected = predicted(model, inputs.values);
      const sizes = weightsOf(model).map(Math.abs);
      const dual = {
        l2: Math.hypot(...sizes),
        linf: sizes.reduce((sum, size) => sum + size, 0),
        l1: Math.max(...sizes),
      }[norm];
      for (const attack of [undefined, 'pgd'] as const) {
        const found = await applyModel(model, numbers, { preparation, eps, norm, attack });
        expect([found.attack, found.exact]).toEqual(attack ? ['pgd', false] : ['linearised', true]);
        expect(found.labels).toBe(null);
        expected.forEach((f, i) => {
          // float32: predictions of about 50.
          expect(found.prediction[i]).toBeCloseTo(f, 3);
          expect(found.lower[i]).toBeCloseTo(f - eps * dual, 3);
          expect(found.upper![i]).toBeCloseTo(f + eps * dual, 3);
        });
      }
      model.dispose();
    },
  );

  it('finds a range that no random attack leaves, for random features', async () => {
    const { model, preparation } = await trained(numbers, { model: 'random-features', width: 30 });
    const found = await applyModel(model, numbers, { preparation, eps });
    expect([found.attack, found.exact]).toEqual(['pgd', false]);
    const { mean, deviation } = model.layers[0]!.getConfig() as { mean: number[]; deviation: number[] };
    const { values } = preparedInputs(numbers, preparation).table;
    const d = mean.length;
    const random = stream('random attacks');
    for (let k = 0; k < 50; k++) {
      const step = random.fillGaussian(new Float64Array(d));
      const length = Math.hypot(...step);
      const moved = values.map((value, at) => value + (eps / length) * step[at % d]! * deviation[at % d]!);
      predicted(model, moved).forEach((f, i) => {
        expect(f).toBeGreaterThan(found.lower[i]! - 1e-3);
        expect(f).toBeLessThan(found.upper![i]! + 1e-3);
      });
    }
    for (let i = 0; i < rows; i++) expect(found.upper![i]! - found.lower[i]!).toBeGreaterThan(0.1);
    model.dispose();
  });

  it('measures on held-out rows what the training did', async () => {
    for (const [of, more] of [
      [numbers, {}],
      [sorts, { target: 'sort', loss: 'logistic' }],
    ] as const) {
      const { model, preparation, testRows, clean, robust, classes } = await trained(of, more);
      const { measured, robust: stable } = await applyModel(model, rawRows(of, testRows), {
        preparation,
        eps,
      });
      expect(measured!.rows).toBe(12);
      const expected = classes ? [classes.clean.error, classes.robust.error] : [clean, robust];
      expect(measured!.clean.value / expected[0]!.value).toBeCloseTo(1, 4);
      expect(measured!.worst.value / expected[1]!.value).toBeCloseTo(1, 3);
      expect(stable === null).toBe(classes === null);
      model.dispose();
    }
  });

  it('names the class of each row, and says whether the worst case has another', async () => {
    const { model, preparation } = await trained(sorts, { target: 'sort', loss: 'hinge' });
    const { prediction, lower, upper, labels, robust } = await applyModel(model, sorts, { preparation, eps });
    const reach = eps * Math.hypot(...weightsOf(model));
    prediction.forEach((f, i) => {
      expect(labels![i]).toBe(f > 0 ? 'up' : 'down');
      expect(upper![i]! - lower[i]!).toBeCloseTo(2 * reach, 3);
      if (Math.abs(Math.abs(f) - reach) > 1e-3) expect(robust![i]).toBe(Math.abs(f) > reach);
    });
    expect(new Set(robust)).toEqual(new Set([true, false]));
    model.dispose();
  });

  it('leaves out what it cannot score, whatever the order of the columns', async () => {
    const whole = rawRows(
      numbers,
      cells.flatMap(({ b }, i) => (b === null ? [] : [i])),
    );
    const { model, preparation } = await trained(whole, { missing: 'refuse' });
    const turned = { ...numbers, columns: [...numbers.columns].reverse() };
    const found = await applyModel(model, turned, { preparation, eps });
    const holes = cells.flatMap(({ b }, i) => (b === null ? [i] : []));
    expect(found.unscored).toEqual(holes);
    for (const values of [found.prediction, found.lower, found.upper!])
      expect([...values.keys()].filter((i) => Number.isNaN(values[i]))).toEqual(holes);
    const all = await applyModel(model, whole, { preparation, eps });
    expect([...found.prediction].filter((value) => !Number.isNaN(value))).toEqual([...all.prediction]);
    expect(all.measured!.rows).toBe(found.measured!.rows);
    const blind = { ...numbers, columns: numbers.columns.filter(({ name }) => name !== 'y') };
    expect((await applyModel(model, blind, { preparation, eps })).measured).toBe(null);
    model.dispose();
  });

  it('keeps the digits of columns far from 0, which float32 has not', async () => {
    // Seconds since 1970: float32 tells apart those that lie 128 apart.
    const since = 1.7e9;
    const moved = { ...numbers, columns: numbers.columns.map((column) => ({ ...column })) };
    const at = moved.columns.findIndex(({ name }) => name === 'a');
    const seconds = (numbers.columns[at] as { values: Float64Array }).values.map((a) => since + a);
    moved.columns[at] = { kind: 'number', name: 'a', values: seconds };
    const [near, far] = [await trained(numbers), await trained(moved)];
    const found = await applyModel(far.model, moved, { preparation: far.preparation, eps });
    const expected = await applyModel(near.model, numbers, { preparation: near.preparation, eps });
    found.prediction.forEach((value, i) => {
      expect(Math.abs(value - expected.prediction[i]!)).toBeLessThan(1e-3);
    });
    near.model.dispose();
    far.model.dispose();
  });

  it('measures a target that leaves it to other columns what stands before its decimals', async () => {
    const { model, preparation } = await trained(numbers);
    const target = new ColumnBuilder();
    for (const { y } of cells) target.add(y.toFixed(3).replace('.', ','));
    const b = new ColumnBuilder();
    for (const row of cells) b.add(row.b === null ? '' : row.b.toFixed(6).replace('.', ','));
    const commas = numbers.columns.map((column) =>
      column.name === 'y' ? target.done('y') : column.name === 'b' ? b.done('b') : column,
    );
    const found = await applyModel(model, { ...numbers, columns: commas }, { preparation, eps });
    expect(found.measured?.rows).toBe(rows);
    model.dispose();
  });

  it('refuses what does not fit, by name', async () => {
    const { model, preparation } = await trained(numbers);
    const refused = (of: RawTable, more: object = {}) =>
      expect(applyModel(model, of, { preparation, eps, ...more })).rejects;
    await refused(table(['a', 'y'])).toThrow('lacks the columns "b", "kind" that the model reads');
    await refused(numbers, { eps: -1 }).toThrow('invalid eps: -1');
    await refused(numbers, { attack: 'fgsm' }).toThrow('invalid attack: "fgsm"');
    await refused(numbers, { epsilon: 1 }).toThrow(
      'invalid epsilon: 1 (expected an option of applyModel: eps?)',
    );
    const other = { ...preparation, inputs: preparation.inputs.slice(1) };
    await refused(numbers, { preparation: other }).toThrow(
      'a model of the 5 inputs that its preparation makes',
    );
    model.dispose();
  });
});
