import { expect } from 'vitest';
import { type ConeShape, coneLength, newScaling, scalingOf, unscale } from '../../src/exact/cone/cones.ts';
import type { StartedProgramme } from '../../src/exact/cone/interiorPoint.ts';
import { stream } from '../../src/random/stream.ts';

/** Rounding; in the Newton matrix, whose diagonal is raised by 1e-13 of its largest entry, that times its condition. */
const ROUNDING = 1e-11;
const NEWTON = 1e-7;
/** The same in single precision, where the diagonal is raised by 1e-7. */
const SINGLE = { rounding: 1e-5, newton: 0.05 };

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((sum, value, j) => sum + value * b[j]!, 0);
export const size = (a: ArrayLike<number>): number => Math.sqrt(dot(a, a));
export const draw = (name: string, length: number): Float64Array =>
  stream('programmes', name).fillGaussian(new Float64Array(length));

/** A point well inside the cone. */
function inside(shape: ConeShape, name: string): Float64Array {
  const point = draw(name, coneLength(shape));
  for (let j = 0; j < shape.lp; j++) point[j] = 0.5 + Math.abs(point[j]!);
  for (let g = 0; g < shape.cones; g++) {
    const at = shape.lp + g * shape.size;
    point[at] = 0.5 + size(point.subarray(at + 1, at + shape.size)) + Math.abs(point[at]!);
  }
  return point;
}

export const isInside = ({ lp, cones, size: length }: ConeShape, point: Float64Array): boolean =>
  point.subarray(0, lp).every((value) => value > 0) &&
  Array.from({ length: cones }, (_, g) => lp + g * length).every(
    (at) => point[at]! > size(point.subarray(at + 1, at + length)),
  );

/** (A x)'z = x'(A' z). */
export function expectTransposed(programme: StartedProgramme): void {
  const [x, z] = [draw('x', programme.size), draw('z', coneLength(programme.shape))];
  const [there, back] = [dot(programme.apply(x), z), dot(x, programme.applyTransposed(z))];
  expect(Math.abs(there - back)).toBeLessThan(ROUNDING * size(x) * size(z) * programme.size);
  for (const [rough, exact] of [
    [programme.apply(x, 'single'), programme.apply(x)],
    [programme.applyTransposed(z, 'single'), programme.applyTransposed(z)],
  ] as const)
    expect(size(rough.map((value, j) => value - exact[j]!))).toBeLessThan(SINGLE.rounding * size(exact));
}

/** (P + A' W^-2 A) x = right-hand side, three times over: a factor finds nothing left of the one before. */
export function expectNewtonSolved(programme: StartedProgramme): void {
  const { shape, size: variables } = programme;
  const constant = programme.gradient(new Float64Array(variables));
  for (const [round, precision, tolerance] of [
    ['', 'double', NEWTON],
    [' in single precision', 'single', SINGLE.newton],
    [' once more', 'double', NEWTON],
  ] as const) {
    const scaling = newScaling(shape);
    expect(scalingOf(shape, inside(shape, `s${round}`), inside(shape, `z${round}`), scaling)).toBe(true);
    expect(programme.factor(scaling, precision)).toBe(true);
    const rhs = draw('right-hand side', variables);
    const x = programme.solve(rhs.slice());
    const image = programme.apply(x);
    unscale(shape, scaling, image);
    unscale(shape, scaling, image);
    const pulled = programme.applyTransposed(image);
    const product = programme.gradient(x).map((value, j) => value - constant[j]! + pulled[j]!);
    expect(size(product.map((value, j) => value - rhs[j]!))).toBeLessThan(tolerance * size(rhs));
  }
}
