import { given } from '../checkOptions.ts';
import type { RawTable } from '../data/rawTable.ts';
import { standardised, tableStatistics } from '../data/standardise.ts';
import { splitRows, type Table } from '../data/table.ts';
import { inputsAndTarget } from '../data/tableDataset.ts';
import { UserError } from '../errors.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';
import { checkEachThere } from './oneAgainstRest.ts';
import { isMarginLoss, type TableTrainingOptions } from './tableTrainingOptions.ts';
import { isRawTable, preparationOptionsIn, type TrainingRows } from './trainingRows.ts';
import { checkTableTraining, type TableTraining, trainOnTable } from './trainOnTable.ts';
import { candidateName, candidatesOf, type TuneFamily, tunePaths } from './tuneCandidates.ts';
import { type Choice, chooseCandidate, type ScoredCandidate } from './tuneChoice.ts';
import { resolveTableTuning, type TableTuningOptions, type TableTuningSettings } from './tuneOptions.ts';
import { TuneProgressCount } from './tuneProgress.ts';
import type { PreparedRows } from './tuneScores.ts';
import { type SkippedCandidate, screenPaths } from './tuneScreen.ts';
import { searchPaths } from './tuneSearch.ts';
import { partOf, stagesOf, survivors } from './tuneStages.ts';
import { openTuneFile, type TuneFile, tuneProblem } from './tuneStore.ts';

/** A part of the training rows, and the candidates that were compared by it. */
export interface TuneStage {
  /** How many rows. */
  readonly rows: number;
  /** How many candidates. */
  readonly scored: number;
}

/** A choice from the training rows of one split, and what it is worth on the rows held out from it. */
export interface TuneSplit extends Choice {
  /** Names the split, as `trainOnTable` takes it. */
  readonly seed: number | string;
  /** Every candidate that was scored, from simple to complex. */
  readonly scores: readonly ScoredCandidate[];
  /** Those that were not tried, and why. */
  readonly skipped: readonly SkippedCandidate[];
  /** How many candidates were predicted. */
  readonly predicted: number;
  /** The parts of the training rows that candidates were compared by, one after the other; scores are of the last. */
  readonly stages: readonly TuneStage[];
  /** What risks of candidates are shares of: the variance of the target in the training rows; 1 for classes. */
  readonly unit: number;
  /** On the rows held out, which no choice saw. */
  readonly heldOut: HeldOutRisks;
}

/** Mean loss in squared units of the target, or for classes the error if that is what the choice is by. */
export interface HeldOutRisks {
  /** Without an attack. */
  readonly clean: Estimate;
  /** Under PGD of radius epsTest. */
  readonly robust: Estimate;
  /** Of the best constant, attacked or not. */
  readonly trivial: Estimate;
}

/** What {@link tuneOnTable} chose, what it is worth, and the trained model. */
export interface TableTuning {
  /** The options with their defaults, without functions. */
  readonly settings: Omit<TableTuningSettings, 'onProgress'>;
  /** The first is that of the model. */
  readonly splits: readonly TuneSplit[];
  /** Over the splits, the choice repeated in each; of a single one over its held-out rows. */
  readonly heldOut: HeldOutRisks;
  /** The chosen model, trained on the training rows of the first split. The caller disposes it. */
  readonly training: TableTraining;
  /** Numbers of damaged lines in the folder, set aside. */
  readonly damaged: readonly number[];
}

/**
 * Options and table before any work; needs no runtime.
 * @throws InvalidArgumentError and UserError as {@link tuneOnTable} does
 */
export function checkTableTuning(
  table: Table | RawTable,
  options: TableTuningOptions,
): { settings: TableTuningSettings; rows: TrainingRows } {
  let rows: TrainingRows | undefined;
  const settings = resolveTableTuning(options, (loss) => {
    const { target, classes } = options;
    const preparation = isRawTable(table) ? preparationOptionsIn(options) : {};
    const asked = { ...preparation, target, eps: 0, method: 'exact' as const, ...given({ loss, classes }) };
    rows = checkTableTraining(table, asked).rows;
    return rows.target;
  });
  return { settings, rows: rows! };
}

