import type { Dataset } from '../data/dataset.ts';
import { UserError } from '../errors.ts';
import { meanOf } from '../evaluation/estimate.ts';
import {
  adversarialRegression,
  type ExactResult,
  gradientNorms,
  type MarginResult,
  type ReadoutProblem,
  readoutProblem,
  solveMargins,
  solveReadout,
  type WarmStart,
} from '../exact/index.ts';
import { marginLosses } from '../exact/marginLosses.ts';
import { randomFeaturesMap } from '../models/deepRandomFeaturesModel.ts';
import { LayeredFeatures } from '../models/layeredFeatures.ts';
import { times } from '../numerics/vectors.ts';
import { stream } from '../random/stream.ts';
import { isMarginLoss, type TableLoss } from './tableTrainingOptions.ts';
import { candidatesOf, type TuneCandidate, type TuneFamily, type TunePath } from './tuneCandidates.ts';
import { blockMeans, type ScoredCandidate } from './tuneChoice.ts';
import type { TableTuningSettings, TuneMeasure } from './tuneOptions.ts';

/** Training rows as a candidate sees them: standardised, and clipped where it clips. float64. */
export type PreparedRows = Dataset<Float64Array>;

/** What scoring takes of the settings. */
export type ScoreSettings = Pick<TableTuningSettings, 'epsTest' | 'norm' | 'measure' | 'folds' | 'seed'>;

/** Duality gap at which a candidate is solved: far below what n rows can tell apart. */
const TOLERANCE = 1e-4;

/** What a model answers on rows that it was not trained on, and how far an attack of radius 1 moves the answer there. */
interface HeldOut {
  readonly outputs: Float64Array;
  readonly gradientNorms: Float64Array;
}

/** A candidate's training. */
interface Solved {
  readonly result: ExactResult | MarginResult;
  /** For the candidate at the next radius. */
  readonly warmStart: WarmStart | undefined;
}

/** Who waits for the scores of a path. */
export interface ScoreWatcher {
  /** Told each as it is known. */
  scored(score: ScoredCandidate): void;
  /** Awaited after each solution, so that signals and timers come through. */
  pause(): Promise<void>;
}

/** Scores the candidates of a path by leaving out one row at a time, each of them from one training on all rows. */
export async function scoreLeftOut(
  rows: PreparedRows,
  path: TunePath,
  settings: ScoreSettings,
  watcher: ScoreWatcher,
): Promise<ScoredCandidate[]> {
  return scoreByFolds(rows, path, settings, watcher);
}

/** Scores the candidates of a path by folds: every part of the rows is left out once, and each candidate trained on the others. */
export async function scoreByFolds(
  rows: PreparedRows,
  path: TunePath,
  settings: ScoreSettings,
  watcher: ScoreWatcher,
): Promise<ScoredCandidate[]> {
  const features = await featuresOf(path.family, rows.d, settings.seed);
  const candidates = candidatesOf(path);
  const found = candidates.map(() => ({
    held: { outputs: new Float64Array(rows.n), gradientNorms: new Float64Array(rows.n) },
    fault: null as string | null,
    seconds: 0,
  }));
  for (const { train, test } of foldsOf(rows.n, settings)) {
    const [inside, outside] = [train, test].map((part) => readoutProblem(pick(rows, part), features));
    let warmStart: WarmStart | undefined;
    for (const [k, candidate] of candidates.entries()) {
      const score = found[k]!;
      if (score.fault !== null) continue;
      const started = performance.now();
      const solved = attempt(() => solve(inside!, candidate, settings, warmStart));
      if (typeof solved === 'string') score.fault = solved;
      else {
        warmStart = solved.warmStart;
        score.fault = faultOf(solved.result);
        const held = predictionsAt(outside!, solved.result, settings);
        test.forEach((row, i) => {
          score.held.outputs[row] = held.outputs[i]!;
          score.held.gradientNorms[row] = held.gradientNorms[i]!;
        });
      }
      score.seconds += (performance.now() - started) / 1e3;
      await watcher.pause();
    }
  }
  const scores = candidates.map((candidate, k): ScoredCandidate => {
    const { held, ...trained } = found[k]!;
    return { candidate, by: 'folds', ...risksOf(candidate, rows.y, held, settings), ...trained, doubts: [] };
  });
  scores.forEach(watcher.scored);
  return scores;
}

/** What predictions on left-out rows are worth. */
function risksOf(
  { loss }: TuneCandidate,
  y: Float64Array,
  held: HeldOut,
  { epsTest, measure }: ScoreSettings,
): Pick<ScoredCandidate, 'clean' | 'robust' | 'blocks'> {
  const lossAt = lossOf(loss, measure);
  const [clean, robust] = [0, epsTest].map((eps) =>
    y.map((target, i) => lossAt(target, held.outputs[i]!, eps * held.gradientNorms[i]!)),
  );
  return { clean: meanOf(clean!), robust: meanOf(robust!), blocks: blockMeans(robust!) };
}

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

function solve(
  problem: ReadoutProblem,
  { model, loss, eps, lambda }: TuneCandidate,
  { norm }: ScoreSettings,
  start: WarmStart | undefined,
): Solved {
  const wanted = { eps, lambda, fitIntercept: true, tolerance: TOLERANCE, norm };
  if (isMarginLoss(loss)) return { result: solveMargins(problem, { ...wanted, loss }), warmStart: undefined };
  const options = { ...wanted, ...(start ? { start } : {}) };
  const result =
    model === 'linear'
      ? adversarialRegression({ n: problem.n, d: problem.N, x: problem.phi, y: problem.y }, options)
      : solveReadout(problem, options);
  return { result, warmStart: result.warmStart };
}

/** What the solver says, or why it refuses. */
function attempt<T>(work: () => T): T | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}

const faultOf = ({ converged, relativeGap }: ExactResult | MarginResult): string | null =>
  converged ? null : `did not converge (relative duality gap ${relativeGap.toExponential(1)})`;

function predictionsAt(
  problem: ReadoutProblem,
  { theta, intercept }: ExactResult | MarginResult,
  { norm }: ScoreSettings,
): HeldOut {
  return {
    outputs: times(problem.phi, theta, problem.n).map((value) => value + intercept),
    gradientNorms: gradientNorms(problem, theta, norm),
  };
}

/** Positions of the rows inside and outside of each fold, by a seeded permutation. */
function foldsOf(n: number, { folds, seed }: ScoreSettings): { train: Uint32Array; test: Uint32Array }[] {
  const order = stream(seed, 'tune', 'folds').permutation(n);
  const count = Math.min(folds, n);
  return Array.from({ length: count }, (_, k) => ({
    train: order.filter((_, i) => i % count !== k),
    test: order.filter((_, i) => i % count === k),
  }));
}

function pick({ d, x, y }: PreparedRows, rows: Uint32Array): PreparedRows {
  const values = new Float64Array(rows.length * d);
  rows.forEach((row, i) => {
    values.set(x.subarray(row * d, (row + 1) * d), i * d);
  });
  return { n: rows.length, d, x: values, y: Float64Array.from(rows, (row) => y[row]!) };
}
