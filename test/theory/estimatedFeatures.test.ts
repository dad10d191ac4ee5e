import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import { estimatedFeatures } from '../../src/theory/featureMaps/estimatedFeatures.ts';
import { newResolventMoments } from '../../src/theory/featureMaps/featureMap.ts';
import { asymptoticRisk, measuredFeatures } from '../../src/theory/index.ts';

/** Of interpolated resolvents, relative. */
const INTERPOLATION = 1e-6;

const N = 20;
/** G G' / k with a little of the identity, so that it is well conditioned. */
function gram(name: string, k: number): Float64Array {
  const g = stream(name).fillGaussian(new Float64Array(N * k));
  return Float64Array.from({ length: N * N }, (_, at) => {
    const [i, j] = [Math.floor(at / N), at % N];
    let sum = i === j ? 0.05 : 0;
    for (let a = 0; a < k; a++) sum += (g[i * k + a]! * g[j * k + a]!) / k;
    return sum;
  });
}
const rowsOf = (M: Float64Array) => Array.from({ length: N }, (_, i) => M.subarray(i * N, (i + 1) * N));

describe('estimatedFeatures', () => {
  const F = gram('F', 30);
  const J = gram('J', 15).map((value) => 3 * value);
  const c = stream('c').fillGaussian(new Float64Array(N), 0.1);

  it.each([
    [1, 0.5, 0],
    [0, 1, 0],
    [1, 0, 0],
    [1, 0, 0.1],
    [1, 0.3, 0.1],
    [1, 1e-6, 0.01],
    [1, 30, 0.001],
    [0.001, 100, 1],
  ])('has the resolvents of the plain inverse at eta %d, zeta %d, lambda %d', (eta, zeta, lambda) => {
    const plain = measuredFeatures({ F: rowsOf(F), J: rowsOf(J), c, targetVariance: 10, inputDimension: 1 });
    const fast = estimatedFeatures({ F, J, c, targetVariance: 10, rows: 100, plugIn: true });
    const [expected, found] = [newResolventMoments(), newResolventMoments()];
    plain.moments(eta, zeta, lambda, expected);
    fast.moments(eta, zeta, lambda, found);
    for (const name of Object.keys(expected) as (keyof typeof expected)[])
      expect(Math.abs(found[name] / expected[name] - 1), name).toBeLessThan(INTERPOLATION);
  });

  it('has moments that are the derivatives of its own trace and signal, corrected for its rows', () => {
    const map = estimatedFeatures({ F, J, c, targetVariance: 10, rows: 50 });
    const out = newResolventMoments();
    const read = (eta: number, zeta: number, lambda: number) => {
      map.moments(eta, zeta, lambda, out);
      return { ...out };
    };
    const h = 1e-4;
    const at = read(1, 0.4, 0.2);
    const slope = (by: readonly [number, number, number], name: 'traceF' | 'signal') => {
      const side = (sign: number) =>
        read(1 + sign * h * by[0], 0.4 + sign * h * by[1], 0.2 + sign * h * by[2]);
      return (side(-1)[name] - side(1)[name]) / (2 * h);
    };
    const close = (a: number, b: number) => expect(Math.abs(a / b - 1)).toBeLessThan(1e-5);
    close(slope([1, 0, 0], 'traceF'), at.traceFF);
    close(slope([0, 1, 0], 'traceF'), at.traceFJ);
    close(slope([0, 0, 1], 'traceF'), at.traceFI);
    close(slope([0, 1, 0], 'signal'), at.signalJ);
    close(slope([0, 0, 1], 'signal'), at.signalI);
    close(10 - 2 * at.signal + slope([1, 0, 0], 'signal'), at.bias);
  });

  it('takes out the bias of few rows, which the plug-in keeps', () => {
    const rows = 60;
    const variances = Float64Array.from({ length: N }, (_, i) => 3 / (1 + i / 4));
    const theta = stream('theta').fillGaussian(new Float64Array(N), 0.3);
    const diagonal = (entry: (i: number) => number) => {
      const M = new Float64Array(N * N);
      for (let i = 0; i < N; i++) M[i * N + i] = entry(i);
      return M;
    };
    const slopes = diagonal((i) => 1 + 0.5 * Math.sin(i));
    const noise = 0.25;
    const truth = estimatedFeatures({
      F: diagonal((i) => variances[i]!),
      J: slopes,
      c: theta.map((t, i) => t * variances[i]!),
      targetVariance: theta.reduce((sum, t, i) => sum + t * t * variances[i]!, noise),
      rows: 1,
      plugIn: true,
    });
    const sampled = Array.from({ length: 30 }, (_, seed) => {
      const x = stream('rows', seed).fillGaussian(new Float64Array(rows * N));
      const xi = stream('noise', seed).fillGaussian(new Float64Array(rows), Math.sqrt(noise));
      const measured = {
        F: new Float64Array(N * N),
        J: slopes,
        c: new Float64Array(N),
        targetVariance: 0,
        rows,
      };
      for (let r = 0; r < rows; r++) {
        const phi = variances.map((v, i) => Math.sqrt(v) * x[r * N + i]!);
        const y = phi.reduce((sum, p, i) => sum + p * theta[i]!, xi[r]!);
        measured.targetVariance += (y * y) / rows;
        for (let i = 0; i < N; i++) {
          measured.c[i]! += (phi[i]! * y) / rows;
          for (let j = 0; j < N; j++) measured.F[i * N + j]! += (phi[i]! * phi[j]!) / rows;
        }
      }
      return measured;
    });
    const options = { psi2: 40, eps: 0.3 };
    const expected = asymptoticRisk(truth, options);
    const mean = (plugIn: boolean, name: 'standardRisk' | 'adversarialRisk') => {
      const values = sampled.map((s) => asymptoticRisk(estimatedFeatures({ ...s, plugIn }), options)[name]);
      const value = values.reduce((sum, v) => sum + v, 0) / values.length;
      const square = values.reduce((sum, v) => sum + (v - value) ** 2, 0) / (values.length - 1);
      return { value, error: Math.sqrt(square / values.length) };
    };
    for (const name of ['standardRisk', 'adversarialRisk'] as const) {
      const corrected = mean(false, name);
      const plain = mean(true, name);
      // Monte Carlo, in standard errors; the plug-in is further off than that by far.
      expect(Math.abs(corrected.value - expected[name])).toBeLessThan(
        3 * corrected.error + 0.02 * expected[name],
      );
      expect(expected[name] - plain.value).toBeGreaterThan(4 * plain.error);
    }
  });

  it('refuses sizes that disagree, and fewer rows than features', () => {
    const given = { F, J, c, targetVariance: 10, rows: 50 };
    expect(() => estimatedFeatures({ ...given, J: J.subarray(1) })).toThrow(
      /invalid J: "399 values" \(expected 20 x 20/,
    );
    expect(() => estimatedFeatures({ ...given, rows: 20 })).toThrow(/20 rows say too little of 20 features/);
    expect(() => estimatedFeatures({ ...given, targetVariance: 0 })).toThrow(/invalid targetVariance: 0/);
  });
});
