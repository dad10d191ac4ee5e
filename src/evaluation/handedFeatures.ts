import { InvalidArgumentError } from '../errors.ts';
import type { FrozenFeatures } from '../models/frozenFeatures.ts';

/** By how much of its size a matrix may miss being its own transpose. */
const SYMMETRY = 1e-4;

/**
 * Features that were computed elsewhere, as a map whose rows are the features themselves: for `measureFeatures` and
 * `predictOnData`, with share 1, on a data set that has phi for x.
 * @param J mean over the rows of (d phi / d x)(d phi / d x)', N x N, row after row
 * @throws InvalidArgumentError for anything but a symmetric matrix of finite numbers
 */
export function handedFeatures(J: Float64Array): FrozenFeatures {
  const N = Math.sqrt(J?.length ?? Number.NaN);
  if (!(J instanceof Float64Array && Number.isInteger(N) && N > 0))
    throw new InvalidArgumentError('J', `${J?.length} values`, 'a square matrix in a Float64Array');
  if (!J.every(Number.isFinite)) throw new InvalidArgumentError('J', 'values', 'finite numbers');
  const size = J.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  for (let a = 0; a < N; a++)
    for (let b = 0; b < a; b++)
      if (Math.abs(J[a * N + b]! - J[b * N + a]!) > SYMMETRY * size)
        throw new InvalidArgumentError(
          'J',
          `${J[a * N + b]} and ${J[b * N + a]} at [${a}, ${b}] and [${b}, ${a}]`,
          'a symmetric matrix: the mean of grad phi grad phi transposed',
        );
  return {
    name: 'features as given',
    inputDim: N,
    units: N,
    widest: N,
    features: (x) => x.slice(),
    along() {
      throw new InvalidArgumentError('features', 'values', 'a map, for derivatives along directions');
    },
    gradientGram: (_, n) => J.map((value) => n * value),
  };
}
