/** Notebooks as files and as programs: their code cells in order are a TypeScript module. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Output {
  readonly output_type: string;
  /** Of a stream: 'stdout' or 'stderr'. */
  readonly name?: string;
  readonly text?: readonly string[];
}

export interface Cell {
  readonly cell_type: 'code' | 'markdown';
  readonly source: readonly string[];
  readonly metadata: object;
  readonly execution_count?: number | null;
  readonly outputs?: readonly Output[];
}

export const cellsOf = (path: string): Cell[] => JSON.parse(readFileSync(path, 'utf8')).cells;

export const codeCellsOf = (path: string): Cell[] =>
  cellsOf(path).filter((cell) => cell.cell_type === 'code');

/** A size in a notebook's code, and a smaller one at which its claims hold too. */
export type Smaller = readonly [whole: string, small: string];

const DISPLAY = 'display.ts';
/** The package by its name, as `deno.json` has it. */
const IMPORTS: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(join(root, 'deno.json'), 'utf8'),
).imports;

/** Where an import of a notebook leads: the sources of the package, what the notebooks share, or a file. */
const placeOf = (to: string, path: string, folder: string): string =>
  to.endsWith(`/${DISPLAY}`)
    ? join(folder, DISPLAY)
    : resolve(dirname(path), to in IMPORTS ? join(root, IMPORTS[to]!) : to);

/**
 * Writes a notebook's code into `folder` as one module, its relative imports made absolute; returns the file.
 * @throws Error where the code lacks a size that is to be made smaller
 */
export function writeModule(path: string, folder: string, smaller: readonly Smaller[] = []): string {
  mkdirSync(folder, { recursive: true });
  const placed = (source: string): string =>
    source.replace(
      /(\bfrom |\bimport )'(\.\.?\/[^']+|robust-random-features(?:\/theory)?)'/g,
      (_, keyword, to) => `${keyword}'${placeOf(to, path, folder)}'`,
    );
  writeFileSync(join(folder, DISPLAY), placed(readFileSync(join(root, 'notebooks', DISPLAY), 'utf8')));
  let code = placed(
    codeCellsOf(path)
      .map(({ source }) => source.join(''))
      .join('\n'),
  );
  for (const [whole, small] of smaller) {
    if (!code.includes(whole)) throw new Error(`${path} has no ${whole}`);
    code = code.replace(whole, small);
  }
  const file = join(folder, `${basename(path, '.ipynb')}.mts`);
  writeFileSync(file, `${code}\n`);
  return file;
}

/**
 * Printed text without what may differ in the last digits from machine to machine, nor the widths that go with it, and without
 * the instructions and threads that a machine has.
 */
export const withoutNumbers = (text: string): string =>
  text
    .replace('relaxed SIMD', 'SIMD')
    .replace(/\bthreads?\b/g, 'threads')
    .replace(/[-+]?\d+(\.\d+)?(e[-+]?\d+)?/g, '#')
    .replace(/-+/g, '-')
    .replace(/[ \t]+/g, ' ')
    .trim();
