import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { CommandModule } from 'yargs';
import { type NormName, normNames } from '../attacks/index.ts';
import { csvText, readCsvTable } from '../data/csvTable.ts';
import { checkChoice, UserError } from '../errors.ts';
import type { Estimate } from '../evaluation/estimate.ts';
import { DEFAULT_TOLERANCE } from '../exact/index.ts';
import { saveModel } from '../models/modelFiles.ts';
import { DEVICE_CHOICES, loadRuntime } from '../runtime/index.ts';
import {
  TABLE_TRAINING_DEFAULTS as DEFAULTS,
  type TableMethod,
  type TableModel,
  tableMethods,
  tableModels,
} from '../table/tableTrainingOptions.ts';
import { checkTableTraining, type TableTraining, trainOnTable } from '../table/trainOnTable.ts';
import { type ActivationName, activationNames } from '../theory/activations.ts';
import { naming, writeWholeFile } from '../wholeFile.ts';
import { announceRuntime } from './announceRuntime.ts';
import { interruptible } from './interruptible.ts';
import { notice } from './notices.ts';
import { numberOption } from './numberOption.ts';
import { withOptionNames } from './optionNames.ts';
import { duration, type ProgressBar, progressBar } from './progressBar.ts';
import { table } from './table.ts';

/** Options that are called otherwise in code. */
const OPTIONS = { folder: 'checkpoints' };

/** Seconds from which a run is announced and shows its progress. */
const WORTH_A_WORD = 2;

interface TrainArguments {
  csv: string;
  target: string;
  model: string;
  method: string;
  eps: number;
  norm: string;
  lambda: number;
  intercept: boolean;
  width: number;
  depth: number;
  activation: string;
  seed: string;
  'test-fraction': number;
  'validation-fraction': number;
  clip: number | undefined;
  'batch-size': number | undefined;
  'max-cycles': number | undefined;
  checkpoints: string | undefined;
  save: string | undefined;
  json: boolean;
  device: string;
}

export const trainCommand: CommandModule<object, TrainArguments> = {
  command: 'train',
  describe: 'Train a robust regression on a CSV file and measure it on held-out rows',
  builder: (yargs) =>
    yargs
      .option('csv', { type: 'string', demandOption: true, describe: 'CSV file with a header, all numbers' })
      .option('target', { type: 'string', demandOption: true, describe: 'column to predict from all others' })
      .option('model', { type: 'string', default: DEFAULTS.model, describe: tableModels.join(', ') })
      .option('method', { type: 'string', default: DEFAULTS.method, describe: tableMethods.join(', ') })
      .option('eps', {
        ...numberOption('eps'),
        demandOption: true,
        describe: 'radius of the attack, in standard deviations of the inputs',
      })
      .option('norm', { type: 'string', default: DEFAULTS.norm, describe: normNames.join(', ') })
      .option('lambda', { ...numberOption('lambda'), default: DEFAULTS.lambda, describe: 'ridge penalty' })
      .option('intercept', {
        type: 'boolean',
        default: DEFAULTS.fitIntercept,
        describe: 'fit an intercept, which lambda leaves alone; --no-intercept for none',
      })
      .option('width', {
        ...numberOption('width'),
        default: DEFAULTS.width,
        describe: 'random features; units of a hidden layer',
      })
      .option('depth', {
        ...numberOption('depth'),
        default: DEFAULTS.depth,
        describe: 'hidden layers of the deep model',
      })
      .option('activation', {
        type: 'string',
        default: DEFAULTS.activation,
        describe: activationNames.join(', '),
      })
      .option('seed', {
        type: 'string',
        default: String(DEFAULTS.seed),
        describe: 'of the split, the features and the training',
      })
      .option('test-fraction', {
        ...numberOption('test-fraction'),
        default: DEFAULTS.testFraction,
        describe: 'rows held out to measure on',
      })
      .option('clip', {
        ...numberOption('clip'),
        describe: 'clip standardised inputs at so many deviations [not]; the saved model does so too',
      })
      .option('validation-fraction', {
        ...numberOption('validation-fraction'),
        default: DEFAULTS.validationFraction,
        describe: 'rows on whose robust risk training by gradient stops early',
      })
      .option('batch-size', {
        ...numberOption('batch-size'),
        describe: 'rows in a step of training by gradient [all]',
      })
      .option('max-cycles', {
        ...numberOption('max-cycles'),
        describe: 'cycles of training by gradient, each twice as long [5]',
      })
      .option('checkpoints', {
        type: 'string',
        describe: 'folder from which an interrupted training goes on',
      })
      .option('save', { type: 'string', describe: 'folder for the model and the held-out rows' })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON object on standard output' })
      .option('device', { type: 'string', default: 'auto', describe: DEVICE_CHOICES.join(', ') })
      .example('$0 train --csv data/diabetes.csv --target target --method exact --eps 0.1', 'a linear model')
      .example(
        '$0 train --csv data/diabetes.csv --target target --model deep --width 16 --eps 0.1 --norm linf --save out/model',
        '',
      ),
  async handler(args) {
    const { csv, target, save } = args;
    const data = readCsvTable(csv);
    const options = {
      model: args.model as TableModel,
      method: args.method as TableMethod,
      eps: args.eps,
      norm: args.norm as NormName,
      lambda: args.lambda,
      fitIntercept: args.intercept,
      width: args.width,
      depth: args.depth,
      activation: args.activation as ActivationName,
      seed: args.seed,
      testFraction: args['test-fraction'],
      validationFraction: args['validation-fraction'],
      // A model's metadata take no undefined.
      ...(args.clip === undefined ? {} : { clip: args.clip }),
      ...(args['batch-size'] === undefined ? {} : { batchSize: args['batch-size'] }),
      ...(args['max-cycles'] === undefined ? {} : { maxCycles: args['max-cycles'] }),
      ...(args.checkpoints === undefined ? {} : { folder: args.checkpoints }),
    };
    await withOptionNames(OPTIONS, () => checkTableTraining(data, { target, ...options }));
    if (save !== undefined) checkWritable(save);
    const runtime = await loadRuntime(checkChoice('device', args.device, DEVICE_CHOICES));
    announceRuntime(runtime);
    const before = performance.now();
    let bar: ProgressBar | undefined;
    const train = (): Promise<TableTraining> =>
      trainOnTable(data, {
        ...{ target, ...options },
        onProgress({ step, maxSteps, loss, robustLoss }) {
          bar ??= progressBar(maxSteps, 'train');
          bar.update(step, `loss ${loss.toFixed(3)}, robust loss ${robustLoss.toFixed(3)}`);
        },
        onSolving(progress) {
          if ('relativeGap' in progress) {
            const { relativeGap } = progress;
            bar?.update(-Math.log10(relativeGap), `gap ${relativeGap.toExponential(1)}`);
          } else if (progress.expectedSeconds > WORTH_A_WORD) {
            notice(`the exact solver needs about ${duration(progress.expectedSeconds)}`);
            bar = progressBar(-Math.log10(DEFAULT_TOLERANCE), 'solve');
          }
        },
      });
    const kept = (): string => {
      bar?.stop();
      return args.checkpoints === undefined
        ? 'nothing is kept; with --checkpoints DIR the same command goes on from the last checkpoint'
        : `the same command goes on from the last checkpoint in ${args.checkpoints}, or anew where there is none yet`;
    };
    // The exact solver does not yield: there the system's own answer to Ctrl-C is the quick one.
    const trained = await withOptionNames(OPTIONS, () =>
      args.method === 'exact' ? train() : interruptible(kept, train),
    ).finally(() => bar?.stop());
    const { model, rows, clean, robust, trivial, training, intercept, notes } = trained;
    for (const note of notes) notice(note);
    const inputs = data.names.filter((name) => name !== target);
    const description = { csv, target, inputs, ...options };
    if (save !== undefined) {
      model.setUserDefinedMetadata({ ...description, epsUnit: 'standard deviations of the inputs' });
      await saveModel(model, save);
      writeWholeFile(join(save, 'held-out.csv'), csvText(trained.test));
    }
    model.dispose();
    const seconds = (performance.now() - before) / 1000;
    const result = {
      ...{ ...description, rows, clean, robust, trivial, training, intercept, notes },
      saved: save ?? null,
    };
    process.stdout.write(
      args.json
        ? `${JSON.stringify({ ...result, runtime, seconds })}\n`
        : `${report(trained, args, seconds)}\n`,
    );
  },
};

