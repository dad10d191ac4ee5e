import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished } from 'vitest';
import { figures } from '../src/figures/index.ts';
import { sweepCells } from '../src/sweep/sweepSpec.ts';
import { rrf } from './support/rrf.ts';
import { runModule } from './support/runModule.ts';
import { testRuntime } from './support/runtime.ts';
import { whole } from './support/sizes.ts';
import { temporaryFolder } from './support/temporaryFolder.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = readFileSync(`${root}/README.md`, 'utf8');

const examples = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);

it('has no other programme than the two that are run here', () => {
  expect(examples).toHaveLength(2);
});

/** The last line that the first example prints: mean, standard error and prediction. */
const lastLine = (printed: string): number[] => printed.trim().split('\n').at(-1)!.split(' ').map(Number);

/** Its own numbers from the package as it was built, or those of three smaller models from the sources. */
async function runFirst(): Promise<number[]> {
  if (whole) return lastLine(await run(examples[0]!));
  const sizes = [
    ['= [100, 2, 3', '= [20, 2, 3'],
    ['seed <= 5', 'seed <= 3'],
    ['{ eps });', '{ eps, cycleSteps: 60, maxCycles: 3 });'],
  ] as const;
  for (const [large] of sizes) expect(examples[0]).toContain(large);
  const smaller = sizes.reduce((code, [large, small]) => code.replace(large, small), examples[0]!);
  await testRuntime();
  const folder = temporaryFolder(onTestFinished);
  const file = join(folder, 'example.ts');
  writeFileSync(file, smaller);
  return lastLine(await runModule(file, { cwd: folder }));
}

it('has a library example that runs, and lands near the prediction it prints', async () => {
  const [value, standardError, predicted] = await runFirst();
  expect(predicted).toBeCloseTo(1.418823, 6);
  // Monte Carlo over five models: Student's t of four degrees of freedom exceeds 5 once in 130 times. Smaller ones are off by 1/d.
  expect(Math.abs(value! - predicted!)).toBeLessThan(5 * standardError! + (whole ? 0 : predicted! / 30));
  // A risk at d = 100 varies by about 5 per cent from model to model; that of one model over its test rows by less than 2.
  expect(standardError! / predicted!).toBeGreaterThan(0.005);
  expect(standardError! / predicted!).toBeLessThan(0.1);
  const [, mean, error] = /\/\/ ([\d.]+) \+- ([\d.]+) beside 1\.4188/.exec(examples[0]!)!;
  if (!whole) return;
  // Float32: engines differ in their last digits, and training stops a little earlier or later.
  expect(Math.abs(value! - Number(mean))).toBeLessThan(0.01);
  expect(Math.abs(standardError! - Number(error))).toBeLessThan(0.01);
}, 300_000);

it('promises risks that rrf theory prints', async () => {
  const [, args, sr, ar] = /npx rrf (theory .*?) +# SR ([\d.]+), AR ([\d.]+)/.exec(readme)!;
  const { stdout } = await rrf(...args!.split(' '), '--json');
  const { standardRisk, adversarialRisk } = JSON.parse(stdout);
  expect(standardRisk).toBeCloseTo(Number(sr), 6);
  expect(adversarialRisk).toBeCloseTo(Number(ar), 6);
});

it('finds a best width that grows with eps, as its second example prints it', async () => {
  const rows = (await run(examples[1]!))
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  expect(rows.map(([eps]) => eps)).toEqual([0.1, 0.2, 0.3, 0.4, 0.5]);
  for (let i = 1; i < rows.length; i++) expect(rows[i]![1]!).toBeGreaterThan(rows[i - 1]![1]!);
});

it('has a sweep that is one', () => {
  const [, spec] = /```json\n(.*?)```/s.exec(readme)!;
  expect(sweepCells(JSON.parse(spec!))).toHaveLength(5 * 2 * 9 * 2);
});

it('names every figure, with its picture', () => {
  for (const { name } of figures) {
    expect(readme).toContain(`**${name}**`);
    expect(existsSync(`${root}/docs/images/${name}.png`), name).toBe(true);
  }
});

async function run(example: string): Promise<string> {
  const args = ['--input-type=module', '-e', example];
  return (await promisify(execFile)(process.execPath, args, { cwd: root })).stdout;
}
