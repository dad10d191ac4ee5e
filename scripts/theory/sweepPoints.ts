import { stream } from '../../src/random/stream.ts';
import { asymptoticRisk, type FeatureMap, randomFeatures } from '../../src/theory/index.ts';

export interface SweepPoint {
  readonly psi1: number;
  readonly psi2: number;
  readonly eps: number;
  readonly lambda: number;
  readonly tau: number;
}

/** psi1, psi2 log-uniform in [0.02, 500], eps and tau in [0, 3], lambda 0 or log-uniform in [1e-8, 10]. */
export function randomPoints(key: string, count: number): SweepPoint[] {
  const random = stream(key);
  const logUniform = (low: number, high: number): number => low * (high / low) ** random.uniform();
  return Array.from({ length: count }, (_, i) => {
    // The edges of the range, where other formulas hold, must not be left to chance.
    const eps = i % 20 === 0 ? 0 : 3 * random.uniform();
    const lambda = i % 2 === 0 ? 0 : logUniform(1e-8, 10);
    const psi1 = logUniform(0.02, 500);
    const psi2 = i % 40 === 7 || i % 2000 === 0 ? psi1 : logUniform(0.02, 500);
    return { psi1, psi2, eps, lambda, tau: i % 30 === 4 ? 0 : 3 * random.uniform() };
  });
}

/** Solves at every point; a failure is a point that neither converged to 1e-10 nor is finite where it should be. */
export function sweep(
  points: readonly SweepPoint[],
  makeMap: (psi1: number) => FeatureMap = (psi1) => randomFeatures({ psi1 }),
) {
  const phases = new Map<string, number>();
  const failures: object[] = [];
  let worst = 0;
  let steps = 0;
  for (const { psi1, ...options } of points) {
    const risk = asymptoticRisk(makeMap(psi1), options);
    phases.set(risk.phase, (phases.get(risk.phase) ?? 0) + 1);
    worst = Math.max(worst, risk.residual);
    steps = Math.max(steps, risk.iterations);
    const numbers = Object.values(risk).filter((value) => typeof value === 'number');
    const sound =
      risk.phase === 'infinite'
        ? !numbers.some(Number.isNaN)
        : numbers.every((value) => Number.isFinite(value));
    const ordered = risk.adversarialRisk >= risk.standardRisk && risk.standardRisk >= options.tau ** 2;
    if (!(risk.converged && risk.residual < 1e-10 && sound && ordered))
      failures.push({ psi1, ...options, ...risk });
  }
  return { phases, worst, steps, failures };
}
