/**
 * Time and largest resident memory of the commands that read tables, on a made-up file of numbers:
 *
 *     npx tsx scripts/tableMemory.ts [--rows 50000] [--columns 100] [--width 500] [--device auto] [--only train,apply]
 *
 * Fails where one of them takes 2 GB or more.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { table } from '../src/cli/table.ts';
import { stream } from '../src/random/stream.ts';

const { values: options } = parseArgs({
  options: {
    rows: { type: 'string', default: '50000' },
    columns: { type: 'string', default: '100' },
    width: { type: 'string', default: '500' },
    device: { type: 'string', default: 'auto' },
    only: { type: 'string' },
  },
});
const MOST = 2e9;
const folder = mkdtempSync(path.join(tmpdir(), 'rrf-memory-'));
const csv = path.join(folder, 'table.csv');
const measured = path.join(folder, 'memory');
// Runs in the command's process, and writes how much it had.
const hook = path.join(folder, 'hook.mjs');
writeFileSync(
  hook,
  `import { writeFileSync } from 'node:fs';
process.on('exit', () => writeFileSync(${JSON.stringify(measured)}, String(process.resourceUsage().maxRSS)));`,
);

writeTable(Number(options.rows), Number(options.columns));
const linear = path.join(folder, 'linear');
const wide = path.join(folder, 'wide');
const exact = ['--target', 'y', '--method', 'exact', '--eps', '0.1', '--lambda', '0.01'];
const features = ['--model', 'random-features', '--width', options.width];
const out = ['--out', path.join(folder, 'scores.csv')];
const commands: readonly (readonly [string, readonly string[]])[] = [
  ['train, linear', ['train', ...exact, '--save', linear]],
  ['apply, linear', ['apply', '--model', linear, ...out]],
  ['train, random features', ['train', ...exact, ...features, '--save', wide]],
  ['apply, random features', ['apply', '--model', wide, ...out]],
  ['explain, random features', ['explain', '--model', wide]],
  [
    'tune, random features',
    [
      'tune',
      '--target',
      'y',
      '--eps-test',
      '0.1',
      '--width',
      options.width,
      '--out',
      path.join(folder, 'tuned'),
    ],
  ],
];
const only = options.only?.split(',');
const rows = commands
  .filter(([name]) => !only || only.some((part) => name.includes(part)))
  .map(([name, args]) => ({ name, ...measure(args) }));
rmSync(folder, { recursive: true });
console.log(
  table(rows, [
    { title: 'command', value: ({ name }) => name, align: 'left' },
    { title: 'seconds', value: ({ seconds }) => seconds.toFixed(0) },
    { title: 'GB', value: ({ bytes }) => (bytes / 1e9).toFixed(2) },
  ]),
);
if (rows.some(({ bytes }) => bytes >= MOST)) {
  console.log('FAILED: 2 GB or more');
  process.exitCode = 1;
}

function measure(args: readonly string[]): { seconds: number; bytes: number } {
  const start = performance.now();
  const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
  const tsx = createRequire(import.meta.url).resolve('tsx');
  const { status, stderr } = spawnSync(
    process.execPath,
    [
      ...['--import', pathToFileURL(tsx).href, '--import', pathToFileURL(hook).href, main, ...args],
      ...['--csv', csv, '--device', options.device],
    ],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (status !== 0) throw new Error(`${args.join(' ')} ended with ${status}: ${stderr}`);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, bytes: 1024 * Number(readFileSync(measured, 'utf8')) };
}

/** Gaussian inputs, and a target that is linear in them but for noise of half its size. */
function writeTable(count: number, columns: number): void {
  const draws = stream('table memory');
  const weights = draws.fillGaussian(new Float64Array(columns));
  const file = openSync(csv, 'w');
  writeSync(file, `${Array.from(weights, (_, j) => `x${j}`).join(',')},y\n`);
  for (let i = 0; i < count; i++) {
    const x = draws.fillGaussian(new Float64Array(columns + 1));
    const y = weights.reduce((sum, weight, j) => sum + weight * x[j]!, 0) / Math.sqrt(columns);
    const cells = [...x.subarray(0, columns), y + 0.5 * x[columns]!];
    writeSync(file, `${cells.map((value) => value.toFixed(6)).join(',')}\n`);
  }
  closeSync(file);
}
