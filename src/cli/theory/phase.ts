import type { CommandModule } from 'yargs';
import { checkNonNegative } from '../../errors.ts';
import { type AsymptoticRisk, asymptoticRisk, criticalEps, type RiskOptions } from '../../theory/index.ts';
import {
  channelWords,
  checkGrids,
  featureMap,
  missing,
  riskOptions,
  type TheoryArguments,
  withTheoryOptions,
} from './features.ts';
import { optionalGrid } from './grid.ts';
import { printCsv, printJson, printRecord, printTable, type Row, reportConvergence } from './output.ts';

interface PhaseArguments extends TheoryArguments {
  grid: string | undefined;
  csv: boolean;
}

export const phaseCommand: CommandModule<object, PhaseArguments> = {
  command: 'phase',
  describe: 'the critical radius, beyond which nothing is learnt, and the phase at --eps if given',
  builder: (yargs) =>
    withTheoryOptions(yargs)
      .option('grid', { type: 'string', describe: 'of psi1, psi2, tau, ...: one line each' })
      .option('csv', { type: 'boolean', default: false, describe: 'comma-separated values' })
      .example('$0 theory phase --psi1 2 --psi2 3 --eps 1', 'from which eps nothing is learnt'),
  handler: (args) => {
    const axis = optionalGrid(args.grid);
    const running = axis ? [axis.parameter] : [];
    checkGrids(args, running);
    const map = featureMap(args, running);
    if (args.psi2 === undefined && !running.includes('psi2')) throw missing('psi2', 'n/d');
    const found: AsymptoticRisk[] = [];
    const rows = (axis?.values ?? [undefined]).map((value): Row => {
      const moved = axis && value !== undefined ? { [axis.parameter]: value } : {};
      const ofMap = axis !== undefined && axis.parameter in map.proportions;
      const here = ofMap ? map.with(moved) : map;
      const options = {
        ...riskOptions({ ...args, eps: args.eps ?? 0 }, running),
        ...(ofMap ? {} : moved),
      } as RiskOptions;
      // The critical radius does not depend on these; a value without meaning is refused all the same.
      checkNonNegative('lambda', options.lambda ?? 0);
      checkNonNegative('eps-test', options.epsTest ?? 0);
      const asked = args.eps !== undefined || axis?.parameter === 'eps';
      const risk = asked ? asymptoticRisk(here, options) : undefined;
      if (risk) found.push(risk);
      return {
        ...here.proportions,
        psi2: options.psi2,
        tau: options.tau,
        ...channelWords(args),
        ...moved,
        criticalEps: criticalEps(here, options),
        ...(risk && { eps: options.eps, phase: risk.phase }),
      };
    });
    reportConvergence(found);
    if (args.json) printJson(axis ? rows : rows[0]);
    else if (args.csv) printCsv(rows);
    else if (axis) printTable(rows);
    else printRecord(rows[0]!);
  },
};
