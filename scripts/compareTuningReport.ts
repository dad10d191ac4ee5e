/**
 * Regret of choices by several estimates, and their time. Regret is the risk on held-out rows of the chosen candidate over that
 * of the best one on these rows, less 1. Differences are taken split by split, in pairs; their standard errors are over all
 * splits of all tables, and, for what a new table would say, over the tables' means.
 */
import { type Estimate, meanOf } from '../src/index.ts';
import { candidateName } from '../src/table/tuneCandidates.ts';
import { chooseCandidate, type ScoredCandidate } from '../src/table/tuneChoice.ts';
import type { TuneRule } from '../src/table/tuneOptions.ts';

/** How candidates are estimated, and whether any are skipped. */
export const WAYS = {
  'leave-one-out': { by: 'leave-one-out', screen: 2 },
  'all by leave-one-out': { by: 'leave-one-out', screen: null },
  '5 folds': { by: 'folds', folds: 5, screen: null },
  '10 folds': { by: 'folds', folds: 10, screen: null },
} as const;
export type WayName = keyof typeof WAYS;
const NAMES = Object.keys(WAYS) as WayName[];

/** What a way says of the candidates of one split, and the processor's seconds that it took. */
export interface WayRecord {
  readonly way: WayName;
  readonly scores: readonly ScoredCandidate[];
  readonly seconds: number;
}

export interface SplitRecord {
  readonly name: string;
  readonly split: number;
  readonly n: number;
  readonly d: number;
  /** Risk of each candidate on the rows held out. */
  readonly truth: { readonly [candidate: string]: number };
  readonly ways: readonly WayRecord[];
}

const RULES: readonly TuneRule[] = ['one-standard-error', 'least'];

export function reportTuning(records: readonly SplitRecord[]): string {
  const names = [...new Set(records.map(({ name }) => name))];
  const lines = [
    row([
      'table',
      'rows x columns',
      'splits',
      ...RULES.flatMap((rule) => NAMES.map((way) => `${rule}: ${way}`)),
      'CPU seconds',
      'estimated',
    ]),
    row(new Array(3 + RULES.length * NAMES.length + 2).fill('---')),
    ...names.map((name) => {
      const own = records.filter((record) => record.name === name);
      const { n, d, truth } = own[0]!;
      const estimated = mean(own.map((record) => wayOf(record, 'leave-one-out').scores.length));
      return row([
        ...[name, `${n} x ${d}`, String(own.length)],
        ...RULES.flatMap((rule) =>
          NAMES.map((way) => (100 * mean(own.map((record) => regret(record, way, rule)))).toFixed(1)),
        ),
        NAMES.map((way) => mean(own.map((record) => wayOf(record, way).seconds)).toFixed(1)).join(' / '),
        `${estimated.toFixed(0)} of ${Object.keys(truth).length}`,
      ]);
    }),
    '',
    `${records.length} splits of ${names.length} tables, per cent +- standard error over splits (over tables)`,
  ];
  for (const rule of RULES) {
    const of = (value: (record: SplitRecord) => number): string => overBoth(records, names, value);
    for (const way of NAMES) lines.push(`${rule}, ${way}: regret ${of((one) => regret(one, way, rule))}`);
    for (const way of NAMES.filter((one) => one !== '10 folds'))
      lines.push(
        `${rule}, ${way} less 10 folds: ${of((one) => regret(one, way, rule) - regret(one, '10 folds', rule))}`,
      );
  }
  const total = (way: WayName): number => mean(records.map((record) => wayOf(record, way).seconds));
  for (const way of NAMES.filter((one) => one !== '10 folds')) {
    const ratios = records.map((record) => wayOf(record, '10 folds').seconds / wayOf(record, way).seconds);
    lines.push(
      `CPU time of 10 folds over that of ${way}: ${(total('10 folds') / total(way)).toFixed(1)} in all, ${Math.min(...ratios).toFixed(1)} to ${Math.max(...ratios).toFixed(1)}`,
    );
  }
  return lines.join('\n');
}

const wayOf = ({ ways }: SplitRecord, way: WayName): WayRecord => ways.find((one) => one.way === way)!;

function regret(record: SplitRecord, way: WayName, rule: TuneRule): number {
  const { chosen } = chooseCandidate(wayOf(record, way).scores, rule);
  return record.truth[candidateName(chosen.candidate)]! / Math.min(...Object.values(record.truth)) - 1;
}

/** A mean in per cent with its standard error over the splits, and over the tables' means. */
function overBoth(
  records: readonly SplitRecord[],
  names: readonly string[],
  value: (record: SplitRecord) => number,
): string {
  const splits = meanOf(records.map(value));
  const tables = meanOf(names.map((name) => mean(records.filter((one) => one.name === name).map(value))));
  return `${percent(splits)} (${(100 * tables.standardError).toFixed(1)})`;
}

const percent = ({ value, standardError }: Estimate): string =>
  `${(100 * value).toFixed(1)} +- ${(100 * standardError).toFixed(1)}`;
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
