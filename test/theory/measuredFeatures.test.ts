import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import { asymptoticRisk, type FeatureMap, measuredFeatures } from '../../src/theory/index.ts';
import { expectRelative } from './support.ts';

/** Of interpolated resolvents, relative, and of all others. */
const INTERPOLATION = 1e-9;

type Rows = number[][];
const N = 12;

/** G G' / k with a little of the identity. */
function gram(name: string, k: number, ridge: number): Rows {
  const g = stream('measuredFeatures.test', name).fillGaussian(new Float64Array(N * k));
  return Array.from({ length: N }, (_, i) =>
    Array.from({ length: N }, (_, j) => {
      let sum = i === j ? ridge : 0;
      for (let a = 0; a < k; a++) sum += (g[i * k + a]! * g[j * k + a]!) / k;
      return sum;
    }),
  );
}

const product = (A: Rows, B: Rows): Rows =>
  A.map((row) => B[0]!.map((_, j) => row.reduce((sum, value, k) => sum + value * B[k]![j]!, 0)));
const trace = (A: Rows): number => A.reduce((sum, row, i) => sum + row[i]!, 0);

/** By Gauss and Jordan with pivots. */
function inverse(A: Rows): Rows {
  const n = A.length;
  const M = A.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  for (let k = 0; k < n; k++) {
    const rest = Array.from({ length: n - k }, (_, i) => k + i);
    const pivot = rest.reduce((best, i) => (Math.abs(M[i]![k]!) > Math.abs(M[best]![k]!) ? i : best), k);
    [M[k], M[pivot]] = [M[pivot]!, M[k]!];
    const scale = M[k]![k]!;
    M[k] = M[k]!.map((value) => value / scale);
    for (let i = 0; i < n; i++) {
      const factor = M[i]![k]!;
      if (i !== k) M[i] = M[i]!.map((value, j) => value - factor * M[k]![j]!);
    }
  }
  return M.map((row) => row.slice(n));
}

describe('the resolvents of measuredFeatures', () => {
  const F = gram('F', 30, 0.05);
  const J = gram('J', 15, 0.05).map((row) => row.map((value) => 3 * value));
  const c = stream('measuredFeatures.test', 'c').fillGaussian(new Float64Array(N), 0.1);
  const targetVariance = 10;
  const map = measuredFeatures({ F, J, c, targetVariance, inputDim: 4 });

  it.each([
    [1, 0.5, 0],
    [0, 1, 0],
    [1, 0, 0],
    [1, 0, 0.1],
    [1, 0.3, 0.1],
    [1, 0.01, 1e-3],
    [1, 3, 5],
    [1, 30, 0.001],
    [1, 0.3, 1e5],
    [1, 1e-6, 0.01],
    [0.001, 100, 1],
  ])('are those of a plain inverse at eta %d, zeta %d, lambda %d', (eta, zeta, lambda) => {
    const R = inverse(
      F.map((row, i) => row.map((f, j) => eta * f + zeta * J[i]![j]! + (i === j ? lambda : 0))),
    );
    const [FR, JR] = [product(F, R), product(J, R)];
    const theta = product([[...c]], R)[0]!;
    const form = (M: Rows): number =>
      theta.reduce((sum, a, i) => sum + M[i]!.reduce((row, value, j) => row + a * value * theta[j]!, 0), 0);
    const signal = theta.reduce((sum, value, i) => sum + value * c[i]!, 0);
    const expected = {
      traceF: trace(FR) / 4,
      traceFF: trace(product(FR, FR)) / 4,
      traceFJ: trace(product(FR, JR)) / 4,
      traceFI: trace(product(FR, R)) / 4,
      signal,
      signalF: form(F),
      signalJ: form(J),
      signalI: theta.reduce((sum, value) => sum + value * value, 0),
      bias: targetVariance - 2 * eta * signal + eta ** 2 * form(F),
    };
    const found = map.moments(eta, zeta, lambda);
    for (const name of Object.keys(expected) as (keyof typeof expected)[])
      expectRelative(found[name], expected[name], INTERPOLATION, name);
  });

  // Differences of larger numbers at the outer edges, where a few digits more are lost.
  it('change smoothly from one panel of the interpolation to the next, and out of the last', () => {
    const scale = trace(F) / trace(J);
    for (const edge of [-10, -6, -2, 2, 6, 10]) {
      const [before, after] = [-1e-10, 1e-10].map((h) => map.moments(1, Math.exp(edge + h) * scale, 0.01));
      for (const name of Object.keys(before!) as (keyof typeof before)[])
        expectRelative(before![name], after![name], 1e-8, `${String(name)} at ${edge}`);
    }
  });
});

describe('the rank of measuredFeatures', () => {
  const diagonal = (values: readonly number[]): Rows =>
    values.map((value, i) => values.map((_, j) => (i === j ? value : 0)));
  const mapOf = (f: readonly number[], j: readonly number[]): FeatureMap =>
    measuredFeatures({
      F: diagonal(f),
      J: diagonal(j),
      c: f.map(Math.sqrt).map((x) => x / 4),
      targetVariance: 1,
      inputDim: 1,
    });

  it('counts every direction in which F is more than rounding', () => {
    expect(mapOf([1, 1, 1e-3, 1e-7], [1, 1, 1, 1]).rank).toBe(4);
    expect(mapOf([1, 1, 1e-3, 1e-15], [1, 1, 1, 1]).rank).toBe(3);
    expect(mapOf([1, 1, 0, 0], [1, 1, 1, 0]).rank).toBe(2);
  });

  it('says where the features begin to interpolate', () => {
    const map = mapOf([1, 1, 1e-3, 1e-3], [1, 1, 1, 1]);
    expect(asymptoticRisk(map, { psi2: 3.9, eps: 0, tau: 1 }).interpolatedFraction).toBe(1);
    expect(asymptoticRisk(map, { psi2: 4.1, eps: 0, tau: 1 }).interpolatedFraction).toBe(0);
  });
});
