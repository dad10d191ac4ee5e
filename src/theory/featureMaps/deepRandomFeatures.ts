import { type ActivationSpec, activationMoments } from '../activations.ts';
import { checkPositive, InvalidArgumentError } from '../errors.ts';
import { marchenkoPastur, newSpectralAverages } from '../marchenkoPastur.ts';
import { increasingRoot } from '../rootFinding.ts';
import type { FeatureMap } from './featureMap.ts';
import { randomFeatures } from './randomFeatures.ts';
import { type Shift, signalMoments } from './signalMoments.ts';

export interface DeepRandomFeaturesOptions {
  /** N_l/d for every frozen layer, from the first to the last; > 0. */
  readonly widths: readonly number[];
  /** Default 'shifted-relu'; centred, the same in every layer. */
  readonly activation?: ActivationSpec;
}

/**
 * Frozen layers phi_l = sigma(W_l phi_{l-1} / sqrt(m2)) - mu0, m2 = E (sigma - mu0)^2, rows of every W_l uniform on the
 * unit sphere, of which only the read-out of the last is trained. Gaussian equivalents layer by layer: with
 * M_l = eta F_l + zeta J_l and w = mu1^2/m2, M_l = w W_l M_{l-1} W_l' + h_l I.
 *
 * A prediction of Gaussian equivalence, agreeing with simulation; no theorem covers it when eps > 0.
 * @throws InvalidArgumentError when a width is not > 0, there is none, or the activation is linear.
 */
