import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { blocks, root } from './blocks.ts';

// Inside the package, so that its own name resolves; this folder is not under version control.
mkdirSync(join(root, 'results'), { recursive: true });
const folder = mkdtempSync(join(root, 'results', '.docs-'));
symlinkSync(join(root, 'data'), join(folder, 'data'));
afterAll(() => rmSync(folder, { recursive: true }));

const programmes = blocks
  .filter(({ language, document }) => language === 'ts' && document !== 'README.md')
  .map((block) => ({ ...block, place: `${block.document}:${block.line}` }));

it('knows every kind of code block that the documents have', () => {
  const known = ['ts', 'sh', 'console', 'json', 'text', 'diff'];
  expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([]);
});

it.each(programmes)('$place runs, and its own checks hold', async ({ code, place }) => {
  const file = join(folder, `${place.replaceAll(/\W/g, '-')}.ts`);
  writeFileSync(file, code);
  // What it writes stays in that folder.
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], { cwd: folder });
  expect(stdout).not.toBe('');
});
