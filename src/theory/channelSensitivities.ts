import { UserError } from '../errors.ts';
import type { ClassificationOptions, ClassificationRisk } from './classification.ts';
import type { FeatureMap } from './featureMaps/featureMap.ts';
import type { AsymptoticRisk } from './risk.ts';
import type { RiskOptions } from './riskOptions.ts';
import { type PartialClassificationOptions, type PartialRiskOptions, tracer } from './tracer.ts';

export const RISKS = ['standardRisk', 'adversarialRisk', 'gradientNorm'] as const;
export const ERRORS = ['error', 'robustError', 'gradientNorm'] as const;

/** Of a parameter's value. */
const RELATIVE_STEP = 1e-3;
/** The weights of f(h), f(2 h), ... in the derivative at 0, times h, and of f(-h), ... with the other sign; sixth order. */
const CENTRAL = [3 / 4, -3 / 20, 1 / 60];

/**
 * Derivatives with respect to the proportions of the map, psi2, eps, lambda, tau and flip, by differences of solutions, each
 * from its neighbour; about eight digits. Left out are parameters at 0: the risks have kinks in eps there, the errors may in
 * tau and flip.
 * @throws UserError outside the phases 'learning' and 'null'
 */
export function channelSensitivities<Name extends string>(
  map: FeatureMap,
  options: RiskOptions | ClassificationOptions,
  names: readonly Name[],
): Record<string, Record<Name, number>> {
  const values: Record<string, number> = { ...map.proportions };
  for (const name of ['psi2', 'eps', 'lambda', 'tau', 'flip'] as const) {
    const value = (options as Partial<Record<typeof name, number>>)[name];
    if (value !== undefined) values[name] = value;
  }
  const { certify: _, ...problem } = options as RiskOptions;
  const entries = Object.entries(values)
    .filter(([, value]) => value > 0)
    .map(([name, value]): [string, Record<Name, number>] => {
      const path = tracer(map, problem as PartialRiskOptions & PartialClassificationOptions, [name]);
      const at = (x: number): Record<Name, number> => {
        const risk: AsymptoticRisk | ClassificationRisk = path.visit([x]);
        if (risk.phase !== 'learning' && risk.phase !== 'null')
          throw new UserError(
            `no sensitivities in the phase '${risk.phase}': only 'learning' and 'null' have them`,
          );
        return risk as unknown as Record<Name, number>;
      };
      at(value);
      const h = RELATIVE_STEP * value;
      const slopes = Object.fromEntries(names.map((measure) => [measure, 0])) as Record<Name, number>;
      CENTRAL.forEach((weight, k) => {
        // The solver hands out a fresh object for every point.
        const [below, above] = [at(value - (k + 1) * h), at(value + (k + 1) * h)];
        for (const measure of names) slopes[measure] += (weight * (above[measure] - below[measure])) / h;
      });
      return [name, slopes];
    });
  return Object.fromEntries(entries);
}
