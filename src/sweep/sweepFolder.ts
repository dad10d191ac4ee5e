import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell } from '../cells/cell.ts';
import { cellKey } from '../cells/node/cellKey.ts';
import { oneLine, UserError } from '../errors.ts';
import { makeFolder, naming, writeWholeFile } from '../wholeFile.ts';
import type { Shard } from './shards.ts';
import { sweepCells } from './sweepSpec.ts';

/** A sweep's folder: its specification in sweep.json, and rows in cells.jsonl or one file for each shard. */
export interface SweepFolder {
  readonly out: string;
  readonly cells: readonly Cell[];
  /** How many cells it held so far, where it is to hold more. */
  readonly grownFrom?: number;
}

export const rowsFile = (shard?: Shard): string =>
  shard ? `cells.${shard.index}-of-${shard.count}.jsonl` : 'cells.jsonl';

/** The files of rows that the folder holds, merged and of shards. */
export const rowsFiles = (out: string): string[] =>
  (existsSync(out) ? readdirSync(out) : [])
    .filter((name) => /^cells(\.\d+-of-\d+)?\.jsonl$/.test(name))
    .sort();

/** Reads a specification. @throws UserError for a file that is missing or not JSON */
export function readSpec(path: string): unknown {
  const text = naming('read', path, () => readFileSync(path, 'utf8'));
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(oneLine(`${JSON.stringify(path)} is not JSON: ${(error as Error).message}`));
  }
}

/**
 * The sweep that a folder is, or is to be, for; writes nothing. A folder goes on with a sweep that has all of its cells and
 * more, such as further seeds.
 * @throws UserError when the folder holds another sweep; InvalidArgumentError for a bad specification
 */
export function sweepFor(spec: unknown, out: string): SweepFolder {
  const cells = sweepCells(spec);
  if (!existsSync(join(out, 'sweep.json'))) return { out, cells };
  const held = existingSweep(out).cells;
  const keys = new Set(cells.map(cellKey));
  const lost = held.filter((cell) => !keys.has(cellKey(cell)));
  if (lost.length > 0)
    throw new UserError(
      `the output folder ${JSON.stringify(out)} holds another sweep, and this one lacks ${lost.length} of its ${held.length} cells${withoutValues(held, cells)}; choose another --out`,
    );
  return held.length < cells.length ? { out, cells, grownFrom: held.length } : { out, cells };
}

/** Which values of which fields the cells no longer have: ` (without d 50; seed 3, 4)`. */
function withoutValues(held: readonly Cell[], cells: readonly Cell[]): string {
  const values = (of: readonly Cell[], name: keyof Cell): string[] => [
    ...new Set(of.map((cell) => JSON.stringify(cell[name]))),
  ];
  const gone = (Object.keys(held[0]!) as (keyof Cell)[]).flatMap((name) => {
    const left = new Set(values(cells, name));
    const missing = values(held, name).filter((value) => !left.has(value));
    const more = missing.length > 3 ? ' and more' : '';
    return missing.length === 0 ? [] : [`${name} ${missing.slice(0, 3).join(', ')}${more}`];
  });
  return gone.length === 0 ? '' : ` (without ${gone.join('; ')})`;
}

/** Makes the folder and puts the specification in it, or, once it has grown, in place of the one that is there. */
export function beginSweep(spec: unknown, out: string): void {
  const path = join(out, 'sweep.json');
  const text = `${JSON.stringify(spec, null, 2)}\n`;
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return;
  makeFolder(out);
  writeWholeFile(path, text);
}

/** Opens a folder that a sweep was begun in. @throws UserError when there is none */
export function existingSweep(out: string): SweepFolder {
  if (!existsSync(join(out, 'sweep.json'))) throw new UserError(`${JSON.stringify(out)} holds no sweep`);
  return { out, cells: sweepCells(readSpec(join(out, 'sweep.json'))) };
}
