import { describe, expect, it } from 'vitest';
import { blockedJacobians } from '../../src/exact/blockedJacobians.ts';
import type { Jacobians } from '../../src/exact/jacobians.ts';
import { linearJacobians } from '../../src/exact/linearJacobians.ts';
import { oneLayerJacobians } from '../../src/exact/oneLayerJacobians.ts';
import { stream } from '../../src/random/stream.ts';

const [n, d, N] = [5, 3, 4];
const draw = (name: string, length: number): Float64Array =>
  stream('jacobians', name).fillGaussian(new Float64Array(length));

const [slopes, weights, dense] = [draw('slopes', n * N), draw('weights', N * d), draw('dense', n * d * N)];

/** Each kind of Jacobians with its entry d phi_a / d x_j at row i, from its definition. */
const kinds: Readonly<
  Record<string, { jacobians: Jacobians; N: number; entry: (i: number, j: number, a: number) => number }>
> = {
  'of the inputs themselves': {
    jacobians: linearJacobians({ n, d }),
    N: d,
    entry: (_i, j, a) => (a === j ? 1 : 0),
  },
  'of one layer': {
    jacobians: oneLayerJacobians({ n, d, N, slopes, weights }),
    N,
    entry: (i, j, a) => slopes[i * N + a]! * weights[a * d + j]!,
  },
  'in blocks of rows': {
    jacobians: blockedJacobians({ n, d, N }, (from, to) => dense.slice(from * d * N, to * d * N), 1e9),
    N,
    entry: (i, j, a) => dense[(i * d + j) * N + a]!,
  },
};

describe.each(Object.entries(kinds))('input gradients %s', (_, { jacobians, N: width, entry }) => {
  const rows = [...Array(n).keys()];
  const inputs = [...Array(d).keys()];
  const units = [...Array(width).keys()];
  const sum = (over: readonly number[], of: (k: number) => number): number =>
    over.reduce((total, k) => total + of(k), 0);

  // Several times: a use may have left something behind.
  it.each([
    ['at first', 'double', 12],
    ['in single precision', 'single', 5],
    ['once more', 'double', 12],
  ] as const)(
    'are K_i theta, K_i theta_i, K_i v_i, sum e_i K_i K_i and sum K_i diag(e_i) K_i, %s',
    (time, precision, digits) => {
      const theta = draw(`theta ${time}`, width);
      const v = draw(`v ${time}`, n * d);
      // One row may count for nothing.
      const e = draw(`e ${time}`, n).map((value, i) => (i === 2 ? 0 : Math.abs(value)));
      const images = jacobians.images(theta, precision);
      expect(images).toHaveLength(n * d);
      for (const i of rows)
        for (const j of inputs)
          expect(images[i * d + j]).toBeCloseTo(
            sum(units, (a) => entry(i, j, a) * theta[a]!),
            digits,
          );
      const moves = draw(`moves ${time}`, n * width);
      const moved = jacobians.ownImages(moves);
      expect(moved).toHaveLength(n * d);
      for (const i of rows)
        for (const j of inputs)
          expect(moved[i * d + j]).toBeCloseTo(
            sum(units, (a) => entry(i, j, a) * moves[i * width + a]!),
            12,
          );
      const pulled = draw('left over', width * n);
      jacobians.pullBack(v, pulled, precision);
      for (const i of rows)
        for (const a of units)
          expect(pulled[i * width + a]).toBeCloseTo(
            sum(inputs, (j) => entry(i, j, a) * v[i * d + j]!),
            digits,
          );
      // A block of rows alone, its own rows being all that is given.
      const block = { from: 1, to: n - 1 };
      const ownImages = jacobians.ownImages(moves.subarray(width, (n - 1) * width), block);
      expect(ownImages).toEqual(moved.slice(d, (n - 1) * d));
      const ownPulled = draw('left over', width * (n - 2));
      jacobians.pullBlock(v.subarray(d, (n - 1) * d), block, ownPulled);
      ownPulled.forEach((value, at) => {
        expect(value).toBeCloseTo(pulled[width + at]!, digits);
      });
      const total = jacobians.pulledSum(v, precision);
      for (const a of units)
        expect(total[a]).toBeCloseTo(
          sum(rows, (i) => sum(inputs, (j) => entry(i, j, a) * v[i * d + j]!)),
          digits,
        );
      const gram = draw('left over', width * width);
      jacobians.weightedGram(e, gram, precision);
      for (const a of units)
        for (const b of units.slice(0, a + 1))
          expect(gram[a * width + b]).toBeCloseTo(
            sum(rows, (i) => e[i]! * sum(inputs, (j) => entry(i, j, a) * entry(i, j, b))),
            digits,
          );
      const each = v.map(Math.abs);
      jacobians.entryGram(each, gram, precision);
      for (const a of units)
        for (const b of units.slice(0, a + 1))
          expect(gram[a * width + b]).toBeCloseTo(
            sum(rows, (i) => sum(inputs, (j) => each[i * d + j]! * entry(i, j, a) * entry(i, j, b))),
            digits,
          );
    },
  );
});

it('in blocks of rows are those of all rows at once', () => {
  // A block holds 3.2e7 bytes: at most eight rows here.
  const [rows, width] = [11, 250_000];
  const asked: (readonly [number, number])[] = [];
  const jacobians = blockedJacobians(
    { n: rows, d: 2, N: width },
    (from, to) => {
      asked.push([from, to]);
      // d phi_a / d x_j at row i is i + 10 j for every a.
      const block = new Float64Array((to - from) * 2 * width);
      for (let i = from; i < to; i++)
        for (const j of [0, 1])
          block.fill(i + 10 * j, ((i - from) * 2 + j) * width, ((i - from) * 2 + j + 1) * width);
      return block;
    },
    1,
  );
  const images = jacobians.images(new Float64Array(width).fill(1 / width));
  for (let i = 0; i < rows; i++) for (const j of [0, 1]) expect(images[i * 2 + j]).toBeCloseTo(i + 10 * j, 8);
  expect(asked).toEqual([
    [0, 8],
    [8, 11],
  ]);
  const out = new Float64Array(width * rows);
  jacobians.pullBack(
    Float64Array.from({ length: rows * 2 }, (_, at) => (at % 2 === 0 ? 1 : 2)),
    out,
  );
  for (let i = 0; i < rows; i++)
    for (const a of [0, width - 1]) expect(out[i * width + a]).toBe(i + 2 * (i + 10));
});
