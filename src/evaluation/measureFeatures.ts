import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { rowsOf } from '../data/batches.ts';
import { checkRows } from '../data/checkRows.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkInteger, checkPositive, InvalidArgumentError, UserError } from '../errors.ts';
import type { FrozenFeatures } from '../models/frozenFeatures.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { transpose } from '../numerics/vectors.ts';
import { stream } from '../random/stream.ts';
import type { tf } from '../runtime/tf.ts';
import { cutModel } from './cutModel.ts';

/** How {@link measureFeatures} splits the rows, takes gradients and spends memory. */
export interface MeasureOptions {
  /** Name of the layer at which a model is cut; default the one before its last. */
  readonly layer?: string;
  /** Fraction of the rows to measure on; the others are named in `otherRows`, to train and test on. Default 0.5. */
  readonly share?: number;
  /** Names the streams of the split and of the directions. Default 0. */
  readonly seed?: number | string;
  /**
   * Directions a row along which gradients are taken, where there is no shorter way to J: d or more takes all of them,
   * fewer takes random signs, whose mean is J. Default 16, or more: about 100 N over the rows.
   */
  readonly directions?: number;
  /** Bytes that the measurement may take at once. Default 1.2e9. */
  readonly memory?: number;
}

const OPTIONS: OptionNames<MeasureOptions> = {
  layer: true,
  share: true,
  seed: true,
  directions: true,
  memory: true,
};

/** The moments of a frozen feature map on a data set: all that a prediction needs. */
export interface MeasuredMoments {
  /** Number of features, N. */
  readonly units: number;
  /** Input dimension, d. */
  readonly inputDim: number;
  /** Rows that F and c are means of. */
  readonly rows: number;
  /** Indices of the rows that were not measured. */
  readonly otherRows: Uint32Array;
  /** Mean of phi, length N: training is that of a read-out with an intercept. */
  readonly mean: Float64Array;
  /** Mean of y. */
  readonly targetMean: number;
  /** Covariance of phi, N x N, row after row. */
  readonly F: Float64Array;
  /** Mean of grad phi grad phi', N x N; inputs in the units they came in. */
  readonly J: Float64Array;
  /** Covariance of phi and y, length N. */
  readonly c: Float64Array;
  /** Variance of y. */
  readonly targetVariance: number;
  /** Directions a row along which J was measured; d where it is exact. */
  readonly directions: number;
  /** How features and gradients were computed. */
  readonly method: string;
  /** Some of the rows themselves, from which it is told how far a prediction may be off; absent where only moments are known. */
  readonly sample?: FeatureSample;
}

/** Features and targets at some of the measured rows, in a random choice. */
export interface FeatureSample {
  /** All that were measured, or as many as keep N^2 of them at about 1e8. */
  readonly rows: number;
  /** Features less their mean over all measured rows, rows x N. */
  readonly phi: Float64Array;
  /** Targets less their mean over all measured rows, one a row. */
  readonly y: Float64Array;
}

/** Rows of N features that are kept as they are: heavy tails need many, and a use of them costs N^2 operations a row. */
const keptRows = (N: number): number => Math.max(1000, Math.min(10_000, Math.floor(1e8 / N ** 2)));

/**
 * F, J and c of a frozen feature map on a data set, by batches, with float64 sums.
 *
 * For one layer after scalings J = (W W') o mean D D', D the slopes of the activations; for others it comes from
 * derivatives along directions, (1/k) sum over directions v of (d phi v)(d phi v)'.
 * @param map a model, cut at `layer`, or a feature map
 * @param data rows other than those on which layers of the model were trained, which a prediction would be too good on
 * @throws InvalidArgumentError for options or data out of range; UserError when N takes more than `memory`, or all targets
 * are the same
 */
