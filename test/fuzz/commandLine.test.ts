import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runCommandLine } from '../../src/cli/commandLine.ts';
import { failureOf } from '../../src/cli/failure.ts';
import { sized } from '../support/sizes.ts';

/** What a command comes to that has found nothing to refuse; every input here has something. */
const accepted = vi.hoisted(() => async (): Promise<never> => {
  throw new TypeError('bad input was accepted: the work began');
});
vi.mock('../../src/runtime/runtime.ts', async (original) => ({
  ...(await original<typeof import('../../src/runtime/runtime.ts')>()),
  loadRuntime: accepted,
}));
vi.mock('../../src/runtime/provision/provision.ts', () => ({ provision: accepted }));

/** Characters of the longest answer. */
const LONGEST = 520;

const files = mkdtempSync(join(tmpdir(), 'rrf-fuzz-files-'));
const folder = mkdtempSync(join(tmpdir(), 'rrf-fuzz-'));
const before = process.cwd();
const table = join(files, 'table.csv');
const spec = join(files, 'sweep.json');
const bytes = join(files, 'bytes');
writeFileSync(
  table,
  `a,b,y\n${Array.from({ length: 30 }, (_, i) => `${i % 7},${i % 5},${i % 3}`).join('\n')}\n`,
);
writeFileSync(spec, JSON.stringify({ d: [10], psi1: [1], psi2: [2], eps: [0.3] }));
writeFileSync(
  bytes,
  Uint8Array.from({ length: 999 }, (_, i) => (i * 89) % 256),
);
beforeAll(() => process.chdir(folder));
afterAll(() => {
  process.chdir(before);
  for (const made of [files, folder]) rmSync(made, { recursive: true });
});

/** A command that is right but for the one thing that is then made wrong. */
interface Command {
  readonly words: readonly string[];
  /** Options that it needs, and others with values that are right. */
  readonly given: Readonly<Record<string, string>>;
  readonly needed?: readonly string[];
  /** Options of one number, none of which may be negative. */
  readonly numbers?: readonly string[];
  /** Options of one of a few names. */
  readonly names?: readonly string[];
  /** Options of numbers separated by commas, or of a grid. */
  readonly lists?: readonly string[];
  readonly booleans?: readonly string[];
  /** Options of a file that is read. */
  readonly files?: readonly string[];
  /** Options of a picture. */
  readonly pictures?: readonly string[];
}

