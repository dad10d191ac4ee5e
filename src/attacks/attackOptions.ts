import { checkInteger, checkPositive, InvalidArgumentError } from '../errors.ts';
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
  /** Begin at a point uniform in the ball instead of at the input itself. Default: when there are restarts. */
  readonly randomStart?: boolean;
  /** Independent runs, of which each sample keeps its worst. Default 1; more need random starts. */
  readonly restarts?: number;
  /** Return each sample's worst iterate instead of its last. Default true. */
  readonly useBest?: boolean;
  /**
   * For losses of the residual of one output: push every prediction up and down and keep the worse (true, default), or
   * only away from its target (false), at half the work. The second loses nothing where the model is linear about x.
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
  /** Whether runs begin at a random point of the ball instead of at the input. */
  readonly randomStart: boolean;
  /** Independent runs, of which each sample keeps its worst. */
  readonly restarts: number;
  /** Whether each sample's worst iterate is returned, or its last. */
  readonly useBest: boolean;
  /** Whether predictions of one output are pushed up and down, or only away from their targets. */
  readonly bothSides: boolean;
}

/** @throws InvalidArgumentError naming the first option that makes no sense. */
export function resolveAttack(options: AttackOptions): AttackSettings {
  const bounds = options.bounds ?? null;
  if (bounds && !(bounds[0] < bounds[1]))
    throw new InvalidArgumentError('bounds', bounds, '[low, high], low < high');
  const loss = lossNamed(options.loss ?? 'squared');
  return {
    norm: normNamed(options.norm ?? 'l2'),
    bounds,
    loss: options.targeted ? towards(loss) : loss,
    seed: options.seed ?? 0,
  };
}

/** @throws InvalidArgumentError naming the first option that makes no sense. */
export function resolveGradientAttack(
  options: GradientAttackOptions,
  defaults: GradientAttackOptions,
): GradientAttackSettings {
  const { stepSize, relStepSize } = options;
  if (stepSize !== undefined && relStepSize !== undefined)
    throw new InvalidArgumentError('stepSize', stepSize, 'either stepSize or relStepSize, not both');
  const merged = { ...defaults, ...options };
  const steps = checkInteger('steps', merged.steps ?? 10);
  const restarts = checkInteger('restarts', merged.restarts ?? 1);
  const randomStart = merged.randomStart ?? restarts > 1;
  if (restarts > 1 && !randomStart)
    throw new InvalidArgumentError('restarts', restarts, '1 without randomStart: the runs would be the same');
  return {
    ...resolveAttack(merged),
    steps,
    stepSize: stepSize === undefined ? null : checkPositive('stepSize', stepSize),
    relStepSize: checkPositive('relStepSize', merged.relStepSize ?? 2.5 / steps),
    randomStart,
    restarts,
    useBest: merged.useBest ?? true,
    bothSides: merged.bothSides ?? true,
  };
}
