// How often a leave-one-out estimate without trainings is off, and whether it says so, beside training without every row.
//   npx tsx scripts/leaveOneOutTrust.ts RESULTS.jsonl [--csv FILE]... [--list choosing|held|untouched] [--most COUNT] [--seed SEED]
//     [--within 3] [--report]
// The thresholds of the doubts were chosen on the settings of the first list, for Gaussian rows, diabetes, digits and breast cancer
// (--csv). Of two rules that did equally well there the better on the second was taken, for tables of scripts/tuningTables.py. The
// third list, for the first tables of scripts/untouchedTables.py, was fixed after all rules and before any of its runs.
// RESULTS gets a line for each setting, the first COUNT of them in a seeded order, and a later run adds what is not there; --report
// adds nothing. A seed draws other rows, features and Gaussian data, and another order.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import type { HostRows } from '../src/data/dataset.ts';
import { teacher } from '../src/data/teacher.ts';
import { type LeaveOneOut, readoutProblem, solveReadout } from '../src/exact/index.ts';
import { unitSphereRows } from '../src/models/unitSphereRows.ts';
import { stream } from '../src/random/stream.ts';
import { shipped, standardisedTable } from './leaveOneOutTables.ts';

interface SettingList {
  readonly n: number;
  /** N / n */
  readonly shares: readonly number[];
  readonly eps: readonly number[];
  readonly lambda: readonly number[];
}

const LISTS: Readonly<Record<string, SettingList>> = {
  choosing: { n: 90, shares: [0.4, 0.8, 1.1, 1.6, 3], eps: [0.05, 0.15, 0.4], lambda: [0, 0.01] },
  held: { n: 110, shares: [0.5, 0.9, 1.3, 2.5], eps: [0.08, 0.25], lambda: [0, 0.003, 0.05] },
  untouched: { n: 120, shares: [0.7, 1.2, 2], eps: [0.12], lambda: [0, 0.01] },
};
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    csv: { type: 'string', multiple: true, default: [] },
    list: { type: 'string', default: 'choosing' },
    most: { type: 'string', default: 'Infinity' },
    seed: { type: 'string' },
    within: { type: 'string', default: '3' },
    report: { type: 'boolean', default: false },
  },
});
const [file] = positionals;
if (file === undefined) throw new Error('name a file of results');
const list = LISTS[values.list];
if (list === undefined) throw new Error(`--list ${values.list}: ${Object.keys(LISTS).join(', ')}`);

/** A setting that has been measured. */
interface Measured {
  readonly list: string;
  readonly rows: string;
  readonly N: number;
  readonly eps: number;
  readonly lambda: number;
  /** Of SR and AR(eps), as shares of those of training without every row. */
  readonly errors: readonly [number, number];
  readonly doubts: readonly string[];
}
type Setting = Pick<Measured, 'list' | 'rows' | 'N' | 'eps' | 'lambda'>;

const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean) : [];
const found = lines
  .map((line) => JSON.parse(line) as Measured)
  .filter((measured) => measured.list === values.list);
const nameOf = ({ rows, N, eps, lambda }: Setting): string => [rows, N, eps, lambda].join(' ');
const known = new Set(found.map(nameOf));

const { n } = list;
const { seed } = values;
const ofSeed = seed === undefined ? '' : `, seed ${seed}`;
const tableRows = (csv: string | URL): HostRows => standardisedTable(csv, n, undefined, seed);
const sets: Record<string, () => HostRows> = {
  ...(values.list === 'choosing' && {
    [`Gaussian${ofSeed}`]: () => teacher({ d: 40, tau: 0.3, seed: seed ?? 3 }).sample('train', n),
    [`diabetes${ofSeed}`]: () => tableRows(shipped('diabetes')),
    [`digits${ofSeed}`]: () => tableRows(shipped('digits')),
  }),
  ...Object.fromEntries(values.csv.map((csv) => [basename(csv, '.csv') + ofSeed, () => tableRows(csv)])),
};

function* settings(rows: string): Generator<Setting> {
  for (const share of list!.shares)
    for (const eps of list!.eps)
      for (const lambda of list!.lambda)
        yield { list: values.list, rows, N: Math.round(share * n), eps, lambda };
}

function measure(rows: HostRows, setting: Setting): Measured {
  const { N, eps, lambda } = setting;
  const problem = readoutProblem(rows, { W: unitSphereRows(seed ?? 5, N, rows.d) });
  const solved = solveReadout(problem, { eps, lambda, fitIntercept: true, maxIterations: 200 });
  const [estimate, truth] = [solved.leaveOneOut(), solved.leaveOneOut({ refine: rows.n })];
  const off = (of: (from: LeaveOneOut) => LeaveOneOut['standard']): number =>
    of(estimate).value / of(truth).value - 1;
  return {
    ...setting,
    errors: [off((from) => from.standard), off((from) => from.risks[0]!.risk)],
    doubts: estimate.doubts,
  };
}

if (!values.report) {
  const order = stream('leaveOneOutTrust', values.list, ...(seed === undefined ? [] : [seed]));
  const drawn = Object.keys(sets)
    .flatMap((name) => [...settings(name)])
    .map((setting) => ({ setting, key: order.uniform() }))
    .sort((a, b) => a.key - b.key)
    .slice(0, Number(values.most));
  for (const { setting } of drawn) {
    if (known.has(nameOf(setting))) continue;
    const measured = measure(sets[setting.rows]!(), setting);
    appendFileSync(file, `${JSON.stringify(measured)}\n`);
    found.push(measured);
  }
}

const percent = (value: number): string => `${(100 * value).toFixed(2)} %`;
console.log('| rows | N | eps | lambda | error of SR | of AR(eps) | doubts |');
console.log('| --- | --- | --- | --- | --- | --- | --- |');
for (const { rows, N, eps, lambda, errors, doubts } of found)
  console.log(
    `| ${[rows, N, eps, lambda, ...errors.map(percent), doubts.join('; ') || 'none'].join(' | ')} |`,
  );

const within = Number(values.within) / 100;
const errors = found.map((one) => ({
  error: Math.max(...one.errors.map(Math.abs)),
  doubted: one.doubts.length > 0,
}));
const count = (of: (one: (typeof errors)[number]) => boolean): number => errors.filter(of).length;
const largest = (of: (one: (typeof errors)[number]) => boolean): string =>
  percent(Math.max(0, ...errors.filter(of).map(({ error }) => error)));
const sizes = errors.map(({ error }) => error).sort((a, b) => a - b);
console.log(
  `\n${errors.length} settings, the larger error of the two: median ${percent(sizes[Math.floor(sizes.length / 2)] ?? 0)}, largest ` +
    `${largest(() => true)}, of those that are not doubted ${largest(({ doubted }) => !doubted)}; ` +
    `${count(({ error }) => error > within)} beyond ${percent(within)}, of which ` +
    `${count(({ error, doubted }) => error > within && doubted)} are doubted; ` +
    `${count(({ error, doubted }) => error <= within && doubted)} of the others are; ` +
    `${count(({ error }) => error > 0.1)} beyond 10 %, of which ${count(({ error, doubted }) => error > 0.1 && doubted)} are doubted.`,
);
