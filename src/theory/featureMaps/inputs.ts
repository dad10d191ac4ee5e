import { marchenkoPastur, newSpectralAverages } from '../marchenkoPastur.ts';
import { checkUnitTrace, type Spectrum } from '../spectrum.ts';

/**
 * Averages over a first layer of N unit rows W, N/d -> psi1, of the resolvent R = (f W Sigma W' + j W W' + shift)^-1 with
 * slopes f and j. X = W Sigma W' is what the features know of the inputs, Y = W W' what the attack reaches; both are the same
 * for isotropic inputs. Traces are divided by N, and the signal terms, with C = W Sigma, by psi1 |beta|^2.
 */
export interface LayerAverages {
  /** tr R, tr R^2 */
  r: number;
  rr: number;
  /** tr X R, tr X R^2, tr X R X R */
  xr: number;
  xrr: number;
  xxrr: number;
  /** tr Y R, tr Y R^2, tr X R Y R */
  yr: number;
  yrr: number;
  xyrr: number;
  /** beta' C' R C beta, and the same with R^2, R X R and R Y R in the place of R */
  s: number;
  srr: number;
  sxrr: number;
  syrr: number;
  /** |Sigma^(1/2) (1 - f W' R C) beta|^2, what the linear part of the features leaves of the signal; not divided by psi1 */
  missed: number;
}

// Written out: V8 keeps spread literals in a slower form, and a curve comes here at every point.
export const newLayerAverages = (): LayerAverages => ({
  r: 0,
  rr: 0,
  xr: 0,
  xrr: 0,
  xxrr: 0,
  yr: 0,
  yrr: 0,
  xyrr: 0,
  s: 0,
  srr: 0,
  sxrr: 0,
  syrr: 0,
  missed: 0,
});

/** The law of the inputs as a first layer of random rows sees it. */
export interface Inputs {
  /** 'identity', or the spectrum with everything filled in */
  readonly covariance: 'identity' | Required<Spectrum>;
  /** beta' Sigma beta at |beta| = 1 */
  readonly signalVariance: number;
  /** Share of the directions in which the inputs vary. */
  readonly rank: number;
  /** Fills `out` at slopes f and j and a shift, none negative and not all zero. */
  average(psi1: number, f: number, j: number, shift: number, out: LayerAverages): LayerAverages;
}

/** @throws InvalidArgumentError for what is no spectrum of mean eigenvalue 1 */
export const inputsOf = (covariance: 'identity' | Spectrum): Inputs =>
  covariance === 'identity' ? isotropic() : anisotropic(checkUnitTrace(covariance));

function isotropic(): Inputs {
  const x = newSpectralAverages();
  return {
    covariance: 'identity',
    signalVariance: 1,
    rank: 1,
    average(psi1, f, j, shift, out) {
      marchenkoPastur(psi1, f + j, shift, x);
      out.r = x.r;
      out.rr = x.rr;
      out.xr = out.yr = out.s = x.xr;
      out.xrr = out.yrr = out.srr = x.xrr;
      out.xxrr = out.xyrr = out.sxrr = out.syrr = x.xxrr;
      // As |(j X + shift) R|^2 over the d directions of x.
      out.missed = psi1 * j * (j * x.xxrr + 2 * shift * x.xrr) + x.kernel;
      return out;
    },
  };
}

/** A shift below this share of the slope is taken for it: the limit of a vanishing one, where the matrix is singular. */
const VANISHING = 1e-60;
const MAX_STEPS = 200;

/**
 * With t_k = f sigma_k + j and averages over the directions, T = psi1 <R> is the root of
 *
 *     T shift + mean 1 - g_k = psi1,      g_k = 1/(1 + T t_k),
 *
 * and W' R W is T g_k in the eigenbasis of Sigma (Silverstein & Bai 1995). The other averages are its derivatives, in all of
 * which every term is positive, so that extreme widths and condition numbers lose no digits.
 */
