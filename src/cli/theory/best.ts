import type { CommandModule, InferredOptionTypes } from 'yargs';
import { checkChoice, InvalidArgumentError, UserError } from '../../errors.ts';
import {
  type AsymptoticRisk,
  bestActivation,
  bestEps,
  bestLambda,
  bestWidth,
  type ClassificationOptions,
  type ClassificationRisk,
  type ErrorMeasure,
  type FeatureMap,
  interpolationPeak,
  type Measure,
  type Optimum,
  type RiskOptions,
  type Spectrum,
} from '../../theory/index.ts';
import { notice } from '../notices.ts';
import { text } from '../options.ts';
import { announceUnit } from './attackOptions.ts';
import {
  asksForClasses,
  checkGrids,
  covarianceOf,
  csvOption,
  measuresOf,
  missing,
  type Place,
  placesAlong,
  theoryOptions,
} from './features.ts';
import { optionalGrid } from './grid.ts';
import { printAnswer, type Row, reportConvergence } from './output.ts';

const questions = ['width', 'lambda', 'eps', 'activation', 'peak'] as const;

const options = {
  ...theoryOptions,
  measure: text(
    'adversarialRisk, standardRisk [adversarialRisk]; of a classifier robustError, error [robustError]',
  ),
  grid: text('answer along a grid, such as eps=0.1:1:10'),
  csv: csvOption,
} as const;

type BestArguments = InferredOptionTypes<typeof options> & { what: string };

export const bestCommand: CommandModule<object, BestArguments> = {
  command: 'best <what>',
  describe:
    'the width, ridge penalty, radius of training or activation of least risk, or the interpolation peak',
  builder: (yargs) =>
    yargs
      .options(options)
      .positional('what', { type: 'string', demandOption: true, describe: questions.join(', ') })
      .example('$0 theory best width --psi2 3 --eps 0.3 --tau 0.1', 'where AR is least')
      .example(
        '$0 theory best width --psi2 3 --eps 0.3 --norm linf --signal sparse:0.1',
        'the same against linf',
      )
      .example('$0 theory best width --psi2 3 --eps 0.3 --spectrum power:1', 'of inputs as images have them')
      .example('$0 theory best lambda --psi1 8 --psi2 3 --tau 0.1 --grid eps=0.1:1:4', 'for several eps'),
  handler: (args) => {
    const what = checkChoice('what', args.what, questions);
    const measure = checkChoice('measure', args.measure ?? measuresOf(args)[0], measuresOf(args));
    if (what === 'eps' && args.eps !== undefined)
      throw new InvalidArgumentError('eps', args.eps, 'none with best eps, which searches over it');
    if (what === 'eps' && args['eps-test'] === undefined)
      throw missing('eps-test', 'the radius of the attack at test, which stays');
    if (asksForClasses(args) && (what === 'activation' || what === 'peak'))
      throw new InvalidArgumentError('what', what, 'width, lambda or eps with a loss of the margin');
    const axis = optionalGrid(args.grid);
    if (axis) checkGrids(args, [axis.parameter]);
    // The width that is sought need not be given.
    const running = [
      ...(axis ? [axis.parameter] : []),
      ...(what === 'width' || what === 'peak' ? ['psi1'] : []),
      ...(what === 'eps' ? ['eps'] : []),
    ];
    const found: (AsymptoticRisk | ClassificationRisk)[] = [];
    const remarks = new Set<string>();
    const rows = placesAlong(axis, args, running).map(({ moved, ...place }): Row => {
      const { row, risk, said } = asksForClasses(args)
        ? classifierAnswer(what, measure as ErrorMeasure, place)
        : answer(what, measure as Measure, place, covarianceOf(args));
      if (risk) found.push(risk);
      for (const remark of said) remarks.add(remark);
      return { ...moved, ...row };
    });
    announceUnit(args);
    for (const remark of remarks) notice(remark);
    reportConvergence(found);
    printAnswer(rows, args);
  },
};

