/**
 * Choosing by leave-one-out, with the prediction as a screen, beside choosing by five and ten folds among the same candidates: the
 * regret of the robust risk on rows held out, and the time.
 *
 *   npx tsx scripts/compareTuning.ts [FOLDER] [--splits 4] [--rows 150] [--eps-test 0.2] [--keep FILE] [--only wine,boston]
 *
 * FOLDER holds CSV files whose last column is the target, such as scripts/tuningTables.py writes; the sets of data/ and
 * Gaussian data come with the package. Regret is the risk on held-out rows of the chosen candidate over that of the best one
 * on these rows, less 1. Prints Markdown. FILE keeps a line for each split that is done, and a later run goes on from it.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { standardised, tableStatistics } from '../src/data/standardise.ts';
import { rowsOfTable, splitRows, type Table, targetLast } from '../src/data/table.ts';
import { inputsAndTarget } from '../src/data/tableDataset.ts';
import { type Estimate, meanOf, readCsvClasses, readCsvTable, teacher } from '../src/index.ts';
import { candidateName, candidatesOf, tunePaths } from '../src/table/tuneCandidates.ts';
import { chooseCandidate } from '../src/table/tuneChoice.ts';
import { resolveTableTuning, type TableTuningSettings } from '../src/table/tuneOptions.ts';
import { TuneProgressCount } from '../src/table/tuneProgress.ts';
import { type PreparedRows, partsScorer } from '../src/table/tuneScores.ts';
import { screenPaths } from '../src/table/tuneScreen.ts';
import { searchPaths } from '../src/table/tuneSearch.ts';

const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    splits: { type: 'string', default: '4' },
    rows: { type: 'string', default: '150' },
    'eps-test': { type: 'string', default: '0.2' },
    only: { type: 'string' },
    keep: { type: 'string' },
  },
});
const [splits, most, epsTest] = [Number(asked.splits), Number(asked.rows), Number(asked['eps-test'])];
const TEST_ROWS = 2000;

const WAYS = [
  { name: 'leave-one-out', by: 'leave-one-out', folds: 10, screen: 2 },
  { name: '5 folds', by: 'folds', folds: 5, screen: null },
  { name: '10 folds', by: 'folds', folds: 10, screen: null },
] as const;
const RULES = ['one-standard-error', 'least'] as const;
type Rule = (typeof RULES)[number];

function gaussian(): Table {
  const d = 20;
  const { n, x, y } = teacher({ d, tau: 0.5, seed: 5 }).sample('tables', 3000);
  const values = Float64Array.from({ length: n * (d + 1) }, (_, at) => {
    const [i, j] = [Math.floor(at / (d + 1)), at % (d + 1)];
    return j === d ? y[i]! : x[i * d + j]!;
  });
  return { names: [...Array.from({ length: d }, (_, j) => `x${j}`), 'target'], rows: n, values };
}

function tables(): { name: string; table: Table }[] {
  const digits = readCsvClasses('data/digits.csv', 'digit', ['0', '1', '2', '3', '4']).table;
  const files =
    positionals[0] === undefined ? [] : readdirSync(positionals[0]).filter((file) => file.endsWith('.csv'));
  return [
    { name: 'Gaussian', table: gaussian() },
    { name: 'diabetes', table: targetLast(readCsvTable('data/diabetes.csv'), 'target') },
    { name: 'digits', table: targetLast(digits, 'digit') },
    ...files.map((file) => ({
      name: basename(file, '.csv'),
      table: readCsvTable(join(positionals[0]!, file)),
    })),
  ].filter(({ name }) => asked.only === undefined || asked.only.split(',').includes(name));
}

/** Training and test rows of a split, standardised by the former. */
function rowsOf(table: Table, split: number): { train: PreparedRows; test: PreparedRows } {
  const n = Math.min(most, Math.floor(0.6 * table.rows));
  const parts = splitRows(table.rows, { testFraction: 1 - n / table.rows }, `compare ${split}`);
  const [test, train] = [parts[0]!.subarray(0, TEST_ROWS), parts[1]!].map((rows) => rowsOfTable(table, rows));
  const statistics = tableStatistics(train!);
  const prepared = (part: Table): PreparedRows => inputsAndTarget(standardised(part, statistics));
  return { train: prepared(train!), test: prepared(test!) };
}

function settingsFor(way: (typeof WAYS)[number], split: number): TableTuningSettings {
  const { by, folds, screen } = way;
  return resolveTableTuning({
    ...{ target: 'target', epsTest, by, folds, screen, seed: split },
    ...{ width: [50, 100], clip: null },
  });
}

/** Risk on the test rows of every candidate, trained on all training rows. */
async function truth(
  train: PreparedRows,
  test: PreparedRows,
  settings: TableTuningSettings,
): Promise<Map<string, number>> {
  const [n, d] = [train.n + test.n, train.d];
  const x = Float64Array.from([...train.x, ...test.x]);
  const y = Float64Array.from([...train.y, ...test.y]);
  const parts = {
    train: Uint32Array.from({ length: train.n }, (_, i) => i),
    test: Uint32Array.from({ length: test.n }, (_, i) => train.n + i),
  };
  const risks = new Map<string, number>();
  for (const path of tunePaths(settings.lists, train)) {
    const score = await partsScorer({ n, d, x, y }, path.family, [parts], settings);
    for (const candidate of candidatesOf(path)) {
      const { robust, fault } = await score(candidate);
      risks.set(candidateName(candidate), fault === null ? robust.value : Number.POSITIVE_INFINITY);
    }
  }
  return risks;
}