/**
 * Chooses width, activation, clipping, loss, eps and lambda of an exactly trained model for the robust risk at a radius, by
 * leave-one-out (or folds) on the training rows, and trains it. Candidates that a prediction says are far from the best are not
 * tried. Several classes are told apart one against the rest, and judged together, by the share of rows that an attack can have
 * answered wrongly. Of many rows a seeded part decides between candidates, those that a smaller part has left, and what is chosen is trained
 * on all. The rows held out from the choice measure what was chosen; with `repeats` the choice is made anew on several splits,
 * so that their mean is an estimate of the whole procedure. Risks of candidates are those of the attack linearised in the
 * perturbation, held-out ones those of PGD. Needs a loaded runtime.
 * @param table as `readTable` reads it from a file, or of numbers
 * @throws InvalidArgumentError for an option that makes no sense, or an unknown target; UserError for a table that cannot be
 * trained on, for candidates none of which converges, and for a folder that another run is writing
 */
export async function tuneOnTable(
  table: Table | RawTable,
  options: TableTuningOptions,
): Promise<TableTuning> {
  const { settings, rows } = checkTableTuning(table, options);
  const { repeats, seed, folder } = settings;
  const file = folder === undefined ? null : await openTuneFile(folder);
  try {
    const { testFraction, compareRows } = settings;
    const trainRows = splitRows(rows.count, { testFraction }, seed).at(-1)!.length;
    const stages = stagesOf(trainRows, compareRows);
    const count = new TuneProgressCount(repeats * stages.length, settings.onProgress);
    const splits: TuneSplit[] = [];
    let training: TableTraining | undefined;
    for (let k = 0; k < repeats; k++) {
      const one = await tuneSplit({ table, rows }, { ...settings, seed: splitSeed(seed, k) }, count, file);
      splits.push(one.split);
      if (k === 0) training = one.training;
      else one.training.model.dispose();
    }
    const { onProgress: _, ...told } = settings;
    return {
      settings: told,
      splits,
      heldOut: overSplits(splits.map((split) => split.heldOut)),
      training: training!,
      damaged: file?.damaged ?? [],
    };
  } finally {
    file?.release();
  }
}

/** The first split is that of `trainOnTable` with the same seed. */
const splitSeed = (seed: number | string, k: number): number | string =>
  k === 0 ? seed : `${seed}, split ${k + 1}`;

async function tuneSplit(
  { table, rows }: { readonly table: Table | RawTable; readonly rows: TrainingRows },
  settings: TableTuningSettings,
  count: TuneProgressCount,
  file: TuneFile | null,
): Promise<{ split: TuneSplit; training: TableTraining }> {
  const { target, norm, epsTest, seed, testFraction, rule, folder } = settings;
  const { scores, ...searched } = await scored(rows, settings, { file, count });
  const choice = chooseCandidate(scores, rule);
  const { model, width, activation, clip, loss, eps, lambda } = choice.chosen.candidate;
  const trained = await trainOnTable(table, {
    ...preparedAs(table, settings),
    ...{ target, norm, seed, testFraction, method: 'exact' },
    ...{ model, loss, eps, epsTest, lambda },
    ...(activation === null ? {} : { width, activation }),
    ...(clip === null ? {} : { clip }),
    ...(folder === undefined || isMarginLoss(loss) ? {} : { folder }),
    onSolving(progress) {
      if ('relativeGap' in progress) count.trained(-Math.log10(progress.relativeGap) / DIGITS);
    },
  });
  const heldOut = heldOutRisks(trained, settings);
  const split = { seed, ...choice, scores, ...searched, heldOut };
  return { split, training: trained };
}

type Scored = Pick<TuneSplit, 'scores' | 'skipped' | 'predicted' | 'stages'>;

/** The candidates scored by the training rows of a split, which nobody keeps beyond that: training takes the memory that there is. */
async function scored(
  rows: TrainingRows,
  settings: TableTuningSettings,
  places: { readonly file: TuneFile | null; readonly count: TuneProgressCount },
): Promise<Scored & Pick<TuneSplit, 'unit'>> {
  const [, training] = splitRows(rows.count, { testFraction: settings.testFraction }, settings.seed);
  const train = rows.split([training!], training!).tables[0]!;
  if (settings.several) checkEachThere(inputsAndTarget(train).y, settings.several);
  const { rowsOf, unit } = preparation(train, settings);
  return { ...(await scoredInStages(train, rowsOf, settings, places)), unit };
}

