import { UserError } from '../errors.ts';
import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { LowerTriangle } from '../numerics/lowerTriangle.ts';
import { tf } from '../runtime/tf.ts';

/** The weight of the step before in each step. At a kink two steps from either side of it then all but cancel. */
const MOMENTUM = 0.5;

/**
 * Gradient descent in the metric of a matrix P: a step moves theta by -rate m, m the running mean of P^-1 g. With P near the
 * Hessian of the objective it goes as fast along the flattest direction as along the steepest, where a step of Adam goes by
 * the single weights.
 */
export class PreconditionedDescent extends tf.Optimizer {
  static readonly className = 'PreconditionedDescent';
  /** Set by the schedule of the training. */
  protected learningRate = 1;
  /** L^-1 of P = L L', float32. */
  readonly #inverseFactor: tf.Tensor2D;
  /** m of the step before, [N, 1]. */
  #mean: tf.Tensor | null = null;

  /**
   * @param metric the lower triangle of P, N x N and positive definite, float64; it is overwritten
   * @param units N, the number of weights of the one variable that is trained, [N, 1]
   * @throws UserError for a metric that is not positive definite
   */
  constructor(metric: Float64Array, units: number) {
    super();
    if (!linearAlgebra().choleskyInPlace(metric, units))
      throw new UserError('the metric of the descent is not positive definite; are the features finite?');
    this.#inverseFactor = tf.tensor2d(Float32Array.from(new LowerTriangle(metric, units).inverse()), [
      units,
      units,
    ]);
  }

  applyGradients(gradients: tf.NamedTensorMap | { name: string; tensor: tf.Tensor }[]): void {
    const list = Array.isArray(gradients)
      ? gradients
      : Object.entries(gradients).map(([name, tensor]) => ({ name, tensor }));
    for (const { name, tensor } of list) {
      const theta = tf.engine().registeredVariables[name]!;
      const mean = tf.tidy(() => {
        const half = tf.matMul(this.#inverseFactor, tensor as tf.Tensor2D);
        const newton = tf.matMul(this.#inverseFactor, half, true);
        const next = this.#mean ? this.#mean.mul(MOMENTUM).add(newton.mul(1 - MOMENTUM)) : newton;
        theta.assign(theta.sub(next.mul(this.learningRate)));
        return next;
      });
      this.#mean?.dispose();
      this.#mean = tf.keep(mean);
    }
  }

  override dispose(): void {
    this.#inverseFactor.dispose();
    this.#mean?.dispose();
    super.dispose();
  }

  getConfig(): tf.serialization.ConfigDict {
    return { learningRate: this.learningRate };
  }
}
