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
export { READOUT_NORMS, type ReadoutNorm } from './cone/rowNorms.ts';
export {
  type CriticalEps,
  type CriticalEpsReadoutOptions,
  criticalEpsReadout,
} from './criticalEpsReadout.ts';
export { DEFAULT_TOLERANCE, type ExactOptions, type ExactProgress } from './exactOptions.ts';
export type { ExactResult, WarmStart } from './exactResult.ts';
export { expectedSeconds, type ReadoutSizes } from './expectedSeconds.ts';
export type { Jacobians } from './jacobians.ts';
export type {
  LeaveOneOut,
  LeaveOneOutOptions,
  LeaveOneOutRefinement,
  LeaveOneOutRisk,
  LeftOutEstimate,
  MarginLeaveOneOut,
  MarginLeaveOneOutRisk,
  WithLeaveOneOut,
} from './leaveOneOut/leaveOneOut.ts';
export { adversarialRegressionPath, type PathOptions, type PathPoint, readoutPath } from './path.ts';
export { type FeatureLayer, gradientNorms, type ReadoutProblem, readoutProblem } from './readoutProblem.ts';
export type { RowBlock } from './rowBlocks.ts';
export { type MarginOptions, type MarginResult, solveMargins } from './solveMargins.ts';
export { type Gradients, type ReadoutOptions, solveReadout } from './solveReadout.ts';
