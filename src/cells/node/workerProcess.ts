/** The side of a worker process of `workerPool.ts`: it takes one task after the other and ends with its main process. */
import { Worker } from 'node:worker_threads';
import { UserError } from '../../errors.ts';

/** What a worker process says: once that it is ready, and then how each task ended. */
export type WorkerMessage<Report> =
  | { readonly ready: true }
  | { readonly report: Report }
  | { readonly error: string; readonly mendable: boolean };

/**
 * Computing does not return to the event loop for seconds, and only there would a process learn that its main process is
 * gone. This thread, which has nothing else to do, looks ten times a second.
 */
const WATCH = `
const parent = require('node:worker_threads').workerData;
setInterval(() => {
  let there = process.ppid === parent;
  try { process.kill(parent, 0); } catch { there = false; } // where there is no adoption: Windows
  if (!there) process.kill(process.pid, 'SIGKILL');
}, 100);`;

/** Serves the pool that started this process: `work` turns each task into its report. */
export function serve<Task, Report>(work: (task: Task) => Promise<Report>): void {
  const say = (message: WorkerMessage<Report>): void => {
    process.send!(message, undefined, undefined, () => {}); // nobody left to tell: the process is about to end
  };
  new Worker(WATCH, { eval: true, execArgv: [], workerData: Number(process.argv[2]) }).unref();
  process.once('disconnect', () => process.exit());
  // Ctrl-C reaches the whole group of processes; what becomes of it is for the main process to say.
  process.on('SIGINT', () => {});
  process.on('message', async (task: Task) => {
    try {
      say({ report: await work(task) });
    } catch (error) {
      const { stack, message } = error instanceof Error ? error : new Error(String(error));
      const mendable = error instanceof UserError;
      say({ error: mendable ? message : (stack ?? message), mendable });
    }
  });
  say({ ready: true });
}
