import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { withLock } from '../../../src/runtime/provision/lock.ts';

const name = (suffix: string) => `test ${process.pid} ${suffix}`;

describe('withLock', () => {
  it('lets one run at a time work under a name, and says so to those who wait', async () => {
    const log: string[] = [];
    const run = (id: string) =>
      withLock(
        name('one'),
        () => log.push('waits'),
        async () => {
          log.push(`${id} begins`);
          await sleep(50);
          log.push(`${id} ends`);
        },
      );
    await Promise.all([run('first'), run('second')]);
    expect(log).toEqual(expect.arrayContaining(['waits']));
    const work = log.filter((entry) => entry !== 'waits').map((entry) => entry.split(' '));
    expect(work.map(([, what]) => what)).toEqual(['begins', 'ends', 'begins', 'ends']);
    expect(work[0]![0]).toBe(work[1]![0]);
  });

  it('does not make different names wait for each other', async () => {
    const waits: string[] = [];
    await withLock(
      name('outer'),
      () => waits.push('outer'),
      () =>
        withLock(
          name('inner'),
          () => waits.push('inner'),
          async () => {},
        ),
    );
    expect(waits).toEqual([]);
  });

  it('is released when the work fails', async () => {
    const failing = withLock(
      name('fails'),
      () => {},
      async () => {
        throw new Error('broken');
      },
    );
    await expect(failing).rejects.toThrow('broken');
    let waited = false;
    await withLock(
      name('fails'),
      () => {
        waited = true;
      },
      async () => {},
    );
    expect(waited).toBe(false);
  });
});
