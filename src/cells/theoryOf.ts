import {
  type AsymptoticRisk,
  asymptoticRisk,
  type ClassificationRisk,
  deepRandomFeatures,
  type FeatureMap,
  linear,
  randomFeatures,
} from '../theory/index.ts';
import { type Cell, covarianceOf } from './cell.ts';

/**
 * The asymptotic risks at the proportions of the cell as they are written; null where no theory says anything, which is
 * where hidden layers are trained, and on real data. A classification has no risks but errors: `errorsOf`.
 */
export function theoryOf(of: Cell): AsymptoticRisk | null {
  const { psi2, eps, lambda, tau, noise, loss } = of;
  const map = featureMapOf(of);
  if (map === null || loss !== undefined) return null;
  return asymptoticRisk(map, { psi2, eps, lambda, tau, ...(noise !== undefined && { noise }) });
}

/** The asymptotic errors of a classification, likewise; null for cells of values. */
export function errorsOf(of: Cell): ClassificationRisk | null {
  const { psi2, eps, lambda, tau, loss, labels, flip } = of;
  const map = featureMapOf(of);
  if (map === null || loss === undefined || labels === undefined || flip === undefined) return null;
  return asymptoticRisk(map, { psi2, eps, lambda, tau, loss, labels, flip });
}

/** The features of the cell as theory sees them; beyond one layer by Gaussian equivalence. */
function featureMapOf(of: Cell): FeatureMap | null {
  const { psi1, activation } = of;
  const covariance = covarianceOf(of);
  if (of.network === undefined)
    return of.features === 'linear'
      ? linear({ covariance })
      : randomFeatures({ psi1, activation, covariance });
  if (of.network !== 'deep-frozen' || of.data !== undefined) return null;
  return deepRandomFeatures({ widths: of.widths, activation, covariance });
}
