import { checkInteger, checkPositive, InvalidArgumentError, UserError } from '../../errors.ts';
import type { FeatureMap, ResolventMoments, UnattackedFeatures } from './featureMap.ts';
import { PairResolvents } from './pairResolvents.ts';

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
  /**
   * Whether |theta|^2 is wanted; otherwise it has no meaning at lambda = 0, where an evaluation then costs N operations and
   * not N^2. Default true.
   */
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
  const { F, J, c, norms = true } = options;
  const N = c.length;
  const m = checkInteger('rows', options.rows);
  const targetVariance = checkPositive('targetVariance', options.targetVariance);
  for (const [name, matrix] of [
    ['F', F],
    ['J', J],
  ] as const)
    if (matrix.length !== N * N)
      throw new InvalidArgumentError(name, `${matrix.length} values`, `${N} x ${N}, as c has length ${N}`);
  if (m <= N)
    throw new UserError(
      `${m} rows say too little of ${N} features: measure on more rows than features, better twice as many`,
    );
  const sample = new PairResolvents({ F, J, c }, targetVariance);
  const all = new CorrectedResolvents(sample, m, norms);
  const part = sample.unattacked();
  if (!part) return mapOf(all);
  const free = new CorrectedResolvents(part.resolvents, m, norms);
  return mapOf(all, {
    map: mapOf(free),
    attacked: (eta, lambda) => free.beside(part.attacked, eta, lambda),
  });
}

/** The resolvents of the true moments, from those of means over m rows. */
class CorrectedResolvents {
  readonly sample: PairResolvents;
  private readonly m: number;
  private readonly norms: boolean;
  /** Where the last shift ended, from which the next one starts. */
  private lastRatio = 1;

  constructor(sample: PairResolvents, m: number, norms: boolean) {
    this.sample = sample;
    this.m = m;
    this.norms = norms;
  }

  moments(wanted: number, zeta: number, lambda: number): ResolventMoments {
    if (wanted > 0) {
      const { eta, at } = this.shift(wanted, zeta, lambda);
      return this.correct(wanted, eta, at);
    }
    // The limit eta -> 0: the noise in F and in c c' to first order.
    const { m, sample } = this;
    const at = sample.moments(0, zeta, lambda, this.norms);
    return {
      ...at,
      traceFF: at.traceFF - at.traceF ** 2 / m,
      signal: at.signal - (sample.targetVariance * at.traceF) / m,
      signalF:
        at.signalF -
        (sample.targetVariance * at.traceFF + 2 * at.traceF * at.signal) / m +
        2 * sample.targetVariance * (at.traceF / m) ** 2,
      signalJ: at.signalJ - (sample.targetVariance * at.traceFJ) / m,
      signalI: at.signalI - (sample.targetVariance * at.traceFI) / m,
    };
  }

  /** What is left of other features, given with zeta J as their whole resolvent, beside these ones without attack. */
  beside(attacked: UnattackedFeatures['attacked'], wanted: number, lambda: number) {
    const { eta, at } = this.shift(wanted, 0, lambda);
    const others = attacked(eta, lambda);
    // As zeta grows both parts of the resolvent fall as 1/zeta, and minus their derivatives are their own size.
    const { signalJ, traceFJ } = this.correct(wanted, eta, {
      ...at,
      signalJ: others.signal,
      traceFJ: others.traceF,
    });
    return { signal: signalJ, traceF: traceFJ };
  }

  /** eta on the means at which eta (1 - a) = wanted, and the moments there. */
  private shift(wanted: number, zeta: number, lambda: number): { eta: number; at: ResolventMoments } {
    const { m, sample } = this;
    let low = wanted;
    let high = wanted / (1 - sample.rank / m);
    let eta = Math.min(high, wanted * this.lastRatio);
    let at = sample.moments(eta, zeta, lambda, false);
    for (let step = 0; step < 60; step++) {
      const a = (eta * at.traceF) / m;
      const error = Math.log((eta * (1 - a)) / wanted);
      if (Math.abs(error) < SHIFT_TOLERANCE) break;
      if (error > 0) high = eta;
      else low = eta;
      const slope = 1 - (a - (eta * eta * at.traceFF) / m) / (1 - a);
      const next = eta * Math.exp(-error / slope);
      eta = next > low && next < high ? next : Math.sqrt(low * high);
      at = sample.moments(eta, zeta, lambda, false);
    }
    this.lastRatio = eta / wanted;
    return { eta, at: this.norms ? sample.moments(eta, zeta, lambda) : at };
  }

  /** The moments at `wanted` from those of the means at eta, where eta (1 - a) = wanted. */
  private correct(wanted: number, eta: number, at: ResolventMoments): ResolventMoments {
    const { m } = this;
    const a = (eta * at.traceF) / m;
    const byEta = (at.traceF - eta * at.traceFF) / m;
    const byZeta = (-eta * at.traceFJ) / m;
    const byLambda = (-eta * at.traceFI) / m;
    // d wanted / d eta, and what eta does as zeta or lambda move at fixed `wanted`.
    const stretch = 1 - a - eta * byEta;
    const etaByZeta = (eta * byZeta) / stretch;
    const etaByLambda = (eta * byLambda) / stretch;
    const scale = m / wanted;
    const { targetVariance } = this.sample;
    const left = eta * (targetVariance - eta * at.signal);
    return {
      traceF: scale * a,
      traceFF: scale * (a / wanted - byEta / stretch),
      traceFJ: -scale * (byZeta + byEta * etaByZeta),
      traceFI: -scale * (byLambda + byEta * etaByLambda),
      signal: (targetVariance - left / wanted) / wanted,
      signalF:
        ((at.signalF - (targetVariance * at.traceFF) / m) / (1 - a) ** 2 -
          (2 * (at.signal - (targetVariance * at.traceF) / m) * byEta) / (1 - a) ** 3) /
        stretch,
      signalJ: (eta * eta * at.signalJ + at.bias * etaByZeta) / (wanted * wanted),
      signalI: (eta * eta * at.signalI + at.bias * etaByLambda) / (wanted * wanted),
      bias: at.bias / stretch,
    };
  }
}

function mapOf(resolvents: CorrectedResolvents, unattacked?: UnattackedFeatures): FeatureMap {
  const { targetVariance, rank } = resolvents.sample;
  const map: FeatureMap = {
    name: 'estimated features',
    signalVariance: targetVariance,
    rank,
    proportions: {},
    with: () => map,
    moments: (eta, zeta, lambda) => resolvents.moments(eta, zeta, lambda),
    ...(unattacked && { unattacked }),
  };
  return map;
}
