import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { RawTable } from '../../src/data/rawTable.ts';
import type { Table } from '../../src/data/table.ts';
import { inputsAndTarget } from '../../src/data/tableDataset.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { partsOf } from '../../src/table/splits.ts';
import type { TableTrainingOptions } from '../../src/table/tableTrainingOptions.ts';
import { trainOnTable } from '../../src/table/trainOnTable.ts';
import { quickRuntime } from '../support/runtime.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const temporary = temporaryFolder(afterAll);

await quickRuntime();

/** One skewed input, and a target that depends on it. */
const rows = 50;
const random = stream('train on table').fillGaussian(new Float64Array(2 * rows));
const table: Table = {
  names: ['y', 'a'],
  rows,
  values: Float64Array.from({ length: 2 * rows }, (_, at) => {
    const i = at >> 1;
    const a = 3 + Math.exp(random[2 * i]!);
    return at % 2 === 1 ? a : 40 + 5 * a + 6 * random[2 * i + 1]!;
  }),
};

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Where a convex function of one variable is least in an interval, by golden-section search. */
function least(f: (x: number) => number, low: number, high: number): number {
  const ratio = (Math.sqrt(5) - 1) / 2;
  let [a, b] = [low, high];
  for (let k = 0; k < 80; k++) {
    const [c, e] = [b - ratio * (b - a), a + ratio * (b - a)];
    if (f(c) < f(e)) b = e;
    else a = c;
  }
  return (a + b) / 2;
}

