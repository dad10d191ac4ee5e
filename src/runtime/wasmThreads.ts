import { createRequire } from 'node:module';
import { UserError } from '../errors.ts';
import type { ProductKernel } from '../numerics/productKernel.ts';
import type { ProductThreads } from '../numerics/productThreads.ts';

/** Integers that the threads share: what they wait for, the tasks left and done, whether one has failed, and the work. */
const SLOTS = ['CALL', 'LEFT', 'DONE', 'FAILED', 'JOB', 'SCRATCH', 'SCRATCH_BYTES', 'PANELS', 'TASK_PANELS'];
const [CALL, LEFT, DONE, FAILED, JOB] = [0, 1, 2, 3, 4];
/** Looks at what the others have done before it goes to sleep; waking costs more than a small product. */
const LOOKS = 2000;
/** Seconds without any task done after which a thread counts as stopped: a task takes milliseconds. */
const PATIENCE = 60;
/** Waits in that time, so that a process that was stopped and goes on has waited once. */
const WAITS = 20;

/**
 * Takes tasks until none is left. A task is taken by counting down what is left, which is set last, so that a thread that
 * comes late finds either nothing or a whole new job.
 */
const TAKE_TASKS = `(control, kernel, thread) => {
  for (;;) {
    const task = Atomics.sub(control, ${LEFT}, 1) - 1;
    if (task < 0) return;
    const [job, scratch, bytes, panels, size] = control.subarray(${JOB});
    kernel.multiply(job, (scratch >>> 0) + thread * bytes, task * size, Math.min(panels, (task + 1) * size));
    Atomics.add(control, ${DONE}, 1);
    Atomics.notify(control, ${DONE});
  }
}`;

/** In a block of its own: Deno runs it where `module` is declared already. */
const WORKER = `{
const { module, memory, control, thread } = require('node:worker_threads').workerData;
const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports;
const takeTasks = ${TAKE_TASKS};
for (let call = 0; ; call = Atomics.load(control, ${CALL})) {
  Atomics.wait(control, ${CALL}, call);
  try {
    takeTasks(control, kernel, thread);
  } catch {
    Atomics.store(control, ${FAILED}, 1);
    // A change, for who waits for one.
    Atomics.add(control, ${DONE}, 1);
    Atomics.notify(control, ${DONE});
    break;
  }
}}`;

/**
 * Threads of Node for a kernel whose module works on shared memory. They start at the first call and end with the process.
 * @param patience seconds without any task done after which a thread counts as stopped
 */
export function wasmThreads(
  count: number,
  kernel: ProductKernel,
  { module, memory }: { module: WebAssembly.Module; memory: WebAssembly.Memory },
  patience = PATIENCE,
): ProductThreads {
  const control = new Int32Array(new SharedArrayBuffer(4 * SLOTS.length));
  // The same lines on both sides: functions cannot be sent to a thread.
  const takeTasks = new Function(`return ${TAKE_TASKS}`)() as (
    control: Int32Array,
    kernel: ProductKernel,
    thread: number,
  ) => void;
  let started = false;
  let broken = false;
  const start = (): void => {
    started = true;
    const { Worker } = createRequire(import.meta.url)(
      'node:worker_threads',
    ) as typeof import('node:worker_threads');
    for (let thread = 1; thread < count; thread++) {
      const workerData = { module, memory, control, thread };
      new Worker(WORKER, { eval: true, execArgv: [], workerData }).unref();
    }
  };
  /** A thread that comes back late would count for another job, so none is asked again. */
  const failure = (what: string): UserError => {
    broken = true;
    return new UserError(
      `a thread of the WebAssembly engine ${what} within a product; the next ones are computed on one thread, as with TF_NUM_INTRAOP_THREADS=1`,
    );
  };
  return {
    count,
    run({ job, scratch, scratchBytes, panels, taskPanels }) {
      const tasks = Math.ceil(panels / taskPanels);
      if (broken) {
        for (let from = 0; from < panels; from += taskPanels)
          kernel.multiply(job, scratch, from, Math.min(panels, from + taskPanels));
        return;
      }
      if (!started) start();
      control.set([job, scratch, scratchBytes, panels, taskPanels], JOB);
      Atomics.store(control, DONE, 0);
      Atomics.store(control, LEFT, tasks);
      Atomics.add(control, CALL, 1);
      Atomics.notify(control, CALL);
      takeTasks(control, kernel, 0);
      for (let [looks, waits] = [0, 0]; ; looks++) {
        const done = Atomics.load(control, DONE);
        if (Atomics.load(control, FAILED) === 1) throw failure('failed');
        if (done === tasks) return;
        if (looks <= LOOKS) continue;
        const woken = Atomics.wait(control, DONE, done, (1000 * patience) / WAITS) !== 'timed-out';
        waits = woken ? 0 : waits + 1;
        if (waits === WAITS) throw failure('stopped');
      }
    },
  };
}
