import { existsSync, realpathSync } from 'node:fs';
import type { CommandModule, InferredOptionTypes } from 'yargs';
import { normNames } from '../attacks/index.ts';
import { given } from '../checkOptions.ts';
import { rawColumn } from '../data/rawTable.ts';
import { checkChoice, checkNonNegative, counted, InvalidArgumentError, UserError } from '../errors.ts';
import { loadModel } from '../models/modelFiles.ts';
import { DEVICE_CHOICES, loadRuntime } from '../runtime/index.ts';
import { type AppliedRows, applyModel } from '../table/applyModel.ts';
import { WORST_CASE_METHODS, type WorstCaseMethod } from '../table/worstCase.ts';
import { SCORE_FORMATS, scoreFormat, writeScores } from '../table/writeScores.ts';
import { announceRuntime } from './announceRuntime.ts';
import { scoreInWords } from './classes.ts';
import { NAMES_FORM, nameList, names } from './nameList.ts';
import { notice, warn } from './notices.ts';
import { deviceOption, jsonOption, neededText, number, text } from './options.ts';
import { type ProgressBar, progressBar } from './progressBar.ts';
import { readTableFile } from './readTableFile.ts';
import { checkClassesKnown, rememberedPreparation } from './rememberedPreparation.ts';
import { rememberedRadius } from './rememberedRadius.ts';
import { repeatable } from './repeatable.ts';
import { classesKnown, decimalOption, tableFile } from './tableOptions.ts';
import { checkFileWritable } from './writable.ts';

const options = {
  model: neededText('folder that rrf train --save or rrf tune wrote'),
  csv: tableFile,
  decimal: decimalOption,
  out: neededText(`file of the predictions: ${SCORE_FORMATS.map((format) => `.${format}`).join(', ')}`),
  eps: number(
    'eps',
    'radius of the worst case, in standard deviations of the inputs [that of the training; of tuning, eps-test]',
  ),
  norm: text(`${normNames.join(', ')} [that of the training]`),
  attack: text(
    `how the worst case is found: ${WORST_CASE_METHODS.join(', ')} [linearised for a linear model, where it is exact; else pgd]`,
  ),
  keep: names(`columns to copy into the file of predictions: id,name; ${NAMES_FORM}`),
  classes: classesKnown,
  json: jsonOption,
  device: deviceOption,
} as const;

type ApplyArguments = InferredOptionTypes<typeof options>;

export const applyCommand: CommandModule<object, ApplyArguments> = {
  command: 'apply',
  describe: 'Score new rows with a saved model: predictions and their worst case',
  builder: (yargs) =>
    repeatable(yargs, 'keep')
      .options(options)
      .example(
        '$0 train --csv data/diabetes.csv --target target --method exact --eps 0.1 --save out/scored',
        'first a model',
      )
      .example(
        '$0 apply --model out/scored --csv data/diabetes.csv --out out/scores.csv',
        'then its predictions',
      ),
  async handler(args) {
    const format = scoreFormat('out', args.out);
    const replaced = realpathOf(args.out);
    if (replaced !== undefined && replaced === realpathOf(args.csv))
      throw new InvalidArgumentError('out', args.out, 'another file than --csv, which it would replace');
    checkFileWritable(args.out);
    const method = args.attack && checkChoice('attack', args.attack, WORST_CASE_METHODS);
    const device = checkChoice('device', args.device, DEVICE_CHOICES);
    const preparation = rememberedPreparation(args.model, args.decimal);
    if (!preparation)
      throw new InvalidArgumentError(
        'model',
        args.model,
        'one that rrf train or tune saved, which knows how it reads columns (rrf attack measures any other)',
      );
    checkClassesKnown(args, preparation);
    const remembered = rememberedRadius(args.model);
    const eps = checkNonNegative('eps', args.eps ?? remembered.eps ?? 0);
    const norm = checkChoice('norm', args.norm ?? remembered.norm ?? 'l2', normNames);
    const table = await readTableFile(args.csv);
    const kept = (nameList('keep', args.keep) ?? []).map((name) => rawColumn(table, 'keep', name));
    const runtime = await loadRuntime(device);
    announceRuntime(runtime);
    const before = performance.now();
    const model = await loadModel(args.model);
    let bar: ProgressBar | undefined;
    const applied = await applyModel(model, table, {
      ...{ preparation, eps, norm, ...given({ attack: method as WorstCaseMethod | undefined }) },
      onProgress(done, total) {
        bar ??= progressBar(total, 'apply');
        bar.update(done, counted(done, 'row'));
      },
    }).finally(() => bar?.stop());
    model.dispose();
    const seconds = (performance.now() - before) / 1000;
    for (const note of applied.notes) notice(note);
    const [first] = applied.unscored;
    if (first !== undefined)
      warn(
        `${counted(applied.unscored.length, 'row')} without a prediction, for want of a value (row ${first + 1} the first): a model trained with --missing impute predicts such rows`,
      );
    if (applied.unscored.length === table.rows) throw new UserError('no row could be scored');
    writeScores(args.out, format, applied, kept);
    const summary = { model: args.model, csv: args.csv, out: args.out, rows: table.rows, eps, norm };
    process.stdout.write(
      args.json
        ? `${JSON.stringify({ ...summary, ...shortOf(applied), runtime, seconds })}\n`
        : `${report(applied, { ...summary, seconds })}\n`,
    );
  },
};

