import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkChoice, InvalidArgumentError } from '../errors.ts';
import { type PartialRiskOptions, tracer } from './curves.ts';
import { checkMap, type FeatureMap } from './featureMaps/featureMap.ts';
import { minimiseLog, type Where } from './minimise.ts';
import type { AsymptoticRisk } from './risk.ts';

/** Where a risk is extremal along one parameter, and what it is there. */
export interface Optimum {
  /** value of the parameter */
  readonly at: number;
  /** the risks there */
  readonly risk: AsymptoticRisk;
  /** 'inside' the range searched, or at one of its ends, where the true optimum may lie further */
  readonly where: Where;
}

/** Where a search along one parameter looks (on a log scale), and what it minimises. */
export interface SearchOptions {
  /** lower end of the range searched, > 0; each function has a default of its own */
  readonly from?: number;
  /** upper end of the range searched */
  readonly to?: number;
  /** what is minimised; default 'adversarialRisk' */
  readonly measure?: Measure;
  /** the proportion that is the width; default psi1, or the last layer of a deep map */
  readonly parameter?: string;
}

/** Which of the two risks is meant: SR or AR. */
export type Measure = 'standardRisk' | 'adversarialRisk';
export const MEASURES: readonly Measure[] = ['adversarialRisk', 'standardRisk'];

const SEARCH: OptionNames<SearchOptions> = { from: true, to: true, measure: true, parameter: true };

/** @throws InvalidArgumentError for an unknown option of a search, or an unknown measure */
export function checkSearch(of: string, search: SearchOptions): void {
  checkOptions(of, search, SEARCH);
  if (search.measure !== undefined) checkChoice('measure', search.measure, MEASURES);
}

const SCAN = 240;

/**
 * The width (psi1) of least adversarial risk, searched over [0.01, 1000] unless told otherwise.
 * @throws InvalidArgumentError for options out of range, or a map without a width
 */
export function bestWidth(map: FeatureMap, options: PartialRiskOptions, search: SearchOptions = {}): Optimum {
  checkSearch('bestWidth', search);
  const { from = 0.01, to = 1000, measure = 'adversarialRisk' } = search;
  return searchLog(map, options, widthOf(map, search), { from, to }, (risk) => risk[measure]);
}

/**
 * The ridge penalty of least adversarial risk: lambda = 0, or the best of [1e-8, 1000].
 * @throws InvalidArgumentError for options out of range
 */
export function bestLambda(
  map: FeatureMap,
  options: PartialRiskOptions,
  search: SearchOptions = {},
): Optimum {
  checkSearch('bestLambda', search);
  const { from = 1e-8, to = 1000, measure = 'adversarialRisk' } = search;
  const best = searchLog(map, options, 'lambda', { from, to }, (risk) => risk[measure]);
  const risk = tracer(map, options, ['lambda']).visit([0]);
  return risk[measure] <= best.risk[measure] ? { at: 0, risk, where: 'lower end' } : best;
}

/** The width that a search runs over. @throws InvalidArgumentError where the map has none of that name */
export function widthOf(map: FeatureMap, { parameter }: SearchOptions): string {
  const names = Object.keys(checkMap(map).proportions);
  const name = parameter ?? names.at(-1);
  if (name === undefined || !names.includes(name))
    throw new InvalidArgumentError('parameter', name ?? map.name, 'a width of the feature map');
  return name;
}

function searchLog(
  map: FeatureMap,
  options: PartialRiskOptions,
  parameter: string,
  { from, to }: { from: number; to: number },
  value: (risk: AsymptoticRisk) => number,
): Optimum {
  const path = tracer(map, options, [parameter]);
  const { at, where } = minimiseLog((x) => value(path.visit([x])), { from, to, count: SCAN });
  return { at, where, risk: path.visit([at]) };
}
