import { checkAttack } from '../../attacks/boundedAttack.ts';
import { type Attack, pgd } from '../../attacks/index.ts';
import { checkOptions, type OptionNames } from '../../checkOptions.ts';
import { checkNonNegative, InvalidArgumentError } from '../../errors.ts';
import { tf } from '../../runtime/tf.ts';
import { lossAt, type TrainingMethod } from './trainingMethod.ts';

/** The attack and the weight of {@link tradesTraining}. */
export interface TradesOptions {
  /** Finds the inputs whose output is farthest from the clean one. Default PGD in l2, 3 steps. */
  readonly attack?: Attack;
  /** Weight of the robustness term, 1 / lambda in the paper. Default 1. */
  readonly beta?: number;
}

const OPTIONS: OptionNames<TradesOptions> = { attack: true, beta: true };

/**
 * TRADES (Zhang et al. 2019, equation 5): E loss(f(x), y) + beta E max over |delta| <= eps of D(f(x + delta), f(x)).
 * For losses of values D is the loss itself, between the two outputs; for cross-entropy of two or more classes it is the
 * Kullback-Leibler divergence of the softmax of f(x + delta) from that of f(x).
 *
 * Begins by itself where the paper adds noise: a prediction pushed both ways has a gradient at the input.
 * @param options the attack and the weight beta
 * @throws InvalidArgumentError for unknown options, beta < 0 or another loss
 */
export function tradesTraining(options: TradesOptions = {}): TrainingMethod {
  checkOptions('tradesTraining', options, OPTIONS);
  const { attack = pgd({ steps: 3 }), beta = 1 } = options;
  checkAttack(attack);
  checkNonNegative('beta', beta);
  const { loss } = attack.settings;
  const kind = loss.targets ?? 'values';
  if (kind !== 'values' && loss.name !== 'cross-entropy')
    throw new InvalidArgumentError('loss', loss.name, 'a loss of values or cross-entropy for trades');
  const asTarget = (prediction: tf.Tensor): tf.Tensor => {
    if (kind === 'values') return prediction;
    if (prediction.shape[1] === 1)
      throw new InvalidArgumentError(
        'model output shape',
        prediction.shape,
        'two classes or more for trades',
      );
    return tf.softmax(prediction);
  };
  return {
    name: `trades (beta ${beta})`,
    attack,
    outerLoss({ f, x, y, eps, key }) {
      const farthest = attack.perturb(f, x, asTarget(f(x)), eps, key).x;
      return () => {
        const target = asTarget(f(x));
        const divergence = lossAt(loss, f, farthest, target).sub(lossAt(loss, f, x, target));
        return lossAt(loss, f, x, y).add(divergence.mul(beta));
      };
    },
  };
}
