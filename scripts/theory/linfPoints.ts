import { stream } from '../../src/random/stream.ts';
import {
  type AsymptoticRisk,
  asymptoticRisk,
  type ClassificationRisk,
  linear,
  randomFeatures,
  type Signal,
} from '../../src/theory/index.ts';

/** What {@link sweepLinf} finds. */
export interface LinfSweep {
  readonly phases: ReadonlyMap<string, number>;
  readonly failures: readonly object[];
  /** the largest residual, and the most evaluations a point took */
  readonly worst: number;
  readonly most: number;
  /** microseconds that points of the phase 'learning' took, sorted */
  readonly times: readonly number[];
}

const SIGNALS: readonly Signal[] = [
  'gaussian',
  'rademacher',
  'sparse',
  { law: 'sparse', share: 0.3, entries: 'gaussian' },
  { law: 'discrete', values: [0, 1, 3], weights: [5, 2, 1] },
];
/** Rounding of risks that ought to be ordered. */
const ROUNDING = 1e-9;

/** Features and losses to be solved. */
export const LINF_KINDS = [
  ['random features', 'square'],
  ['random features', 'absolute'],
  ['random features', 'logistic'],
  ['random features', 'hinge'],
  ['random features', 'squaredHinge'],
  ['linear', 'square'],
  ['linear', 'absolute'],
  ['linear', 'huber'],
  ['linear', 'logistic'],
  ['linear', 'hinge'],
  ['linear', 'squaredHinge'],
] as const;

/** The largest training radius: where of linear features only far outliers are left. */
const STRONGEST = 5;

/**
 * Solves training against linf at random points: psi1, psi2 log-uniform in [.05, 100], eps in [0, 5], tau in [0, 2], lambda 0 or
 * log-uniform in [1e-6, 10], five signals. A failure is a point that is neither a named phase nor solved to 1e-9, or whose risks
 * or norms are out of order. A seed draws other points.
 */
export function sweepLinf(
  [features, loss]: (typeof LINF_KINDS)[number],
  count: number,
  ...seed: string[]
): LinfSweep {
  const random = stream('linf', features, loss, ...seed);
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
      eps: i % 20 === 3 ? 0 : STRONGEST * random.uniform(),
      lambda: i % 4 === 1 ? 0 : logUniform(1e-6, 10),
      tau: i % 20 === 7 ? 0 : 2 * random.uniform(),
      norm: 'linf',
      signal: SIGNALS[i % SIGNALS.length]!,
    } as const;
    const map = features === 'linear' ? linear() : randomFeatures({ psi1 });
    const start = performance.now();
    const risk: AsymptoticRisk | ClassificationRisk =
      loss === 'logistic' || loss === 'hinge' || loss === 'squaredHinge'
        ? asymptoticRisk(map, { ...options, loss })
        : asymptoticRisk(map, { ...options, loss });
    if (risk.phase === 'learning') times.push(1000 * (performance.now() - start));
    phases.set(risk.phase, (phases.get(risk.phase) ?? 0) + 1);
    worst = Math.max(worst, risk.residual);
    most = Math.max(most, risk.iterations);
    const { l2, linf } = risk.gradientNorms!;
    const ordered =
      linf <= l2 * (1 + ROUNDING) &&
      ('error' in risk
        ? risk.robustError >= risk.error - ROUNDING && risk.error <= 0.5 + ROUNDING
        : risk.adversarialRisk >= risk.standardRisk && risk.standardRisk >= options.tau ** 2 - ROUNDING);
    if (!(risk.residual < 1e-9 && (ordered || risk.phase === 'infinite')))
      failures.push({ psi1, ...options, ...risk });
  }
  return { phases, failures, worst, most, times: times.sort((a, b) => a - b) };
}
