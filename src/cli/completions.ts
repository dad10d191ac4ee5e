import type { Arguments } from 'yargs';
import { lossNames, normNames } from '../attacks/index.ts';
import { METHODS } from '../cells/cell.ts';
import { MISSING_CHOICES } from '../data/preparation/preparation.ts';
import { figures } from '../figures/index.ts';
import { DEVICE_CHOICES } from '../runtime/index.ts';
import { SWEEP_MEASURES } from '../sweep/sweepPlot.ts';
import { tableLosses, tableMethods, tableModels } from '../table/tableTrainingOptions.ts';
import { WORST_CASE_METHODS } from '../table/worstCase.ts';
import { activationNames } from '../theory/activations.ts';
import { LABEL_LAWS } from '../theory/channels/labels.ts';
import { NOISE_NAMES } from '../theory/channels/noise.ts';
import { NORMS } from '../theory/linf/norms.ts';
import { SIGNAL_NAMES } from '../theory/linf/signal.ts';
import { featureKinds, LOSSES } from './theory/features.ts';

/** Words that may follow an option, or a command, where yargs does not know them. */
const FOLLOWING: Readonly<Record<string, readonly string[]>> = {
  '--activation': activationNames,
  '--activations': activationNames,
  '--device': DEVICE_CHOICES,
  '--features': featureKinds,
  '--labels': LABEL_LAWS,
  '--noise': NOISE_NAMES,
  '--missing': MISSING_CHOICES,
  '--norm': normNames,
  '--spectrum': ['isotropic', 'power:1', 'spiked:0.1:10'],
  reproduce: figures.map(({ name }) => name),
};

const FOLLOWING_IN: Readonly<Record<string, typeof FOLLOWING>> = {
  apply: { '--attack': WORST_CASE_METHODS },
  attack: { '--loss': lossNames },
  sweep: { '--y': SWEEP_MEASURES },
  theory: { '--loss': LOSSES, '--norm': NORMS, '--test-norm': NORMS, '--signal': SIGNAL_NAMES },
  train: { '--model': tableModels, '--method': tableMethods, '--loss': tableLosses },
  reproduce: { '--method': METHODS },
};

/** yargs' own completions, or the values that the word before can have. */
export function completions(
  current: string,
  { _: words }: Arguments,
  yargsCompletions: (onCompleted: (error: Error | null, completions: string[] | undefined) => void) => void,
  done: (completions: string[]) => void,
): void {
  const before = process.argv.at(-2) ?? '';
  const command = String(words[1]);
  const ofCommand = Object.hasOwn(FOLLOWING_IN, command) ? FOLLOWING_IN[command]![before] : undefined;
  const known = ofCommand ?? (Object.hasOwn(FOLLOWING, before) ? FOLLOWING[before] : undefined);
  if (known) done(known.filter((word) => word.startsWith(current)));
  else yargsCompletions((_error, found) => done(found ?? []));
}
