import { rowsOf, widthOf } from '../../cells/cellSizes.ts';
import { activationNames } from '../../theory/index.ts';
import { type AxisName, MAX_DEPTH, type Settings } from '../state/parameters.ts';
import { isClassifier, riskAt } from '../theory/ask.ts';
import { type Axis, settingsAt } from '../theory/curve.ts';
import { cellFor, workOf } from './cellFor.ts';

/** Where a curve is checked: a few places that tell its shape and train in a page within a minute or so. */
const places: Readonly<Record<AxisName, readonly number[]>> = {
  psi1: [0.3, 0.8, 1.6, 3.2, 6.4, 13],
  psi2: [0.4, 0.8, 1.6, 3.2, 6.4],
  eps: [0, 0.2, 0.4, 0.7, 1, 1.5],
  epsTest: [0, 0.5, 1, 1.5, 2],
  lambda: [1e-4, 1e-3, 1e-2, 0.1, 1],
  tau: [0, 0.5, 1, 1.5, 2],
  depth: Array.from({ length: MAX_DEPTH }, (_, i) => i),
  activation: activationNames.map((_, i) => i),
};

/** The points to train, without those of infinite risk. */
export const pointsToCheck = (settings: Settings, axis: Axis, where: 'here' | 'along'): Settings[] =>
  (where === 'here' ? [settings] : places[axis.name].map((at) => settingsAt(settings, axis, at))).filter(
    (point) => Number.isFinite(riskAt(point).standardRisk),
  );

/** Multiplications in one pass of the largest point: beyond this a page would train for minutes a model. */
const MOST_WORK = 4e8;

/** Why these points cannot be trained, or not in a page; or undefined. */
export function tooMuch(points: readonly Settings[], d: number): string | undefined {
  if (points.length === 0) return 'the risk is infinite here: there is nothing to compare with';
  for (const settings of points) {
    const { loss, lambda } = settings;
    if (loss === 'absolute' || loss === 'huber')
      return `no finite model is trained with the ${loss} loss: only with the square and with those of classes`;
    if (isClassifier(settings) && lambda === 0)
      return 'labels that can be fitted leave a finite classifier without an optimum: give a ridge penalty above 0';
    const work = workOf(settings, d).reduce((sum, layer) => sum + layer, 0);
    const of = cellFor(settings, d);
    if (work > MOST_WORK)
      return `N = ${widthOf(of)} features and n = ${rowsOf(of)} samples are too many for a page; lower d, or use the command line`;
  }
  return undefined;
}
