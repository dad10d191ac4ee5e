import { join } from 'node:path';
import type { CommandModule, InferredOptionTypes } from 'yargs';
import { given } from '../checkOptions.ts';
import { checkChoice, counted, InvalidArgumentError } from '../errors.ts';
import { saveModel } from '../models/modelFiles.ts';
import { writePicture } from '../plots/picture.ts';
import { DEVICE_CHOICES, loadRuntime } from '../runtime/index.ts';
import type { TableLoss } from '../table/tableTrainingOptions.ts';
import type { ScoredCandidate } from '../table/tuneChoice.ts';
import { checkTableTuning, type TableTuning, tuneOnTable } from '../table/tuneOnTable.ts';
import {
  TABLE_TUNING_DEFAULTS as DEFAULTS,
  TABLE_TUNING_CHECKS,
  type TableTuningOptions,
  type TunedModel,
  tunedModels,
  tuneEstimates,
} from '../table/tuneOptions.ts';
import { tuneProfile } from '../table/tuneProfile.ts';
import type { ActivationName } from '../theory/activations.ts';
import { writeWholeFile } from '../wholeFile.ts';
import { announceRuntime } from './announceRuntime.ts';
import { notice, warn } from './notices.ts';
import { numberList } from './numberList.ts';
import { withOptionNames } from './optionNames.ts';
import { deviceOption, jsonOption, neededText, number, text, textOr } from './options.ts';
import { columnsOption, pictureLook, plotOption } from './picture.ts';
import { type ProgressBar, progressBar } from './progressBar.ts';
import { readTableFile } from './readTableFile.ts';
import { repeatable } from './repeatable.ts';
import { saveHeldOut } from './saveHeldOut.ts';
import { LISTS, optionsAmong, preparationOptions, tableFile } from './tableOptions.ts';
import { tuneFigure } from './tuneFigure.ts';
import { type TunePlaces, tuneReport } from './tuneReport.ts';
import { checkWritable } from './writable.ts';

const options = {
  csv: tableFile,
  target: neededText('column to predict from all others'),
  'eps-test': {
    ...number('eps-test', 'radius at which the risk is to be small, in standard deviations of the inputs'),
    demandOption: true,
  },
  norm: textOr(DEFAULTS.norm, 'l2, linf'),
  ...preparationOptions,
  model: text(`${tunedModels.join(', ')}, or both [both]`),
  width: text('random features, a list [50,100,200,400, up to twice the training rows]'),
  activation: text('of the random features, a list [shifted-relu]'),
  clip: text('deviations at which inputs are clipped, a list, none for not at all [none,3]'),
  loss: text('square, logistic, hinge, squaredHinge, a list [square; square,logistic for classes]'),
  eps: text('radii in training, a list [0 and 8 from 0.5 to 1.75 times eps-test]'),
  lambda: text('ridge penalties, a list [0.001,0.01,0.1,1]'),
  by: textOr(DEFAULTS.by, `estimate from the training rows: ${tuneEstimates.join(', ')}`),
  folds: {
    ...number('folds', 'parts of the training rows, where the estimate is by folds'),
    default: DEFAULTS.folds,
  },
  measure: text(
    'what is to be small: loss, or error, the share of rows taken for another class at some point within eps-test [loss; error for classes]',
  ),
  rule: textOr(DEFAULTS.rule, 'one-standard-error (the simplest within one of the least risk), least'),
  screen: textOr(
    String(DEFAULTS.screen),
    'skip what is predicted at more than so many times the least risk, or lies beyond what is clearly worse; none to try all',
  ),
  'compare-rows': {
    ...number(
      'compare-rows',
      'training rows that decide between candidates; of more it is a part, and the model is trained on all',
    ),
    default: DEFAULTS.compareRows,
  },
  seed: textOr(String(DEFAULTS.seed), 'of the splits, the folds and the features'),
  'test-fraction': {
    ...number('test-fraction', 'rows held out from the choice, to measure what was chosen'),
    default: DEFAULTS.testFraction,
  },
  repeats: {
    ...number('repeats', 'splits, on each of which the choice is made anew'),
    default: DEFAULTS.repeats,
  },
  out: text('folder for candidates, model and picture, from which an interrupted run goes on'),
  save: text('folder for the model and the held-out rows [model in --out]'),
  plot: plotOption('the risk along each choice', ' [risk.svg in --out]'),
  columns: columnsOption,
  json: jsonOption,
  device: deviceOption,
} as const;

