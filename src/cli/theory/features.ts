import type { InferredOptionTypes } from 'yargs';
import { given, nearestName } from '../../checkOptions.ts';
import { checkChoice, InvalidArgumentError, UserError } from '../../errors.ts';
import {
  type ActivationName,
  activationNames,
  deepRandomFeatures,
  type FeatureMap,
  linear,
  type PartialRiskOptions,
  type RiskOptions,
  randomFeatures,
  type Spectrum,
  type SpectrumName,
  spectrumNamed,
} from '../../theory/index.ts';
import { numberList } from '../numberList.ts';
import { flag, number, text, textOr } from '../options.ts';
import { attackOptions, attackWords, readAttack } from './attackOptions.ts';
import type { GridAxis } from './grid.ts';

/** What theory knows, by the name of its option. */
export const featureKinds = ['linear', 'random', 'deep'] as const;

export const LOSSES = [
  'square',
  'absolute',
  'huber',
  'quantile',
  'logistic',
  'hinge',
  'squaredHinge',
] as const;
const NOISES = ['gaussian', 'rademacher', 'laplace', 'student', 'sparse'] as const;
const MARGIN: readonly string[] = LOSSES.slice(4);

/** The options that every question to the theory shares. */
export const theoryOptions = {
  features: textOr('random', featureKinds.join(', ')),
  activation: textOr('shifted-relu', `one of ${activationNames.join(', ')}`),
  psi1: number('psi1', 'N/d, random features per input dimension'),
  widths: text('N_l/d of each deep layer, separated by commas'),
  spectrum: text('of the inputs: power:EXPONENT[:SIGNAL], spiked:SHARE:RATIO[:SIGNAL] [isotropic]'),
  psi2: number('psi2', 'n/d, training samples per input dimension'),
  eps: number('eps', 'radius of the training attack, in l2 unless --norm linf'),
  lambda: number('lambda', 'ridge penalty [0]'),
  tau: number('tau', 'label noise, standard deviation [0]'),
  rho: number('rho', 'norm of the signal [1]'),
  'eps-test': number('eps-test', 'radius of the attack at test [eps]'),
  ...attackOptions,
  'nonlinear-energy': number('nonlinear-energy', 'energy of a nonlinear part of the target [0]'),
  loss: text(`${LOSSES.join(', ')} [square]; the last three, of the margin, make it classification`),
  threshold: number('threshold', 'where --loss huber turns linear [1]'),
  level: number('level', 'of --loss quantile [0.5]'),
  noise: text(`label noise of a regression: ${NOISES.join(', ')} [gaussian]`),
  degrees: number('degrees', 'degrees of freedom of --noise student [5]'),
  share: number('share', 'of the rows that --noise sparse meets [0.1]'),
  labels: text('law of the labels of a classification: probit, logistic [probit]'),
  flip: number('flip', 'probability that a label is turned over [0]'),
  json: flag('JSON on standard output'),
} as const;

export type TheoryArguments = InferredOptionTypes<typeof theoryOptions>;

/** Whether the answer is comma-separated. */
export const csvOption = flag('comma-separated values');

/** Whether --loss asks for a classifier. */
export const asksForClasses = ({ loss }: Pick<TheoryArguments, 'loss'>): boolean =>
  MARGIN.includes(loss ?? '');

/** The same as they were typed, for records of names and values. */
export function channelWords(args: TheoryArguments): Record<string, unknown> {
  const { loss, threshold, level, noise, degrees, share, labels, flip } = args;
  return { ...given({ loss, threshold, level, noise, degrees, share, labels, flip }), ...attackWords(args) };
}

/** The loss, the noise and the labels as the theory takes them; what is not given is left out. */
function channelOptions(args: TheoryArguments): object {
  const { loss, threshold, level, noise, degrees, share, labels, flip } = args;
  if (loss !== undefined) checkChoice('loss', loss, LOSSES);
  if (noise !== undefined) checkChoice('noise', noise, NOISES);
  const only = (name: string, value: unknown, belongs: boolean, to: string): void => {
    if (value !== undefined && !belongs) throw new InvalidArgumentError(name, value, `none but with ${to}`);
  };
  const classes = asksForClasses(args);
  only('threshold', threshold, loss === 'huber', '--loss huber');
  only('level', level, loss === 'quantile', '--loss quantile');
  only('degrees', degrees, noise === 'student', '--noise student');
  only('share', share, noise === 'sparse', '--noise sparse');
  only('labels', labels, classes, `--loss ${MARGIN.join(', ')}`);
  only('flip', flip, classes, `--loss ${MARGIN.join(', ')}`);
  only('noise', noise, !classes, 'a loss of the residual');
  return {
    ...(threshold !== undefined ? { loss: { name: 'huber', threshold } } : {}),
    ...(level !== undefined ? { loss: { name: 'quantile', level } } : {}),
    ...(loss !== undefined && threshold === undefined && level === undefined ? { loss } : {}),
    ...(degrees !== undefined ? { noise: { law: 'student', degrees } } : {}),
    ...(share !== undefined ? { noise: { law: 'sparse', share } } : {}),
    ...(noise !== undefined && degrees === undefined && share === undefined ? { noise } : {}),
    ...(labels !== undefined ? { labels } : {}),
    ...(flip !== undefined ? { flip } : {}),
  };
}

