import type { CommandModule, InferredOptionTypes } from 'yargs';
import { type LossName, lossNames, type NormName, normNames } from '../attacks/index.ts';
import { given } from '../checkOptions.ts';
import type { ClassNames } from '../data/csvClasses.ts';
import { inputNames, type Preparation, type PreparedTarget } from '../data/preparation/preparation.ts';
import { cellText, type RawTable, rawColumn } from '../data/rawTable.ts';
import { checkChoice, checkInteger, checkNonNegative, InvalidArgumentError } from '../errors.ts';
import { loadModel } from '../models/modelFiles.ts';
import { writePicture } from '../plots/picture.ts';
import { DEVICE_CHOICES, loadRuntime } from '../runtime/index.ts';
import { type ExplainedInput, oneInputAColumn } from '../table/explainInputs.ts';
import { explainModel } from '../table/explainModel.ts';
import { ATTACKED_LOSSES } from '../table/tableTrainingOptions.ts';
import { announceRuntime } from './announceRuntime.ts';
import { explanationReport, explanationSections } from './explanationReport.ts';
import { modelRows } from './modelRows.ts';
import { notice } from './notices.ts';
import { withOptionNames } from './optionNames.ts';
import { deviceOption, jsonOption, neededText, number, text, textOr } from './options.ts';
import { columnsOption, pictureLook, plotOption } from './picture.ts';
import { type ProgressBar, progressBar } from './progressBar.ts';
import { rememberedClasses } from './rememberedClasses.ts';
import { checkClassesKnown, rememberedPreparation } from './rememberedPreparation.ts';
import { rememberedRadius } from './rememberedRadius.ts';
import { repeatable } from './repeatable.ts';
import { checkReportFile, reportOption, writeReport } from './reportFile.ts';
import { classesKnown, decimalOption, positiveOf, tableFile } from './tableOptions.ts';

const options = {
  model: neededText('folder of a saved layers model'),
  csv: tableFile,
  decimal: decimalOption,
  target: text('column of the targets [that of the training, or the last]'),
  positive: positiveOf("the model's training"),
  classes: classesKnown,
  eps: number(
    'eps',
    'radius of the attack, in standard deviations where the model standardises [that of the training; of tuning, eps-test]',
  ),
  norm: text(`${normNames.join(', ')} [that of the training, or l2]`),
  loss: text(
    `${lossNames.join(', ')} [that of the training, or squared; of several classes the error alone]`,
  ),
  steps: { ...number('steps', 'steps of the attack, PGD'), default: 20 },
  repeats: { ...number('repeats', 'permutations of each input'), default: 5 },
  'importance-rows': number(
    'importance-rows',
    'rows that a permutation is judged by, drawn anew for each [all up to 2,000, of more 300,000 over all permutations]',
  ),
  by: text('column by whose values the risks are told apart; it need not be an input'),
  worst: { ...number('worst', 'rows to show, those whose loss the attack raises most'), default: 5 },
  seed: textOr('0', 'of the attack and of the permutations'),
  plot: plotOption('the importance of the inputs'),
  columns: columnsOption,
  report: reportOption,
  json: jsonOption,
  device: deviceOption,
} as const;

type ExplainArguments = InferredOptionTypes<typeof options>;

