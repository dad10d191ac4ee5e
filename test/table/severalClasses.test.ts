import { beforeAll, describe, expect, it } from 'vitest';
import { ColumnBuilder } from '../../src/data/columnBuilder.ts';
import { type RawTable, rawRows } from '../../src/data/rawTable.ts';
import { stream } from '../../src/random/stream.ts';
import type { tf } from '../../src/runtime/tf.ts';
import { applyModel } from '../../src/table/applyModel.ts';
import { trainOnSplits } from '../../src/table/trainOnSplits.ts';
import { trainOnTable } from '../../src/table/trainOnTable.ts';
import { tuneOnTable } from '../../src/table/tuneOnTable.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const kinds = ['ant', 'bee', 'cat'] as const;
const centres = [
  [0, 0, 1],
  [3, 0, 0],
  [1, 3, 0],
] as const;
const rows = 120;
const normal = stream('three classes').fillGaussian(new Float64Array(3 * rows));
const kindOf = (i: number): number => (i % 7 === 0 ? 0 : i % 3);

/** Three Gaussian classes, the first a little more frequent. */
function threeClasses(names: readonly (string | number)[]): RawTable {
  const column = (name: string, of: (i: number) => string | number) => {
    const builder = new ColumnBuilder();
    for (let i = 0; i < rows; i++) builder.add(of(i));
    return builder.done(name);
  };
  const inputs = ['a', 'b', 'c'].map((name, j) =>
    column(name, (i) => 5 * (j + 1) + centres[kindOf(i)]![j]! + normal[3 * i + j]!),
  );
  return { file: '"here"', rows, columns: [...inputs, column('kind', (i) => names[kindOf(i)]!)] };
}

const table = threeClasses(kinds);
const asked = { target: 'kind', method: 'exact', eps: 0.3, testFraction: 0.4 } as const;
const models = [
  ['a linear model', {}],
  ['random features', { model: 'random-features', width: 40, lambda: 0.01 }],
  ['the squared hinge', { loss: 'squaredHinge', lambda: 0.01 }],
] as const;

/** Kernel and bias of the read-out, [inputs, outputs] and [outputs]. */
const readoutOf = (model: tf.LayersModel): Float32Array[] =>
  model
    .getLayer('readout')
    .getWeights()
    .map((weights) => weights.dataSync() as Float32Array);

