import { describe, expect, it } from 'vitest';
import { type Attack, pgd } from '../../src/attacks/index.ts';
import { ColumnBuilder } from '../../src/data/columnBuilder.ts';
import { type RawTable, rawRows } from '../../src/data/rawTable.ts';
import { splitRows } from '../../src/data/table.ts';
import { adversarialRegression, readoutProblem, solveMargins, solveReadout } from '../../src/exact/index.ts';
import { LayeredFeatures } from '../../src/models/layeredFeatures.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { applyModel } from '../../src/table/applyModel.ts';
import { attackOnEachClass } from '../../src/table/eachClass.ts';
import type { ExplainedClass } from '../../src/table/explainClasses.ts';
import { oneInputAColumn } from '../../src/table/explainInputs.ts';
import { explainModel } from '../../src/table/explainModel.ts';
import { tableModel } from '../../src/table/tableModel.ts';
import { TABLE_TRAINING_DEFAULTS } from '../../src/table/tableTrainingOptions.ts';
import { trainOnSplits } from '../../src/table/trainOnSplits.ts';
import { trainOnTable } from '../../src/table/trainOnTable.ts';
import { trainTableByGradient } from '../../src/table/trainTableByGradient.ts';
import { answersAt, leftOutAnswers, solverOf, targetsOf } from '../../src/table/tuneAnswers.ts';
import type { ScoredCandidate } from '../../src/table/tuneChoice.ts';
import { tuneOnTable } from '../../src/table/tuneOnTable.ts';
import type { TableTuningOptions } from '../../src/table/tuneOptions.ts';
import { featuresOf, partsScorer } from '../../src/table/tuneScores.ts';
import { quickRuntime } from '../support/runtime.ts';
import { sized } from '../support/sizes.ts';

await quickRuntime();

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
    for (const epsTest of [0, 0.6, 5]) {
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
    const [none, much, most] = found.map(({ robust }) => robust) as [number, number, number];
    expect(none).toBe(found[0]!.clean);
    expect(none).toBeGreaterThan(0.75);
    expect(much).toBeLessThan(none);
    expect(much).toBeGreaterThan(0);
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
    await refused({ method: 'trades' }).toThrow(
      'invalid method: "trades" (expected another for the loss square; trades takes logistic for a target of several classes)',
    );
    await refused({ model: 'deep' }).toThrow('a method by gradient for a deep model');
    const cats = Array.from({ length: rows }, (_, i) => i).filter((i) => kindOf(i) === 2);
    await refused({ testRows: cats }).toThrow('no training row is of the class "cat"');
    await expect(tuneOnTable(table, { ...tuning, measure: 'loss' })).rejects.toThrow(
      'invalid measure: "loss" (expected error for a target of several classes)',
    );
  });
});

describe('several classes by gradient', () => {
  // Outputs of two classes are g/2 and -g/2 at the optimum, of which only g matters: g is what one output trains, its penalty
  // halved; by the square f and -f, and everything twice.
  it.each([
    ['logistic', { lambda: 1 / 2, objective: 1 }],
    ['hinge', { lambda: 1 / 2, objective: 1 }],
    ['squaredHinge', { lambda: 1 / 2, objective: 1 }],
    ['square', { lambda: 1, objective: 2 }],
  ] as const)(
    'are of two classes what the exact solver has one output for, by the loss %s',
    async (loss, times) => {
      const two = [...Array(rows).keys()].filter((i) => kindOf(i) < 2);
      const lambda = 0.05;
      const settings = { eps: 0.4, lambda, norm: 'l2', fitIntercept: true, loss, model: 'linear' } as const;
      const all = {
        ...TABLE_TRAINING_DEFAULTS,
        ...settings,
        target: 'kind',
        maxCycles: 1,
        batchSize: undefined,
      };
      const cells = two.flatMap((i) => [...prepared.x.subarray(3 * i, 3 * i + 3), kindOf(i)]);
      const train = { names: ['a', 'b', 'c', 'kind'], rows: two.length, values: Float64Array.from(cells) };
      const core = tableModel(all, 3, 2);
      const found = await trainTableByGradient(core, train, null, all);
      core.dispose();
      const y = Float64Array.from(two, (i) => 2 * kindOf(i) - 1);
      const x = Float64Array.from(two.flatMap((i) => [...prepared.x.subarray(3 * i, 3 * i + 3)]));
      const problem = { ...readoutProblem({ n: two.length, d: 3, x, y }, new LayeredFeatures(3, [])), y };
      const exactly = { eps: 0.4, lambda: times.lambda * lambda, fitIntercept: true };
      const { objective } =
        loss === 'square' ? solveReadout(problem, exactly) : solveMargins(problem, { ...exactly, loss });
      // Optimisation: a short training ends above the optimum by a per cent at most, and never below but for float32.
      expect(found.objective / (times.objective * objective)).toBeGreaterThan(1 - 1e-5);
      expect(found.objective / (times.objective * objective)).toBeLessThan(1.01);
    },
  );

  it.each([
    ['a deep model', { model: 'deep', width: 8, loss: 'logistic', maxCycles: 1 }],
    [
      'random features and TRADES',
      { model: 'random-features', width: 20, method: 'trades', loss: 'logistic', maxCycles: 1 },
    ],
  ] as const)('are told apart by %s, under attack less so', async (_, more) => {
    const { model, several, training, intercept } = await trainOnTable(table, {
      ...{ ...asked, method: 'pgd', validationFraction: 0.2 },
      ...more,
    });
    expect([model.outputs[0]!.shape[1], intercept]).toEqual([3, null]);
    expect(training.relativeGap).toBeUndefined();
    const { clean, robust, trivial } = several!;
    expect(clean.accuracy.value).toBeGreaterThan(trivial.accuracy.value + 0.1);
    expect(robust.accuracy.value).toBeLessThan(clean.accuracy.value);
    model.dispose();
  });
});

