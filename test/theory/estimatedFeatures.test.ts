import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import { estimatedFeatures } from '../../src/theory/featureMaps/estimatedFeatures.ts';
import { asymptoticRisk, criticalEps, measuredFeatures } from '../../src/theory/index.ts';

const N = 20;
/** G G' / k with a little of the identity, so that it is well conditioned. */
function gram(name: string, k: number, ridge = 0.05): Float64Array {
  const g = stream(name).fillGaussian(new Float64Array(N * k));
  return Float64Array.from({ length: N * N }, (_, at) => {
    const [i, j] = [Math.floor(at / N), at % N];
    let sum = i === j ? ridge : 0;
    for (let a = 0; a < k; a++) sum += (g[i * k + a]! * g[j * k + a]!) / k;
    return sum;
  });
}
const rowsOf = (M: Float64Array) => Array.from({ length: N }, (_, i) => M.subarray(i * N, (i + 1) * N));

describe('estimatedFeatures', () => {
  const F = gram('F', 30);
  const J = gram('J', 15).map((value) => 3 * value);
  const c = stream('c').fillGaussian(new Float64Array(N), 0.1);

  it('has moments that are the derivatives of its own trace and signal, corrected for its rows', () => {
    const map = estimatedFeatures({ F, J, c, targetVariance: 10, rows: 50 });
    const h = 1e-4;
    const at = map.moments(1, 0.4, 0.2);
    const slope = (by: readonly [number, number, number], name: 'traceF' | 'signal') => {
      const side = (sign: number) =>
        map.moments(1 + sign * h * by[0], 0.4 + sign * h * by[1], 0.2 + sign * h * by[2]);
      return (side(-1)[name] - side(1)[name]) / (2 * h);
    };
    const close = (a: number, b: number) => expect(Math.abs(a / b - 1)).toBeLessThan(1e-5);
    close(slope([1, 0, 0], 'traceF'), at.traceFF);
    close(slope([0, 1, 0], 'traceF'), at.traceFJ);
    close(slope([0, 0, 1], 'traceF'), at.traceFI);
    close(slope([1, 0, 0], 'signal'), at.signalF);
    close(slope([0, 1, 0], 'signal'), at.signalJ);
    close(slope([0, 0, 1], 'signal'), at.signalI);
    close(10 - 2 * at.signal + slope([1, 0, 0], 'signal'), at.bias);
  });

  it('has the limit eta -> 0 of its moments at eta = 0', () => {
    const map = estimatedFeatures({ F, J, c, targetVariance: 10, rows: 50 });
    const [limit, near] = [map.moments(0, 1, 0), map.moments(1e-6, 1, 0)];
    for (const name of [
      'traceF',
      'traceFF',
      'traceFJ',
      'traceFI',
      'signal',
      'signalF',
      'signalJ',
      'signalI',
    ] as const)
      expect(Math.abs(near[name] / limit[name] - 1), name).toBeLessThan(1e-4);
  });

  describe('from few rows', () => {
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
    const truth = measuredFeatures({
      F: rowsOf(diagonal((i) => variances[i]!)),
      J: rowsOf(slopes),
      c: theta.map((t, i) => t * variances[i]!),
      targetVariance: theta.reduce((sum, t, i) => sum + t * t * variances[i]!, noise),
      inputDim: 1,
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
    const plugIn = ({ F, J, c, targetVariance }: (typeof sampled)[number]) =>
      measuredFeatures({ F: rowsOf(F), J: rowsOf(J), c, targetVariance, inputDim: 1 });
    const mean = (ofSample: (s: (typeof sampled)[number]) => number) => {
      const values = sampled.map(ofSample);
      const value = values.reduce((sum, v) => sum + v, 0) / values.length;
      const square = values.reduce((sum, v) => sum + (v - value) ** 2, 0) / (values.length - 1);
      return { value, error: Math.sqrt(square / values.length) };
    };

    it.each(['standardRisk', 'adversarialRisk'] as const)(
      'takes out the bias of the %s, which the plug-in keeps',
      (name) => {
        const options = { psi2: 40, eps: 0.3 };
        const expected = asymptoticRisk(truth, options)[name];
        const corrected = mean((s) => asymptoticRisk(estimatedFeatures(s), options)[name]);
        const plain = mean((s) => asymptoticRisk(plugIn(s), options)[name]);
        // Monte Carlo, in standard errors; the plug-in is further off than that by far.
        expect(Math.abs(corrected.value - expected)).toBeLessThan(3 * corrected.error + 0.02 * expected);
        expect(expected - plain.value).toBeGreaterThan(4 * plain.error);
      },
    );

    it('takes out the bias of the critical radius, which the plug-in keeps', () => {
      const psi2 = 40;
      // (pi/2) [theta' F J^-1 F theta / E y^2 + (1/n) tr F J^-1] for diagonal F and J.
      let [signal, trace, energy] = [0, 0, noise];
      for (let i = 0; i < N; i++) {
        signal += (theta[i]! * variances[i]!) ** 2 / slopes[i * N + i]!;
        trace += variances[i]! / slopes[i * N + i]!;
        energy += theta[i]! ** 2 * variances[i]!;
      }
      const expected = 0.5 * Math.PI * (signal / energy + trace / psi2);
      const corrected = mean((s) => criticalEps(estimatedFeatures(s), { psi2 }) ** 2);
      const plain = mean((s) => criticalEps(plugIn(s), { psi2 }) ** 2);
      // Monte Carlo, in standard errors.
      expect(Math.abs(corrected.value - expected)).toBeLessThan(3 * corrected.error);
      expect(plain.value - expected).toBeGreaterThan(4 * plain.error);
    });
  });

  describe('with features that the attack cannot reach', () => {
    // J of rank 12 in 20 features.
    const singular = gram('singular J', 12, 0);
    const given = { F, J: singular, c, targetVariance: 10 };

    it.each([
      [0, 40],
      [0.1, 40],
      [0.1, 4],
    ])('leaves them alone under a strong attack: lambda %d, n %d', (lambda, n) => {
      const map = estimatedFeatures({ ...given, rows: 60 });
      expect(asymptoticRisk(map, { psi2: n, lambda, eps: 1000 })).toMatchObject({
        phase: 'immune',
        gradientNorm: 0,
        converged: true,
      });
      // The phase begins where the solution of the learning phase ends, by bisection on the phase.
      let [low, high] = [0, 50];
      for (let i = 0; i < 34; i++) {
        const eps = (low + high) / 2;
        if (asymptoticRisk(map, { psi2: n, lambda, eps }).phase === 'learning') low = eps;
        else high = eps;
      }
      const [before, after] = [low * (1 - 1e-6), high].map((eps) =>
        asymptoticRisk(map, { psi2: n, lambda, eps }),
      );
      expect(before).toMatchObject({ phase: 'learning', converged: true });
      expect(Math.abs(before!.standardRisk / after!.standardRisk - 1)).toBeLessThan(1e-4);
      expect(before!.gradientNorm).toBeLessThan(1e-3);
    });

    it('has the risk of the plain moments where rows are without number', () => {
      const many = estimatedFeatures({ ...given, rows: 1e12 });
      const plain = measuredFeatures({ ...given, F: rowsOf(F), J: rowsOf(singular), inputDim: 1 });
      for (const options of [
        { psi2: 40, eps: 0.3 },
        { psi2: 40, eps: 0.3, lambda: 0.1 },
        { psi2: 40, eps: 1000, lambda: 0.1 },
        { psi2: 12, eps: 0 },
      ]) {
        const [found, expected] = [asymptoticRisk(many, options), asymptoticRisk(plain, options)];
        expect(found.phase).toBe(expected.phase);
        expect(Math.abs(found.standardRisk / expected.standardRisk - 1)).toBeLessThan(1e-8);
      }
    });
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
