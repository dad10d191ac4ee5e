import type { CellResult } from '../../cells/cellResult.ts';
import { type Estimate, meanOf } from '../../evaluation/estimate.ts';
import type { PlacedMeasurement } from '../draw/curveView.ts';
import type { Settings } from '../state/parameters.ts';
import { questionOf, spectrumName, widthsOf } from '../theory/ask.ts';
import { type Axis, placeOf, settingsAt } from '../theory/curve.ts';
import type { MeasuredRisk, Measurement } from './protocol.ts';

/** What the models of one point measured, one result a seed. */
export const measurementOf = (
  settings: Settings,
  d: number,
  results: readonly CellResult[],
): Measurement => ({
  settings,
  d,
  seeds: results.length,
  standardRisk: average(results.map(({ standardRisk }) => standardRisk)),
  adversarialRisk: average(results.map(({ adversarialRisks }) => adversarialRisks[0]!)),
  converged: results.filter(({ training }) => training.converged).length,
});

/** One model has only the error of its test set; several show how much models differ, too. */
function average(estimates: readonly Estimate[]): MeasuredRisk {
  const { value, standardError } =
    estimates.length === 1 ? estimates[0]! : meanOf(estimates.map((estimate) => estimate.value));
  return { value, standardError };
}

/** Settings that ask the same question of the same features are the same. */
const key = (settings: Settings): string =>
  JSON.stringify([questionOf(settings), settings.activation, widthsOf(settings), spectrumName(settings)]);

/** Those measured on the curve of `settings` along `axis`, in order. */
export const matching = (
  measurements: readonly Measurement[],
  settings: Settings,
  axis: Axis,
): PlacedMeasurement[] => {
  const here = placeOf(settings, axis);
  const curve = key(settingsAt(settings, axis, here));
  return measurements
    .filter((measurement) => key(settingsAt(measurement.settings, axis, here)) === curve)
    .map((measurement) => ({ at: placeOf(measurement.settings, axis), measurement }))
    .sort((a, b) => a.at - b.at);
};

/** A new measurement in place of an older one of the same point and dimension. */
export const withMeasurement = (measurements: readonly Measurement[], next: Measurement): Measurement[] => [
  ...measurements.filter(
    ({ settings, d }) => d !== next.d || JSON.stringify(settings) !== JSON.stringify(next.settings),
  ),
  next,
];
