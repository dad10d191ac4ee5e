import { InvalidArgumentError } from '../errors.ts';

/** A mean with its standard error, from `count` independent values. */
export interface Estimate {
  /** The mean. */
  readonly value: number;
  /** Sample standard deviation over sqrt(count); NaN for fewer than two values. */
  readonly standardError: number;
  /** Values that it is the mean of. */
  readonly count: number;
}

/** Mean and standard error of values that arrive in batches (Chan, Golub & LeVeque's update of the variance). */
export class RunningMean {
  #count = 0;
  #mean = 0;
  #squares = 0;

  add(values: ArrayLike<number>): this {
    const n = values.length;
    if (n === 0) return this;
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[i]!;
    const mean = sum / n;
    let squares = 0;
    for (let i = 0; i < n; i++) squares += (values[i]! - mean) ** 2;
    const total = this.#count + n;
    const shift = mean - this.#mean;
    this.#squares += squares + (shift * shift * this.#count * n) / total;
    this.#mean += (shift * n) / total;
    this.#count = total;
    return this;
  }

  /** The standard error is NaN for fewer than two values: one value says nothing of its own error. */
  estimate(): Estimate {
    const count = this.#count;
    const variance = count > 1 ? this.#squares / (count - 1) : Number.NaN;
    return { value: this.#mean, standardError: Math.sqrt(variance / count), count };
  }
}

/**
 * The mean of some values, such as one a seed.
 * @param values independent of each other, or the standard error means nothing
 * @throws InvalidArgumentError for anything but numbers in an array
 */
export function meanOf(values: ArrayLike<number>): Estimate {
  if (!(Array.isArray(values) || ArrayBuffer.isView(values)) || !Array.prototype.every.call(values, isNumber))
    throw new InvalidArgumentError('values', values, 'an array of numbers');
  return new RunningMean().add(values).estimate();
}

const isNumber = (value: unknown): boolean => typeof value === 'number';
