import { describe, expect, it } from 'vitest';
import { adversarialRegression } from '../../src/exact/index.ts';
import { stream } from '../../src/random/stream.ts';
import {
  asymptoticRisk,
  bestLambda,
  criticalEps,
  gridValues,
  infiniteWidthRisk,
  interpolationPeak,
  linear,
  randomFeatures,
  riskCurve,
} from '../../src/theory/index.ts';

/** What README.md and docs/theory.md say in numbers, to the digits that they give. */
describe('the documents', () => {
  const best = (problem: { psi2: number; eps: number; tau: number }, psi1: number): number =>
    bestLambda(randomFeatures({ psi1 }), problem, { to: 1e8 }).risk.adversarialRisk;
  const limit = (problem: { psi2: number; eps: number; tau: number }): number =>
    Math.min(
      ...gridValues({ from: 1e-3, to: 100, count: 300, scale: 'log' }).map(
        (lambda) => infiniteWidthRisk({}, { ...problem, lambda }).adversarialRisk,
      ),
    );

  it('say what width gains with the best lambda: much here', () => {
    const problem = { psi2: 2, eps: 0.3, tau: 0.2 };
    const found = [1, 2, 4, 8, 16, 50].map((psi1) => best(problem, psi1));
    expect(found[0]).toBeCloseTo(0.941, 3);
    expect(found.at(-1)).toBeCloseTo(0.421, 3);
    expect(limit(problem)).toBeCloseTo(0.404, 3);
    for (const [i, value] of [...found, limit(problem)].entries())
      if (i > 0) expect(value).toBeLessThan(found[i - 1]!);
  });

  it('and nothing, up to a great width, where the attack is strong beside what can be learnt', () => {
    const problem = { psi2: 0.686, eps: 0.599, tau: 0.588 };
    const nothing = 1 + problem.tau ** 2;
    expect(nothing).toBeCloseTo(1.3457, 4);
    // The largest penalty that is tried leaves a little of theta.
    for (const psi1 of [0.2, 1, 5, 20]) expect(Math.abs(best(problem, psi1) - nothing)).toBeLessThan(1e-7);
    expect(best(problem, 30)).toBeLessThan(nothing - 5e-5);
    expect(limit(problem)).toBeCloseTo(1.3445, 4);
    const strong = { psi2: 2, eps: 1, tau: 0.2 };
    for (const psi1 of [0.5, 2, 20, 200]) expect(best(strong, psi1)).toBeGreaterThan(1.04 - 1e-9);
  });

  it('say that at eps 1 the narrow models of the first figure predict nothing, and no other does better', () => {
    const problem = { psi2: 2, tau: 0.2 };
    for (const psi1 of [0.25, 0.5]) expect(criticalEps(randomFeatures({ psi1 }), problem)).toBeLessThan(1);
    expect(criticalEps(randomFeatures({ psi1: 1 }), problem)).toBeGreaterThan(1);
    const widths = gridValues({ from: 0.05, to: 500, count: 400, scale: 'log' });
    const curve = riskCurve(
      randomFeatures({ psi1: 1 }),
      { ...problem, eps: 1 },
      { parameter: 'psi1', values: widths },
    );
    for (const { adversarialRisk } of curve) expect(adversarialRisk).toBeGreaterThanOrEqual(1.04 - 1e-12);
  });

  it('say where the interpolation peak goes and where it ends', () => {
    const at = (eps: number) =>
      interpolationPeak(randomFeatures({ psi1: 1 }), { psi2: 3, tau: 0.1, eps })?.at;
    expect(at(0.3)).toBeCloseTo(3.72, 2);
    expect(at(0.5)).toBeCloseTo(4.59, 2);
    expect(at(0.6)).toBeDefined();
    expect(at(0.65)).toBeUndefined();
  });

  it('say what the law of the noise does: finite problems at d 150', () => {
    const gaussian = asymptoticRisk(linear(), { psi2: 2, eps: 0.5, tau: 1 });
    expect(gaussian.standardRisk).toBeCloseTo(1.421, 3);
    const uniform = stream('statements', 'law').uniform;
    const sign = () => (uniform() < 0.5 ? -1 : 1);
    const laws: [number, () => number][] = [
      [1.476, sign],
      [1.396, () => (sign() * -Math.log(1 - uniform())) / Math.SQRT2],
      [1.302, () => (uniform() < 0.9 ? 0 : sign() * Math.sqrt(10))],
    ];
    for (const [said, noise] of laws) {
      const found = Array.from({ length: 12 }, (_, seed) => finiteRisk(noise, seed));
      const mean = found.reduce((sum, value) => sum + value, 0) / found.length;
      const spread = found.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (found.length - 1);
      // Monte Carlo, in standard errors.
      expect(Math.abs(mean - said), `${mean} ${said}`).toBeLessThan(3.5 * Math.sqrt(spread / found.length));
    }
  });
});

/** SR of exact adversarial training of one linear problem, psi2 2, eps 0.5, noise of variance 1. */
function finiteRisk(noise: () => number, seed: number): number {
  const [d, n] = [150, 300];
  const random = stream('statements', 'noise', seed);
  const x = random.fillGaussian(new Float32Array(n * d));
  const beta = random.fillGaussian(new Float64Array(d), 1 / Math.sqrt(d));
  const size = Math.hypot(...beta);
  const y = Float32Array.from({ length: n }, (_, i) => {
    let sum = noise();
    for (let j = 0; j < d; j++) sum += (x[i * d + j]! * beta[j]!) / size;
    return sum;
  });
  const { theta } = adversarialRegression({ n, d, x, y }, { eps: 0.5 });
  return 1 + theta.reduce((sum, value, j) => sum + (value - beta[j]! / size) ** 2, 0);
}
