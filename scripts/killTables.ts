/**
 * Ends `rrf tune` and `rrf train --checkpoints` at random moments, by Ctrl-C (SIGINT) and by SIGKILL in turn, lets the same command
 * go on, and compares what comes out with an undisturbed run: candidates, choice and weights must be the same to the bit,
 * and no candidate that was finished may be lost.
 *
 *     npx tsx scripts/killTables.ts [kills of each, default 10]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stream } from '../src/random/stream.ts';

const kills = Number(process.argv[2] ?? 10);
const main = fileURLToPath(new URL('../src/cli/main.ts', import.meta.url));
const csv = fileURLToPath(new URL('../data/diabetes.csv', import.meta.url));
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
const home = mkdtempSync(join(tmpdir(), 'rrf-kills-'));
const moments = stream('kills of tables');

interface Ended {
  readonly code: number | null;
  readonly seconds: number;
  readonly said: string;
}

/** Runs a command to its end, or until a signal after so many seconds. */
function run(args: readonly string[], seconds?: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<Ended> {
  const start = performance.now();
  const child = spawn(
    process.execPath,
    ['--import', tsx, main, ...args, '--csv', csv, '--target', 'target'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  let said = '';
  child.stderr.on('data', (text) => {
    said += text;
  });
  const timer = seconds === undefined ? undefined : setTimeout(() => child.kill(signal), 1000 * seconds);
  return new Promise((resolve) =>
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, seconds: (performance.now() - start) / 1000, said });
    }),
  );
}

/** Scores of finished candidates by their keys, without the time that they took. */
function scoresIn(folder: string): Map<string, string> {
  const file = join(folder, 'candidates.jsonl');
  if (!existsSync(file)) return new Map();
  // The last line may be cut by the signal: the next run sets it aside.
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const { key, score } = JSON.parse(line) as { key: string; score: object };
      return [key, JSON.stringify({ ...score, seconds: 0 })];
    }),
  );
}

/** The weights of the saved model, whose file is named after what it holds. */
function weightsIn(folder: string): Buffer {
  const model = join(folder, 'model');
  const file = readdirSync(model).find((name) => name.startsWith('weights.') && name.endsWith('.bin'));
  if (file === undefined) throw new Error(`no weights in ${model}`);
  return readFileSync(join(model, file));
}

let lost = 0;
function check(what: string, holds: boolean): void {
  if (holds) return;
  console.log(`LOST: ${what}`);
  lost++;
}

/** Compares a command that is ended again and again with one that is not. */
async function survives(name: string, args: (folder: string) => readonly string[]): Promise<void> {
  const [whole, parts] = ['whole', 'parts'].map((part) => join(home, `${name} ${part}`)) as [string, string];
  const undisturbed = await run(args(whole));
  if (undisturbed.code !== 0) throw new Error(undisturbed.said);
  let [ended, interrupted] = [0, 0];
  for (let k = 0; k < kills; k++) {
    const before = scoresIn(parts);
    const signal = k % 2 === 0 ? 'SIGINT' : 'SIGKILL';
    // Finished candidates are passed at once, so that later runs are shorter.
    const { code, said } = await run(
      args(parts),
      undisturbed.seconds * (0.2 + 0.6 * moments.uniform()),
      signal,
    );
    const after = scoresIn(parts);
    for (const [key, score] of before) check(`${name}: a score after kill ${k}`, after.get(key) === score);
    if (code === 0) ended++;
    else if (signal === 'SIGINT') {
      // While the program starts, and while it trains what was chosen, the system ends it.
      check(`${name}: Ctrl-C ended with ${code}`, code === null || code === 130);
      check(`${name}: Ctrl-C says what is kept`, code === null || said.includes('interrupted; '));
      interrupted++;
    }
  }
  const last = await run(args(parts));
  check(`${name} ended with ${last.code}: ${last.said}`, last.code === 0);
  const [expected, found] = [whole, parts].map(scoresIn) as [Map<string, string>, Map<string, string>];
  check(`${name}: candidates`, found.size === expected.size);
  for (const [key, score] of expected) check(`${name}: candidate ${key}`, found.get(key) === score);
  const [weights, again] = [whole, parts].map(weightsIn) as [Buffer, Buffer];
  check(`${name}: weights`, weights.equals(again));
  console.log(
    `${name}: ${kills} signals, ${interrupted} of them Ctrl-C before the end, ${ended} after it; ` +
      `${expected.size} candidates and the weights ${lost === 0 ? 'the same' : 'DIFFER'} (${undisturbed.seconds.toFixed(0)} s undisturbed)`,
  );
}

await survives('tune', (folder) => [
  ...['tune', '--eps-test', '0.2', '--width', '50,100', '--clip', 'none', '--out', folder],
]);
await survives('train', (folder) => [
  ...['train', '--model', 'deep', '--width', '16', '--eps', '0.1', '--max-cycles', '4'],
  ...['--checkpoints', join(folder, 'checkpoints'), '--save', join(folder, 'model')],
]);
rmSync(home, { recursive: true });
process.exitCode = lost === 0 ? 0 : 1;
