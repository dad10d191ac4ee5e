import type { CommandModule, InferredOptionTypes } from 'yargs';
import { checkChoice, InvalidArgumentError } from '../../errors.ts';
import { writePicture } from '../../plots/picture.ts';
import { riskSurface } from '../../theory/index.ts';
import { flag, text } from '../options.ts';
import { columnsOption, pictureLook, plotOption } from '../picture.ts';
import { announceUnit, attackWords } from './attackOptions.ts';
import {
  asksForClasses,
  checkGrids,
  describeQuestion,
  featureMap,
  measuresOf,
  riskOptions,
  type TheoryArguments,
  theoryOptions,
} from './features.ts';
import { GRID_FORM, type GridAxis, MOST_POINTS, parseGrid } from './grid.ts';
import { flatRisk, printCsv, printJson, type Row, reportConvergence } from './output.ts';
import { questionNote } from './questionNote.ts';
import { terminalMap } from './terminalPlot.ts';

const OTHERS = ['gradientNorm', 'trainingLoss'] as const;
/** The measures of a surface: the two risks, or errors, and what comes with them. */
const measuresShown = (args: TheoryArguments): readonly string[] => [
  ...measuresOf(args),
  ...OTHERS,
  asksForClasses(args) ? 'kinkFraction' : 'interpolatedFraction',
];

const options = {
  ...theoryOptions,
  grid: { ...text('two of them: --grid psi1=0.1:100:60:log eps=0:1:20'), array: true },
  measure: text(
    'shown: adversarialRisk [default], standardRisk, gradientNorm, trainingLoss, interpolatedFraction; of a classifier robustError [default], error, gradientNorm, trainingLoss, kinkFraction',
  ),
  csv: flag('comma-separated values, one point a line'),
  plot: plotOption('the surface'),
  columns: columnsOption,
} as const;

export const surfaceCommand: CommandModule<object, InferredOptionTypes<typeof options>> = {
  command: 'surface',
  describe: 'the risks over two grids, the first across and the second upwards',
  builder: (yargs) =>
    yargs
      .options(options)
      .example(
        '$0 theory surface --psi2 3 --tau 0.2 --grid psi1=0.1:100:30:log eps=0:1:12',
        'AR over width and eps',
      ),
  handler: async (args) => {
    const look = pictureLook(args.columns, { plot: args.plot });
    const measure = checkChoice('measure', args.measure ?? measuresOf(args)[0], measuresShown(args));
    const [xAxis, yAxis] = twoGrids(args.grid);
    const running = [xAxis.parameter, yAxis.parameter];
    checkGrids(args, running);
    const map = featureMap(args, running);
    const problem = riskOptions(args, running);
    const surface = riskSurface(map, problem, {
      x: { parameter: xAxis.parameter, values: xAxis.values },
      y: { parameter: yAxis.parameter, values: yAxis.values },
    });
    const { x, y, risks } = surface;
    if (args.plot !== undefined) {
      // Typesetting takes a second to load, which nobody else should wait for.
      const { surfaceFigure } = await import('./surfaceFigure.ts');
      const { rho = 1, tau = 0, nonlinearEnergy = 0 } = problem;
      const nothing = asksForClasses(args) ? 0.5 : rho ** 2 + tau ** 2 + nonlinearEnergy;
      const note = questionNote(args, running);
      await writePicture(
        args.plot,
        surfaceFigure(surface, [xAxis, yAxis], measure, { nothing, note, ...look }),
      );
    }
    reportConvergence(risks.flat());
    announceUnit(args);
    if (args.json) {
      printJson({
        ...describeQuestion(args, map),
        ...problem,
        ...attackWords(args),
        x: { parameter: xAxis.parameter, values: x },
        y: { parameter: yAxis.parameter, values: y },
        risks,
      });
      return;
    }
    if (args.csv) {
      printCsv(
        risks.flatMap((row, i) =>
          row.map((risk, j) => ({
            [xAxis.parameter]: x[j]!,
            [yAxis.parameter]: y[i]!,
            ...flatRisk(risk),
          })),
        ),
      );
      return;
    }
    const values = risks.map((row) => row.map((risk) => Number((risk as unknown as Row)[measure])));
    const names = { xName: xAxis.parameter, yName: yAxis.parameter };
    process.stdout.write(`${measure}\n${terminalMap(values, { x, y, ...names })}\n`);
  },
};

function twoGrids(texts: readonly string[] = []): [GridAxis, GridAxis] {
  const [x, y, ...more] = texts.map(parseGrid);
  if (!x || !y || more.length > 0)
    throw new InvalidArgumentError('grid', texts, `two of the form ${GRID_FORM}`);
  if (x.parameter === y.parameter) throw new InvalidArgumentError('grid', texts, 'two different parameters');
  if (x.values.length * y.values.length > MOST_POINTS)
    throw new InvalidArgumentError('grid', texts, `at most ${MOST_POINTS} points together`);
  return [x, y];
}
