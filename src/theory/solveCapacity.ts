import { newAverages } from './channels/averages.ts';
import { hardMargin } from './channels/hardMargin.ts';
import { MarginLaw } from './channels/marginLaw.ts';
import type { FeatureMap } from './featureMaps/featureMap.ts';
import { type FixedPoint, solveFixedPoint } from './fixedPoint.ts';
import { type MarginProblem, readOutOf } from './trainingProblem.ts';

/** Where the labels cease to be fitted robustly, and what the last classifier that fits them is, at E f^2 = 1. */
export interface Capacity extends FixedPoint {
  /** n/d */
  readonly psi2: number;
  readonly gradientNorm: number;
  readonly overlap: number;
  /** E u^2 less the square of that, which has its digits where they are nearly one */
  readonly across: number;
}

const channel = hardMargin(0);
/** A fit that leaves a smaller share of the signal leaves rounding. */
const EXPLAINED = 1e-12;
/** Of n/d, one after the other until one leads to a solution. */
const STARTS = [1, 20, 0.1, 200];
const SOLVED = 1e-9;

/**
 * The n/d at which V of the robust max-margin classifier diverges. With its output scaled to Q = E f^2 = 1, the score (c - v)_+
 * and eta = P(v < c), chi = E (c - v)_+^2 and so on, the equations are those of `ChannelEquations` at V = 1 and lambda = 0, with
 * n/d unknown in the place of V; that of Q then holds of itself, and is part of the residual.
 */
export function solveCapacity(
  map: FeatureMap,
  problem: Pick<MarginProblem, 'eps' | 'rho' | 'signal' | 'teacher'>,
): Capacity {
  const { eps, teacher } = problem;
  if (map.rank === Infinity)
    return {
      psi2: Infinity,
      gradientNorm: 0,
      overlap: 0,
      across: teacher.signal,
      iterations: 0,
      residual: 0,
    };
  // Without an attack labels that the features know without error are fitted at any n.
  if (eps === 0 && teacher.flip === 0 && teacher.latent.every(({ variance }) => variance === 0)) {
    const { bias, signalF, signalJ } = map.moments(1, 0, 0);
    if (bias <= EXPLAINED * map.signalVariance) {
      const [gradientNorm, overlap] = [Math.sqrt(signalJ / signalF), Math.sqrt(teacher.signal)];
      return { psi2: Infinity, gradientNorm, overlap, across: 0, iterations: 0, residual: 0 };
    }
  }
  const law = new MarginLaw(teacher);
  const readOut = readOutOf(map, { ...problem, psi2: 1, lambda: 0 });
  const averages = newAverages();
  // The alignment, where it is one of the law's parameters, n/d, q where there is an attack, and the read-out's own.
  const aligned = law.parameters - 1;
  const step = (x: Float64Array, out: Float64Array): void => {
    let next = aligned;
    law.set(1, aligned ? Math.exp(x[0]!) : 0);
    readOut.psi2 = Math.exp(x[next++]!);
    const q = eps > 0 ? Math.exp(x[next++]!) : 0;
    channel.averages(law, 1, eps * q, averages);
    readOut.at(averages, eps * averages.attack, q, x, next);
    next = aligned;
    law.logarithmsOf(readOut, out);
    out[next++] = Math.log(readOut.psi2 * readOut.susceptibility);
    if (eps > 0) out[next++] = Math.log(readOut.gradientNorm);
    readOut.images(out, next);
  };
  let iterations = 0;
  let residual = Infinity;
  for (const start of STARTS) {
    const x = new Float64Array(aligned + (eps > 0 ? 2 : 1) + readOut.unknowns);
    x[aligned] = Math.log(start);
    const found = solveFixedPoint(step, x);
    iterations += found.iterations;
    residual = found.residual;
    if (residual < SOLVED) break;
  }
  const { psi2, outputVariance } = readOut;
  return {
    psi2,
    gradientNorm: readOut.gradientNorm / Math.sqrt(outputVariance),
    overlap: readOut.overlap / Math.sqrt(outputVariance),
    across: readOut.across / outputVariance,
    iterations,
    residual: Math.max(residual, Math.abs(outputVariance - 1)),
  };
}
