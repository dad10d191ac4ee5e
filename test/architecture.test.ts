import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** Rooms and what each may import, besides itself. */
const mayUse: Readonly<Record<string, readonly string[]>> = (() => {
  const base = ['errors.ts', 'checkOptions.ts', 'resolveOptions.ts', 'shellWord.ts', 'wholeFile.ts'];
  const ground = [...base, 'numerics', 'random', 'runtime'];
  const parts = [...ground, 'theory', 'data', 'models', 'attacks'];
  const tools = [...parts, 'plots', 'evaluation', 'training', 'exact'];
  const people = [...tools, 'cells', 'figures', 'sweep', 'table'];
  return {
    'errors.ts': [],
    'checkOptions.ts': ['errors.ts'],
    'resolveOptions.ts': ['errors.ts', 'checkOptions.ts'],
    'shellWord.ts': [],
    'wholeFile.ts': ['errors.ts'],
    numerics: base,
    theory: ['errors.ts', 'checkOptions.ts', 'numerics'],
    random: base,
    runtime: [...base, 'numerics'],
    plots: base,
    data: [...ground, 'theory'],
    models: [...ground, 'theory', 'data'],
    attacks: [...ground, 'theory', 'models'],
    evaluation: parts,
    exact: parts,
    training: [...parts, 'evaluation'],
    cells: tools,
    table: [...tools, 'cells'],
    figures: [...tools, 'cells', 'table'],
    sweep: [...tools, 'cells', 'figures'],
    cli: people,
    explorer: people,
    'index.ts': people,
  };
})();

const imports = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .flatMap((file) =>
    [
      ...readFileSync(join(src, file), 'utf8').matchAll(
        /(?:from|import|import\(|new URL\()\s*'([\w@./-]+)'/g,
      ),
    ].map(([, specifier]) => ({
      file,
      room: file.split('/')[0]!,
      specifier: specifier!,
    })),
  );

it('imports in one direction only', () => {
  expect(imports.length).toBeGreaterThan(500);
  const wrong = imports.filter(({ file, room, specifier }) => {
    if (!specifier.startsWith('.') || !specifier.endsWith('.ts')) return false;
    const target = relative(src, normalize(join(src, dirname(file), specifier))).split('/')[0]!;
    return target !== room && !mayUse[room]?.includes(target);
  });
  expect(wrong).toEqual([]);
});

it('keeps theory free of every package and of Node', () => {
  const packages = imports.filter(({ room, specifier }) => room === 'theory' && !specifier.startsWith('.'));
  expect(packages).toEqual([]);
});
