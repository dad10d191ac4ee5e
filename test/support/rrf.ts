import { type ChildProcess, execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const tsx = import.meta.resolve('tsx');

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

/** Starts `rrf` from its sources, as a user's shell would. */
export function startRrf(
  args: readonly string[],
  { cwd, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Started {
  let child: ChildProcess;
  const finished = new Promise<Finished>((resolve) => {
    const options = { maxBuffer: 1 << 26, cwd, env: { ...process.env, ...env } };
    child = execFile(process.execPath, ['--import', tsx, main, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
  return { child: child!, finished };
}

/** Runs it to its end. */
export const rrf = (...args: string[]): Promise<Finished> => startRrf(args).finished;
