import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';
import { makeFolder, writeWholeFile } from '../../wholeFile.ts';
import { type Cell, cellKey } from '../cell.ts';
import type { Shard } from './shards.ts';
import { sweepCells } from './sweepSpec.ts';

/** A sweep's folder: its specification in sweep.json, and rows in cells.jsonl or one file for each shard. */
export interface SweepFolder {
  readonly out: string;
  readonly cells: readonly Cell[];
}

export const rowsFile = (shard?: Shard): string =>
  shard ? `cells.${shard.index}-of-${shard.count}.jsonl` : 'cells.jsonl';

/** The files of rows that the folder holds, merged and of shards. */
export const rowsFiles = (out: string): string[] =>
  (existsSync(out) ? readdirSync(out) : [])
    .filter((name) => /^cells(\.\d+-of-\d+)?\.jsonl$/.test(name))
    .sort();

/** Reads a specification. @throws UserError for a file that is missing or no JSON */
export function readSpec(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UserError(`cannot read the sweep ${JSON.stringify(path)}: ${(error as Error).message}`);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${JSON.stringify(path)} is not JSON: ${(error as Error).message}`);
  }
}

/**
 * The sweep that a folder is, or is to be, for; writes nothing.
 * @throws UserError when the folder holds another sweep; InvalidArgumentError for a bad specification
 */
export function sweepFor(spec: unknown, out: string): SweepFolder {
  const cells = sweepCells(spec);
  const path = join(out, 'sweep.json');
  if (existsSync(path) && fingerprint(sweepCells(readSpec(path))) !== fingerprint(cells))
    throw new UserError(`the output folder ${JSON.stringify(out)} holds another sweep; choose another --out`);
  return { out, cells };
}

/** Makes the folder and puts the specification in it, unless it is there already. */
export function beginSweep(spec: unknown, out: string): void {
  const path = join(out, 'sweep.json');
  if (existsSync(path)) return;
  makeFolder(out);
  writeWholeFile(path, `${JSON.stringify(spec, null, 2)}\n`);
}

/** Opens a folder that a sweep was begun in. @throws UserError when there is none */
export function existingSweep(out: string): SweepFolder {
  if (!existsSync(join(out, 'sweep.json'))) throw new UserError(`${JSON.stringify(out)} holds no sweep`);
  return { out, cells: sweepCells(readSpec(join(out, 'sweep.json'))) };
}

function fingerprint(cells: readonly Cell[]): string {
  const hash = createHash('sha256');
  for (const key of cells.map(cellKey).sort()) hash.update(key);
  return hash.digest('hex');
}
