/**
 * Kills a sweep at a hundred random moments and compares its rows with those of an undisturbed run: equal, none lost, none
 * twice. `npm run build` first; then `tsx scripts/killSweep.ts [kills]`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stream } from '../src/random/stream.ts';

const kills = Number(process.argv[2] ?? 100);
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
writeFileSync(spec, JSON.stringify({ seeds: kills, cells }));

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

const rows = (out: string): [key: string, result: string][] =>
  readFileSync(join(folder, out, 'cells.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ key, result }) => [key, JSON.stringify(result)]);

try {
  await run('whole');
  const moments = stream('kills');
  let killed = 0;
  while (killed < kills && !(await run('killed', 0.3 + 1.4 * moments.uniform()))) killed++;
  await run('killed');
  const [whole, survived] = [rows('whole').sort(), rows('killed').sort()];
  const twice = survived.length - new Set(survived.map(([key]) => key)).size;
  const equal = JSON.stringify(whole) === JSON.stringify(survived);
  console.log(
    `${killed} kills, ${survived.length} of ${whole.length} rows, ${twice} twice, ${equal ? 'all equal' : 'NOT EQUAL'}`,
  );
  process.exitCode = equal ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
