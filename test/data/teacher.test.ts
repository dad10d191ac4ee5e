import { describe, expect, it } from 'vitest';
import { rowsOf, shuffledBatches } from '../../src/data/batches.ts';
import { toTensors } from '../../src/data/dataset.ts';
import { teacher } from '../../src/data/teacher.ts';

describe('teacher', () => {
  it('has a signal of norm rho (exact)', () => {
    const { beta } = teacher({ d: 40, rho: 2.5, seed: 3 });
    expect(Math.sqrt(beta.reduce((sum, b) => sum + b * b, 0))).toBeCloseTo(2.5, 12);
  });

  it('gives y = <x, beta> without noise (float32)', () => {
    const { beta, sample } = teacher({ d: 8, seed: 1 });
    const { x, y, n } = sample('train', 20);
    for (let i = 0; i < n; i++) {
      const signal = beta.reduce((sum, b, j) => sum + b * x[i * 8 + j]!, 0);
      expect(Math.abs(y[i]! - signal)).toBeLessThan(1e-6);
    }
  });

  it('has noise of variance tau^2 (Monte Carlo, 5 standard errors)', () => {
    const n = 20_000;
    const { beta, sample } = teacher({ d: 5, tau: 0.7, seed: 9 });
    const { x, y } = sample('train', n);
    let square = 0;
    for (let i = 0; i < n; i++)
      square += (y[i]! - beta.reduce((sum, b, j) => sum + b * x[i * 5 + j]!, 0)) ** 2;
    expect(Math.abs(square / n - 0.49)).toBeLessThan(5 * 0.49 * Math.sqrt(2 / n));
  });

  it('gives the same rows whole or in batches of any size', () => {
    const problem = teacher({ d: 3, tau: 0.5, seed: 'rows' });
    const whole = problem.sample('test', 17);
    for (const batchSize of [1, 4, 17, 100]) {
      const parts = [...problem.batches('test', 17, batchSize)];
      expect(parts.flatMap((p) => [...p.x])).toEqual([...whole.x]);
      expect(parts.flatMap((p) => [...p.y])).toEqual([...whole.y]);
    }
  });

  it('keeps samples of different names and seeds apart', () => {
    const problem = teacher({ d: 3, seed: 1 });
    expect(problem.sample('train', 4).x).not.toEqual(problem.sample('test', 4).x);
    expect(problem.sample('train', 4).x).not.toEqual(teacher({ d: 3, seed: 2 }).sample('train', 4).x);
  });

  it.each([
    [{ d: 0 }, 'invalid d: 0'],
    [{ d: 2.5 }, 'invalid d: 2.5'],
    [{ d: 3, tau: -1 }, 'invalid tau: -1'],
    [{ d: 3, tau: Number.NaN }, 'invalid tau: NaN'],
    [{ d: 3, rho: 0 }, 'invalid rho: 0'],
  ])('refuses %o by name', (args, message) => {
    expect(() => teacher(args)).toThrow(message);
  });
});

describe('toTensors', () => {
  it('refuses x and y of different length', () => {
    const data = { n: 3, d: 2, x: new Float32Array(6), y: new Float32Array(2) };
    expect(() => toTensors(data)).toThrow('invalid y: "2 values" (expected n = 3 values, one a row of x)');
    expect(() => toTensors({ ...data, x: new Float32Array(5), y: new Float32Array(3) })).toThrow('invalid x');
  });
});

describe('shuffledBatches', () => {
  const data = teacher({ d: 2, seed: 5 }).sample('train', 10);

  it('shows every row once in each pass, in another order each time', () => {
    const batches = shuffledBatches(data, 4, 'shuffle');
    const pass = () => Array.from({ length: 3 }, () => [...batches.next().value.y]).flat();
    const first = pass();
    const second = pass();
    const sorted = (values: number[]) => [...values].sort((a, b) => a - b);
    expect(sorted(first)).toEqual(sorted([...data.y]));
    expect(sorted(second)).toEqual(sorted([...data.y]));
    expect(second).not.toEqual(first);
  });

  it('keeps x and y of a row together', () => {
    const picked = rowsOf(data, [7, 2]);
    expect([...picked.x]).toEqual([...data.x.subarray(14, 16), ...data.x.subarray(4, 6)]);
    expect([...picked.y]).toEqual([data.y[7], data.y[2]]);
  });
});
