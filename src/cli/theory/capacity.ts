import type { CommandModule, InferredOptionTypes } from 'yargs';
import { given } from '../../checkOptions.ts';
import { InvalidArgumentError } from '../../errors.ts';
import { type CapacityOptions, type RobustCapacity, robustCapacity } from '../../theory/index.ts';
import { text } from '../options.ts';
import { attackWords, readAttack } from './attackOptions.ts';
import { csvOption, describeQuestion, featureMap, missing, theoryOptions } from './features.ts';
import { optionalGrid } from './grid.ts';
import { printAnswer, type Row, reportConvergence } from './output.ts';

const options = {
  ...theoryOptions,
  grid: text('of psi1, eps, tau, flip or rho: one line each'),
  csv: csvOption,
} as const;

/** What may run along the grid, besides a width. */
const SCALARS = ['eps', 'tau', 'flip', 'rho'] as const;

export const capacityCommand: CommandModule<object, InferredOptionTypes<typeof options>> = {
  command: 'capacity',
  describe: 'the largest n/d whose labels can be fitted robustly',
  builder: (yargs) =>
    yargs
      .options(options)
      .example(
        '$0 theory capacity --psi1 2 --eps 0.3 --tau 0.5',
        'how many rows two features per input separate',
      )
      .example(
        '$0 theory capacity --psi1 2 --eps 0.3 --norm linf',
        'on boxes of side 2 eps/sqrt(d) about every row',
      )
      .example('$0 theory capacity --eps 0.3 --grid psi1=0.1:10:20:log', 'against width'),
  handler: (args) => {
    const axis = optionalGrid(args.grid);
    const running = axis ? [axis.parameter] : [];
    const map = featureMap(args, running);
    if (axis && !(axis.parameter in map.proportions || SCALARS.some((name) => name === axis.parameter)))
      throw new InvalidArgumentError(
        'parameter',
        axis.parameter,
        `one of ${[...Object.keys(map.proportions), ...SCALARS].join(', ')}`,
      );
    if (args.eps === undefined && !running.includes('eps')) throw missing('eps', 'the radius of the balls');
    for (const name of ['psi2', 'lambda', 'eps-test', 'test-norm', 'loss', 'noise'] as const)
      if (args[name] !== undefined)
        throw new InvalidArgumentError(name, args[name], `no ${name} with capacity`);
    const { eps, tau, flip, rho, labels, 'nonlinear-energy': nonlinearEnergy } = args;
    const asked = { ...given({ eps, tau, flip, rho, labels, nonlinearEnergy }), ...readAttack(args) };
    const found: RobustCapacity[] = [];
    const rows = (axis?.values ?? [undefined]).map((value): Row => {
      const moved = axis && value !== undefined ? { [axis.parameter]: value } : {};
      const ofMap = axis !== undefined && axis.parameter in map.proportions;
      const here = ofMap ? map.with(moved) : map;
      const problem = { ...asked, ...(ofMap ? {} : moved) } as unknown as CapacityOptions;
      const capacity = robustCapacity(here, problem);
      found.push(capacity);
      const { iterations: _, residual: __, converged: ___, ...answer } = capacity;
      return { ...describeQuestion(args, here), ...problem, ...attackWords(args), ...answer };
    });
    reportConvergence(found);
    printAnswer(rows, args);
  },
};