type TuneArguments = InferredOptionTypes<typeof options>;

/** Milliseconds after which a word about Ctrl-C is worth its line. */
const PATIENCE = 2000;

export const tuneCommand: CommandModule<object, TuneArguments> = {
  command: 'tune',
  describe: 'Choose model, width, eps and lambda for the least robust risk on your data, and train it',
  builder: (yargs) =>
    repeatable(yargs, ...LISTS)
      .options(options)
      .example(
        '$0 tune --csv data/diabetes.csv --target target --eps-test 0.2 --out out/diabetes',
        'everything by default',
      )
      .example(
        '$0 tune --csv data/diabetes.csv --target target --eps-test 0.2 --width 50 --eps 0.1,0.2 --lambda 0.01,0.1 --plot out/risk.svg',
        'among these',
      )
      .example(
        '$0 tune --csv data/digits.csv --target digit --positive 0,1,2,3,4 --eps-test 0.4 --model linear --loss square,logistic',
        'two classes',
      )
      .example(
        '$0 tune --csv data/digits.csv --target digit --classes --eps-test 0.4 --model linear --loss square',
        'ten classes, one against the rest',
      ),
  async handler(args) {
    const { out } = args;
    const plot = args.plot ?? (out === undefined ? undefined : join(out, 'risk.svg'));
    const save = args.save ?? (out === undefined ? undefined : join(out, 'model'));
    const look = pictureLook(args.columns, { plot });
    const asked = askedFor(args);
    const file = await readTableFile(args.csv);
    const { rows } = await withOptionNames({}, () => checkTableTuning(file, asked));
    for (const folder of [out, save]) if (folder !== undefined) checkWritable(folder);
    announceRuntime(await loadRuntime(checkChoice('device', args.device, DEVICE_CHOICES)));
    for (const note of rows.notes) notice(note);
    const started = performance.now();
    let bar: ProgressBar | undefined;
    let told = false;
    const tellWhatIsKept = (): void => {
      if (told || performance.now() - started < PATIENCE) return;
      told = true;
      const line = bar ? '\n' : '';
      notice(
        out === undefined
          ? `${line}nothing is kept after Ctrl-C; with --out DIR the same command goes on from where it was`
          : `${line}finished candidates are kept in ${out}: after Ctrl-C the same command goes on from there`,
      );
    };
    // Solvers do not return to the event loop: Ctrl-C ends the process by the system's own default.
    const tuning = await withOptionNames({ folder: 'out' }, () =>
      tuneOnTable(file, {
        ...asked,
        ...given({ folder: out }),
        onProgress({ done, total, candidates, of }) {
          tellWhatIsKept();
          bar ??= progressBar(total, 'tune');
          bar.update(
            done,
            candidates === of ? 'training what was chosen' : `${candidates} of ${counted(of, 'candidate')}`,
          );
        },
      }),
    ).finally(() => bar?.stop());
    const seconds = (performance.now() - started) / 1e3;
    const { training, damaged } = tuning;
    for (const note of training.notes) if (!rows.notes.includes(note)) notice(note);
    if (damaged.length > 0)
      warn(
        `${counted(damaged.length, 'damaged line')} of ${out}/candidates.jsonl ${damaged.length === 1 ? 'was' : 'were'} set aside, to be estimated again`,
      );
    if (!training.training.converged)
      warn('the chosen model did not converge to the tolerance of rrf train when it was trained at the end');
    if (save !== undefined) {
      const description = descriptionOf(tuning, args);
      training.model.setUserDefinedMetadata(description);
      await saveModel(training.model, save);
      saveHeldOut(save, file, [...description.inputs, args.target], training.testRows);
    }
    training.model.dispose();
    const hasChoice = tuneProfile(tuning.splits[0]!).length > 0;
    const drawn = hasChoice ? plot : undefined;
    if (args.plot !== undefined && !hasChoice) warn('no picture is drawn: nothing had two values');
    if (drawn !== undefined) await writePicture(drawn, tuneFigure(tuning, look));
    const places = { save, plot: drawn, out };
    const result = jsonOf(tuning, args, places, seconds);
    if (out !== undefined) writeWholeFile(join(out, 'result.json'), `${JSON.stringify(result)}\n`);
    process.stdout.write(
      args.json ? `${JSON.stringify(result)}\n` : `${tuneReport(tuning, places, seconds)}\n`,
    );
  },
};