export function deepRandomFeatures(options: DeepRandomFeaturesOptions): FeatureMap {
  const { widths, activation = 'shifted-relu' } = options;
  if (!Array.isArray(widths) || widths.length === 0)
    throw new InvalidArgumentError('widths', widths, 'one number > 0 for each layer');
  for (const [l, width] of widths.entries()) checkPositive(`widths[${l}]`, width);
  const moments = activationMoments(activation);
  const { muStarSquared: star, nuSquared: nu } = moments;
  const linear = moments.mu1 * moments.mu1;
  if (!(star > 0))
    throw new InvalidArgumentError('activation', activation, 'a nonlinear one; linear layers are one layer');

  const depth = widths.length;
  const second = linear + star; // m2
  const slopeSquare = linear + nu; // E sigma'^2
  const w = linear / second;
  // h_l = eta star + zeta hZeta[l]
  const hZeta = widths.map((_, l) =>
    l === 0 ? nu : (nu / second) * slopeSquare * (slopeSquare / second) ** (l - 1),
  );
  const growth = widths.map((width, l) => (l === 0 ? 1 : width / widths[l - 1]!));
  const proportions = Object.fromEntries(widths.map((width, l) => [`width${l + 1}`, width]));
  const renamed = (changes: Readonly<Record<string, number>>): FeatureMap =>
    deepRandomFeatures({
      widths: widths.map((width, l) => changes[`width${l + 1}`] ?? width),
      activation: moments,
    });
  const last = widths[depth - 1]!;
  const common = { name: 'deep random features', proportions, activation: moments, with: renamed };
  // Without a linear part nothing of x survives a layer: the last one alone is seen, as noise.
  if (linear === 0) {
    const top = { ...moments, nuSquared: hZeta[depth - 1]! };
    return { ...randomFeatures({ psi1: last, activation: top }), ...common };
  }

  const x = newSpectralAverages();
  const shift: Shift = { value: 0, byEta: 0, byZeta: 0, byLambda: 0 };
  const e = new Float64Array(depth);
  const T = new Float64Array(depth);
  const kept = new Float64Array(depth);
  /** <M_1 / (M_1 + e_1)^2> */
  let keptSlope = 0;
  const tangents = { byFirst: newTangent(depth), byEta: newTangent(depth), byZeta: newTangent(depth) };

  /**
   * The shift e_l that layer l feels, from the bottom up: T_l = (1/N_l) tr (M_l + e_l)^-1 = 1/(G_l w e_{l-1}) turns the
   * fixed point of every layer into an explicit step. Kept beside it is (1/N_l) tr M_l (M_l + e_l)^-1 = 1 - e_l T_l in a
   * form without the difference. Returns e_L + h_L, increasing in e_1 where every e_l is positive; -1 where one is not.
   */
  function climb(first: number, eta: number, zeta: number): number {
    const slope = (eta + zeta) * linear;
    const h = eta * star + zeta * nu;
    marchenkoPastur(widths[0]!, slope, h + first, x);
    e[0] = first;
    T[0] = x.r;
    kept[0] = slope * x.xr + h * x.r;
    for (let l = 1; l < depth; l++) {
      const below = w * e[l - 1]!;
      T[l] = 1 / (growth[l]! * below);
      if (l === depth - 1) return below * (growth[l]! - kept[l - 1]!);
      kept[l] = (kept[l - 1]! + (eta * star + zeta * hZeta[l]!) / below) / growth[l]!;
      e[l] = (1 - kept[l]!) / T[l]!;
      if (!(e[l]! > 0)) return -1;
    }
    return h + first;
  }

  /** Derivatives of e_l and T_l up the layers when e_1, eta, zeta move at the given rates. */
  function climbTangent(first: number, eta: number, zeta: number, out: Tangent): void {
    const slope = (eta + zeta) * linear;
    const h = eta * star + zeta * nu;
    out.e[0] = first;
    out.T[0] = -x.rr * (first + h) - x.xrr * slope;
    let keptRate = e[0]! * (x.xrr * slope + x.rr * h) - first * keptSlope;
    for (let l = 1; l < depth; l++) {
      const below = e[l - 1]!;
      const rate = out.e[l - 1]!;
      const hRate = eta * star + zeta * hZeta[l]!;
      out.T[l] = (-T[l]! / below) * rate;
      out.e[l] = w * (rate * (growth[l]! - kept[l - 1]!) - below * keptRate) - hRate;
      const hOverBelow = kept[l]! * growth[l]! - kept[l - 1]!;
      keptRate = (keptRate + hRate / (w * below) - (hOverBelow * rate) / below) / growth[l]!;
    }
  }

  return {
    ...common,
    signalVariance: 1,
    rank: last,
    moments(eta, zeta, lambda, out) {
      const top = eta * star + zeta * hZeta[depth - 1]! + lambda;
      let first = lambda;
      if (depth > 1) {
        // Far up, e_L + h_L grows like e_1 times the product of w G_l: start there.
        const start = Math.log(
          top / growth.reduce((product, g, l) => (l === 0 ? product : product * w * g), 1),
        );
        first = Math.exp(
          increasingRoot((log) => {
            const total = climb(Math.exp(log), eta, zeta);
            return total > 0 ? Math.log(total / top) : Number.NEGATIVE_INFINITY;
          }, start).value,
        );
      }
      climb(first, eta, zeta);
      keptSlope = (eta + zeta) * linear * x.xrr + (eta * star + zeta * nu) * x.rr;
      climbTangent(1, 0, 0, tangents.byFirst);
      climbTangent(0, 1, 0, tangents.byEta);
      climbTangent(0, 0, 1, tangents.byZeta);
      // e_L = lambda is held: de_1 follows.
      const gain = 1 / tangents.byFirst.e[depth - 1]!;
      const firstByEta = -tangents.byEta.e[depth - 1]! * gain;
      const firstByZeta = -tangents.byZeta.e[depth - 1]! * gain;

      const psi1 = widths[0]!;
      shift.value = eta * star + zeta * nu + first;
      shift.byEta = star + firstByEta;
      shift.byZeta = nu + firstByZeta;
      shift.byLambda = gain;
      // (1/d) tr F A^-1 = sum_l psi_l T_l dh_l/deta + psi_1 mu1^2 <x R>, and minus its derivatives.
      const scale = psi1 * linear;
      out.traceF = scale * x.xr;
      out.traceFF = scale * (x.xrr * shift.byEta + x.xxrr * linear);
      out.traceFJ = scale * (x.xrr * shift.byZeta + x.xxrr * linear);
      out.traceFI = scale * x.xrr * shift.byLambda;
      for (let l = 0; l < depth; l++) {
        const weight = widths[l]! * star;
        const byFirst = tangents.byFirst.T[l]!;
        out.traceF += weight * T[l]!;
        out.traceFF -= weight * (tangents.byEta.T[l]! + byFirst * firstByEta);
        out.traceFJ -= weight * (tangents.byZeta.T[l]! + byFirst * firstByZeta);
        out.traceFI -= weight * byFirst * gain;
      }
      signalMoments(psi1, linear, eta, zeta, x, shift, out);
    },
  };
}

interface Tangent {
  readonly e: Float64Array;
  readonly T: Float64Array;
}

const newTangent = (depth: number): Tangent => ({ e: new Float64Array(depth), T: new Float64Array(depth) });
