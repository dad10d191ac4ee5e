import type { RiskAt } from '../theory/curve.ts';

const ROUND = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** The least round number that is not below `value`: axes then stay where they are while a slider moves a little. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * (ROUND.find((m) => m * power >= value * 0.9999) ?? 10);
}

/**
 * The range of risks to show. It follows the risk of predicting nothing and the bulk of the curves, so that a high or
 * infinite peak is cut off at the top and the rest stays readable.
 */
export function riskDomain(
  curves: readonly (readonly RiskAt[])[],
  nothing: number,
  scale: 'linear' | 'log',
): readonly [number, number] {
  const all: number[] = [];
  for (const curve of curves)
    for (const { standardRisk, adversarialRisk } of curve) all.push(standardRisk, adversarialRisk);
  const risks = Float64Array.from(all.filter((risk) => Number.isFinite(risk) && risk > 0)).sort();
  const quantile = (share: number): number => risks[Math.floor(share * (risks.length - 1))] ?? nothing;
  const most = Math.max(quantile(1), nothing);
  if (scale === 'linear')
    return [0, roundUp(Math.min(1.06 * most, Math.max(3.5 * nothing, 1.3 * quantile(0.9))))];
  const high = roundUp(Math.min(1.1 * most, Math.max(20 * nothing, 2 * quantile(0.9))));
  const low = Math.max(quantile(0), nothing * 1e-3) / 1.1;
  return [Math.min(1 / roundUp(1 / low), high / 4), high];
}
