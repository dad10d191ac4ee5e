import type { CheckReport, CheckRequest, Wanted } from './protocol.ts';

export interface Trainer {
  /** Loads the engine, so that the first training need not wait for it. */
  prepare(): void;
  /** Ends the training before, if there is one. */
  train(wanted: Wanted): void;
  stop(): void;
}

/** The worker that trains. It stays for the next training; after a failure there is a new one. */
export function trainer(hear: (report: CheckReport) => void): Trainer {
  let worker: Worker | undefined;
  let id = 0;
  const post = (request: CheckRequest): void => worker?.postMessage(request);

  function start(): void {
    if (worker) return;
    worker = new Worker(new URL('./checkWorker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = ({ data }: MessageEvent<CheckReport>) => {
      // Of one that was ended, what it had still to say of its points is true, but nobody waits for it.
      if (data.id !== id) return;
      hear(data);
      if (data.kind === 'failed') end();
    };
    worker.onerror = (event) => {
      end();
      hear({ id, kind: 'failed', message: event.message || 'its worker did not start' });
    };
  }

  function end(): void {
    worker?.terminate();
    worker = undefined;
  }

  return {
    prepare() {
      if (worker) return;
      start();
      post({ kind: 'prepare' });
    },
    train(wanted) {
      start();
      post({ kind: 'train', id: ++id, ...wanted });
    },
    stop() {
      id++;
      post({ kind: 'stop' });
    },
  };
}
