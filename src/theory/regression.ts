import { increasingRoot } from '../numerics/rootFinding.ts';
import { newAverages } from './channels/averages.ts';
import { immuneRadius } from './channels/immunity.ts';
import { secondMoment } from './channels/noise.ts';
import { ResidualEquations, type ResidualProblem } from './channels/residualEquations.ts';
import { criticalResidualRadius, type ResidualKind } from './channels/residualKind.ts';
import { ResidualLaw } from './channels/residualLaw.ts';
import type { FeatureMap, UnattackedFeatures } from './featureMaps/featureMap.ts';
import { solveFixedPoint, solveFromStarts, weakerPenalties } from './fixedPoint.ts';
import { CRITICAL, exactFit, type Phase, SQUARE } from './phases.ts';
import type { AsymptoticRisk } from './risk.ts';
import type { Problem } from './saddleEquations.ts';
import { solveSaddlePoint } from './saddlePoint.ts';

const ACCEPTED = 1e-9;
/** A value of s beside |u| at which its limit 0 has been reached. */
const NEARLY = 1e-7;

/** A solution, and the point it was found at, from which a neighbour may start. */
export interface SolvedRegression {
  readonly risk: AsymptoticRisk;
  readonly at?: Float64Array;
  /** E f(x) <x, beta>/rho^2 */
  readonly alignment: number;
}

/**
 * Solves a regression with any noise and loss: decides the phase first. `noise` of the problem is not used.
 */
export function solveRegression(
  map: FeatureMap,
  problem: Problem,
  { channel, noise }: ResidualKind,
  epsTest: number,
  start?: Float64Array,
): SolvedRegression {
  const { psi2, eps, lambda, rho } = problem;
  const variance = secondMoment(noise);
  const full: ResidualProblem = { psi2, eps, lambda, rho, noise, channel };
  const signal = rho * rho * map.signalVariance;

  if (eps > 0 && eps >= CRITICAL * criticalResidualRadius(map, full)) {
    const law = new ResidualLaw(noise);
    law.missed = signal;
    const { loss } = channel.untrained(law, newAverages());
    const fields = { q: 0, thetaNormSquared: 0, trainingLoss: loss, interpolatedFraction: 0 };
    return {
      risk: risk(law, variance, 'null', { ...fields, trainingError: signal + variance }, CLOSED, epsTest),
      alignment: 0,
    };
  }
  if (eps === 0 && lambda === 0 && psi2 <= map.rank * (1 + SQUARE)) {
    // Every loss that is least at 0 has the interpolator of least norm in the limit.
    const found = solveSaddlePoint(map, { ...problem, noise: variance });
    const law = new ResidualLaw(noise);
    law.missed = found.risk - variance;
    const fields = {
      q: found.q,
      thetaNormSquared: found.thetaNormSquared,
      trainingLoss: 0,
      trainingError: 0,
    };
    return {
      risk: risk(law, variance, found.phase, { ...fields, interpolatedFraction: 1 }, found, epsTest),
      alignment: found.alignment,
    };
  }
  const exact = exactFitUnderNoise(map, full);
  if (exact) {
    const law = new ResidualLaw(noise);
    // Residuals are the noise itself; those of its atom at 0 are held by the kink.
    law.missed = (NEARLY * NEARLY) ** 2 * signal;
    const { loss } = channel.averages(
      law,
      NEARLY * NEARLY * Math.sqrt(law.missed),
      eps * exact.q,
      newAverages(),
    );
    const fields = { ...exact, trainingLoss: loss, trainingError: variance };
    return { risk: risk(law, variance, 'exact', fields, CLOSED, epsTest), alignment: map.signalVariance };
  }

  if (eps > 0 && map.unattacked) {
    const immune = immuneRegression(map.unattacked, problem, { channel, noise }, epsTest);
    if (immune) return immune;
  }
  const equations = new ResidualEquations(map, full);
  const near = start?.length === equations.start().length ? start.slice() : undefined;
  const { x, ...steps } = solveFromStarts(
    equations.step,
    [
      () => near && { x: near, near: true },
      () => ({ x: equations.start(), near: false }),
      () => squareStart(map, { ...problem, noise: variance }),
      () =>
        weakerPenalties((weaker, from) => {
          const stronger = new ResidualEquations(map, { ...full, lambda: weaker });
          const at = from ?? stronger.start();
          return { at, ...solveFixedPoint(stronger.step, at, from !== undefined) };
        }, lambda),
    ],
    ACCEPTED,
  );
  const { law, averages, V } = equations;
  const q = Math.sqrt(equations.gradientSquared);
  const fields = {
    q,
    thetaNormSquared: equations.thetaNormSquared,
    trainingLoss: averages.loss,
    trainingError: channel.trainingError(law, V, eps * q),
    interpolatedFraction: averages.kink,
  };
  const phase = eps === 0 && lambda === 0 ? 'ridgeless' : 'learning';
  const converged = steps.residual < ACCEPTED;
  return {
    risk: risk(law, variance, phase, fields, { ...steps, converged }, epsTest),
    at: x,
    alignment: averages.eta * equations.moments!.signal,
  };
}

