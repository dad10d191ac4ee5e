import type { Cell } from '../../cells/cell.ts';
import { rowsOf, unitsOf } from '../../cells/cellSizes.ts';
import { cell } from '../../cells/makeCell.ts';
import { facesLinf, normsOf } from '../state/norms.ts';
import type { Settings } from '../state/parameters.ts';
import { epsTestOf, questionOf, signalWord, spectrumName, widthsOf } from '../theory/ask.ts';

/**
 * The finite model that stands for the settings at dimension d: trained by gradient, or a classifier at the optimum of its
 * loss. Losses of the residual other than the square have none, see `tooMuch`.
 */
export function cellFor(settings: Settings, d: number, seed = 0): Cell {
  const { psi1, psi2, eps, lambda, tau, activation, depth, noise, labels, flip } = settings;
  const { classes, options } = questionOf(settings);
  const norms = normsOf(settings);
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
    ...(classes && lambda > 0 && { loss: options.loss, labels, flip }),
    ...(!classes && noise !== 'gaussian' && { noise }),
    ...(settings.spectrum !== 'isotropic' && { spectrum: spectrumName(settings) }),
    ...(norms.training === 'linf' && { norm: 'linf' }),
    ...(facesLinf(settings) && { testNorm: norms.test, signal: signalWord(settings) }),
  });
}

/** Multiplications of one pass of the data through each of the cell's frozen layers. */
export function workOf(settings: Settings, d: number): number[] {
  const of = cellFor(settings, d);
  const units = unitsOf(of);
  return units.map((width, l) => rowsOf(of) * width * (units[l - 1] ?? d));
}
