import {
  type AsymptoticRisk,
  type AttackOptions,
  asymptoticRisk,
  type ClassificationRisk,
  deepRandomFeatures,
  type FeatureMap,
  linear,
  randomFeatures,
  signalNamed,
} from '../theory/index.ts';
import { type Cell, normsOf } from './cell.ts';
import { covarianceOf } from './cellSizes.ts';

/**
 * The asymptotic risks at the proportions of the cell as they are written; null where no theory says anything, which is
 * where hidden layers are trained, and on real data. A classification has no risks but errors: `errorsOf`.
 */
export function theoryOf(of: Cell): AsymptoticRisk | null {
  const { psi2, eps, lambda, tau, noise, loss } = of;
  const map = featureMapOf(of);
  if (map === null || loss !== undefined) return null;
  const attack = attackOf(of);
  if (attack.norm !== undefined && map.coordinates === undefined) return null;
  return asymptoticRisk(map, { psi2, eps, lambda, tau, ...(noise !== undefined && { noise }), ...attack });
}

/** The asymptotic errors of a classification, likewise; null for cells of values. */
export function errorsOf(of: Cell): ClassificationRisk | null {
  const { psi2, eps, lambda, tau, loss, labels, flip } = of;
  const map = featureMapOf(of);
  if (map === null || loss === undefined || labels === undefined || flip === undefined) return null;
  const attack = attackOf(of);
  if (attack.norm !== undefined && map.coordinates === undefined) return null;
  return asymptoticRisk(map, { psi2, eps, lambda, tau, loss, labels, flip, ...attack });
}

/** What theory is told of attacks on single inputs; nothing where there are none. */
function attackOf(of: Cell): AttackOptions {
  const { training, test } = normsOf(of);
  if (training === 'l2' && test === 'l2') return {};
  return {
    norm: training,
    testNorm: test,
    ...(of.signal !== undefined && { signal: signalNamed(of.signal) }),
  };
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
