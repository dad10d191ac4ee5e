import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runModule } from '../support/runModule.ts';
import { testRuntime } from '../support/runtime.ts';
import { whole } from '../support/sizes.ts';
import { blocks, root } from './blocks.ts';

// Inside the package, so that its own name resolves, to the sources; this folder is not under version control.
mkdirSync(join(root, 'results'), { recursive: true });
const folder = mkdtempSync(join(root, 'results', '.docs-'));
symlinkSync(join(root, 'data'), join(folder, 'data'));
beforeAll(async () => {
  await testRuntime();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Run by test/readme.test.ts, and by test/packaging from the package as it is installed. */
const elsewhere = ['README.md', 'docs/extending.md'];

const programmes = blocks
  .filter(({ language, document }) => language === 'ts' && !elsewhere.includes(document))
  .map((block) => ({ ...block, place: `${block.document}:${block.line}` }));

it('knows every kind of code block that the documents have', () => {
  const known = ['ts', 'sh', 'console', 'json', 'text', 'diff'];
  expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([]);
});

it.each(programmes)('$place runs, and its own checks hold', async ({ code, place }) => {
  const file = join(folder, `${place.replaceAll(/\W/g, '-')}.ts`);
  // Training a convolutional network is not what its document is about.
  const few = code
    .replace('cycleSteps: 100', 'cycleSteps: 10')
    .replace('rows.slice(0, 500)', 'rows.slice(0, 60)');
  writeFileSync(file, whole ? code : few);
  // What it writes stays in that folder.
  expect(await runModule(file, { cwd: folder })).not.toBe('');
});
