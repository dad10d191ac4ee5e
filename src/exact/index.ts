/** Adversarial training solved exactly: linear models, and random features with the attack linearised. float64. */

export { linearAlgebra } from '../numerics/linearAlgebra.ts';
export {
  type AdversarialRegressionOptions,
  type AttackNorm,
  adversarialRegression,
  criticalEpsLinear,
  largestInterpolatingEps,
} from './adversarialRegression.ts';
export type { InteriorPoint } from './cone/interiorPoint.ts';
export {
  type DeepReadoutProblem,
  deepGradientNorms,
  deepReadoutProblem,
  solveDeepReadout,
} from './deepReadout.ts';
export {
  DEFAULT_TOLERANCE,
  type ExactData,
  type ExactOptions,
  type ExactProgress,
  type ExactResult,
  type WarmStart,
} from './exactResult.ts';
export { expectedSeconds } from './expectedSeconds.ts';
export type { Jacobians } from './jacobians.ts';
export { adversarialRegressionPath, linearizedPath, type PathOptions, type PathPoint } from './path.ts';
export {
  type CriticalEps,
  type CriticalEpsOptions,
  criticalEpsLinearized,
  gradientNorms,
  type LinearizedOptions,
  type LinearizedProblem,
  linearizedProblem,
  solveLinearized,
} from './solveLinearized.ts';
