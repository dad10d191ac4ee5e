import { notice } from './notices.ts';

/**
 * Runs `work` so that Ctrl-C ends the process with code 130 and a line that says what is kept. Files are whole at any
 * moment: each is written beside its place and then renamed.
 * @param work is told how to leave Ctrl-C to the system, before a part that does not return to the event loop
 */
export async function interruptible<T>(
  kept: () => string,
  work: (release: () => void) => Promise<T>,
): Promise<T> {
  const interrupted = (): never => {
    notice(`\ninterrupted; ${kept()}`);
    process.exit(130);
  };
  const release = (): void => {
    process.off('SIGINT', interrupted);
  };
  process.once('SIGINT', interrupted);
  try {
    return await work(release);
  } finally {
    release();
  }
}

/** Seconds that Ctrl-C may take. */
const PATIENCE = 2;

/**
 * Leaves Ctrl-C to the system once a part of the work that does not return to the event loop has taken longer than somebody
 * waits for it: the next such part then ends at once.
 * @param say is told how long that part took, once
 * @returns to be called after each part
 */
export function releasedWhenSlow(release: () => void, say: (seconds: number) => void): () => void {
  let before = performance.now();
  let released = false;
  return () => {
    const seconds = (performance.now() - before) / 1e3;
    before += 1e3 * seconds;
    if (released || seconds <= PATIENCE) return;
    released = true;
    release();
    say(seconds);
  };
}