describe('trainOnTable', () => {
  it.each([
    [true, 0],
    [true, 0.2],
    [false, 0.2],
  ])(
    'solves and measures one input as a search by hand does, intercept %j, lambda %d',
    async (fitIntercept, lambda) => {
      const eps = 0.3;
      const found = await trainOnTable(table, {
        ...{ target: 'y', method: 'exact', eps, lambda, fitIntercept, testFraction: 0.3, seed: 2 },
      });
      expect(found.rows).toEqual({ train: 35, validation: 0, test: 15 });
      expect(found.test.names).toEqual(['a', 'y']);
      const held = inputsAndTarget(found.test);
      const isHeld = new Set(held.y);
      const pairs = Array.from({ length: rows }, (_, i) => [
        table.values[2 * i + 1]!,
        table.values[2 * i]!,
      ]).filter(([, y]) => !isHeld.has(y!));
      expect(pairs).toHaveLength(35);
      const [meanA, meanY] = [0, 1].map((j) => meanOf(pairs.map((pair) => pair[j]!))) as [number, number];
      // The divisor is n.
      const [unitA, unitY] = [meanA, meanY].map((mean, j) =>
        Math.sqrt(meanOf(pairs.map((pair) => (pair[j]! - mean) ** 2))),
      ) as [number, number];
      const z = pairs.map(([a]) => (a! - meanA) / unitA);
      const t = pairs.map(([, y]) => (y! - meanY) / unitY);
      const objective = (theta: number, b: number) =>
        meanOf(z.map((value, i) => (Math.abs(t[i]! - b - theta * value) + eps * Math.abs(theta)) ** 2)) / 2 +
        (lambda / 2) * theta ** 2;
      const interceptFor = (theta: number) => (fitIntercept ? least((b) => objective(theta, b), -3, 3) : 0);
      const theta = least((one) => objective(one, interceptFor(one)), -3, 3);
      const b = interceptFor(theta);

      // The solver stops at a relative gap of 1e-6 of the objective, float32 measures.
      expect(found.training.objective / objective(theta, b)).toBeCloseTo(1, 5);
      const risk = (radius: number) =>
        unitY ** 2 *
        meanOf(
          Array.from(held.y, (y, i) => {
            const residual = (y - meanY) / unitY - b - theta * ((held.x[i]! - meanA) / unitA);
            return (Math.abs(residual) + radius * Math.abs(theta)) ** 2;
          }),
        );
      expect(found.clean.value / risk(0)).toBeCloseTo(1, 2);
      expect(found.robust.value / risk(eps)).toBeCloseTo(1, 2);
      expect(found.trivial.value / meanOf(Array.from(held.y, (y) => (y - meanY) ** 2))).toBeCloseTo(1, 5);
      if (fitIntercept) expect(Math.abs(found.intercept! - (meanY + unitY * b))).toBeLessThan(0.005 * unitY);
      else expect(found.intercept).toBe(null);
      found.model.dispose();
    },
  );

  it('gives two classes of one value each the widest margin that the attack leaves, in closed form', async () => {
    const values = Float64Array.from({ length: 80 }, (_, at) =>
      at % 2 === 0 ? (at < 24 ? 7 : 5) : at < 24 ? 1 : -1,
    );
    const eps = 0.4;
    const lambda = 1e-3;
    const found = await trainOnTable(
      { names: ['a', 'label'], rows: 40, values },
      { target: 'label', loss: 'hinge', method: 'exact', eps, lambda },
    );
    const isHeld = new Set(found.testRows);
    const share = meanOf(
      Array.from({ length: 40 }, (_, i) => i)
        .filter((i) => !isHeld.has(i))
        .map((i) => (i < 12 ? 1 : 0)),
    );
    // Standardised, the values are apart by one over their deviation; both margins are 1 under the attack.
    const deviation = Math.sqrt(share * (1 - share));
    const theta = 2 / (1 / deviation - 2 * eps);
    const upper = (1 - share) / deviation;
    expect(found.training.objective / ((lambda / 2) * theta ** 2)).toBeCloseTo(1, 5);
    expect(found.training.relativeGap).toBeLessThan(1e-6);
    // The root of the gap, as far as the penalty alone curves the objective.
    expect(found.intercept).toBeCloseTo(1 + eps * theta - theta * upper, 2);
    const { clean, robust, trivial } = found.classes!;
    for (const { error, accuracy } of [clean, robust]) expect([error.value, accuracy.value]).toEqual([0, 1]);
    const positives = found.testRows.filter((i) => i < 12).length;
    expect(robust.confusion).toEqual({
      ...{ truePositive: positives, falseNegative: 0, falsePositive: 0, trueNegative: 8 - positives },
    });
    // The constant that is best answers with the larger class.
    expect(trivial.error.value).toBeCloseTo(positives / 8, 6);
    expect(found.robust.value).toBeCloseTo(0, 3);
    found.model.dispose();
  });

  /** Two inputs and a label that they tell with mistakes. */
  const noise = stream('train on classes').fillGaussian(new Float64Array(4 * 80));
  const labelled: Table = {
    names: ['a', 'b', 'label'],
    rows: 80,
    values: Float64Array.from({ length: 240 }, (_, at) => {
      const [a, b, mistake] = noise.subarray(4 * Math.floor(at / 3)) as unknown as [number, number, number];
      return [10 + 2 * a, b, a - 0.5 * b + mistake > 0.3 ? 1 : -1][at % 3]!;
    }),
  };

  it.each(['logistic', 'hinge'] as const)(
    'trains classes exactly and by gradient to one optimum, and measures what the weights say, %s',
    async (loss) => {
      const eps = 0.3;
      const options = { target: 'label', loss, eps, lambda: 0.05, testFraction: 0.3 };
      const exact = await trainOnTable(labelled, { ...options, method: 'exact' });
      const gradient = await trainOnTable(labelled, { ...options, maxCycles: 1 });
      const ratio = gradient.training.objective / exact.training.objective;
      // From below float32, from above what one cycle of training leaves.
      expect(ratio).toBeGreaterThan(1 - 1e-5);
      expect(ratio).toBeLessThan(1.01);

      const held = inputsAndTarget(exact.test);
      const x = tf.tensor2d(Float32Array.from(held.x), [held.n, held.d]);
      const outputs = await (exact.model.predict(x) as tf.Tensor).data();
      const [kernel] = exact.model.getLayer('readout').getWeights();
      const reach = eps * Math.hypot(...(await kernel!.data()));
      for (const [name, off] of [
        ['clean', 0],
        ['robust', reach],
        ['linearised', reach],
      ] as const) {
        const found = exact.classes![name];
        const margins = Array.from(held.y, (y, i) => y * outputs[i]! - off);
        const right = (label: number) => margins.filter((v, i) => held.y[i] === label && v > 0).length;
        expect(found.confusion.truePositive).toBe(right(1));
        expect(found.confusion.trueNegative).toBe(right(-1));
        expect(found.confusion.falsePositive).toBe(held.y.filter((y) => y === -1).length - right(-1));
        expect(found.accuracy.value).toBeCloseTo((right(1) + right(-1)) / held.n, 6);
        expect(found.error.value).toBeCloseTo(1 - found.accuracy.value, 6);
        expect(found.logLoss.value).toBeCloseTo(meanOf(margins.map((v) => Math.log(1 + Math.exp(-v)))), 4);
      }
      expect(exact.classes!.robust.error.value).toBeGreaterThan(exact.classes!.clean.error.value);
      for (const { model } of [exact, gradient]) model.dispose();
      x.dispose();
    },
  );

  it('measures classes by any loss, and refuses what is none', async () => {
    const classes = { positive: ['yes'], negative: ['no', 'perhaps'] };
    const found = await trainOnTable(labelled, { target: 'label', eps: 0.1, method: 'exact', classes });
    expect(found.classes).toMatchObject(classes);
    expect(found.classes!.clean.accuracy.value).toBeGreaterThan(0.6);
    found.model.dispose();
    const refused = (options: object, rows = labelled) =>
      expect(trainOnTable(rows, { target: 'label', eps: 0.1, loss: 'hinge', ...options })).rejects;
    await refused({ target: 'y' }, table).toThrow(/^invalid target: [\d.]+ \(expected classes as \+1 and -1/);
    await refused({ loss: 'cubic' }).toThrow('invalid loss: "cubic"');
    await refused({ method: 'exact', lambda: 0 }).toThrow('invalid lambda: 0');
    await refused({ method: 'exact', norm: 'l1' }).toThrow('invalid norm: "l1" (expected l2 or linf');
    await refused({ method: 'trades' }).toThrow('invalid method: "trades"');
    await refused({ method: 'free' }).toThrow('invalid method: "free"');
    await refused({ classes: { positive: ['a'] } }).toThrow('invalid classes');
  });

  it('goes on from its last iterate where exact training was interrupted, to the same objective', async () => {
    const folder = join(temporary, 'exact');
    const options: TableTrainingOptions = {
      ...{ target: 'y', eps: 0.2, lambda: 0.01, width: 12 },
      ...{ method: 'exact', model: 'random-features' },
    };
    const train = async (more: Partial<TableTrainingOptions>) => {
      const { model, training } = await trainOnTable(table, { ...options, ...more });
      model.dispose();
      return training;
    };
    const whole = await train({});
    // Iterates are kept every few seconds.
    let now = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      now += 1e4;
      return now;
    });
    const interrupted = train({
      folder,
      onSolving(progress) {
        if ('iteration' in progress && progress.iteration === 4) throw new Error('interrupted');
      },
    });
    await expect(interrupted).rejects.toThrow('interrupted');
    expect(readdirSync(folder)).toEqual(['output-0.iterate']);
    // Another problem does not begin there.
    const copy = join(temporary, 'copy');
    cpSync(folder, copy, { recursive: true });
    expect(await train({ eps: 0.19, folder: copy })).toEqual(await train({ eps: 0.19 }));
    const gaps: number[] = [];
    const resumed = await train({
      folder,
      onSolving(progress) {
        if ('relativeGap' in progress) gaps.push(progress.relativeGap);
      },
    });
    clock.mockRestore();
    expect(gaps[0]).toBeLessThan(0.1);
    expect(resumed.iterations).toBe(whole.iterations - 4);
    // Both are proved to be within the gap.
    expect(Math.abs(resumed.objective / whole.objective - 1)).toBeLessThan(2e-6);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('learns medians from the rows that it trains on, not from those held out or watched', async () => {
    const a = Float64Array.from({ length: 40 }, (_, i) => (i % 8 === 0 ? Number.NaN : (i * 17) % 41));
    const y = a.map((value, i) => (value || 20) + (i % 5));
    const file: RawTable = {
      ...{ file: '"t.csv"', rows: 40 },
      columns: [
        { kind: 'number', name: 'a', values: a },
        { kind: 'number', name: 'y', values: y },
      ],
    };
    const split = { testFraction: 0.25, validationFraction: 0.25, seed: 1 };
    const asked = {
      target: 'y',
      eps: 0.1,
      method: 'erm',
      maxCycles: 1,
      missing: 'impute',
      ...split,
    } as const;
    const { model, preparation, testRows } = await trainOnTable(file, asked);
    model.dispose();
    const [held, watched, trained] = partsOf(40, { ...split, testRows: undefined });
    expect(testRows).toEqual([...held!]);
    expect(watched).toHaveLength(10);
    const known = [...trained!].map((row) => a[row]!).filter((value) => !Number.isNaN(value));
    known.sort((one, other) => one - other);
    const median = (known[(known.length - 1) >> 1]! + known[known.length >> 1]!) / 2;
    expect(preparation!.inputs).toEqual([{ kind: 'number', name: 'a', median, indicator: true }]);
  });

  it('has defaults for all but the target and eps, and takes undefined for them', async () => {
    const options = { target: 'y', eps: 0.1, maxCycles: 1 };
    const [short, long] = [
      await trainOnTable(table, options),
      await trainOnTable(table, {
        ...{ ...options, model: 'linear', method: 'pgd', norm: 'l2', lambda: 0, fitIntercept: true },
        ...{ width: 200, depth: 2, seed: 0, testFraction: 0.2, validationFraction: 0 },
        activation: undefined as never,
      }),
    ];
    for (const { model } of [short, long]) model.dispose();
    expect(short.rows.test).toBe(10);
    expect(short.robust).toEqual(long.robust);
  });

  it('names its arguments as code does', async () => {
    const refused = (options: object) =>
      expect(trainOnTable(table, { target: 'y', eps: 0.1, ...options })).rejects;
    await refused({ testFraction: 2 }).toThrow('invalid testFraction: 2');
    await refused({
      method: 'exact',
      folder: 'here',
      loss: 'logistic',
      classes: { positive: ['b'], negative: ['a'] },
    }).toThrow('invalid folder: "here"');
    await refused({ method: 'exact', batchSize: 4 }).toThrow('invalid batchSize: 4');
    await refused({ epsilon: 1 }).toThrow('invalid epsilon: 1 (expected an option of trainOnTable: eps?)');
    await refused({ target: 'z' }).toThrow('invalid target: "z" (expected a column: y, a)');
  });
});
