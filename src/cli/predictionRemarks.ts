import type { Dataset } from '../data/dataset.ts';
import { columnTails } from '../table/columnTails.ts';
import type { Interval } from '../table/predictionIntervals.ts';
import type { WidthPrediction } from '../table/predictOnData.ts';

/** From here on the ends of an interval differ by so much that it decides nothing. */
const WORTHLESS = 4;

/** An interval as a cell of a table. */
export const riskInWords = (interval: Interval | undefined): string =>
  interval ? `${interval.low.toFixed(3)}..${interval.high.toFixed(3)}` : '-';

/** What the intervals are of, and where they say next to nothing. A sentence each. */
export function intervalRemarks(rows: readonly WidthPrediction[]): string[] {
  const found = rows.flatMap(({ intervals }) => intervals ?? []);
  if (found.length === 0)
    return [
      'no intervals: the grid has too many points, or no prediction has a read-out of the kind that they speak of',
    ];
  const tested = [...new Set(rows.map(({ testRows }) => testRows))].sort((a, b) => a - b);
  const counts = tested.length === 1 ? `${tested[0]}` : `${tested[0]} to ${tested.at(-1)}`;
  const wide = found.filter(({ adversarialRisk: { low, high } }) => high > WORTHLESS * low).length;
  return [
    `intervals of 90 %: where the risk of a single random split lies, n rows to train on and ${counts} held out; calibrated on tables, no theorem`,
    ...(wide > 0
      ? [`${wide} of ${rows.length} intervals span more than a factor of ${WORTHLESS}: worth nothing`]
      : []),
  ];
}

/** Columns that a sentence names. */
const NAMED = 5;

/**
 * Which columns have too heavy tails for the fewest rows to train on, by name. A sentence, or none.
 * @param names of the inputs, and of the target last
 */
export function tailRemarks(data: Dataset, n: number, names: readonly string[]): string[] {
  const tails = columnTails(data, n);
  if (tails.length === 0) return [];
  const said = tails
    .slice(0, NAMED)
    .map(({ column, kurtosis, others }) => {
      const rare = others < data.n / 10 ? `, ${others} of ${data.n} rows differ` : '';
      return `${JSON.stringify(names[column])} (kurtosis ${kurtosis.toFixed(0)}${rare})`;
    })
    .join('; ');
  const more = tails.length > NAMED ? ` and ${tails.length - NAMED} more` : '';
  return [
    `a few rows carry these columns, and of ${n} to train on there may be none: predictions may be far off, and --clip 3 helps: ${said}${more}`,
  ];
}
