/**
 * Runs the tests that have two sizes at the larger one, one file after the other, and says which held. `npm test` runs
 * the same tests smaller. Then it measures whether tables of 50,000 rows fit into 2 GB. An hour or less on two cores.
 *
 *   npx tsx scripts/nightly.ts [part of a path] ...
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const vitest = path.join(
  path.dirname(createRequire(import.meta.url).resolve('vitest/package.json')),
  'vitest.mjs',
);

/** Test files that ask `test/support/sizes.ts` how large they are to be. */
const files = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => path.posix.join('test', name.split(path.sep).join('/')))
  .filter((file) => /support\/sizes\.ts|quickRuntime/.test(readFileSync(path.join(root, file), 'utf8')))
  .sort();
const asked = process.argv.slice(2);
const chosen = asked.length === 0 ? files : files.filter((file) => asked.some((part) => file.includes(part)));
console.log(`${chosen.length} of ${files.length} files of tests with two sizes`);

let lost = 0;
for (const file of chosen) {
  const start = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [vitest, 'run', file], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, RRF_WHOLE: '1', NO_COLOR: '1' },
    maxBuffer: 1 << 28,
  });
  const tests = /^ *Tests +(.*)$/m.exec(stdout)?.[1] ?? 'no test';
  const seconds = Math.round((performance.now() - start) / 1000);
  console.log(`${status === 0 ? 'held   ' : 'FAILED '} ${file}: ${tests}, ${seconds} s`);
  if (status === 0) continue;
  lost++;
  console.log(`${stdout}\n${stderr}`);
}
if (asked.length === 0) {
  const args = ['--import', 'tsx', path.join(root, 'scripts/tableMemory.ts')];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) lost++;
}
console.log(lost === 0 ? 'all held' : `${lost} of ${chosen.length} files, or the memory of tables, FAILED`);
process.exitCode = lost === 0 ? 0 : 1;
