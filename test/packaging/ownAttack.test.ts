import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { blocks } from '../docs/blocks.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { fileOf, type Packed, pack, root } from './packed.ts';

/** A project that has installed the package, with the block of code of docs/extending.md as its only source. */
const project = temporaryFolder(afterAll);
let packed: Packed;
beforeAll(() => {
  packed = pack();
  mkdirSync(join(project, 'node_modules'));
  symlinkSync(packed.folder, join(project, 'node_modules/robust-random-features'), 'dir');
  const { code } = blocks.find(
    ({ document, language }) => document === 'docs/extending.md' && language === 'ts',
  )!;
  writeFileSync(join(project, 'own.ts'), code);
  writeFileSync(join(project, 'package.json'), '{ "type": "module" }');
});
afterAll(() => packed.dispose());

const node = (...args: string[]): string =>
  execFileSync(process.execPath, args, { cwd: project, encoding: 'utf8' });

it("attacks of one's own have types", () => {
  const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', '--skipLibCheck', '--noEmit'];
  const types = ['--typeRoots', join(root, 'node_modules/@types'), '--types', 'node'];
  expect(node(fileOf('typescript', 'bin/tsc'), ...options, ...types, 'own.ts')).toBe('');
});

it("attacks of one's own train, measure risks and take part in the sanity checks", () => {
  const printed = node('--import', `file://${fileOf('tsx', 'dist/loader.mjs')}`, 'own.ts');
  const [, decaying, one] = /decaying (\S+) FGM (\S+)/.exec(printed)!.map(Number);
  const [, search, clean] = /random search (\S+) nothing (\S+)/.exec(printed)!.map(Number);
  expect(decaying!).toBeGreaterThanOrEqual(one! * (1 - 1e-5));
  expect(search!).toBeGreaterThan(clean!);
  expect(one!).toBeGreaterThan(search!);
  // Six attacks that the checks know, and these two.
  expect(printed).toContain('true the largest perturbation of 8 attacks');
});
