import { InvalidArgumentError } from '../errors.ts';
import { type SignalWord, type Spectrum, signalNamed, spectrumNamed } from '../theory/index.ts';
import { directionsOf } from '../theory/spectrum.ts';
import { type Cell, isFrozen } from './cell.ts';

/** Entries of the feature matrix: beyond these a cell takes many gigabytes. */
const MOST_FEATURES = 1e8;

/** The cell itself, if it can be simulated. @throws InvalidArgumentError for N = n at eps = lambda = 0, or one too large */
export function simulable(of: Cell): Cell {
  if (isFrozen(of) && of.eps === 0 && of.lambda === 0 && widthOf(of) === rowsOf(of))
    throw new InvalidArgumentError(
      'psi1',
      of.psi1,
      'N other than n at eps = lambda = 0, where the risk is infinite',
    );
  if (Math.max(...unitsOf(of)) * rowsOf(of) > MOST_FEATURES)
    throw new InvalidArgumentError(
      'd',
      of.d,
      `N n = psi1 psi2 d^2 at most ${MOST_FEATURES}, to fit in memory`,
    );
  return of;
}

/** A whole number, at least 1, as near as can be to a proportion of d. */
const wholeOf = (proportion: number, d: number): number => Math.max(1, Math.round(proportion * d));

/** N, of several layers the last, and n. */
export const widthOf = ({ psi1, d }: Cell): number => wholeOf(psi1, d);
export const rowsOf = ({ psi2, d }: Cell): number => wholeOf(psi2, d);

/** N_l of each layer before the read-out. */
export const unitsOf = ({ psi1, widths = [psi1], d }: Cell): number[] =>
  widths.map((width) => wholeOf(width, d));

/** The covariance of a cell's inputs. */
export const covarianceOf = ({ spectrum = 'isotropic' }: Cell): 'identity' | Spectrum =>
  typeof spectrum === 'string' ? spectrumNamed(spectrum) : spectrum;

/**
 * The cell at the proportions that it really has: N and n are whole numbers, as are the directions of each eigenvalue and the
 * inputs that a sparse teacher depends on.
 */
export function atWholeSizes(of: Cell): Cell {
  const [psi1, psi2] = [widthOf(of) / of.d, rowsOf(of) / of.d];
  const covariance = covarianceOf(of);
  const sizes = {
    ...{ psi1, psi2 },
    ...(covariance !== 'identity' && { spectrum: directionsOf(covariance, of.d) }),
    ...(of.signal !== undefined && { signal: atWholeShare(of.signal, of.d) }),
  };
  if (of.network === undefined) return { ...of, ...sizes };
  return { ...of, ...sizes, widths: unitsOf(of).map((units) => units / of.d) };
}

function atWholeShare(name: SignalWord, d: number): SignalWord {
  const signal = signalNamed(name);
  if (typeof signal === 'string' || signal.law !== 'sparse') return name;
  const share = Math.round(signal.share! * d) / d;
  return signal.entries === undefined ? `sparse:${share}` : `sparse:${share}:${signal.entries}`;
}
