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
  if (found.length === 0) return ['no intervals'];
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
