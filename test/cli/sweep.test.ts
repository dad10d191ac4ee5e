import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rrf, startRrf } from '../support/rrf.ts';
import { sized } from '../support/sizes.ts';

const folder = mkdtempSync(join(tmpdir(), 'rrf-sweep-'));
const spec = join(folder, 'sweep.json');
/** Of all cells in one run, which the first test kills and ends. */
const whole = join(folder, 'whole');
const cells = { d: 10, psi1: [0.5, 1, 4], psi2: 3, eps: [0, 0.3], tau: 0.2, method: 'exact', testRows: 100 };
// Workers start on it in half the time; test/docs/commands.test.ts has them on the native engine.
const device = 'wasm';

beforeAll(() => {
  writeFileSync(spec, JSON.stringify({ seeds: 2, cells }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const sweep = (...args: string[]) => rrf('sweep', ...args);

async function until(happened: () => boolean): Promise<void> {
  while (!happened()) await new Promise((resolve) => setTimeout(resolve, 5));
}

/** Rows without what may differ from run to run. */
const numbers = (path: string) =>
  readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ key, result }) => [key, JSON.stringify(result)])
    .sort();

it('keeps another run off its rows, goes on when its workers are killed, and killed itself loses at most the cells in flight', async () => {
  const args = ['sweep', 'run', spec, '--out', whole, '--device', device, '--workers', '1'];
  const { child, finished } = startRrf(args);
  const rows = join(whole, 'cells.jsonl');
  await until(() => existsSync(`${rows}.lock`));
  // Where the machine is busy, it may write all its rows before another run gets to be refused.
  child.kill('SIGSTOP');
  const refused = await rrf(...args);
  child.kill('SIGCONT');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain(
    `rrf: "${rows}" is being written by another run (process ${child.pid} on `,
  );
  const written = () => (existsSync(rows) ? readFileSync(rows, 'utf8').split('\n').length - 1 : 0);
  const workers = () => {
    const { stdout } = spawnSync('pgrep', ['-P', String(child.pid), '-f', 'cellWorker'], {
      encoding: 'utf8',
    });
    return stdout.split('\n').filter(Boolean).map(Number);
  };
  const killed = new Set<number>();
  // A new one each time, after a row more: another cell than before.
  for (let rowsBefore = 0; killed.size < sized(1, 2); await new Promise((resolve) => setTimeout(resolve, 10)))
    for (const pid of written() > rowsBefore ? workers() : []) {
      if (killed.has(pid)) continue;
      process.kill(pid, 'SIGKILL');
      killed.add(pid);
      rowsBefore = written();
    }
  const before = written();
  await until(() => written() > before);
  child.kill('SIGKILL');
  await finished; // once its worker has ended too
  const kept = written();
  expect(kept).toBeGreaterThanOrEqual(sized(2, 3));
  expect(kept).toBeLessThan(12);
  const more = await sweep('run', spec, '--out', whole, '--device', device, '--workers', '1', '--json');
  const rest = JSON.parse(more.stdout);
  expect(rest.before).toBeGreaterThanOrEqual(sized(2, 3));
  expect(rest.simulated).toBe(12 - rest.before);
});

it('gives the same numbers in shards and whole, killed in between, and a second run simulates nothing', async () => {
  const parts = join(folder, 'parts');
  const again = await sweep('run', spec, '--out', whole, '--device', device, '--json');
  expect(JSON.parse(again.stdout)).toMatchObject({ cells: 12, before: 12, simulated: 0 });
  let simulated = 0;
  for (const shard of ['1/2', '2/2']) {
    const part = ['--workers', '1', '--shard', shard, '--json'];
    simulated += JSON.parse(
      (await sweep('run', spec, '--out', parts, '--device', device, ...part)).stdout,
    ).simulated;
  }
  expect(simulated).toBe(12);
  const merged = await sweep('merge', '--out', parts);
  expect(merged.stdout).toContain('12 rows in');
  expect(numbers(join(parts, 'cells.jsonl'))).toEqual(numbers(join(whole, 'cells.jsonl')));

  const status = JSON.parse((await sweep('status', '--out', whole, '--json')).stdout);
  expect(status).toMatchObject({ cells: 12, finished: 12, unconverged: 0 });
  const csv = (await sweep('export', '--out', whole, '--csv')).stdout.trim().split('\n');
  expect(csv).toHaveLength(13);
  expect(new Set(csv.map((line) => line.split(',').length)).size).toBe(1);
  const plot = await sweep('plot', '--out', whole, '--x', 'psi1', '--by', 'eps');
  const png = /^picture: (.*)$/m.exec(plot.stdout)![1]!;
  // A line for each of three widths and two radii, beside what `rrf theory` says of it.
  expect(plot.stdout).toMatch(/^eps = 0\.3 {2,}10 {2,}4 {2}AR .* 2\/2$/m);
  expect(plot.stdout).toMatch(/^\d of 6 points/m);
  const points = JSON.parse(
    (await sweep('plot', '--out', whole, '--x', 'psi1', '--by', 'eps', '--json')).stdout,
  );
  expect(points.panels[0].kinds).toEqual(['$\\varepsilon = 0$', '$\\varepsilon = 0.3$']);
  const asked = ['--psi1', '4', '--psi2', '3', '--eps', '0.3', '--tau', '0.2', '--json'];
  const { adversarialRisk } = JSON.parse((await rrf('theory', ...asked)).stdout);
  expect(points.panels[0].points[1][2].y.theory).toBeCloseTo(adversarialRisk, 9);
  const begin = (path: string): string => readFileSync(path).subarray(0, 4).toString('latin1');
  expect(['.png', '.svg', '.pdf'].map((end) => begin(png.replace('.png', end)))).toEqual([
    '\x89PNG',
    '<svg',
    '%PDF',
  ]);
  const named = join(folder, 'named.pdf');
  const drawn = await sweep('plot', '--out', whole, '--x', 'psi1', '--by', 'eps', '--plot', named);
  expect(drawn.stdout.endsWith(`\npicture: ${named}\n`)).toBe(true);
  expect(begin(named)).toBe('%PDF');
  const wrong = await sweep('plot', '--out', whole, '--x', 'psi1', '--plot', 'named.gif');
  expect(wrong.stderr).toBe('rrf: invalid plot: "named.gif" (expected FILE.svg, FILE.png or FILE.pdf)\n');
});

it('shows in its help a file that runs as it stands', async () => {
  const { stdout } = await sweep('run', '--help');
  const begin = join(folder, 'begin.json');
  writeFileSync(begin, /A file to begin with: (\{.*\})/s.exec(stdout)![1]!.replace(/\s+/g, ' '));
  const out = join(folder, 'begin');
  const { stderr, code } = await sweep('run', begin, '--out', out, '--device', device, '--dry-run');
  expect([code, stderr]).toEqual([0, expect.stringContaining('18 of 18 cells to simulate')]);
});

it('runs only the new seeds of a sweep that grew, and refuses one that lost cells or makes no sense', async () => {
  const other = join(folder, 'other.json');
  writeFileSync(other, JSON.stringify({ seeds: 3, cells }));
  const grown = await sweep('run', other, '--out', whole, '--device', device, '--dry-run');
  expect(grown.stderr).toContain('6 of 18 cells to simulate');
  writeFileSync(other, JSON.stringify({ seeds: 1, cells }));
  const taken = await sweep('run', other, '--out', whole);
  expect(taken).toMatchObject({ code: 2, stdout: '' });
  expect(taken.stderr).toMatch(
    /^rrf: the output folder ".*whole" holds another sweep, and this one lacks 6 of its 12 cells \(without seed 1\); choose another --out\n$/,
  );
  writeFileSync(other, JSON.stringify({ cells: { ...cells, d: 0 } }));
  const bad = await sweep('run', other, '--out', join(folder, 'bad'));
  expect(bad.stderr).toBe('rrf: invalid d: 0 (expected an integer >= 1)\n');
  expect(existsSync(join(folder, 'bad'))).toBe(false);
});

it('names damaged rows by file and line, also where they still are JSON, and runs their cells again', async () => {
  const out = whole;
  const rows = join(out, 'cells.jsonl');
  const before = numbers(rows);
  const lines = readFileSync(rows, 'utf8').split('\n');
  lines[2] = 'garbage{';
  lines[5] = '{"a":1}';
  const changed = JSON.parse(lines[7]!);
  changed.result.standardRisk.value += 1e-9;
  lines[7] = JSON.stringify(changed);
  lines[8] = lines[8]!.replace(/"adversarialRisks":\[.*?\]/, '"adversarialRisks":[]');
  writeFileSync(rows, lines.join('\n').slice(0, -30)); // and a last row that a crash cut short
  const status = await sweep('status', '--out', out, '--json');
  expect(JSON.parse(status.stdout).finished).toBe(7);
  expect(status.stderr).toBe(
    `${rows}: lines 3, 6, 8, 9 damaged: not counted; sweep run simulates the cells again\n`,
  );
  const plot = await sweep('plot', '--out', out, '--x', 'psi1', '--by', 'eps');
  expect(plot.code).toBe(2);
  expect(plot.stderr).toContain('rrf: 5 of 12 cells are missing');
  const again = await sweep('run', spec, '--out', out, '--device', device, '--workers', '1');
  expect(again.stderr).toContain(
    `${rows}: lines 3, 6, 8, 9, 12 damaged, set aside in cells.jsonl.damaged; the cells run again\n`,
  );
  expect(again.stdout).toContain('5 cells simulated');
  expect(numbers(rows)).toEqual(before);
  expect(readFileSync(`${rows}.damaged`, 'utf8')).toContain('garbage{\n{"a":1}\n');
});

it('refuses a control character in any option', async () => {
  const bad = await sweep('slurm', spec, '--out', `${join(folder, 'two')}\ntouch PWNED`);
  expect(bad).toMatchObject({ code: 2, stdout: '' });
  expect(bad.stderr).toMatch(
    /^rrf: invalid out: ".*two\\ntouch PWNED" \(expected text without line breaks .*\)\n$/,
  );
});

it('takes a repeated directive as one more, and of another option the last', async () => {
  const out = join(folder, 'slurm');
  const directives = ['--sbatch=--partition=cpu', '--sbatch=--time=01:00:00'];
  await sweep('slurm', spec, '--out', `${out}-no`, '--out', out, '--shards', '2', ...directives);
  expect(readFileSync(join(out, 'array.sbatch'), 'utf8')).toContain(
    '\n#SBATCH --partition=cpu\n#SBATCH --time=01:00:00\n',
  );
});

it('says how much there is to do without writing anything, and refuses bad options before it writes', async () => {
  const out = join(folder, 'untouched');
  const dry = await sweep('run', spec, '--out', out, '--device', device, '--dry-run');
  expect(dry.stderr).toContain('12 of 12 cells to simulate');
  expect((await sweep('run', spec, '--out', out, '--workers', '-1')).stderr).toBe(
    'rrf: invalid workers: -1 (expected an integer >= 1)\n',
  );
  expect((await sweep('slurm', spec, '--out', out, '--shards', '0')).code).toBe(2);
  expect(existsSync(out)).toBe(false);
});
