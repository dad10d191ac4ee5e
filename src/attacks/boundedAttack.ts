import { checkOptions, type OptionNames } from '../checkOptions.ts';
import { checkInteger, InvalidArgumentError } from '../errors.ts';
import { tf } from '../runtime/tf.ts';
import type { Attack, AttackProblem, AttackSearch, Eps, PerturbEachOptions } from './attack.ts';
import type { AttackSettings } from './attackOptions.ts';
import { checkCriterion, checkEps, checkEpsilons, checkTensors } from './checkProblem.ts';
import { judged } from './criteria.ts';
import { fitting, targetColumns } from './losses.ts';
import { inInputAlone, type ModelFunction, modelFunction } from './modelFunction.ts';
import type { Lengths } from './norms/index.ts';
import { column, eachTensor, orClean, type Perturbed } from './perSample.ts';
import { runOn } from './runInBatches.ts';

const EACH_OPTIONS: OptionNames<PerturbEachOptions> = { criterion: true, key: true, firstRow: true };

/** An attack with the settings `S` that it was made of. */
export interface AttackWith<S extends AttackSettings> extends Attack {
  /** The options it was made of, with every choice made. */
  readonly settings: S;
}

/**
 * An attack that stays within eps, of any kind, from how it is made ready for a problem: training, risks and sanity checks
 * take it as they take {@link pgd}. Without a gradient to climb; with one, {@link gradientAttack} does more of the work.
 * @param name says it in results and in messages
 * @param settings norm, bounds, loss and seed, as {@link resolveAttack} makes them
 * @param prepare from a problem to the search for the worst inputs, which {@link ballAbout} keeps within eps and bounds
 */
export function boundedAttack<S extends AttackSettings>(
  name: string,
  settings: S,
  prepare: (problem: AttackProblem) => AttackSearch,
): AttackWith<S> {
  const attack: AttackWith<S> = {
    name,
    settings,
    prepare,

    perturb(model, x, y, eps, key = 0) {
      checkTensors(x, y);
      checkEps(eps, x.shape[0]!);
      return tf.tidy(() => {
        const problem = problemOf(model, x, y);
        if (eps === 0) return judgedAt(problem, settings, problem.x.clone());
        return prepare(inInput(problem))(lengthsOf(eps, x), { key, firstRow: 0 });
      });
    },

    perturbEach(model, x, y, epsilons, options = {}) {
      checkOptions('perturbEach', options, EACH_OPTIONS);
      checkTensors(x, y);
      checkEpsilons(epsilons, x.shape[0]!);
      const { criterion, key = 0, firstRow = 0 } = options;
      checkCriterion(criterion, settings);
      checkInteger('firstRow', firstRow, 0);
      return tf.tidy(() => {
        const problem = { ...problemOf(model, x, y), ...(criterion && { criterion }) };
        const clean = judgedAt(problem, settings, problem.x.clone());
        const attacked = epsilons.every((eps) => eps === 0) ? null : inInput(problem);
        const search = attacked && prepare(attacked);
        const worst = epsilons.map((eps) => {
          if (eps === 0 || search === null) return eachTensor(clean, (tensor) => tensor.clone());
          return tf.tidy(() => {
            const found = search(lengthsOf(eps, x), { key, firstRow });
            // An attack that only looks at one point leaves it to be judged here.
            const complete = criterion && !found.success ? judgedAt(problem, settings, found.x) : found;
            return orClean(complete, clean);
          });
        });
        return { clean, worst };
      });
    },

    run: (model, x, y, options) => runOn(attack, model, x, y, options),
  };
  return attack;
}

/** What is attacked, as every attack takes it; within a tidy. */
export const problemOf = (
  model: tf.LayersModel | ModelFunction,
  x: tf.Tensor,
  y: tf.Tensor,
): AttackProblem => ({
  f: modelFunction(model),
  x: asFloat(x),
  y: targetColumns(x, asFloat(y)),
});

/** Without the time of a conversion where there is none. */
const asFloat = (tensor: tf.Tensor): tf.Tensor =>
  tensor.dtype === 'float32' ? tensor.clone() : tensor.toFloat();

/** With the model made ready for gradients in its input alone. Its own loss at the inputs stays that of the model. */
const inInput = (problem: AttackProblem): AttackProblem => ({ ...problem, f: inInputAlone(problem.f) });

const lengthsOf = (eps: Eps, x: tf.Tensor): Lengths =>
  typeof eps === 'number' ? eps : column(tf.tensor1d(Array.from(eps)), x);

/** The loss of a problem at a point, checked to fit. */
export const lossAt = ({ f, y }: AttackProblem, { loss }: AttackSettings, point: tf.Tensor): tf.Tensor =>
  loss.value(fitting(f(point), y, loss), y);

/**
 * A point with its loss, and whether it reaches the criterion of the problem.
 * @param problem model, targets and criterion
 * @param settings of which the loss matters
 * @param point inputs, of the shape of the problem's
 */
export const judgedAt = (problem: AttackProblem, settings: AttackSettings, point: tf.Tensor): Perturbed => {
  const { f, y, criterion } = problem;
  return { x: point, ...judged(f(point), y, settings.loss, criterion) };
};

/** @throws InvalidArgumentError for anything but an attack that stays within eps, such as `pgd` without its brackets */
export function checkAttack(attack: Attack): Attack {
  if (typeof attack?.perturbEach === 'function' && attack.settings) return attack;
  throw new InvalidArgumentError('attack', attack, 'an attack, such as pgd()');
}
