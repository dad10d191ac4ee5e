import { batchesOf } from '../data/batches.ts';
import { type Dataset, type TensorPair, toTensors } from '../data/dataset.ts';
import { RunningMean } from '../numerics/estimate.ts';
import { tf } from '../runtime/tf.ts';
import { lossAt, type TrainingBatch } from './methods/trainingMethod.ts';
import type { TrainedModel } from './trainedModel.ts';
import type { TrainingSettings } from './trainingOptions.ts';

/** Rows on the device at a time when the objective is taken over all of them. */
const ROWS = 2048;

/** (1/2n) sum of the method's outer losses + (lambda / 2) |theta|^2, and what is done with it. */
export interface TrainingObjective {
  /** Moves the weights by the gradient on a batch; returns the batch's objective before. */
  step(batch: TensorPair, t: number): tf.Scalar;
  /** Of all rows, at the full eps, in inference mode. */
  whole(): Promise<number>;
  /** Mean clean loss and mean worst-case loss of a batch in inference mode, two scalars. */
  losses(batch: TensorPair, t: number): tf.Tensor[];
  /** What the method carries from step to step. */
  readonly carried: readonly tf.Variable[];
  dispose(): void;
}

export function trainingObjective(
  { f, attacked, outer }: TrainedModel,
  data: Dataset,
  optimizer: tf.Optimizer,
  settings: TrainingSettings,
): TrainingObjective {
  const { method, eps, epsWarmup, variables, penalised, batchSize, seed } = settings;
  const lambda = penalised.length === 0 ? 0 : settings.lambda;
  const { loss } = method.attack.settings;
  const carried = method.carried ? tf.tidy(() => tf.variable(tf.zeros([batchSize, data.d]))) : null;
  const weights = [...variables];
  const differentiated = carried ? [...weights, carried] : weights;

  const penalty = (): tf.Tensor =>
    tf.addN(penalised.map((theta) => tf.sum(tf.square(theta)))).mul(lambda / 2);
  const epsAt = (t: number): number => (t + 1 < epsWarmup ? (eps * (t + 1)) / epsWarmup : eps);

  return {
    carried: carried ? [carried] : [],
    step: ({ x, y }, t) =>
      tf.tidy(() => {
        const key = `${seed} step ${t}`;
        const batch: TrainingBatch = { f, x, y, eps: epsAt(t), key };
        // The last batch of a pass may have fewer rows than are carried.
        const delta = carried ? { delta: () => carried.slice([0, 0], [x.shape[0], -1]) } : {};
        const outerLoss = attacked(key, x.shape[0]!, () => method.outerLoss({ ...batch, ...delta }));
        const objective = (): tf.Scalar => {
          const half = tf.mean(outer(key, x.shape[0]!, outerLoss)).div(2);
          return (lambda === 0 ? half : half.add(penalty())).asScalar();
        };
        const { value, grads } = optimizer.computeGradients(objective, differentiated);
        optimizer.applyGradients(weights.map(({ name }) => ({ name, tensor: grads[name]! })));
        if (carried) carried.assign(method.carried!.move(carried, grads[carried.name]!, batch.eps));
        return value;
      }),
    async whole() {
      const mean = new RunningMean();
      let part = 0;
      for (const rows of batchesOf(data, ROWS)) {
        const key = `${seed} objective ${part++}`;
        const losses = tf.tidy(() => method.outerLoss({ f, ...toTensors(rows), eps, key })());
        mean.add((await losses.data()) as Float32Array);
        losses.dispose();
      }
      const half = mean.estimate().value / 2;
      return lambda === 0 ? half : half + (await readScalars([tf.tidy(penalty)]))[0]!;
    },
    losses: ({ x, y }, t) =>
      tf.tidy(() => {
        const worst = method.attack.perturb(f, x, y, eps, `${seed} step ${t}`);
        return [tf.mean(lossAt(loss, f, x, y)), tf.mean(worst.loss)];
      }),
    dispose: () => carried?.dispose(),
  };
}

/** Reads many scalars at once and disposes them. */
export async function readScalars(scalars: tf.Tensor[]): Promise<Float32Array> {
  const stacked = tf.stack(scalars);
  const values = (await stacked.data()) as Float32Array;
  tf.dispose([stacked, ...scalars]);
  return values;
}
