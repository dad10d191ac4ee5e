import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { InvalidArgumentError, UserError } from '../../errors.ts';
import { naming, writeWholeFile } from '../../wholeFile.ts';
import { type Checkpoint, readCheckpoint, writeCheckpoint } from './checkpoint.ts';

/** A line of history.jsonl. */
export type HistoryLine = { readonly step: number } & Readonly<Record<string, number>>;

/** The folder of one training: `checkpoint` to go on from and `history.jsonl` to read. */
export interface TrainingFolder<State> {
  /** Where an earlier call stopped, or null. */
  readonly earlier: Checkpoint<State> | null;
  /** @throws UserError naming the file when the disk is full or the folder is gone */
  addHistory(lines: readonly HistoryLine[]): void;
  /** @throws UserError naming the file; the checkpoint before then still holds */
  keep(checkpoint: Pick<Checkpoint<State>, 'state' | 'tensors'>): void;
}

/**
 * Opens or makes the folder of a training. Lines of history after the checkpoint, from steps that will be taken again,
 * are dropped.
 * @throws InvalidArgumentError when the folder holds another training, naming the first difference
 * @throws UserError naming a file that is damaged, and the line of the history
 */
export function openTrainingFolder<State extends { step: number }>(
  folder: string,
  identity: Checkpoint<State>['identity'],
): TrainingFolder<State> {
  const file = join(folder, 'checkpoint');
  const history = join(folder, 'history.jsonl');
  naming('create', folder, () => mkdirSync(folder, { recursive: true }));
  const earlier = readCheckpoint<State>(file);
  for (const [name, value] of Object.entries(identity))
    if (earlier && earlier.identity[name] !== value)
      throw new InvalidArgumentError(
        'folder',
        folder,
        `a new folder, or one with the same ${name}: ${value} here, ${earlier.identity[name]} in its checkpoint`,
      );
  writeWholeFile(history, linesUpTo(earlier?.state.step ?? 0, history));
  return {
    earlier,
    addHistory(lines) {
      const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
      // Without the check a file would appear anew, without its beginning, after its folder was replaced.
      naming('write', history, () =>
        appendFileSync(history, text, { flag: existsSync(history) ? 'a' : 'r+' }),
      );
    },
    keep: (checkpoint) => writeCheckpoint(file, { identity, ...checkpoint }),
  };
}

function linesUpTo(step: number, history: string): string {
  if (!existsSync(history)) return '';
  const lines = naming('read', history, () => readFileSync(history, 'utf8')).split(/(?<=\n)/);
  const whole = lines.filter((line) => line.endsWith('\n'));
  return whole
    .filter((line, i) => stepOf(line, `line ${i + 1} of ${JSON.stringify(history)}`) <= step)
    .join('');
}

function stepOf(line: string, name: string): number {
  try {
    return (JSON.parse(line) as HistoryLine).step;
  } catch {
    throw new UserError(`${name} is damaged: ${JSON.stringify(line.trimEnd().slice(0, 60))} is not JSON`);
  }
}