/** Before the work: the folder, or the nearest one above it that is there, must take files. */
function checkWritable(folder: string): void {
  let there = resolve(folder);
  while (!existsSync(there)) there = dirname(there);
  if (!statSync(there).isDirectory())
    throw new UserError(`cannot create ${JSON.stringify(folder)}: ${JSON.stringify(there)} is no folder`);
  naming('write', folder, () => accessSync(there, constants.W_OK));
}

function report(
  { rows, clean, robust, trivial, training, intercept }: TableTraining,
  { model, method, eps, norm, save, target }: TrainArguments,
  seconds: number,
): string {
  type Line = { name: string; error: Estimate };
  const lines = [
    { name: `${model}, clean`, error: clean },
    { name: `${model}, attacked (${norm}, eps ${eps})`, error: robust },
    { name: 'the mean, attacked or not', error: trivial },
  ];
  const how =
    training.relativeGap === undefined
      ? `${training.iterations} steps, ${training.converged ? 'converged' : `not converged (${training.stopped})`}`
      : `${training.iterations} iterations, relative duality gap ${training.relativeGap.toExponential(1)}`;
  const split = `${rows.train} rows to train${rows.validation ? `, ${rows.validation} to validate` : ''}, ${rows.test} held out`;
  return [
    `${target} from ${split}; ${method}: ${how}; ${duration(seconds)}`,
    '',
    table(lines, [
      { title: 'predicted by', value: ({ name }: Line) => name, align: 'left' },
      { title: 'mean squared error', value: ({ error }) => rounded(error.value, 5) },
      { title: 'std.err.', value: ({ error }) => rounded(error.standardError, 2) },
      { title: 'R^2', value: ({ error }) => (1 - error.value / trivial.value).toFixed(3) },
    ]),
    // Of features that a model makes it says little; of columns it is the prediction at their means.
    ...(intercept === null || model !== 'linear'
      ? []
      : ['', `intercept: ${rounded(intercept, 5)}, predicted where every input is at its mean`]),
    ...(save === undefined ? [] : ['', `model and held-out rows: ${save}`]),
  ].join('\n');
}

/** A number to so many digits, without an exponent. */
const rounded = (value: number, digits: number): string => String(Number(value.toPrecision(digits)));
