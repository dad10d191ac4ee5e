import { checkInteger, InvalidArgumentError } from '../errors.ts';

/** Rows in float32 or float64, as `Dataset` and `ExactData` have them. */
interface Rows {
  readonly n: number;
  readonly d: number;
  readonly x: Float32Array | Float64Array;
  readonly y: Float32Array | Float64Array;
}

/**
 * @param least rows that are needed
 * @throws InvalidArgumentError for rows that are something else, such as tensors or nested arrays, for sizes that disagree, and
 * for the first value that is not a finite number, by row
 */
export function checkRows(data: Rows, least = 1): void {
  if (data === null || typeof data !== 'object' || !('n' in data && 'd' in data))
    throw new InvalidArgumentError(
      'data',
      data,
      'rows as {n, d, x, y}, x and y Float32Array or Float64Array',
    );
  const { x, y } = data;
  const n = checkInteger('n', data.n, least);
  const d = checkInteger('d', data.d);
  checkFloats('x', x, n * d, `n * d = ${n * d} values, row after row`);
  checkFloats('y', y, n, `n = ${n} values, one a row of x`);
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

/** @throws InvalidArgumentError where `values` is no Float32Array or Float64Array of this length */
export function checkFloats(name: string, values: unknown, length: number, expected: string): void {
  if (!(values instanceof Float32Array || values instanceof Float64Array))
    throw new InvalidArgumentError(name, values, `a Float32Array or Float64Array of ${expected}`);
  if (values.length !== length) throw new InvalidArgumentError(name, `${values.length} values`, expected);
}
