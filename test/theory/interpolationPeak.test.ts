import { describe, expect, it } from 'vitest';
import {
  asymptoticRisk,
  deepRandomFeatures,
  type FeatureMap,
  gridValues,
  interpolationPeak,
  linear,
  type Measure,
  randomFeatures,
  riskCurve,
} from '../../src/theory/index.ts';
import { expectRelative } from './support.ts';

const map = randomFeatures({ psi1: 1 });
/** Step of the grid of widths in the logarithm: as far as an inner maximum of the grid may lie from that of the curve. */
const STEP = 8e-3;

interface Followed {
  readonly eps: number;
  readonly at: number | undefined;
}

/** The inner maximum of a dense grid that is nearest to the last one, radius after radius from psi1 = psi2 on. */
function followOnGrid(
  problem: { psi2: number; tau: number; lambda?: number },
  { measure, to }: { measure: Measure; to: number },
): Followed[] {
  const { psi2 } = problem;
  const count = Math.round(Math.log(30 / 0.8) / STEP) + 1;
  const widths = gridValues({ from: 0.8 * psi2, to: 30 * psi2, count, scale: 'log' });
  let last: number | undefined = psi2;
  return gridValues({ from: to / 60, to, count: 60 }).map((eps) => {
    if (last === undefined) return { eps, at: undefined };
    const curve = riskCurve(map, { ...problem, eps }, { parameter: 'psi1', values: widths });
    const risks = curve.map((point) => point[measure]);
    const away = (width: number): number => Math.abs(Math.log(width / last!));
    const maxima = widths.filter((_, i) => risks[i]! > risks[i - 1]! && risks[i]! > risks[i + 1]!);
    const nearest = maxima.sort((a, b) => away(a) - away(b))[0];
    last = nearest !== undefined && away(nearest) < 0.12 ? nearest : undefined;
    return { eps, at: last };
  });
}

describe('the interpolation peak', () => {
  it.each([
    [{ psi2: 3, tau: 0.1 }, 'adversarialRisk', 0.8],
    [{ psi2: 3, tau: 0.1 }, 'standardRisk', 0.5],
    [{ psi2: 3, tau: 0.5 }, 'adversarialRisk', 1.5],
    [{ psi2: 0.7, tau: 0.1 }, 'adversarialRisk', 1.5],
    [{ psi2: 3, tau: 0.3, lambda: 1e-3 }, 'standardRisk', 0.6],
  ] as const)('is the maximum that continues from psi1 = psi2: %o, %s', (problem, measure, to) => {
    const followed = followOnGrid(problem, { measure, to });
    const end = followed.findIndex(({ at }) => at === undefined);
    expect(followed.filter(({ at }) => at !== undefined).length).toBeGreaterThan(20);
    for (const [i, { eps, at }] of followed.entries()) {
      // Where the maximum and the minimum beside it meet, the grid loses them a little early.
      if (end >= 0 && Math.abs(i - end) < 2) continue;
      const peak = interpolationPeak(map, { ...problem, eps }, { measure });
      if (at === undefined) expect(peak, `eps ${eps}`).toBeUndefined();
      else expect(Math.abs(Math.log(peak!.at / at)), `eps ${eps}: ${peak!.at} ${at}`).toBeLessThan(STEP);
    }
  });

  it('is not the highest maximum: psi2 3, tau 0.1 has higher ones at psi1 0.25 and 104', () => {
    const at = (eps: number) => interpolationPeak(map, { psi2: 3, tau: 0.1, eps })?.at;
    // To the two digits that the curve drawn by hand has.
    expect(at(0.3)).toBeCloseTo(3.7, 1);
    expect(at(0.5)).toBeCloseTo(4.6, 1);
  });

  it('says that there is none once it has met the minimum beside it, though another maximum remains', () => {
    const problem = { psi2: 3, tau: 0.1, eps: 0.8 };
    const risk = (psi1: number) => asymptoticRisk(randomFeatures({ psi1 }), problem).adversarialRisk;
    expect(risk(18)).toBeGreaterThan(Math.max(risk(6), risk(100)));
    expect(interpolationPeak(map, problem)).toBeUndefined();
  });

  it('is a maximum, to the precision at which a risk in float64 is flat', () => {
    const problem = { psi2: 3, tau: 0.5, eps: 0.4 };
    const peak = interpolationPeak(map, problem)!;
    const at = (factor: number) =>
      asymptoticRisk(randomFeatures({ psi1: peak.at * factor }), problem).adversarialRisk;
    expectRelative(at(1), peak.risk.adversarialRisk, 1e-9);
    // A parabola: beside a maximum both sides fall alike, beyond rounding and the third derivative.
    const [left, right] = [at(1 - 1e-3), at(1 + 1e-3)];
    expect(left).toBeLessThan(at(1));
    expect(right).toBeLessThan(at(1));
    expectRelative(at(1) - left, at(1) - right, 0.01);
  });

  it('takes the adversarial risk unless told otherwise, as the best width does', () => {
    const problem = { psi2: 3, tau: 0.5, eps: 0.4 };
    expect(interpolationPeak(map, problem)).toEqual(
      interpolationPeak(map, problem, { measure: 'adversarialRisk' }),
    );
    expect(interpolationPeak(map, problem, { measure: 'standardRisk' })!.at).not.toBeCloseTo(
      interpolationPeak(map, problem)!.at,
      2,
    );
  });

  it('belongs to the width that decides when features interpolate, and to no other', () => {
    const deep = deepRandomFeatures({ widths: [2, 1] });
    const problem = { psi2: 3, tau: 0.5, eps: 0.01 };
    expect(interpolationPeak(deep, problem)!.at).toBeCloseTo(3, 0);
    expect(interpolationPeak(deep, problem, { parameter: 'width1' })).toBeUndefined();
    // Linear features cannot interpolate beyond n = d.
    const flat: FeatureMap = randomFeatures({
      psi1: 1,
      activation: { mu0: 0, mu1: 1, muStarSquared: 0, nuSquared: 0 },
    });
    expect(interpolationPeak(flat, problem)).toBeUndefined();
    expect(interpolationPeak(flat, { ...problem, psi2: 0.5 })!.at).toBeCloseTo(0.5, 1);
    expect(() => interpolationPeak(linear(), problem)).toThrow('a width of the feature map');
  });

  it('is looked for in the range that is given', () => {
    const problem = { psi2: 3, tau: 0.5, eps: 0.4 };
    expect(interpolationPeak(map, problem, { from: 10, to: 20 })).toBeUndefined();
    expect(() => interpolationPeak(map, problem, { from: 10, to: 2 })).toThrow('invalid to: 2');
  });
});