/** Digits of the gap at which the solver ends, one problem after the other. */
const DIGITS = 6;

/** The candidates scored by all training rows, or by a part of them those that a smaller part has left. */
async function scoredInStages(
  train: Table,
  rowsOf: (family: TuneFamily) => PreparedRows,
  settings: TableTuningSettings,
  { file, count }: { readonly file: TuneFile | null; readonly count: TuneProgressCount },
): Promise<Scored> {
  const parts = stagesOf(train.rows, settings.compareRows);
  const first = partOf(rowsOf, parts[0]!, settings.seed);
  const all = tunePaths(settings.lists, { n: train.rows, d: train.names.length - 1 });
  const { predicted, ...screened } = await screenPaths(all, first, settings);
  const skipped: SkippedCandidate[] = [...screened.skipped];
  const stages: TuneStage[] = [];
  let { paths } = screened;
  let scores: readonly ScoredCandidate[] = [];
  const last = parts.at(-1)!;
  for (const rows of parts) {
    // What has been left is scored whatever its neighbours are.
    const own = stages.length === 0 ? settings : { ...settings, screen: null };
    if (stages.length > 0) {
      const before = scores;
      paths = survivors(paths, before);
      const left = new Set(paths.flatMap(candidatesOf).map(candidateName));
      for (const { candidate } of before)
        if (!left.has(candidateName(candidate))) skipped.push({ candidate, because: 'part' });
    }
    const part = partOf(rowsOf, rows, settings.seed);
    const store = file?.storeFor(tuneProblem(train, settings, rows)) ?? null;
    count.begin(paths, part(paths[0]!.family), settings, rows === last ? train.rows : 0);
    const found = await searchPaths(paths, part, own, { store, count });
    scores = found.scores;
    skipped.push(...found.skipped);
    stages.push({ rows, scored: scores.length });
  }
  return { scores, skipped, predicted, stages };
}

/** What a training is told of the columns and the classes. */
function preparedAs(
  table: Table | RawTable,
  { preparation, classes, several }: TableTuningSettings,
): Partial<TableTrainingOptions> {
  if (!isRawTable(table)) return { classes };
  // Said, so that a target of numbers is one of classes by every loss.
  if (several) return { ...preparation, classes: true };
  return { ...preparation, ...(classes ? { positive: classes.positive } : {}) };
}

/** The training rows as the families see them, standardised as `trainOnTable` does it. */
function preparation(
  train: Table,
  { classes, several, target }: TableTuningSettings,
): { rowsOf: (family: TuneFamily) => PreparedRows; unit: number } {
  const clipped = new Map<number | null, PreparedRows>();
  const [deviation] = tableStatistics(train).target.deviation;
  if (deviation === 0)
    throw new UserError(`the target ${JSON.stringify(target)} is constant in the training rows`);
  const asItIs = { mean: [0], deviation: [1] };
  const rowsOf = ({ clip }: TuneFamily): PreparedRows => {
    let rows = clipped.get(clip);
    if (!rows) {
      const statistics = tableStatistics(train, clip ?? undefined);
      const isClasses = classes !== undefined || several !== undefined;
      const part = standardised(train, isClasses ? { ...statistics, target: asItIs } : statistics);
      rows = { ...inputsAndTarget(part), classes: several?.length };
      clipped.set(clip, rows);
    }
    return rows;
  };
  return { rowsOf, unit: classes || several ? 1 : deviation! ** 2 };
}

function heldOutRisks(
  { clean, robust, trivial, classes }: TableTraining,
  { measure }: TableTuningSettings,
): HeldOutRisks {
  if (measure === 'loss' || !classes) return { clean, robust, trivial };
  return { clean: classes.clean.error, robust: classes.robust.error, trivial: classes.trivial.error };
}

/** Means over splits; splits share rows, so that their standard error is a guide, not a bound. */
function overSplits(risks: readonly HeldOutRisks[]): HeldOutRisks {
  if (risks.length === 1) return risks[0]!;
  const over = (name: keyof HeldOutRisks): Estimate => meanOf(risks.map((risk) => risk[name].value));
  return { clean: over('clean'), robust: over('robust'), trivial: over('trivial') };
}
