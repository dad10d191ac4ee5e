import { increasingRoot } from '../../numerics/rootFinding.ts';
import type { ActivationMoments } from '../activations.ts';
import { type Inputs, newLayerAverages } from './inputs.ts';
import type { Shift } from './signalMoments.ts';

/**
 * The resolvents of M_l = eta F_l + zeta J_l up a stack of frozen layers, for l > 0 M_l = w W_l M_{l-1} W_l' + h_l I with
 * w = mu1^2/m2 and h_l = eta muStar^2 + zeta hZeta[l]; l runs from 0 in the code. Layer l feels a shift e_l:
 * T_l = (1/N_l) tr (M_l + e_l)^-1, and the fixed point of each layer ties it to the one below,
 *
 *     T_l = 1/(G_l w e_{l-1}),   e_l + h_l = w e_{l-1} (G_l - kept_{l-1}),   G_l = N_l/N_{l-1},
 *
 * kept_l = 1 - e_l T_l. Given e_1 everything above is explicit, so e_1 is the one unknown that makes e_L = lambda.
 * Adjacent widths that differ more than a thousandfold cost digits.
 */
export class LayerChain {
  /** dh_l / dzeta */
  readonly hZeta: readonly number[];
  readonly x = newLayerAverages();
  readonly T: Float64Array;
  /** Derivatives of T_l at e_L = lambda. */
  readonly byEta: Float64Array;
  readonly byZeta: Float64Array;
  readonly byLambda: Float64Array;
  /** h_1 + e_1, what the first layer's spectrum is shifted by. */
  readonly shift: Shift = { value: 0, byEta: 0, byZeta: 0, byLambda: 0 };

  private readonly inputs: Inputs;
  private readonly depth: number;
  private readonly psi1: number;
  private readonly growth: readonly number[];
  private readonly linear: number;
  private readonly star: number;
  private readonly w: number;
  private readonly e: Float64Array;
  private readonly kept: Float64Array;
  /** <M_1 / (M_1 + e_1)^2> */
  private keptSlope = 0;

  constructor(
    widths: readonly number[],
    { mu1, muStarSquared, nuSquared }: ActivationMoments,
    inputs: Inputs,
  ) {
    this.inputs = inputs;
    const second = mu1 * mu1 + muStarSquared; // m2
    const slopeSquare = mu1 * mu1 + nuSquared; // E sigma'^2
    this.depth = widths.length;
    this.psi1 = widths[0]!;
    this.linear = mu1 * mu1;
    this.star = muStarSquared;
    this.w = this.linear / second;
    this.hZeta = widths.map((_, l) =>
      l === 0 ? nuSquared : (nuSquared / second) * slopeSquare * (slopeSquare / second) ** (l - 1),
    );
    this.growth = widths.map((width, l) => (l === 0 ? 1 : width / widths[l - 1]!));
    const layers = (): Float64Array => new Float64Array(this.depth);
    [this.T, this.e, this.kept] = [layers(), layers(), layers()];
    [this.byEta, this.byZeta, this.byLambda] = [layers(), layers(), layers()];
  }

  /** Solves for e_1 and fills T, shift and all derivatives. */
  at(eta: number, zeta: number, lambda: number): this {
    const { depth, shift, star } = this;
    const nu = this.hZeta[0]!;
    const first = depth === 1 ? lambda : this.firstShift(eta, zeta, lambda);
    this.climb(first, eta, zeta);
    const { x, linear } = this;
    this.keptSlope = linear * (eta * x.xrr + zeta * x.yrr) + (eta * star + zeta * nu) * x.rr;
    // e_L = lambda is held, which says how e_1 moves with the others.
    const gain = 1 / this.climbTangent(1, 0, 0, this.byLambda);
    const firstByEta = -gain * this.climbTangent(0, 1, 0, this.byEta);
    const firstByZeta = -gain * this.climbTangent(0, 0, 1, this.byZeta);
    for (let l = 0; l < depth; l++) {
      const byFirst = this.byLambda[l]!;
      this.byEta[l]! += byFirst * firstByEta;
      this.byZeta[l]! += byFirst * firstByZeta;
      this.byLambda[l] = byFirst * gain;
    }
    shift.value = eta * star + zeta * nu + first;
    shift.byEta = star + firstByEta;
    shift.byZeta = nu + firstByZeta;
    shift.byLambda = gain;
    return this;
  }

  private firstShift(eta: number, zeta: number, lambda: number): number {
    const top = eta * this.star + zeta * this.hZeta[this.depth - 1]! + lambda;
    // Far up, e_L + h_L grows like e_1 times the product of w G_l: start there.
    const slope = this.growth.reduce((product, g, l) => (l === 0 ? product : product * this.w * g), 1);
    const root = increasingRoot(
      (log) => {
        const total = this.climb(Math.exp(log), eta, zeta);
        return total > 0 ? Math.log(total / top) : Number.NEGATIVE_INFINITY;
      },
      Math.log(top / slope),
    );
    return Math.exp(root.value);
  }

  /** Fills x, T, e and kept from e_1 upwards. Returns e_L + h_L, increasing in e_1; -1 where an e_l is not positive. */
  private climb(first: number, eta: number, zeta: number): number {
    const { depth, e, T, kept, growth, w, x } = this;
    const [f, j] = [eta * this.linear, zeta * this.linear];
    const h = eta * this.star + zeta * this.hZeta[0]!;
    this.inputs.average(this.psi1, f, j, h + first, x);
    e[0] = first;
    T[0] = x.r;
    // The share of M in M + e, never as a difference from 1.
    kept[0] = f * x.xr + j * x.yr + h * x.r;
    for (let l = 1; l < depth; l++) {
      const below = w * e[l - 1]!;
      T[l] = 1 / (growth[l]! * below);
      if (l === depth - 1) return below * (growth[l]! - kept[l - 1]!);
      kept[l] = (kept[l - 1]! + (eta * this.star + zeta * this.hZeta[l]!) / below) / growth[l]!;
      e[l] = (1 - kept[l]!) / T[l]!;
      if (!(e[l]! > 0)) return -1;
    }
    return h + first;
  }

  /** Fills `rates` with the derivatives of T_l when e_1, eta and zeta move at the given rates; returns that of e_L. */
  private climbTangent(first: number, eta: number, zeta: number, rates: Float64Array): number {
    const { depth, e, T, kept, growth, w, x } = this;
    const h = eta * this.star + zeta * this.hZeta[0]!;
    const ofSlopes = this.linear * (eta * x.xrr + zeta * x.yrr);
    rates[0] = -x.rr * (first + h) - ofSlopes;
    // d <M/(M + e)> = <e dM/(M + e)^2> - <M/(M + e)^2> de
    let keptRate = e[0]! * (ofSlopes + x.rr * h) - first * this.keptSlope;
    let rate = first;
    for (let l = 1; l < depth; l++) {
      const below = e[l - 1]!;
      const hRate = eta * this.star + zeta * this.hZeta[l]!;
      rates[l] = (-T[l]! / below) * rate;
      const next = w * (rate * (growth[l]! - kept[l - 1]!) - below * keptRate) - hRate;
      const hOverBelow = kept[l]! * growth[l]! - kept[l - 1]!;
      keptRate = (keptRate + hRate / (w * below) - (hOverBelow * rate) / below) / growth[l]!;
      rate = next;
    }
    return rate;
  }
}
