/** A main process whose one worker computes for a minute; its arguments: the file for the worker's number. */
import { runInWorkers } from '../../../src/cells/node/workerPool.ts';

await runInWorkers([{ id: 0, computes: { seconds: 60, pidFile: process.argv[2]! } }], {
  module: new URL('./poolWorker.ts', import.meta.url),
  workers: 1,
  onReport() {},
  onLost() {},
});
