import { checkOptions, type OptionNames } from '../checkOptions.ts';
import {
  checkChoice,
  checkInteger,
  checkNonNegative,
  checkPositive,
  InvalidArgumentError,
} from '../errors.ts';
import { norm } from '../numerics/vectors.ts';
import { type Stream, stream } from '../random/stream.ts';
import type { GaussianPart } from '../theory/channels/gaussianMixtures.ts';
import { checkFlip, LABEL_LAWS, type LabelLaw } from '../theory/channels/labels.ts';
import { type Noise, noiseParts } from '../theory/channels/noise.ts';
import { type Signal, signalParts } from '../theory/linf/signal.ts';
import { checkSpectrum, directionsOf, type Spectrum } from '../theory/spectrum.ts';
import type { Dataset } from './dataset.ts';
import { type Fill, noiseFill } from './drawNoise.ts';

/** The linear teacher to draw; its input dimension has no default. */
export interface TeacherArgs {
  /** Input dimension. */
  readonly d: number;
  /** Standard deviation of the noise, or the scale of what blurs the labels. Default 0. */
  readonly tau?: number;
  /** Law of the noise of y = <x, beta> + xi. Default 'gaussian'. */
  readonly noise?: Noise;
  /** Labels in place of values: y = sign(<x, beta> + tau xi) with a normal ('probit') or a logistic xi. Default none. */
  readonly labels?: LabelLaw;
  /** Probability in [0, 1/2] that a label is turned over. Default 0. */
  readonly flip?: number;
  /** Norm of the signal beta. Default 1. */
  readonly rho?: number;
  /** Of the inputs: 'identity' (default), or a spectrum of which every eigenvalue gets its share of the d directions. */
  readonly covariance?: 'identity' | Spectrum;
  /** The law of the coordinates of beta, of which only attacks on single inputs know. Default: uniform on the sphere. */
  readonly signal?: Signal;
  /** Names the streams of beta and of every sample. Default 0. */
  readonly seed?: number | string;
}

/**
 * The linear teacher of Hassani & Javanmard, section 2: x ~ N(0, I_d), y = <x, beta> + xi, xi ~ N(0, tau^2). The noise may
 * have another law, the inputs another covariance, diagonal with its largest eigenvalue first, and the sign of the sum may be
 * all that is told.
 */
export interface Teacher {
  /** Input dimension. */
  readonly d: number;
  /** Standard deviation of the noise. */
  readonly tau: number;
  /** |beta| */
  readonly rho: number;
  /**
   * Of length rho in R^d, uniform unless a law is given. Under a spectrum the weights give the squares, and only signs are
   * drawn; of a signal with atoms each gets its share of the coordinates, with random signs.
   */
  readonly beta: Float64Array;
  /** n fresh rows; `name` keeps one sample's stream apart from another's ('train', 'test'). */
  sample(name: string, n: number): Dataset;
  /** The rows of `sample(name, n)`, bit for bit, at most `batchSize` at a time, so that n may be very large. */
  batches(name: string, n: number, batchSize?: number): Generator<Dataset>;
}

const TEACHER_ARGS: OptionNames<TeacherArgs> = {
  d: true,
  tau: true,
  noise: true,
  labels: true,
  flip: true,
  rho: true,
  covariance: true,
  signal: true,
  seed: true,
};

/**
 * A seeded linear teacher.
 * @throws InvalidArgumentError for d < 1, tau < 0, rho <= 0, a law of noise or labels or a covariance that makes no sense, or an
 * option that there is not
 */
