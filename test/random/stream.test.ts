import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';

const gaussians = (n: number, ...keys: (string | number)[]) =>
  stream(...keys).fillGaussian(new Float64Array(n));

describe('stream', () => {
  it('gives the same numbers for the same name, and others for another', () => {
    expect(gaussians(5, 1, 'W')).toEqual(gaussians(5, 1, 'W'));
    expect(gaussians(5, 1, 'W')).not.toEqual(gaussians(5, 1, 'X'));
    expect(gaussians(5, 'a', 'b')).not.toEqual(gaussians(5, 'a/b'));
  });

  it('takes a whole number for the same name whether or not it is written out', () => {
    for (const seed of [0, 7, -3, 123456789012345])
      expect(gaussians(5, String(seed), 'W')).toEqual(gaussians(5, seed, 'W'));
    for (const other of ['00', '-0', '1.0', '1e3', ' 1', '1 ', '0x1', ''])
      expect(gaussians(5, other)).not.toEqual(gaussians(5, Number(other)));
    expect(gaussians(5, 'cell', '1')).not.toEqual(gaussians(5, 'cell', '2'));
  });

  it('does not depend on how the draws are cut into pieces', () => {
    const whole = gaussians(7, 'pieces');
    const pieces = stream('pieces');
    const cut = [3, 1, 3].flatMap((n) => [...pieces.fillGaussian(new Float64Array(n))]);
    expect(cut).toEqual([...whole]);
  });

  it('has Gaussian moments (Monte Carlo, 5 standard errors)', () => {
    const n = 200_000;
    const x = gaussians(n, 'moments');
    const mean = (f: (v: number) => number) => x.reduce((sum, v) => sum + f(v), 0) / n;
    expect(Math.abs(mean((v) => v))).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(mean((v) => v * v) - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(mean((v) => v ** 4) - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
  });

  it('permutes: every index once, and not in order', () => {
    const order = stream('order').permutation(1000);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect([...order.slice(0, 10)]).not.toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('wants a name', () => {
    expect(() => stream()).toThrow(RangeError);
  });
});
