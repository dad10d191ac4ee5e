import { InvalidArgumentError } from '../errors.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';

/** Rows of one kind, and a model's risks on them. */
export interface SubgroupRisk {
  /** What its rows have in common: a value, or an interval of values. */
  readonly name: string;
  /** Rows. */
  readonly count: number;
  /** Mean loss without an attack; the standard error is over rows. */
  readonly clean: Estimate;
  /** Mean loss under the attack. */
  readonly robust: Estimate;
}

/** Values of a column up to which each is a group of its own; of more, numbers go into quarters. */
const MOST_VALUES = 12;

/**
 * Risks by the values of a column: one group for each, or, of a column of numbers with more than twelve, four of about equal
 * size between its quartiles.
 * @param losses of the rows, without and under attack
 * @param values of the column, one a row: text, or numbers
 * @throws InvalidArgumentError for another number of values than rows, or text of more than 100 kinds
 */
export function subgroupRisks(
  losses: { readonly cleanLoss: ArrayLike<number>; readonly loss: ArrayLike<number> },
  values: readonly (string | number)[],
): SubgroupRisk[] {
  const n = losses.loss.length;
  if (!(Array.isArray(values) && values.length === n))
    throw new InvalidArgumentError('values', `${values?.length} values`, `${n}, one a row`);
  return groupsOf(values).map(({ name, rows }) => ({
    name,
    count: rows.length,
    clean: meanOf(rows.map((i) => losses.cleanLoss[i]!)),
    robust: meanOf(rows.map((i) => losses.loss[i]!)),
  }));
}

interface Group {
  readonly name: string;
  readonly rows: readonly number[];
}

function groupsOf(values: readonly (string | number)[]): Group[] {
  const numbers = values.every((value) => typeof value === 'number');
  const different = [...new Set(values)].sort((a, b) =>
    numbers ? (a as number) - (b as number) : String(a) < String(b) ? -1 : 1,
  );
  if (numbers && different.length > MOST_VALUES) return quarters(values as readonly number[]);
  if (different.length > 100)
    throw new InvalidArgumentError('by', `${different.length} values`, 'a column of at most 100 kinds');
  return different.map((value) => ({
    name: String(value),
    rows: [...values.keys()].filter((i) => values[i] === value),
  }));
}

/** Between the quartiles; equal values stay together, so that a part may be empty and is then left out. */
function quarters(values: readonly number[]): Group[] {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))]!;
  const edges = [...new Set([sorted[0]!, at(0.25), at(0.5), at(0.75), sorted.at(-1)!])];
  const shown = (value: number): string => String(Number(value.toPrecision(4)));
  return edges
    .slice(1)
    .map((high, k) => {
      const low = edges[k]!;
      const first = k === 0;
      return {
        name: `${first ? '[' : '('}${shown(low)}, ${shown(high)}]`,
        rows: [...values.keys()].filter(
          (i) => (values[i]! > low || (first && values[i] === low)) && values[i]! <= high,
        ),
      };
    })
    .filter(({ rows }) => rows.length > 0);
}
