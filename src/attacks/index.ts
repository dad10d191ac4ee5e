export type { Slope } from './ascent.ts';
export type {
  Attack,
  AttackProblem,
  AttackRun,
  AttackSearch,
  Eps,
  RunOptions,
  Sweep,
  SweepOptions,
} from './attack.ts';
export { type AttackName, attackNamed, attackNames } from './attackNamed.ts';
export type {
  AttackOptions,
  AttackSettings,
  GradientAttackOptions,
  GradientAttackSettings,
} from './attackOptions.ts';
export { type BaselineOptions, randomDirection, randomNoise } from './baselines.ts';
export {
  type Criterion,
  errorAbove,
  errorWithin,
  type Judgement,
  misclassified,
  reachedTarget,
} from './criteria.ts';
export { type FgmOptions, fgm, fgsm } from './fgm.ts';
export type { GradientAttack } from './gradientAttack.ts';
export { inputSlope, linearised, linearisedLoss } from './linearised.ts';
export {
  absoluteLoss,
  crossEntropyLoss,
  dlrLoss,
  huberLoss,
  type LossName,
  lossNames,
  marginLoss,
  type SampleLoss,
  squaredLoss,
} from './losses.ts';
export { type MinimalNormAttack, type MinimalNormOptions, minimalNorm, type Nearest } from './minimalNorm.ts';
export { type ModelFunction, modelFunction } from './modelFunction.ts';
export { type Lengths, type Norm, type NormName, normNames } from './norms/index.ts';
export type { Perturbed } from './perSample.ts';
export { apgd, bim, type MomentumOptions, momentumPgd, pgd } from './pgd.ts';
export type { Draw } from './randomDelta.ts';
export { worstOf } from './worstOf.ts';
