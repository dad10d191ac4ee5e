import { type ReadoutProblem, readoutProblem } from '../exact/index.ts';
import { marginLosses } from '../exact/marginLosses.ts';
import { once } from '../exact/once.ts';
import { randomFeaturesMap } from '../models/deepRandomFeaturesModel.ts';
import { LayeredFeatures } from '../models/layeredFeatures.ts';
import { meanOf } from '../numerics/estimate.ts';
import { stream } from '../random/stream.ts';
import { breathing } from '../training/breathing.ts';
import { isMarginLoss, type TableLoss } from './tableTrainingOptions.ts';
import {
  type Answers,
  answersAt,
  type LeftOutAnswers,
  leftOutAnswers,
  noAnswers,
  type PreparedRows,
  solverOf,
  targetsOf,
} from './tuneAnswers.ts';
import { pathsByFamily, type TuneCandidate, type TuneFamily, type TunePath } from './tuneCandidates.ts';
import { blockMeans, type ScoredCandidate } from './tuneChoice.ts';
import type { TableTuningSettings, TuneEstimate, TuneMeasure } from './tuneOptions.ts';

export type { PreparedRows } from './tuneAnswers.ts';

/** What scoring takes of the settings. */
export type ScoreSettings = Pick<TableTuningSettings, 'epsTest' | 'norm' | 'measure' | 'folds' | 'seed'>;

/** From a candidate to its score. */
export type Score = (candidate: TuneCandidate) => Promise<ScoredCandidate>;

