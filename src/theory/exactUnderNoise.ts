import { increasingRoot } from '../numerics/rootFinding.ts';
import { ChannelEquations } from './channelEquations.ts';
import { newAverages } from './channels/averages.ts';
import { ResidualLaw } from './channels/residualLaw.ts';
import type { FeatureMap } from './featureMaps/featureMap.ts';
import { coordinatesOf, type GradientNorms } from './linf/norms.ts';
import { newShrinkage, shrinkage } from './linf/shrinkage.ts';
import { exactFit, SQUARE } from './phases.ts';
import { type ResidualProblem, readOutOf } from './trainingProblem.ts';

/** A value of s beside |u| at which its limit 0 has been reached. */
const NEARLY = 1e-7;

/** The gradient and |theta|^2 where theta is that of the signal. */
interface SignalFit {
  readonly gradientNorm: number;
  readonly gradientNorms?: GradientNorms;
  readonly thetaNormSquared: number;
}

/** What is known of a solution that finds the signal exactly, although rows are wrong. */
export interface ExactUnderNoise extends SignalFit {
  readonly trainingLoss: number;
  readonly interpolatedFraction: number;
}

/**
 * Noise that is 0 with some probability leaves rows without error; where the features explain the signal these may hold theta at
 * it, by the kink of the loss, against attack, penalty and the other rows. As s falls to 0 only V/s matters: the signal is found
 * exactly iff s keeps falling there. Undefined where it does not.
 */
export function fitsExactlyUnderNoise(
  map: FeatureMap,
  problem: ResidualProblem,
): ExactUnderNoise | undefined {
  const { eps, rho, noise, channel } = problem;
  const held = noise.reduce(
    (sum, { weight, shift, variance }) => sum + (shift === 0 && variance === 0 ? weight : 0),
    0,
  );
  const fit = held > 0 ? signalFit(map, problem) : undefined;
  if (!fit) return undefined;
  const { gradientNorm: q } = fit;
  const scale = rho * Math.sqrt(map.signalVariance);
  const equations = new ChannelEquations(readOutOf(map, problem), new ResidualLaw(noise), channel, eps, {
    scale,
    q,
  });
  const x = equations.start();
  const s = Math.log(NEARLY * scale);
  x[0] = s;
  const out = x.slice();
  const growth = (V: number): number => {
    x[1] = V;
    equations.step(x, out);
    return V - out[1]!;
  };
  const root = increasingRoot(growth, s);
  growth(root.value);
  if (!(root.converged && out[0]! < s)) return undefined;
  // Residuals are the noise itself; those of its atom at 0 are held by the kink.
  const law = new ResidualLaw(noise, (NEARLY * NEARLY * scale) ** 2);
  const { loss } = channel.averages(law, NEARLY ** 4 * scale, eps * q, newAverages());
  return { ...fit, trainingLoss: loss, interpolatedFraction: held };
}

/** The read-out that is the signal itself; undefined where the features do not explain it. */
function signalFit(map: FeatureMap, problem: ResidualProblem): SignalFit | undefined {
  const { psi2, rho, signal } = problem;
  if (signal) {
    const { psi1, mu1, muStarSquared } = coordinatesOf(map);
    if (psi1 < Infinity || muStarSquared > 0) return undefined;
    const linf = rho * shrinkage(signal, 1, NEARLY ** 4, 0, 0, newShrinkage()).norm;
    const gradientNorms = { linf, l2: rho };
    return { gradientNorm: linf, gradientNorms, thetaNormSquared: (rho / mu1) ** 2 };
  }
  if (psi2 <= map.rank * (1 + SQUARE)) return undefined;
  const { bias, signalJ, signalI } = exactFit(map, problem);
  if (bias === Infinity) return undefined;
  return { gradientNorm: rho * Math.sqrt(signalJ), thetaNormSquared: rho * rho * signalI };
}
