import { counted } from '../errors.ts';
import type { Estimate } from '../numerics/estimate.ts';
import { candidateName } from '../table/tuneCandidates.ts';
import type { ScoredCandidate } from '../table/tuneChoice.ts';
import type { TableTuning, TuneSplit } from '../table/tuneOnTable.ts';
import { type ChoiceRisk, type TuneChoiceName, tuneProfile } from '../table/tuneProfile.ts';
import type { SkippedCandidate } from '../table/tuneScreen.ts';
import { applyLine } from './applyLine.ts';
import { classesInWords } from './classes.ts';
import { duration } from './progressBar.ts';
import { table } from './table.ts';

/** Where the command wrote what. */
export interface TunePlaces {
  readonly save: string | undefined;
  readonly plot: string | undefined;
  readonly out: string | undefined;
}

/** What `rrf tune` prints. */
export function tuneReport(tuning: TableTuning, places: TunePlaces, seconds: number): string {
  const { settings, splits, training } = tuning;
  const [split] = splits as [TuneSplit];
  const { rows } = training;
  const unit = settings.classes || settings.several ? '' : ', in shares of the variance of the target';
  const { save, plot, out } = places;
  return [
    `${settings.target} from ${counted(rows.train, 'row')} to train, ${rows.test} held out; ${duration(seconds)}`,
    `${riskName(tuning)} at eps-test ${settings.epsTest} in ${settings.norm}${unit}`,
    ...(settings.classes ? [classesInWords(settings.target, settings.classes)] : []),
    ...(settings.several ? [severalInWords(settings.several)] : []),
    ...countLines(tuning, split),
    '',
    profileTable(split),
    '',
    ...choiceLines(tuning, split),
    '',
    heldOutTable(tuning),
    ...repeatLines(tuning),
    '',
    save === undefined
      ? 'the model is not kept: --out DIR or --save DIR keeps it, for rrf apply'
      : `model and held-out rows: ${save}\n${applyLine(save)}`,
    ...(plot === undefined ? [] : [`picture: ${plot}`]),
    ...(out === undefined ? [] : [`all candidates: ${out}/candidates.jsonl`]),
  ].join('\n');
}

const riskName = ({ settings: { measure } }: TableTuning): string =>
  measure === 'error' ? 'robust error' : 'robust risk';

const severalInWords = (names: readonly string[]): string =>
  `${names.length} classes, one against the rest; robust error: the share of rows where, within eps-test, the output of another class comes up to that of the row's own`;

/** How many candidates there were, and what became of those that could not be chosen. */
function countLines(
  { settings, training }: TableTuning,
  { scores, skipped, predicted, stages }: TuneSplit,
): string[] {
  const lines = [
    `${counted(scores.length + skipped.length, 'candidate')}, ${stages[0]!.scored} estimated by ${settings.by}`,
  ];
  if (stages.at(-1)!.rows < training.rows.train) {
    const parts = stages.map(({ rows, scored }) => `${scored} by ${rows}`).join(', then the best, ');
    lines.push(
      `  ${parts} of the ${training.rows.train} training rows (drawn by the seed); the chosen one is trained on all`,
    );
  }
  const add = (count: number, what: string): void => {
    if (count > 0) lines.push(`  ${count} ${what}`);
  };
  const because = (reason: SkippedCandidate['because']): number =>
    skipped.filter((one) => one.because === reason).length;
  add(
    because('prediction'),
    `of ${predicted} that were predicted skipped: at more than ${settings.screen} times the least predicted risk`,
  );
  add(because('beginning'), 'skipped: features and penalty far from the best at the radius of the test');
  add(
    because('rise'),
    'skipped: the risk rises on the way to their eps, or is no lower on either side of it',
  );
  const faulty = scores.filter(({ fault }) => fault !== null);
  add(faulty.length, `not solved and left out, such as ${faulty[0] ? withFault(faulty[0]) : ''}`);
  const doubtful = scores.filter(({ fault, doubts }) => fault === null && doubts.length > 0);
  add(
    doubtful.length,
    `left out because leave-one-out is doubtful there (${doubtful[0]?.doubts.join('; ')}), and says that they are worse`,
  );
  const byFolds = scores.filter(({ by }) => by === 'folds' && settings.by !== 'folds');
  add(byFolds.length, `by ${settings.folds} folds instead, where leave-one-out is doubtful or not known`);
  return lines;
}

const withFault = ({ candidate, fault }: ScoredCandidate): string => `${candidateName(candidate)}: ${fault}`;

