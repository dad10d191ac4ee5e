import {
  type AsymptoticRisk,
  asymptoticRisk,
  criticalEps,
  deepRandomFeatures,
  type FeatureMap,
  type PartialRiskOptions,
  type RiskOptions,
  randomFeatures,
} from '../../theory/index.ts';
import type { Settings } from '../state/parameters.ts';

/** The frozen features that the settings describe. */
export const mapOf = ({ depth, psi1, below, activation }: Settings): FeatureMap =>
  depth === 1
    ? randomFeatures({ psi1, activation })
    : deepRandomFeatures({ widths: widthsOf({ depth, psi1, below }), activation });

/** N_l/d from the first layer to the last. */
export const widthsOf = ({ depth, psi1, below }: Pick<Settings, 'depth' | 'psi1' | 'below'>): number[] => [
  ...new Array<number>(depth - 1).fill(below),
  psi1,
];

export const optionsOf = ({ psi2, eps, epsTest, lambda, tau }: Settings): RiskOptions => ({
  psi2,
  eps,
  lambda,
  tau,
  ...(epsTest === null ? {} : { epsTest }),
});

export const riskAt = (settings: Settings): AsymptoticRisk =>
  asymptoticRisk(mapOf(settings), optionsOf(settings));

/** Without the radius of training, which runs along an axis of the map. */
export function optionsBut(settings: Settings, name: 'eps' | 'lambda'): PartialRiskOptions {
  const { [name]: _, ...rest } = optionsOf(settings);
  return rest;
}

export const criticalEpsAt = (settings: Settings): number =>
  criticalEps(mapOf(settings), optionsOf(settings));

/** E y^2, the risk of predicting nothing. */
export const nothingRisk = ({ tau }: Settings): number => 1 + tau * tau;

export const epsTestOf = ({ eps, epsTest }: Settings): number => epsTest ?? eps;
