import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkChoice, checkNonNegative, InvalidArgumentError } from '../errors.ts';
import type { ClassificationRisk } from './classification.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';
import { minimiseLog, type Where } from './minimise.ts';
import type { AsymptoticRisk } from './risk.ts';
import { isClassification } from './riskOptions.ts';
import { type PartialClassificationOptions, type PartialRiskOptions, tracer } from './tracer.ts';

/** Where a risk is extremal along one parameter, and what it is there. */
export interface Optimum<Risk = AsymptoticRisk> {
  /** value of the parameter */
  readonly at: number;
  /** the risks there */
  readonly risk: Risk;
  /** 'inside' the range searched, or at one of its ends, where the true optimum may lie further */
  readonly where: Where;
}

/** Where a search along one parameter looks (on a log scale), and what it minimises. */
export interface SearchOptions<M = Measure> {
  /** lower end of the range searched, > 0; each function has a default of its own */
  readonly from?: number;
  /** upper end of the range searched */
  readonly to?: number;
  /** what is minimised; default 'adversarialRisk', of a classifier 'robustError' */
  readonly measure?: M;
  /** the proportion that is the width; default psi1, or the last layer of a deep map */
  readonly parameter?: string;
}

/** Which of the two risks is meant: SR or AR. */
export type Measure = 'standardRisk' | 'adversarialRisk';
export const MEASURES: readonly Measure[] = ['adversarialRisk', 'standardRisk'];
/** Which error of a classifier is meant. */
export type ErrorMeasure = 'error' | 'robustError';
const ERRORS: readonly ErrorMeasure[] = ['robustError', 'error'];

const SEARCH: OptionNames<SearchOptions> = { from: true, to: true, measure: true, parameter: true };

/** @throws InvalidArgumentError for an unknown option of a search, or an unknown measure */
export function checkSearch(of: string, search: SearchOptions): void {
  checkOptions(of, search, SEARCH);
  if (search.measure !== undefined) checkChoice('measure', search.measure, MEASURES);
}

type AnyOptions = PartialRiskOptions | PartialClassificationOptions;
type AnyRisk = AsymptoticRisk | ClassificationRisk;
type AnySearch = SearchOptions<Measure | ErrorMeasure>;

/** Checks a search, and returns what it minimises: the worse of the two that such a problem has, unless told otherwise. */
function measureOf(
  of: string,
  { measure, ...search }: AnySearch,
  options: AnyOptions,
): (risk: AnyRisk) => number {
  checkOptions(of, search, SEARCH);
  const measures: readonly (Measure | ErrorMeasure)[] = isClassification(options) ? ERRORS : MEASURES;
  const name = measure === undefined ? measures[0]! : checkChoice('measure', measure, measures);
  return (risk) => (risk as unknown as Record<string, number>)[name]!;
}

/**
 * The width (psi1) of least adversarial risk, searched over [0.01, 1000] unless told otherwise.
 * @throws InvalidArgumentError for options out of range, or a map without a width
 */
export function bestWidth(map: FeatureMap, options: PartialRiskOptions, search?: SearchOptions): Optimum;
/** The same of a classifier, whose robust error is least. */
export function bestWidth(
  map: FeatureMap,
  options: PartialClassificationOptions,
  search?: SearchOptions<ErrorMeasure>,
): Optimum<ClassificationRisk>;
export function bestWidth(map: FeatureMap, options: AnyOptions, search: AnySearch = {}): Optimum<AnyRisk> {
  const measure = measureOf('bestWidth', search, options);
  const { from = 0.01, to = 1000 } = search;
  return searchLog(map, options, widthOf(map, search), { from, to }, measure);
}

/**
 * The ridge penalty of least adversarial risk: lambda = 0, or the best of [1e-8, 1000].
 * @throws InvalidArgumentError for options out of range
 */
export function bestLambda(map: FeatureMap, options: PartialRiskOptions, search?: SearchOptions): Optimum;
/** The same of a classifier, whose robust error is least. */
export function bestLambda(
  map: FeatureMap,
  options: PartialClassificationOptions,
  search?: SearchOptions<ErrorMeasure>,
): Optimum<ClassificationRisk>;
export function bestLambda(map: FeatureMap, options: AnyOptions, search: AnySearch = {}): Optimum<AnyRisk> {
  const measure = measureOf('bestLambda', search, options);
  const { from = 1e-8, to = 1000 } = search;
  return orAtZero(map, options, 'lambda', measure, searchLog(map, options, 'lambda', { from, to }, measure));
}

/**
 * The training radius of least adversarial risk at a fixed radius at test, which `epsTest` must give: 0, or the best of
 * [0.001, 10].
 * @throws InvalidArgumentError for options out of range, or without epsTest
 */
export function bestEps(map: FeatureMap, options: PartialRiskOptions, search?: SearchOptions): Optimum;
/** The same of a classifier, whose robust error is least. */
export function bestEps(
  map: FeatureMap,
  options: PartialClassificationOptions,
  search?: SearchOptions<ErrorMeasure>,
): Optimum<ClassificationRisk>;
export function bestEps(map: FeatureMap, options: AnyOptions, search: AnySearch = {}): Optimum<AnyRisk> {
  const measure = measureOf('bestEps', search, options);
  checkNonNegative('epsTest', options?.epsTest);
  const { from = 1e-3, to = 10 } = search;
  return orAtZero(map, options, 'eps', measure, searchLog(map, options, 'eps', { from, to }, measure));
}

/** Points of a scan. */
const SCAN = 240;

/** The width that a search runs over. @throws InvalidArgumentError where the map has none of that name */
export function widthOf(map: FeatureMap, { parameter }: Pick<SearchOptions, 'parameter'>): string {
  const names = Object.keys(checkMap(map).proportions);
  const name = parameter ?? names.at(-1);
  if (name === undefined || !names.includes(name))
    throw new InvalidArgumentError('parameter', name ?? map.name, 'a width of the feature map');
  return name;
}

function searchLog(
  map: FeatureMap,
  options: AnyOptions,
  parameter: string,
  { from, to }: { from: number; to: number },
  measure: (risk: AnyRisk) => number,
): Optimum<AnyRisk> {
  const path = tracer(map, options, [parameter]);
  const value = (x: number): number => measure(path.visit([x]));
  const { at, where } = minimiseLog(value, { from, to, count: SCAN });
  return { at, where, risk: path.visit([at]) };
}

/** The best that a search found, or 0 if that is no worse. */
function orAtZero(
  map: FeatureMap,
  options: AnyOptions,
  parameter: string,
  measure: (risk: AnyRisk) => number,
  best: Optimum<AnyRisk>,
): Optimum<AnyRisk> {
  const risk = tracer(map, options, [parameter]).visit([0]);
  return measure(risk) <= measure(best.risk) ? { at: 0, risk, where: 'lower end' } : best;
}
