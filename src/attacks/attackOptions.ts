import { checkInteger, checkPositive, InvalidArgumentError } from '../errors.ts';
import { type SampleLoss, squaredLoss } from './losses.ts';
import { type Norm, type NormName, normNamed } from './norms/index.ts';

export interface AttackOptions {
  /** Norm of the perturbation, over all axes of a sample. Default 'l2'. */
  readonly norm?: NormName;
  /** Gradient steps. */
  readonly steps?: number;
  /** Step length in units of the input. Give this or `relStepSize`, not both. */
  readonly stepSize?: number;
  /** Step length in units of eps. Default 2.5 / steps. */
  readonly relStepSize?: number;
  /** Begin at a point uniform in the ball instead of at the input itself. */
  readonly randomStart?: boolean;
  /** Independent runs, of which each sample keeps its worst. More than one only makes sense with `randomStart`. */
  readonly restarts?: number;
  /** Return each sample's worst iterate instead of its last. Default true. */
  readonly useBest?: boolean;
  /** Bounds [low, high] of every input entry. Default none: Gaussian data has none. */
  readonly bounds?: readonly [number, number];
  /** The loss to maximise. Default squared error. */
  readonly loss?: SampleLoss;
  /** Names the stream of the random starts. Default 0. */
  readonly seed?: number | string;
}

/** Options with every choice made, as the loop reads them. */
export interface AttackSettings {
  readonly norm: Norm;
  readonly steps: number;
  /** Step length for a budget eps. */
  readonly stepLength: (eps: number) => number;
  readonly randomStart: boolean;
  readonly restarts: number;
  readonly useBest: boolean;
  readonly bounds: readonly [number, number] | null;
  readonly loss: SampleLoss;
  readonly seed: number | string;
}

/** @throws InvalidArgumentError naming the first option that makes no sense. */
export function resolveAttack(options: AttackOptions, defaults: AttackOptions): AttackSettings {
  const { stepSize, relStepSize } = options;
  if (stepSize !== undefined && relStepSize !== undefined)
    throw new InvalidArgumentError('stepSize', stepSize, 'either stepSize or relStepSize, not both');
  const merged = { ...defaults, ...options };
  const steps = checkInteger('steps', merged.steps ?? 10);
  const restarts = checkInteger('restarts', merged.restarts ?? 1);
  const randomStart = merged.randomStart ?? false;
  if (restarts > 1 && !randomStart)
    throw new InvalidArgumentError('restarts', restarts, '1 without randomStart: the runs would be the same');
  const bounds = merged.bounds ?? null;
  if (bounds && !(bounds[0] < bounds[1]))
    throw new InvalidArgumentError('bounds', bounds, '[low, high], low < high');
  const relative = checkPositive('relStepSize', merged.relStepSize ?? 2.5 / steps);
  const absolute = stepSize === undefined ? null : checkPositive('stepSize', stepSize);
  return {
    norm: normNamed(merged.norm ?? 'l2'),
    steps,
    stepLength: (eps) => absolute ?? relative * eps,
    randomStart,
    restarts,
    useBest: merged.useBest ?? true,
    bounds,
    loss: merged.loss ?? squaredLoss,
    seed: merged.seed ?? 0,
  };
}
