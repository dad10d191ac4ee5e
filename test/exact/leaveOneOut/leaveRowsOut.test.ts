import { expect, it } from 'vitest';
import { adversarialRegression } from '../../../src/exact/index.ts';
import { leaveRowsOut, type RowsLeftOut } from '../../../src/exact/leaveOneOut/leaveRowsOut.ts';
import { marginLoss } from '../../../src/exact/leaveOneOut/marginLoss.ts';
import { euclideanGradient } from '../../../src/exact/leaveOneOut/rowGradients.ts';
import { squareLoss } from '../../../src/exact/leaveOneOut/squareLoss.ts';
import { rowBlocks } from '../../../src/exact/rowBlocks.ts';
import { norm } from '../../../src/numerics/vectors.ts';
import { stream } from '../../../src/random/stream.ts';
import { teacherRows } from '../problems.ts';

/** What a step to a row's kink and back leaves, as a share of a residual. */
const SECOND_ORDER = 1e-3;

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

it('ends where it would have if it begins with a row on another piece of its loss, by one Gram matrix of the gradients', () => {
  const [n, N, eps, lambda] = [400, 20, 0.3, 0.05];
  const { x: features, y: targets } = teacherRows(n, N, 3);
  const [design, y] = [Float64Array.from(features), Float64Array.from(targets)];
  const data = { n, d: N, x: design, y };
  const { theta } = adversarialRegression(data, { eps, lambda, tolerance: 1e-11 });
  const residuals = y.map((target, i) =>
    theta.reduce((left, value, a) => left - value * design[i * N + a]!, target),
  );
  const scores = residuals.map((r) => r + Math.sign(r) * eps * norm(theta));
  const order = [...residuals.keys()].sort((i, j) => Math.abs(residuals[i]!) - Math.abs(residuals[j]!));
  const atKink = order.filter((i) => Math.abs(residuals[i]!) < 1e-4);
  const nearest = order[atKink.length]!;
  expect(atKink.length).toBeGreaterThan(0);
  const found = (fitted: readonly number[]): RowsLeftOut & { grams: number } => {
    let grams = 0;
    const gradientsAt = (at: Float64Array) => {
      const gradients = euclideanGradient(n)(at);
      return {
        ...gradients,
        gram(weights: Float64Array, out: Float64Array) {
          grams++;
          gradients.gram(weights, out);
        },
      };
    };
    const losses = squareLoss({ ...{ n, N, M: N, design, y, eps, ridge: n * lambda }, gradientsAt });
    const start = { x: theta, scores, fitted: Array.from(y, (_, i) => fitted.includes(i)) };
    return { ...leaveRowsOut(losses, start), grams };
  };
  const [right, mended] = [found(atKink), found([...atKink, nearest])];
  expect(mended.states.fitted).toEqual(right.states.fitted);
  expect([right.grams, mended.grams]).toEqual([1, 1]);
  // What is second order in the move of one row.
  right.outputs.forEach((output, i) => {
    expect(Math.abs(mended.outputs[i]! - output)).toBeLessThan(SECOND_ORDER * Math.abs(y[i]! - output));
  });
});
