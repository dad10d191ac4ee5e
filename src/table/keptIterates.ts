import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { WarmStart } from '../exact/index.ts';
import { makeFolder, naming, writeWholePieces } from '../wholeFile.ts';

/** Seconds between two iterates that are kept: what an interruption costs at most, beside the iteration that it fell into. */
const EVERY = 5;

/** Where an exact solution stands, in a file. */
export interface KeptIterates {
  /** Where one that was interrupted stood; undefined for none. */
  readonly start: WarmStart | undefined;
  /** Keeps where it stands, now and then. */
  keep(iterate: WarmStart): void;
}

/**
 * The iterates of an exact solution in a folder, from which it goes on where it was interrupted. What comes out is proved by the
 * same gap, and may differ in digits beyond it.
 * @param name of the solution among those of the folder
 * @param identity what a solution that goes on must have in common with the one that was interrupted
 */
export function keptIterates(folder: string, name: string, identity: string): KeptIterates {
  const path = fileIn(folder, name);
  let last = performance.now();
  return {
    start: startIn(path, identity),
    keep({ point, eps, lambda }) {
      if (point === null || performance.now() - last < 1e3 * EVERY) return;
      const arrays = [point.x, point.s, point.z];
      const header: Header = { identity, eps, lambda, lengths: arrays.map(({ length }) => length) };
      makeFolder(folder);
      writeWholePieces(path, [`${JSON.stringify(header)}\n`, ...arrays.map(bytesOf)]);
      last = performance.now();
    },
  };
}

/** Leaves none, after the last of a folder's solutions. */
export function removeIterates(folder: string, names: readonly string[]): void {
  for (const name of names) rmSync(fileIn(folder, name), { force: true });
}

/** What two solutions have in common that are one: the numbers that they are of, and the settings. */
export function identityOf(arrays: readonly (Float32Array | Float64Array)[], settings: object): string {
  const hash = createHash('sha256').update(JSON.stringify(settings));
  for (const values of arrays) hash.update(bytesOf(values));
  return hash.digest('hex');
}

interface Header {
  readonly identity: string;
  readonly eps: number;
  readonly lambda: number;
  /** Of x, s and z, which follow it. */
  readonly lengths: readonly number[];
}

const fileIn = (folder: string, name: string): string => join(folder, `${name}.iterate`);

const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array | Float64Array): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

function startIn(path: string, identity: string): WarmStart | undefined {
  if (!existsSync(path)) return undefined;
  const bytes = new Uint8Array(naming('read', path, () => readFileSync(path)));
  const end = bytes.indexOf('\n'.charCodeAt(0));
  const header = headerIn(bytes.subarray(0, Math.max(0, end)));
  if (header?.identity !== identity) return undefined;
  const { eps, lambda, lengths } = header;
  let at = end + 1;
  const [x, s, z] = lengths.map((length) => {
    const values = new Float64Array(bytes.slice(at, at + 8 * length).buffer);
    at += 8 * length;
    return values;
  }) as [Float64Array, Float64Array, Float64Array];
  return { point: { x, s, z }, eps, lambda };
}

function headerIn(bytes: Uint8Array): Header | null {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Header;
  } catch {
    return null;
  }
}
