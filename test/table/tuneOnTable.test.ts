import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { splitRows, type Table } from '../../src/data/table.ts';
import { teacher } from '../../src/data/teacher.ts';
import { trainOnTable } from '../../src/table/trainOnTable.ts';
import { tuneOnTable } from '../../src/table/tuneOnTable.ts';
import type { TableTuningOptions } from '../../src/table/tuneOptions.ts';
import { testRuntime } from '../support/runtime.ts';
import { whole } from '../support/sizes.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const folder = temporaryFolder(afterAll);
beforeAll(async () => {
  await testRuntime();
});

/** `d` Gaussian columns and a target, as a table; `y` of row i, column j of x. */
function gaussianTable(d: number, n: number): Table {
  const { x, y } = teacher({ d, tau: 0.5, seed: 2 }).sample('tune', n);
  const names = Array.from({ length: d }, (_, j) => `x${j}`);
  const values = Float64Array.from({ length: n * (d + 1) }, (_, at) => {
    const [i, j] = [Math.floor(at / (d + 1)), at % (d + 1)];
    return j === d ? y[i]! : x[i * d + j]!;
  });
  return { names: [...names, 'y'], rows: n, values };
}

const table = gaussianTable(3, 60);
const small = {
  ...{ target: 'y', epsTest: 0.3, by: 'folds', folds: 3, width: 8 },
  ...{ clip: null, eps: [0.1, 0.3], lambda: [0.01, 0.1] },
} satisfies TableTuningOptions;

async function tuned(set: Table, options: Partial<TableTuningOptions> = {}) {
  const tuning = await tuneOnTable(set, { ...small, ...options });
  tuning.training.model.dispose();
  return tuning;
}