/** @throws InvalidArgumentError for more than one number */
function screenOf(given: string): number {
  const [times, ...more] = numberList('screen', given);
  if (more.length > 0) throw new InvalidArgumentError('screen', given, 'one number, or none');
  return times!;
}

/** The options as code takes them; what names and numbers make sense is for `checkTableTuning` to say. */
function askedFor(args: TuneArguments): TableTuningOptions {
  const names = (list: string | undefined): readonly string[] | undefined =>
    list?.split(',').map((name) => name.trim());
  const numbers = (option: string, list: string | undefined): readonly number[] | undefined =>
    list === undefined ? undefined : numberList(option, list);
  const clip = names(args.clip)?.map((entry) => (entry === 'none' ? null : numberList('clip', entry)[0]!));
  const { model: _, ...named } = optionsAmong(args, TABLE_TUNING_CHECKS);
  return {
    ...{ target: args.target, epsTest: args['eps-test'] },
    ...named,
    screen: args.screen === 'none' ? null : screenOf(args.screen),
    ...given({
      model: names(args.model === 'both' ? undefined : args.model) as readonly TunedModel[] | undefined,
      width: numbers('width', args.width),
      activation: names(args.activation) as readonly ActivationName[] | undefined,
      clip,
      loss: names(args.loss) as readonly TableLoss[] | undefined,
      eps: numbers('eps', args.eps),
      lambda: numbers('lambda', args.lambda),
    }),
  };
}

/** What a saved model says of its training, as `rrf train` says it, and how its settings were chosen. */
function descriptionOf(
  { settings, splits, training }: TableTuning,
  { csv, target }: TuneArguments,
): { readonly inputs: readonly string[]; readonly [name: string]: unknown } {
  const { classes, norm, by, rule, epsTest, measure, testFraction, seed } = settings;
  const { model, width, activation, clip, loss, eps, lambda } = splits[0]!.chosen.candidate;
  return {
    ...{
      csv,
      target,
      inputs: training.preparation!.inputs.map(({ name }) => name),
      model,
      method: 'exact',
      loss,
      eps,
      norm,
      lambda,
    },
    fitIntercept: training.intercept !== null,
    ...(activation === null ? {} : { width, activation }),
    ...(clip === null ? {} : { clip }),
    ...{ seed, testFraction, ...given({ classes }) },
    preparation: training.preparation,
    tuned: { by, rule, epsTest, measure },
    epsUnit: 'standard deviations of the inputs',
  };
}

/** The answer as one object; what candidates are told apart by, block by block, stays in the folder. */
function jsonOf(
  { settings, splits, heldOut, training }: TableTuning,
  { csv }: TuneArguments,
  { save, plot, out }: TunePlaces,
  seconds: number,
): object {
  const plain = ({ blocks: _, ...score }: ScoredCandidate): object => score;
  const { folder: _, ...told } = settings;
  return {
    ...{ csv, ...told, rows: training.rows, chosen: splits[0]!.chosen.candidate, heldOut },
    splits: splits.map((split) => ({
      ...split,
      ...{ chosen: plain(split.chosen), least: plain(split.least), scores: split.scores.map(plain) },
    })),
    ...{ training: training.training, intercept: training.intercept, notes: training.notes },
    ...given({ classes: training.classes ?? undefined, several: training.several ?? undefined }),
    ...{ saved: save ?? null, plot: plot ?? null, out: out ?? null, seconds },
  };
}
