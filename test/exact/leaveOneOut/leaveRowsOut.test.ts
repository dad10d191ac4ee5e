import { expect, it } from 'vitest';
import { leaveRowsOut, type RowsLeftOut } from '../../../src/exact/leaveOneOut/leaveRowsOut.ts';
import { marginLoss } from '../../../src/exact/leaveOneOut/marginLoss.ts';
import { euclideanGradient } from '../../../src/exact/leaveOneOut/rowGradients.ts';
import { rowBlocks } from '../../../src/exact/rowBlocks.ts';
import { stream } from '../../../src/random/stream.ts';

/** Rows for more blocks than one. */
const [n, N] = [130_001, 20];

it('leaves each of many rows out as where they are in another order, and so in other blocks', () => {
  expect([...rowBlocks(n, 4 * N)].length).toBeGreaterThan(1);
  const design = stream('leaveRowsOut').fillGaussian(new Float64Array(n * N), 0.5);
  for (let at = 0; at < design.length; at += N) design[at]! += 0.4;
  const backwards = (values: Float64Array, width: number): Float64Array => {
    const reversed = new Float64Array(values.length);
    for (let i = 0; i < n; i++)
      reversed.set(values.subarray(i * width, (i + 1) * width), (n - 1 - i) * width);
    return reversed;
  };
  const x = Float64Array.from({ length: N }, (_, a) => (a === 0 ? 0.9 : 0.1));
  const found = (rows: Float64Array): RowsLeftOut => {
    const losses = marginLoss({
      ...{ n, N, M: N, design: rows, eps: 0.2, ridge: 1, loss: 'logistic' },
      gradientsAt: euclideanGradient(n),
    });
    const scores = new Float64Array(n).fill(0.5);
    return leaveRowsOut(losses, { x, scores, fitted: new Array<boolean>(n).fill(false) });
  };
  const forwards = found(design);
  const reversed = found(backwards(design, N));
  const [outputs, lengths] = [backwards(reversed.outputs, 1), backwards(reversed.lengths, 1)];
  // Rounding of sums over 130,001 rows.
  for (const i of [0, 1, 65_000, 100_000, n - 1]) {
    expect(outputs[i]).toBeCloseTo(forwards.outputs[i]!, 9);
    expect(lengths[i]).toBeCloseTo(forwards.lengths[i]!, 9);
  }
});
