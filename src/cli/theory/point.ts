import type { CommandModule, InferredOptionTypes } from 'yargs';
import { asymptoticRisk, criticalEps, type RiskOptions, sensitivities } from '../../theory/index.ts';
import { flag } from '../options.ts';
import { describeQuestion, featureMap, riskOptions, theoryOptions } from './features.ts';
import { printJson, printRecord, printTable, reportConvergence } from './output.ts';

const options = {
  ...theoryOptions,
  certify: flag('check by an independent route'),
  sensitivities: flag('derivatives of the risks'),
} as const;

export const pointCommand: CommandModule<object, InferredOptionTypes<typeof options>> = {
  command: ['point', '$0'],
  describe: 'the risks at one point (what rrf theory alone does)',
  builder: (yargs) =>
    yargs
      .options(options)
      .example('$0 theory --psi1 2 --psi2 3 --eps 0.5 --tau 0.5', 'both risks of random features')
      .example('$0 theory --features deep --widths 4,4 --psi2 3 --eps 0.3', 'two frozen layers'),
  handler: (args) => {
    const map = featureMap(args);
    const problem = riskOptions(args) as RiskOptions;
    const { certificate, ...risk } = asymptoticRisk(map, { ...problem, certify: args.certify });
    reportConvergence([risk]);
    const question = { ...describeQuestion(args, map), ...problem };
    const critical = criticalEps(map, problem);
    const slopes = args.sensitivities ? sensitivities(map, problem) : undefined;
    if (args.json) {
      printJson({
        ...question,
        criticalEps: critical,
        ...risk,
        ...(certificate && { certificate }),
        ...(slopes && { sensitivities: slopes }),
      });
      return;
    }
    printRecord({
      ...question,
      criticalEps: critical,
      ...risk,
      ...(certificate && {
        certificate: `${certificate.route}, error ${certificate.error.toExponential(1)}`,
      }),
    });
    if (slopes) {
      process.stdout.write('\n');
      printTable(Object.entries(slopes).map(([name, slope]) => ({ 'derivative in': name, ...slope })));
    }
  },
};
