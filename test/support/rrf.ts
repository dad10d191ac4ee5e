import { type ChildProcess, execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { runCommandLine } from '../../src/cli/commandLine.ts';
import { failureOf } from '../../src/cli/failure.ts';
import { isFresh } from './built.mjs';
import { runsSources } from './sources.ts';

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));

/** Whether the commands are those that were built, or else the sources, which have changed since. */
const built = isFresh('dist/index.js');

/** The words that start `rrf` in a process of its own. */
export const commandLine: readonly string[] = built
  ? [process.execPath, fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))]
  : [process.execPath, ...runsSources, main];

export interface Finished {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts `rrf` in a process of its own, as a user's shell would: a second or more for each. */
export function startRrf(args: readonly string[], { cwd, env = {} }: Surroundings = {}): Started {
  let child: ChildProcess;
  const finished = new Promise<Finished>((resolve) => {
    const options = { maxBuffer: 1 << 26, cwd, env: { ...process.env, ...env } };
    const [node, ...programme] = commandLine as [string, ...string[]];
    child = execFile(node, [...programme, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, stdout, stderr });
    });
  });
  return { child: child!, finished };
}

/** What `process.exit` becomes while a command runs in the process of its test: yargs ends so after its help. */
class Exit extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit with code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

let running = '';

/**
 * What `main.ts` does, in the process of the test: it writes, fails and ends as it would there, and what it would leave
 * behind in the process is put back. One at a time; the processes that a command starts itself are real ones.
 */
export async function runRrf(
  args: readonly string[],
  { cwd = process.cwd(), env = {} }: Surroundings = {},
): Promise<Finished> {
  if (running !== '') throw new Error(`rrf ${args.join(' ')} meets a running rrf ${running}: await it first`);
  running = args.join(' ');
  let [stdout, stderr] = ['', ''];
  const { argv, execArgv, exitCode } = process;
  const folder = process.cwd();
  const ofStdout = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    stdout += text;
    return true;
  });
  const ofStderr = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    stderr += text;
    return true;
  });
  // yargs prints its help so, which vitest would keep for itself.
  const ofLog = vi.spyOn(console, 'log').mockImplementation((text) => {
    stdout += `${text}\n`;
  });
  const ofExit = vi.spyOn(process, 'exit').mockImplementation((code) => {
    throw new Exit(Number(code ?? 0));
  });
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  process.chdir(cwd);
  process.argv = [process.execPath, main, ...args];
  // For the workers that it starts.
  process.execArgv = built ? [] : [...runsSources];
  process.exitCode = undefined;
  try {
    await runCommandLine(args);
    return { code: Number(process.exitCode ?? 0), stdout, stderr };
  } catch (error) {
    if (error instanceof Exit) return { code: error.exitCode, stdout, stderr };
    const { text, code } = failureOf(error);
    return { code, stdout, stderr: `${stderr}${text}\n` };
  } finally {
    Object.assign(process, { argv, execArgv, exitCode });
    process.chdir(folder);
    if (Object.keys(env).length > 0) vi.unstubAllEnvs();
    for (const spy of [ofStdout, ofStderr, ofLog, ofExit]) spy.mockRestore();
    running = '';
  }
}

/** Runs it to its end in the process of the test. */
export const rrf = (...args: string[]): Promise<Finished> => runRrf(args);
