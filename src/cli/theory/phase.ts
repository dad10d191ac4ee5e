import type { CommandModule, InferredOptionTypes } from 'yargs';
import { checkNonNegative } from '../../errors.ts';
import { type AsymptoticRisk, asymptoticRisk, criticalEps } from '../../theory/index.ts';
import { text } from '../options.ts';
import { channelWords, checkGrids, csvOption, placesAlong, theoryOptions } from './features.ts';
import { optionalGrid } from './grid.ts';
import { printAnswer, type Row, reportConvergence } from './output.ts';

const options = {
  ...theoryOptions,
  grid: text('of psi1, psi2, tau, ...: one line each'),
  csv: csvOption,
} as const;

export const phaseCommand: CommandModule<object, InferredOptionTypes<typeof options>> = {
  command: 'phase',
  describe: 'the critical radius, beyond which nothing is learnt, and the phase at --eps if given',
  builder: (yargs) =>
    yargs
      .options(options)
      .example('$0 theory phase --psi1 2 --psi2 3 --eps 1', 'from which eps nothing is learnt')
      .example('$0 theory phase --psi1 2 --psi2 3 --norm linf --signal rademacher', 'the same against linf'),
  handler: (args) => {
    const axis = optionalGrid(args.grid);
    const running = axis ? [axis.parameter] : [];
    checkGrids(args, running);
    const asked = args.eps !== undefined || axis?.parameter === 'eps';
    const found: AsymptoticRisk[] = [];
    const rows = placesAlong(axis, { ...args, eps: args.eps ?? 0 }, running).map((place): Row => {
      const { moved, map, options } = place;
      // The critical radius does not depend on these; a value without meaning is refused all the same.
      checkNonNegative('lambda', options.lambda ?? 0);
      checkNonNegative('eps-test', options.epsTest ?? 0);
      const risk = asked ? asymptoticRisk(map, options) : undefined;
      if (risk) found.push(risk);
      return {
        ...map.proportions,
        psi2: options.psi2,
        tau: options.tau,
        ...channelWords(args),
        ...moved,
        criticalEps: criticalEps(map, options),
        ...(risk && { eps: options.eps, phase: risk.phase }),
      };
    });
    reportConvergence(found);
    printAnswer(rows, args);
  },
};
