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
