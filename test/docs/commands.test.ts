import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { type Finished, runRrf } from '../support/rrf.ts';
import { testRuntime } from '../support/runtime.ts';
import { whole } from '../support/sizes.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { commands, documents, root, textOf } from './blocks.ts';

const folder = temporaryFolder(afterAll);
cpSync('data', join(folder, 'data'), { recursive: true });
if (!whole) {
  const digits = join(folder, 'data/digits.csv');
  writeFileSync(digits, readFileSync(digits, 'utf8').split('\n').slice(0, 601).join('\n'));
}
writeFileSync(
  join(folder, 'sweep.json'),
  JSON.stringify({
    seeds: 1,
    cells: { d: 20, psi1: [1, 3], psi2: 2, eps: [0, 0.3], method: 'exact', testRows: 200 },
  }),
);

// What no device is named for takes the engine that runs.
const { backend } = await testRuntime();

/** How documents begin a command of the package, inside a project that has it or outside. */
const RRF = /^(npx (-p robust-random-features )?)?rrf /;

const run = (words: readonly string[]): Promise<Finished> =>
  runRrf(words, { cwd: folder, env: { COLUMNS: '1000' } });

interface Help {
  readonly command: string;
  readonly examples: readonly string[];
  readonly options: readonly string[];
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
  // One after the other, as `runRrf` wants it.
  const rest: Help[] = [];
  for (const name of below) rest.push(...(await helpOf(name)));
  const help = {
    command,
    examples: section('Examples').map((line) => line.replace(/^rrf /, '')),
    options: section('Options').map((line) => line.replace(/^.*--|^-/, '')),
  };
  return [help, ...rest];
}

const helps = await helpOf('');

/** What an example needs to be short. */
function shortened(example: string): string[] {
  const words = example.split(' ').map((word) => (word === 'd=100' ? 'd=20' : word));
  const gradient = !words.includes('exact');
  if (words[0] === 'reproduce' && words[1] !== '--list') {
    const few = ['--seeds', '1', '--d', '10', '--psi1', '1,4', '--test-rows', '200', '--workers', '1'];
    const quick = [...words.filter((word) => word !== '--quick'), '--quick', ...few];
    // Training by gradient takes seconds a cell, at any size.
    return whole ? quick : [...quick, '--method', 'exact'];
  }
  if (words[0] === 'train' && gradient) words.push('--max-cycles', '1');
  if (whole) return words;
  if (words[0] === 'train') {
    if (words.includes('--width')) words.push('--width', '20');
    if (gradient && !words.includes('--method')) words.push('--method', 'fast');
    if (example.includes('digits.csv')) words.push('--test-fraction', '0.7');
  }
  if (words.includes('--restarts')) words.push('--steps', '3', '--restarts', '2');
  if (words[0] === 'explain') words.push('--repeats', '1', '--steps', '3');
  // Each worker process starts TensorFlow.
  if (words[0] === 'sweep' && words[1] === 'run') words.push('--workers', '1');
  if (words[0] === 'predict') return words.map((word) => word.replace('width=60,300', 'width=30,60'));
  if (words[0] === 'tune')
    words.push(
      '--clip',
      'none',
      '--width',
      '10',
      '--eps',
      '0.2',
      '--lambda',
      '0.1',
      '--test-fraction',
      '0.7',
    );
  return words;
}

it('has an example for every command', () => {
  expect(helps.length).toBeGreaterThan(15);
  expect(helps.filter(({ examples }) => examples.length === 0).map(({ command }) => command)).toEqual([]);
});

// In the order of the help, then of the documents: what one command writes, a later one reads.
const ofHelp = helps.flatMap(({ examples }) => examples);
const ofDocuments = commands
  .filter(({ command }) => RRF.test(command))
  .map(({ command }) => command.replace(RRF, ''));
// `provision` downloads TensorFlow; test/cli/doctor.test.ts runs the doctor, which starts each engine in a process of its own, and
// test/cli/explorer.test.ts the page, which is served until Ctrl-C.
const elsewhere = whole ? /^(provision|explorer)/ : /^(provision|explorer|doctor)/;
const tried = [...new Set([...ofHelp, ...ofDocuments])].filter((words) => !elsewhere.test(words));

it.each(tried)('runs rrf %s', async (words) => {
  const { code, stdout, stderr } = await run(shortened(words));
  expect(stderr).not.toContain('rrf:');
  expect(code).toBe(0);
  expect(stdout).not.toBe('');
  // What test/cli/reproduce.test.ts asks for on WebAssembly.
  if (backend === 'tensorflow') expect(stderr).not.toContain('native TensorFlow would take');
});

it('documents no other command than those of npm, and scripts that are there', () => {
  const { scripts } = JSON.parse(readFileSync(`${root}/package.json`, 'utf8'));
  const known = (command: string): boolean =>
    command.split(' && ').every((part) => {
      const [tool, verb, name] = part.replace(/^(?:[A-Z_]+=\S+ )+/, '').split(' ');
      if (tool === 'npm' && verb === 'run') return name! in scripts;
      if (tool === 'npm') return ['ci', 'test', 'install', 'pack'].includes(verb!);
      // Deno and Jupyter are what scripts/notebooks.sh tries, not these tests.
      if (part.startsWith('npx --yes deno@') || part === 'jupyter lab notebooks') return true;
      if (tool === 'npx' && verb === 'tsx') return existsSync(`${root}/${name}`);
      if (tool === 'npx' && verb === 'vitest')
        return part
          .split(' ')
          .slice(3)
          .every((path) => existsSync(`${root}/${path}`));
      return tool === 'bash' && existsSync(`${root}/${verb}`);
    });
  const others = commands.filter(({ command }) => !RRF.test(command));
  expect(others.filter(({ command }) => !known(command))).toEqual([]);
});

it('mentions only commands and options that there are', () => {
  const names = helps.map(({ command }) => command).sort((a, b) => b.length - a.length);
  const unknown = documents.flatMap((document) =>
    [
      ...textOf(document)
        .replaceAll(/```.*?```/gs, '')
        .matchAll(/`(?:npx )?rrf ([^`]+)`/g),
    ].flatMap(([, mention]) => {
      const words = mention!.replaceAll(/\s+/g, ' ');
      const command = names.find((name) => words === name || words.startsWith(`${name} `)) ?? '';
      const { options } = helps.find((help) => help.command === command)!;
      const used = [...words.matchAll(/--([a-z][a-z0-9-]*)/g)].map(([, option]) =>
        option!.replace(/^no-/, ''),
      );
      return command === '' && !words.startsWith('--') && !words.startsWith('completion')
        ? [{ document, words }]
        : used.filter((option) => !options.includes(option)).map((option) => ({ document, words, option }));
    }),
  );
  expect(unknown).toEqual([]);
});
