import { describe, expect, it } from 'vitest';
import {
  criticalEpsReadout,
  gradientNorms,
  type MarginOptions,
  type MarginResult,
  type ReadoutProblem,
  readoutProblem,
  solveMargins,
  solveReadout,
} from '../../src/exact/index.ts';
import { stream } from '../../src/random/stream.ts';
import type { MarginLossName } from '../../src/theory/index.ts';
import { features } from './problems.ts';

const losses: readonly MarginLossName[] = ['logistic', 'hinge', 'squaredHinge'];
const GAP = 1e-6;
const ROUNDING = 1e-9;

/** Random features of the teacher's rows, labelled by the sign of its noisy output. */
function labelled(n: number, d: number, N: number): ReadoutProblem {
  const problem = features(n, d, N, { seed: 3, tau: 0.5 });
  return { ...problem, y: problem.y.map(Math.sign) };
}

/** The losses, written out once more from their definitions. */
const lossOf: Readonly<Record<MarginLossName, (w: number) => number>> = {
  logistic: (w) => Math.log(1 + Math.exp(-w)),
  hinge: (w) => (w < 1 ? 1 - w : 0),
  squaredHinge: (w) => (w < 1 ? (1 - w) ** 2 / 2 : 0),
};

function objectiveAt(
  problem: ReadoutProblem,
  { theta, intercept }: Pick<MarginResult, 'theta' | 'intercept'>,
  { eps, lambda, loss = 'logistic', norm }: MarginOptions,
): number {
  const { n, N, phi, y } = problem;
  const q = gradientNorms(problem, theta, norm);
  let sum = 0;
  for (let i = 0; i < n; i++) {
    let f = intercept;
    for (let a = 0; a < N; a++) f += phi[i * N + a]! * theta[a]!;
    sum += lossOf[loss](y[i]! * f - eps * q[i]!) / n;
  }
  return sum + (lambda / 2) * theta.reduce((total, value) => total + value * value, 0);
}

/** A linear model's own rows: K_i is the identity. */
function linearProblem(rows: readonly (readonly number[])[], y: readonly number[]): ReadoutProblem {
  const [n, d] = [rows.length, rows[0]!.length];
  return {
    ...{ n, d, N: d, phi: Float64Array.from(rows.flat()), y: Float64Array.from(y) },
    jacobians: {
      images: (theta) => Float64Array.from({ length: n * d }, (_, at) => theta[at % d]!),
      ownImages: (moves) => moves.slice(),
      pullBack: (v, out) => out.set(v),
      pullBlock: (v, _, out) => out.set(v),
      pulledSum: (v) =>
        Float64Array.from({ length: d }, (_, a) =>
          v.reduce((sum, value, at) => sum + (at % d === a ? value : 0), 0),
        ),
      weightedGram(weights, out) {
        const total = weights.reduce((sum, value) => sum + value, 0);
        out.fill(0);
        for (let a = 0; a < d; a++) out[a * d + a] = total;
      },
      entryGram(weights, out) {
        out.fill(0);
        for (let at = 0; at < n * d; at++) out[(at % d) * (d + 1)]! += weights[at]!;
      },
    },
  };
}

