import { checkInteger, checkPositive, InvalidArgumentError, UserError } from '../../errors.ts';
import { DiagonalisedFeatures } from './diagonalisedFeatures.ts';
import { type FeatureMap, newResolventMoments } from './featureMap.ts';

export interface EstimatedFeaturesOptions {
  /** Mean of phi phi' over the rows, N x N, row after row; phi centred */
  readonly F: Float64Array;
  /** Mean of grad phi grad phi', N x N */
  readonly J: Float64Array;
  /** Mean of phi y, length N; y centred */
  readonly c: Float64Array;
  /** Mean of y^2; whatever of y the features do not explain acts as noise, so tau is 0 */
  readonly targetVariance: number;
  /** Rows that F and c are means of, more than N. */
  readonly rows: number;
  /** Take F and c for the true moments instead of estimates from `rows` rows. Default false. */
  readonly plugIn?: boolean;
  /** Whether |theta|^2 is wanted; without it, it comes out as 0 at lambda = 0, and evaluations cost N, not N^2. Default true. */
  readonly norms?: boolean;
}

/** Of log eta. */
const SHIFT_TOLERANCE = 1e-13;

/**
 * The features of any frozen network, through moments estimated from `rows` rows, with the bias of the estimates taken
 * out; psi2 counts the training rows themselves. A prediction of Gaussian equivalence, not a theorem.
 *
 * With F and c replaced by means over m rows every resolvent is that of a fit to those m rows: too spread a spectrum, and a
 * signal that has learnt the noise. Its deterministic equivalent says how much. With a = (eta/m) tr F (eta F + B)^-1 on the
 * means, B = zeta J + lambda, the true resolvents stand at eta' = eta (1 - a), and there
 *
 *     eta' (1/m) tr F R' = a,      eta' (E y^2 - eta' S') = eta (mean y^2 - eta S),
 *
 * the second being generalised cross-validation (Craven & Wahba 1978; Jacot et al. 2020, arXiv 2006.09796, for kernels);
 * derivatives follow by the chain rule. J, of which every row gives d directions, is taken as it is.
 * @throws InvalidArgumentError for sizes that disagree; UserError when there are no more rows than features
 */
export function estimatedFeatures(options: EstimatedFeaturesOptions): FeatureMap {
  const { F, J, c, plugIn = false, norms = true } = options;
  const N = c.length;
  const m = checkInteger('rows', options.rows);
  const targetVariance = checkPositive('targetVariance', options.targetVariance);
  for (const [name, matrix] of [
    ['F', F],
    ['J', J],
  ] as const)
    if (matrix.length !== N * N)
      throw new InvalidArgumentError(name, `${matrix.length} values`, `${N} x ${N}, as c has length ${N}`);
  if (!plugIn && m <= N)
    throw new UserError(
      `${m} rows say too little of ${N} features: measure on more rows than features, better twice as many`,
    );
  const sample = new DiagonalisedFeatures(F, J, c, targetVariance);
  const at = newResolventMoments();
  /** Where the last shift ended, from which the next one starts. */
  let lastRatio = 1;

  /** eta on the means at which eta (1 - a) = wanted; leaves the moments there in `at`. */
  function shift(wanted: number, zeta: number, lambda: number): number {
    let low = wanted;
    let high = wanted / (1 - N / m);
    let eta = Math.min(high, wanted * lastRatio);
    for (let step = 0; step < 60; step++) {
      sample.moments(eta, zeta, lambda, at, false);
      const a = (eta * at.traceF) / m;
      const error = Math.log((eta * (1 - a)) / wanted);
      if (Math.abs(error) < SHIFT_TOLERANCE) break;
      if (error > 0) high = eta;
      else low = eta;
      const slope = 1 - (a - (eta * eta * at.traceFF) / m) / (1 - a);
      const next = eta * Math.exp(-error / slope);
      eta = next > low && next < high ? next : Math.sqrt(low * high);
    }
    lastRatio = eta / wanted;
    if (norms) sample.moments(eta, zeta, lambda, at);
    return eta;
  }

  const map: FeatureMap = {
    name: 'estimated features',
    signalVariance: targetVariance,
    get rank() {
      return sample.rank();
    },
    proportions: {},
    with: () => map,
    moments(wanted, zeta, lambda, out) {
      if (plugIn) return sample.moments(wanted, zeta, lambda, out, norms);
      if (wanted === 0) {
        sample.moments(0, zeta, lambda, at, norms);
        // The limit eta -> 0: the noise in F and in c c' to first order.
        Object.assign(out, at);
        out.traceFF -= at.traceF ** 2 / m;
        out.signal -= (targetVariance * at.traceF) / m;
        out.signalJ -= (targetVariance * at.traceFJ) / m;
        out.signalI -= (targetVariance * at.traceFI) / m;
        return;
      }
      const eta = shift(wanted, zeta, lambda);
      const a = (eta * at.traceF) / m;
      const byEta = (at.traceF - eta * at.traceFF) / m;
      const byZeta = (-eta * at.traceFJ) / m;
      const byLambda = (-eta * at.traceFI) / m;
      // d eta' / d eta, and what eta does as zeta or lambda move at fixed eta'.
      const stretch = 1 - a - eta * byEta;
      const etaByZeta = (eta * byZeta) / stretch;
      const etaByLambda = (eta * byLambda) / stretch;
      const scale = m / wanted;
      out.traceF = scale * a;
      out.traceFF = scale * (a / wanted - byEta / stretch);
      out.traceFJ = -scale * (byZeta + byEta * etaByZeta);
      out.traceFI = -scale * (byLambda + byEta * etaByLambda);
      const left = eta * (targetVariance - eta * at.signal);
      out.signal = (targetVariance - left / wanted) / wanted;
      out.signalJ = (eta * eta * at.signalJ + at.bias * etaByZeta) / (wanted * wanted);
      out.signalI = (eta * eta * at.signalI + at.bias * etaByLambda) / (wanted * wanted);
      out.bias = at.bias / stretch;
    },
  };
  return map;
}
