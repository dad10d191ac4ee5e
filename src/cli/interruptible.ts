import { notice } from './notices.ts';

/**
 * Runs `work` so that Ctrl-C ends the process with code 130 and a line that says what is kept. Files are whole at any
 * moment: each is written beside its place and then renamed.
 */
export async function interruptible<T>(kept: () => string, work: () => Promise<T>): Promise<T> {
  const interrupted = (): never => {
    notice(`\ninterrupted; ${kept()}`);
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  try {
    return await work();
  } finally {
    process.off('SIGINT', interrupted);
  }
}
