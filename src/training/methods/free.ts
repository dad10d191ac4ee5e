import { ATTACK_OPTIONS } from '../../attacks/attackOptions.ts';
import { type AttackOptions, fgm } from '../../attacks/index.ts';
import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkInteger } from '../../errors.ts';
import { lossAt, type TrainingMethod } from './trainingMethod.ts';
import { worstCase } from './worstCase.ts';

/** What {@link freeTraining} can be told: the norm, loss and bounds of the perturbation, and its replays. */
export interface FreeTrainingOptions extends AttackOptions {
  /** Steps in a row on each batch, m in the paper. Default 4. */
  readonly replays?: number;
}

const OPTIONS: OptionNames<FreeTrainingOptions> = { ...ATTACK_OPTIONS, replays: true };

/**
 * Free adversarial training (Shafahi et al. 2019, algorithm 1): every batch is used `replays` times, and the gradient
 * that moves the weights also moves the perturbation, by a step of eps, for the next use. A step costs no more than one
 * of normal training.
 * @param options norm, loss and bounds of the perturbation, and the replays
 * @throws InvalidArgumentError for unknown options and options out of range
 */
export function freeTraining(options: FreeTrainingOptions = {}): TrainingMethod {
  checkOptions('freeTraining', options, OPTIONS);
  const { replays = 4, ...perturbation } = options;
  checkInteger('replays', replays);
  const attack = fgm(perturbation);
  const { norm, loss, bounds } = attack.settings;
  const whole = worstCase(attack);
  return {
    name: `free (${replays} replays)`,
    attack,
    outerLoss(batch) {
      const { f, x, y, delta } = batch;
      // On all rows at once, to compare cycles, no perturbation has been carried along.
      if (!delta) return whole.outerLoss(batch);
      return () => {
        const moved = x.add(delta());
        return lossAt(loss, f, bounds ? moved.clipByValue(...bounds) : moved, y);
      };
    },
    carried: {
      replays,
      move: (delta, gradient, eps) => norm.project(delta.add(norm.steepest(gradient, eps)), eps),
    },
  };
}
