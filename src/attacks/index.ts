export { apgd } from './apgd.ts';
export type { Slope } from './ascent.ts';
export type {
  Attack,
  AttackProblem,
  AttackRun,
  AttackSearch,
  Eps,
  NestedNumbers,
  PerturbEachOptions,
  PerturbedEach,
  RunOptions,
} from './attack.ts';
export { type AttackName, attackNamed, attackNames } from './attackNamed.ts';
export {
  type AttackOptions,
  type AttackSettings,
  type GradientAttackOptions,
  type GradientAttackSettings,
  resolveAttack,
} from './attackOptions.ts';
export { type Ball, ballAbout } from './ball.ts';
export { type BaselineOptions, randomDirection, randomNoise } from './baselines.ts';
export { type AttackWith, boundedAttack, judgedAt } from './boundedAttack.ts';
export {
  type Criterion,
  errorAbove,
  errorWithin,
  type Judgement,
  misclassified,
  reachedTarget,
} from './criteria.ts';
export { type FgmOptions, type FgsmOptions, fgm, fgsm } from './fgm.ts';
export { type GradientAttack, gradientAttack } from './gradientAttack.ts';
export { inputSlope, linearised, linearisedLoss } from './linearised.ts';
export {
  absoluteLoss,
  crossEntropyLoss,
  dlrLoss,
  hingeLoss,
  huberLoss,
  type LossName,
  lossNames,
  marginLoss,
  type SampleLoss,
  squaredHingeLoss,
  squaredLoss,
} from './losses.ts';
export { type MinimalNormAttack, type MinimalNormOptions, minimalNorm, type Nearest } from './minimalNorm.ts';
export { type ModelFunction, modelFunction } from './modelFunction.ts';
export { type MomentumOptions, momentumPgd } from './momentumPgd.ts';
export { type Lengths, type Norm, type NormName, normNames } from './norms/index.ts';
export { type Perturbed, worse } from './perSample.ts';
export { bim, pgd } from './pgd.ts';
export { type Draw, randomDelta } from './randomDelta.ts';
export type { Memory, Place, Step, Stepper } from './stepper.ts';
export { worstOf } from './worstOf.ts';
