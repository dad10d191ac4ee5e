import { expect, it } from 'vitest';
import type { Dataset } from '../../src/data/dataset.ts';
import { DIGITS } from '../../src/data/digits.ts';
import { diabetes, digitsBelowFive } from '../../src/data/shippedSets.ts';

/** float32 */
const ROUNDING = 1e-5;

function expectStandardised({ n, d, x }: Omit<Dataset, 'y'>, constant: number): void {
  const columns = Array.from({ length: d }, (_, j) => x.filter((_value, at) => at % d === j));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / n;
  for (const column of columns) expect(Math.abs(mean([...column]))).toBeLessThan(ROUNDING);
  const varying = columns.filter((column) => column.some((value) => value !== 0));
  expect(columns.length - varying.length).toBe(constant);
  // The mean square is 1: the divisor is n. With n - 1 it would be 1 - 1/n, which is 1 - 0.0006 of the digits.
  for (const column of varying)
    expect(Math.abs(mean([...column].map((value) => value ** 2)) - 1)).toBeLessThan(10 * ROUNDING);
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
  expectStandardised({ n: data.n, d: 1, x: data.y }, 0);
});