describe('solveMargins', () => {
  const cases = losses.flatMap((loss) =>
    (
      [
        [0, 'l2'],
        [0.3, 'l2'],
        [0.8, 'l2'],
        [0.03, 'linf'],
        [0.2, 'linf'],
      ] as const
    ).flatMap(([eps, norm]) =>
      [0.05, 1e-4].map((lambda) => ({ loss, eps, norm, lambda, fitIntercept: eps === 0.3 || eps === 0.03 })),
    ),
  );
  it.each(cases)('proves its optimum for $loss under $norm at eps $eps, lambda $lambda', (options) => {
    for (const N of [40, 100]) {
      const problem = labelled(60, 20, N);
      const found = solveMargins(problem, options);
      expect(found.converged).toBe(true);
      expect(found.dualityGap).toBeLessThanOrEqual(GAP * found.objective);
      expect(Math.abs(objectiveAt(problem, found, options) / found.objective - 1)).toBeLessThan(ROUNDING);
      // No point nearby is lower by more than the gap.
      const random = stream('margins', options.loss, N);
      const length = Math.sqrt(found.theta.reduce((sum, value) => sum + value * value, 0)) || 1;
      for (const share of [1e-3, 0.03, 1]) {
        const move = random.fillGaussian(new Float64Array(N), (share * length) / Math.sqrt(N));
        const theta = found.theta.map((value, a) => value + move[a]!);
        const beside = { theta, intercept: found.intercept + (options.fitIntercept ? move[0]! : 0) };
        expect(objectiveAt(problem, beside, options)).toBeGreaterThanOrEqual(
          found.objective - found.dualityGap,
        );
      }
    }
  });

  // The same problem by cvxpy 1.9.3 with Clarabel 0.11.1 at its default tolerances; scripts/peers/compareMargins.ts.
  it.each([
    { loss: 'logistic', norm: 'l2', eps: 0.3, objective: 0.49738327794 },
    { loss: 'hinge', norm: 'l2', eps: 0.3, objective: 0.48075243021 },
    { loss: 'squaredHinge', norm: 'l2', eps: 0.3, objective: 0.27407034788 },
    { loss: 'logistic', norm: 'linf', eps: 0.06, objective: 0.47437545716 },
    { loss: 'hinge', norm: 'linf', eps: 0.06, objective: 0.43813289886 },
    { loss: 'squaredHinge', norm: 'linf', eps: 0.06, objective: 0.24892206157 },
  ] as const)('agrees with Clarabel: $loss, $norm', ({ objective, ...asked }) => {
    const options = { ...asked, lambda: 0.01, tolerance: 1e-8 };
    const found = solveMargins(labelled(90, 30, 60), options);
    expect(Math.abs(found.objective / objective - 1)).toBeLessThan(2e-8);
  });

  // Two rows at +-(a, 0) leave one number t: margins (a - eps) t.
  it('has the solution in closed form of two opposite rows', () => {
    const [a, eps, lambda] = [1.5, 0.4, 0.7];
    const problem = linearProblem(
      [
        [a, 0],
        [-a, 0],
      ],
      [1, -1],
    );
    const reach = a - eps;
    const logisticSlope = (t: number): number => reach / (1 + Math.exp(reach * t)) - lambda * t;
    let [low, high] = [0, 10];
    for (let halving = 0; halving < 60; halving++) {
      const middle = (low + high) / 2;
      if (logisticSlope(middle) > 0) low = middle;
      else high = middle;
    }
    const wanted = {
      logistic: low,
      hinge: Math.min(1 / reach, reach / lambda),
      squaredHinge: reach / (lambda + reach * reach),
    };
    for (const loss of losses) {
      const { theta, robustError, error } = solveMargins(problem, { eps, lambda, loss, tolerance: 1e-12 });
      expect(theta[0]).toBeCloseTo(wanted[loss], 5);
      expect(theta[1]).toBeCloseTo(0, 5);
      expect([error, robustError]).toEqual([0, 0]);
    }
    // Beyond a the attack crosses over: no direction is worth its price.
    for (const loss of losses)
      expect(Math.max(...solveMargins(problem, { eps: a + 0.01, lambda, loss }).theta.map(Math.abs))).toBe(0);
  });

  // Where no margin reaches 1 the squared hinge of y f is half the square of |y - f| + eps q.
  it.each([false, true])(
    'is adversarial regression on the labels under a heavy penalty, intercept %s',
    (fitIntercept) => {
      const problem = labelled(80, 20, 50);
      const options = { eps: 0.2, lambda: 3, fitIntercept, tolerance: 1e-9 };
      const margins = solveMargins(problem, { ...options, loss: 'squaredHinge' });
      const regression = solveReadout(problem, options);
      expect(Math.abs(margins.objective / regression.objective - 1)).toBeLessThan(1e-8);
      margins.theta.forEach((value, j) => {
        expect(value).toBeCloseTo(regression.theta[j]!, 5);
      });
      expect(margins.intercept).toBeCloseTo(regression.intercept, 5);
    },
  );

  it.each(losses)('is 0 from the critical radius of the labels on, and not before: %s', (loss) => {
    const problem = labelled(60, 20, 100);
    const { value } = criticalEpsReadout(problem);
    const beyond = solveMargins(problem, { eps: 1.001 * value, lambda: 0.01, loss });
    expect(beyond.converged).toBe(true);
    expect(Math.max(...beyond.theta.map(Math.abs))).toBe(0);
    expect(beyond.objective).toBeCloseTo(lossOf[loss](0), 12);
    const before = solveMargins(problem, { eps: 0.95 * value, lambda: 0.01, loss });
    expect(before.objective).toBeLessThan(lossOf[loss](0));
    expect(before.error).toBeLessThan(0.5);
  });

  it('turns with the labels, and costs more at a larger radius', () => {
    const problem = labelled(60, 20, 40);
    const turned = { ...problem, y: problem.y.map((label) => -label) };
    for (const loss of losses) {
      const options = { lambda: 0.02, loss, fitIntercept: true, tolerance: 1e-9 };
      const [found, other] = [problem, turned].map((each) => solveMargins(each, { ...options, eps: 0.2 }));
      expect(other!.intercept).toBeCloseTo(-found!.intercept, 3);
      expect(Math.abs(other!.objective / found!.objective - 1)).toBeLessThan(1e-8);
      const costs = [0, 0.1, 0.2, 0.4, 0.8].map(
        (eps) => solveMargins(problem, { ...options, eps }).objective,
      );
      for (let at = 1; at < costs.length; at++) expect(costs[at]).toBeGreaterThan(costs[at - 1]!);
    }
  });

  it.each(losses)('costs nothing to attack where the features are flat at every row: %s', (loss) => {
    // tanh where it is 1 but for 1e-90, and where it is 1 in float64.
    for (const from of [100, 1e9]) {
      const x = Float64Array.from({ length: 25 }, (_, i) => (i % 2 === 0 ? 1 : -1) * (from + i));
      const y = x.map((value, i) => (i % 6 === 0 ? -1 : 1) * Math.sign(value));
      const problem = readoutProblem({ n: 25, d: 1, x, y }, { W: Float64Array.of(1), activation: 'tanh' });
      const alone = solveMargins(problem, { eps: 0, lambda: 0.01, loss });
      for (const norm of ['l2', 'linf'] as const) {
        const attacked = solveMargins(problem, { eps: 10, lambda: 0.01, loss, norm });
        expect(attacked.converged).toBe(true);
        expect(Math.abs(attacked.objective / alone.objective - 1)).toBeLessThan(2 * GAP);
      }
    }
  });

  it('says when it stops early', () => {
    const problem = labelled(60, 20, 40);
    for (const loss of losses) {
      const found = solveMargins(problem, { eps: 0.3, lambda: 1e-3, loss, maxIterations: 2 });
      expect(found.converged).toBe(false);
      expect(found.iterations).toBe(2);
      expect(found.relativeGap).toBeGreaterThan(GAP);
    }
  });

  it('refuses what it cannot solve', () => {
    const problem = labelled(20, 5, 10);
    const asked = { eps: 0.1, lambda: 0.1 };
    expect(() => solveMargins(problem, { ...asked, lambda: 0 })).toThrow('lambda');
    expect(() => solveMargins({ ...problem, y: problem.y.map((y) => 2 * y) }, asked)).toThrow(
      'labels -1 and 1',
    );
    const one = { ...problem, y: new Float64Array(20).fill(1) };
    expect(() => solveMargins(one, { ...asked, fitIntercept: true })).toThrow('fitIntercept');
    expect(solveMargins(one, asked).error).toBeLessThan(1);
    expect(() => solveMargins(problem, { ...asked, loss: 'square' as never })).toThrow('loss');
  });
});
