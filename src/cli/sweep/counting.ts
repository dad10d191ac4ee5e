import { linesText, type RowFaults, UNHASHED } from '../../cells/node/resultRow.ts';
import { given } from '../../checkOptions.ts';
import type { Counting } from '../../sweep/sweepRows.ts';
import { notice, warn } from '../notices.ts';
import { neededText, text } from '../options.ts';
import { version } from '../version.ts';

/** The options by which a command finds a sweep and the rows of it that count. */
export const sweepOptions = {
  out: neededText('folder of the sweep'),
  device: text('engine whose rows count, where there are several'),
} as const;

/** The rows of this version count, of one engine where one is named; what is damaged is said. */
export const counting = (device: string | undefined): Counting => ({
  version,
  ...given({ device }),
  onFaults: faultsSaid(),
});

/** Says a line for each file with damaged rows, and once that there are rows without a hash. */
export function faultsSaid(): (faults: RowFaults) => void {
  let unhashedSaid = false;
  return ({ path, damaged, unhashed }) => {
    if (damaged.length > 0)
      warn(`${path}: ${linesText(damaged)} damaged: not counted; sweep run simulates the cells again`);
    if (unhashed > 0 && !unhashedSaid) notice(UNHASHED);
    unhashedSaid ||= unhashed > 0;
  };
}
