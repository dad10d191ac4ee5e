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
