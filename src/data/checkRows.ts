import { checkInteger, InvalidArgumentError } from '../errors.ts';
import type { HostRows } from './dataset.ts';

type FloatArray = 'Float32Array' | 'Float64Array';
const EITHER: readonly FloatArray[] = ['Float32Array', 'Float64Array'];

/**
 * Rows whose values are looked at.
 * @param least rows that are needed
 * @throws InvalidArgumentError as {@link checkSizes} does, and for the first value that is not a finite number, by row
 */
export function checkRows(data: HostRows, least = 1): void {
  checkSizes(data, EITHER, least);
  const { d, x, y } = data;
  const badX = x.findIndex((value) => !Number.isFinite(value));
  if (badX >= 0)
    throw new InvalidArgumentError(
      `x in row ${Math.floor(badX / d)}, column ${badX % d}`,
      x[badX],
      'a finite number',
    );
  const badY = y.findIndex((value) => !Number.isFinite(value));
  if (badY >= 0) throw new InvalidArgumentError(`y in row ${badY}`, y[badY], 'a finite number');
}

/**
 * Rows of which only the kind and the sizes are looked at.
 * @throws InvalidArgumentError for anything else, such as tensors and nested arrays, and for sizes that disagree
 */
export function checkSizes(data: HostRows, kinds: readonly FloatArray[], least: number): void {
  if (!data || typeof data !== 'object' || !['n', 'd', 'x', 'y'].every((name) => name in data))
    throw new InvalidArgumentError(
      'data',
      data,
      `a data set {n, d, x, y}, x and y ${kinds.join(' or ')} on the host`,
    );
  const n = checkInteger('n', data.n, least);
  const d = checkInteger('d', data.d);
  checkFloats('x', data.x, n * d, `n * d = ${n * d} values`, kinds);
  checkFloats('y', data.y, n, `n = ${n} values, one a row of x`, kinds);
}

/** @throws InvalidArgumentError where `values` is no array of floats of this length */
export function checkFloats(
  name: string,
  values: unknown,
  length: number,
  expected: string,
  kinds: readonly FloatArray[] = EITHER,
): void {
  // Not instanceof: a notebook's cells may run in a realm of their own.
  const kind = Object.prototype.toString.call(values).slice(8, -1);
  if (!kinds.some((one) => one === kind))
    throw new InvalidArgumentError(name, values, `a ${kinds.join(' or ')} of ${expected}`);
  const found = (values as Float32Array).length;
  if (found !== length) throw new InvalidArgumentError(name, `${found} values`, expected);
}