interface Answer {
  readonly row: Row;
  /** Of which the row tells; null where there is no peak. */
  readonly risk: AsymptoticRisk | ClassificationRisk | null;
  /** What a reader must know to use the row, if anything. */
  readonly said: readonly string[];
}

function answer(
  what: (typeof questions)[number],
  measure: Measure,
  { map, options }: Pick<Place, 'map' | 'options'>,
  covariance: 'identity' | Spectrum,
): Answer {
  if (what === 'activation') return activationAnswer(measure, map, options, covariance);
  if (what === 'lambda') return optimumAnswer('lambda', bestLambda(map, options, { measure }));
  if (what === 'eps') return optimumAnswer('eps', bestEps(map, options, { measure }));
  const width = Object.keys(map.proportions).at(-1) ?? 'psi1';
  if (what === 'width') return optimumAnswer(width, bestWidth(map, options, { measure }));
  const peak = interpolationPeak(map, options, { measure });
  if (peak) return optimumAnswer(width, peak);
  return {
    row: { [width]: null, where: 'no peak', standardRisk: null, adversarialRisk: null, phase: null },
    risk: null,
    said: [
      `no peak: followed from eps = lambda = 0, where it is at ${width} = psi2, the maximum has disappeared before these eps and lambda`,
    ],
  };
}

function classifierAnswer(
  what: (typeof questions)[number],
  measure: ErrorMeasure,
  { map, options }: Pick<Place, 'map' | 'options'>,
): Answer {
  const width = Object.keys(map.proportions).at(-1) ?? 'psi1';
  const [name, search] =
    what === 'lambda'
      ? (['lambda', bestLambda] as const)
      : what === 'eps'
        ? (['eps', bestEps] as const)
        : ([width, bestWidth] as const);
  return optimumAnswer(name, search(map, options as unknown as ClassificationOptions, { measure }));
}

function activationAnswer(
  measure: Measure,
  map: FeatureMap,
  options: RiskOptions,
  covariance: 'identity' | Spectrum,
): Answer {
  const psi1 = map.proportions.psi1;
  if (psi1 === undefined) throw new UserError('the best activation is known for --features random only');
  const best = bestActivation({ psi1, covariance }, options, { measure });
  const { name, lambda, risk } = best.named[0]!;
  const said: string[] = [];
  if (lambda > 0)
    said.push(
      'activations are compared at E sigma^2 = 1: scaling one by a is scaling lambda by 1/a^2, which `best lambda` searches over',
    );
  if (best.nonlinearityWhere !== 'inside')
    said.push(
      `the nonlinearity is at the ${best.nonlinearityWhere} of the search: the best activation is ${best.nonlinearityWhere === 'lower end' ? 'linear' : 'one without a linear part'}, or near it`,
    );
  if (best.roughnessWhere === 'upper end')
    said.push('the roughness is at the upper end of the search, 10: rougher activations may be better');
  const row = {
    activation: best.activation.name,
    nonlinearity: best.nonlinearity,
    nonlinearityWhere: best.nonlinearityWhere,
    roughness: best.roughness,
    roughnessWhere: best.roughnessWhere,
    [measure]: best.risk[measure],
    bestNamed: name,
    ...(lambda > 0 && { 'lambda of bestNamed': lambda }),
    [`${measure} of bestNamed`]: risk[measure],
  };
  return { row, risk: best.risk, said };
}

const optimumAnswer = (
  name: string,
  { at, where, risk }: Optimum<AsymptoticRisk | ClassificationRisk>,
): Answer => ({
  row: {
    [name]: at,
    where,
    ...('error' in risk
      ? { error: risk.error, robustError: risk.robustError }
      : { standardRisk: risk.standardRisk, adversarialRisk: risk.adversarialRisk }),
    phase: risk.phase,
  },
  risk,
  // lambda = 0 is the end of what there is, not of the search.
  said:
    where === 'inside' || at === 0
      ? []
      : [`${name} is at the ${where} of the search, ${at}: the best may lie beyond it`],
});
