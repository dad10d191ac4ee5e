import { type Cell, isFrozen, rowsOf, widthOf } from './cell.ts';

/**
 * Roughly how long the cell takes on one core with native TensorFlow, in seconds; fitted to the cells of all figures on a
 * small machine in 2026, where most take between half and twice that.
 */
export function cellSeconds(of: Cell): number {
  const pass = widthOf(of) * rowsOf(of) * of.d;
  const test = 1e-9 * widthOf(of) * of.testRows * of.d * of.epsTest.length;
  return 0.03 + test + training(of, pass);
}

function training(of: Cell, pass: number): number {
  const gradients = of.eps === 0 ? 1 : of.attackSteps + 1;
  // Small networks take all the steps there are, and a step costs more than its arithmetic.
  if (!isFrozen(of)) return gradients * (1.8 + 3e-7 * pass);
  if (of.eps === 0) return 1e-8 * pass;
  if (of.method === 'exact') return (of.network === undefined ? 2.5e-8 : 9e-8) * pass;
  return 1.2e-7 * gradients * pass;
}
