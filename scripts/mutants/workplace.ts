import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** What vitest's JSON reporter says of one file. */
interface FileReport {
  readonly name: string;
  readonly status: string;
  readonly message: string;
  readonly assertionResults: readonly {
    readonly fullName: string;
    readonly status: string;
    readonly duration?: number;
    readonly failureMessages: readonly string[];
  }[];
}

export interface TestRun {
  /** Null when the run was ended at its time limit. */
  readonly code: number | null;
  readonly files: readonly FileReport[];
}

export interface Workplace {
  readonly folder: string;
  /** Runs test files one after the other, in the order given. */
  test(files: readonly string[], options: TestOptions): Promise<TestRun>;
  remove(): void;
}

export interface TestOptions {
  /** Full names of the tests to run; all of the files by default. */
  readonly names?: readonly string[];
  /** Whether the first failure ends the run. */
  readonly bail: boolean;
  /** Seconds for the run, and for one test. */
  readonly limit: number;
  readonly testLimit: number;
  /** Where to record which of so many marks the tests reach. */
  readonly reach?: { readonly folder: string; readonly marks: number };
}

/** A copy of the project at `root` in which files can be broken. */
export function workplace(root: string): Workplace {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'rrf-mutants-'));
  for (const name of readdirSync(root)) {
    if (['.git', 'node_modules', 'results', 'coverage'].includes(name)) continue;
    cpSync(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  const report = path.join(folder, 'mutants-report.json');
  return {
    folder,
    test: (files, { names, bail, limit, testLimit, reach }) =>
      new Promise((done) => {
        rmSync(report, { force: true });
        const escaped = names?.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
        const child = spawn(
          process.execPath,
          [
            path.join(root, 'node_modules', 'vitest', 'vitest.mjs'),
            ...['run', '--config=scripts/mutants/vitest.config.ts', `--bail=${bail ? 1 : 0}`],
            ...['--reporter=json', `--outputFile=${report}`, `--testTimeout=${Math.ceil(1000 * testLimit)}`],
            ...(escaped ? ['-t', `^\\s*(?:${escaped.join('|')})$`] : []),
            ...files,
          ],
          {
            cwd: folder,
            stdio: 'ignore',
            detached: process.platform !== 'win32',
            env: {
              ...process.env,
              MUTANTS_ORDER: files.join(),
              ...(reach && { MUTANTS_REACH: reach.folder, MUTANTS_MARKS: String(reach.marks) }),
            },
          },
        );
        const end = (): void => {
          if (process.platform === 'win32') child.kill('SIGKILL');
          else process.kill(-child.pid!, 'SIGKILL');
        };
        const timer = setTimeout(end, 1000 * limit);
        process.once('exit', end);
        child.on('exit', (code) => {
          clearTimeout(timer);
          process.off('exit', end);
          const results = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')).testResults : [];
          done({ code, files: results });
        });
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
