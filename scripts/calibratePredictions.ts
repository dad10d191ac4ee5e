/**
 * How many trainings of a single split lie within the 90 per cent intervals of the predictions made before them.
 *
 * calibratePredictions.ts RESULTS.jsonl FILE.csv [FILE.csv ...] trains and adds to RESULTS what is not there yet, then prints
 * its tables; the target is the last column, and 'digits' and 'diabetes' name the shipped tables. SPLITS=12, SECONDS=200 at
 * most. The files: scripts/calibrationTables.py, on which the intervals were made, and scripts/untouchedTables.py, whose lists
 * were fixed before any run: its first, SPLITS=6, was held to the claim that of single splits 85 to 95 per cent lie within. What
 * it taught, Student's quantile, was held to the same on the second, and what that taught, V, on the third.
 *
 * The trainings of a split share its rows, so that a few splits say little of a table. SINGLE=1 makes one training of each split,
 * at one of the settings in its turn, on other splits: what lies within is then a share of splits.
 */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { median, quantile } from 'd3-array';
import { table } from '../src/cli/table.ts';
import { readCsvTable } from '../src/data/csvTable.ts';
import type { Dataset } from '../src/data/dataset.ts';
import { diabetes, digitsBelowFive } from '../src/data/shippedSets.ts';
import { tableDataset } from '../src/data/tableDataset.ts';
import { measureFeatures } from '../src/evaluation/measureFeatures.ts';
import { randomFeaturesMap } from '../src/models/deepRandomFeaturesModel.ts';
import { stream } from '../src/random/stream.ts';
import { columnTails } from '../src/table/columnTails.ts';
import { trainedBeside } from '../src/table/predictionAgainstTraining.ts';
import { predictionIntervals } from '../src/table/predictionIntervals.ts';
import { predictRobustRisk } from '../src/table/predictRobustRisk.ts';

/** The constant of the intervals was fitted to these. */
const FITTED = 'auto carseats credit caravan oj affairs visits digits diabetes'.split(' ');
const WIDTHS = [40, 120];
const GRID = { n: [100, 150, 300], eps: [0.1, 0.4], lambda: [0, 0.05] };
/** Splits of which one training is made are numbered from here. */
const FIRST_SINGLE = 1000;
/** Rows to test on at least, and measured rows for each feature. */
const [LEAST_TESTED, LEAST_MEASURED] = [40, 1.2];

/** Settings of one width that a split is trained at. */
interface Settings {
  readonly width: number;
  readonly n: readonly number[];
  readonly eps: readonly number[];
  readonly lambda: readonly number[];
}

interface Line {
  readonly table: string;
  readonly split: number;
  readonly width: number;
  readonly n: number;
  readonly eps: number;
  readonly lambda: number;
  /** Whether `rrf predict` names a column that few rows carry. */
  readonly named: boolean;
  readonly risks: readonly { readonly trained: number; readonly low: number; readonly high: number }[];
}

const [results, ...files] = process.argv.slice(2);
if (!results || files.length === 0) throw new Error('name a file of results and tables');
const [splits, seconds] = [Number(process.env.SPLITS ?? 12), Number(process.env.SECONDS ?? 200)];
const single = process.env.SINGLE === '1';
const read = (): Line[] =>
  existsSync(results)
    ? readFileSync(results, 'utf8')
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Line)
    : [];
const keyOf = ({ table: name, split, width }: Pick<Line, 'table' | 'split' | 'width'>): string =>
  [name, split, width].join();
await train(new Set(read().map(keyOf)));
report(read());