const tuning = {
  ...{ target: 'kind', epsTest: 0.6, model: 'linear', clip: null, eps: [0, 0.2], lambda: 0.05 },
  ...{ loss: ['square', 'logistic'], testFraction: 0.4, screen: null },
} as const satisfies TableTuningOptions;

/** The same rows as tuning sees them, but for their standardisation. */
const prepared = {
  ...{ n: rows, d: 3, classes: 3, y: Float64Array.from({ length: rows }, (_, i) => kindOf(i)) },
  x: Float64Array.from(normal, (value, at) => value + centres[kindOf(Math.floor(at / 3))]![at % 3]!),
};
const settings = { epsTest: 0.6, norm: 'l2', measure: 'error', folds: 3, seed: 0 } as const;
const linear = { model: 'linear', width: 3, activation: null, clip: null } as const;
const features = { ...linear, model: 'random-features', width: 20, activation: 'shifted-relu' } as const;

describe('tuning of several classes', () => {
  it.each([
    ['l2', 2],
    ['linf', 1],
  ] as const)(
    'counts rows that an attack in %s takes for another class, by hand for a linear model',
    async (norm, p) => {
      const candidate = { ...linear, loss: 'square', eps: 0.3, lambda: 0.05 } as const;
      const [train, test] = [0, 1].map((rest) =>
        Uint32Array.from([...Array(rows).keys()].filter((i) => i % 2 === rest)),
      ) as [Uint32Array, Uint32Array];
      const score = await partsScorer(prepared, candidate, [{ train, test }], { ...settings, norm });
      const x = Float64Array.from([...train].flatMap((i) => [...prepared.x.subarray(3 * i, 3 * i + 3)]));
      const solved = kinds.map((_, k) =>
        adversarialRegression(
          { n: train.length, d: 3, x, y: Float64Array.from(train, (i) => (kindOf(i) === k ? 1 : -1)) },
          { eps: 0.3, lambda: 0.05, norm, tolerance: 1e-3, fitIntercept: true },
        ),
      );
      const wrong = (eps: number) =>
        Array.from(test, (i) => {
          const f = solved.map(({ theta, intercept }) =>
            theta.reduce((sum, w, j) => sum + w * prepared.x[3 * i + j]!, intercept),
          );
          const c = kindOf(i);
          const falls = solved.some(({ theta }, j) => {
            const sizes = theta.map((w, a) => Math.abs(w - solved[c]!.theta[a]!) ** p);
            return j !== c && f[c]! - f[j]! <= eps * sizes.reduce((sum, size) => sum + size, 0) ** (1 / p);
          });
          return Number(falls);
        });
      const { clean, robust, blocks, fault } = await score(candidate);
      expect(fault).toBeNull();
      // Exact: both are solved to the same gap.
      expect(blocks).toEqual(wrong(0.6));
      expect(clean.value).toBeCloseTo(wrong(0).reduce((sum, one) => sum + one, 0) / test.length, 12);
      expect(robust.value).toBeGreaterThan(clean.value);
    },
  );

  it.each([
    ['square', linear],
    ['logistic', linear],
    ['square', features],
  ] as const)(
    'answers a left-out row as a training without it does, by the %s loss',
    async (loss, family) => {
      const candidate = { ...family, loss, eps: 0.1, lambda: 0.05 };
      const map = await featuresOf({ ...family, loss }, 3, 0);
      const part = (keep: readonly number[]) => ({
        ...{ n: keep.length, d: 3, classes: 3, y: Float64Array.from(keep, (i) => prepared.y[i]!) },
        x: Float64Array.from(keep.flatMap((i) => [...prepared.x.subarray(3 * i, 3 * i + 3)])),
      });
      const few = part([...Array(60).keys()]);
      const targets = targetsOf(few);
      const problem = readoutProblem(few, map);
      const { answers, fault, doubts } = leftOutAnswers(
        solverOf(targets, 'l2', 'leave-one-out'),
        problem,
        candidate,
        {
          ...{ targets, y: few.y, epsTest: 0.6, norm: 'l2' },
        },
      );
      expect([fault, doubts]).toEqual([null, []]);
      const asked = { outputs: 3, norm: 'l2' } as const;
      const onAll = answersAt(
        solverOf(targets, 'l2', 'folds'),
        { train: problem, test: problem },
        candidate,
        asked,
      );
      const off = { leftOut: 0, onAll: 0 };
      for (let row = 0; row < 60; row += 5) {
        const others = part([...Array(60).keys()].filter((i) => i !== row));
        const problems = { train: readoutProblem(others, map), test: readoutProblem(part([row]), map) };
        const refit = answersAt(solverOf(targetsOf(others), 'l2', 'folds'), problems, candidate, asked);
        for (const j of [0, 1, 2]) {
          // Both are solved to a gap of 1e-3; leave-one-out is to second order, and the difference of gradients an estimate.
          expect(Math.abs(answers.outputs[j]![row]! - refit.answers.outputs[j]![0]!)).toBeLessThan(0.06);
          const [left, apart] = [answers.apart[j]![row]!, refit.answers.apart[j]![0]!];
          if (j === kindOf(row)) expect([left, apart]).toEqual([0, 0]);
          else {
            off.leftOut += Math.abs(left / apart - 1) / 24;
            off.onAll += Math.abs(onAll.answers.apart[j]![row]! / apart - 1) / 24;
          }
        }
      }
      expect(off.leftOut).toBeLessThan(0.03);
      // Lengths of left-out gradients bring it nearer than the training on all rows is.
      expect(off.leftOut).toBeLessThan(0.75 * off.onAll);
    },
  );

  it('estimates by leave-one-out what trainings without each row come to, within two rows', async () => {
    const found = [];
    const radii = sized([0.2], [0, 0.2]);
    for (const by of ['leave-one-out', 'folds'] as const) {
      const { splits, training, heldOut } = await tuneOnTable(table, {
        ...{ ...tuning, eps: radii },
        ...{ by, folds: 72 },
      });
      training.model.dispose();
      expect(heldOut).toEqual({
        clean: training.several!.clean.error,
        robust: training.several!.robust.error,
        trivial: training.several!.trivial.error,
      });
      found.push(splits[0]!.scores);
    }
    const [left, refitted] = found as [ScoredCandidate[], ScoredCandidate[]];
    expect(left.map(({ by }) => by)).toEqual(new Array(2 * radii.length).fill('leave-one-out'));
    for (const [k, { clean, robust }] of left.entries()) {
      expect(Math.abs(clean.value - refitted[k]!.clean.value)).toBeLessThan(2.5 / 72);
      expect(Math.abs(robust.value - refitted[k]!.robust.value)).toBeLessThan(2.5 / 72);
      expect(robust.value).toBeGreaterThan(clean.value);
    }
  });

  it('tells numbers apart where they are said to be classes, and trains the choice so', async () => {
    const few = { ...tuning, eps: 0.6, loss: 'square' } as const;
    const { training, settings: told } = await tuneOnTable(threeClasses([2, 5, 11]), {
      ...few,
      classes: true,
    });
    expect([told.several, told.measure, training.several!.names]).toEqual([
      ['2', '5', '11'],
      'error',
      ['2', '5', '11'],
    ]);
    training.model.dispose();
    const numbers = await tuneOnTable(threeClasses([2, 5, 11]), few);
    expect([numbers.settings.several, numbers.settings.measure, numbers.training.several]).toEqual([
      undefined,
      'loss',
      null,
    ]);
    numbers.training.model.dispose();
    // Known before any candidate is tried.
    const cats = rawRows(
      table,
      [...Array(rows).keys()].filter((i) => kindOf(i) < 2 || i === 2),
    );
    const seed = [...Array(30).keys()].find((one) =>
      [...splitRows(cats.rows, { testFraction: 0.4 }, one)[0]!].includes(2),
    )!;
    await expect(tuneOnTable(cats, { ...tuning, seed })).rejects.toThrow(
      'no training row is of the class "cat"',
    );
  });
});

