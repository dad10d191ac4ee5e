import { modelFunction } from '../attacks/index.ts';
import type { Dataset, TensorPair } from '../data/dataset.ts';
import { risks } from '../evaluation/risk.ts';
import { tf } from '../runtime/tf.ts';
import { batchSource } from './batchSource.ts';
import { linearDecay, setLearningRate } from './learningRate.ts';
import { type AdversarialTrainingOptions, resolveTraining } from './trainingOptions.ts';
import { weightSnapshot } from './weightSnapshot.ts';

/** Steps between reads of the losses: reading each one back would leave the device idle. */
const STEPS_PER_READ = 25;

export interface TrainingResult {
  /** (1/2n) sum of worst-case losses + (lambda / 2) |theta|^2 on all the rows, at the weights that the model now has. */
  readonly objective: number;
  /** Objective of each step's batch, before the step. */
  readonly history: readonly number[];
  /** Objective on all the rows after each cycle. */
  readonly cycles: readonly number[];
  /** Steps taken. */
  readonly iterations: number;
  /** Fraction by which the last cycle changed the objective. */
  readonly residual: number;
  readonly converged: boolean;
}

/**
 * Adversarial training by gradient: minimises (1/2n) sum_i max_{|delta_i| <= eps} loss_i + (lambda / 2) |theta|^2,
 * the inner maximum by an attack, the outer gradient at the worst inputs found (Danskin's theorem).
 *
 * At the optimum many residuals are exactly zero, where the objective has a kink and a constant step would bounce for
 * ever. Steps therefore fall linearly to zero over a cycle, and cycles of twice the length follow from the best weights,
 * until one of them no longer changes the objective: that is the flag `converged`.
 *
 * The model is left with the best weights found; everything that is not in `variables` is untouched.
 * @throws InvalidArgumentError for options out of range, no trainable weights, or a model that does not fit the data
 */
export async function adversarialTraining(
  model: tf.LayersModel,
  data: Dataset,
  options: AdversarialTrainingOptions,
): Promise<TrainingResult> {
  const settings = resolveTraining(model, data.n, options);
  const { eps, attack, lambda, variables, learningRate, cycleSteps, maxCycles, tolerance, batchSize, seed } =
    settings;
  const optimizer = options.optimizer ?? tf.train.adam(learningRate);
  const f = modelFunction(model);
  const loss = attack.settings.loss;

  const penalty = (): tf.Tensor =>
    tf.addN(variables.map((theta) => tf.sum(tf.square(theta)))).mul(lambda / 2);

  const step = ({ x, y }: TensorPair, t: number): tf.Scalar =>
    tf.tidy(() => {
      const worst = attack.perturb(f, x, y, eps, `${seed} step ${t}`).x;
      const objective = (): tf.Scalar => {
        const half = tf.mean(loss.value(f(worst), y)).div(2);
        return (lambda === 0 ? half : half.add(penalty())).asScalar();
      };
      return optimizer.minimize(objective, true, [...variables])!;
    });

  const wholeObjective = async (): Promise<number> => {
    const { adversarial } = await risks(f, data, { attack, epsilons: [eps] });
    return adversarial[0]!.value / 2 + (await readScalars([tf.tidy(penalty)]))[0]!;
  };

  const maxSteps = cycleSteps * (2 ** maxCycles - 1);
  const batches = batchSource(data, batchSize, seed);
  const history: number[] = [];
  const cycles: number[] = [];
  let best = await wholeObjective();
  let kept = weightSnapshot(variables);
  let residual = Number.POSITIVE_INFINITY;
  while (cycles.length < maxCycles && residual >= tolerance) {
    const steps = cycleSteps * 2 ** cycles.length;
    for (let i = 0; i < steps; i += STEPS_PER_READ) {
      const costs = Array.from({ length: Math.min(STEPS_PER_READ, steps - i) }, (_, k) => {
        setLearningRate(optimizer, linearDecay(learningRate, i + k, steps));
        return batches.use((batch) => step(batch, history.length + k));
      });
      history.push(...(await readScalars(costs)));
      settings.onProgress({ step: history.length, maxSteps, objective: history.at(-1)! });
    }
    const objective = await wholeObjective();
    cycles.push(objective);
    residual = relativeChange(best, objective);
    if (objective < best) {
      best = objective;
      kept.dispose();
      kept = weightSnapshot(variables);
    } else kept.restore();
  }
  kept.dispose();
  batches.dispose();
  if (!options.optimizer) optimizer.dispose();
  return {
    objective: best,
    history,
    cycles,
    iterations: history.length,
    residual,
    converged: residual < tolerance,
  };
}

/** |a - b| / a; infinite when b is NaN, so that a diverged cycle never passes for a converged one. */
function relativeChange(a: number, b: number): number {
  if (Number.isNaN(b)) return Number.POSITIVE_INFINITY;
  return a === b ? 0 : Math.abs(a - b) / a;
}

/** Reads many scalars at once and disposes them. */
async function readScalars(scalars: tf.Tensor[]): Promise<Float32Array> {
  const stacked = tf.stack(scalars);
  const values = (await stacked.data()) as Float32Array;
  tf.dispose([stacked, ...scalars]);
  return values;
}
