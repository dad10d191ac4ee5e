import { existsSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { type CsvDataset, readCsvDataset } from '../data/csvDataset.ts';
import {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import { PICTURE_FILE, pictureFormat, writePicture } from '../plots/picture.ts';
import {
  type DataPredictionOptions,
  type DataPredictions,
  predictOnData,
  type WidthPrediction,
} from '../table/predictOnData.ts';
import { type ActivationName, activationNames } from '../theory/index.ts';
import { numberOption } from './numberOption.ts';
import { table } from './table.ts';
import { MOST_POINTS, parseGrid } from './theory/grid.ts';

interface PredictArguments {
  csv: string;
  target: string;
  positive: string | undefined;
  model: string;
  layer: string | undefined;
  activation: string;
  grid: string;
  'eps-test': number | undefined;
  share: number;
  seed: string;
  raw: boolean;
  clip: number | undefined;
  plot: string | undefined;
  json: boolean;
}

const AXES = ['n', 'width', 'eps', 'lambda'] as const;
type AxisName = (typeof AXES)[number];
type Grid = Pick<DataPredictionOptions, 'n' | 'eps' | 'lambda' | 'widths'>;

const GRID_FORM = 'axes n, width, eps, lambda, such as n=150:600:4,width=60,150,300,eps=0.1,0.4';

export const predictCommand: CommandModule<object, PredictArguments> = {
  command: 'predict',
  describe: 'Predict robust risk on your data before training anything',
  builder: (yargs) =>
    yargs
      .option('csv', { type: 'string', demandOption: true, describe: 'CSV file: inputs and a target' })
      .option('target', { type: 'string', demandOption: true, describe: 'column of the targets' })
      .option('positive', { type: 'string', describe: 'classes that count as +1, the others as -1: 0,1,2' })
      .option('model', {
        type: 'string',
        default: 'random',
        describe: "'random', 'deep' (two layers of one width), or folder of a saved layers model",
      })
      .option('layer', { type: 'string', describe: 'where a saved model is cut [before its last layer]' })
      .option('activation', {
        type: 'string',
        default: 'shifted-relu',
        describe: 'of random and deep features',
      })
      .option('grid', { type: 'string', demandOption: true, describe: GRID_FORM })
      .option('eps-test', {
        ...numberOption('eps-test'),
        describe: 'radius at test, the same for every row [its eps]',
      })
      .option('share', {
        ...numberOption('share'),
        default: 0.5,
        describe: 'fraction of the rows to measure on',
      })
      .option('seed', { type: 'string', default: '0', describe: 'of the weights and of the measured rows' })
      .option('raw', {
        type: 'boolean',
        default: false,
        describe: 'leave columns and targets in their units',
      })
      .option('clip', {
        ...numberOption('clip'),
        describe: 'clip standardised inputs at so many deviations [not]',
      })
      .option('plot', { type: 'string', describe: `draw the predictions: ${PICTURE_FILE}` })
      .option('json', { type: 'boolean', default: false, describe: 'one JSON object on standard output' })
      .example(
        '$0 predict --csv data/digits.csv --target digit --positive 0,1,2,3,4 --grid n=150:600:4,width=60,300,eps=0.4',
        '',
      ),
  async handler(args) {
    if (args.plot !== undefined) pictureFormat('plot', args.plot);
    const grid = gridOf(args.grid);
    checkOptionsOf(args);
    const read = readData(args);
    const found = await predictions(args, read, grid);
    const { data } = read;
    const remarks = [
      ...remarksOn(args, read),
      `measured on ${found.measuredRows} of ${data.n} rows, ${data.d} inputs; predictions of Gaussian equivalence, not theorems`,
    ];
    const { predictions: rows, best } = found;
    if (rows.some((row) => !row.converged)) remarks.push('some predictions did not converge');
    if (args.plot !== undefined) {
      const { predictionFigure } = await import('./predictionFigure.ts');
      await writePicture(args.plot, predictionFigure(rows));
    }
    if (args.json)
      process.stdout.write(
        `${JSON.stringify({ csv: args.csv, model: args.model, remarks, best, predictions: rows })}\n`,
      );
    else process.stdout.write(`${report(found, args['eps-test'] !== undefined, remarks)}\n`);
  },
};

function gridOf(text: string): Grid {
  const grid: Partial<Record<AxisName, readonly number[]>> = {};
  for (const part of text.split(/,(?=[a-z-]+=)/i)) {
    const { parameter, values } = parseGrid(part);
    const name = AXES.find((axis) => axis === parameter);
    if (!name || grid[name]) throw new InvalidArgumentError('grid', text, GRID_FORM);
    grid[name] = name === 'n' || name === 'width' ? values.map(Math.round) : values;
  }
  if (!grid.n || !grid.eps) throw new InvalidArgumentError('grid', text, `n and eps at least; ${GRID_FORM}`);
  for (const width of grid.width ?? []) checkInteger('width', width);
  for (const n of grid.n) checkInteger('n', n);
  for (const eps of grid.eps) checkNonNegative('eps', eps);
  for (const lambda of grid.lambda ?? []) checkNonNegative('lambda', lambda);
  const points = AXES.reduce((product, axis) => product * (grid[axis]?.length ?? 1), 1);
  if (points > MOST_POINTS) throw new InvalidArgumentError('grid', text, `at most ${MOST_POINTS} points`);
  return { n: grid.n, eps: grid.eps, lambda: grid.lambda, widths: grid.width };
}

/** Refuses what only the measuring, or the predictions after it, would refuse. */
function checkOptionsOf({ model, layer, activation, share, clip, ...args }: PredictArguments): void {
  if (args['eps-test'] !== undefined) checkNonNegative('eps-test', args['eps-test']);
  if (clip !== undefined) checkPositive('clip', clip);
  if (checkPositive('share', share) > 1) throw new InvalidArgumentError('share', share, 'a number in (0, 1]');
  checkChoice('activation', activation, activationNames);
  if (model !== 'random' && model !== 'deep') {
    if (!existsSync(model))
      throw new InvalidArgumentError('model', model, 'random, deep, or the folder of a saved model');
  } else if (layer !== undefined)
    throw new InvalidArgumentError('layer', layer, 'none without a saved model');
}

function readData({ csv, target, positive, raw, clip }: PredictArguments): CsvDataset {
  if (raw && clip !== undefined) throw new InvalidArgumentError('clip', clip, 'none with --raw');
  return readCsvDataset(csv, {
    ...{ target, raw, clip },
    positive: positive?.split(',').map((name) => name.trim()),
  });
}

/** In which units the data are. */
function remarksOn({ target, raw, clip }: PredictArguments, { classes }: CsvDataset): string[] {
  const remarks = classes
    ? [`${target} ${classes.positive.join(', ')} is +1, ${classes.negative.join(', ')} is -1`]
    : [];
  if (!raw)
    remarks.push(
      classes
        ? 'inputs standardised: eps counts in standard deviations of a column'
        : 'inputs and target standardised: eps counts in standard deviations, risks in shares of the variance of the target',
    );
  if (clip !== undefined) remarks.push(`inputs clipped at ${clip} standard deviations`);
  return remarks;
}

async function predictions(
  args: PredictArguments,
  { data }: CsvDataset,
  grid: Grid,
): Promise<DataPredictions> {
  const { model, layer, share, seed } = args;
  const options = { ...grid, epsTest: args['eps-test'], share, seed };
  if (model === 'random' || model === 'deep')
    return predictOnData(data, {
      ...options,
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
  const found = await predictOnData(data, { ...options, model: loaded, layer });
  loaded.dispose();
  return found;
}

function report(
  { predictions: rows, best, comparable }: DataPredictions,
  oneRadius: boolean,
  remarks: readonly string[],
): string {
  const number = (name: keyof WidthPrediction) => ({
    title: name,
    value: (row: WidthPrediction) => String(Number((row[name] as number).toPrecision(6))),
  });
  const risk = (
    title: string,
    name: 'standardRisk' | 'adversarialRisk' | 'gradientNorm' | 'interpolatedFraction',
  ) => ({
    title,
    value: (row: WidthPrediction) => row[name].toFixed(3),
  });
  const lines = table(rows, [
    number('n'),
    number('width'),
    number('lambda'),
    number('eps'),
    ...(oneRadius ? [number('epsTest')] : []),
    risk('SR', 'standardRisk'),
    risk('AR', 'adversarialRisk'),
    risk('gradient', 'gradientNorm'),
    risk('fitted', 'interpolatedFraction'),
    { title: 'phase', value: (row: WidthPrediction) => row.phase },
  ]);
  const advice = `least adversarial risk at ${best.epsTest}: n ${best.n}, width ${best.width}, eps ${best.eps}, lambda ${best.lambda}`;
  return [
    ...remarks,
    '',
    lines,
    ...(comparable ? ['', advice] : ['', 'name one --eps-test to compare the rows']),
  ].join('\n');
}
