import { checkChoice } from '../../errors.ts';
import { l1 } from './l1.ts';
import { l2 } from './l2.ts';
import { linf } from './linf.ts';
import type { Lengths, Norm } from './norm.ts';

const norms = { l2, linf, l1 };

/**
 * The norms that bound a perturbation, over all axes of a sample but the first.
 * @useDeclaredType
 */
export type NormName = keyof typeof norms;

/** All of them. */
export const normNames = Object.keys(norms) as NormName[];

/** The norm of that name. @throws InvalidArgumentError for an unknown one. */
export const normNamed = (name: NormName): Norm => norms[checkChoice('norm', name, normNames)];
export type { Lengths, Norm };
