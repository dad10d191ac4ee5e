import {
  type AsymptoticRisk,
  asymptoticRisk,
  deepRandomFeatures,
  type FeatureMap,
  linear,
  randomFeatures,
} from '../theory/index.ts';
import type { Cell } from './cell.ts';

/**
 * The asymptotic risks at the proportions of the cell as they are written; null where no theory says anything, which is
 * where hidden layers are trained, and on real data.
 */
export function theoryOf(of: Cell): AsymptoticRisk | null {
  const { psi2, eps, lambda, tau } = of;
  const map = featureMapOf(of);
  return map && asymptoticRisk(map, { psi2, eps, lambda, tau });
}

/** The features of the cell as theory sees them; beyond one layer by Gaussian equivalence. */
function featureMapOf(of: Cell): FeatureMap | null {
  const { psi1, activation } = of;
  if (of.network === undefined)
    return of.features === 'linear' ? linear() : randomFeatures({ psi1, activation });
  if (of.network !== 'deep-frozen' || of.data !== undefined) return null;
  return deepRandomFeatures({ widths: of.widths, activation });
}
