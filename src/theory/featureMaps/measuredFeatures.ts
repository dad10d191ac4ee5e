import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkPositive, InvalidArgumentError } from '../../errors.ts';
import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { choleskySolve, dot } from '../../numerics/vectors.ts';
import type { FeatureMap } from './featureMap.ts';
import { PairResolvents } from './pairResolvents.ts';
import { meanEigenvalue } from './pencil.ts';

/** Moments of centred features phi(x) and a centred target y, in float64, as rows of numbers. */
export interface MeasuredFeaturesOptions {
  /** E phi phi', N x N, symmetric positive semidefinite; phi centred */
  readonly F: readonly ArrayLike<number>[];
  /** E grad phi grad phi', N x N, symmetric positive semidefinite: q^2 = theta' J theta */
  readonly J: readonly ArrayLike<number>[];
  /** E phi y, length N */
  readonly c: ArrayLike<number>;
  /** E y^2, y centred; everything of y that c does not explain acts as noise, so tau is 0 unless noise is added */
  readonly targetVariance: number;
  /** What psi2 = n / inputDim counts samples by; default N. */
  readonly inputDim?: number;
}

const MEASURED_OPTIONS: OptionNames<MeasuredFeaturesOptions> = {
  F: true,
  J: true,
  c: true,
  targetVariance: true,
  inputDim: true,
};

/** Eigenvalues below this share of their mean are rounding. */
const RELATIVE_FLOOR = 1e-11;

/**
 * The features of any frozen network on any data, through three measured moments, best estimated on many more held-out
 * inputs than features. A plug-in prediction of Gaussian equivalence, not a theorem. F and J are made diagonal together
 * once; an evaluation then costs N^2 operations. With a penalty as well some 21 eigenproblems of order N for every factor of
 * 50 in the strength of the attack come first. Either may be singular: directions in which J alone vanishes are out of the
 * attack's reach (phase 'immune').
 * @throws InvalidArgumentError when sizes disagree, F or J is not symmetric positive semidefinite, or an option is unknown;
 * the message carries the sizes.
 */
export function measuredFeatures(options: MeasuredFeaturesOptions): FeatureMap {
  checkOptions('measuredFeatures', options, MEASURED_OPTIONS);
  const { targetVariance } = options;
  const n = options.F.length;
  const inputDim = checkPositive('inputDim', options.inputDim ?? n);
  checkPositive('targetVariance', targetVariance);
  const F = flatten('F', options.F, n);
  const J = flatten('J', options.J, n);
  const c = Float64Array.from(options.c);
  if (c.length !== n)
    throw new InvalidArgumentError('c', `length ${c.length}`, `length ${n}, as F is ${n} x ${n}`);
  if (!c.every(Number.isFinite)) throw new InvalidArgumentError('c', 'not finite', 'finite numbers');
  const factor = checkSemidefinite('F', F, n);
  checkSemidefinite('J', J, n);
  // Larger by far where c is not in the range of F.
  const reach = dot(c, choleskySolve(factor, c.slice()));
  if (reach > targetVariance * (1 + 1e-9))
    throw new InvalidArgumentError('targetVariance', targetVariance, `at least c' F^-1 c = ${reach}`);
  return plugIn(new PairResolvents({ F, J, c }, targetVariance), inputDim);
}

function plugIn(resolvents: PairResolvents, inputDim: number): FeatureMap {
  const free = resolvents.unattacked();
  const map: FeatureMap = {
    name: 'measured features',
    signalVariance: resolvents.targetVariance,
    rank: resolvents.rank / inputDim,
    proportions: {},
    with: () => map,
    moments(eta, zeta, lambda) {
      const m = resolvents.moments(eta, zeta, lambda);
      return {
        ...m,
        traceF: m.traceF / inputDim,
        traceFF: m.traceFF / inputDim,
        traceFJ: m.traceFJ / inputDim,
        traceFI: m.traceFI / inputDim,
      };
    },
    ...(free && {
      unattacked: {
        map: plugIn(free.resolvents, inputDim),
        attacked(eta, lambda) {
          const { signal, traceF } = free.attacked(eta, lambda);
          return { signal, traceF: traceF / inputDim };
        },
      },
    }),
  };
  return map;
}

/** The Cholesky factor of M, its eigenvalues raised by the floor. */
function checkSemidefinite(name: string, M: Float64Array, n: number): Float64Array {
  const factor = M.slice();
  const floor = RELATIVE_FLOOR * meanEigenvalue(M, n);
  for (let i = 0; i < n; i++) factor[i * n + i]! += floor;
  if (M.every((value) => value === 0) || !linearAlgebra().choleskyInPlace(factor, n))
    throw new InvalidArgumentError(name, `${n} x ${n}`, 'a positive semidefinite matrix');
  return factor;
}

function flatten(name: string, rows: readonly ArrayLike<number>[], n: number): Float64Array {
  const flat = new Float64Array(n * n);
  if (rows.length !== n || n === 0)
    throw new InvalidArgumentError(name, `${rows.length} rows`, `${n} rows, as many as F, and at least one`);
  let largest = 0;
  rows.forEach((row, i) => {
    if (row.length !== n)
      throw new InvalidArgumentError(
        name,
        `row ${i} of length ${row.length}`,
        `${n} x ${n}, as many columns as rows`,
      );
    flat.set(Array.from(row), i * n);
    for (let j = 0; j < n; j++) largest = Math.max(largest, Math.abs(row[j]!));
  });
  if (!flat.every(Number.isFinite))
    throw new InvalidArgumentError(name, `${n} x ${n}, not finite`, 'finite entries');
  for (let i = 0; i < n; i++)
    for (let j = 0; j < i; j++)
      if (Math.abs(flat[i * n + j]! - flat[j * n + i]!) > 1e-9 * largest)
        throw new InvalidArgumentError(
          name,
          `${n} x ${n}, not symmetric at (${i}, ${j})`,
          'a symmetric matrix',
        );
  return flat;
}