describe('explaining several classes', () => {
  it('counts by class what a linear model answers under attack, by hand', async () => {
    const eps = 0.5;
    const { model } = await trainOnTable(table, { ...asked, eps });
    const [kernel, bias] = readoutOf(model) as [Float32Array, Float32Array];
    const { mean, deviation } = model.layers[0]!.getConfig() as { mean: number[]; deviation: number[] };
    const x = Float32Array.from(prepared.x, (value, at) => value + 5 * ((at % 3) + 1));
    const data = { n: rows, d: 3, x, y: Float32Array.from(prepared.y) };
    const inputs = oneInputAColumn(['a', 'b', 'c']);
    const explained = await explainModel(model, data, {
      inputs,
      eps,
      classes: kinds,
      repeats: 2,
      by: [...data.y],
    });
    const weight = (j: number, k: number): number => kernel[3 * j + k]!;
    const outputsOf = (i: number) =>
      kinds.map((_, k) =>
        [0, 1, 2].reduce(
          (sum, j) => sum + weight(j, k) * ((x[3 * i + j]! - mean[j]!) / deviation[j]!),
          bias[k]!,
        ),
      );
    const stands = (i: number, radius: number): boolean => {
      const f = outputsOf(i);
      const c = kindOf(i);
      return kinds.every((_, k) => {
        const length = Math.hypot(...[0, 1, 2].map((j) => weight(j, k) - weight(j, c)));
        return k === c || f[c]! - f[k]! > radius * length;
      });
    };
    const { classes, clean, robust, rows: attacked, importance, subgroups } = explained;
    for (const [k, one] of classes!.entries()) {
      const own = [...Array(rows).keys()].filter((i) => kindOf(i) === k);
      expect([one.name, one.count]).toEqual([kinds[k], own.length]);
      expect(one.clean.value).toBeCloseTo(own.filter((i) => !stands(i, 0)).length / own.length, 12);
      expect(one.robust.value).toBeCloseTo(own.filter((i) => !stands(i, eps)).length / own.length, 12);
      const answers = own.map((i) => outputsOf(i).indexOf(Math.max(...outputsOf(i))));
      expect(one.takenFor).toEqual(kinds.map((_, j) => answers.filter((answer) => answer === j).length));
      // What is not answered rightly whatever the attack does ends in another class.
      expect(one.attackedFor[k]).toBe(own.filter((i) => stands(i, eps)).length);
      expect(one.attackedFor.reduce((sum, count) => sum + count, 0)).toBe(own.length);
      // Units of the table: the weights over the deviations, float32.
      one.coefficients!.coefficients.forEach((value, j) => {
        expect(value).toBeCloseTo(weight(j, k) / deviation[j]!, 5);
        expect(one.coefficients!.perDeviation[j]).toBeCloseTo(weight(j, k), 5);
      });
      expect(subgroups![k]!.robust.value).toBeCloseTo(one.robust.value, 12);
      expect(attacked.loss[own[0]!]! < 0).toBe(stands(own[0]!, eps));
    }
    const share = (of: (one: ExplainedClass) => number) =>
      classes!.reduce((sum, one) => sum + (one.count / rows) * of(one), 0);
    expect(clean.value).toBeCloseTo(
      share((one) => one.clean.value),
      12,
    );
    expect(robust.value).toBeCloseTo(
      share((one) => one.robust.value),
      12,
    );
    expect(robust.value).toBeGreaterThan(clean.value);
    // The rise for all rows is the mean of those by class, of the same permutations.
    for (const { name, robust: rise } of importance) {
      const of = (one: ExplainedClass) => one.importance.find((input) => input.name === name)!.robust.value;
      expect(rise.value).toBeCloseTo(share(of), 12);
    }
    const refused = (more: object) => expect(explainModel(model, data, { inputs, eps, ...more })).rejects;
    await refused({ classes: ['a', 'b', 'c', 'd'] }).toThrow('invalid classes: "4 names"');
    await refused({ classes: kinds, loss: 'margin' }).toThrow('invalid loss: "margin"');
    model.dispose();
  });

  it('attacks the class that comes nearest, where the largest other output is farther', async () => {
    // Of f = (0, -1, -1.2 + 3 x) at x = 0 the second is the largest wrong output, and only the third is within reach.
    const f = (x: tf.Tensor): tf.Tensor => tf.concat([x.mul(0), x.mul(0).sub(1), x.mul(3).sub(1.2)], 1);
    const [x, y] = [tf.tensor2d([[0]]), tf.tensor1d([0])];
    const find = (attack: Attack) => attack.perturb(f, x, y, 0.5).loss.dataSync()[0];
    expect(find(attackOnEachClass(3, (loss) => pgd({ loss })))).toBeCloseTo(0.3, 5);
    expect(find(pgd({ loss: 'margin' }))).toBeCloseTo(-1, 5);
    tf.dispose([x, y]);
  });
});
