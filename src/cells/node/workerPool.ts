import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { UserError } from '../../errors.ts';
import type { WorkerMessage } from './workerProcess.ts';

export interface WorkerPoolOptions<Task, Report> {
  /** The module of each process, which calls `serve` of `workerProcess.ts`. */
  readonly module: URL;
  /** Processes. */
  readonly workers: number;
  readonly execArgv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Called as each task finishes, in the order of finishing. */
  readonly onReport: (task: Task, report: Report) => void;
  /** Called when a process ended in the middle of a task, which another process now takes. `how` is a signal or a code. */
  readonly onRetry?: (task: Task, how: string) => void;
  /** Called for a task that ended two processes; the others go on. */
  readonly onLost: (task: Task, how: string) => void;
}

/** How often a task may end the process that works on it. */
const ATTEMPTS = 2;
/** How many processes may end before they take a task, while no task finishes. */
const STARTS = 5;

/**
 * Works through tasks in processes of its own, one task a process at a time. A process that is killed is replaced and its
 * task given to another; whatever ends this process ends them too.
 * @throws UserError when processes end as soon as they start, and what `onReport` or a worker's own code throws
 */
export async function runInWorkers<Task, Report>(
  tasks: readonly Task[],
  options: WorkerPoolOptions<Task, Report>,
): Promise<void> {
  const { onReport, onRetry, onLost } = options;
  const queue = tasks.values();
  const started = new Set<WorkerProcess<Task, Report>>();
  let [over, failedStarts] = [false, 0];

  const start = async (): Promise<WorkerProcess<Task, Report>> => {
    for (;;) {
      const worker = new WorkerProcess<Task, Report>(options);
      started.add(worker);
      const outcome = await worker.answer();
      if (!('ended' in outcome)) return worker;
      started.delete(worker);
      if (over || ++failedStarts === STARTS)
        throw new UserError(`worker processes end as soon as they start (${outcome.ended})`);
    }
  };

  // Each runner keeps one process busy; nothing queues up, however many tasks there are.
  const runner = async (): Promise<void> => {
    let worker = await start();
    for (const task of queue)
      for (let attempt = 1; ; attempt++) {
        if (worker.ended !== null) worker = await start();
        const outcome = await worker.ask(task);
        if (over) return;
        if ('report' in outcome) {
          failedStarts = 0;
          onReport(task, outcome.report);
        } else if ('error' in outcome)
          throw outcome.mendable ? new UserError(outcome.error) : new Error(outcome.error);
        else if ('ended' in outcome) {
          started.delete(worker);
          if (attempt < ATTEMPTS) {
            onRetry?.(task, outcome.ended);
            continue;
          }
          onLost(task, outcome.ended);
        }
        break;
      }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(options.workers, tasks.length) }, runner));
  } finally {
    over = true;
    for (const worker of started) worker.kill();
  }
}

type Outcome<Report> = WorkerMessage<Report> | { readonly ended: string };

class WorkerProcess<Task, Report> {
  /** How the process ended: 'SIGKILL', 'exit code 1'; null while it runs. */
  ended: string | null = null;
  readonly #child: ChildProcess;
  #answered: (outcome: Outcome<Report>) => void = () => {};

  constructor({
    module,
    execArgv,
    env,
  }: Pick<WorkerPoolOptions<Task, Report>, 'module' | 'execArgv' | 'env'>) {
    this.#child = fork(fileURLToPath(module), [String(process.pid)], {
      ...(execArgv && { execArgv: [...execArgv] }),
      ...(env && { env }),
      serialization: 'advanced', // NaN stays NaN
      stdio: ['ignore', 2, 2, 'ipc'], // standard output is for results
    });
    const end = (how: string): void => {
      this.ended ??= how;
      this.#answered({ ended: this.ended });
    };
    this.#child.on('message', (message) => this.#answered(message as WorkerMessage<Report>));
    this.#child.once('exit', (code, signal) => end(signal ?? `exit code ${code}`));
    this.#child.once('error', (error) => end(error.message));
  }

  /** What it says next, or how it ended. */
  answer(): Promise<Outcome<Report>> {
    return new Promise((resolve) => {
      this.#answered = resolve;
      if (this.ended !== null) resolve({ ended: this.ended });
    });
  }

  ask(task: Task): Promise<Outcome<Report>> {
    const answer = this.answer();
    this.#child.send(task as object, () => {}); // a process that has ended is reported by its exit event
    return answer;
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
