import { given } from '../checkOptions.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkInteger, InvalidArgumentError } from '../errors.ts';
import { type MeasuredMoments, measureFeatures } from '../evaluation/measureFeatures.ts';
import type { ActivationName } from '../models/activations.ts';
import { randomFeaturesMap } from '../models/deepRandomFeaturesModel.ts';
import type { FrozenFeatures } from '../models/frozenFeatures.ts';
import {
  callback,
  ifGiven,
  type OptionChecks,
  type Resolved,
  resolveOptions,
  seedOfStreams,
} from '../resolveOptions.ts';
import type { tf } from '../runtime/tf.ts';
import { errorsFrom, type PredictedErrors } from './predictedErrors.ts';
import { intervalsFrom, type RiskIntervals } from './predictionIntervals.ts';
import { type PredictionGrid, predictRobustRisk, type RiskPrediction } from './predictRobustRisk.ts';
import { residualsAt } from './typicalResiduals.ts';

/** The grid to predict on, and the features: random ones of some widths, or those of a model. */
export interface DataPredictionOptions extends PredictionGrid {
  /** Features a layer: a grid of predictions for each width. Default 50, 100 and 200; none with a model. */
  readonly widths?: readonly number[] | undefined;
  /** Layers of random features, all of one width. Default 1. */
  readonly depth?: number;
  /** Of random features. Default 'shifted-relu'. */
  readonly activation?: ActivationName;
  /** A model, or a map such as {@link handedFeatures}, whose features are measured in place of random ones. */
  readonly model?: tf.LayersModel | FrozenFeatures | undefined;
  /** Name of the layer at which the model is cut. Default the one before its last. */
  readonly layer?: string | undefined;
  /** Fraction of the rows to measure on. Default 0.5. */
  readonly share?: number;
  /** Names the streams of the weights and of the measured rows. Default 0. */
  readonly seed?: number | string;
  /**
   * Held-out rows of the split that the intervals speak of. Default those neither measured nor trained on, and n / 4 where
   * that is more.
   */
  readonly testRows?: number | undefined;
  /** Called after each interval: how many are done, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
}

const CHECKS: OptionChecks<DataPredictionOptions> = {
  n: true,
  eps: true,
  lambda: true,
  epsTest: true,
  widths: true,
  depth: checkInteger,
  activation: true,
  model: true,
  layer: true,
  share: true,
  seed: seedOfStreams,
  testRows: ifGiven(checkInteger),
  onProgress: callback,
};
const DEFAULTS = { depth: 1, activation: 'shifted-relu', share: 0.5, seed: 0 } as const;
type Settings = Resolved<DataPredictionOptions, typeof DEFAULTS>;

/** Predictions from which on there are no intervals, which take a factorisation each. */
const MOST_INTERVALS = 1000;

const WIDTHS = [50, 100, 200];

/** A prediction, and the number of features that it is for. */
export type WidthPrediction = RiskPrediction & {
  /** Features, N. */
  readonly width: number;
  /** Held-out rows of the split that `intervals` speaks of. */
  readonly testRows: number;
  /** As {@link predictionIntervals} gives them; null, too, for grids of more than a thousand predictions. */
  readonly intervals: RiskIntervals | null;
  /** Where every target is +1 or -1, shares of rows with the wrong sign; null otherwise, and where there are no intervals. */
  readonly errors: PredictedErrors | null;
};

/** Predictions for every combination of width, n, lambda and eps, and the one of least adversarial risk. */
export interface DataPredictions {
  /** Rows that the features were measured on. */
  readonly measuredRows: number;
  /** eps runs fastest, then lambda, n and width. */
  readonly predictions: readonly WidthPrediction[];
  /** The prediction of least adversarial risk. */
  readonly best: WidthPrediction;
  /** Whether all predictions are at one test radius; otherwise `best` is merely at the smallest. */
  readonly comparable: boolean;
}

/**
 * Measures features on a data set and predicts, before any training, the risks of read-outs with an intercept that are
 * adversarially trained on n of its rows: `measureFeatures`, then {@link predictRobustRisk}, for each width.
 * @throws InvalidArgumentError and UserError as these do; InvalidArgumentError for widths beside a model
 */
export async function predictOnData(data: Dataset, options: DataPredictionOptions): Promise<DataPredictions> {
  const settings = resolveOptions('predictOnData', options, CHECKS, DEFAULTS);
  const { n, eps, lambda, epsTest, testRows, onProgress = () => {} } = settings;
  const measured = await measurements(data, settings);
  const predicted = measured.map((moments) => predictRobustRisk(moments, { n, eps, lambda, epsTest }));
  const count = predicted.flat().length;
  const isLabelled = data.y.every((label) => Math.abs(label) === 1);
  let done = 0;
  const predictions = measured.flatMap((moments, k) =>
    predicted[k]!.map((prediction): WidthPrediction => {
      const left = moments.otherRows.length - prediction.n;
      const tested = testRows ?? Math.max(left, Math.ceil(prediction.n / 4));
      const typical = count > MOST_INTERVALS ? null : residualsAt(moments, prediction);
      const intervals = typical && intervalsFrom(moments, prediction, typical, tested);
      const errors = isLabelled && typical ? errorsFrom(moments, prediction, typical) : null;
      onProgress(++done, count);
      return { width: moments.units, ...prediction, testRows: tested, intervals, errors };
    }),
  );
  return {
    measuredRows: measured[0]!.rows,
    predictions,
    best: predictions.reduce((a, b) => (b.adversarialRisk < a.adversarialRisk ? b : a)),
    comparable: predictions.every((row) => row.epsTest === predictions[0]!.epsTest),
  };
}

async function measurements(data: Dataset, options: Settings): Promise<MeasuredMoments[]> {
  const { model, layer, depth, activation, share, seed } = options;
  if (model !== undefined) {
    if (options.widths !== undefined)
      throw new InvalidArgumentError('widths', options.widths, 'none with a model');
    return [await measureFeatures(model, data, { share, seed, ...given({ layer }) })];
  }
  if (layer !== undefined) throw new InvalidArgumentError('layer', layer, 'none without a model');
  const { widths = WIDTHS } = options;
  if (!(Array.isArray(widths) && widths.length > 0))
    throw new InvalidArgumentError('widths', widths, 'a list of widths');
  const measured: MeasuredMoments[] = [];
  for (const width of widths) {
    const units = new Array<number>(depth).fill(width);
    const map = await randomFeaturesMap({ inputDim: data.d, units, activation, seed });
    measured.push(await measureFeatures(map, data, { share, seed }));
  }
  return measured;
}
