import { checkAttack } from '../attacks/boundedAttack.ts';
import type { Attack } from '../attacks/index.ts';
import { checkOptions, type OptionNames } from '../checkOptions.ts';
import type { Dataset } from '../data/dataset.ts';
import { checkInteger, checkNonNegative, checkSeed, InvalidArgumentError } from '../errors.ts';
import { type Estimate, meanOf } from '../evaluation/estimate.ts';
import { robustRisk } from '../evaluation/risk.ts';
import { stream } from '../random/stream.ts';
import type { AttackedModel } from './attackedModel.ts';
import { checkInputs, type ExplainedInput } from './explainInputs.ts';

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
  const { f, data } = checkTarget(target);
  const { eps, repeats = 5, seed = 0, onProgress = () => {} } = options;
  checkNonNegative('eps', eps);
  checkInteger('repeats', repeats);
  checkSeed(seed);
  const inputs = checkInputs(options.inputs, data.d);
  const risksOf = async (rows: Dataset): Promise<{ clean: number; robust: number }> => {
    const { standard, curve } = await robustRisk(f, rows, attack, { epsilons: [eps] });
    return { clean: standard.value, robust: curve[0]!.risk.value };
  };
  const base = await risksOf(data);
  const found: InputImportance[] = [];
  for (const { name, columns } of inputs) {
    const rises: { clean: number; robust: number }[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      const order = stream(seed, 'permutation importance', name, repeat).permutation(data.n);
      const { clean, robust } = await risksOf(permuted(data, columns, order));
      rises.push({ clean: clean - base.clean, robust: robust - base.robust });
      onProgress(found.length * repeats + repeat + 1, inputs.length * repeats);
    }
    found.push({
      name,
      clean: meanOf(rises.map((rise) => rise.clean)),
      robust: meanOf(rises.map((rise) => rise.robust)),
    });
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

/** @throws InvalidArgumentError for anything but what `attackedModel` gives */
export function checkTarget(target: AttackedModel): AttackedModel {
  if (target === null || typeof target !== 'object' || !('f' in target && 'data' in target))
    throw new InvalidArgumentError('target', target, 'what attackedModel gives');
  return target;
}
