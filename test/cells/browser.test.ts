import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { expect, it } from 'vitest';
import { isFresh } from '../support/built.mjs';

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** What a module imports as soon as it is loaded; types, and what is loaded later, are not among it. */
const importsOf = (file: string): string[] =>
  [
    ...readFileSync(file, 'utf8').matchAll(/^(?:import|export)\s(?!type\s)(?:[^;']*?\sfrom\s)?'([^']+)'/gm),
  ].map(([, specifier]) => specifier!);

/** The modules that these reach, themselves included. */
function reached(...roots: readonly string[]): Set<string> {
  const files = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const specifier of importsOf(file))
      if (specifier.startsWith('.')) visit(normalize(join(dirname(file), specifier)));
  };
  for (const root of roots) visit(join(src, root));
  return files;
}

const usingNode = (files: Iterable<string>): string[] =>
  [...files]
    .filter((file) => importsOf(file).some((specifier) => specifier.startsWith('node:')))
    .map((file) => relative(src, file))
    // Asked for nothing where RRF_BLAS is off, as the explorer's build has it.
    .filter((file) => file !== 'numerics/openBlas.ts');

it('finds the modules of Node where there are some', () => {
  expect(usingNode(reached('cells/node/cellWorker.ts'))).toContain('cells/node/cellKey.ts');
  expect(reached('cells/runCell.ts').size).toBeGreaterThan(100);
});

it('runs cells without a module of Node', () => {
  const outside = readdirSync(join(src, 'cells'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `cells/${name}`);
  expect(outside.length).toBeGreaterThan(8);
  expect(usingNode(reached(...outside))).toEqual([]);
});

it('keeps Node out of training but for its folder', () => {
  const outside = readdirSync(join(src, 'training'))
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `training/${name}`);
  expect(usingNode(reached(...outside))).toEqual([]);
});

it('can be built into the explorer', async () => {
  const ofWorker = expect.stringMatching(/checkWorker/);
  if (isFresh('dist-explorer/index.html')) {
    expect(readdirSync(join(src, '../dist-explorer/assets'))).toContainEqual(ofWorker);
    return;
  }
  const configFile = join(src, 'explorer/vite.config.ts');
  const built = await build({ configFile, logLevel: 'silent', build: { write: false } });
  const names = [built].flat().flatMap((each) => ('output' in each ? each.output : []));
  expect(names.map(({ fileName }) => fileName)).toContainEqual(ofWorker);
}, 120_000);
