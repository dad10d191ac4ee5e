import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { commandLine, rrf, runRrf, startRrf } from '../support/rrf.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const folder = temporaryFolder(afterAll);

describe('rrf', () => {
  it('suggests the command that was probably meant, in one line', async () => {
    const { code, stdout, stderr } = await rrf('theroy');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toBe('rrf: Did you mean theory?\n');
  });

  it('shows its help when it is asked for nothing', async () => {
    const asked = await rrf();
    expect(asked).toEqual(await rrf('--help'));
    expect(asked.stdout).toContain('rrf tune');
  });

  it('reads a file of the examples from the package where it is not there, and says so', async () => {
    const asked = ['train', '--target', 'target', '--model', 'linear', '--method', 'exact', '--eps', '0.1'];
    const own = await rrf(...asked, '--csv', 'data/diabetes.csv', '--device', 'wasm', '--json');
    const away = ['--csv', 'data/diabetes.csv', '--device', 'wasm', '--json'];
    const { code, stdout, stderr } = await runRrf([...asked, ...away], { cwd: folder });
    expect(code).toBe(0);
    expect(stderr).toMatch(/^data\/diabetes\.csv is not there: that of the package is read\n/);
    const risks = (text: string): unknown => JSON.parse(text).robust;
    expect(risks(stdout)).toBeDefined();
    expect(risks(stdout)).toEqual(risks(own.stdout));
    const typo = await runRrf([...asked, '--csv', 'data/diabetis.csv'], { cwd: folder });
    expect([typo.code, typo.stderr]).toEqual([
      2,
      'rrf: cannot read "data/diabetis.csv": there is no such file\n',
    ]);
  });

  it('says nothing but its results when it is to be quiet', async () => {
    const asked = ['train', '--csv', 'data/diabetes.csv', '--target', 'target', '--method', 'exact'];
    const { code, stdout, stderr } = await rrf(...asked, '--eps', '0.1', '--device', 'wasm', '--quiet');
    expect(code).toBe(0);
    expect(stdout).toContain('relative duality gap');
    expect(stderr).toBe('');
  });

  it('writes its results to standard output as a process too, and ends with code 0', async () => {
    const asked = ['theory', '--psi1', '2', '--psi2', '3', '--eps', '0.5', '--tau', '0.5', '--json'];
    const started = await startRrf(asked).finished;
    expect(started).toMatchObject({ code: 0, stderr: '' });
    expect(started).toEqual(await rrf(...asked));
  });

  it.runIf(existsSync('/dev/full'))(
    'says where its results cannot be written; remarks may be lost',
    async () => {
      const shell = promisify(execFile);
      const under = (redirected: string, ...words: string[]) =>
        shell('sh', ['-c', `"$@" ${redirected}`, 'sh', ...commandLine, ...words]).catch((error) => error);
      const theory = [
        'theory',
        'curve',
        '--psi1',
        '2',
        '--psi2',
        '3',
        '--grid',
        'eps=0,1',
        '--test-norm',
        'linf',
      ];
      const [noResults, noRemarks] = await Promise.all([
        under('> /dev/full', ...theory),
        under('2> /dev/full', ...theory, '--signal', 'rademacher'),
      ]);
      expect(noResults.code).toBe(2);
      expect(noResults.stderr).toMatch(/^rrf: cannot write to standard output: ENOSPC.*$/m);
      expect(noRemarks.code).toBeUndefined();
      expect(noRemarks.stdout).toContain('standardRisk');
    },
  );

  it('prints errors also when it is to be quiet', async () => {
    const { code, stderr } = await rrf('theory', '--psi1', 'two', '--quiet');
    expect(code).toBe(2);
    expect(stderr).toBe('rrf: invalid psi1: "two" (expected a number)\n');
  });

  it.each([
    { typed: ['theo'], completed: ['theory'] },
    { typed: ['reproduce', 'fi'], completed: ['finite-size'] },
    { typed: ['theory', '--activation', 'soft'], completed: ['softplus'] },
    { typed: ['train', '--method', 'f'], completed: ['fgsm', 'fast', 'free'] },
    { typed: ['sweep', 'st'], completed: ['status'] },
    { typed: ['theory', 'point', '--loss', 'sq'], completed: ['square', 'squaredHinge'] },
  ])('completes $typed', async ({ typed, completed }) => {
    const { code, stdout } = await rrf('--get-yargs-completions', 'rrf', ...typed);
    expect(code).toBe(0);
    // The shell keeps those that begin with the last word.
    const words = stdout
      .trim()
      .split('\n')
      .filter((word) => word.startsWith(typed.at(-1)!));
    expect(words).toEqual(completed);
  });

  it('stops a training on Ctrl-C, says how to go on, and does', async () => {
    const checkpoints = join(folder, 'checkpoints');
    const saved = join(folder, 'model');
    const history = (): string => readFileSync(join(checkpoints, 'history.jsonl'), 'utf8');
    const asked = ['train', '--csv', 'data/digits.csv', '--target', 'digit', '--model', 'random-features'];
    const args = [
      ...asked,
      '--width',
      '100',
      '--eps',
      '0.3',
      '--device',
      'wasm',
      '--checkpoints',
      checkpoints,
    ];
    // Steps on small batches do not settle: it would go on for minutes.
    const { child, finished } = startRrf([
      ...args,
      '--batch-size',
      '64',
      '--max-cycles',
      '9',
      '--save',
      saved,
    ]);
    await until(() => existsSync(join(checkpoints, 'checkpoint')) || child.exitCode !== null);
    child.kill('SIGINT');
    const stopped = await finished;
    expect(stopped.stderr).toContain(`the same command goes on from the last checkpoint in ${checkpoints}`);
    expect(stopped.code).toBe(130);
    expect(existsSync(saved)).toBe(false);
    const before = history();
    const resumed = await rrf(...args, '--batch-size', '64', '--max-cycles', '1', '--save', saved);
    expect(resumed.code).toBe(0);
    expect(existsSync(saved)).toBe(true);
    // What was reported before the checkpoint stays; what came after it is done, and reported, again.
    const kept = before.split('\n').slice(0, 50).join('\n');
    expect(history().slice(0, kept.length)).toBe(kept);
    expect(history().match(/"step":1,/g)).toHaveLength(1);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}
