export { type Estimate, meanOf, RunningMean } from '../numerics/estimate.ts';
