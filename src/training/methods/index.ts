export { ermTraining } from './erm.ts';
export { fastTraining, fgsmTraining } from './fast.ts';
export { type FreeTrainingOptions, freeTraining } from './free.ts';
export { noiseTraining } from './noise.ts';
export { type TradesOptions, tradesTraining } from './trades.ts';
export type { CarriedPerturbation, TrainingBatch, TrainingMethod } from './trainingMethod.ts';
export { worstCase } from './worstCase.ts';
