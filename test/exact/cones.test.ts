import { describe, expect, it } from 'vitest';
import {
  clippingTerm,
  coneLength,
  jordanDivide,
  jordanProduct,
  largestStep,
  newScaling,
  scale,
  scalingOf,
  unscale,
} from '../../src/exact/cone/cones.ts';
import { stream } from '../../src/random/stream.ts';

const ROUNDING = 1e-10;
const shape = { lp: 3, cones: 2, size: 4 };
const length = coneLength(shape);

/** A point inside the cone. */
function inside(seed: number): Float64Array {
  const x = stream('cones', seed).fillGaussian(new Float64Array(length));
  for (let j = 0; j < shape.lp; j++) x[j] = Math.abs(x[j]!) + 0.01;
  for (let g = 0; g < shape.cones; g++) {
    const at = shape.lp + g * shape.size;
    x[at] = Math.hypot(...x.subarray(at + 1, at + shape.size)) + 0.01;
  }
  return x;
}

const close = (a: Float64Array, b: Float64Array): void => {
  for (let j = 0; j < length; j++) expect(a[j]).toBeCloseTo(b[j]!, 9);
};

describe('Nesterov-Todd scaling', () => {
  it('takes z to where its inverse takes s', () => {
    const [s, z] = [inside(1), inside(2)];
    const scaling = newScaling(shape);
    expect(scalingOf(shape, s, z, scaling)).toBe(true);
    const fromS = s.slice();
    unscale(shape, scaling, fromS);
    close(fromS, scaling.lambda);
    const back = fromS.slice();
    scale(shape, scaling, back);
    close(back, s);
  });

  it("has W^2 = beta^2 (2 w w' - J) on a second-order cone", () => {
    const scaling = newScaling(shape);
    scalingOf(shape, inside(3), inside(4), scaling);
    const x = inside(5);
    const twice = x.slice();
    scale(shape, scaling, twice);
    scale(shape, scaling, twice);
    const w = scaling.point.subarray(0, shape.size);
    const own = x.subarray(shape.lp, shape.lp + shape.size);
    const inner = w.reduce((sum, value, j) => sum + value * own[j]!, 0);
    own.forEach((value, j) => {
      const expected = scaling.beta[0]! ** 2 * (2 * inner * w[j]! + (j === 0 ? -value : value));
      expect(twice[shape.lp + j]).toBeCloseTo(expected, 9);
    });
  });

  it('refuses a point on the boundary or outside', () => {
    const outside = inside(1);
    outside[shape.lp] = 0;
    expect(scalingOf(shape, outside, inside(2), newScaling(shape))).toBe(false);
    const flat = inside(1);
    flat[0] = 0;
    expect(scalingOf(shape, inside(2), flat, newScaling(shape))).toBe(false);
  });
});

describe('clippingTerm', () => {
  /** v_j on R_+, t - |v| and t + |v| on each cone. */
  const eigenvalues = (v: Float64Array): number[] => [
    ...v.subarray(0, shape.lp),
    ...Array.from({ length: shape.cones }, (_, g) => {
      const at = shape.lp + g * shape.size;
      const norm = Math.hypot(...v.subarray(at + 1, at + shape.size));
      return [v[at]! - norm, v[at]! + norm];
    }).flat(),
  ];

  it('brings every eigenvalue into the interval, by no more than its upper end', () => {
    const [low, high] = [0.4, 1.5];
    const v = stream('clipping').fillGaussian(new Float64Array(length), 2);
    const term = v.slice();
    clippingTerm(shape, term, low, high);
    const before = eigenvalues(v);
    const after = eigenvalues(v.map((value, j) => value + term[j]!));
    before.forEach((value, j) => {
      const expected = value < low ? low : value > 2 * high ? value - high : Math.min(value, high);
      expect(after[j]).toBeCloseTo(expected, 9);
    });
    // Some of each kind are met.
    for (const hit of [
      (value: number) => value < low,
      (value: number) => value > high && value < 2 * high,
      (value: number) => value > 2 * high,
    ])
      expect(before.some(hit)).toBe(true);
  });

  it('leaves what lies within as it is', () => {
    const term = inside(9);
    clippingTerm(shape, term, 0, 1e9);
    expect(term.every((value) => value === 0)).toBe(true);
  });
});

describe('the cone', () => {
  it('divides what it multiplied', () => {
    const [a, x] = [inside(6), inside(7)];
    const product = new Float64Array(length);
    jordanProduct(shape, a, x, product);
    jordanDivide(shape, a, product);
    close(product, x);
  });

  it.each([8, 9, 10, 11, 12])('is left exactly at the largest step, direction %i', (seed) => {
    const x = inside(1);
    const dx = stream('direction', seed).fillGaussian(new Float64Array(length));
    const step = largestStep(shape, x, dx);
    const margin = (t: number): number => {
      const y = x.map((value, j) => value + t * dx[j]!);
      const cones = Array.from({ length: shape.cones }, (_, g) => {
        const at = shape.lp + g * shape.size;
        return y[at]! - Math.hypot(...y.subarray(at + 1, at + shape.size));
      });
      return Math.min(...y.subarray(0, shape.lp), ...cones);
    };
    expect(Number.isFinite(step)).toBe(true);
    expect(margin(step * (1 - 1e-6))).toBeGreaterThan(0);
    expect(Math.abs(margin(step))).toBeLessThan(ROUNDING);
  });

  it('is never left in a direction inside it', () => {
    expect(largestStep(shape, inside(1), inside(2))).toBe(Number.POSITIVE_INFINITY);
  });
});
