import { readFileSync } from 'node:fs';

interface Point {
  readonly psi2: number;
  readonly eps: number;
  readonly lambda: number;
  readonly tau: number;
  readonly SR: number;
  readonly AR: number;
  readonly q: number;
}

/** Values computed independently of this package, to compare with. */
export const reference: {
  readonly randomFeatures: readonly (Point & { readonly psi1: number; readonly thetaNormSq: number })[];
  readonly linear: readonly Point[];
  readonly criticalEps: readonly { psi1: number; psi2: number; tau: number; epsCritical: number }[];
  readonly deep: readonly (Point & { readonly widths: readonly number[] })[];
} = JSON.parse(readFileSync(new URL('./reference.json', import.meta.url), 'utf8'));

interface Noisy {
  readonly features: 'random' | 'linear';
  readonly psi1: number;
  readonly psi2: number;
  readonly eps: number;
  readonly lambda: number;
  readonly tau: number;
  readonly gradientNorm: number;
  readonly trainingLoss: number;
}

/** Values for other losses, labels and noise, computed independently of this package. */
export const extensions: {
  readonly criticalEpsClassification: readonly {
    psi1: number;
    psi2: number;
    tau: number;
    flip: number;
    eps: number;
  }[];
  readonly classification: readonly (Noisy & {
    readonly loss: 'logistic' | 'hinge';
    readonly epsTest: number;
    readonly flip: number;
    readonly error: number;
    readonly robustError: number;
    readonly outputVariance: number;
    readonly overlap: number;
    readonly thetaNormSquared: number;
  })[];
  readonly capacity: readonly { psi1: number; eps: number; tau: number; psi2: number }[];
  readonly noise: readonly (Noisy & {
    readonly law: 'rademacher';
    readonly SR: number;
    readonly AR: number;
  })[];
} = JSON.parse(readFileSync(new URL('./extensions.json', import.meta.url), 'utf8'));
