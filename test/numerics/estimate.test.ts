import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meanOf, RunningMean } from '../../src/numerics/estimate.ts';

describe('a mean with its standard error', () => {
  it('is the textbook one', () => {
    const { value, standardError, count } = meanOf([1, 2, 3, 4]);
    expect(value).toBeCloseTo(2.5, 14);
    expect(standardError).toBeCloseTo(Math.sqrt(5 / 3 / 4), 14);
    expect(count).toBe(4);
  });

  it('does not depend on how the values arrive', () => {
    const values = fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.nat(30), (all, cut) => {
        const whole = meanOf(all);
        const parts = new RunningMean().add(all.slice(0, cut)).add(all.slice(cut)).estimate();
        expect(parts.count).toBe(whole.count);
        expect(Math.abs(parts.value - whole.value)).toBeLessThan(1e-9);
        expect(Math.abs(parts.standardError - whole.standardError)).toBeLessThan(1e-6);
      }),
      { seed: 4 },
    );
  });

  it('keeps a small spread about a large mean', () => {
    expect(meanOf([1e9, 1e9 + 1, 1e9 + 2]).standardError).toBeCloseTo(Math.sqrt(1 / 3), 9);
  });

  it('knows no error of a single value', () => {
    expect(meanOf([7])).toEqual({ value: 7, standardError: Number.NaN, count: 1 });
  });

  it.each([[3], [undefined], ['12'], [{ length: 2 }], [[1, '2']], [[1, null]]])('refuses %o', (values) => {
    expect(() => meanOf(values as never)).toThrow(/^invalid values: .* \(expected an array of numbers\)$/);
  });
});
