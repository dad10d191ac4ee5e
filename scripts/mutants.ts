/**
 * Breaks the sources in random small ways, one at a time, and counts how many of these mutants the tests notice. First it
 * records which tests evaluate the code of which mutant; then each mutant meets those tests alone, its own room's first
 * and cheap files before dear ones, until one fails.
 *
 *   npx tsx scripts/mutants.ts [--count 400] [--seed 1] [--rooms theory,attacks,exact,figures] [--workers 1]
 *                              [--longest SECONDS] [--everywhere] [--survivors] [--seconds SECONDS] [--limit SECONDS]
 *                              [--out FILE] [--reach FILE]
 *
 * FILE (default mutants.jsonl) gets one line a mutant; mutants in it are not run again, except that `--survivors` runs
 * once more those that survived. What tests reach is recorded once, in the other FILE (default mutants.reach.json), for every
 * draw from the same sources. A mutant meets the tests of its own room, with `--everywhere` those of all others too, and
 * none that takes longer than `--longest`. One that does not come to an end, within `--limit` at most, counts as noticed.
 * After `--seconds` no further mutant is begun: the same command goes on from there. Four hundred take about an hour of one
 * core. scripts/mutants.md lists those that survived the last run, with a reason each.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stream } from '../src/random/stream.ts';
import { keyOf, type Mutant, mutantsOf } from './mutants/changes.ts';
import { reachOf, type TestReach } from './mutants/reach.ts';
import { type Workplace, workplace } from './mutants/workplace.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

interface Outcome {
  readonly verdict: 'noticed' | 'timed out' | 'survived' | 'not reached';
  /** The test that failed, and the first line of what it said. */
  readonly by?: string;
  readonly message?: string;
  readonly seconds: number;
}

const roomOf = (file: string): string => file.split('/')[1]!;

async function outcomeOf(mutant: Mutant, place: Workplace, reach: readonly TestReach[]): Promise<Outcome> {
  const elsewhere = (file: string): boolean => roomOf(file) !== roomOf(mutant.file);
  const tests = reach.filter(
    ({ keys, file, seconds }) =>
      keys.has(keyOf(mutant)) && (values.everywhere || !elsewhere(file)) && seconds <= Number(values.longest),
  );
  if (tests.length === 0) return { verdict: 'not reached', seconds: 0 };
  const cost = new Map<string, number>();
  for (const { file, seconds } of tests) cost.set(file, (cost.get(file) ?? 0) + seconds);
  const files = [...cost.keys()].sort(
    (a, b) => Number(elsewhere(a)) - Number(elsewhere(b)) || cost.get(a)! - cost.get(b)!,
  );
  const whole = tests.reduce((sum, { seconds }) => sum + seconds, 0);
  const longest = Math.max(...tests.map(({ seconds }) => seconds));
  const at = path.join(place.folder, mutant.file);
  const text = readFileSync(at, 'utf8');
  writeFileSync(at, text.slice(0, mutant.start) + mutant.text + text.slice(mutant.end));
  const begin = performance.now();
  const run = await place.test(files, {
    names: tests.map(({ name }) => name),
    bail: true,
    limit: Math.min(60 + 10 * (whole + 3 * files.length), Number(values.limit)),
    testLimit: 30 + 10 * longest,
  });
  const seconds = (performance.now() - begin) / 1000;
  writeFileSync(at, text);
  if (run.code === null) return { verdict: 'timed out', seconds };
  if (run.code === 0) return { verdict: 'survived', seconds };
  if (run.files.length === 0) throw new Error(`vitest gave no report on ${keyOf(mutant)}`);
  for (const { name, status, message, assertionResults } of run.files) {
    const file = path.relative(place.folder, name);
    const failed = assertionResults.find((result) => result.status === 'failed');
    const said = (failed?.failureMessages[0] ?? message).split('\n')[0]!;
    if (failed || status === 'failed')
      return {
        verdict: /timed out in \d+ms/.test(said) ? 'timed out' : 'noticed',
        by: failed ? `${file}: ${failed.fullName}` : file,
        message: said,
        seconds,
      };
  }
  return { verdict: 'noticed', by: 'an error outside of the tests', seconds };
}

