import { type MeasuredMoments, measureFeatures } from '../evaluation/measureFeatures.ts';
import { expectedWork } from '../exact/expectedSeconds.ts';
import { predictRobustRisk } from './predictRobustRisk.ts';
import {
  candidatesOf,
  pathsByFamily,
  type TuneCandidate,
  type TuneFamily,
  type TunePath,
} from './tuneCandidates.ts';
import type { TableTuningSettings } from './tuneOptions.ts';
import { featuresOf, type PreparedRows } from './tuneScores.ts';

/** A candidate that was not tried. */
export interface SkippedCandidate {
  /** The model. */
  readonly candidate: TuneCandidate;
  /**
   * 'prediction': its predicted risk is far above the least predicted. 'beginning': so is what was estimated first of its
   * penalty and features, or of a larger penalty. 'rise': the risk rises on the way to its radius, or is no lower at the radii on either
   * side of it. 'part': a part of the rows said that others are better.
   */
  readonly because: 'prediction' | 'beginning' | 'rise' | 'part';
  /** What was predicted, in shares of the target's variance. */
  readonly predictedRisk?: number;
}

/** The candidates that are left, and those that the prediction takes out. */
export interface Screened {
  readonly paths: readonly TunePath[];
  readonly skipped: readonly SkippedCandidate[];
  /** How many were predicted. */
  readonly predicted: number;
}

/** Prediction is for the squared error in l2, from at least twice as many rows as features. */
const ROWS_PER_FEATURE = 2;
/** Share of the work of solving that predicting may be. */
const WORTH = 0.2;

/**
 * Predicts the robust risk of candidates from moments of their features and takes out those that are predicted to be far from
 * the best. What cannot be predicted, or would cost more to predict than it saves, stays.
 * @param rowsOf training rows of a family
 */
export async function screenPaths(
  paths: readonly TunePath[],
  rowsOf: (family: TuneFamily) => PreparedRows,
  settings: Pick<TableTuningSettings, 'screen' | 'norm' | 'measure' | 'epsTest' | 'seed'>,
): Promise<Screened> {
  const { screen, norm, measure, epsTest } = settings;
  if (screen === null || norm !== 'l2' || measure !== 'loss') return { paths, skipped: [], predicted: 0 };
  const risks = new Map<TunePath, readonly number[]>();
  for (const own of pathsByFamily(paths)) {
    const { family } = own[0]!;
    const rows = rowsOf(family);
    if (family.loss !== 'square' || rows.n < ROWS_PER_FEATURE * family.width || !isWorthIt(own, rows))
      continue;
    const moments = await momentsOf(family, rows, settings.seed);
    for (const path of own) {
      const { epsilons: eps, lambda } = path;
      const found = predictRobustRisk(moments, { n: rows.n, eps, lambda, epsTest });
      // One that is not solved says nothing.
      risks.set(
        path,
        found.map(({ adversarialRisk, converged }) => (converged ? adversarialRisk : Number.NaN)),
      );
    }
  }
  const all = [...risks.values()].flat();
  const most = screen * Math.min(...all.filter((risk) => risk > 0));
  const skipped: SkippedCandidate[] = [];
  const left = paths.flatMap((path) => {
    const own = risks.get(path);
    if (!own) return [path];
    const isFar = path.epsilons.map((_, k) => own[k]! > most);
    candidatesOf(path).forEach((candidate, k) => {
      if (isFar[k]) skipped.push({ candidate, because: 'prediction', predictedRisk: own[k]! });
    });
    const epsilons = path.epsilons.filter((_, k) => !isFar[k]);
    return epsilons.length === 0 ? [] : [{ ...path, epsilons }];
  });
  return { paths: left, skipped, predicted: all.length };
}

async function momentsOf(
  family: TuneFamily,
  rows: PreparedRows,
  seed: number | string,
): Promise<MeasuredMoments> {
  const data = { ...rows, x: Float32Array.from(rows.x), y: Float32Array.from(rows.y) };
  return measureFeatures(await featuresOf(family, rows.d, seed), data, { share: 1, seed });
}

/** Whether predicting takes little of what solving takes, by counts: a clock would choose otherwise from one run to the next. */
function isWorthIt(paths: readonly TunePath[], { n, d }: PreparedRows): boolean {
  const { width: N } = paths[0]!.family;
  const solves = paths.reduce((sum, { epsilons }) => sum + epsilons.length, 0);
  return predictionWork(N, paths) < WORTH * solves * expectedWork({ n, d, N });
}

/**
 * Eigenproblems of order N, each as long as 100 N^3 multiply-adds of a product: one where nothing is penalised, otherwise
 * fifteen and more. Beside that each candidate takes about half a millisecond, however few features there are.
 */
const predictionWork = (N: number, paths: readonly TunePath[]): number =>
  100 * N ** 3 * (paths.some(({ lambda }) => lambda > 0) ? 20 : 1) + 1e6 * paths.flatMap(candidatesOf).length;
