import { describe, expect, it } from 'vitest';
import { linearStep } from '../../src/models/hostSteps.ts';
import { LayeredFeatures } from '../../src/models/layeredFeatures.ts';
import { stream } from '../../src/random/stream.ts';

describe('features of one layer and their slopes', () => {
  /** More rows than are computed at once. */
  const [n, d, N] = [5000, 2, 3];
  const x = stream('one layer', 'x').fillGaussian(new Float64Array(n * d));
  const kernel = stream('one layer', 'W').fillGaussian(new Float64Array(d * N));
  /** u_a at row i, by the definition. */
  const inner = (i: number, a: number): number => x[i * d]! * kernel[a]! + x[i * d + 1]! * kernel[N + a]!;
  // At the last row alone its derivative is none of a ReLU's.
  const rare = Math.abs(inner(n - 1, 1));

  it.each([
    ['in a byte each where all are whole', (u: number) => (u > 0 ? 1 : 0), Int8Array],
    ['as they are where some are not', Math.cos, Float64Array],
    [
      'as they are where only the last one is not',
      (u: number) => (Math.abs(Math.abs(u) - rare) < 1e-12 ? 0.25 : u > 0 ? -1 : 2),
      Float64Array,
    ],
    ['as they are beyond what a byte holds', (u: number) => (u > 0 ? 128 : 1), Float64Array],
  ] as const)('are kept for all blocks of rows, %s', (_, derivative, Kind) => {
    const value = (u: number): number => u * u;
    const features = new LayeredFeatures(d, [
      linearStep(kernel, N),
      { kind: 'elementwise', value, derivative },
    ]);
    const { phi, slopes, clipped } = features.oneLayer(x, n)!;
    expect(slopes).toBeInstanceOf(Kind);
    expect(clipped).toEqual([]);
    let off = 0;
    for (let i = 0; i < n; i++)
      for (let a = 0; a < N; a++) {
        const u = inner(i, a);
        off = Math.max(off, Math.abs(phi[i * N + a]! - u * u), Math.abs(slopes[i * N + a]! - derivative(u)));
      }
    expect(off).toBeLessThan(1e-12);
  });

  it('name the inputs that are clipped by their positions among all rows', () => {
    const scale = { centre: new Float64Array(d), factor: Float64Array.of(1, 0), clip: 2.5 };
    const features = new LayeredFeatures(d, [{ kind: 'scale', ...scale }, linearStep(kernel, N)]);
    const expected = [...x.keys()].filter((at) => at % d === 0 && Math.abs(x[at]!) > 2.5);
    expect(expected.at(-1)!).toBeGreaterThan(n);
    expect(features.oneLayer(x, n)!.clipped).toEqual(expected);
  });
});
