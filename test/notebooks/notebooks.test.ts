import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { isFresh } from '../support/built.mjs';
import { runModule } from '../support/runModule.ts';
import { testRuntime } from '../support/runtime.ts';
import { whole } from '../support/sizes.ts';
import { typeErrors } from '../support/typeErrors.ts';
import { codeCellsOf, root, type Smaller, withoutNumbers, writeModule } from './notebook.ts';

const notebooks = readdirSync(join(root, 'notebooks'))
  .filter((name) => name.endsWith('.ipynb'))
  .map((name) => join(root, 'notebooks', name));
const canary = join(root, 'test', 'notebooks', 'canary.ipynb');

const folder = mkdtempSync(join(tmpdir(), 'notebooks-'));
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await testRuntime(); // notebooks start WebAssembly
});

/** Runs a notebook's code in its folder, with nothing of Jupyter; what it prints. */
const run = (path: string, smaller: readonly Smaller[] = []): Promise<string> =>
  runModule(writeModule(path, folder, smaller), { cwd: join(root, 'notebooks') });

/** The notebooks that the suite runs, and where it makes them smaller. The others only have to type-check. */
const SMALLER: Readonly<Record<string, readonly Smaller[]>> = {
  '01-first-figure.ipynb': [
    ['const d = 60;', 'const d = 40;'],
    [
      'trainExactly(seed, { d, psi1, psi2, eps, tau })',
      'trainExactly(seed, { d, psi1, psi2, eps, tau, testRows: 500 })',
    ],
    ['seed < 8', 'seed < 4'],
    ['tolerance: 0.01', 'tolerance: 0.02'],
    ['[0.25, 0.5, 1, 1.5, 3, 7, 15, 32]', '[1.5, 7, 32]'],
    ['seed < 5', 'seed < 3'],
    ['{ d: 40, psi1, eps, testRows: 800', '{ d: 24, psi1, eps, testRows: 400'],
    ['expected[i].standardRisk, 40)', 'expected[i].standardRisk, 24)'],
    ['expected[i].adversarialRisk, 40)', 'expected[i].adversarialRisk, 24)'],
  ],
  '04-your-own-data.ipynb': [
    ['repeats: 12', 'repeats: 4'],
    ['cycleSteps: 100', 'cycleSteps: 20'],
  ],
};

/** Printed text up to numbers; at smaller sizes also up to the number of like lines in a row. */
const shape = (text: string): string => {
  const lines = withoutNumbers(text)
    .split('\n')
    .map((line) => line.trim());
  return (whole ? lines : lines.filter((line, i) => line !== lines[i - 1])).join('\n');
};

/** What the committed file says that its cells printed. */
const printed = (path: string): string =>
  codeCellsOf(path)
    .flatMap(({ outputs }) => outputs!.filter(({ output_type }) => output_type === 'stream'))
    .flatMap(({ text }) => text!)
    .join('');

describe.each(notebooks.map((path) => [basename(path), path] as const))('%s', (_, path) => {
  if (whole || basename(path) in SMALLER)
    it('runs, and prints what its file shows, up to numbers', async () => {
      const stdout = await run(path, whole ? [] : SMALLER[basename(path)]);
      expect(shape(stdout)).toBe(shape(printed(path)));
    });

  it('was committed whole: executed in order to its end, without errors, warnings or times', () => {
    const cells = codeCellsOf(path);
    expect(cells.map((cell) => cell.execution_count)).toEqual(cells.map((_, i) => i + 1));
    for (const { metadata, outputs } of cells) {
      expect(metadata).toEqual({});
      for (const { output_type, name } of outputs!) expect([output_type, name]).not.toContain('error');
      for (const { name } of outputs!) expect(name).not.toBe('stderr');
    }
    expect(cells.at(-1)!.outputs).not.toHaveLength(0);
  });

  it('is small and names no folder of the machine that executed it', () => {
    expect(statSync(path).size).toBeLessThan(400e3);
    const text = readFileSync(path, 'utf8');
    const places = [root, homedir(), tmpdir()].filter((place) => place.length > 1);
    for (const place of places) expect(text.includes(place), place).toBe(false);
    expect(/\/(home|Users|root|work)\//.test(text)).toBe(false);
  });
});

it('makes five notebooks that type-check', () => {
  const files = notebooks.map((path) => writeModule(path, join(folder, 'types')));
  expect(files).toHaveLength(5);
  // The types of the sources, or the same as they were built, which take half the time to read.
  if (isFresh('dist/index.js'))
    for (const file of [...files, join(folder, 'types', 'display.ts')])
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replace(/'([^']*)\/src\/([^']*)\.ts'/g, "'$1/dist/$2.js'"),
      );
  const options = {
    typeRoots: [join(root, 'node_modules', '@types')],
    // Cells index small arrays as lecture notes do.
    noUncheckedIndexedAccess: false,
    // Absolute imports, which nothing rewrites.
    rewriteRelativeImportExtensions: false,
    allowImportingTsExtensions: true,
  };
  expect(typeErrors({ files, options, folder: root, base: './tsconfig.json' })).toEqual([]);
});

it('notices a claim that does not hold', async () => {
  await expect(run(canary)).rejects.toThrow('does not hold: one is two');
});
