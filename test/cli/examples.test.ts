import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Finished, startRrf } from '../support/rrf.ts';

const folder = mkdtempSync(join(tmpdir(), 'rrf-examples-'));
afterAll(() => rmSync(folder, { recursive: true }));
cpSync('data', join(folder, 'data'), { recursive: true });
writeFileSync(
  join(folder, 'sweep.json'),
  JSON.stringify({ seeds: 1, cells: { d: 12, psi1: [1, 3], psi2: 2, eps: [0, 0.3], method: 'exact' } }),
);

const run = (words: readonly string[]): Promise<Finished> =>
  startRrf(words, { cwd: folder, env: { COLUMNS: '1000' } }).finished;

interface Help {
  readonly command: string;
  readonly examples: readonly string[];
}

/** The help of a command and of all below it, in the order in which it lists them. */
async function helpOf(command: string): Promise<Help[]> {
  const words = command === '' ? [] : command.split(' ');
  const { stdout } = await run([...words, '--help']);
  const section = (title: string): string[] =>
    (new RegExp(`^${title}:\\n((?:  .*\\n?)*)`, 'm').exec(stdout)?.[1] ?? '')
      .split('\n')
      .map((line) => line.trim().split(/\s{2,}/)[0]!)
      .filter((line) => line !== '');
  const below = section('Commands')
    .map((line) => line.replace(/^rrf /, '').replace(/ [<[].*$/, ''))
    .filter((name) => name !== 'completion' && name !== command);
  const rest = await Promise.all(below.map(helpOf));
  return [
    { command, examples: section('Examples').map((line) => line.replace(/^rrf /, '')) },
    ...rest.flat(),
  ];
}

const helps = await helpOf('');

/** What an example needs to be short. */
function shortened(example: string): string[] {
  const words = example.split(' ');
  const small = ['--quick', '--seeds', '1', '--d', '10', '--psi1', '1,4', '--test-rows', '200'];
  if (words[0] === 'reproduce' && words[1] !== '--list')
    return [...words.filter((word) => word !== '--quick'), ...small];
  if (words[0] === 'train' && !example.includes('exact')) return [...words, '--max-cycles', '1'];
  return words;
}

it('has an example for every command', () => {
  expect(helps.length).toBeGreaterThan(15);
  expect(helps.filter(({ examples }) => examples.length === 0).map(({ command }) => command)).toEqual([]);
});

// In the order of the help: what one example writes, a later one reads. `provision` downloads TensorFlow.
const examples = [...new Set(helps.flatMap((help) => help.examples))].filter(
  (example) => !example.startsWith('provision'),
);

it.each(examples.map((example) => ({ example })))('runs rrf $example', async ({ example }) => {
  const { code, stdout, stderr } = await run(shortened(example));
  expect(stderr).not.toContain('rrf:');
  expect(code).toBe(0);
  expect(stdout).not.toBe('');
});
