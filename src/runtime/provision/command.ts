import { spawn } from 'node:child_process';
import os from 'node:os';
import { UserError } from '../../errors.ts';

const STOPS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Lets the program draw its own progress on standard error. */
  showOutput?: boolean;
  onLine?: (line: string) => void;
}

/** Runs a program to its end. @throws UserError naming `task`, with the program's last words, when it fails */
export function runCommand(
  task: string,
  [program, ...args]: readonly [string, ...string[]],
  { cwd, env = process.env, showOutput = false, onLine }: CommandOptions = {},
): Promise<void> {
  return new Promise((resolve, reject) => {
    // The program's own progress begins below the line that names the step.
    if (showOutput) process.stderr.write('\n');
    const child = spawn(program, args, {
      env,
      ...(cwd === undefined ? {} : { cwd }),
      // A process group of its own, so that what the program starts can be stopped with it.
      detached: true,
      stdio: showOutput ? ['ignore', 2, 2] : ['ignore', 'pipe', 'pipe'],
    });
    // A run that is stopped takes its programs along, or they would go on in the next run's files.
    const stop = (signal: NodeJS.Signals) => {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
      process.exit(128 + os.constants.signals[signal]);
    };
    for (const signal of STOPS) process.once(signal, stop);
    let output = '';
    let pending = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      if (onLine === undefined) output = (output + text).slice(-20_000);
      const lines = (pending + text).split('\n');
      pending = lines.pop() ?? '';
      for (const line of lines) onLine?.(line);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-20_000);
    });
    child.on('error', (error) => reject(new UserError(`${task} failed: ${error.message}`)));
    child.on('close', (code, signal) => {
      for (const name of STOPS) process.off(name, stop);
      if (code === 0) resolve();
      else reject(new UserError(`${task} failed (${signal ?? `exit ${code}`})${lastWords(output)}`));
    });
  });
}

/** The lines that look like the reason, or else the last ones. */
function lastWords(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /\berror\b/i.test(line));
  const words = (errors.length > 0 ? errors.slice(0, 4) : lines.slice(-4)).map((line) => line.trim());
  return words.length > 0 ? `: ${words.join(' | ')}` : '';
}
