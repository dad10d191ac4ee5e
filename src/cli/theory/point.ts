import type { CommandModule, InferredOptionTypes } from 'yargs';
import { InvalidArgumentError } from '../../errors.ts';
import { asymptoticRisk, criticalEps, type RiskOptions, sensitivities } from '../../theory/index.ts';
import { flag } from '../options.ts';
import {
  asksForClasses,
  channelWords,
  describeQuestion,
  featureMap,
  riskOptions,
  theoryOptions,
} from './features.ts';
import { flatRisk, printJson, printRecord, printTable, reportConvergence } from './output.ts';

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
      .example(
        '$0 theory --psi1 2 --psi2 3 --eps 0.3 --loss logistic --flip 0.05',
        'a classifier and its errors',
      )
      .example(
        '$0 theory --psi1 2 --psi2 3 --eps 0.5 --norm linf --signal sparse:0.1',
        'trained against FGSM, eps/sqrt(d) per coordinate, on a sparse signal',
      )
      .example(
        '$0 theory --psi1 2 --psi2 3 --eps 0.3 --spectrum spiked:0.05:20',
        'inputs of which one direction in 20 has 20 times the variance',
      )
      .example('$0 theory --features deep --widths 4,4 --psi2 3 --eps 0.3', 'two frozen layers'),
  handler: (args) => {
    const map = featureMap(args);
    const problem = riskOptions(args) as RiskOptions;
    if (args.certify && asksForClasses(args))
      throw new InvalidArgumentError(
        'certify',
        true,
        'none with a loss of the margin, which has no certificate',
      );
    const { certificate, ...risk } = asymptoticRisk(
      map,
      asksForClasses(args) ? problem : { ...problem, certify: args.certify },
    );
    reportConvergence([risk]);
    const question = { ...describeQuestion(args, map), ...problem, ...channelWords(args) };
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
      ...flatRisk(risk),
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
