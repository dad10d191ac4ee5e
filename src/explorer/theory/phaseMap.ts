import { given } from '../../checkOptions.ts';
import { increasingRoot } from '../../numerics/rootFinding.ts';
import {
  bestWidth,
  type ClassificationOptions,
  criticalEps,
  type FeatureMap,
  gridValues,
  interpolationPeak,
  riskSurface,
  robustCapacity,
} from '../../theory/index.ts';
import { parameters, type Settings } from '../state/parameters.ts';
import type { Measure } from '../state/state.ts';
import { mapOf, nothingRisk, questionOf, riskAt, without } from './ask.ts';
import { libraryName } from './curve.ts';
import { ofClasses, ofValues, type PageRisk } from './pageRisk.ts';

/** Risk over width and radius of training, in units of the risk of predicting nothing; of a classifier error over that of guessing. */
export interface RiskGrid {
  readonly nx: number;
  readonly ny: number;
  readonly psi1: readonly number[];
  readonly eps: readonly number[];
  /** log (risk / E y^2) at row i (eps upwards), column j (log psi1); row after row */
  readonly logRatio: Float32Array;
  /** the same at eps = 0 itself, column by column */
  readonly atZero: Float32Array;
}

/** A point of the psi1 x eps plane. */
export interface PlanePoint {
  readonly psi1: number;
  readonly eps: number;
}

export interface MapLines {
  /** the critical radius, left to right: beyond it nothing is learnt */
  readonly critical: readonly PlanePoint[];
  /** the interpolation peak, by radius, as far as it goes; of a classifier where the labels cease to be fitted robustly */
  readonly peak: readonly PlanePoint[];
  /** width of least risk within the map, by radius */
  readonly best: readonly PlanePoint[];
}

const { psi1: width, eps: radius } = parameters;
const SMALL = 1e-3;

/** What the map depends on: neither the width nor the training radius that happen to be set. */
export const mapKey = ({ psi1: _, eps: __, ...rest }: Settings, measure: Measure): string =>
  JSON.stringify({ ...rest, measure });

export function riskGrid(settings: Settings, measure: Measure, nx: number, ny: number): RiskGrid {
  const axes = {
    x: {
      parameter: libraryName('psi1', settings),
      values: { from: width.from, to: width.to, count: nx, scale: 'log' as const },
    },
    // The limit of eps to 0 at lambda = 0 is not the risk at eps = 0; the lowest row shows the limit.
    y: { parameter: 'eps', values: { from: SMALL, to: radius.to, count: ny } },
  };
  const { classes, options } = questionOf(settings);
  const rows = classes
    ? riskSurface(mapOf(settings), without(options, 'eps'), axes).risks.map((row) => row.map(ofClasses))
    : riskSurface(mapOf(settings), without(options, 'eps'), axes).risks.map((row) => row.map(ofValues));
  const nothing = Math.log(nothingRisk(settings));
  // An infinite risk, or none at all, is off the colour scale like any that is very large or small.
  const shownRatio = (risk: PageRisk): number => Math.max(-9, Math.min(9, Math.log(risk[measure]) - nothing));
  const psi1 = gridValues(axes.x.values);
  // An attack at test that follows that of training is 0 there, too.
  const zero = { ...settings, eps: 0 };
  return {
    nx,
    ny,
    psi1,
    eps: gridValues(axes.y.values),
    logRatio: Float32Array.from(rows.flat(), shownRatio),
    atZero: Float32Array.from(psi1, (width) => shownRatio(riskAt({ ...zero, psi1: width }))),
  };
}

export function mapLines(settings: Settings, measure: Measure, count: number): MapLines {
  const map = mapOf(settings);
  const name = libraryName('psi1', settings);
  const { classes, options } = questionOf(settings);
  const criticalAt = (here: FeatureMap): number =>
    classes ? criticalEps(here, options) : criticalEps(here, options);
  const critical = gridValues({ from: width.from, to: width.to, count: 121, scale: 'log' }).map((psi1) => ({
    psi1,
    eps: criticalAt(map.with({ [name]: psi1 })),
  }));
  const radii = gridValues({ from: SMALL, to: radius.to, count });
  const search = { parameter: name, from: width.from, to: width.to };
  const bestAt = (eps: number) =>
    classes
      ? bestWidth(map, { ...options, eps }, { ...search, measure: errorOf[measure] })
      : bestWidth(map, { ...options, eps }, { ...search, measure });
  const best = radii.flatMap((eps) => {
    const { at, where, risk } = bestAt(eps);
    return where === 'inside' && risk.phase !== 'null' ? [{ psi1: at, eps }] : [];
  });
  if (classes) return { critical, peak: capacityLine(map, options, name, count), best };
  const peak = radii.flatMap((eps) => {
    const top = interpolationPeak(map, { ...options, eps }, { measure, parameter: name });
    return top ? [{ psi1: top.at, eps }] : [];
  });
  return { critical, peak, best };
}

/** What stands in the places of the risks in a classification. */
const errorOf = { standardRisk: 'error', adversarialRisk: 'robustError' } as const;

/** By width, the radius up to which the labels can be fitted on the whole ball about every row; as far as the map goes. */
function capacityLine(
  map: FeatureMap,
  { psi2, labels, flip, tau, norm, signal }: ClassificationOptions,
  name: string,
  count: number,
): PlanePoint[] {
  const of = given({ labels, flip, tau, norm, signal });
  return gridValues({ from: width.from, to: width.to, count, scale: 'log' }).flatMap((psi1) => {
    const here = map.with({ [name]: psi1 });
    // The capacity falls with the radius.
    const over = (eps: number): number => Math.log(psi2 / robustCapacity(here, { ...of, eps }).psi2);
    if (over(SMALL) >= 0 || over(radius.to) <= 0) return [];
    return [{ psi1, eps: Math.exp(increasingRoot((x) => over(Math.exp(x)), Math.log(0.3)).value) }];
  });
}
