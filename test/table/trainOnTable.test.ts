import { beforeAll, describe, expect, it } from 'vitest';
import type { Table } from '../../src/data/table.ts';
import { inputsAndTarget } from '../../src/data/tableDataset.ts';
import { stream } from '../../src/random/stream.ts';
import { trainOnTable } from '../../src/table/trainOnTable.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

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
    await refused({ method: 'exact', folder: 'here' }).toThrow('invalid folder: "here"');
    await refused({ method: 'exact', batchSize: 4 }).toThrow('invalid batchSize: 4');
    await refused({ epsilon: 1 }).toThrow('invalid epsilon: 1 (expected an option of trainOnTable: eps?)');
    await refused({ target: 'z' }).toThrow('invalid target: "z" (expected a column: y, a)');
  });
});
