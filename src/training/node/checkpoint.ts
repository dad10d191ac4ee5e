import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { UserError } from '../../errors.ts';
import { naming, writeWholeFile } from '../../wholeFile.ts';
import type { HostTensor } from '../hostTensor.ts';

const FORMAT = 'robust-random-features training checkpoint 2';

/** Everything that a training needs to go on as if it had not stopped. */
export interface Checkpoint<State> {
  /** What must be the same in the training that goes on from here. */
  readonly identity: Readonly<Record<string, string | number>>;
  /** Plain data: numbers (also NaN and infinities), strings, arrays and objects of them. */
  readonly state: State;
  readonly tensors: readonly HostTensor[];
}

/**
 * Writes a checkpoint whole or not at all: a line of JSON with the hash of all that follows, a line of JSON, and the
 * tensors' bytes.
 * @throws UserError naming the file
 */
export function writeCheckpoint<State>(path: string, { identity, state, tensors }: Checkpoint<State>): void {
  const bytes = Buffer.concat(
    tensors.map(({ values }) => Buffer.from(values.buffer, values.byteOffset, values.byteLength)),
  );
  const shapes = tensors.map(({ name, shape, dtype }) => ({ name, shape, dtype }));
  const head = JSON.stringify({ identity, state, tensors: shapes }, spellNonFinite);
  const content = Buffer.concat([Buffer.from(`${head}\n`), bytes]);
  const first = JSON.stringify({ format: FORMAT, sha256: sha256(content) });
  writeWholeFile(path, Buffer.concat([Buffer.from(`${first}\n`), content]));
}

/** The checkpoint in a file, or null where there is none. @throws UserError when the file is damaged or something else */
export function readCheckpoint<State>(path: string): Checkpoint<State> | null {
  if (!existsSync(path)) return null;
  const content = naming('read', path, () => readFileSync(path));
  const [first, hashed] = afterLine(content);
  let about: { format: string; sha256: string } | null = null;
  try {
    about = JSON.parse(first);
  } catch {
    // Not JSON: reported below like any other file that is no checkpoint.
  }
  if (about?.format !== FORMAT)
    throw new UserError(`${JSON.stringify(path)} is not a training checkpoint of this version`);
  if (about.sha256 !== sha256(hashed))
    throw new UserError(`the checkpoint ${JSON.stringify(path)} is damaged`);
  const [line, bytes] = afterLine(hashed);
  const head: Checkpoint<State> = JSON.parse(line, readNonFinite);
  let offset = 0;
  const tensors = head.tensors.map(({ name, shape, dtype }): HostTensor => {
    const length = 4 * shape.reduce((product, m) => product * m, 1);
    const own = new Uint8Array(bytes.subarray(offset, offset + length)).buffer;
    offset += length;
    return { name, shape, dtype, values: dtype === 'int32' ? new Int32Array(own) : new Float32Array(own) };
  });
  return { identity: head.identity, state: head.state, tensors };
}

/** The first line, and the bytes after it. */
function afterLine(content: Buffer): [string, Buffer] {
  const end = content.indexOf('\n');
  return [content.subarray(0, end).toString(), content.subarray(end + 1)];
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** JSON has no NaN and no infinities; a diverged training has. */
const spellNonFinite = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? { number: String(value) } : value;

const readNonFinite = (_: string, value: unknown): unknown =>
  value !== null && typeof value === 'object' && 'number' in value ? Number(value.number) : value;
