import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { runInWorkers } from '../../../src/cells/node/workerPool.ts';
import { runsSources } from '../../support/sources.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';
import type { TestTask } from './poolWorker.ts';

const module = new URL('./poolWorker.ts', import.meta.url);

/** What became of the tasks. */
async function outcomes(tasks: readonly TestTask[], workers: number, env: Record<string, string> = {}) {
  const seen = {
    done: [] as number[],
    retried: [] as string[],
    lost: [] as string[],
    pids: new Set<number>(),
  };
  await runInWorkers<TestTask, { id: number; missing: number; pid: number }>(tasks, {
    module,
    workers,
    execArgv: runsSources,
    env: { ...process.env, ...env },
    onReport({ id }, report) {
      expect(report).toMatchObject({ id, missing: Number.NaN });
      seen.done.push(id);
      seen.pids.add(report.pid);
    },
    onRetry: ({ id }, how) => seen.retried.push(`${id} ${how}`),
    onLost: ({ id }, how) => seen.lost.push(`${id} ${how}`),
  });
  return { ...seen, done: seen.done.sort((a, b) => a - b) };
}

const alive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    // One that ended, but that nobody has asked how, is none.
    return !existsSync(`/proc/${pid}/stat`) || !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false;
  }
};

it('gives the task of a killed process to another, and leaves one that kills two; the rest go on', async () => {
  const marker = join(temporaryFolder(onTestFinished), 'died');
  const tasks: TestTask[] = [{ id: 0, dies: marker }, { id: 1, dies: true }, { id: 2 }, { id: 3 }];
  const { done, retried, lost, pids } = await outcomes(tasks, 2);
  expect(done).toEqual([0, 2, 3]);
  expect(retried.sort()).toEqual(['0 SIGKILL', '1 SIGKILL']);
  expect(lost).toEqual(['1 SIGKILL']);
  for (const pid of pids) await gone(pid);
});

it('ends when processes cannot even start, or when a worker throws, with what it said', async () => {
  await expect(outcomes([{ id: 0 }], 1, { DIES_AT_START: 'yes' })).rejects.toThrow(
    /^worker processes end as soon as they start \(SIGKILL\)$/,
  );
  const wrong = outcomes([{ id: 0, fails: 'by a user' }], 1);
  await expect(wrong).rejects.toMatchObject({ name: 'UserError', message: 'the line' });
  await expect(outcomes([{ id: 0, fails: 'by us' }], 1)).rejects.toThrow(/Error: a bug\n +at /);
});

it('leaves no process behind that still computes when the main process is killed', async () => {
  const pidFile = join(temporaryFolder(onTestFinished), 'pid');
  const main = fileURLToPath(new URL('./poolMain.ts', import.meta.url));
  const child = spawn(process.execPath, [...runsSources, main, pidFile], { stdio: 'ignore' });
  while (!existsSync(pidFile) || readFileSync(pidFile, 'utf8') === '') await sleep(20);
  const worker = Number(readFileSync(pidFile, 'utf8'));
  expect(alive(worker)).toBe(true);
  child.kill('SIGKILL');
  await gone(worker); // it would compute for a minute
});

/** Waits until a process is gone; the test's own limit of time is the only one. */
async function gone(pid: number): Promise<void> {
  const before = Date.now();
  while (alive(pid) && Date.now() - before < 30_000) await sleep(20);
  expect(alive(pid), `process ${pid} after ${Date.now() - before} ms`).toBe(false);
}
