/**
 * Time and largest resident memory of the commands that read tables, on made-up files of numbers:
 *
 *     npx tsx scripts/tableMemory.ts [--rows 50000] [--columns 100] [--width 500] [--device auto]
 *         [--only 'read,tune curved'] [--folder DIR]
 *
 * What reads a file alone counts what it takes beyond reading ten rows of the same format. In a folder that is named, files,
 * models and measurements stay: parts can be run one by one, an interrupted one goes on, and the table at the end holds
 * all of them. A part that was interrupted counts the seconds of its last run. Fails where one of them takes 2 GB or more.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/table.ts';
import { makeFolder, writeWholeFile, writeWholePieces } from '../src/wholeFile.ts';
import { BINARY, classesTable, csvPieces, curvedTable, linearTable } from './madeUpTables.ts';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '50000' },
    columns: { type: 'string', default: '100' },
    width: { type: 'string', default: '500' },
    device: { type: 'string', default: 'auto' },
    only: { type: 'string' },
    folder: { type: 'string' },
  },
});
const MOST = 2e9;
const [rows, columns] = [Number(options.rows), Number(options.columns)];
const folder = options.folder ?? mkdtempSync(path.join(tmpdir(), 'rrf-memory-'));
makeFolder(folder);
const inFolder = (name: string): string => path.join(folder, name);

interface Measured {
  readonly seconds: number;
  readonly bytes: number;
}

/** A file that is made where it is not there. */
function made(name: string, pieces: () => Iterable<string | Uint8Array>): string {
  const file = inFolder(name);
  if (!existsSync(file)) writeWholePieces(file, pieces());
  return file;
}
const linearFile = (): string => made('linear.csv', () => csvPieces(linearTable(rows, columns)));
const classesFile = (): string => made('classes.csv', () => csvPieces(classesTable(rows, columns)));
const curvedFile = (): string => made('curved.csv', () => csvPieces(curvedTable(rows, columns)));

const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const rrf =
  (csv: () => string, ...args: readonly string[]) =>
  (): Measured =>
    measured([main, ...args, '--csv', csv(), ...(args[0] === 'predict' ? [] : ['--device', options.device])]);
const trained = ['--target', 'y', '--method', 'exact', '--eps', '0.1', '--lambda', '0.01'];
const features = ['--model', 'random-features', '--width', options.width];
const tuned = (out: string): string[] => [
  ...['--target', 'y', '--eps-test', '0.1', '--width', options.width, '--out', inFolder(out)],
];
const out = ['--out', inFolder('scores.csv')];
const model = (name: string): string[] => ['--model', inFolder(name)];
const parts: Readonly<Record<string, () => Measured>> = {
  'read CSV': () => reading('CSV', (rows) => csvPieces(linearTable(rows, columns))),
  ...Object.fromEntries(
    Object.entries(BINARY).map(([name, bytes]) => [
      `read ${name}`,
      () => reading(name, (rows) => [bytes(linearTable(rows, columns))]),
    ]),
  ),
  'train linear': rrf(linearFile, 'train', ...trained, '--save', inFolder('linear')),
  'apply linear': rrf(linearFile, 'apply', ...model('linear'), ...out),
  'train features': rrf(
    linearFile,
    ...['train', ...trained, ...features, '--save', inFolder('features')],
    ...['--checkpoints', inFolder('features-parts')],
  ),
  'train classes': rrf(classesFile, 'train', ...trained, ...features, '--loss', 'logistic'),
  'apply features': rrf(linearFile, 'apply', ...model('features'), ...out),
  'explain features': rrf(linearFile, 'explain', ...model('features')),
  'predict features': rrf(
    linearFile,
    // As many training rows as `rrf train` takes of the table.
    ...['predict', '--target', 'y', '--grid', `n=${0.8 * rows},width=${options.width},eps=0.1,lambda=0.01`],
  ),
  'tune linear': rrf(linearFile, 'tune', ...tuned('tuned-linear')),
  'tune curved': rrf(curvedFile, 'tune', ...tuned('tuned-curved')),
  'apply curved': rrf(curvedFile, 'apply', ...model('tuned-curved/model'), ...out),
  'explain curved': rrf(curvedFile, 'explain', ...model('tuned-curved/model')),
};

const kept = inFolder('measured.json');
const found: Record<string, Measured> = existsSync(kept) ? JSON.parse(readFileSync(kept, 'utf8')) : {};
const only = options.only?.split(',');
for (const [name, part] of Object.entries(parts)) {
  if (only && !only.some((asked) => name.includes(asked))) continue;
  found[name] = part();
  writeWholeFile(kept, JSON.stringify(found));
}
if (options.folder === undefined) rmSync(folder, { recursive: true });
const lines = Object.keys(parts).flatMap((name) => (found[name] ? [{ name, ...found[name] }] : []));
console.log(
  table(lines, [
    { title: `${rows} x ${columns}`, value: ({ name }) => name, align: 'left' },
    { title: 'seconds', value: ({ seconds }) => seconds.toFixed(seconds < 10 ? 1 : 0) },
    { title: 'GB', value: ({ bytes }) => (bytes / 1e9).toFixed(3) },
  ]),
);
if (lines.some(({ bytes }) => bytes >= MOST)) {
  console.log('FAILED: 2 GB or more');
  process.exitCode = 1;
}

/** Reads a file, and takes off what ten rows take. */
function reading(name: string, pieces: (rows: number) => Iterable<string | Uint8Array>): Measured {
  const reader = fileURLToPath(new URL('readTable.ts', import.meta.url));
  const [all, few] = [rows, 10].map((count) =>
    measured([reader, made(`${count} of ${name}`, () => pieces(count))]),
  ) as [Measured, Measured];
  return { seconds: all.seconds - few.seconds, bytes: all.bytes - few.bytes };
}

/** Runs a program in a process of its own, which writes how much memory it had. */
function measured(args: readonly string[]): Measured {
  const memory = inFolder('memory');
  const hook = inFolder('hook.mjs');
  writeFileSync(
    hook,
    `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(${JSON.stringify(memory)}, String(process.resourceUsage().maxRSS)));`,
  );
  const start = performance.now();
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const { status, signal } = spawnSync(
    process.execPath,
    ['--import', pathToFileURL(tsx).href, '--import', pathToFileURL(hook).href, ...args],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status ?? signal}`);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, bytes: 1024 * Number(readFileSync(memory, 'utf8')) };
}
