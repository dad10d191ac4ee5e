import type { CommandModule, InferredOptionTypes } from 'yargs';
import { normNames } from '../attacks/index.ts';
import { given } from '../checkOptions.ts';
import { checkChoice, counted } from '../errors.ts';
import { DEFAULT_TOLERANCE } from '../exact/index.ts';
import { saveModel } from '../models/modelFiles.ts';
import { writePicture } from '../plots/picture.ts';
import { DEVICE_CHOICES, loadRuntime } from '../runtime/index.ts';
import {
  TABLE_TRAINING_DEFAULTS as DEFAULTS,
  MARGIN_LAMBDA,
  TABLE_TRAINING_CHECKS,
  type TableTrainingOptions,
  type TableTrainingSettings,
  tableLosses,
  tableMethods,
  tableModels,
} from '../table/tableTrainingOptions.ts';
import { checkTableTraining, type TableTraining, trainOnTable } from '../table/trainOnTable.ts';
import { activationNames } from '../theory/activations.ts';
import { announceRuntime } from './announceRuntime.ts';
import { interruptible } from './interruptible.ts';
import { notice } from './notices.ts';
import { withOptionNames } from './optionNames.ts';
import { deviceOption, flag, jsonOption, neededText, number, text, textOr } from './options.ts';
import { columnsOption, type PictureLook, pictureLook, plotOption } from './picture.ts';
import { duration, type ProgressBar, progressBar } from './progressBar.ts';
import { readTableFile } from './readTableFile.ts';
import { repeatable } from './repeatable.ts';
import { checkReportFile, reportOption, writeReport } from './reportFile.ts';
import { saveHeldOut } from './saveHeldOut.ts';
import { LISTS, optionsAmong, preparationOptions, tableFile } from './tableOptions.ts';
import { trainingReport } from './trainingReport.ts';
import { splitOptions, splitsFigure, splitsReport, splitsSection, trainedOnSplits } from './trainSplits.ts';
import { checkWritable } from './writable.ts';

/** Options that are called otherwise in code. */
const OTHERWISE = { folder: 'checkpoints' };

/** Of the gap to which the exact solver goes. */
const DIGITS = -Math.log10(DEFAULT_TOLERANCE);

/** Seconds from which a run is announced and shows its progress. */
const WORTH_A_WORD = 2;

const options = {
  csv: tableFile,
  target: neededText('column to predict from all others; text is classes, two or several'),
  model: textOr(DEFAULTS.model, tableModels.join(', ')),
  method: textOr(DEFAULTS.method, tableMethods.join(', ')),
  loss: textOr(DEFAULTS.loss, `${tableLosses.join(', ')}; all but square for a target of classes`),
  ...preparationOptions,
  eps: {
    ...number(
      'eps',
      'radius of the attack, in standard deviations of the inputs, of which the 0/1 columns of text are some',
    ),
    demandOption: true,
  },
  norm: textOr(DEFAULTS.norm, normNames.join(', ')),
  lambda: number('lambda', `ridge penalty [${DEFAULTS.lambda}; ${MARGIN_LAMBDA} by a loss for classes]`),
  intercept: {
    ...flag('fit an intercept, which lambda leaves alone; --no-intercept for none'),
    default: DEFAULTS.fitIntercept,
  },
  width: {
    ...number('width', 'random features; units of a hidden layer'),
    default: DEFAULTS.width,
  },
  depth: { ...number('depth', 'hidden layers of the deep model'), default: DEFAULTS.depth },
  activation: textOr(DEFAULTS.activation, activationNames.join(', ')),
  seed: textOr(String(DEFAULTS.seed), 'of the split, the features and the training'),
  'test-fraction': {
    ...number('test-fraction', 'rows held out to measure on'),
    default: DEFAULTS.testFraction,
  },
  clip: number('clip', 'clip standardised inputs at so many deviations [not]; the saved model does so too'),
  'validation-fraction': {
    ...number('validation-fraction', 'rows on whose robust risk training by gradient stops early'),
    default: DEFAULTS.validationFraction,
  },
  'batch-size': number('batch-size', 'rows in a step of training by gradient [all]'),
  'max-cycles': number('max-cycles', 'cycles of training by gradient, each twice as long [5]'),
  checkpoints: text('folder from which an interrupted training goes on'),
  save: text('folder for the model and the held-out rows'),
  ...splitOptions,
  plot: plotOption(
    'the robustness curve on the held-out rows; with --folds or --repeats, the losses by split',
  ),
  columns: columnsOption,
  report: reportOption,
  json: jsonOption,
  device: deviceOption,
} as const;