const theory = {
  given: { psi1: '2', psi2: '3', eps: '0.5' },
  numbers: ['psi1', 'psi2', 'eps', 'lambda', 'tau', 'rho', 'eps-test', 'nonlinear-energy'],
  names: ['features', 'activation'],
  booleans: ['json', 'quiet'],
};
const commands: readonly Command[] = [
  { ...theory, words: ['theory'], needed: ['psi1', 'psi2', 'eps'], booleans: ['certify', 'sensitivities'] },
  { ...theory, words: ['theory', 'point'] },
  {
    ...theory,
    words: ['theory', 'curve'],
    given: { psi2: '3', eps: '0.5', grid: 'psi1=1,2' },
    numbers: ['psi2', 'eps', 'lambda', 'tau', 'rho'],
    needed: ['grid', 'psi2', 'eps'],
    lists: ['grid'],
    booleans: ['csv'],
    pictures: ['plot'],
  },
  {
    ...theory,
    words: ['theory', 'surface', '--grid', 'psi1=1,2', 'tau=0,0.1'],
    given: { psi2: '3', eps: '0.5' },
    numbers: ['psi2', 'eps', 'lambda', 'rho'],
    needed: ['psi2', 'eps'],
    names: ['features', 'activation', 'measure'],
    pictures: ['plot'],
  },
  { ...theory, words: ['theory', 'phase'], booleans: ['csv'] },
  {
    ...theory,
    words: ['theory', 'best', 'lambda'],
    names: ['features', 'activation', 'measure'],
    numbers: ['psi1', 'psi2', 'eps', 'tau', 'rho'],
    lists: ['grid'],
  },
  {
    words: ['reproduce', 'attacks'],
    given: {},
    numbers: ['tau', 'seeds', 'test-rows', 'workers'],
    names: ['activations', 'method', 'device'],
    lists: ['d', 'psi1', 'psi2', 'epsilons', 'lambda'],
    booleans: ['quick', 'list', 'all', 'json'],
  },
  {
    words: ['train'],
    given: { csv: table, target: 'y', eps: '0.1' },
    needed: ['csv', 'target', 'eps'],
    numbers: [
      ...['eps', 'lambda', 'test-fraction', 'validation-fraction', 'batch-size', 'max-cycles', 'clip'],
      'levels',
    ],
    names: [
      'target',
      'model',
      'method',
      'norm',
      'activation',
      'device',
      'missing',
      'ignore',
      'text',
      'decimal',
    ],
    booleans: ['json', 'keep-index'],
    files: ['csv'],
  },
  {
    words: ['apply'],
    given: { csv: table, model: files, out: join(folder, 'scores.csv') },
    needed: ['csv', 'model', 'out'],
    numbers: ['eps'],
    names: ['model', 'norm', 'attack', 'device', 'keep', 'out', 'decimal'],
    booleans: ['json'],
    files: ['csv', 'model'],
  },
  {
    words: ['tune'],
    given: { csv: table, target: 'y', 'eps-test': '0.1' },
    needed: ['csv', 'target', 'eps-test'],
    numbers: ['eps-test', 'folds', 'test-fraction', 'repeats'],
    names: [
      ...['target', 'norm', 'model', 'activation', 'loss', 'by', 'measure', 'rule', 'device'],
      ...['ignore', 'text', 'positive'],
    ],
    lists: ['width', 'clip', 'eps', 'lambda', 'screen'],
    booleans: ['json'],
    files: ['csv'],
    pictures: ['plot'],
  },
  {
    words: ['predict'],
    given: { csv: table, target: 'y', grid: 'n=10,eps=0.1' },
    needed: ['csv', 'target', 'grid'],
    numbers: ['eps-test', 'share', 'clip', 'test-rows'],
    names: ['target', 'model', 'activation', 'missing'],
    lists: ['grid'],
    booleans: ['raw', 'json', 'keep-index'],
    files: ['csv', 'model'],
    pictures: ['plot'],
  },
  {
    words: ['explain'],
    given: { csv: table, target: 'y', eps: '0.1', model: files },
    needed: ['csv', 'model'],
    numbers: ['eps', 'steps', 'repeats', 'worst'],
    names: ['target', 'norm', 'loss', 'by', 'device', 'positive'],
    booleans: ['json', 'classes'],
    files: ['csv', 'model'],
    pictures: ['plot', 'report'],
  },
  {
    words: ['attack'],
    given: { csv: table, target: 'y', epsilons: '0,0.1', model: files },
    needed: ['csv', 'epsilons', 'model'],
    numbers: ['scale', 'steps', 'restarts', 'batch-size'],
    names: ['target', 'attack', 'norm', 'loss', 'device', 'success'],
    lists: ['epsilons', 'bounds'],
    booleans: ['raw', 'checks', 'json'],
    files: ['csv', 'model'],
    pictures: ['plot', 'images'],
  },
  { words: ['doctor'], given: {}, names: ['device'], booleans: ['json'] },
  { words: ['provision'], given: {}, booleans: ['cuda', 'cuda-libraries', 'force', 'verify'] },
  {
    words: ['sweep', 'run', spec],
    given: { out: join(folder, 'out') },
    needed: ['out'],
    numbers: ['workers'],
    names: ['device', 'shard'],
    booleans: ['dry-run', 'json'],
  },
  { words: ['sweep', 'status'], given: { out: join(folder, 'none') }, booleans: ['json'], needed: ['out'] },
];

const long = fc.constantFrom(
  ...['x', '"', '\n', '9,', '/a', '\u{1F600}', '='].map((text) => text.repeat(4000)),
);
/** Of any code points but halves of surrogate pairs; fast-check's own such strings first list all of a million of them. */
const anyText = fc
  .array(fc.oneof(fc.nat(0xd7ff), fc.integer({ min: 0xe000, max: 0x10ffff })), { maxLength: 30 })
  .map((points) => String.fromCodePoint(...points));
const text = fc.oneof(
  { weight: 6, arbitrary: anyText },
  { weight: 6, arbitrary: fc.string({ maxLength: 30 }) },
  {
    weight: 3,
    arbitrary: fc.constantFrom('', ' ', '-', 'null', '__proto__', 'constructor', 'é', '\0', '../..', '%s'),
  },
  { weight: 1, arbitrary: long },
);
/** As people write numbers; written down here once more, so that the command line's own reading is not its judge. */
const isNumber = (word: string): boolean => /^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(word);
const noNumber = fc.oneof(
  text.filter((word) => !isNumber(word)),
  fc.constantFrom('0x10', '0b1', 'NaN', 'Infinity', '1e', '1_000', '1,5', '--', '1e3x', '٣'),
);
const negative = fc.oneof(
  fc.constantFrom('-1', '-0.5', '-1e-300'),
  fc.double({ max: -1e-9, noNaN: true, noDefaultInfinity: true }).map(String),
);
const infinite = fc.constantFrom('1e999', '-1e999');
const noList = fc.oneof(
  noNumber.filter((word) => !word.split(',').every(isNumber)),
  fc.constantFrom(
    '0:1:1e10',
    '0:1:1e7',
    '0:1',
    '1:2:3:4',
    'psi1=',
    '=1',
    'psi1=0:1:1e10',
    'N=1,2',
    'eps=1=2',
    ':',
    ',',
    '1,,2',
  ),
);
const noPicture = text.filter((word) => !/\.(svg|png|pdf)$/i.test(word));

