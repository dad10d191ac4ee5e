import type { Norm } from '../../theory/index.ts';
import type { AxisName, Settings } from './parameters.ts';

/** What bounds the attack in training and at test. */
export const normsOf = ({ norm, testNorm }: Settings): Readonly<Record<'training' | 'test', Norm>> => ({
  training: norm,
  test: testNorm === 'same' ? norm : testNorm,
});

/** Whether one of the attacks is in linf, which knows of the law of the signal. */
export const facesLinf = (settings: Settings): boolean => Object.values(normsOf(settings)).includes('linf');

/** What the theory against linf is of, to tell why a choice is not there. */
export const LINF_SCOPE = 'Theory against ℓ∞: one layer of isotropic inputs only';

/** Whether the theory against linf is of these features, at every place of the axis. */
export const linfIsKnown = ({ depth, spectrum }: Settings, axis?: AxisName): boolean =>
  depth === 1 && spectrum === 'isotropic' && axis !== 'depth';