const start = performance.now();
const late = (): boolean => performance.now() - start > 1000 * Number(values.seconds);

// Ends what it has begun when it is ended.
process.once('SIGTERM', () => process.exit(143));

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '400' },
    seed: { type: 'string', default: '1' },
    rooms: { type: 'string', default: 'theory,attacks,exact,figures' },
    workers: { type: 'string', default: '1' },
    out: { type: 'string', default: 'mutants.jsonl' },
    reach: { type: 'string', default: 'mutants.reach.json' },
    longest: { type: 'string', default: 'Infinity' },
    everywhere: { type: 'boolean', default: false },
    survivors: { type: 'boolean', default: false },
    seconds: { type: 'string', default: 'Infinity' },
    limit: { type: 'string', default: 'Infinity' },
  },
});
const rooms = values.rooms.split(',');
const files = rooms.flatMap((room) =>
  readdirSync(path.join(root, 'src', room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((name) => path.posix.join('src', room, name.split(path.sep).join('/'))),
);
const all = files.flatMap((file) => mutantsOf(root, file));
const order = stream('mutants', values.seed).permutation(all.length);
const chosen = Array.from(order, (at) => all[at]!)
  .filter(({ idle }) => !idle)
  .slice(0, Number(values.count));
const outcomes = new Map<string, Outcome>();
if (existsSync(values.out))
  for (const line of readFileSync(values.out, 'utf8').split('\n').filter(Boolean)) {
    const before = JSON.parse(line) as Mutant & Outcome;
    outcomes.set(keyOf(before), before);
  }
const survived = (mutant: Mutant): boolean =>
  ['survived', 'not reached'].includes(outcomes.get(keyOf(mutant))?.verdict ?? '');
const queue = chosen.filter(
  (mutant) => !outcomes.has(keyOf(mutant)) || (values.survivors && survived(mutant)),
);
console.log(
  `${all.length} mutants of ${files.length} files, ${all.filter(({ idle }) => idle).length} of them idle; ${chosen.length} chosen, ${queue.length} to run`,
);

async function worker(reach: readonly TestReach[]): Promise<void> {
  const place = workplace(root);
  try {
    while (queue.length && !late()) {
      const mutant = queue.shift()!;
      const outcome = await outcomeOf(mutant, place, reach);
      outcomes.set(keyOf(mutant), outcome);
      appendFileSync(values.out, `${JSON.stringify({ ...mutant, ...outcome })}\n`);
      if (survived(mutant))
        console.log(`${outcome.verdict}  ${mutant.file}:${mutant.line}  ${mutant.was} -> ${mutant.text}`);
    }
  } finally {
    place.remove();
  }
}
if (queue.length) {
  const reach = await reachOf(root, all, values.everywhere ? null : rooms, values.reach, late);
  if (reach) await Promise.all(Array.from({ length: Number(values.workers) }, () => worker(reach)));
}

const met = chosen.filter((mutant) => outcomes.has(keyOf(mutant)));
if (met.length < chosen.length) console.log(`${chosen.length - met.length} not met yet`);
const shareOf = (mutants: readonly Mutant[]): string => {
  const count = (verdict: string): number =>
    mutants.filter((mutant) => outcomes.get(keyOf(mutant))?.verdict === verdict).length;
  const share = 1 - mutants.filter(survived).length / mutants.length;
  const error = Math.sqrt((share * (1 - share)) / mutants.length);
  return (
    `${(100 * share).toFixed(1)} per cent of ${mutants.length} noticed (standard error ${(100 * error).toFixed(1)}): ` +
    `${count('noticed')} by a failure, ${count('timed out')} by a timeout; ` +
    `${count('survived')} survived, ${count('not reached')} not reached`
  );
};
for (const room of rooms) {
  const here = met.filter(({ file }) => roomOf(file) === room);
  if (here.length) console.log(`${room}: ${shareOf(here)}`);
}
if (met.length) console.log(shareOf(met));
