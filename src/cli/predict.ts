import { existsSync } from 'node:fs';
import type { CommandModule, InferredOptionTypes } from 'yargs';
import { given } from '../checkOptions.ts';
import type { CsvDataset } from '../data/csvDataset.ts';
import { planPreparation } from '../data/preparation/learnPreparation.ts';
import { PREPARATION_OPTIONS, type Preparation } from '../data/preparation/preparation.ts';
import { preparedTable } from '../data/preparation/preparedTable.ts';
import { tableDataset } from '../data/tableDataset.ts';
import {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import type { FrozenFeatures } from '../models/frozenFeatures.ts';
import { writePicture } from '../plots/picture.ts';
import { type ClassesPredictions, predictClassesOnData } from '../table/predictClassesOnData.ts';
import { type DataPredictionOptions, type DataPredictions, predictOnData } from '../table/predictOnData.ts';
import { type ActivationName, activationNames } from '../theory/index.ts';
import { classesInWords } from './classes.ts';
import { featureOptions, givesFeatures, readFeatures } from './featureFiles.ts';
import { nameList } from './nameList.ts';
import { asTyped } from './optionNames.ts';
import { flag, jsonOption, neededText, number, text, textOr } from './options.ts';
import { columnsOption, pictureLook, plotOption } from './picture.ts';
import { intervalRemarks, tailRemarks } from './predictionRemarks.ts';
import { predictionReport, predictionSections } from './predictionReport.ts';
import { type ProgressBar, progressBar } from './progressBar.ts';
import { readTableFile } from './readTableFile.ts';
import { repeatable } from './repeatable.ts';
import { checkReportFile, reportOption, writeReport } from './reportFile.ts';
import { LISTS, optionsAmong, positiveOf, preparationOptions, tableFile } from './tableOptions.ts';
import { MOST_POINTS, parseGrid } from './theory/grid.ts';

const AXES = ['n', 'width', 'eps', 'lambda'] as const;
type AxisName = (typeof AXES)[number];
type Grid = Pick<DataPredictionOptions, 'n' | 'eps' | 'lambda' | 'widths'>;

const GRID_FORM = 'axes n, width, eps, lambda, such as n=150:600:4,width=60,150,300,eps=0.1,0.4';

const options = {
  csv: { ...tableFile, demandOption: false },
  target: text('column of the targets'),
  ...featureOptions,
  ...preparationOptions,
  positive: positiveOf("a saved model's training"),
  model: textOr('random', "'random', 'deep' (two layers of one width), or folder of a saved layers model"),
  layer: text('where a saved model is cut [before its last layer]'),
  activation: textOr('shifted-relu', 'of random and deep features'),
  grid: neededText(GRID_FORM),
  'eps-test': number('eps-test', 'radius at test, the same for every row [its eps]'),
  share: { ...number('share', 'fraction of the rows to measure on'), default: 0.5 },
  'test-rows': number('test-rows', 'held-out rows of the split that the intervals speak of [those left]'),
  seed: textOr('0', 'of the weights and of the measured rows'),
  raw: flag('leave columns and targets in their units'),
  clip: number('clip', 'clip standardised inputs at so many deviations [not]'),
  plot: plotOption('the predictions'),
  columns: columnsOption,
  report: reportOption,
  json: jsonOption,
} as const;

type PredictArguments = InferredOptionTypes<typeof options>;
/** The same with a table. */
type TableArguments = PredictArguments & { readonly csv: string; readonly target: string };

export const predictCommand: CommandModule<object, PredictArguments> = {
  command: 'predict',
  describe: 'Predict robust risk on your data before training anything',
  builder: (yargs) =>
    repeatable(yargs, ...LISTS)
      .options(options)
      .example(
        '$0 predict --csv data/digits.csv --target digit --positive 0,1,2,3,4 --grid n=150:600:4,width=60,300,eps=0.4',
        '',
      ),
  async handler(args) {
    const look = pictureLook(args.columns, { plot: args.plot });
    checkReportFile(args.report);
    const grid = gridOf(args.grid);
    checkOptionsOf(args);
    const read = givesFeatures(args) ? await handedRows(args) : await readData(args as TableArguments);
    const found = await predictions(args, read, grid);
    const { predictions: rows, best } = found;
    const each = rows.flatMap((row) => ('classes' in row ? row.classes : row));
    const { data } = read;
    const inputs = read.map ? `${data.d} features` : `${data.d} inputs`;
    const remarks = [
      ...remarksOn(args, read),
      `measured on ${found.measuredRows} of ${data.n} rows, ${inputs}; predictions of Gaussian equivalence, not theorems`,
      ...(read.several ? [SEVERAL] : []),
      ...intervalRemarks(each),
      ...tailRemarks(data, Math.min(...each.map(({ n }) => n)), read.names),
    ];
    if (each.some((row) => !row.converged)) remarks.push('some predictions did not converge');
    if (args.plot !== undefined) {
      const { predictionFigure } = await import('./predictionFigure.ts');
      await writePicture(args.plot, predictionFigure(rows, look));
    }
    const oneRadius = args['eps-test'] !== undefined;
    const told = { found, classes: read.several, oneRadius, remarks };
    if (args.report !== undefined)
      writeReport(args.report, args, await predictionSections(args.target ?? args['target-values']!, told));
    const several = read.several ? { classes: read.several } : {};
    process.stdout.write(
      args.json
        ? `${JSON.stringify({ csv: args.csv ?? args.features, model: args.model, ...several, remarks, best, predictions: rows })}\n`
        : `${predictionReport(told)}\n`,
    );
  },
};

function gridOf(given: string): Grid {
  const grid: Partial<Record<AxisName, readonly number[]>> = {};
  for (const part of given.split(/,(?=[a-z-]+=)/i)) {
    const { parameter, values } = parseGrid(part);
    const name = AXES.find((axis) => axis === parameter);
    if (!name || grid[name]) throw new InvalidArgumentError('grid', given, GRID_FORM);
    grid[name] = name === 'n' || name === 'width' ? values.map(Math.round) : values;
  }
  if (!grid.n || !grid.eps) throw new InvalidArgumentError('grid', given, `n and eps at least; ${GRID_FORM}`);
  for (const width of grid.width ?? []) checkInteger('width', width);
  for (const n of grid.n) checkInteger('n', n);
  for (const eps of grid.eps) checkNonNegative('eps', eps);
  for (const lambda of grid.lambda ?? []) checkNonNegative('lambda', lambda);
  const points = AXES.reduce((product, axis) => product * (grid[axis]?.length ?? 1), 1);
  if (points > MOST_POINTS) throw new InvalidArgumentError('grid', given, `at most ${MOST_POINTS} points`);
  return { n: grid.n, eps: grid.eps, lambda: grid.lambda, widths: grid.width };
}

/** Refuses what only the measuring, or the predictions after it, would refuse. */
function checkOptionsOf({ model, layer, activation, share, clip, ...args }: PredictArguments): void {
  if (args['eps-test'] !== undefined) checkNonNegative('eps-test', args['eps-test']);
  if (args['test-rows'] !== undefined) checkInteger('test-rows', args['test-rows']);
  if (clip !== undefined) checkPositive('clip', clip);
  if (checkPositive('share', share) > 1) throw new InvalidArgumentError('share', share, 'a number in (0, 1]');
  checkChoice('activation', activation, activationNames);
  if (model !== 'random' && model !== 'deep') {
    if (!existsSync(model))
      throw new InvalidArgumentError('model', model, 'random, deep, or the folder of a saved model');
  } else if (layer !== undefined)
    throw new InvalidArgumentError('layer', layer, 'none without a saved model');
}

/** What a prediction is of several classes. */
const SEVERAL =
  'each class against the rest; no theorem is of the largest output, which is wrong on no more rows than the errors of the classes add up to';

/** The data set, and what its reader should know. */
interface Read extends CsvDataset {
  /** Names of three classes and more, among which targets are positions; null otherwise. */
  readonly several: readonly string[] | null;
  /** Names of the inputs, and the target last. */
  readonly names: readonly string[];
  readonly notes: readonly string[];
  /** Of features that were given. */
  readonly map?: FrozenFeatures;
}

/** What belongs to a table, and to a map that is still to be measured. */
const OF_TABLES = ['layer', 'clip', 'classes', 'positive', 'ignore', 'text'] as const;

async function handedRows(args: PredictArguments): Promise<Read> {
  if (args.model !== 'random')
    throw new InvalidArgumentError('model', args.model, 'none where features are given');
  for (const name of OF_TABLES)
    if (args[name] !== undefined && args[name] !== false)
      throw new InvalidArgumentError(name, args[name], 'none where features are given');
  const { data, map } = await readFeatures(args);
  const names = [...Array.from({ length: data.d }, (_, j) => `feature ${j + 1}`), 'the target'];
  const units =
    'features as given: eps counts in the units of the inputs that J has gradients in, risks in squared units of the targets';
  return { data, map, names, classes: null, several: null, notes: [units] };
}

async function readData(args: TableArguments): Promise<Read> {
  const { csv, target, raw, clip } = args;
  if (raw && clip !== undefined) throw new InvalidArgumentError('clip', clip, 'none with --raw');
  const file = await readTableFile(csv);
  const saved = await savedPreparation(args);
  const positive = nameList('positive', args.positive) ?? (await savedClasses(args));
  const asked = optionsAmong(args, PREPARATION_OPTIONS);
  const plan = planPreparation(file, { target, ...asked, ...given({ positive }) });
  const preparation = { ...(saved ?? plan.learn(plan.rows)), target: plan.target };
  const { table: numbers, notes } = preparedTable(file, preparation, plan.rows);
  const classes = plan.target.kind === 'two classes' ? plan.target : null;
  const several = plan.target.kind === 'several classes' ? plan.target.classes : null;
  const units = { inputs: !raw, target: !raw && plan.target.kind === 'number', clip };
  return {
    data: tableDataset(numbers, target, units),
    ...{ classes, several },
    names: numbers.names,
    notes: [...new Set([...plan.notes, ...notes])],
  };
}

/** How a saved model reads the columns of a file, where it knows. */
async function savedPreparation({ model }: PredictArguments): Promise<Preparation | null> {
  if (model === 'random' || model === 'deep') return null;
  const { rememberedPreparation } = await import('./rememberedPreparation.ts');
  return rememberedPreparation(model);
}

/** Those that count as +1 for a saved model that was trained to tell classes of this target apart. */
async function savedClasses({ model, target }: TableArguments): Promise<readonly string[] | undefined> {
  if (model === 'random' || model === 'deep') return undefined;
  const { rememberedClasses } = await import('./rememberedClasses.ts');
  const remembered = rememberedClasses(model);
  return remembered?.target === target ? remembered.classes.positive : undefined;
}

/** In which units the data are. */
function remarksOn(
  { target, raw, clip }: PredictArguments,
  { classes, several, notes, map }: Read,
): string[] {
  const remarks = [...notes.map(asTyped), ...(classes ? [classesInWords(target!, classes)] : [])];
  if (!raw && !map)
    remarks.push(
      classes || several
        ? 'inputs standardised: eps counts in standard deviations of a column'
        : 'inputs and target standardised: eps counts in standard deviations, risks in shares of the variance of the target',
    );
  if (clip !== undefined) remarks.push(`inputs clipped at ${clip} standard deviations`);
  return remarks;
}

async function predictions(
  args: PredictArguments,
  { data, several, map }: Read,
  grid: Grid,
): Promise<DataPredictions | ClassesPredictions> {
  const predicted = (options: DataPredictionOptions): Promise<DataPredictions | ClassesPredictions> =>
    several ? predictClassesOnData(data, several, options) : predictOnData(data, options);
  const { model, layer, share, seed } = args;
  let bar: ProgressBar | undefined;
  const grids = {
    ...{ ...grid, epsTest: args['eps-test'], testRows: args['test-rows'], share, seed },
    onProgress(done: number, total: number): void {
      bar ??= progressBar(total, 'intervals');
      bar.update(done, `${done} of ${total}`);
      if (done === total) bar.stop();
    },
  };
  if (map) {
    if (grid.widths) throw new InvalidArgumentError('grid', args.grid, 'no width where features are given');
    // J is of all rows, and so are the moments beside it.
    return predicted({ ...grids, model: map, share: 1 });
  }
  if (model === 'random' || model === 'deep')
    return predicted({
      ...grids,
      activation: args.activation as ActivationName,
      depth: model === 'deep' ? 2 : 1,
    });
  if (grid.widths) throw new InvalidArgumentError('grid', args.grid, 'no width with a saved model');
  // Random features need no runtime, which takes a second to load.
  const { loadModel, readModelFile } = await import('../models/modelFiles.ts');
  readModelFile(model);
  const { loadRuntime } = await import('../runtime/index.ts');
  const { announceRuntime } = await import('./announceRuntime.ts');
  announceRuntime(await loadRuntime('auto'));
  const loaded = await loadModel(model);
  const found = await predicted({ ...grids, model: loaded, layer });
  loaded.dispose();
  return found;
}
