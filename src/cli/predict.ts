import { existsSync } from 'node:fs';
import type { CommandModule } from 'yargs';
import { isTextColumn, readCsvClasses } from '../data/csvClasses.ts';
import { readCsvTable } from '../data/csvTable.ts';
import type { Dataset } from '../data/dataset.ts';
import { tableDataset } from '../data/tabular.ts';
import {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import { type MeasuredMoments, measureFeatures } from '../evaluation/measureFeatures.ts';
import { randomFeaturesMap } from '../models/deepRandomFeaturesModel.ts';
import { PICTURE_FILE, pictureFormat, writePicture } from '../plots/picture.ts';
import { predictRobustRisk, type RiskPrediction } from '../table/predictRobustRisk.ts';
import { type ActivationName, activationNames } from '../theory/index.ts';
import { numberOption } from './numberOption.ts';
import type { PredictionRow } from './predictionFigure.ts';
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
type Grid = Record<AxisName, readonly number[]>;

const GRID_FORM = 'axes n, width, eps, lambda, such as n=150:600:4,width=60,150,300,eps=0.1,0.4';
const DEFAULT_WIDTHS = [50, 100, 200];

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
    const { data, remarks } = readData(args);
    const measurements = await measure(args, data, grid.width);
    const rows: PredictionRow[] = measurements.flatMap((measured) =>
      predictRobustRisk(measured, {
        n: grid.n,
        eps: grid.eps,
        lambda: grid.lambda,
        ...(args['eps-test'] === undefined ? {} : { epsTest: args['eps-test'] }),
      }).map((prediction) => ({ width: measured.units, ...prediction })),
    );
    remarks.push(
      `measured on ${measurements[0]!.rows} of ${data.n} rows, ${data.d} inputs; predictions of Gaussian equivalence, not theorems`,
    );
    if (rows.some((row) => !row.converged)) remarks.push('some predictions did not converge');
    if (args.plot !== undefined) {
      const { predictionFigure } = await import('./predictionFigure.ts');
      await writePicture(args.plot, predictionFigure(rows));
    }
    const best = rows.reduce((a, b) => (b.adversarialRisk < a.adversarialRisk ? b : a));
    if (args.json)
      process.stdout.write(
        `${JSON.stringify({ csv: args.csv, model: args.model, remarks, best, predictions: rows })}\n`,
      );
    else process.stdout.write(`${report(rows, best, args['eps-test'] !== undefined, remarks)}\n`);
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
  return { n: grid.n, eps: grid.eps, width: grid.width ?? [], lambda: grid.lambda ?? [0] };
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

function readData({ csv, target, positive, raw, clip }: PredictArguments): {
  data: Dataset;
  remarks: string[];
} {
  if (raw && clip !== undefined) throw new InvalidArgumentError('clip', clip, 'none with --raw');
  const clipped = clip === undefined ? [] : [`inputs clipped at ${clip} standard deviations`];
  if (positive === undefined && !isTextColumn(csv, target)) {
    if (raw)
      return { data: tableDataset(readCsvTable(csv), target, { inputs: false, target: false }), remarks: [] };
    const remarks = [
      'inputs and target standardised: eps counts in standard deviations, risks in shares of the variance of the target',
      ...clipped,
    ];
    return { data: tableDataset(readCsvTable(csv), target, { inputs: true, target: true, clip }), remarks };
  }
  const names = positive?.split(',').map((name) => name.trim());
  const classes = readCsvClasses(csv, target, names);
  const remarks = [`${target} ${classes.positive.join(', ')} is +1, ${classes.negative.join(', ')} is -1`];
  if (!raw) remarks.push('inputs standardised: eps counts in standard deviations of a column');
  remarks.push(...clipped);
  return { data: tableDataset(classes.table, target, { inputs: !raw, target: false, clip }), remarks };
}

async function measure(
  args: PredictArguments,
  data: Dataset,
  widths: readonly number[],
): Promise<MeasuredMoments[]> {
  const { model, layer, share, seed } = args;
  const options = { share, seed };
  if (model !== 'random' && model !== 'deep') {
    if (widths.length > 0) throw new InvalidArgumentError('grid', args.grid, 'no width with a saved model');
    const { loadModel, readModelFile } = await import('../models/modelFiles.ts');
    readModelFile(model);
    const { loadRuntime } = await import('../runtime/index.ts');
    const { announceRuntime } = await import('./announceRuntime.ts');
    announceRuntime(await loadRuntime('auto'));
    const loaded = await loadModel(model);
    const measured = await measureFeatures(loaded, data, {
      ...options,
      ...(layer === undefined ? {} : { layer }),
    });
    loaded.dispose();
    return [measured];
  }
  const activation = checkChoice('activation', args.activation, activationNames) as ActivationName;
  const measured: MeasuredMoments[] = [];
  for (const width of widths.length > 0 ? widths : DEFAULT_WIDTHS) {
    const units = model === 'deep' ? [width, width] : [width];
    const map = await randomFeaturesMap({ inputDim: data.d, units, activation, seed });
    measured.push(await measureFeatures(map, data, options));
  }
  return measured;
}

function report(
  rows: readonly PredictionRow[],
  best: PredictionRow,
  oneRadius: boolean,
  remarks: readonly string[],
): string {
  const number = (name: keyof RiskPrediction | 'width') => ({
    title: name,
    value: (row: PredictionRow) => String(Number((row[name] as number).toPrecision(6))),
  });
  const risk = (
    title: string,
    name: 'standardRisk' | 'adversarialRisk' | 'gradientNorm' | 'interpolatedFraction',
  ) => ({
    title,
    value: (row: PredictionRow) => row[name].toFixed(3),
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
    { title: 'phase', value: (row: PredictionRow) => row.phase },
  ]);
  const advice = `least adversarial risk at ${best.epsTest}: n ${best.n}, width ${best.width}, eps ${best.eps}, lambda ${best.lambda}`;
  // Rows at different radii are different questions; there is no best among them.
  const comparable = oneRadius || rows.every((row) => row.eps === rows[0]!.eps);
  return [
    ...remarks,
    '',
    lines,
    ...(comparable ? ['', advice] : ['', 'name one --eps-test to compare the rows']),
  ].join('\n');
}