describe('several classes', () => {
  it.each(models)('are as many trainings of two, one against the rest, by %s', async (_, more) => {
    const all = await trainOnTable(table, { ...asked, ...more });
    expect([all.classes, all.intercept, all.training.converged]).toEqual([null, null, true]);
    const [kernel, bias] = readoutOf(all.model);
    for (const [k, name] of kinds.entries()) {
      const one = await trainOnTable(table, { ...asked, ...more, positive: [name] });
      expect(one.testRows).toEqual(all.testRows);
      const [theta, intercept] = readoutOf(one.model);
      expect(kernel).toHaveLength(3 * theta!.length);
      theta!.forEach((weight, j) => {
        expect(Math.abs(kernel![3 * j + k]! - weight)).toBeLessThan(1e-6);
      });
      expect(Math.abs(bias![k]! - intercept![0]!)).toBeLessThan(1e-6);
      one.model.dispose();
    }
    all.model.dispose();
  });

  it('have outputs in the order of their names', async () => {
    const { model } = await trainOnTable(table, asked);
    const turned = await trainOnTable(threeClasses(['z', 'x', 'y']), asked);
    expect(turned.several!.names).toEqual(['x', 'y', 'z']);
    const [expected, found] = [model, turned.model].map((one) => readoutOf(one)[0]!);
    // ant is z, the last; bee and cat come first.
    found!.forEach((weight, at) => {
      expect(weight).toBe(expected![3 * Math.floor(at / 3) + ([1, 2, 0][at % 3] as number)]);
    });
    model.dispose();
    turned.model.dispose();
  });

  it.each(models)('are measured on held-out rows, under attack no better, by %s', async (_, more) => {
    const found = [];
    for (const epsTest of [0, 0.4, 0.8, 5]) {
      const { model, preparation, several, testRows, ...trained } = await trainOnTable(table, {
        ...{ ...asked, ...more, epsTest },
      });
      const { clean, robust, linearised, trivial, confusion, robustlyRight, names } = several!;
      expect([trained.clean, trained.robust, trained.trivial]).toEqual([
        clean.error,
        robust.error,
        trivial.error,
      ]);
      // By hand: the largest output on the rows held out, whose classes are known.
      const truth = testRows.map(kindOf);
      const held = rawRows(table, testRows);
      const eps = epsTest;
      const applied = await applyModel(model, held, { preparation: preparation!, eps, attack: 'pgd' });
      const share = (of: (i: number) => boolean) => truth.filter((_label, i) => of(i)).length / truth.length;
      const right = (i: number) => applied.labels![i] === kinds[truth[i]!];
      expect(clean.accuracy.value).toBeCloseTo(share(right), 12);
      expect(robust.accuracy.value).toBeCloseTo(
        share((i) => right(i) && applied.robust![i]!),
        12,
      );
      expect(applied.measured!.clean.value).toBeCloseTo(clean.error.value, 12);
      expect(applied.measured!.worst.value).toBeCloseTo(robust.error.value, 12);
      expect(confusion).toEqual(
        kinds.map((_kind, k) =>
          names.map((name) => truth.filter((label, i) => label === k && applied.labels![i] === name).length),
        ),
      );
      expect(robustlyRight.reduce((sum, count) => sum + count, 0) / truth.length).toBeCloseTo(
        robust.accuracy.value,
        12,
      );
      expect(trivial.accuracy.value).toBeCloseTo(
        share((i) => truth[i] === 0),
        12,
      );
      // A linear model is what it is linearised to, and its worst case is on the way straight to another class.
      if (!('model' in more)) expect(robust).toEqual(linearised);
      found.push({ clean: clean.accuracy.value, robust: robust.accuracy.value });
      model.dispose();
    }
    const [none, little, much, most] = found.map(({ robust }) => robust) as [number, number, number, number];
    expect(none).toBe(found[0]!.clean);
    expect(none).toBeGreaterThan(0.75);
    expect(little).toBeLessThan(none);
    expect(much).toBeLessThan(little);
    expect(most).toBe(0);
  });

  it('of a linear model keep a lead that is by hand what the nearest other class leaves', async () => {
    for (const norm of ['l2', 'linf'] as const) {
      const { model, preparation } = await trainOnTable(table, { ...asked, norm });
      const [kernel, bias] = readoutOf(model) as [Float32Array, Float32Array];
      const { mean, deviation } = model.layers[0]!.getConfig() as { mean: number[]; deviation: number[] };
      const found = await applyModel(model, table, { preparation: preparation!, eps: 0.3, norm });
      expect(found.exact).toBe(true);
      for (let i = 0; i < rows; i++) {
        const z = [0, 1, 2].map((j) => {
          const value = 5 * (j + 1) + centres[kindOf(i)]![j]! + normal[3 * i + j]!;
          return (value - mean[j]!) / deviation[j]!;
        });
        const outputs = [0, 1, 2].map((k) =>
          z.reduce((sum, value, j) => sum + value * kernel[3 * j + k]!, bias[k]!),
        );
        const top = outputs.indexOf(Math.max(...outputs));
        const others = [0, 1, 2].filter((k) => k !== top);
        const lead = Math.min(...others.map((k) => outputs[top]! - outputs[k]!));
        const least = Math.min(
          ...others.map((k) => {
            const apart = [0, 1, 2].map((j) => Math.abs(kernel[3 * j + top]! - kernel[3 * j + k]!));
            const dual = norm === 'l2' ? Math.hypot(...apart) : apart.reduce((sum, w) => sum + w, 0);
            return outputs[top]! - outputs[k]! - 0.3 * dual;
          }),
        );
        expect(found.labels![i]).toBe(kinds[top]);
        // float32.
        expect(found.prediction[i]).toBeCloseTo(lead, 4);
        expect(found.lower[i]).toBeCloseTo(least, 4);
      }
      model.dispose();
    }
  });

  it('are averaged over splits', async () => {
    const { splits, accuracy, robustAccuracy, clean } = await trainOnSplits(
      table,
      { ...asked, testFraction: 0.2 },
      { folds: 3 },
    );
    expect(splits).toHaveLength(3);
    expect(accuracy!.value).toBeCloseTo(1 - clean.value, 12);
    expect(robustAccuracy!.value).toBeLessThan(accuracy!.value);
  });

  it('may be numbers, by a loss of the margin or where they stand for kinds', async () => {
    const numbered = threeClasses([2, 5, 11]);
    const expected = await trainOnTable(table, { ...asked, loss: 'hinge' });
    const found = await trainOnTable(numbered, { ...asked, loss: 'hinge' });
    expect(found.several).toEqual({ ...expected.several, names: ['2', '5', '11'] });
    const told = await trainOnTable(numbered, { ...asked, text: ['kind'] });
    expect(told.several!.names).toEqual(['2', '5', '11']);
    for (const { model } of [expected, found, told]) model.dispose();
  });

  it('refuse what knows two classes only, and a class without training rows', async () => {
    const refused = (more: object) => expect(trainOnTable(table, { ...asked, ...more })).rejects;
    await refused({ method: 'pgd' }).toThrow(
      'invalid method: "pgd" (expected exact for a target of 3 classes, unless those that count as +1 are named (`positive`))',
    );
    await refused({ model: 'deep', method: 'pgd' }).toThrow(
      'invalid model: "deep" (expected linear or random-features for a target of 3 classes',
    );
    const cats = Array.from({ length: rows }, (_, i) => i).filter((i) => kindOf(i) === 2);
    await refused({ testRows: cats }).toThrow('no training row is of the class "cat"');
    await expect(tuneOnTable(table, { target: 'kind', epsTest: 0.3 })).rejects.toThrow(
      'the target "kind" has 3 classes (ant, bee, cat): tuning tells two apart, name those that count as +1 (`positive`)',
    );
  });
});
