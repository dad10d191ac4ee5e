import type { CellResult } from '../../cells/cellResult.ts';
import { type Estimate, meanOf } from '../../numerics/estimate.ts';
import type { PlacedMeasurement } from '../draw/curveView.ts';
import type { Settings } from '../state/parameters.ts';
import { questionOf, spectrumName, widthsOf } from '../theory/ask.ts';
import { type Axis, placeOf, settingsAt } from '../theory/curve.ts';
import { kept } from '../theory/keptAnswers.ts';
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
  elsewhere: false,
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
export const matching = kept(
  (measurements: readonly Measurement[], settings: Settings, axis: Axis): readonly PlacedMeasurement[] => {
    const here = placeOf(settings, axis);
    const curve = key(settingsAt(settings, axis, here));
    return measurements
      .filter((measurement) => key(settingsAt(measurement.settings, axis, here)) === curve)
      .map((measurement) => ({ at: placeOf(measurement.settings, axis), measurement }))
      .sort((a, b) => a.at - b.at);
  },
);

const samePoint = (a: Measurement, b: Measurement): boolean =>
  a.d === b.d && key(a.settings) === key(b.settings);

/** New measurements in place of older ones of the same point and dimension; what was read from a link never takes that of models trained here. */
export function withMeasurements(
  measurements: readonly Measurement[],
  added: readonly Measurement[],
): readonly Measurement[] {
  const wanted = added.filter(
    (next) => !next.elsewhere || !measurements.some((known) => !known.elsewhere && samePoint(known, next)),
  );
  if (wanted.length === 0) return measurements;
  return [...measurements.filter((known) => !wanted.some((next) => samePoint(known, next))), ...wanted];
}
