import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { rrf } from './support/rrf.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(`${root}/README.md`, 'utf8');

it('has a library example that runs as it stands, and lands near the prediction it prints', async () => {
  const [, example] = /```ts\n(.*?)```/s.exec(readme)!;
  const args = ['--input-type=module', '-e', example!];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
  const [, measured] = /value: ([\d.]+)/.exec(stdout)!;
  const predicted = Number(stdout.trim().split(' ').at(-1));
  expect(stdout).toContain('true {');
  expect(predicted).toBeCloseTo(1.418823, 6);
  // One training at d = 100: its risk varies by about 4 per cent from seed to seed; here within five of those.
  expect(Math.abs(Number(measured) / predicted - 1)).toBeLessThan(0.2);
});

it('promises risks that rrf theory prints', async () => {
  const [, args, sr, ar] = /npx rrf (theory .*?) +# SR ([\d.]+), AR ([\d.]+)/.exec(readme)!;
  const { stdout } = await rrf(...args!.split(' '), '--json');
  const { standardRisk, adversarialRisk } = JSON.parse(stdout);
  expect(standardRisk).toBeCloseTo(Number(sr), 6);
  expect(adversarialRisk).toBeCloseTo(Number(ar), 6);
});