/** Lines of words that have one thing wrong with them: one arbitrary for each kind of wrong and each option. */
function bad(command: Command): fc.Arbitrary<string[]>[] {
  const { words, given, needed = [], numbers = [], names = [], lists = [], booleans = [] } = command;
  const valued = [...new Set([...Object.keys(given), ...numbers, ...names, ...lists])];
  const line = (changed: Readonly<Record<string, string>>, left = ''): string[] => [
    ...words,
    ...Object.entries({ ...given, ...changed })
      .filter(([name]) => name !== left)
      .map(([name, value]) => `--${name}=${value}`),
  ];
  const wrong = (options: readonly string[], value: fc.Arbitrary<string>): fc.Arbitrary<string[]>[] =>
    options.map((name) => value.map((word) => line({ [name]: word })));
  const unknown = fc.oneof(
    fc.string({ maxLength: 20 }).map((end) => `zz${end.replaceAll('=', '')}`),
    fc.constantFrom('__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a.b', 'json.x', '_', '$0'),
    long.map((name) => `zz${name.replaceAll('=', '')}`),
  );
  return [
    fc.tuple(unknown, text).map(([name, value]) => [...line({}), `--${name}=${value}`]),
    unknown.map((name) => [...line({}), `--${name}`]),
    ...wrong(
      booleans,
      text.filter((word) => word !== 'true' && word !== 'false'),
    ),
    ...valued.map((name) =>
      fc
        .option(text, { nil: undefined })
        .map((value) => [...line({}), `--no-${name}${value === undefined ? '' : `=${value}`}`]),
    ),
    ...wrong(numbers, noNumber),
    ...wrong(numbers, negative),
    ...wrong(numbers, infinite),
    ...wrong(
      names,
      text.map((word) => `zz${word}`),
    ),
    ...wrong(lists, noList),
    ...wrong(
      command.files ?? [],
      fc.oneof(
        fc.constantFrom(bytes, files, join(table, 'x')),
        text.map((t) => `/zz${t}`),
      ),
    ),
    ...wrong(command.pictures ?? [], noPicture),
    ...needed.map((name) => fc.constant(line({}, name))),
    text.filter((word) => !word.startsWith('-')).map((word) => [...line({}), '--json', `zz${word}`, 'more']),
    text.map((word) => [`zz${word}`, ...line({})]),
  ];
}

/** So many of each kind. */
const OF_EACH = sized(1, 12);
const lines = commands.flatMap(bad).flatMap((kind, i) => fc.sample(kind, { numRuns: OF_EACH, seed: 20 + i }));

/** What the command line answers to words. */
async function answer(words: readonly string[]) {
  try {
    await runCommandLine(words);
    return { code: 0, text: '' };
  } catch (error) {
    return failureOf(error);
  }
}

async function refuses(words: readonly string[]): Promise<void> {
  const { code, text: answered } = await answer(words);
  const asked = JSON.stringify(words).slice(0, 1000);
  expect(answered, asked).toMatch(/^rrf: [^\n\r\u2028\u2029]+$/);
  expect(answered.length, asked).toBeLessThan(LONGEST);
  expect(code, asked).toBe(2);
}

it('answers bad command lines of every kind, hundreds of them, in one line each, and writes nothing', async () => {
  expect(lines.length).toBeGreaterThan(500);
  const written = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write'));
  for (const write of written) write.mockImplementation(() => true);
  try {
    for (const words of lines) await refuses(words);
    for (const write of written) expect(write).not.toHaveBeenCalled();
  } finally {
    for (const write of written) write.mockRestore();
  }
  expect(readdirSync(folder)).toEqual([]);
});

it('would not take a raw error, or accepted input, for an answer', async () => {
  // Nothing is wrong with these words, so the work begins, and throws a TypeError.
  await expect(refuses(['doctor'])).rejects.toThrow();
  expect(await answer(['doctor'])).toMatchObject({ code: 1 });
});