/** The least risk that each value of each choice allows. */
function profileTable(split: TuneSplit): string {
  type Line = ChoiceRisk & { readonly choice: TuneChoiceName; readonly first: boolean };
  const lines = tuneProfile(split).flatMap(({ choice, values }) =>
    values.map((value, k): Line => ({ ...value, choice, first: k === 0 })),
  );
  if (lines.length === 0) return 'there was nothing to choose between';
  return table(lines, [
    { title: 'choice', value: ({ choice, first }: Line) => (first ? choice : ''), align: 'left' },
    { title: 'value', value: ({ value }) => (value === null ? 'none' : String(value)) },
    { title: 'least risk', value: ({ best }) => shown(best.robust.value) },
    { title: 'std.err.', value: ({ best }) => spread(best.robust) },
    { title: 'above least', value: ({ excess }) => shown(excess.value) },
    { title: 'std.err.', value: ({ excess }) => spread(excess) },
    { title: 'chosen', value: ({ chosen: isChosen }) => (isChosen ? '*' : ''), align: 'left' },
  ]);
}

/** What was chosen, and by which rule. */
function choiceLines({ settings }: TableTuning, { chosen, least, excess, within }: TuneSplit): string[] {
  const of = (score: ScoredCandidate): string =>
    `${candidateName(score.candidate)}: ${shown(score.robust.value)} +- ${spread(score.robust)}`;
  if (settings.rule === 'least') return [`chosen, of least risk: ${of(chosen)}`];
  if (chosen === least)
    return [`chosen, the simplest within one standard error and of least risk: ${of(chosen)}`];
  return [
    `chosen: ${of(chosen)}`,
    `  the simplest of ${within} within one standard error of the least risk (${shown(excess.value)} +- ${spread(excess)} above it)`,
    `least:  ${of(least)}`,
  ];
}

/** What was chosen, on rows that no choice saw. */
function heldOutTable(tuning: TableTuning): string {
  const { heldOut, settings, splits } = tuning;
  const [{ chosen, unit, stages }] = splits as [TuneSplit];
  const compared = stages.at(-1)!.rows;
  type Line = {
    readonly name: string;
    readonly clean: Estimate;
    readonly robust: Estimate;
    readonly constant: number;
  };
  const inUnits = ({ value, standardError, count }: Estimate): Estimate => ({
    value: unit * value,
    standardError: unit * standardError,
    count,
  });
  const where = splits.length === 1 ? 'held-out rows' : `held-out rows of ${splits.length} splits`;
  const constant = heldOut.trivial.value;
  const lines: Line[] = [
    {
      name: `chosen model, ${chosen.by} on ${compared < tuning.training.rows.train ? `${compared} ` : ''}training rows`,
      clean: inUnits(chosen.clean),
      robust: inUnits(chosen.robust),
      // The variance of the training targets.
      constant: unit,
    },
    { name: `chosen model, ${where} (PGD)`, clean: heldOut.clean, robust: heldOut.robust, constant },
    { name: `best constant, ${where}`, clean: heldOut.trivial, robust: heldOut.trivial, constant },
  ];
  const ofClasses = settings.measure === 'error';
  const what = ofClasses ? 'error' : settings.classes ? 'loss' : 'mean squared error';
  return table(lines, [
    { title: what, value: ({ name }: Line) => name, align: 'left' },
    { title: 'clean', value: ({ clean }) => shown(clean.value) },
    { title: 'std.err.', value: ({ clean }) => spread(clean) },
    { title: 'robust', value: ({ robust }) => shown(robust.value) },
    { title: 'std.err.', value: ({ robust }) => spread(robust) },
    ...(ofClasses
      ? []
      : [
          {
            title: 'R^2',
            value: ({ robust, constant: c }: Line) => (1 - robust.value / c).toFixed(3),
          },
        ]),
  ]);
}

/** How the choices of the splits differ. */
function repeatLines({ splits }: TableTuning): string[] {
  if (splits.length === 1) return [];
  const names = splits.map(({ chosen }) => candidateName(chosen.candidate));
  const counts = [...new Set(names)]
    .map((name) => ({ name, times: names.filter((one) => one === name).length }))
    .sort((a, b) => b.times - a.times || (a.name < b.name ? -1 : 1));
  return [
    '',
    `chosen in the ${splits.length} splits:`,
    ...counts.map(({ name, times }) => `  ${times} x ${name}`),
  ];
}

const shown = (value: number): string => String(Number(value.toPrecision(4)));
const spread = ({ standardError }: Estimate): string =>
  Number.isFinite(standardError) ? String(Number(standardError.toPrecision(2))) : '-';
