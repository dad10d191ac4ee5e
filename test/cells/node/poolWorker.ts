/** A worker process of the pool's tests, whose tasks say how it ends. */
import { existsSync, writeFileSync } from 'node:fs';
import { serve } from '../../../src/cells/node/workerProcess.ts';
import { UserError } from '../../../src/errors.ts';

export interface TestTask {
  readonly id: number;
  /** Kills its process: always, or unless this file is there, which it then writes. */
  readonly dies?: true | string;
  readonly fails?: 'by a user' | 'by us';
  /** Computes for so long, without coming back to the event loop, having written its number to a file. */
  readonly computes?: { readonly seconds: number; readonly pidFile: string };
}

if (process.env.DIES_AT_START === 'yes') process.kill(process.pid, 'SIGKILL');

serve(
  async ({ id, dies, fails, computes }: TestTask): Promise<{ id: number; missing: number; pid: number }> => {
    if (dies !== undefined && (dies === true || !existsSync(dies))) {
      if (dies !== true) writeFileSync(dies, '');
      process.kill(process.pid, 'SIGKILL');
    }
    if (fails === 'by a user') throw new UserError('the line');
    if (fails === 'by us') throw new Error('a bug');
    if (computes) {
      writeFileSync(computes.pidFile, String(process.pid));
      const end = Date.now() + 1000 * computes.seconds;
      while (Date.now() < end);
    }
    return { id, missing: Number.NaN, pid: process.pid };
  },
);