type TrainArguments = InferredOptionTypes<typeof options>;

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: 'train',
  describe: 'Train a robust regression or classifier on a table and measure it on held-out rows',
  builder: (yargs) =>
    repeatable(yargs, ...LISTS)
      .options(options)
      .example('$0 train --csv data/diabetes.csv --target target --method exact --eps 0.1', 'a linear model')
      .example(
        '$0 train --csv data/diabetes.csv --target target --model deep --width 16 --eps 0.1 --norm linf --save out/model',
        '',
      )
      .example(
        '$0 train --csv data/diabetes.csv --target target --method exact --eps 0.1 --plot out/robustness.svg',
        'and its risk against the radius',
      )
      .example(
        '$0 train --csv data/digits.csv --target digit --positive 0,1,2,3,4 --loss logistic --eps 0.4 --method exact',
        'two classes',
      )
      .example(
        '$0 train --csv data/digits.csv --target digit --loss squaredHinge --eps 0.4 --method exact',
        'all ten, one against the rest; --text digit by the square loss',
      ),
  async handler(args) {
    const { csv, target, save, plot } = args;
    checkChoice('loss', args.loss, tableLosses);
    const look = pictureLook(args.columns, { plot });
    checkReportFile(args.report);
    const file = await readTableFile(csv);
    const asked: TableTrainingOptions = {
      ...{ target, eps: args.eps },
      ...optionsAmong(args, TABLE_TRAINING_CHECKS),
      fitIntercept: args.intercept,
      ...given({ folder: args.checkpoints }),
    };
    const { settings, rows: known } = await withOptionNames(OTHERWISE, () => checkTableTraining(file, asked));
    if (save !== undefined) checkWritable(save);
    const runtime = await loadRuntime(checkChoice('device', args.device, DEVICE_CHOICES));
    announceRuntime(runtime);
    for (const note of known.notes) notice(note);
    const before = performance.now();
    const told = { target, args };
    const splits = await trainedOnSplits(file, asked, args);
    if (splits && plot !== undefined) await writePicture(plot, splitsFigure(splits, look));
    if (splits && save === undefined) {
      if (args.report !== undefined)
        writeReport(args.report, args, {
          title: `Robust risk of ${target}`,
          summary: [`${args.model} by ${args.method}, ${args.norm} radius ${args.eps} in training and test.`],
          sections: [splitsSection(splits, told)],
        });
      process.stdout.write(
        args.json
          ? `${JSON.stringify({ csv, ...asked, lambda: settings.lambda, ...splits, saved: null, plot: plot ?? null, runtime, seconds: secondsSince(before) })}\n`
          : `${splitsReport(splits, told)}\n${plot === undefined ? '' : `\npicture: ${plot}\n`}`,
      );
      return;
    }
    let bar: ProgressBar | undefined;
    const train = (): Promise<TableTraining> =>
      trainOnTable(file, {
        ...asked,
        onProgress({ step, maxSteps, loss, robustLoss }) {
          bar ??= progressBar(maxSteps, 'train');
          bar.update(step, `loss ${loss.toFixed(3)}, robust loss ${robustLoss.toFixed(3)}`);
        },
        onSolving(progress) {
          if ('relativeGap' in progress) {
            const { relativeGap, solved } = progress;
            bar?.update(solved * DIGITS - Math.log10(relativeGap), `gap ${relativeGap.toExponential(1)}`);
          } else if (progress.expectedSeconds > WORTH_A_WORD) {
            const goesOn =
              args.checkpoints === undefined ? '' : `; what is interrupted goes on from ${args.checkpoints}`;
            notice(`the exact solver needs about ${duration(progress.expectedSeconds)}${goesOn}`);
            bar = progressBar(progress.solves * DIGITS, 'solve');
          }
        },
      });
    const kept = (): string => {
      bar?.stop();
      return args.checkpoints === undefined
        ? 'nothing is kept; with --checkpoints DIR the same command goes on from the last checkpoint'
        : `the same command goes on from the last checkpoint in ${args.checkpoints}, or anew where there is none yet`;
    };
    // The exact solver does not return to the event loop: there Ctrl-C ends the process by the system's own default.
    const trained = await withOptionNames(OTHERWISE, () =>
      args.method === 'exact' ? train() : interruptible(kept, train),
    ).finally(() => bar?.stop());
    const { model, rows, clean, robust, trivial, training, intercept, notes } = trained;
    const { lambda } = settings;
    for (const note of notes) if (!known.notes.includes(note)) notice(note);
    const preparation = trained.preparation!;
    const inputs = preparation.inputs.map(({ name }) => name);
    const { classes: _, ...others } = asked;
    const description = { csv, inputs, ...others, lambda, ...given({ classes: settings.classes }) };
    if (save !== undefined) {
      model.setUserDefinedMetadata({
        ...description,
        preparation,
        epsUnit: 'standard deviations of the inputs',
      });
      await saveModel(model, save);
      saveHeldOut(save, file, [...inputs, target], trained.testRows);
    }
    if (plot !== undefined && !splits) await drawCurve(plot, trained, settings, look);
    if (args.report !== undefined) {
      const { trainingSections } = await import('./trainPage.ts');
      const page = await trainingSections(trained, settings);
      const sections = splits ? [splitsSection(splits, told), ...page.sections] : page.sections;
      writeReport(args.report, args, { ...page, sections });
    }
    model.dispose();
    const seconds = secondsSince(before);
    const result = {
      ...{ ...description, rows, clean, robust, trivial, training, intercept, notes },
      ...(trained.classes ? { classes: trained.classes } : {}),
      ...(trained.several ? { several: trained.several } : {}),
      saved: save ?? null,
      plot: plot ?? null,
      ...(splits ? { splits } : {}),
    };
    const overSplits = splits ? `${splitsReport(splits, told)}\n\n` : '';
    process.stdout.write(
      args.json
        ? `${JSON.stringify({ ...result, runtime, seconds })}\n`
        : `${overSplits}${trainingReport(trained, { ...args, lambda }, seconds)}\n`,
    );
  },
};

/** The risk of the held-out rows against the radius. */
async function drawCurve(
  plot: string,
  trained: TableTraining,
  settings: TableTrainingSettings,
  look: PictureLook,
): Promise<void> {
  const [{ heldOutCurve }, { robustnessFigure }] = await Promise.all([
    import('./heldOutCurve.ts'),
    import('./robustnessFigure.ts'),
  ]);
  let bar: ProgressBar | undefined;
  const { found, ...curve } = await heldOutCurve(trained, settings, (done, of) => {
    bar ??= progressBar(of, 'attack');
    bar.update(done, `${done} of ${counted(of, 'row')}, for the picture`);
  }).finally(() => bar?.stop());
  await writePicture(plot, robustnessFigure(found, { ...curve, ...look }));
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;
