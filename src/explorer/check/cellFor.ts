import { type Cell, cell, rowsOf, unitsOf } from '../../cells/cell.ts';
import type { Settings } from '../state/parameters.ts';
import { epsTestOf, widthsOf } from '../theory/ask.ts';

/** The finite model that stands for the settings at dimension d, trained by gradient. */
export function cellFor(settings: Settings, d: number, seed = 0): Cell {
  const { psi1, psi2, eps, lambda, tau, activation, depth } = settings;
  return cell({
    d,
    ...(depth === 1 ? { psi1 } : { network: 'deep-frozen', widths: widthsOf(settings) }),
    psi2,
    eps,
    epsTest: [epsTestOf(settings)],
    lambda,
    tau,
    activation,
    seed,
  });
}

/** Multiplications of one pass of the data through each of the cell's frozen layers. */
export function workOf(settings: Settings, d: number): number[] {
  const of = cellFor(settings, d);
  const units = unitsOf(of);
  return units.map((width, l) => rowsOf(of) * width * (units[l - 1] ?? d));
}
