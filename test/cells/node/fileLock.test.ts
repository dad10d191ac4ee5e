import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { lockFile } from '../../../src/cells/node/fileLock.ts';
import { runsSources } from '../../support/sources.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const quick = { beat: 20, patience: 200 };
const fresh = (): string => join(temporaryFolder(onTestFinished), 'cells.jsonl');

/** The lock of this process as it would be, had something about its holder been otherwise. */
async function leftBy(path: string, other: object): Promise<string> {
  const lock = await lockFile(path);
  const content = JSON.stringify({ ...JSON.parse(readFileSync(`${path}.lock`, 'utf8')), ...other });
  lock.release();
  writeFileSync(`${path}.lock`, content);
  return content;
}

it('is held by one at a time, and by the next once it is released; other files have locks of their own', async () => {
  const path = fresh();
  const first = await lockFile(path);
  await expect(lockFile(path)).rejects.toThrow(
    new RegExp(`^".*cells.jsonl" is being written by another run \\(process ${process.pid} on .*\\)$`),
  );
  (await lockFile(`${path}.other`)).release();
  first.check();
  first.release();
  const second = await lockFile(path);
  second.release();
  expect(readdirSync(join(path, '..'))).toEqual([]);
});

it('is taken over at once from a process that was killed', async () => {
  const path = fresh();
  const source = new URL('../../../src/cells/node/fileLock.ts', import.meta.url);
  const program = `const { lockFile } = await import('${source}'); await lockFile(process.argv[1]); console.log('held'); setInterval(() => {}, 1000);`;
  const args = [...runsSources, '--input-type=module', '-e', program, path];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  await expect(lockFile(path)).rejects.toThrow(`process ${child.pid} on`);
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('exit', resolve));
  const waits: string[] = [];
  (await lockFile(path, { onWait: (line) => waits.push(line) })).release();
  expect(waits).toEqual([]);
});

it('is taken over from a process whose number another one has now', async () => {
  const path = fresh();
  await leftBy(path, { started: '1' });
  // Where no start time can be read it takes a wait for a sign of life.
  const lock = await lockFile(path, quick);
  lock.check();
  lock.release();
});

it('is taken over from another machine that gives no sign of life, and only then', async () => {
  const path = fresh();
  await leftBy(path, { machine: 'elsewhere', host: 'node7', pid: 12 });
  const beating = setInterval(() => utimesSync(`${path}.lock`, new Date(), new Date()), 20);
  const waits: string[] = [];
  const options = { ...quick, onWait: (line: string) => waits.push(line) };
  await expect(lockFile(path, { ...options, patience: 5000 })).rejects.toThrow('(process 12 on node7)');
  clearInterval(beating);
  const lock = await lockFile(path, options);
  expect(waits).toEqual([
    'waiting 5 s to see whether another run (process 12 on node7) is still running',
    'waiting 1 s to see whether another run (process 12 on node7) is still running',
  ]);
  lock.release();
});

it('survives a lock cut short by a crash, and names one that is a folder', async () => {
  const path = fresh();
  writeFileSync(`${path}.lock`, '{"machine":"h');
  (await lockFile(path, quick)).release();
  mkdirSync(`${path}.lock`);
  await expect(lockFile(path, quick)).rejects.toThrow(/^cannot read ".*cells.jsonl.lock": it is a folder$/);
});

it('gives signs of life, and notices before a write that another has taken it', async () => {
  const path = fresh();
  const lock = await lockFile(path, { beat: 10 });
  utimesSync(`${path}.lock`, new Date(0), new Date(0));
  await sleep(200);
  expect(statSync(`${path}.lock`).mtimeMs).toBeGreaterThan(1e12);
  writeFileSync(`${path}.lock`, '{"pid":12}');
  expect(() => lock.check()).toThrow(/^another run has taken over ".*cells.jsonl"/);
  lock.release();
  expect(existsSync(`${path}.lock`)).toBe(true); // it is the other's
});
