export type { AttackOptions, AttackSettings } from './attackOptions.ts';
export { fgm, fgsm } from './fgm.ts';
export { type Attack, gradientAttack, type Perturbed } from './gradientAttack.ts';
export { type SampleLoss, squaredLoss } from './losses.ts';
export { type ModelFunction, modelFunction } from './modelFunction.ts';
export { type Norm, type NormName, normNames } from './norms/index.ts';
export { pgd } from './pgd.ts';
