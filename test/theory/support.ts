import { expect } from 'vitest';

/** Tolerances by kind. */
export const EXACT = 1e-12;
export const CERTIFICATE = 1e-10;
export const REFERENCE = 1e-6;

export function expectRelative(actual: number, expected: number, tolerance: number, what = ''): void {
  const error = Math.abs(actual - expected) / Math.max(Math.abs(expected), 1e-300);
  expect(error, `${what} ${actual} against ${expected}`).toBeLessThanOrEqual(tolerance);
}

export const expectClose = (actual: number, expected: number, tolerance: number, what = ''): void =>
  expect(Math.abs(actual - expected), `${what} ${actual} against ${expected}`).toBeLessThanOrEqual(tolerance);
