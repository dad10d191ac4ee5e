import { given } from '../checkOptions.ts';
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
import { breathing } from '../training/breathing.ts';
import { isMarginLoss, type TableLoss } from './tableTrainingOptions.ts';
import type { TuneCandidate, TuneFamily } from './tuneCandidates.ts';
import { blockMeans, type ScoredCandidate } from './tuneChoice.ts';
import type { TableTuningSettings, TuneEstimate, TuneMeasure } from './tuneOptions.ts';

/** Training rows as a candidate sees them: standardised, and clipped where it clips. float64. */
export type PreparedRows = Dataset<Float64Array>;

/** What scoring takes of the settings. */
export type ScoreSettings = Pick<TableTuningSettings, 'epsTest' | 'norm' | 'measure' | 'folds' | 'seed'>;

/** Duality gap at which a candidate is solved: far below what n rows can tell apart. */
const TOLERANCE = 1e-3;

/** What a model answers on rows that it was not trained on, and how far an attack of radius 1 moves the answer there. */
interface HeldOut {
  readonly outputs: Float64Array;
  readonly gradientNorms: Float64Array;
}

/** Scores the candidates of one family, each started from the nearest that was solved before where that is near enough. */
export type Scorer = (candidate: TuneCandidate) => Promise<ScoredCandidate>;

/** Positions of rows that are trained on, and of others that are answered. */
export interface RowParts {
  readonly train: Uint32Array;
  readonly test: Uint32Array;
}

/** The estimate that a family can be given: in linf leave-one-out is known for linear regressions alone. */
export const estimateFor = (
  by: TuneEstimate,
  { model, loss }: TuneFamily,
  { norm }: Pick<ScoreSettings, 'norm'>,
): TuneEstimate => (norm === 'linf' && (model !== 'linear' || isMarginLoss(loss)) ? 'folds' : by);

/** The scorer by an estimate. */
export const scorerBy = (
  by: TuneEstimate,
  rows: PreparedRows,
  family: TuneFamily,
  settings: ScoreSettings,
): Promise<Scorer> =>
  by === 'folds'
    ? partsScorer(rows, family, foldsOf(rows.n, settings), settings)
    : leaveOneOutScorer(rows, family, settings);

/** Leaves out one row at a time, all of them by one training on all rows. */
async function leaveOneOutScorer(
  rows: PreparedRows,
  family: TuneFamily,
  settings: ScoreSettings,
): Promise<Scorer> {
  const problem = readoutProblem(rows, await featuresOf(family, rows.d, settings.seed));
  const solve = solver(settings);
  return async (candidate) => {
    const started = performance.now();
    const { held, fault, doubts } = orFault(rows.n, () => {
      const result = solve(problem, candidate);
      const {
        residuals,
        gradientNorms: lengths,
        ...left
      } = result.leaveOneOut({ epsTest: settings.epsTest });
      // Of classes y = +-1 these are margins, y f.
      const outputs = isMarginLoss(candidate.loss)
        ? rows.y.map((label, i) => label * residuals[i]!)
        : rows.y.map((target, i) => target - residuals[i]!);
      return { held: { outputs, gradientNorms: lengths }, fault: faultOf(result), doubts: left.doubts };
    });
    return {
      ...{ candidate, by: 'leave-one-out', ...risksOf(candidate, rows.y, held, settings) },
      ...{ fault, doubts, seconds: (performance.now() - started) / 1e3 },
    };
  };
}

/** Answers the test rows of all parts, which must not overlap, by trainings on the training rows of each. */
export async function partsScorer(
  rows: PreparedRows,
  family: TuneFamily,
  parts: readonly RowParts[],
  settings: ScoreSettings,
): Promise<Scorer> {
  const features = await featuresOf(family, rows.d, settings.seed);
  const solvers = parts.map(() => solver(settings));
  const tested = Uint32Array.from(parts.flatMap(({ test }) => [...test])).sort();
  const pause = breathing();
  return async (candidate) => {
    const started = performance.now();
    const all = nothingHeld(rows.n);
    let fault: string | null = null;
    for (const [k, { train, test }] of parts.entries()) {
      // Problems are made anew for each candidate: those of all parts may not fit in memory together.
      const part = orFault(test.length, () => {
        const result = solvers[k]!(readoutProblem(pick(rows, train), features), candidate);
        const held = predictionsAt(readoutProblem(pick(rows, test), features), result, settings);
        return { held, fault: faultOf(result), doubts: [] };
      });
      fault ??= part.fault;
      if (fault !== null) break;
      test.forEach((row, i) => {
        all.outputs[row] = part.held.outputs[i]!;
        all.gradientNorms[row] = part.held.gradientNorms[i]!;
      });
      await pause();
    }
    return {
      ...{ candidate, by: 'folds', ...risksOf(candidate, rows.y, all, settings, tested) },
      ...{ fault, doubts: [], seconds: (performance.now() - started) / 1e3 },
    };
  };
}

interface Answered {
  readonly held: HeldOut;
  readonly fault: string | null;
  readonly doubts: readonly string[];
}

/** What the work gives, or that its solver refuses and why. */
function orFault(n: number, work: () => Answered): Answered {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError) return { held: nothingHeld(n), fault: error.message, doubts: [] };
    throw error;
  }
}

/** Solves candidates on the same rows. */
function solver({
  norm,
}: ScoreSettings): (problem: ReadoutProblem, candidate: TuneCandidate) => ExactResult | MarginResult {
  const starts: WarmStart[] = [];
  return (problem, { model, loss, eps, lambda }) => {
    const wanted = { eps, lambda, fitIntercept: true, tolerance: TOLERANCE, norm };
    if (isMarginLoss(loss)) return solveMargins(problem, { ...wanted, loss });
    const options = { ...wanted, ...given({ start: nearestStart(starts, eps, lambda) }) };
    const result =
      model === 'linear'
        ? adversarialRegression({ n: problem.n, d: problem.N, x: problem.phi, y: problem.y }, options)
        : solveReadout(problem, options);
    starts.push(result.warmStart);
    return result;
  };
}

/** Of the starts for the same penalty that whose radius is nearest, in ratio. */
function nearestStart(starts: readonly WarmStart[], eps: number, lambda: number): WarmStart | undefined {
  const far = (start: WarmStart): number => Math.abs(Math.log(start.eps / eps));
  return starts
    .filter((start) => start.lambda === lambda && start.eps > 0 && start.point !== null)
    .reduce<WarmStart | undefined>(
      (near, start) => (near && far(near) <= far(start) ? near : start),
      undefined,
    );
}

const nothingHeld = (n: number): HeldOut => ({
  outputs: new Float64Array(n).fill(Number.NaN),
  gradientNorms: new Float64Array(n).fill(Number.NaN),
});

/** What predictions on left-out rows are worth. @param tested positions of the rows that were left out; default all */
function risksOf(
  { loss }: TuneCandidate,
  y: Float64Array,
  held: HeldOut,
  { epsTest, measure }: ScoreSettings,
  tested = Uint32Array.from(y, (_, i) => i),
): Pick<ScoredCandidate, 'clean' | 'robust' | 'blocks'> {
  const lossAt = lossOf(loss, measure);
  const [clean, robust] = [0, epsTest].map((eps) =>
    Float64Array.from(tested, (i) => lossAt(y[i]!, held.outputs[i]!, eps * held.gradientNorms[i]!)),
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

/** The rows inside and outside of each fold, by a seeded permutation. */
function foldsOf(n: number, { folds, seed }: ScoreSettings): RowParts[] {
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
