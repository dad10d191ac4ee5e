/**
 * Kills a sweep at a hundred random moments, and single workers of another at twenty, and compares their rows with those
 * of an undisturbed run: equal, none lost, none twice. Needs pgrep. `npm run build` first; then
 * `tsx scripts/killSweep.ts [kills [kills of workers]]`.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stream } from '../src/random/stream.ts';

const kills = Number(process.argv[2] ?? 100);
const workerKills = Number(process.argv[3] ?? 20);
const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'rrf-kills-'));
const spec = join(folder, 'sweep.json');
const cells = {
  d: 5,
  psi1: [0.6, 1, 2, 4],
  psi2: 3,
  eps: [0.2, 0.4],
  tau: 0.2,
  method: 'exact',
  testRows: 20,
};
writeFileSync(spec, JSON.stringify({ seeds: Math.max(kills, 10 * workerKills), cells }));

/** Runs the sweep to its end, or for so many seconds; true when it came to its end. */
function run(out: string, seconds = Number.POSITIVE_INFINITY): Promise<boolean> {
  const args = [main, 'sweep', 'run', spec, '--out', join(folder, out), '--device', 'wasm', '--workers', '1'];
  const child = spawn(process.execPath, args, { stdio: 'ignore', detached: true });
  // The whole group, workers included, as when a machine loses its power.
  const kill = () => process.kill(-child.pid!, 'SIGKILL');
  const timer = Number.isFinite(seconds) ? setTimeout(kill, 1000 * seconds) : undefined;
  return new Promise((resolve) =>
    child.once('exit', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    }),
  );
}

const moments = stream('kills');
const sleep = (seconds: number) => new Promise((resolve) => setTimeout(resolve, 1000 * seconds));

/** Runs the sweep to its end with two workers, of which one is killed now and then; how many were. */
async function runKillingWorkers(out: string): Promise<number> {
  const args = [main, 'sweep', 'run', spec, '--out', join(folder, out), '--device', 'wasm', '--workers', '2'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const workers = (): number[] =>
    spawnSync('pgrep', ['-P', String(child.pid), '-f', 'cellWorker'], { encoding: 'utf8' })
      .stdout.split('\n')
      .filter(Boolean)
      .map(Number);
  const file = join(folder, out, 'cells.jsonl');
  /** The cells that were interrupted: one that is killed a second time would rightly count as a killer. */
  const waiting = (): string[] =>
    [...said.matchAll(/in the middle of cell (\w+)/g)]
      .map(([, key]) => key!)
      .filter((key) => !readFileSync(file, 'utf8').includes(`"key":"${key}"`));
  const written = (): number => (existsSync(file) ? readFileSync(file, 'utf8').split('\n').length - 1 : 0);
  let [killed, before] = [0, 0];
  while (killed < workerKills && child.exitCode === null) {
    await sleep(0.1 + 0.4 * moments.uniform());
    if (written() === before || waiting().length > 0) continue;
    const pids = workers();
    const pid = pids[Math.floor(pids.length * moments.uniform())];
    if (pid === undefined) continue;
    process.kill(pid, 'SIGKILL');
    killed++;
    before = written();
  }
  const code = await ended;
  if (code !== 0) throw new Error(`after ${killed} kills the sweep ended with code ${code}:\n${said}`);
  return killed;
}

const rows = (out: string): [key: string, result: string][] =>
  readFileSync(join(folder, out, 'cells.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ key, result }) => [key, JSON.stringify(result)]);

/** Says how the rows of a disturbed run compare with those of the whole one. */
function compare(what: string, out: string): void {
  const [whole, survived] = [rows('whole').sort(), rows(out).sort()];
  const twice = survived.length - new Set(survived.map(([key]) => key)).size;
  const equal = JSON.stringify(whole) === JSON.stringify(survived);
  console.log(
    `${what}, ${survived.length} of ${whole.length} rows, ${twice} twice, ${equal ? 'all equal' : 'NOT EQUAL'}`,
  );
  if (!equal) process.exitCode = 1;
}

try {
  await run('whole');
  let killed = 0;
  while (killed < kills && !(await run('killed', 0.3 + 1.4 * moments.uniform()))) killed++;
  await run('killed');
  compare(`${killed} kills`, 'killed');
  const workersKilled = await runKillingWorkers('workers-killed');
  compare(`${workersKilled} kills of single workers`, 'workers-killed');
} finally {
  rmSync(folder, { recursive: true });
}
