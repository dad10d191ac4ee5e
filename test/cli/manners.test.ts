import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { rrf, startRrf } from '../support/rrf.ts';

const folder = mkdtempSync(join(tmpdir(), 'rrf-manners-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('rrf', () => {
  it('suggests the command that was probably meant, in one line', async () => {
    const { code, stdout, stderr } = await rrf('theroy');
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toBe('rrf: Did you mean theory?\n');
  });

  it('says nothing but its results when it is to be quiet', async () => {
    const asked = ['train', '--csv', 'data/diabetes.csv', '--target', 'target', '--method', 'exact'];
    const { code, stdout, stderr } = await rrf(...asked, '--eps', '0.1', '--device', 'wasm', '--quiet');
    expect(code).toBe(0);
    expect(stdout).toContain('relative duality gap');
    expect(stderr).toBe('');
  });

  it('prints errors also when it is to be quiet', async () => {
    const { code, stderr } = await rrf('theory', '--psi1', 'two', '--quiet');
    expect(code).toBe(2);
    expect(stderr).toBe('rrf: invalid psi1: "two" (expected a number)\n');
  });

  it('writes no colour codes, with or without NO_COLOR', async () => {
    for (const env of [{ NO_COLOR: '1' }, {}]) {
      const { stdout, stderr } = await startRrf(['reproduce', '--list'], { env }).finished;
      expect(stdout + stderr).not.toContain('\u001b');
    }
  });

  it.each([
    { typed: ['theo'], completed: ['theory'] },
    { typed: ['reproduce', 'fi'], completed: ['finite-size'] },
    { typed: ['theory', '--activation', 'soft'], completed: ['softplus'] },
    { typed: ['train', '--method', 'f'], completed: ['fgsm', 'fast', 'free'] },
    { typed: ['sweep', 'st'], completed: ['status'] },
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
    const asked = ['train', '--csv', 'data/diabetes.csv', '--target', 'target', '--model', 'random-features'];
    const args = [
      ...asked,
      '--width',
      '50',
      '--eps',
      '0.3',
      '--device',
      'wasm',
      '--checkpoints',
      checkpoints,
    ];
    const saved = join(folder, 'model');
    const { child, finished } = startRrf([...args, '--max-cycles', '6', '--save', saved]);
    await until(() => existsSync(checkpoints) && readdirSync(checkpoints).length > 1);
    child.kill('SIGINT');
    const stopped = await finished;
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toContain(`the same command goes on from the last checkpoint in ${checkpoints}`);
    expect(existsSync(saved)).toBe(false);
    // A run that is shorter, so that the test is; it goes on all the same.
    const resumed = await rrf(...args, '--max-cycles', '1', '--save', saved);
    expect(resumed.code).toBe(0);
    expect(existsSync(saved)).toBe(true);
  });
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 50));
}
