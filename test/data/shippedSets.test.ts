import { expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { DIGITS } from '../../src/data/digits.ts';
import { diabetes, digitsBelowFive } from '../../src/data/shippedSets.ts';
import { columnStatistics } from '../../src/data/tabular.ts';

/** float32 */
const ROUNDING = 1e-5;

function expectStandardised({ d, x }: Dataset, constant: number): void {
  const { mean, deviation } = columnStatistics(Float64Array.from(x), d);
  for (const value of mean) expect(Math.abs(value)).toBeLessThan(ROUNDING);
  expect(deviation.filter((value) => value === 0)).toHaveLength(constant);
  for (const value of deviation.filter((one) => one > 0)) expect(Math.abs(value - 1)).toBeLessThan(ROUNDING);
}

it('the digits are 1,797 images of standardised pixels, 901 of them below five', () => {
  const data = digitsBelowFive();
  expect([data.n, data.d]).toEqual([DIGITS.rows, DIGITS.inputs]);
  // Three pixels at the edge are never inked.
  expectStandardised(data, 3);
  expect([...new Set(data.y)].sort()).toEqual([-1, 1]);
  // 178, 182, 177, 183 and 181 of the digits 0 to 4, as the repository counts them.
  expect(data.y.filter((sign) => sign === 1)).toHaveLength(901);
});

it('diabetes is 442 patients with ten measurements, the target standardised as well', () => {
  const data = diabetes();
  expect([data.n, data.d]).toEqual([442, 10]);
  expectStandardised(data, 0);
  expectStandardised({ ...data, d: 1, x: data.y }, 0);
});
