/** Notebooks as files and as programs: their code cells in order are a TypeScript module. */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Finished } from '../support/rrf.ts';

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

/** Writes a notebook's code into `folder` as one module, its relative imports made absolute; returns the file. */
export function writeModule(path: string, folder: string): string {
  const code = codeCellsOf(path)
    .map(({ source }) => source.join(''))
    .join('\n')
    .replace(
      /(\bfrom |\bimport )'(\.\.?\/[^']+)'/g,
      (_, keyword, to) => `${keyword}'${resolve(dirname(path), to)}'`,
    );
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${basename(path, '.ipynb')}.mts`);
  writeFileSync(file, `${code}\n`);
  return file;
}

/** Runs a notebook's code under Node, in its folder, with nothing of Jupyter. */
export const runModule = (path: string, folder: string): Promise<Finished> =>
  new Promise((done) => {
    const command = ['--import', 'tsx', writeModule(path, folder)];
    const options = { cwd: dirname(path), maxBuffer: 1 << 26 };
    execFile(process.execPath, command, options, (error, stdout, stderr) => {
      done({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });

/** Printed text without what may differ in the last digits from machine to machine, nor the widths that go with it. */
export const withoutNumbers = (text: string): string =>
  text
    .replace(/[-+]?\d+(\.\d+)?(e[-+]?\d+)?/g, '#')
    .replace(/-+/g, '-')
    .replace(/[ \t]+/g, ' ')
    .trim();
