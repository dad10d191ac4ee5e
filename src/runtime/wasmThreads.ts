import { createRequire } from 'node:module';
import type { ProductKernel } from '../numerics/productKernel.ts';

/** Shares out tasks among threads that see the same memory. */
export interface WasmThreads {
  /** With the one that asks. */
  readonly count: number;
  /** Runs all tasks of a job, each in the scratch memory of its thread, and returns when they are done. */
  run(work: ThreadWork): void;
}

/** Panels of rows to multiply; a task is `taskPanels` of them. */
export interface ThreadWork {
  readonly job: number;
  /** The scratch memory of thread 0; that of the others follows, each of `scratchBytes`. */
  readonly scratch: number;
  readonly scratchBytes: number;
  readonly panels: number;
  readonly taskPanels: number;
}

/** Integers that the threads share: what they wait for, the tasks left and done, and the work. */
const SLOTS = ['CALL', 'LEFT', 'DONE', 'JOB', 'SCRATCH', 'SCRATCH_BYTES', 'PANELS', 'TASK_PANELS'] as const;
const [CALL, LEFT, DONE, JOB] = [0, 1, 2, 3];
/** Looks at what the others have done before it goes to sleep; waking costs more than a small product. */
const LOOKS = 2000;

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
  takeTasks(control, kernel, thread);
}}`;

/**
 * Threads of Node for a kernel whose module works on shared memory. They start at the first call and end with the process.
 */
export function wasmThreads(
  count: number,
  kernel: ProductKernel,
  { module, memory }: { module: WebAssembly.Module; memory: WebAssembly.Memory },
): WasmThreads {
  const control = new Int32Array(new SharedArrayBuffer(4 * SLOTS.length));
  // The same lines on both sides: functions cannot be sent to a thread.
  const takeTasks = new Function(`return ${TAKE_TASKS}`)() as (
    control: Int32Array,
    kernel: ProductKernel,
    thread: number,
  ) => void;
  let started = false;
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
  return {
    count,
    run({ job, scratch, scratchBytes, panels, taskPanels }) {
      if (!started) start();
      const tasks = Math.ceil(panels / taskPanels);
      control.set([job, scratch, scratchBytes, panels, taskPanels], JOB);
      Atomics.store(control, DONE, 0);
      Atomics.store(control, LEFT, tasks);
      Atomics.add(control, CALL, 1);
      Atomics.notify(control, CALL);
      takeTasks(control, kernel, 0);
      for (let looks = 0; ; looks++) {
        const done = Atomics.load(control, DONE);
        if (done === tasks) return;
        if (looks > LOOKS) Atomics.wait(control, DONE, done);
      }
    },
  };
}
