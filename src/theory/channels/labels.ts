import { checkChoice, InvalidArgumentError } from '../../errors.ts';
import { type GaussianPart, logisticParts } from './gaussianMixtures.ts';
import type { Teacher } from './marginLaw.ts';

/** How labels +-1 come from u = <x, beta>. */
export type LabelLaw = 'probit' | 'logistic';
export const LABEL_LAWS: readonly LabelLaw[] = ['probit', 'logistic'];

let logisticUnit: readonly GaussianPart[] | undefined;

/** What a teacher is made of. */
export interface TeacherOptions {
  /** E u^2 */
  readonly signal: number;
  readonly labels?: LabelLaw;
  /** scale of the latent noise */
  readonly tau: number;
  /** variance of a Gaussian part of the latent noise besides */
  readonly besides?: number;
  readonly flip?: number;
}

/**
 * y = sign(u + tau xi), xi standard Gaussian ('probit') or standard logistic, P(y = 1) = 1/(1 + exp(-u/tau)) ('logistic');
 * then turned over with probability flip.
 * @throws InvalidArgumentError for another law, or flip outside [0, 1/2]
 */
export function teacherOf({
  signal,
  labels = 'probit',
  tau,
  besides = 0,
  flip = 0,
}: TeacherOptions): Teacher {
  checkChoice('labels', labels, LABEL_LAWS);
  checkFlip(flip);
  if (labels === 'probit' || tau === 0)
    return { signal, flip, latent: [{ weight: 1, shift: 0, variance: tau * tau + besides }] };
  logisticUnit ??= logisticParts();
  const latent = logisticUnit.map(({ weight, variance }) => ({
    weight,
    shift: 0,
    variance: tau * tau * variance + besides,
  }));
  return { signal, flip, latent };
}

/** A probability in [0, 1/2]. */
export function checkFlip(flip: unknown): number {
  if (typeof flip === 'number' && flip >= 0 && flip <= 0.5) return flip;
  throw new InvalidArgumentError('flip', flip, 'a probability in [0, 0.5]');
}