/** Where a file lies; undefined where there is none. */
const realpathOf = (path: string): string | undefined => (existsSync(path) ? realpathSync(path) : undefined);

/** What one line of JSON says of the rows: not the rows themselves. */
function shortOf({ target, attack, exact, unscored, measured, robust, notes, ...rows }: AppliedRows): object {
  const scored = rows.prediction.length - unscored.length;
  const stable = robust ? robust.filter((one) => one).length / scored : null;
  return { target, attack, exact, scored, unscored: unscored.length, robust: stable, measured, notes };
}

interface Reported {
  readonly csv: string;
  readonly out: string;
  readonly rows: number;
  readonly eps: number;
  readonly norm: string;
  readonly seconds: number;
}

function report(applied: AppliedRows, { out, rows, eps, norm, seconds }: Reported): string {
  const { target, attack, exact, lower, upper, robust, unscored, measured } = applied;
  const scored = rows - unscored.length;
  const how = exact
    ? 'exact'
    : attack === 'pgd'
      ? 'found by PGD, so that the true one is no narrower'
      : 'of the linearised model, an approximation';
  const lines = [
    `${target.name} of ${counted(scored, 'row')}, ${seconds.toFixed(1)} s; worst case in ${norm} within ${eps} standard deviations: ${how}`,
  ];
  lines.push(...scoreInWords(target));
  if (robust) {
    const stable = robust.filter((one) => one).length;
    lines.push(
      `no such attack changes the class of ${counted(stable, 'row')} (${((100 * stable) / scored).toFixed(1)} %)`,
    );
  } else if (upper) {
    const widths = Array.from(upper, (high, i) => high - lower[i]!).filter((width) => !Number.isNaN(width));
    const mean = widths.reduce((sum, width) => sum + width, 0) / scored;
    lines.push(`from lower to upper: ${Number(mean.toPrecision(4))} on average`);
  }
  if (measured) {
    const { clean, worst } = measured;
    const shown = (value: number): string => String(Number(value.toPrecision(5)));
    lines.push(
      target.kind === 'number'
        ? `mean squared error on the ${counted(measured.rows, 'row')} with a target: ${shown(clean.value)}, at the worst ${shown(worst.value)}`
        : `accuracy on the ${counted(measured.rows, 'row')} with a class: ${(1 - clean.value).toFixed(4)}, at the worst ${(1 - worst.value).toFixed(4)}`,
    );
  }
  return [...lines, `predictions: ${out}`].join('\n');
}
