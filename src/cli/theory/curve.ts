import type { CommandModule, InferredOptionTypes } from 'yargs';
import { writePicture } from '../../plots/picture.ts';
import { riskCurve } from '../../theory/index.ts';
import { text } from '../options.ts';
import { columnsOption, pictureLook, plotOption } from '../picture.ts';
import { announceUnit, attackWords } from './attackOptions.ts';
import {
  checkGrids,
  csvOption,
  describeQuestion,
  featureMap,
  measuresOf,
  missing,
  riskOptions,
  theoryOptions,
} from './features.ts';
import { GRID_FORM, optionalGrid } from './grid.ts';
import { flatRisk, printCsv, printJson, printTable, type Row, reportConvergence } from './output.ts';
import { questionNote } from './questionNote.ts';
import { terminalPlot } from './terminalPlot.ts';

const options = {
  ...theoryOptions,
  grid: text('such as psi1=0.1:100:60:log or eps=0,0.2,0.5'),
  csv: csvOption,
  plot: plotOption('the curves'),
  columns: columnsOption,
} as const;

const SHOWN = ['gradientNorm', 'trainingLoss', 'interpolatedFraction', 'kinkFraction', 'phase'];
const NAMES: Readonly<Record<string, string>> = {
  adversarialRisk: 'adversarial risk',
  standardRisk: 'standard risk',
  robustError: 'robust error',
  error: 'error',
};

export const curveCommand: CommandModule<object, InferredOptionTypes<typeof options>> = {
  command: 'curve',
  describe: 'the risks along a grid of one parameter',
  builder: (yargs) =>
    yargs
      .options(options)
      .example('$0 theory curve --psi2 3 --eps 0.3 --tau 0.2 --grid psi1=0.1:100:60:log', 'against width')
      .example(
        '$0 theory curve --psi2 3 --eps 0.3 --test-norm linf --signal sparse:0.1 --grid psi1=0.1:100:60:log',
        'trained in l2, attacked by FGSM',
      )
      .example(
        '$0 theory curve --psi1 2 --psi2 3 --tau 0.2 --grid eps=0,0.2,0.5 --csv',
        'as a table for others',
      ),
  handler: async (args) => {
    const look = pictureLook(args.columns, { plot: args.plot });
    const axis = optionalGrid(args.grid);
    if (axis === undefined) throw missing('grid', GRID_FORM);
    checkGrids(args, [axis.parameter]);
    const map = featureMap(args, [axis.parameter]);
    const problem = riskOptions(args, [axis.parameter]);
    const curve = riskCurve(map, problem, { parameter: axis.parameter, values: axis.values });
    const rows = curve.map(({ at, ...risk }): Row => ({ [axis.parameter]: at, ...flatRisk(risk) }));
    const [attacked, plain] = measuresOf(args);
    if (args.plot !== undefined) {
      // Typesetting takes a second to load, which nobody else should wait for.
      const { curveFigure } = await import('./curveFigure.ts');
      await writePicture(
        args.plot,
        curveFigure(rows, axis, [attacked, plain], {
          note: questionNote(args, [axis.parameter]),
          ...look,
        }),
      );
    }
    reportConvergence(curve);
    announceUnit(args);
    if (args.json) {
      // What the grid runs over has no one value; the one in `map` only holds its place.
      const { [axis.parameter]: _, ...settings } = { ...describeQuestion(args, map), ...problem } as Row;
      printJson({
        ...settings,
        ...attackWords(args),
        parameter: axis.parameter,
        curve,
      });
    } else if (args.csv) printCsv(rows);
    else {
      const shown = SHOWN.filter((name) => rows[0] !== undefined && name in rows[0]);
      printTable(rows, [axis.parameter, plain, attacked, ...shown]);
      const line = (name: string, mark: string) => ({
        name: NAMES[name]!,
        mark,
        y: rows.map((row) => Number(row[name])),
      });
      const series = [line(attacked, '*'), line(plain, 'o')];
      const plot = terminalPlot(series, {
        x: axis.values,
        xName: axis.parameter,
        logX: axis.scale === 'log',
      });
      process.stdout.write(`\n${plot}\n`);
    }
  },
};
