import { stream } from '../../src/random/stream.ts';
import { asymptoticRisk, linear, type MarginLossName, randomFeatures } from '../../src/theory/index.ts';

/** What {@link sweepClassifiers} finds. */
export interface ClassifierSweep {
  readonly phases: ReadonlyMap<string, number>;
  readonly failures: readonly object[];
  /** the largest residual, and the most evaluations a point took */
  readonly worst: number;
  readonly most: number;
  /** microseconds that points of the phase 'learning' took, sorted */
  readonly times: readonly number[];
}

/**
 * Solves classifiers at random points: psi1, psi2 log-uniform in [.05, 100], every fourth on the inputs themselves, eps and
 * tau in [0, 2], more of them small than large, lambda log-uniform in [1e-6, 10] or, for one in three, 0, flip in [0, .3]; one
 * in twenty at an edge of each. A failure is a point that is neither a named phase nor solved to 1e-9, or whose errors are out
 * of order. A seed draws other points.
 */
export function sweepClassifiers(loss: MarginLossName, count: number, ...seed: string[]): ClassifierSweep {
  const random = stream('classifiers', loss, ...seed);
  const logUniform = (low: number, high: number): number => low * (high / low) ** random.uniform();
  const phases = new Map<string, number>();
  const failures: object[] = [];
  const times: number[] = [];
  let worst = 0;
  let most = 0;
  for (let i = 0; i < count; i++) {
    const psi1 = logUniform(0.05, 100);
    const options = {
      psi2: logUniform(0.05, 100),
      eps: i % 20 === 3 ? 0 : 2 * random.uniform() ** 2,
      lambda: i % 3 === 1 ? 0 : logUniform(1e-6, 10),
      tau: i % 20 === 7 ? 0 : 2 * random.uniform() ** 2,
      // Labels turned over are seldom fitted.
      flip: i % 20 === 11 || i % 3 === 1 ? 0 : 0.3 * random.uniform(),
      loss,
    };
    const map = i % 4 === 2 ? linear() : randomFeatures({ psi1 });
    const start = performance.now();
    const risk = asymptoticRisk(map, options);
    if (risk.phase === 'learning') times.push(1000 * (performance.now() - start));
    phases.set(risk.phase, (phases.get(risk.phase) ?? 0) + 1);
    worst = Math.max(worst, risk.residual);
    most = Math.max(most, risk.iterations);
    const { error, robustError, trainingLoss } = risk;
    const ordered =
      robustError >= error - 1e-12 && error >= options.flip && error <= 0.5 && trainingLoss >= 0;
    if (!(risk.residual < 1e-9 && ordered)) failures.push({ psi1, ...options, ...risk });
  }
  return { phases, failures, worst, most, times: times.sort((a, b) => a - b) };
}
