import { checkAttack } from '../attacks/boundedAttack.ts';
import type { Attack } from '../attacks/index.ts';
import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { rowsOf } from '../data/batches.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkInteger, checkNonNegative, checkSeed, InvalidArgumentError } from '../errors.ts';
import { type Estimate, meanOf } from '../numerics/estimate.ts';
import { stream } from '../random/stream.ts';
import type { AttackedModel } from './attackedModel.ts';
import { checkInputs, type ExplainedInput } from './explainInputs.ts';
import { type AttackedRows, attackedRows, checkTarget } from './explainRows.ts';

/** What {@link permutationImportance} permutes, and how often. */
export interface PermutationOptions {
  /** Radius of the attack, in the units of the attacked model. */
  readonly eps: number;
  /** What is permuted, each with all its columns at once. */
  readonly inputs: readonly ExplainedInput[];
  /** Permutations of each input. Default 5. */
  readonly repeats?: number;
  /**
   * Rows that a permutation is judged by, drawn anew for each, but the same for all inputs. Default all up to 2,000, of more as many
   * as make 300,000 attacked rows of all permutations, but 200 at least.
   */
  readonly importanceRows?: number | undefined;
  /** Names the streams of the permutations, and of the rows that they are judged by. Default 0. */
  readonly seed?: number | string;
  /** Called after each batch of rows: how many have been attacked, and how many there are with all permutations. */
  readonly onProgress?: (done: number, total: number) => void;
}

const OPTIONS: OptionNames<PermutationOptions> = {
  eps: true,
  inputs: true,
  repeats: true,
  importanceRows: true,
  seed: true,
  onProgress: true,
};

/** How much a model's risks rise when an input is taken from other rows. */
export interface InputImportance {
  /** Of the input. */
  readonly name: string;
  /** Rise of the mean loss without an attack; the standard error is over the permutations, and where these have rows of their own over those. */
  readonly clean: Estimate;
  /** Rise of the mean loss under the attack. */
  readonly robust: Estimate;
}

/**
 * Permutation importance (Breiman 2001; Fisher, Rudin & Dominici 2019) of the risk under attack: an input is permuted among
 * the rows, all else left, and the model attacked anew. An input that the model does not use has importance 0. Of inputs that
 * say the same, each may look unimportant; and a permuted row may be one that cannot be.
 * @throws InvalidArgumentError for options out of range
 */
export async function permutationImportance(
  target: AttackedModel,
  attack: Attack,
  options: PermutationOptions,
): Promise<InputImportance[]> {
  checkAttack(attack);
  checkOptions('permutationImportance', options ?? null, OPTIONS);
  const { data } = checkTarget(target);
  const { eps, repeats = 5, seed = 0, onProgress } = options;
  checkNonNegative('eps', eps);
  checkInteger('repeats', repeats);
  checkSeed(seed);
  const inputs = checkInputs(options.inputs, data.d);
  const importanceRows = rowsOfPermutations(options.importanceRows, data.n, inputs.length * repeats);
  const asked = { eps, inputs, repeats, importanceRows, seed };
  const count = attackCount(data.n, asked, onProgress);
  const rows = await attackedRows(target, attack, eps, count);
  const rises = await permutationRises(target, attack, rows, asked, meanLosses, count);
  return rises.map(({ name, of: [clean, robust] }) => ({ name, clean: clean!, robust: robust! }));
}

/** What is permuted, with its defaults. */
export type PermutationSettings = Required<Omit<PermutationOptions, 'importanceRows' | 'onProgress'>> & {
  readonly importanceRows: number;
};

/** Rows up to which all are attacked where no number is asked for, */
const FEW = 2000;
/** and of more, rows that all permutations attack, about a minute for 500 features of 100 inputs, and one at least. */
const [ATTACKED, FEWEST] = [300_000, 200];