function anisotropic(covariance: Required<Spectrum>): Inputs {
  const { eigenvalues, shares, weights } = descending(covariance);
  const count = eigenvalues.length;
  let signalVariance = 0;
  let rank = 0;
  /** Of the directions with this eigenvalue and larger ones. */
  const upTo = new Float64Array(count);
  for (let k = 0, sum = 0; k < count; k++) {
    sum += shares[k]!;
    upTo[k] = k === count - 1 ? 1 : sum;
    signalVariance += weights[k]! * eigenvalues[k]!;
    if (eigenvalues[k]! > 0) rank = upTo[k]!;
  }

  /** T by Newton steps: the equation is concave in T, and so they rise to the root from the isotropic value, which is below. */
  function traceAt(psi1: number, f: number, j: number, shift: number): number {
    let T = psi1 * isotropicTrace(psi1, f + j, shift);
    let last = Infinity;
    for (let step = 0; step < MAX_STEPS; step++) {
      // Of directions that are nearly used up the small rest is summed, of the others the small part that is used.
      let [usedUp, rest, used, slope] = [0, 0, 0, shift];
      for (let k = 0; k < count; k++) {
        const t = f * eigenvalues[k]! + j;
        const g = 1 / (1 + T * t);
        if (T * t > 1) {
          usedUp = upTo[k]!;
          rest += shares[k]! * g;
        } else used += shares[k]! * T * t * g;
        slope += shares[k]! * t * g * g;
      }
      const move = (psi1 - usedUp + rest - used - T * shift) / slope;
      T += move;
      const size = Math.abs(move) / T;
      if (size < 4e-16 || (size < 1e-12 && size >= last)) return T;
      last = size;
    }
    // So that what is solved with it says that it did not converge.
    return Number.NaN;
  }

  return {
    covariance,
    signalVariance,
    rank,
    average(psi1, f, j, given, out) {
      const shift = Math.max(given, VANISHING * (f + j));
      const T = traceAt(psi1, f, j, shift);
      let [slope, xr, yr, x, y, xx, xy] = [shift, 0, 0, 0, 0, 0, 0];
      let [s, sgg, sx, sy, missed] = [0, 0, 0, 0, 0];
      for (let k = 0; k < count; k++) {
        const sigma = eigenvalues[k]!;
        const t = f * sigma + j;
        const g = 1 / (1 + T * t);
        const Tg = T * g;
        const of = shares[k]! * g * g;
        slope += of * t;
        xr += shares[k]! * sigma * Tg;
        yr += shares[k]! * Tg;
        x += of * sigma;
        y += of;
        xx += shares[k]! * (sigma * Tg) ** 2;
        xy += shares[k]! * sigma * Tg * Tg;
        const w = weights[k]! * sigma;
        s += w * sigma * Tg;
        sgg += w * sigma * g * g;
        sx += w * (sigma * Tg) ** 2;
        sy += w * sigma * Tg * Tg;
        missed += w * (g + j * Tg) ** 2;
      }
      // Minus what a larger shift does to T.
      const fall = T / slope;
      out.r = T / psi1;
      out.rr = fall / psi1;
      out.xr = xr / psi1;
      out.xrr = (fall * x) / psi1;
      out.xxrr = (xx + fall * x * x) / psi1;
      out.yr = yr / psi1;
      out.yrr = (fall * y) / psi1;
      out.xyrr = (xy + fall * x * y) / psi1;
      out.s = s / psi1;
      out.srr = (fall * sgg) / psi1;
      out.sxrr = (sx + fall * sgg * x) / psi1;
      out.syrr = (sy + fall * sgg * y) / psi1;
      out.missed = missed + f * f * fall * sgg * x;
      return out;
    },
  };
}

/** The same law with its largest eigenvalue first. */
function descending({ eigenvalues, shares, weights }: Required<Spectrum>): Required<Spectrum> {
  const order = eigenvalues.map((_, k) => k).sort((a, b) => eigenvalues[b]! - eigenvalues[a]!);
  const sorted = (values: readonly number[]): number[] => order.map((k) => values[k]!);
  return { eigenvalues: sorted(eigenvalues), shares: sorted(shares), weights: sorted(weights) };
}

/** (1/N) tr (slope W W' + shift)^-1 for isotropic inputs. */
function isotropicTrace(psi1: number, slope: number, shift: number): number {
  return marchenkoPastur(psi1, slope, shift, scratch).r;
}

const scratch = newSpectralAverages();
