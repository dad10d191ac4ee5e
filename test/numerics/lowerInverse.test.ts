import { describe, expect, it } from 'vitest';
import { lowerInverse } from '../../src/numerics/lowerInverse.ts';
import { stream } from '../../src/random/stream.ts';

describe('the inverse of a lower triangular matrix', () => {
  it.each([1, 2, 48, 49, 131])('of order %d times the matrix is the identity', (n) => {
    const l = stream('lower inverse', n).fillGaussian(new Float64Array(n * n));
    for (let i = 0; i < n; i++) l[i * n + i] = n + Math.abs(l[i * n + i]!);
    const inverse = lowerInverse(l, n);
    let worst = 0;
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) {
        // What is above the diagonal of l is noise, which must not be read.
        let entry = j > i ? inverse[i * n + j]! : 0;
        for (let k = j; k <= i; k++) entry += l[i * n + k]! * inverse[k * n + j]!;
        worst = Math.max(worst, Math.abs(entry - (i === j ? 1 : 0)));
      }
    // Rounding in float64: entries of l are at most n + 4, those of the inverse at most 1 / n.
    expect(worst).toBeLessThan(1e-13 * n);
  });
});