interface Run {
  readonly regret: { readonly [rule in Rule]: number };
  readonly seconds: number;
  readonly solved: number;
  readonly candidates: number;
}

async function run(
  way: (typeof WAYS)[number],
  split: number,
  train: PreparedRows,
  risks: Map<string, number>,
): Promise<Run> {
  const settings = settingsFor(way, split);
  const all = tunePaths(settings.lists, train);
  const started = performance.now();
  const { paths } = await screenPaths(all, () => train, settings);
  const count = new TuneProgressCount(1, () => {});
  count.begin(paths, train, settings);
  const { scores } = await searchPaths(paths, () => train, settings, { store: null, count });
  const seconds = (performance.now() - started) / 1e3;
  const best = Math.min(...risks.values());
  const regretOf = (rule: Rule): number =>
    risks.get(candidateName(chooseCandidate(scores, rule).chosen.candidate))! / best - 1;
  return {
    regret: { 'one-standard-error': regretOf('one-standard-error'), least: regretOf('least') },
    seconds,
    solved: scores.length,
    candidates: all.flatMap(candidatesOf).length,
  };
}

const percent = ({ value, standardError }: Estimate): string =>
  `${(100 * value).toFixed(1)} +- ${(100 * standardError).toFixed(1)}`;
const line = (cells: readonly string[]): void => console.log(`| ${cells.join(' | ')} |`);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** A split of a table, and what each way came to. */
interface SplitRecord {
  readonly name: string;
  readonly split: number;
  readonly n: number;
  readonly d: number;
  readonly runs: readonly Run[];
}

async function recordOf(name: string, table: Table, split: number): Promise<SplitRecord> {
  const { train, test } = rowsOf(table, split);
  const risks = await truth(train, test, settingsFor(WAYS[0], split));
  const runs: Run[] = [];
  for (const way of WAYS) runs.push(await run(way, split, train, risks));
  return { name, split, n: train.n, d: train.d, runs };
}

const { keep } = asked;
const kept =
  keep !== undefined && existsSync(keep)
    ? readFileSync(keep, 'utf8')
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text) as SplitRecord)
    : [];
const all = tables();
const records: SplitRecord[] = [];
for (let split = 0; split < splits; split++)
  for (const { name, table } of all) {
    const known = kept.find((one) => one.name === name && one.split === split);
    const record = known ?? (await recordOf(name, table, split));
    if (!known && keep !== undefined) appendFileSync(keep, `${JSON.stringify(record)}\n`);
    records.push(record);
  }

line([
  'table',
  'rows',
  'columns',
  ...RULES.flatMap((rule) => WAYS.map(({ name }) => `${rule}: ${name}`)),
  'seconds',
  'solved',
]);
line(new Array(3 + RULES.length * WAYS.length + 2).fill('---'));
const excess = new Map<Rule, number[]>(RULES.map((rule) => [rule, []]));
for (const { name } of all) {
  const own = records.filter((one) => one.name === name);
  const of = (k: number): Run[] => own.map(({ runs }) => runs[k]!);
  for (const rule of RULES)
    excess.get(rule)!.push(mean(own.map(({ runs }) => runs[0]!.regret[rule] - runs[2]!.regret[rule])));
  line([
    name,
    ...[own[0]!.n, own[0]!.d].map(String),
    ...RULES.flatMap((rule) => WAYS.map((_, k) => percent(meanOf(of(k).map(({ regret }) => regret[rule]))))),
    WAYS.map((_, k) => mean(of(k).map(({ seconds }) => seconds)).toFixed(1)).join(' / '),
    `${mean(of(0).map(({ solved }) => solved)).toFixed(0)} of ${of(0)[0]!.candidates}`,
  ]);
}
console.log('');
for (const rule of RULES) {
  const regrets = WAYS.map((_, k) =>
    percent(
      meanOf(
        all.map(({ name }) =>
          mean(records.filter((one) => one.name === name).map(({ runs }) => runs[k]!.regret[rule])),
        ),
      ),
    ),
  );
  console.log(
    `${rule}: regret over ${all.length} tables, per cent: ${WAYS.map(({ name }, k) => `${name} ${regrets[k]}`).join(', ')}`,
  );
  console.log(`  of leave-one-out less that of ten folds: ${percent(meanOf(excess.get(rule)!))}`);
}
const total = (k: number): number => records.reduce((sum, { runs }) => sum + runs[k]!.seconds, 0);
const ratios = records.map(({ runs }) => runs[2]!.seconds / runs[0]!.seconds);
console.log(
  `time of ten folds over that of leave-one-out: ${(total(2) / total(0)).toFixed(1)} in all, ${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)}; of five folds ${(total(1) / total(0)).toFixed(1)}`,
);