export async function measureFeatures(
  map: tf.LayersModel | FrozenFeatures,
  data: Dataset,
  options: MeasureOptions = {},
): Promise<MeasuredMoments> {
  checkOptions('measureFeatures', options, OPTIONS);
  const { share = 0.5, seed = 0, memory = 1.2e9 } = options;
  checkPositive('memory', memory);
  if (!(typeof share === 'number' && share > 0 && share <= 1))
    throw new InvalidArgumentError('share', share, 'a number in (0, 1]');
  checkRows(data, 4);
  const features = isFeatureMap(map) ? map : await cutModel(map, options.layer);
  const { units: N, inputDim: d } = features;
  if (d !== data.d)
    throw new InvalidArgumentError('x', `${data.d} columns`, `${d}, as the feature map reads`);
  const matrices = 8 * N * N * 6;
  if (matrices > memory)
    throw new UserError(
      `${N} features take ${(matrices / 1e9).toFixed(1)} GB to measure, more than the ${(memory / 1e9).toFixed(1)} GB allowed; ` +
        `at most ${Math.floor(Math.sqrt(memory / 48))} fit`,
    );

  const order = stream(seed, 'measureFeatures', 'split').permutation(data.n);
  const rows = Math.max(2, Math.round(share * data.n));
  const measuredRows = order.subarray(0, rows).slice().sort();
  const measured = rowsOf(data, measuredRows);
  const chosen = new Set(order.subarray(0, Math.min(rows, keptRows(N))));
  const kept: { readonly phi: Float64Array; readonly y: number }[] = [];
  const shortWay = features.gradientGram !== undefined;
  const wanted = checkInteger('directions', options.directions ?? Math.max(16, Math.ceil((100 * N) / rows)));
  const k = shortWay ? d : Math.min(d, wanted);
  // Values and directions of a batch, a few arrays of each, in what is left of the memory; short enough to stay fast.
  const perRow = 8 * 6 * features.widest * (shortWay ? 1 : k + 1);
  const batchSize = Math.max(1, Math.min(1024, Math.floor(Math.min(memory - matrices, 2e8) / perRow)));

  const sums = {
    mean: new Float64Array(N),
    F: new Float64Array(N * N),
    J: new Float64Array(N * N),
    c: new Float64Array(N),
    y: 0,
    yy: 0,
  };
  const signs = stream(seed, 'measureFeatures', 'directions');
  // Sums are taken about the first batch's means, so that large means cost no digits.
  let origin: Float64Array | undefined;
  let originY = 0;
  for (let start = 0; start < rows; start += batchSize) {
    const n = Math.min(batchSize, rows - start);
    const x = Float64Array.from(measured.x.subarray(start * d, (start + n) * d));
    const y = Float64Array.from(measured.y.subarray(start, start + n));
    const phi = await features.features(x, n);
    finite(phi);
    if (!origin) {
      origin = meanRow(phi, n, N);
      originY = y.reduce((sum, value) => sum + value, 0) / n;
    }
    addMoments(phi, y, n, N, origin, originY, sums);
    for (let i = 0; i < n; i++)
      if (chosen.has(measuredRows[start + i]!)) kept.push({ phi: phi.slice(i * N, (i + 1) * N), y: y[i]! });
    if (features.gradientGram) addTo(sums.J, features.gradientGram(x, n));
    else {
      const v = directionsFor(n, k, d, signs);
      const slopes = await features.along(x, v, n, k);
      addGram(slopes, n * k, N, sums.J);
    }
  }

  const scale = shortWay || k === d ? 1 : 1 / k;
  const { F, J, c, mean } = sums;
  for (let a = 0; a < N; a++) {
    mean[a]! /= rows;
    for (let b = 0; b <= a; b++) {
      F[a * N + b] = F[b * N + a] = (F[a * N + b]! - rows * mean[a]! * mean[b]!) / (rows - 1);
      J[a * N + b] = J[b * N + a] = (scale * J[a * N + b]!) / rows;
    }
  }
  const meanY = sums.y / rows;
  for (let a = 0; a < N; a++) c[a] = (c[a]! - rows * mean[a]! * meanY) / (rows - 1);
  const targetVariance = (sums.yy - rows * meanY * meanY) / (rows - 1);
  if (!(targetVariance > 0))
    throw new UserError(
      `all ${rows} measured targets are ${originY}: there is nothing to learn from one class or value`,
    );
  for (let a = 0; a < N; a++) mean[a]! += origin![a]!;
  return {
    units: N,
    inputDim: d,
    rows,
    otherRows: order.subarray(rows).slice().sort(),
    mean,
    targetMean: meanY + originY,
    F,
    J,
    c,
    targetVariance,
    directions: k,
    method: features.name,
    sample: sampleOf(kept, mean, meanY + originY),
  };
}

function sampleOf(
  kept: readonly { readonly phi: Float64Array; readonly y: number }[],
  mean: Float64Array,
  meanY: number,
): FeatureSample {
  const N = mean.length;
  const phi = new Float64Array(kept.length * N);
  kept.forEach((row, i) => {
    for (let a = 0; a < N; a++) phi[i * N + a] = row.phi[a]! - mean[a]!;
  });
  return { rows: kept.length, phi, y: Float64Array.from(kept, (row) => row.y - meanY) };
}

/** F += sum (phi - origin)(phi - origin)', lower triangle, and the like for c and the means. */
function addMoments(
  phi: Float64Array,
  y: Float64Array,
  n: number,
  N: number,
  origin: Float64Array,
  originY: number,
  sums: { mean: Float64Array; F: Float64Array; c: Float64Array; y: number; yy: number },
): void {
  const centred = new Float64Array(n * N);
  for (let i = 0; i < n; i++) {
    const target = y[i]! - originY;
    sums.y += target;
    sums.yy += target * target;
    for (let a = 0; a < N; a++) {
      const value = phi[i * N + a]! - origin[a]!;
      centred[i * N + a] = value;
      sums.mean[a]! += value;
      sums.c[a]! += value * target;
    }
  }
  addGram(centred, n, N, sums.F);
}

/** `sum` += A' A for A of m rows and N columns; lower triangle. */
function addGram(a: Float64Array, m: number, N: number, sum: Float64Array): void {
  const columns = transpose(a, m, N);
  const gram = new Float64Array(N * N);
  linearAlgebra().multiplyTransposed(columns, columns, gram, { m: N, n: N, k: m, lower: true });
  addTo(sum, gram);
}

function addTo(sum: Float64Array, more: Float64Array): void {
  for (let j = 0; j < sum.length; j++) sum[j]! += more[j]!;
}

/** k directions for each of n rows: every axis, or random signs. */
function directionsFor(n: number, k: number, d: number, signs: { uniform(): number }): Float64Array {
  const v = new Float64Array(n * k * d);
  if (k === d) for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) v[(i * d + j) * d + j] = 1;
  else for (let j = 0; j < v.length; j++) v[j] = signs.uniform() < 0.5 ? -1 : 1;
  return v;
}

function meanRow(a: Float64Array, n: number, N: number): Float64Array {
  const mean = new Float64Array(N);
  for (let i = 0; i < n; i++) for (let j = 0; j < N; j++) mean[j]! += a[i * N + j]! / n;
  return mean;
}

const isFeatureMap = (map: tf.LayersModel | FrozenFeatures): map is FrozenFeatures =>
  map !== null && typeof map === 'object' && 'features' in map;

function finite(phi: Float64Array): void {
  const wrong = phi.find((value) => !Number.isFinite(value));
  if (wrong !== undefined) throw new InvalidArgumentError('model', wrong, 'finite features on every row');
}
