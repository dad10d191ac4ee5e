import { DIGITS } from '../data/shippedSets.ts';
import { checkChoice, checkPositive, InvalidArgumentError } from '../errors.ts';
import { type Cell, type CellArgs, cell, rowsOf } from './cell.ts';

export const NETWORKS = ['deep-frozen', 'lazy', 'trained'] as const;

/** A cell of another network than one frozen layer; psi1 is the width of its last hidden layer. */
export interface NetworkCell extends Cell {
  /**
   * 'deep-frozen': frozen layers, only the read-out trained. 'lazy': one hidden layer, linearised in all its weights about
   * random ones. 'trained': hidden layers and read-out trained.
   */
  readonly network: (typeof NETWORKS)[number];
  /** N_l / d of each hidden layer. */
  readonly widths: readonly number[];
  /** Rows of a data set that comes with the package, in place of the linear teacher's: digits below 5 against the rest. */
  readonly data?: (typeof DATA)[number];
}

export const DATA = ['digits'] as const;

export type NetworkCellArgs = Omit<CellArgs, 'psi1' | 'features'> &
  Pick<NetworkCell, 'network' | 'widths' | 'data'>;

/** @throws InvalidArgumentError naming a bad field */
export function networkCell({ network, widths, data, ...args }: NetworkCellArgs): NetworkCell {
  checkChoice('network', network, NETWORKS);
  if (widths.length === 0)
    throw new InvalidArgumentError('widths', widths, 'one number > 0 for each hidden layer');
  widths.forEach((width, l) => {
    checkPositive(`widths[${l}]`, width);
  });
  if (network === 'lazy' && widths.length > 1)
    throw new InvalidArgumentError('widths', widths, 'one hidden layer for a lazy network');
  const filled = cell({ ...args, psi1: widths.at(-1)!, features: 'random' });
  if (network !== 'deep-frozen' && filled.method === 'exact')
    throw new InvalidArgumentError('method', filled.method, "'pgd' where hidden layers are trained");
  if (data === undefined) return { ...filled, network, widths };
  checkChoice('data', data, DATA);
  checkDigits(filled);
  return { ...filled, network, widths, data };
}

function checkDigits(of: Cell): void {
  if (of.d !== DIGITS.inputs) throw new InvalidArgumentError('d', of.d, `${DIGITS.inputs} with digits`);
  if (of.tau !== 0)
    throw new InvalidArgumentError('tau', of.tau, '0 with digits, which have noise of their own');
  const left = DIGITS.rows - rowsOf(of);
  if (of.testRows > left)
    throw new InvalidArgumentError(
      'testRows',
      of.testRows,
      `at most the ${left} of ${DIGITS.rows} digits that are not trained on`,
    );
}

export const isNetworkCell = (of: Cell): of is NetworkCell => 'network' in of;

/** N_l of each hidden layer, at least 1. */
export const unitsOf = ({ widths, d }: NetworkCell): number[] =>
  widths.map((width) => Math.max(1, Math.round(width * d)));