/** The solution on the features that the attack does not reach, where they are all that is used. */
function immuneRegression(
  unattacked: UnattackedFeatures,
  problem: Problem,
  kind: ResidualKind,
  epsTest: number,
): SolvedRegression | undefined {
  const { psi2, eps, lambda, rho } = problem;
  const { risk, at, alignment } = solveRegression(unattacked.map, { ...problem, eps: 0 }, kind, epsTest);
  if (risk.phase === 'exact' || risk.phase === 'infinite') return { risk, alignment };
  // Where they leave no loss of their own, any attack is too strong for the others.
  if (at) {
    const alone = new ResidualEquations(unattacked.map, { psi2, eps: 0, lambda, rho, ...kind });
    alone.step(at, new Float64Array(at.length));
    if (eps < CRITICAL * immuneRadius(unattacked, alone.averages, problem)) return undefined;
  }
  return { risk: { ...risk, phase: 'immune' }, alignment };
}

/**
 * Noise that is 0 with some probability leaves rows without error; where the features explain the signal these may hold theta at
 * it, by the kink of the loss, against attack, penalty and the other rows. As s falls to 0 only V/s matters: the signal is found
 * exactly iff s keeps falling there.
 */
function exactFitUnderNoise(
  map: FeatureMap,
  problem: ResidualProblem,
): Pick<Fitted, 'q' | 'thetaNormSquared' | 'interpolatedFraction'> | undefined {
  const { psi2, eps, rho, noise } = problem;
  const held = noise.reduce(
    (sum, { weight, shift, variance }) => sum + (shift === 0 && variance === 0 ? weight : 0),
    0,
  );
  if (held === 0 || psi2 <= map.rank * (1 + SQUARE)) return undefined;
  const { bias, signalJ, signalI } = exactFit(map, problem);
  if (bias === Infinity) return undefined;
  const q = rho * Math.sqrt(signalJ);
  const equations = new ResidualEquations(map, problem);
  const s = Math.log(NEARLY * rho * Math.sqrt(map.signalVariance));
  const x = Float64Array.from(eps > 0 ? [s, s, Math.log(q)] : [s, s]);
  const out = x.slice();
  const root = increasingRoot((V) => {
    x[1] = V;
    equations.step(x, out);
    return V - out[1]!;
  }, s);
  x[1] = root.value;
  equations.step(x, out);
  if (!(root.converged && out[0]! < s)) return undefined;
  return { q, thetaNormSquared: rho * rho * signalI, interpolatedFraction: held };
}

const CLOSED = { iterations: 0, residual: 0, converged: true };

interface Fitted {
  readonly q: number;
  readonly thetaNormSquared: number;
  readonly trainingLoss: number;
  readonly trainingError: number;
  readonly interpolatedFraction: number;
}

function risk(
  law: ResidualLaw,
  variance: number,
  phase: Phase,
  { q, ...fields }: Fitted,
  { iterations, residual, converged }: Pick<AsymptoticRisk, 'iterations' | 'residual' | 'converged'>,
  epsTest: number,
): AsymptoticRisk {
  const standardRisk = law.missed + variance;
  const absoluteRisk = standardRisk === Infinity ? Infinity : law.absolute;
  const c = epsTest * q;
  return {
    standardRisk,
    adversarialRisk: epsTest === 0 ? standardRisk : standardRisk + 2 * c * absoluteRisk + c * c,
    epsTest,
    gradientNorm: q,
    absoluteRisk,
    ...fields,
    phase,
    iterations,
    residual,
    converged,
  };
}

/** The solution for the square loss and Gaussian noise of the same variance. */
function squareStart(map: FeatureMap, problem: Problem): { x: Float64Array; near: boolean } | undefined {
  const { risk, q, kappa, phase } = solveSaddlePoint(map, problem);
  const missed = risk - problem.noise;
  if (phase !== 'learning' || !(missed > 0)) return undefined;
  const [s, V] = [0.5 * Math.log(missed), -Math.log(kappa)];
  return { x: Float64Array.from(problem.eps > 0 ? [s, V, Math.log(q)] : [s, V]), near: true };
}
