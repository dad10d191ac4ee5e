import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger, checkNonNegative, checkPositive } from '../errors.ts';
import { stream } from '../random/stream.ts';
import type { Dataset } from './dataset.ts';

/** The linear teacher to draw; its input dimension has no default. */
export interface TeacherArgs {
  /** Input dimension. */
  readonly d: number;
  /** Standard deviation of the label noise. Default 0. */
  readonly tau?: number;
  /** Norm of the signal beta. Default 1. */
  readonly rho?: number;
  /** Names the streams of beta and of every sample. Default 0. */
  readonly seed?: number | string;
}

/** The linear teacher of Hassani & Javanmard, section 2: x ~ N(0, I_d), y = <x, beta> + xi, xi ~ N(0, tau^2). */
export interface Teacher {
  /** Input dimension. */
  readonly d: number;
  /** Standard deviation of the label noise. */
  readonly tau: number;
  /** |beta| */
  readonly rho: number;
  /** Uniform on the sphere of radius rho in R^d. */
  readonly beta: Float64Array;
  /** n fresh rows; `name` keeps one sample's stream apart from another's ('train', 'test'). */
  sample(name: string, n: number): Dataset;
  /** The rows of `sample(name, n)`, bit for bit, at most `batchSize` at a time, so that n may be very large. */
  batches(name: string, n: number, batchSize?: number): Generator<Dataset>;
}

const TEACHER_ARGS: OptionNames<TeacherArgs> = { d: true, tau: true, rho: true, seed: true };

/** A seeded linear teacher. @throws InvalidArgumentError for d < 1, tau < 0, rho <= 0, or an option that there is not. */
export function teacher(args: TeacherArgs): Teacher {
  checkOptions('teacher', args, TEACHER_ARGS);
  const d = checkInteger('d', args.d);
  const tau = checkNonNegative('tau', args.tau ?? 0);
  const rho = checkPositive('rho', args.rho ?? 1);
  const seed = args.seed ?? 0;
  const beta = stream(seed, 'teacher', 'beta').fillGaussian(new Float64Array(d));
  const norm = Math.sqrt(beta.reduce((sum, b) => sum + b * b, 0));
  for (let j = 0; j < d; j++) beta[j]! *= rho / norm;

  function* batches(name: string, n: number, batchSize = 4096): Generator<Dataset> {
    checkInteger('n', n);
    checkInteger('batchSize', batchSize);
    // Inputs and noise come from streams of their own, so that rows do not depend on how they are batched.
    const inputs = stream(seed, 'teacher', name, 'x');
    const noise = stream(seed, 'teacher', name, 'xi');
    for (let start = 0; start < n; start += batchSize) {
      const rows = Math.min(batchSize, n - start);
      const x = inputs.fillGaussian(new Float32Array(rows * d));
      const y = noise.fillGaussian(new Float32Array(rows), tau);
      for (let i = 0; i < rows; i++) {
        let signal = 0;
        for (let j = 0; j < d; j++) signal += x[i * d + j]! * beta[j]!;
        y[i]! += signal;
      }
      yield { n: rows, d, x, y };
    }
  }

  return { d, tau, rho, beta, batches, sample: (name, n) => batches(name, n, n).next().value as Dataset };
}
