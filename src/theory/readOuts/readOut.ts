import type { Averages } from '../channels/averages.ts';
import type { GradientNorms } from '../linf/norms.ts';

/** The scalars of a training problem that its read-out depends on. */
export interface ReadOutProblem {
  /** n/d */
  readonly psi2: number;
  /** ridge penalty (lambda/2)|theta|^2 beside the mean loss */
  readonly lambda: number;
  /** |beta| */
  readonly rho: number;
}

/** The averages of a loss that a read-out depends on, besides how hard the attack pulls. */
export type Drive = Pick<Averages, 'eta' | 'mu' | 'chi'>;

/**
 * The features' half of a saddle point. The loss meets them only through V, q and the moments of the output, and they meet the
 * loss only through its averages: theta is the minimiser of
 *
 *     eta/2 theta' F theta - (mu C beta + sqrt(chi/n) F^(1/2) g)' theta + pressure q(theta) + lambda/2 |theta|^2,
 *
 * g standard Gaussian, q(theta) the norm of the gradient that the training attack meets, pressure = eps E dl/dc.
 */
export interface ReadOut {
  /** n/d; of the problem, unless it is changed */
  psi2: number;
  /** how many unknowns it has of its own, besides V and q */
  readonly unknowns: number;
  /** Evaluates everything at the averages of the loss, at q, and at its own unknowns, whose logarithms are x from `from` on. */
  at(drive: Drive, pressure: number, q: number, x: Float64Array, from: number): void;
  /** The logarithms of what the equations make of its own unknowns, into `out` from `from` on. */
  images(out: Float64Array, from: number): void;
  /** V = (1/n) tr F dtheta/dh, h a force on theta */
  readonly susceptibility: number;
  /** m = E f u, u = <x, beta> */
  readonly overlap: number;
  /** Q = E f^2 */
  readonly outputVariance: number;
  /** Q E u^2 - m^2 */
  readonly across: number;
  /** E (f - u)^2, where mu = eta */
  readonly missed: number;
  /** q, in the norm that the training attack meets */
  readonly gradientNorm: number;
  /** both norms of the gradient, where one does not tell the other */
  readonly gradientNorms?: GradientNorms;
  /** |theta|^2 */
  readonly normSquared: number;
}