/** Positions of rows that are trained on, and of others that are answered. */
export interface RowParts {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/** The estimate that a family is given: in linf leave-one-out is quick for linear regressions alone. */
export const estimateFor = (
  by: TuneEstimate,
  { model, loss }: TuneFamily,
  { norm }: Pick<ScoreSettings, 'norm'>,
): TuneEstimate => (norm === 'linf' && (model !== 'linear' || isMarginLoss(loss)) ? 'folds' : by);

/** Bytes that may be kept where making anew what they hold costs time alone. */
const KEPT_BYTES = 2 ** 28;

/** Whether what scoring the families of all these paths needs may stay in memory together: features, their slopes and copies of both. */
export const canStay = (paths: readonly TunePath[], { n }: Pick<PreparedRows, 'n'>): boolean =>
  8 * pathsByFamily(paths).reduce((sum, [first]) => sum + 4 * n * first!.family.width, 0) <= KEPT_BYTES;

/** The scores of the candidates of one family by an estimate. */
export const scorerBy = (
  by: TuneEstimate,
  rows: PreparedRows,
  family: TuneFamily,
  settings: ScoreSettings,
): Promise<Score> =>
  by === 'folds'
    ? partsScorer(rows, family, foldsOf(rows.n, settings), settings)
    : leaveOneOutScorer(rows, family, settings);

/** Leaves out one row at a time, all of them by one training on all rows. */
async function leaveOneOutScorer(
  rows: PreparedRows,
  family: TuneFamily,
  settings: ScoreSettings,
): Promise<Score> {
  const problem = readoutProblem(rows, await featuresOf(family, rows.d, settings.seed));
  const { epsTest, norm } = settings;
  const targets = targetsOf(rows);
  const solve = solverOf(targets, norm, 'leave-one-out');
  return async (candidate) => {
    const started = performance.now();
    const { answers, ...found } = leftOutAnswers(solve, problem, candidate, {
      ...{ targets, y: rows.y, epsTest, norm },
    });
    return {
      ...{ candidate, by: 'leave-one-out', ...risksOf(candidate, rows.y, answers, settings) },
      ...{ ...found, seconds: (performance.now() - started) / 1e3 },
    };
  };
}

/** Answers the test rows of all parts, which must not overlap, by trainings on the training rows of each. */
export async function partsScorer(
  rows: PreparedRows,
  family: TuneFamily,
  parts: readonly RowParts[],
  settings: ScoreSettings,
): Promise<Score> {
  const features = await featuresOf(family, rows.d, settings.seed);
  const { norm } = settings;
  const outputs = rows.classes ?? 1;
  const solvers = parts.map(({ train }) => solverOf(targetsOf(pick(rows, train)), norm, 'folds'));
  const tested = Uint32Array.from(parts.flatMap(({ test }) => [...test])).sort();
  const pause = breathing();
  const made = (part: Uint32Array): ReadoutProblem => readoutProblem(pick(rows, part), features);
  const trained = parts.reduce((sum, { train }) => sum + train.length, 0);
  const problems = parts.map(({ train, test }) => {
    const [ofTrain, ofTest] = [() => made(train), () => made(test)];
    // Those of all parts may not fit in memory together.
    return 8 * trained * (4 * features.units + rows.d) > KEPT_BYTES
      ? { ofTrain, ofTest }
      : { ofTrain: once(ofTrain), ofTest: once(ofTest) };
  });
  return async (candidate) => {
    const started = performance.now();
    const all = noAnswers(rows.n, outputs);
    let fault: string | null = null;
    for (const [k, { test }] of parts.entries()) {
      const own = { train: problems[k]!.ofTrain(), test: problems[k]!.ofTest() };
      const part = answersAt(solvers[k]!, own, candidate, { outputs, norm });
      fault = part.fault;
      if (fault !== null) break;
      place(part, test, all);
      await pause();
    }
    return {
      ...{ candidate, by: 'folds', ...risksOf(candidate, rows.y, all, settings, tested) },
      ...{ fault, doubts: [], seconds: (performance.now() - started) / 1e3 },
    };
  };
}

/** Writes the answers of a part where its rows stand among all. */
function place({ answers }: LeftOutAnswers, rows: Uint32Array, all: Answers): void {
  for (const name of ['outputs', 'lengths', 'apart'] as const)
    for (const [k, values] of answers[name].entries())
      rows.forEach((row, i) => {
        all[name][k]![row] = values[i]!;
      });
}

/** What answers on left-out rows are worth. @param tested positions of the rows that were left out; default all */
function risksOf(
  { loss }: TuneCandidate,
  y: Float64Array,
  answers: Answers,
  { epsTest, measure }: ScoreSettings,
  tested = Uint32Array.from(y, (_, i) => i),
): Pick<ScoredCandidate, 'clean' | 'robust' | 'blocks'> {
  const lossAt =
    answers.apart.length > 0 ? severalErrors(y, answers) : lossesOf(y, answers, lossOf(loss, measure));
  const [clean, robust] = [0, epsTest].map((eps) => Float64Array.from(tested, (i) => lossAt(i, eps)));
  return { clean: meanOf(clean!), robust: meanOf(robust!), blocks: blockMeans(robust!) };
}

/** The loss of a row at a radius. */
type LossAt = (i: number, eps: number) => number;

const lossesOf =
  (y: Float64Array, { outputs, lengths }: Answers, loss: ReturnType<typeof lossOf>): LossAt =>
  (i, eps) =>
    loss(y[i]!, outputs[0]![i]!, eps * lengths[0]![i]!);

/** 1 where an attack brings the output of some other class up to that of the row's own, otherwise 0. */
const severalErrors =
  (y: Float64Array, { outputs, apart }: Answers): LossAt =>
  (i, eps) => {
    const c = y[i]!;
    const stands = outputs.every((f, j) => j === c || outputs[c]![i]! - f[i]! - eps * apart[j]![i]! > 0);
    return stands ? 0 : 1;
  };

/** From a target, an output, and how far the attack moves the output, to the loss that it makes of them. */
function lossOf(loss: TableLoss, measure: TuneMeasure): (y: number, output: number, move: number) => number {
  if (measure === 'error') return (y, output, move) => (y * output - move > 0 ? 0 : 1);
  if (!isMarginLoss(loss)) return (y, output, move) => (Math.abs(y - output) + move) ** 2;
  const { value } = marginLosses[loss];
  return (y, output, move) => value(y * output - move);
}

/** The features of a family, from standardised inputs; those that `trainOnTable` makes of the same seed. */
export async function featuresOf(
  { model, width, activation }: TuneFamily,
  inputDim: number,
  seed: number | string,
): Promise<LayeredFeatures> {
  return model === 'linear' || activation === null
    ? new LayeredFeatures(inputDim, [])
    : randomFeaturesMap({ inputDim, units: [width], activation, seed });
}

/** The rows inside and outside of each fold, by a seeded permutation. */
function foldsOf(n: number, { folds, seed }: ScoreSettings): RowParts[] {
  const order = stream(seed, 'tune', 'folds').permutation(n);
  const count = Math.min(folds, n);
  return Array.from({ length: count }, (_, k) => ({
    train: order.filter((_, i) => i % count !== k),
    test: order.filter((_, i) => i % count === k),
  }));
}

/** Some of the rows, copied. */
export function pick({ d, x, y, classes }: PreparedRows, rows: Uint32Array): PreparedRows {
  const values = new Float64Array(rows.length * d);
  rows.forEach((row, i) => {
    values.set(x.subarray(row * d, (row + 1) * d), i * d);
  });
  return { n: rows.length, d, x: values, y: Float64Array.from(rows, (row) => y[row]!), classes };
}