export function teacher(args: TeacherArgs): Teacher {
  checkOptions('teacher', args, TEACHER_ARGS);
  const d = checkInteger('d', args.d);
  const given = args.tau === undefined ? undefined : checkNonNegative('tau', args.tau);
  const tau = given ?? 0;
  const { noise = 'gaussian', labels, flip = 0 } = args;
  if (labels !== undefined) {
    checkChoice('labels', labels, LABEL_LAWS);
    if (args.noise !== undefined)
      throw new InvalidArgumentError(
        'noise',
        args.noise,
        'none beside labels, which have a law of their own',
      );
  } else {
    noiseParts(noise, given);
    if (args.flip !== undefined) throw new InvalidArgumentError('flip', flip, 'none without labels');
  }
  checkFlip(flip);
  const fillOf = (random: Stream): Fill =>
    labels === 'logistic' ? logisticFill(tau, random) : noiseFill(noise, given, random);
  const rho = checkPositive('rho', args.rho ?? 1);
  const seed = args.seed ?? 0;
  const { covariance = 'identity' } = args;
  const directions = covariance === 'identity' ? undefined : directionsOf(checkSpectrum(covariance), d);
  const deviations = directions && Float64Array.from(directions.eigenvalues, Math.sqrt);
  const beta = stream(seed, 'teacher', 'beta').fillGaussian(new Float64Array(d));
  if (directions) {
    if (args.signal !== undefined)
      throw new InvalidArgumentError(
        'signal',
        args.signal,
        'none beside a covariance, whose weights give it',
      );
    for (let j = 0; j < d; j++) beta[j] = Math.sign(beta[j]!) * rho * Math.sqrt(directions.weights[j]!);
  } else {
    shape(beta, signalParts(args.signal));
    const length = norm(beta);
    if (length === 0)
      throw new InvalidArgumentError('d', d, 'more coordinates, so that some carry the signal');
    for (let j = 0; j < d; j++) beta[j]! *= rho / length;
  }

  function* batches(name: string, n: number, batchSize = 4096): Generator<Dataset> {
    checkInteger('n', n);
    checkInteger('batchSize', batchSize);
    // Inputs and noise come from streams of their own, so that rows do not depend on how they are batched.
    const inputs = stream(seed, 'teacher', name, 'x');
    const fill = fillOf(stream(seed, 'teacher', name, 'xi'));
    const turned = stream(seed, 'teacher', name, 'flip');
    for (let start = 0; start < n; start += batchSize) {
      const rows = Math.min(batchSize, n - start);
      const x = inputs.fillGaussian(new Float32Array(rows * d));
      if (deviations)
        for (let i = 0; i < rows; i++) for (let j = 0; j < d; j++) x[i * d + j]! *= deviations[j]!;
      const y = fill(new Float32Array(rows));
      for (let i = 0; i < rows; i++) {
        let signal = 0;
        for (let j = 0; j < d; j++) signal += x[i * d + j]! * beta[j]!;
        y[i]! += signal;
        if (labels === undefined) continue;
        // A sum of exactly 0 counts as positive.
        y[i] = y[i]! < 0 !== turned.uniform() < flip ? -1 : 1;
      }
      yield { n: rows, d, x, y };
    }
  }

  return { d, tau, rho, beta, batches, sample: (name, n) => batches(name, n, n).next().value as Dataset };
}

/** Gives each part of a law its share of the coordinates of standard Gaussian draws, in their order: shift and spread. */
function shape(beta: Float64Array, parts: readonly GaussianPart[]): void {
  let [from, share] = [0, 0];
  for (const { weight, shift, variance } of parts) {
    share += weight;
    const to = Math.round(share * beta.length);
    for (let j = from; j < to; j++)
      beta[j] = variance === 0 ? Math.sign(beta[j]!) * shift : shift + Math.sqrt(variance) * beta[j]!;
    from = to;
  }
}

/** Logistic draws of this scale. */
const logisticFill =
  (scale: number, random: Stream): Fill =>
  (out) => {
    for (let i = 0; i < out.length; i++) {
      // Above 0, so that its logit is finite.
      const u = Math.max(random.uniform(), 2 ** -54);
      out[i] = scale * (Math.log(u) - Math.log1p(-u));
    }
    return out;
  };