/** The numbers of the training problem that may run along a grid, by the names that the theory gives them. */
const SCALARS = {
  psi2: 'psi2',
  eps: 'eps',
  lambda: 'lambda',
  tau: 'tau',
  rho: 'rho',
  epsTest: 'eps-test',
  nonlinearEnergy: 'nonlinear-energy',
  flip: 'flip',
} as const;

/**
 * Refuses a grid of what the features do not have, or of what is also given a value of its own.
 * @param parameters those that run along grids
 * @throws InvalidArgumentError naming the first such parameter, and those that there are
 */
export function checkGrids(args: TheoryArguments, parameters: readonly string[]): void {
  const kind = checkChoice('features', args.features, featureKinds);
  const widths = args.widths?.split(',').map((_, i) => `width${i + 1}`) ?? [];
  const proportions = kind === 'random' ? ['psi1'] : kind === 'deep' ? widths : [];
  const scalars = Object.keys(SCALARS).filter((name) => name !== 'flip' || asksForClasses(args));
  const known = [...proportions, ...scalars];
  for (const parameter of parameters) {
    if (!known.includes(parameter)) {
      // What papers call the number of features and of samples, of which these are the proportions to d.
      const near = { N: proportions[0], n: 'psi2' }[parameter] ?? nearestName(parameter, known);
      const there = `one of ${known.join(', ')}`;
      throw new InvalidArgumentError('parameter', parameter, near ? `${near}? ${there}` : there);
    }
    const option = Object.hasOwn(SCALARS, parameter) ? SCALARS[parameter as keyof typeof SCALARS] : 'psi1';
    if (args[option] !== undefined)
      throw new InvalidArgumentError(option, args[option], `none beside --grid ${parameter}=...`);
  }
}

/** The covariance of the inputs. */
export const covarianceOf = ({ spectrum }: Pick<TheoryArguments, 'spectrum'>): 'identity' | Spectrum =>
  spectrumNamed((spectrum ?? 'isotropic') as SpectrumName);

/** The feature map asked for; a proportion that runs along a grid may be left out. */
export function featureMap(args: TheoryArguments, running: readonly string[] = []): FeatureMap {
  const kind = checkChoice('features', args.features, featureKinds);
  const activation = checkChoice('activation', args.activation, activationNames) as ActivationName;
  if (kind !== 'random' && args.psi1 !== undefined)
    throw new InvalidArgumentError('psi1', args.psi1, `no psi1 with --features ${kind}`);
  if (kind !== 'deep' && args.widths !== undefined)
    throw new InvalidArgumentError('widths', args.widths, `no widths with --features ${kind}`);
  if (kind === 'deep' && args.widths === undefined)
    throw missing('widths', 'N_l/d of each layer, such as --widths 2,1');
  const covariance = covarianceOf(args);
  if (kind === 'linear') return linear({ covariance });
  if (kind === 'deep')
    return deepRandomFeatures({ widths: numberList('widths', args.widths!), activation, covariance });
  if (args.psi1 === undefined && !running.includes('psi1')) throw missing('psi1', 'N/d');
  return randomFeatures({ psi1: args.psi1 ?? 1, activation, covariance });
}

/** The options of the risk; those that run along a grid may be left out, the others not. */
export function riskOptions(args: TheoryArguments, running: readonly string[] = []): PartialRiskOptions {
  const { psi2, eps, lambda, tau, rho, 'eps-test': epsTest, 'nonlinear-energy': nonlinearEnergy } = args;
  if (psi2 === undefined && !running.includes('psi2')) throw missing('psi2', 'n/d');
  if (eps === undefined && !running.includes('eps'))
    throw missing('eps', 'the radius of the training attack');
  return {
    ...given({ psi2, eps, epsTest }),
    lambda: lambda ?? 0,
    tau: tau ?? 0,
    rho: rho ?? 1,
    nonlinearEnergy: nonlinearEnergy ?? 0,
    ...channelOptions(args),
    ...readAttack(args),
  };
}

/** A point of a grid: what the grid gives it, its feature map, and its options of the risk. */
export interface Place {
  readonly moved: Readonly<Record<string, number>>;
  readonly map: FeatureMap;
  readonly options: RiskOptions;
}

/** The points of a grid, or the one point that the options name where there is no grid. */
export function placesAlong(
  axis: GridAxis | undefined,
  args: TheoryArguments,
  running: readonly string[],
): Place[] {
  const map = featureMap(args, running);
  const options = riskOptions(args, running) as RiskOptions;
  if (!axis) return [{ moved: {}, map, options }];
  return axis.values.map((value) => {
    const moved = { [axis.parameter]: value };
    return axis.parameter in map.proportions
      ? { moved, map: map.with(moved), options }
      : { moved, map, options: { ...options, ...moved } };
  });
}

export const missing = (option: string, meaning: string): UserError =>
  new UserError(`missing --${option}: ${meaning}`);

/** The measures of a question's risks, the attacked one first. */
export const measuresOf = (args: Pick<TheoryArguments, 'loss'>): readonly [string, string] =>
  asksForClasses(args) ? ['robustError', 'error'] : ['adversarialRisk', 'standardRisk'];

/** What identifies a question, for its output. */
export function describeQuestion(args: TheoryArguments, map: FeatureMap): Record<string, unknown> {
  return {
    features: args.features,
    ...map.proportions,
    ...(map.activation && { activation: args.activation }),
    ...given({ spectrum: args.spectrum }),
  };
}
