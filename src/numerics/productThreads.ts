import type { ProductKernel } from './productKernel.ts';

/** Shares out tasks among threads that see the same memory. */
export interface ProductThreads {
  /** With the one that asks. */
  readonly count: number;
  /**
   * Runs all tasks of a job, each in the scratch memory of its thread, and returns when they are done.
   * @throws UserError where a thread fails or stops within a task; the jobs after it run on the one that asks alone
   */
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

/** Starts threads for a kernel whose memory they can share. */
export type StartThreads = (
  kernel: ProductKernel,
  shared: { readonly module: WebAssembly.Module; readonly memory: WebAssembly.Memory },
) => ProductThreads;