describe('tuneOnTable', () => {
  it('estimates by folds what leaving out one row at a time comes to, in closed form for a line (exact)', async () => {
    const one = gaussianTable(1, 30);
    const eps = 0.4;
    const { splits } = await tuned(one, { model: 'linear', eps: 0, lambda: 0, epsTest: eps, folds: 24 });
    const [{ scores, unit }] = splits as [(typeof splits)[number]];
    const rows = splitRows(30, { testFraction: 0.2 }, 0).at(-1)!;
    const points = Array.from(rows, (i) => ({ x: one.values[2 * i]!, y: one.values[2 * i + 1]! }));
    const deviation = (of: 'x' | 'y'): number => {
      const mean = points.reduce((sum, point) => sum + point[of] / 24, 0);
      return Math.sqrt(points.reduce((sum, point) => sum + (point[of] - mean) ** 2 / 24, 0));
    };
    expect(unit).toBeCloseTo(deviation('y') ** 2, 10);
    const losses = points.map((out) => {
      const others = points.filter((point) => point !== out);
      const [x, y] = (['x', 'y'] as const).map((of) =>
        others.reduce((sum, point) => sum + point[of] / 23, 0),
      );
      const slope =
        others.reduce((sum, point) => sum + (point.x - x!) * (point.y - y!), 0) /
        others.reduce((sum, point) => sum + (point.x - x!) ** 2, 0);
      // eps counts in deviations of x.
      return (
        (Math.abs(out.y - y! - slope * (out.x - x!)) + eps * Math.abs(slope) * deviation('x')) ** 2 / unit
      );
    });
    const mean = losses.reduce((sum, loss) => sum + loss / 24, 0);
    expect(scores).toHaveLength(1);
    expect(scores[0]!.robust.value).toBeCloseTo(mean, 9);
    expect(scores[0]!.robust.standardError).toBeCloseTo(
      Math.sqrt(losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / 24 / 23),
      9,
    );
  });

  it('estimates by leave-one-out what trainings without each row come to (exact without attack; with one an estimate, of 48 rows within a tenth)', async () => {
    const options = { width: 8, eps: [0, 0.3], lambda: 0, screen: null, rule: 'least' } as const;
    const [left, refitted] = [
      await tuned(table, { ...options, by: 'leave-one-out' }),
      await tuned(table, { ...options, by: 'folds', folds: 48 }),
    ].map(({ splits }) => splits[0]!.scores);
    expect(left).toHaveLength(4);
    for (const [k, { candidate, by, clean, robust, blocks }] of left!.entries()) {
      const other = refitted![k]!;
      expect([candidate, by, other.by]).toEqual([other.candidate, 'leave-one-out', 'folds']);
      const near = candidate.eps === 0 ? 1e-6 : 0.1;
      expect(Math.abs(clean.value / other.clean.value - 1)).toBeLessThan(near);
      expect(Math.abs(robust.value / other.robust.value - 1)).toBeLessThan(near);
      // The same rows in the same order: what differences are judged by.
      if (candidate.eps === 0)
        blocks.forEach((loss, i) => {
          expect(Math.abs(loss - other.blocks[i]!)).toBeLessThan(1e-5);
        });
    }
  });

  it('skips what is clearly worse than its neighbours, and chooses as without that', async () => {
    const options = {
      by: 'leave-one-out',
      width: [8, 30],
      rule: 'least',
      ...{ eps: [0, 0.1, 0.2, 0.3, 0.4, 0.6, 1, 2], lambda: [1e-4, 0.01, 1] },
    } as const;
    const [few, all] = [await tuned(table, options), await tuned(table, { ...options, screen: null })].map(
      ({ splits }) => splits[0]!,
    );
    expect(all!.scores).toHaveLength(72);
    expect(all!.skipped).toEqual([]);
    expect(few!.scores.length + few!.skipped.length).toBe(72);
    for (const because of ['beginning', 'rise'])
      expect(few!.skipped.map((one) => one.because)).toContain(because);
    expect(few!.chosen.candidate).toEqual(all!.chosen.candidate);
    // What was skipped is no better than what was chosen.
    const risks = new Map(
      all!.scores.map(({ candidate, robust }) => [JSON.stringify(candidate), robust.value]),
    );
    for (const { candidate } of few!.skipped)
      expect(risks.get(JSON.stringify(candidate))).toBeGreaterThan(few!.least.robust.value);
  });

  it('takes folds where leave-one-out is doubtful, as where features are as many as rows', async () => {
    const { splits } = await tuned(table, {
      ...{ by: 'leave-one-out', model: 'random-features', width: 48, eps: 0.05, lambda: 1e-9, epsTest: 0.05 },
    });
    expect(splits[0]!.scores.map(({ by, doubts }) => [by, doubts])).toEqual([['folds', []]]);
  });

  it('chooses without a look at the held-out rows, and measures what trainOnTable does', async () => {
    const { splits, heldOut } = await tuned(table);
    const [{ scores, chosen }] = splits as [(typeof splits)[number]];
    expect(scores).toHaveLength(8);
    const spoilt = { ...table, values: table.values.slice() };
    for (const row of splitRows(60, { testFraction: 0.2 }, 0)[0]!) spoilt.values[row * 4 + 3] = 1000 + row;
    const other = (await tuned(spoilt)).splits[0]!;
    const told = (all: typeof scores) => all.map(({ seconds: _, ...score }) => score);
    expect(told(other.scores)).toEqual(told(scores));
    expect(other.heldOut.robust.value).toBeGreaterThan(100 * heldOut.robust.value);

    const { model, width, activation, eps, lambda } = chosen.candidate;
    const { robust, clean, ...trained } = await trainOnTable(table, {
      ...{ target: 'y', method: 'exact', model, eps, epsTest: 0.3, lambda },
      ...(activation ? { width, activation } : {}),
    });
    trained.model.dispose();
    expect({ robust, clean }).toEqual({ robust: heldOut.robust, clean: heldOut.clean });
  });

  it('compares by a part of many rows what a smaller part has left, and trains on all', async () => {
    const options = { by: 'leave-one-out', screen: null, lambda: [1e-3, 0.01, 0.1, 1, 10] } as const;
    const many = gaussianTable(3, 200);
    const { splits, training } = await tuned(many, { ...options, compareRows: 80 });
    const [{ scores, skipped, stages, chosen }] = splits as [(typeof splits)[number]];
    expect(stages).toEqual([
      { rows: 20, scored: 20 },
      { rows: 80, scored: 8 },
    ]);
    expect(skipped.map(({ because }) => because)).toEqual(new Array(12).fill('part'));
    expect(scores.every(({ robust }) => robust.count === 80)).toBe(true);
    expect(training.rows).toMatchObject({ train: 160, test: 40 });
    // By all rows the worst of what was left out is no better than what was chosen, within errors.
    const byAll = (await tuned(many, options)).splits[0]!;
    expect(byAll.stages).toEqual([{ rows: 160, scored: 20 }]);
    const by = (wanted: object) =>
      byAll.scores.find(({ candidate }) => JSON.stringify(candidate) === JSON.stringify(wanted))!.robust;
    const best = by(chosen.candidate);
    for (const { candidate } of skipped)
      expect(by(candidate).value).toBeGreaterThan(best.value - 2 * best.standardError);
  });

  it('gives the same answer whatever the order and the repetitions of its lists', async () => {
    const one = await tuned(table, { eps: [0.1, 0.3], lambda: [0.01, 0.1] });
    const other = await tuned(table, {
      ...{ eps: [0.3, 0.1, 0.3], lambda: [0.1, 0.01], model: ['random-features', 'linear'] },
    });
    const told = ({ splits }: typeof one) =>
      splits.map(({ chosen, least, within, heldOut }) => [
        chosen.candidate,
        least.candidate,
        within,
        heldOut,
      ]);
    expect(told(other)).toEqual(told(one));
    expect(other.splits[0]!.scores).toHaveLength(8);
  });

  it('goes on from the candidates that its folder holds, and does not trust a damaged line', async () => {
    const kept = join(folder, 'kept');
    const file = join(kept, 'candidates.jsonl');
    const lines = (): string[] => readFileSync(file, 'utf8').trimEnd().split('\n');
    const counts: number[] = [];
    const run = (eps: readonly number[]) =>
      tuned(table, { eps, folder: kept, onProgress: ({ candidates, of }) => counts.push(candidates / of) });
    const first = await run([0.1]);
    expect(lines()).toHaveLength(4);
    expect(counts).toEqual([0.25, 0.5, 0.75, 1]);
    const before = lines();

    // Every score that was there comes back as it was, down to the seconds that it took.
    const second = await run([0.1, 0.3]);
    expect(lines().slice(0, 4)).toEqual(before);
    expect(lines()).toHaveLength(8);
    for (const score of first.splits[0]!.scores) expect(second.splits[0]!.scores).toContainEqual(score);

    // One digit of a risk is changed, and the last line is cut short as by a crash.
    const spoilt = lines().map((line, k) => (k === 1 ? line.replace(/"value":0\./, '"value":1.') : line));
    writeFileSync(file, `${spoilt.join('\n')}\n`);
    appendFileSync(file, '{"key":"0123');
    const third = await run([0.1, 0.3]);
    expect(third.damaged).toEqual([2, 9]);
    expect(lines()).toHaveLength(8);
    const told = (all: (typeof second.splits)[number]['scores']) =>
      all.map(({ seconds: _, ...score }) => JSON.stringify(score)).sort();
    expect(told(third.splits[0]!.scores)).toEqual(told(second.splits[0]!.scores));

    // Scores of another table, or for another radius, are none of this one's.
    await tuned(table, { eps: [0.1], folder: kept, epsTest: 0.2 });
    expect(lines()).toHaveLength(12);
    const labels = {
      ...table,
      values: table.values.map((value, at) => (at % 4 === 3 ? Math.sign(value) : value)),
    };
    const asked = { eps: [0.1], folder: kept, measure: 'loss', loss: 'square' } as const;
    await tuned(labels, asked);
    expect(lines()).toHaveLength(16);
    // The same values as classes, which are not standardised.
    await tuned(labels, { ...asked, classes: { positive: ['up'], negative: ['down'] } });
    expect(lines()).toHaveLength(20);
  });

  it.each([
    ['leave-one-out', 'square'],
    ['folds', 'square'],
    ['leave-one-out', 'logistic'],
  ] as const)(
    'interrupted at any candidate goes on to the same result, bit for bit, by %s, %s loss',
    async (by, loss) => {
      const ofClasses = loss === 'logistic';
      const set = {
        ...table,
        values: table.values.map((value, at) => (ofClasses && at % 4 === 3 ? Math.sign(value) : value)),
      };
      const options: Partial<TableTuningOptions> = {
        ...{ by, loss, measure: 'loss', eps: [0.2, 0.25, 0.3, 0.35], lambda: [0.01, 0.1] },
        model: 'random-features',
        ...(ofClasses ? { classes: { positive: ['up'], negative: ['down'] } } : {}),
      };
      const told = ({ splits }: Awaited<ReturnType<typeof tuned>>) =>
        JSON.stringify(splits, (name, value) => (name === 'seconds' ? undefined : value));
      const undisturbed = told(await tuned(set, options));
      // In the middle of a path and at its end; by the first way after one candidate and in the other path too.
      const all = [1, 3, 4, 7];
      for (const stop of whole || (by === 'leave-one-out' && !ofClasses) ? all : [3, 4]) {
        const kept = join(folder, `stopped-${by}-${loss}-${stop}`);
        const stopped = tuned(set, {
          ...{ ...options, folder: kept },
          onProgress({ candidates }) {
            if (candidates === stop) throw new Error('interrupted');
          },
        });
        await expect(stopped).rejects.toThrow('interrupted');
        expect(told(await tuned(set, { ...options, folder: kept }))).toBe(undisturbed);
      }
    },
  );

  it('leaves out a candidate that has no solution, says why, and refuses when nothing else is there', async () => {
    // Two equal columns: at eps = lambda = 0 the coefficients are not determined.
    const columns = table.names.length;
    const twice: Table = {
      names: ['x0', 'x1', 'y'],
      rows: table.rows,
      values: Float64Array.from({ length: 3 * table.rows }, (_, at) => {
        const i = Math.floor(at / 3) * columns;
        return at % 3 === 2 ? table.values[i + 3]! : table.values[i]!;
      }),
    };
    const options = { model: 'linear', eps: 0, epsTest: 0, screen: null } as const;
    const { splits } = await tuned(twice, { ...options, lambda: [0, 0.1] });
    const faults = splits[0]!.scores.map(({ candidate, fault }) => [candidate.lambda, fault !== null]);
    expect(faults.sort()).toEqual([
      [0, true],
      [0.1, false],
    ]);
    expect(splits[0]!.chosen.candidate.lambda).toBe(0.1);
    await expect(tuned(twice, { ...options, lambda: 0 })).rejects.toThrow(
      /none of 1 candidates can be chosen/,
    );
  });

  it('makes the choice anew on every split, and averages what it is worth', async () => {
    const { splits, heldOut } = await tuned(table, { repeats: 3, model: 'linear' });
    expect(splits.map(({ seed }) => seed)).toEqual([0, '0, split 2', '0, split 3']);
    const robust = splits.map((split) => split.heldOut.robust.value);
    expect(new Set(robust).size).toBe(3);
    expect(heldOut.robust.value).toBeCloseTo((robust[0]! + robust[1]! + robust[2]!) / 3, 12);
    expect(heldOut.robust.count).toBe(3);
  });

  it('counts errors of two classes where several losses are tried', async () => {
    const values = table.values.map((value, at) => (at % 4 === 3 ? Math.sign(value) : value));
    const classes = { positive: ['up'], negative: ['down'] };
    const { splits, heldOut, settings } = await tuned(
      { ...table, values },
      { classes, model: 'linear', loss: ['square', 'squaredHinge'] },
    );
    expect(settings.measure).toBe('error');
    const [{ scores, unit }] = splits as [(typeof splits)[number]];
    expect(unit).toBe(1);
    expect(new Set(scores.map(({ candidate }) => candidate.loss))).toEqual(
      new Set(['square', 'squaredHinge']),
    );
    for (const { blocks, robust, clean } of scores) {
      expect(blocks.every((wrong) => wrong === 0 || wrong === 1)).toBe(true);
      expect(robust.value).toBeGreaterThanOrEqual(clean.value);
    }
    expect(heldOut.robust.count).toBe(12);
  });

  it('counts errors of left-out rows as trainings without each of them do (within two rows of 48)', async () => {
    const values = table.values.map((value, at) => (at % 4 === 3 ? Math.sign(value) : value));
    const classes = { positive: ['up'], negative: ['down'] };
    const options = { classes, eps: 0.1, lambda: 0.05, loss: ['square', 'logistic'], screen: null } as const;
    const [left, refitted] = [
      await tuned({ ...table, values }, { ...options, model: 'linear', by: 'leave-one-out' }),
      await tuned({ ...table, values }, { ...options, model: 'linear', by: 'folds', folds: 48 }),
    ].map(({ splits }) => splits[0]!.scores);
    expect(left!.map(({ by, candidate }) => [by, candidate.loss])).toEqual([
      ['leave-one-out', 'square'],
      ['leave-one-out', 'logistic'],
    ]);
    for (const [k, { clean, robust }] of left!.entries()) {
      expect(Math.abs(clean.value - refitted![k]!.clean.value)).toBeLessThan(2.5 / 48);
      expect(Math.abs(robust.value - refitted![k]!.robust.value)).toBeLessThan(2.5 / 48);
      expect(clean.value).toBeLessThan(0.4);
    }
  });

  it('takes folds for random features in linf, of which leave-one-out is not known', async () => {
    const { splits } = await tuned(table, { by: 'leave-one-out', norm: 'linf', eps: 0.1, lambda: 0.1 });
    expect(splits[0]!.scores.map(({ by, candidate }) => [candidate.model, by])).toEqual([
      ['linear', 'leave-one-out'],
      ['random-features', 'folds'],
    ]);
  });
});
