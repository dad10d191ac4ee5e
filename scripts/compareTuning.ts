/**
 * Choosing by leave-one-out, with and without skipping candidates, beside choosing by five and ten folds among the same
 * candidates: the regret of the robust risk on rows held out, and the time.
 *
 *   npx tsx scripts/compareTuning.ts RESULTS.jsonl [FOLDER] [--splits 3] [--rows 150] [--eps-test 0.2] [--only wine,boston] [--report]
 *
 * FOLDER holds CSV files whose last column is the target, such as scripts/tuningTables.py writes; the sets of data/ and
 * Gaussian data come with the package. RESULTS gets a line for each way on each split, all estimates in it, and a later run adds
 * what is not there; --report adds nothing. Prints Markdown: see compareTuningReport.ts. Delete the lines of a way to run it anew.
 */
import { appendFileSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { standardised, tableStatistics } from '../src/data/standardise.ts';
import { rowsOfTable, splitRows, type Table, targetLast } from '../src/data/table.ts';
import { inputsAndTarget } from '../src/data/tableDataset.ts';
import { readCsvClasses, readCsvTable, teacher } from '../src/index.ts';
import { candidateName, candidatesOf, tunePaths } from '../src/table/tuneCandidates.ts';
import { resolveTableTuning, type TableTuningSettings } from '../src/table/tuneOptions.ts';
import { TuneProgressCount } from '../src/table/tuneProgress.ts';
import { type PreparedRows, partsScorer } from '../src/table/tuneScores.ts';
import { screenPaths } from '../src/table/tuneScreen.ts';
import { searchPaths } from '../src/table/tuneSearch.ts';
import { reportTuning, type SplitRecord, WAYS, type WayName, type WayRecord } from './compareTuningReport.ts';

const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    splits: { type: 'string', default: '3' },
    rows: { type: 'string', default: '150' },
    'eps-test': { type: 'string', default: '0.2' },
    only: { type: 'string' },
    report: { type: 'boolean', default: false },
  },
});
const [file, folder] = positionals;
if (file === undefined) throw new Error('name a file of results');
const [splits, most, epsTest] = [Number(asked.splits), Number(asked.rows), Number(asked['eps-test'])];
const TEST_ROWS = 2000;

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
  const files = folder === undefined ? [] : readdirSync(folder).filter((one) => one.endsWith('.csv'));
  return [
    { name: 'Gaussian', table: gaussian() },
    { name: 'diabetes', table: targetLast(readCsvTable('data/diabetes.csv'), 'target') },
    { name: 'digits', table: targetLast(digits, 'digit') },
    ...files.map((one) => ({ name: basename(one, '.csv'), table: readCsvTable(join(folder!, one)) })),
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

const settingsFor = (way: WayName, seed: number): TableTuningSettings =>
  resolveTableTuning({ target: 'target', epsTest, ...WAYS[way], seed, width: [50, 100], clip: null });

/** Risk on the test rows of every candidate, trained on all training rows; none where it cannot be trained. */
async function truth(
  train: PreparedRows,
  test: PreparedRows,
  settings: TableTuningSettings,
): Promise<{ [candidate: string]: number }> {
  const [n, d] = [train.n + test.n, train.d];
  const x = Float64Array.from([...train.x, ...test.x]);
  const y = Float64Array.from([...train.y, ...test.y]);
  const parts = {
    train: Uint32Array.from({ length: train.n }, (_, i) => i),
    test: Uint32Array.from({ length: test.n }, (_, i) => train.n + i),
  };
  const risks: { [candidate: string]: number } = {};
  for (const path of tunePaths(settings.lists, train)) {
    const score = await partsScorer({ n, d, x, y }, path.family, [parts], settings);
    for (const candidate of candidatesOf(path)) {
      const { robust, fault } = await score(candidate);
      if (fault === null) risks[candidateName(candidate)] = robust.value;
    }
  }
  return risks;
}

/** Estimates of the candidates that a way does not skip, with the processor's time that it took. */
async function scored(way: WayName, split: number, train: PreparedRows): Promise<WayRecord> {
  const settings = settingsFor(way, split);
  const all = tunePaths(settings.lists, train);
  const before = process.cpuUsage();
  const { paths } = await screenPaths(all, () => train, settings);
  const count = new TuneProgressCount(1, () => {});
  count.begin(paths, train, settings, 0);
  const { scores } = await searchPaths(paths, () => train, settings, { store: null, count });
  const { user, system } = process.cpuUsage(before);
  return { way, scores, seconds: (user + system) / 1e6 };
}

type Line =
  | ({ readonly name: string; readonly split: number } & WayRecord)
  | ({ readonly name: string; readonly split: number; readonly way: 'truth' } & Pick<
      SplitRecord,
      'n' | 'd' | 'truth'
    >);
const lines: Line[] = existsSync(file)
  ? readFileSync(file, 'utf8')
      .split('\n')
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text) as Line)
  : [];
const add = (line: Line): void => {
  lines.push(line);
  appendFileSync(file, `${JSON.stringify(line)}\n`);
};
const has = (name: string, split: number, way: string): boolean =>
  lines.some((line) => line.name === name && line.split === split && line.way === way);

const all = tables();
for (let split = 0; split < splits && !asked.report; split++)
  for (const { name, table } of all) {
    const { train, test } = rowsOf(table, split);
    if (!has(name, split, 'truth')) {
      const risks = await truth(train, test, settingsFor('10 folds', split));
      add({ name, split, way: 'truth', n: train.n, d: train.d, truth: risks });
    }
    for (const way of Object.keys(WAYS) as WayName[])
      if (!has(name, split, way)) add({ name, split, ...(await scored(way, split, train)) });
  }

const records = lines.flatMap((line): SplitRecord[] => {
  if (line.way !== 'truth') return [];
  const { name, split, n, d, truth: risks } = line;
  const ways = lines.filter(
    (one): one is Line & WayRecord => one.way !== 'truth' && one.name === name && one.split === split,
  );
  return ways.length < Object.keys(WAYS).length ? [] : [{ name, split, n, d, truth: risks, ways }];
});
console.log(reportTuning(records));
