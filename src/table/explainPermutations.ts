import { checkAttack } from '../attacks/boundedAttack.ts';
import type { Attack } from '../attacks/index.ts';
import { checkOptions, type OptionNames } from '../checkOptions.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkInteger, checkNonNegative, checkSeed } from '../errors.ts';
import { type Estimate, meanOf } from '../evaluation/estimate.ts';
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
  /** Names the streams of the permutations. Default 0. */
  readonly seed?: number | string;
  /** Called after each permutation: how many are done, and how many there are. */
  readonly onProgress?: (done: number, total: number) => void;
}

const OPTIONS: OptionNames<PermutationOptions> = {
  eps: true,
  inputs: true,
  repeats: true,
  seed: true,
  onProgress: true,
};

/** How much a model's risks rise when an input is taken from other rows. */
export interface InputImportance {
  /** Of the input. */
  readonly name: string;
  /** Rise of the mean loss without an attack; the standard error is over the permutations, of the same rows. */
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
  const { eps, repeats = 5, seed = 0, onProgress = () => {} } = options;
  checkNonNegative('eps', eps);
  checkInteger('repeats', repeats);
  checkSeed(seed);
  const inputs = checkInputs(options.inputs, data.d);
  const asked = { eps, inputs, repeats, seed, onProgress };
  const rises = await permutationRises(target, attack, asked, meanLosses);
  return rises.map(({ name, of: [clean, robust] }) => ({ name, clean: clean!, robust: robust! }));
}

/** Mean loss without and under attack. */
export const meanLosses = ({ cleanLoss, loss }: AttackedRows): number[] =>
  [cleanLoss, loss].map((losses) => meanOf(losses).value);

/** How much each of several risks rises when an input is taken from other rows. */
export interface PermutationRises {
  /** Of the input. */
  readonly name: string;
  /** In the order of the risks. */
  readonly of: readonly Estimate[];
}

/**
 * The rises of any risks of the attacked rows, of which {@link permutationImportance} takes the mean losses.
 * @param risksOf numbers that rows are summed up by, without and under attack
 */
export async function permutationRises(
  target: AttackedModel,
  attack: Attack,
  { eps, inputs, repeats, seed, onProgress }: Required<PermutationOptions>,
  risksOf: (rows: AttackedRows) => readonly number[],
): Promise<PermutationRises[]> {
  const { data } = target;
  const risks = async (rows: Dataset): Promise<readonly number[]> =>
    risksOf(await attackedRows({ ...target, data: rows }, attack, eps));
  const base = await risks(data);
  const found: PermutationRises[] = [];
  for (const { name, columns } of inputs) {
    const rises: number[][] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = stream(seed, 'permutation importance', name, repeat).permutation(data.n);
      const moved = await risks(permuted(data, columns, order));
      rises.push(moved.map((risk, k) => risk - base[k]!));
      onProgress(found.length * repeats + repeat + 1, inputs.length * repeats);
    }
    found.push({ name, of: base.map((_, k) => meanOf(rises.map((rise) => rise[k]!))) });
  }
  return found;
}

/** The rows, some columns of each taken from the row that `order` names. */
function permuted(data: Dataset, columns: readonly number[], order: Uint32Array): Dataset {
  const { d } = data;
  const x = data.x.slice();
  order.forEach((from, i) => {
    for (const j of columns) x[i * d + j] = data.x[from * d + j]!;
  });
  return { ...data, x };
}
