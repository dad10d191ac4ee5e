import { checkInteger, InvalidArgumentError } from '../errors.ts';
import { stream } from '../random/stream.ts';
import { checkDataset, type Dataset } from './dataset.ts';

/** The rows of a data set in order, at most `batchSize` at a time; views, not copies. */
export function* batchesOf({ n, d, x, y }: Dataset, batchSize: number): Generator<Dataset> {
  checkInteger('batchSize', batchSize);
  for (let start = 0; start < n; start += batchSize) {
    const end = Math.min(n, start + batchSize);
    yield { n: end - start, d, x: x.subarray(start * d, end * d), y: y.subarray(start, end) };
  }
}

/**
 * The rows of a data set in the given order, copied.
 * @param data rows on the host, which stay as they are
 * @param rows their indices; one may come twice
 * @throws InvalidArgumentError for anything but a data set, and for an index outside of it
 */
export function rowsOf(data: Dataset, rows: ArrayLike<number>): Dataset {
  const { n, d, x, y } = checkDataset(data);
  const picked = {
    n: rows.length,
    d,
    x: new Float32Array(rows.length * d),
    y: new Float32Array(rows.length),
  };
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (!(Number.isInteger(row) && row >= 0 && row < n))
      throw new InvalidArgumentError(`rows[${i}]`, row, `an index of the ${n} rows`);
    picked.x.set(x.subarray(row * d, (row + 1) * d), i * d);
    picked.y[i] = y[row]!;
  }
  return picked;
}

/**
 * Shuffled mini-batches for ever, each pass over the rows in a seeded order of its own.
 * @param first number of batches to skip, as if they had been taken
 */
export function* shuffledBatches(
  data: Dataset,
  batchSize: number,
  seed: number | string,
  first = 0,
): Generator<Dataset, never> {
  const perPass = Math.ceil(data.n / batchSize);
  for (let pass = Math.floor(first / perPass), skip = first % perPass; ; pass++, skip = 0) {
    const order = stream(seed, 'shuffle', pass).permutation(data.n);
    for (let start = skip * batchSize; start < data.n; start += batchSize)
      yield rowsOf(data, order.subarray(start, start + batchSize));
  }
}
