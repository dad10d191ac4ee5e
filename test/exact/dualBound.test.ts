import { expect, it } from 'vitest';
import { dualBound } from '../../src/exact/cone/dualBound.ts';
import { adversarialRegression } from '../../src/exact/index.ts';
import { linearAlgebra } from '../../src/numerics/linearAlgebra.ts';
import { dot } from '../../src/numerics/vectors.ts';
import { stream } from '../../src/random/stream.ts';

// P(theta) = (1/2) sum (|y_i - phi_i' theta| + eps |theta|)^2 + (ridge / 2) |theta|^2: every K_i is the identity.
const [n, N] = [7, 3];
const draw = stream('dual bound');
const phi = draw.fillGaussian(new Float64Array(n * N));
const noise = draw.fillGaussian(new Float64Array(n));
const truth = draw.fillGaussian(new Float64Array(N));
const gaussian = (): number => draw.fillGaussian(new Float64Array(1))[0]!;
const row = (i: number): Float64Array => phi.subarray(i * N, (i + 1) * N);

it.each([
  { ridge: 0, eps: 0.3, signal: 0 },
  { ridge: 0.5, eps: 0.3, signal: 0 },
  // Coefficients that are long beside what they leave of y.
  { ridge: 0, eps: 0.001, signal: 100 },
])(
  'a bound from any dual point, near any coefficients, is one that no coefficients beat: %o',
  ({ ridge, eps, signal }) => {
    const y = noise.map((value, i) => value + signal * dot(row(i), truth));
    const objective = (theta: Float64Array): number => {
      const length = Math.hypot(...theta);
      const loss = y.reduce(
        (sum, value, i) => sum + (Math.abs(value - dot(row(i), theta)) + eps * length) ** 2,
        0,
      );
      return (loss + ridge * length ** 2) / 2;
    };
    const { theta: best } = adversarialRegression(
      { n, d: N, x: phi, y },
      { eps, lambda: ridge / n, tolerance: 1e-9 },
    );
    const optimum = objective(best);
    const metric = new Float64Array(N * N);
    for (let a = 0; a < N; a++) {
      for (let b = 0; b < N; b++) for (let i = 0; i < n; i++) metric[a * N + b]! += row(i)[a]! * row(i)[b]!;
      metric[a * N + a]! += n * eps * eps + ridge;
    }
    expect(linearAlgebra().choleskyInPlace(metric, N)).toBe(true);
    const length = Math.hypot(...best);
    const residuals = y.map((value, i) => value - dot(row(i), best));
    let [above, close] = [0, 0];
    for (let k = 0; k < 500; k++) {
      // The optimal dual point and coefficients, strayed from by more and more, and towards more u'y.
      const stray = 10 ** (-6 + k / 100);
      const near = best.map((value) => value + stray * gaussian());
      const theta = near.map((value) => value + stray * gaussian());
      const g = new Float64Array(N);
      let [linear, quadratic] = [0, 0];
      residuals.forEach((residual, i) => {
        const t = Math.abs(residual) + eps * length;
        const u = Math.sign(residual) * t * (1 + stray * gaussian()) + 2 * stray * y[i]!;
        let size = 0;
        for (let a = 0; a < N; a++) {
          const v = (-eps * t * best[a]!) / length + stray * gaussian();
          g[a]! += u * row(i)[a]! + v;
          size += v * v;
        }
        linear += u * y[i]!;
        quadratic += Math.max(Math.abs(u), Math.sqrt(size) / eps) ** 2 / 2;
      });
      const { lower, atFeasible } = dualBound({
        ...{ theta, g, linear, quadratic, ridge, metric },
        near: { theta: near, objective: objective(near) },
      });
      expect(lower).toBeLessThanOrEqual(optimum * (1 + 1e-9));
      if (atFeasible > optimum * (1 + 1e-9)) above++;
      if (lower > 0.99 * optimum) close++;
    }
    // Turned by w, across theta, the v_i are as good to first order, and the residual points away from coefficients far off.
    const w = best.map(() => gaussian());
    const along = dot(w, best) / length ** 2;
    for (let a = 0; a < N; a++) w[a]! -= along * best[a]!;
    const away = linearAlgebra().choleskySolve(metric, w.slice());
    for (const far of [1, 10, 100]) {
      const near = best.map((value, a) => value - far * away[a]!);
      const turn = 1e-6;
      const g = best.map((value, a) => ridge * value + n * turn * w[a]!);
      let [linear, quadratic] = [0, 0];
      residuals.forEach((residual, i) => {
        const t = Math.abs(residual) + eps * length;
        linear += Math.sign(residual) * t * y[i]!;
        quadratic += (t * t + (turn / eps) ** 2 * dot(w, w)) / 2;
      });
      const { lower } = dualBound({
        ...{ theta: best, g, linear, quadratic, ridge, metric },
        near: { theta: near, objective: objective(near) },
      });
      expect(lower).toBeLessThanOrEqual(optimum * (1 + 1e-9));
    }
    // Without the cost of the dual residual it would often be none, and with it says something all the same.
    expect(above).toBeGreaterThan(50);
    expect(close).toBeGreaterThan(50);
  },
);
