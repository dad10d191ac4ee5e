import { createHash } from 'node:crypto';
import { checkChoice, checkInteger, checkNonNegative, checkPositive } from '../errors.ts';
import { type ActivationName, activationNames } from '../theory/index.ts';

/** One simulated training and its test: everything that decides the numbers, and nothing else. */
export interface Cell {
  /** N / d */
  readonly psi1: number;
  /** n / d */
  readonly psi2: number;
  readonly d: number;
  /** Radius in training and at test, in units of the input; 0 trains by exact least squares. */
  readonly eps: number;
  readonly lambda: number;
  /** Standard deviation of the label noise. */
  readonly tau: number;
  readonly activation: ActivationName;
  /** Gradient steps of the attack in training. */
  readonly attackSteps: number;
  /** Fresh rows on which the risks are measured. */
  readonly testRows: number;
  readonly seed: number;
}

/** The same cell, checked. @throws InvalidArgumentError naming the first field out of range. */
export function checkCell(cell: Cell): Cell {
  checkPositive('psi1', cell.psi1);
  checkPositive('psi2', cell.psi2);
  checkInteger('d', cell.d);
  checkNonNegative('eps', cell.eps);
  checkNonNegative('lambda', cell.lambda);
  checkNonNegative('tau', cell.tau);
  checkChoice('activation', cell.activation, activationNames);
  checkInteger('attackSteps', cell.attackSteps);
  checkInteger('testRows', cell.testRows, 2);
  checkInteger('seed', cell.seed, 0);
  return cell;
}

/** N and n, at least 1 each. */
export const widthOf = ({ psi1, d }: Cell): number => Math.max(1, Math.round(psi1 * d));
export const rowsOf = ({ psi2, d }: Cell): number => Math.max(1, Math.round(psi2 * d));

/** A name for the cell that does not depend on the order of its fields; it also names the cell's random streams. */
export function cellKey(cell: Cell): string {
  const sorted = Object.entries(cell).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex').slice(0, 16);
}

/** Rough relative cost, for ordering and for the time left: rows times width times dimension. */
export const cellCost = (cell: Cell): number =>
  cell.d ** 2 * 5 + (cell.eps === 0 ? 0.1 : cell.attackSteps + 1) * widthOf(cell) * rowsOf(cell) * cell.d;
