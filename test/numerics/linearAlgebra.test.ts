import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { javaScriptBlocks, simdBlocks } from '../../src/numerics/blockKernel.ts';
import { type LinearAlgebra, linearAlgebra, provideLinearAlgebra } from '../../src/numerics/linearAlgebra.ts';
import { portable, portableAlgebra, wasmAlgebra } from '../../src/numerics/portable.ts';
import '../../src/runtime/provideAlgebra.ts';
import { stream } from '../../src/random/stream.ts';
import { wasmThreads } from '../../src/runtime/wasmThreads.ts';

/** Rounding in either precision. */
const [DOUBLE, SINGLE] = [1e-12, 1e-5];
const random = (length: number): Float64Array =>
  stream('linear algebra', length).fillGaussian(new Float64Array(length));

function product(a: Float64Array, b: Float64Array, m: number, n: number, k: number): Float64Array {
  const c = new Float64Array(m * n);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < n; j++) for (let p = 0; p < k; p++) c[i * n + j]! += a[i * k + p]! * b[j * k + p]!;
  return c;
}

const blocks = { rows: 32, columns: 128, depth: 256 };
// Whatever this machine has, and what there is on others: a processor or a Node without relaxed SIMD, or without SIMD.
const others = [simdBlocks(blocks, { element: 'float64', fused: false })!, javaScriptBlocks(blocks)].map(
  (kernel) => portableAlgebra(kernel),
);
const threaded = wasmAlgebra((kernel, shared) => wasmThreads(2, kernel, shared))!;
const algebras = [linearAlgebra(), portable, threaded, ...others].filter(
  ({ name }, i, all) => all.findIndex((other) => other.name === name) === i,
);
const cases = algebras.flatMap(({ name, single, ...double }) => [
  { name, algebra: { ...double, name }, rounding: DOUBLE },
  ...(single ? [{ name: `${name} in single precision`, algebra: single, rounding: SINGLE }] : []),
]);

describe.each(cases)('$name', ({ algebra, rounding }) => {
  it.each([
    [1, 1, 1],
    [2, 3, 0],
    [3, 5, 2],
    [4, 4, 256],
    [130, 129, 259],
    [257, 6, 31],
  ])('multiplies %i and %i rows of %i columns', (m, n, k) => {
    const [a, b] = [random(m * k), random(n * k)];
    const c = new Float64Array(m * n).fill(Number.NaN);
    algebra.multiplyTransposed(a, b, c, { m, n, k });
    const expected = product(a, b, m, n, k);
    // One comparison of thousands: NaN, which is no match either, counts as wrong.
    const wrong = c.findIndex((value, i) => !(Math.abs(value - expected[i]!) < rounding * (k + 1)));
    expect(wrong).toBe(-1);
  });

  it.each([1, 7, 50, 261])('factors and rebuilds a symmetric matrix of order %i', (n) => {
    const a = random(n * (n + 3));
    const matrix = new Float64Array(n * n);
    algebra.multiplyTransposed(a, a, matrix, { m: n, n, k: n + 3, lower: true });
    const expected = product(a, a, n, n, n + 3);
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) matrix[i * n + j] = Number.NaN;
    expect(algebra.choleskyInPlace(matrix, n)).toBe(true);
    for (let i = 0; i < n; i++)
      for (let j = 0; j <= i; j++) {
        let sum = 0;
        for (let k = 0; k <= j; k++) sum += matrix[i * n + k]! * matrix[j * n + k]!;
        if (!(Math.abs(sum - expected[i * n + j]!) < rounding * n)) expect([i, j]).toBe('right');
      }
  });

  it.each([
    [1, 1],
    [0, 3],
    [3, 0],
    [4, 7],
    [9, 8],
    [61, 130],
  ])('multiplies %i rows of %i columns, and their transpose, by a vector', (m, k) => {
    const [a, x, u] = [random(m * k), random(k), random(m)];
    const close = (actual: Float64Array, expected: Float64Array): void => {
      expect(actual).toHaveLength(expected.length);
      actual.forEach((value, i) => {
        if (!(Math.abs(value - expected[i]!) < DOUBLE)) expect([i, value]).toEqual([i, expected[i]]);
      });
    };
    close(algebra.times(a, x, m), product(a, x, m, 1, k));
    const columns = Float64Array.from(a, (_, at) => a[(at % m) * k + Math.floor(at / m)]!);
    close(algebra.transposedTimes(a, u, k), product(columns, u, k, 1, m));
  });

  it.each([1, 3, 4, 9, 150])("solves L L' x = b of order %i without a look above the diagonal", (n) => {
    const l = random(n * n).map((value, at) => (at % (n + 1) === 0 ? 2 + Math.abs(value) : value / n));
    for (let i = 0; i < n; i++) l.fill(Number.NaN, i * n + i + 1, (i + 1) * n);
    const x = random(n);
    const [up, b] = [new Float64Array(n), new Float64Array(n)];
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) up[j]! += l[i * n + j]! * x[i]!;
    for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) b[i]! += l[i * n + j]! * up[j]!;
    const solved = algebra.choleskySolve(l, b);
    expect(solved).toBe(b);
    for (let i = 0; i < n; i++) expect(Math.abs(solved[i]! - x[i]!)).toBeLessThan(DOUBLE * n);
  });

  it('leaves what is above the diagonal of a factored matrix alone', () => {
    const n = 90;
    const a = random(n * n);
    const matrix = new Float64Array(n * n);
    algebra.multiplyTransposed(a, a, matrix, { m: n, n, k: n });
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) matrix[i * n + j] = i - j;
    expect(algebra.choleskyInPlace(matrix, n)).toBe(true);
    for (let i = 0; i < n; i++)
      for (let j = i + 1; j < n; j++) if (matrix[i * n + j] !== i - j) expect([i, j]).toBe('as it was');
  });

  it('says when a matrix is not positive, or not a number', () => {
    expect(algebra.choleskyInPlace(Float64Array.of(1, 0, 2, 1), 2)).toBe(false);
    expect(algebra.choleskyInPlace(Float64Array.of(1, 0, 1, 1), 2)).toBe(false);
    expect(algebra.choleskyInPlace(Float64Array.of(Number.NaN, 0, 0, 1), 2)).toBe(false);
    expect(algebra.choleskyInPlace(Float64Array.of(1, 0, Number.NaN, 1), 2)).toBe(false);
  });
});

it('gives the same numbers on two threads as on one', () => {
  const [m, k] = [150, 300];
  const a = random(m * k);
  const [alone, shared] = [portable, threaded].map(({ multiplyTransposed }) => {
    const c = new Float64Array(m * m);
    multiplyTransposed(a, a, c, { m, n: m, k });
    return c;
  });
  expect(shared).toEqual(alone);
});

describe('linearAlgebra', () => {
  it('is the one provided, asked for once and not before it is needed; the portable one where there is none', () => {
    const own: LinearAlgebra = { ...portable, name: 'own' };
    let asked = 0;
    provideLinearAlgebra(() => {
      asked++;
      return own;
    });
    expect(asked).toBe(0);
    expect(linearAlgebra()).toBe(own);
    expect(linearAlgebra()).toBe(own);
    expect(asked).toBe(1);
    provideLinearAlgebra(() => undefined);
    expect(linearAlgebra()).toBe(portable);
  });

  it('needs neither Node nor its environment', () => {
    const room = new URL('../../src/numerics/', import.meta.url);
    for (const file of readdirSync(room, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(new URL(file, room), 'utf8');
      expect(text, file).not.toMatch(/from 'node:|process\./);
    }
  });
});
