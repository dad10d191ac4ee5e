import { checkOptions, given, type OptionNames } from '../checkOptions.ts';
import { checkBoolean, checkInteger, checkPositive, checkSeed, InvalidArgumentError } from '../errors.ts';
import { type LossName, lossNamed, type SampleLoss, towards } from './losses.ts';
import { type Norm, type NormName, normNamed } from './norms/index.ts';

/** What every attack can be told. */
export interface AttackOptions {
  /** Norm of the perturbation, over all axes of a sample. Default 'l2'. */
  readonly norm?: NormName;
  /** Bounds [low, high] of every input entry. Default none: Gaussian data has none. */
  readonly bounds?: readonly [number, number];
  /** The loss to maximise, by name or any per-sample loss. Default 'squared'. */
  readonly loss?: LossName | SampleLoss;
  /**
   * Move the prediction towards y instead of away from it. The loss that is maximised and reported is then minus that
   * between prediction and y. Default false.
   */
  readonly targeted?: boolean;
  /** Names the stream of the random starts. Default 0. */
  readonly seed?: number | string;
}

/** What attacks that climb the input gradient can be told besides. Defaults that differ are named at each attack. */
export interface GradientAttackOptions extends AttackOptions {
  /** Gradient steps. Default 10. */
  readonly steps?: number;
  /** Step length in units of the input. Give this or `relStepSize`, not both. */
  readonly stepSize?: number;
  /** Step length in units of eps. Default 2.5 / steps. */
  readonly relStepSize?: number;
  /** Begin the first run, too, at a point uniform in the ball instead of at the input itself. Default false. */
  readonly randomStart?: boolean;
  /**
   * Runs, of which each sample keeps its worst: the first from the input, every other from a point uniform in the ball.
   * More restarts go on from fewer, so that they are never weaker. Default 1.
   */
  readonly restarts?: number;
  /** Return each sample's worst iterate instead of its last. Without it success is judged at the last. Default true. */
  readonly useBest?: boolean;
  /**
   * For losses of the residual of one output: push every prediction up and down and keep the worse (true, default), or
   * only away from its target (false), at half the work. The second loses nothing where the model is linear about x.
   *
   * Of several outputs the loss itself is climbed. Where all of them lie exactly on their targets it has no gradient, and
   * the sample leaves in the direction in which its outputs move farthest, to the worse of its two sides (true) or to
   * either (false). To know that direction takes a forward and a backward pass for each output, 10 at most, and that side
   * two forward passes for each eps: once for each batch, and not where every start is random.
   */
  readonly bothSides?: boolean;
}

/** {@link AttackOptions} with every choice made, as the algorithms read them. */
export interface AttackSettings {
  /** Bounds delta, over all axes of a sample. */
  readonly norm: Norm;
  /** [low, high] of every input entry; null for none. */
  readonly bounds: readonly [number, number] | null;
  /** What is maximised; of a targeted attack, minus the loss that was given. */
  readonly loss: SampleLoss;
  /** Names the stream of the random starts. */
  readonly seed: number | string;
}

/** {@link GradientAttackOptions} with every choice made. */
export interface GradientAttackSettings extends AttackSettings {
  /** Gradient steps of each run. */
  readonly steps: number;
  /** Step length in units of the input; null where `relStepSize` rules. */
  readonly stepSize: number | null;
  /** Step length in units of eps. */
  readonly relStepSize: number;
  /** Whether the first run begins at a random point of the ball instead of at the input, as the others do. */
  readonly randomStart: boolean;
  /** Runs, of which each sample keeps its worst. */
  readonly restarts: number;
  /** Whether each sample's worst iterate is returned, or its last. */
  readonly useBest: boolean;
  /** Whether predictions of one output are pushed up and down, or only away from their targets. */
  readonly bothSides: boolean;
}

/** Those of every attack. */
export const ATTACK_OPTIONS: OptionNames<AttackOptions> = {
  norm: true,
  bounds: true,
  loss: true,
  targeted: true,
  seed: true,
};

/** Those of attacks that climb the input gradient in steps. */
export const GRADIENT_ATTACK_OPTIONS: OptionNames<GradientAttackOptions> = {
  ...ATTACK_OPTIONS,
  steps: true,
  stepSize: true,
  relStepSize: true,
  randomStart: true,
  restarts: true,
  useBest: true,
  bothSides: true,
};

/**
 * The options of an attack with every choice made.
 * @param options those that every attack takes
 * @throws InvalidArgumentError naming the first option that makes no sense
 */
export function resolveAttack(options: AttackOptions): AttackSettings {
  const { norm = 'l2', bounds, loss = 'squared', targeted = false, seed = 0 } = options;
  if (bounds !== undefined && !areBounds(bounds))
    throw new InvalidArgumentError('bounds', bounds, '[low, high], low < high');
  const away = lossNamed(loss);
  return {
    norm: normNamed(norm),
    bounds: bounds ?? null,
    loss: checkBoolean('targeted', targeted) ? towards(away) : away,
    seed: checkSeed(seed),
  };
}

function areBounds(bounds: unknown): boolean {
  if (!Array.isArray(bounds) || bounds.length !== 2) return false;
  const [low, high] = bounds as unknown[];
  return typeof low === 'number' && typeof high === 'number' && low < high;
}

/**
 * @param of the attack, as messages name it
 * @param defaults where they differ from those of every gradient attack; an option that is undefined takes its default
 * @throws InvalidArgumentError naming the first option that is unknown or makes no sense
 */
export function resolveGradientAttack(
  of: string,
  options: GradientAttackOptions,
  defaults: GradientAttackOptions,
): GradientAttackSettings {
  checkOptions(of, options, GRADIENT_ATTACK_OPTIONS);
  const merged: GradientAttackOptions = { ...defaults, ...given(options) };
  const { stepSize, useBest = true, randomStart = false, bothSides = true } = merged;
  if (stepSize !== undefined && options.relStepSize !== undefined)
    throw new InvalidArgumentError('stepSize', stepSize, 'either stepSize or relStepSize, not both');
  const steps = checkInteger('steps', merged.steps ?? 10);
  return {
    ...resolveAttack(merged),
    steps,
    stepSize: stepSize === undefined ? null : checkPositive('stepSize', stepSize),
    relStepSize: checkPositive('relStepSize', merged.relStepSize ?? 2.5 / steps),
    randomStart: checkBoolean('randomStart', randomStart),
    restarts: checkInteger('restarts', merged.restarts ?? 1),
    useBest: checkBoolean('useBest', useBest),
    bothSides: checkBoolean('bothSides', bothSides),
  };
}