export const explainCommand: CommandModule<object, ExplainArguments> = {
  command: 'explain',
  describe: 'Say what a saved model hangs on, and what an attack makes of it',
  builder: (yargs) =>
    repeatable(yargs, 'positive')
      .options(options)
      .example(
        '$0 explain --model out/model --csv out/model/held-out.csv --plot out/importance.svg',
        'what rrf train saved, on the rows it held out',
      )
      .example(
        '$0 explain --model out/model --csv out/model/held-out.csv --by sex --report out/model.html',
        '',
      ),
  async handler(args) {
    const look = pictureLook(args.columns, { plot: args.plot });
    checkReportFile(args.report);
    checkInteger('worst', args.worst, 0);
    checkInteger('repeats', args.repeats);
    checkInteger('steps', args.steps);
    const radius = rememberedRadius(args.model);
    const remembered = rememberedClasses(args.model);
    const eps = args.eps ?? radius.eps;
    if (typeof eps !== 'number')
      throw new InvalidArgumentError('eps', eps, 'a radius, since the model remembers none of its training');
    checkNonNegative('eps', eps);
    const norm = checkChoice('norm', args.norm ?? radius.norm ?? 'l2', normNames);
    const preparation = rememberedPreparation(args.model, args.decimal);
    checkClassesKnown(args, preparation);
    const several = preparation?.target.kind === 'several classes' ? preparation.target.classes : undefined;
    const loss = several
      ? undefined
      : (args.loss ?? (remembered ? ATTACKED_LOSSES[remembered.loss] : 'squared'));
    if (loss !== undefined) checkChoice('loss', loss, lossNames);
    else if (args.loss !== undefined)
      throw new InvalidArgumentError(
        'loss',
        args.loss,
        'none for a model of several classes, whose risk is the error',
      );
    const read = await modelRows(args, remembered?.classes, preparation);
    const by = args.by === undefined ? undefined : valuesOf(read.file, args.by);
    announceRuntime(await loadRuntime(checkChoice('device', args.device, DEVICE_CHOICES)));
    for (const note of read.notes) notice(note);
    const before = performance.now();
    const model = await loadModel(args.model);
    let bar: ProgressBar | undefined;
    const explanation = await withOptionNames({ data: 'csv' }, () =>
      explainModel(model, read.data, {
        inputs: preparation ? inputsOf(preparation) : oneInputAColumn(read.columns),
        ...{
          eps,
          norm: norm as NormName,
          ...given({ loss: loss as LossName | undefined, classes: several }),
        },
        ...{ steps: args.steps, repeats: args.repeats, seed: args.seed, by },
        ...given({ importanceRows: args['importance-rows'] }),
        onProgress(done, total) {
          bar ??= progressBar(total, 'attack');
          bar.update(done, `${done} of ${total} rows, with permuted`);
        },
      }),
    ).finally(() => bar?.stop());
    model.dispose();
    const seconds = (performance.now() - before) / 1000;
    const told = {
      ...{ ...explanation, columns: read.columns, target: read.target.name },
      labels: labelsOf(read.target),
      ...{ eps, norm, loss: loss ?? 'error', seconds },
    };
    const asked = { rows: args.worst, by: args.by, repeats: args.repeats };
    if (args.plot !== undefined) {
      const { explanationFigure } = await import('./explanationFigure.ts');
      await writePicture(args.plot, explanationFigure(told, args.repeats, look));
    }
    if (args.report !== undefined)
      writeReport(
        args.report,
        { ...args, eps, norm, ...given({ loss }) },
        await explanationSections(told, asked),
      );
    if (!args.json) {
      process.stdout.write(
        `${explanationReport(told, { ...asked, plot: args.plot, report: args.report })}\n`,
      );
      return;
    }
    const { rows, ...others } = told;
    const { delta: _, ...losses } = rows;
    const lists = Object.fromEntries(Object.entries(losses).map(([name, values]) => [name, [...values]]));
    process.stdout.write(
      `${JSON.stringify({ model: args.model, csv: args.csv, by: args.by ?? null, ...others, rows: lists })}\n`,
    );
  },
};

/** Of two classes, what +1 and -1 stand for. */
const labelsOf = (target: PreparedTarget): ClassNames | null =>
  target.kind === 'two classes' ? { positive: target.positive, negative: target.negative } : null;

/** The columns that stand for one column of the file are one input. */
function inputsOf({ inputs }: Preparation): ExplainedInput[] {
  let at = 0;
  return inputs.map((input) => ({ name: input.name, columns: inputNames(input).map(() => at++) }));
}

/** Numbers where all cells are, otherwise text. */
function valuesOf(file: RawTable, name: string): (string | number)[] {
  const column = rawColumn(file, 'by', name);
  if (column.kind === 'number' && !column.values.some(Number.isNaN)) return [...column.values];
  return Array.from({ length: file.rows }, (_, row) => cellText(column, row) || '(missing)');
}