/** How many rows a permutation is judged by. @throws InvalidArgumentError unless from 2 to n */
export function rowsOfPermutations(asked: number | undefined, n: number, permutations: number): number {
  if (asked === undefined)
    return n <= FEW ? n : Math.min(n, Math.max(FEWEST, Math.floor(ATTACKED / permutations)));
  if (checkInteger('importanceRows', asked, 2) > n)
    throw new InvalidArgumentError('importanceRows', asked, `from 2 to ${n}, the rows`);
  return asked;
}

/** Counts rows that have been attacked, for someone who waits. */
export function attackCount(
  n: number,
  { inputs, repeats, importanceRows }: Pick<PermutationSettings, 'inputs' | 'repeats' | 'importanceRows'>,
  onProgress: PermutationOptions['onProgress'] = () => {},
): (rows: number) => void {
  const total = n + inputs.length * repeats * importanceRows;
  let done = 0;
  return (rows) => {
    done += rows;
    onProgress(done, total);
  };
}

/** Mean loss without and under attack. */
export const meanLosses: RisksOf = ({ cleanLoss, loss }) =>
  [cleanLoss, loss].map((losses) => meanOf(losses).value);

/** Numbers that attacked rows are summed up by, without and under attack. @param y targets of the rows */
export type RisksOf = (
  rows: Pick<AttackedRows, 'cleanLoss' | 'loss'>,
  y: ArrayLike<number>,
) => readonly number[];

/** How much each of several risks rises when an input is taken from other rows. */
export interface PermutationRises {
  /** Of the input. */
  readonly name: string;
  /** In the order of the risks. */
  readonly of: readonly Estimate[];
}

/**
 * The rises of any risks of the attacked rows, of which {@link permutationImportance} takes the mean losses.
 * @param base all rows, attacked as they are
 * @param onRows called after each batch of rows, with their number
 */
export async function permutationRises(
  target: AttackedModel,
  attack: Attack,
  base: AttackedRows,
  { eps, inputs, repeats, importanceRows, seed }: PermutationSettings,
  risksOf: RisksOf,
  onRows: (rows: number) => void,
): Promise<PermutationRises[]> {
  const { data } = target;
  const samples = Array.from({ length: repeats }, (_, repeat) => {
    const rows = sampleOf(data.n, importanceRows, seed, repeat);
    const [cleanLoss, loss] = [base.cleanLoss, base.loss].map((all) =>
      Float32Array.from(rows, (i) => all[i]!),
    );
    const own = rowsOf(data, rows);
    return { own, risks: risksOf({ cleanLoss: cleanLoss!, loss: loss! }, own.y) };
  });
  const found: PermutationRises[] = [];
  for (const { name, columns } of inputs) {
    const rises: number[][] = [];
    for (const [repeat, { own, risks }] of samples.entries()) {
      const order = stream(seed, 'permutation importance', name, repeat).permutation(data.n);
      const moved = { ...target, data: withColumnsOf(data, order, columns, own) };
      const found = risksOf(await attackedRows(moved, attack, eps, onRows), own.y);
      rises.push(found.map((risk, k) => risk - risks[k]!));
    }
    found.push({ name, of: samples[0]!.risks.map((_, k) => meanOf(rises.map((rise) => rise[k]!))) });
  }
  return found;
}

/** The rows that a permutation is judged by: all in their order, or a part of a shuffled list, which goes round where it ends. */
function sampleOf(n: number, count: number, seed: number | string, repeat: number): Uint32Array {
  if (count === n) return Uint32Array.from({ length: n }, (_, i) => i);
  const order = stream(seed, 'permutation importance', 'rows').permutation(n);
  return Uint32Array.from({ length: count }, (_, i) => order[(repeat * count + i) % n]!);
}

/** Rows with some columns of each taken from the row of `data` that `order` names. */
function withColumnsOf(
  data: Dataset,
  order: Uint32Array,
  columns: readonly number[],
  rows: Dataset,
): Dataset {
  const { d } = data;
  const x = rows.x.slice();
  for (let i = 0; i < rows.n; i++) for (const j of columns) x[i * d + j] = data.x[order[i]! * d + j]!;
  return { ...rows, x };
}