async function train(done: ReadonlySet<string>): Promise<void> {
  const stop = Date.now() + 1000 * seconds;
  const tables = files.map((file) => ({ name: basename(file, '.csv'), data: dataOf(file) }));
  for (let k = 0; k < splits; k++)
    for (const { name, data } of tables) {
      const split = single ? FIRST_SINGLE + k : k;
      for (const settings of settingsOf(data, name, split)) {
        if (done.has(keyOf({ table: name, split, width: settings.width }))) continue;
        if (Date.now() > stop) return;
        const lines = await linesOf(data, name, split, settings);
        appendFileSync(results!, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      }
    }
}

/** All settings that the rows of a table allow, by width, or one of them: each once in as many splits as there are. */
function settingsOf(data: Dataset, name: string, split: number): Settings[] {
  const measuredRows = Math.round(data.n / 2);
  const n = GRID.n.filter((rows) => data.n - measuredRows - rows >= LEAST_TESTED);
  const all = WIDTHS.filter((width) => measuredRows >= LEAST_MEASURED * width).map((width) => ({
    ...GRID,
    width,
    n,
  }));
  if (n.length === 0 || all.length === 0) return [];
  if (!single) return all;
  const ones = all.flatMap(({ width, n: ns, eps, lambda }) =>
    ns.flatMap((rows) =>
      eps.flatMap((e) => lambda.map((l) => ({ width, n: [rows], eps: [e], lambda: [l] }))),
    ),
  );
  const order = stream(name, Math.floor(split / ones.length)).permutation(ones.length);
  return [ones[order[split % ones.length]!]!];
}

function dataOf(file: string): Dataset {
  if (file === 'digits') return digitsBelowFive();
  if (file === 'diabetes') return diabetes();
  const read = readCsvTable(file);
  return tableDataset(read, read.names.at(-1)!, { inputs: true, target: true });
}

async function linesOf(
  data: Dataset,
  name: string,
  split: number,
  { width, n, eps: epsilons, lambda: lambdas }: Settings,
): Promise<Line[]> {
  const seed = `${single ? 'single ' : ''}${name}, ${split}`;
  const map = await randomFeaturesMap({ inputDim: data.d, units: [width], seed });
  const measured = await measureFeatures(map, data, { seed });
  return n.flatMap((rows) => {
    const named = columnTails(data, rows).length > 0;
    const testRows = measured.otherRows.length - rows;
    const predictions = predictRobustRisk(measured, { n: rows, eps: epsilons, lambda: lambdas });
    const intervals = predictionIntervals(measured, predictions, { testRows });
    return predictions.map(({ eps, lambda }, i): Line => {
      const found = intervals[i];
      const trained = trainedBeside(data, measured, { width, n: rows, eps, lambda, seed });
      const risks = found
        ? [
            { trained: trained.standard, ...found.standardRisk },
            { trained: trained.adversarial, ...found.adversarialRisk },
          ]
        : [];
      return { table: name, split, width, n: rows, eps, lambda, named, risks };
    });
  });
}

/** Coverage by table, and by setting over the tables that the constant was not fitted to. */
function report(lines: readonly Line[]): void {
  const names = [...new Set(lines.map((line) => line.table))];
  const fitted = names.filter((name) => FITTED.includes(name));
  const others = names.filter((name) => !FITTED.includes(name));
  const of = (list: readonly string[]) => (line: Line) => list.includes(line.table);
  print('table', [
    ...fitted.map((name) => ({ name, part: lines.filter(of([name])) })),
    { name: 'all that were fitted to', part: lines.filter(of(fitted)) },
    ...others.map((name) => ({ name, part: lines.filter(of([name])) })),
    { name: 'all others', part: lines.filter(of(others)) },
  ]);
  const checked = lines.filter(of(others));
  print('others, by', [
    ...[false, true].map((named) => ({
      name: named ? 'columns named' : 'none named',
      part: checked.filter((line) => line.named === named),
    })),
    ...(['width', 'n', 'eps', 'lambda'] as const).flatMap((axis) =>
      [...new Set(checked.map((line) => line[axis]))]
        .sort((a, b) => a - b)
        .map((value) => ({ name: `${axis} ${value}`, part: checked.filter((line) => line[axis] === value) })),
    ),
  ]);
}

function print(title: string, parts: readonly { name: string; part: readonly Line[] }[]): void {
  type Part = (typeof parts)[number];
  const percent = (value: number | undefined): string =>
    value === undefined ? '-' : (100 * value).toFixed(0);
  const risks = ({ part }: Part, k: number) =>
    part.filter((line) => line.risks.length > 0).map((line) => line.risks[k]!);
  const within = (part: Part, k: number): number | undefined => {
    const all = risks(part, k);
    return all.length === 0
      ? undefined
      : all.filter(({ trained, low, high }) => trained >= low && trained <= high).length / all.length;
  };
  const middle = ({ low, high }: { low: number; high: number }): number => Math.sqrt(low * high);
  const errors = (part: Part) => risks(part, 1).map((one) => Math.abs(middle(one) / one.trained - 1));
  process.stdout.write(
    `${table(
      parts.filter(({ part }) => part.length > 0),
      [
        { title, value: ({ name }: Part) => name, align: 'left' },
        { title: 'trainings', value: (part: Part) => String(risks(part, 1).length) },
        { title: 'AR within, %', value: (part: Part) => percent(within(part, 1)) },
        { title: 'SR within, %', value: (part: Part) => percent(within(part, 0)) },
        {
          title: 'interval, +- %',
          value: (part: Part) => percent(median(risks(part, 1), (one) => one.high / middle(one) - 1)),
        },
        { title: 'error, median %', value: (part: Part) => percent(median(errors(part))) },
        { title: '9 in 10 below', value: (part: Part) => percent(quantile(errors(part), 0.9)) },
      ],
    )}\n\n`,
  );
}
