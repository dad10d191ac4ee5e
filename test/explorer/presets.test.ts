import { describe, expect, it } from 'vitest';
import { type PresetName, presetState, presets } from '../../src/explorer/state/presets.ts';
import { epsTestOf } from '../../src/explorer/theory/ask.ts';
import { axisNamed, settingsAt } from '../../src/explorer/theory/curve.ts';
import {
  asymptoticRisk,
  bestWidth,
  criticalEps,
  gridValues,
  randomFeatures,
} from '../../src/theory/index.ts';

/** The library asked for a preset's settings, or others at a place of its axis; not through the page's own questions. */
function riskIn(name: PresetName, at?: number) {
  const { settings, axis } = presetState(name);
  const of = at === undefined ? settings : settingsAt(settings, axisNamed(axis), at);
  const { psi1, psi2, eps, lambda, tau } = of;
  return asymptoticRisk(randomFeatures({ psi1 }), { psi2, eps, lambda, tau, epsTest: epsTestOf(of) });
}
const along = (from: number, to: number, scale: 'log' | 'linear' = 'log'): number[] => [
  ...gridValues({ from, to, count: 9, scale }),
];
const expectFalling = (values: readonly number[]): void => {
  for (const [i, value] of values.entries()) if (i > 0) expect(value).toBeLessThan(values[i - 1]!);
};

// Each sentence once more, and what the closed form says of it.
const claims: Readonly<Record<PresetName, readonly [sentence: string, check: () => void]>> = {
  curse: [
    'Adversarial risk is least at a width of about 8; at 100 features an input it is above that of predicting nothing.',
    () => {
      const { psi2, eps, tau } = presetState('curse').settings;
      const search = { parameter: 'psi1', from: 0.1, to: 100, measure: 'adversarialRisk' } as const;
      const best = bestWidth(randomFeatures({ psi1: 1 }), { psi2, eps, tau }, search);
      expect(Math.round(best.at)).toBe(8);
      expect(riskIn('curse', 100).adversarialRisk).toBeGreaterThan(1 + tau ** 2);
    },
  ],
  descent: [
    'Trained without attack or penalty, both risks are infinite where N = n; beyond they fall as far as the picture goes.',
    () => {
      expect(riskIn('descent', 2)).toMatchObject({ standardRisk: Infinity, adversarialRisk: Infinity });
      const beyond = along(2.1, 100).map((at) => riskIn('descent', at));
      expectFalling(beyond.map(({ standardRisk }) => standardRisk));
      expectFalling(beyond.map(({ adversarialRisk }) => adversarialRisk));
    },
  ],
  smallest: [
    'At this width the standard risk is 0.14 when trained without attack, and 0.96 in the limit of small attacks: another of the many read-outs that fit is chosen.',
    () => {
      expect(riskIn('smallest').standardRisk.toFixed(2)).toBe('0.14');
      for (const eps of [1e-2, 1e-3, 1e-4]) {
        expect(riskIn('smallest', eps).standardRisk.toFixed(2)).toBe('0.96');
        expect(riskIn('smallest', eps).trainingError).toBeLessThan(eps);
      }
    },
  ],
  penalty: [
    'With a ridge penalty of 0.3 the adversarial risk of this wide model is less than half of what it is without.',
    () => {
      expect(presetState('penalty').settings.lambda).toBe(0.3);
      expect(riskIn('penalty').adversarialRisk).toBeLessThan(riskIn('penalty', 0).adversarialRisk / 2);
    },
  ],
  nothing: [
    'From a radius of 1.64 on nothing is learnt, whatever the penalty: both risks are 1 + τ².',
    () => {
      const { psi1, psi2, tau, eps } = presetState('nothing').settings;
      expect(criticalEps(randomFeatures({ psi1 }), { psi2, tau }).toFixed(2)).toBe('1.64');
      for (const lambda of [0, 0.01, 1]) {
        const risk = asymptoticRisk(randomFeatures({ psi1 }), { psi2, tau, eps, lambda });
        expect(risk.phase).toBe('null');
        expect([risk.standardRisk, risk.adversarialRisk]).toEqual([1 + tau ** 2, 1 + tau ** 2]);
        const below = asymptoticRisk(randomFeatures({ psi1 }), { psi2, tau, eps: 1.63, lambda });
        expect(below.phase).not.toBe('null');
      }
    },
  ],
  tradeOff: [
    'From ε = 0.1 to 0.5 the adversarial risk at a radius of 0.5 falls, and the standard risk rises.',
    () => {
      expect(presetState('tradeOff').settings.epsTest).toBe(0.5);
      const between = along(0.1, 0.5, 'linear').map((at) => riskIn('tradeOff', at));
      expectFalling(between.map(({ adversarialRisk }) => adversarialRisk));
      expectFalling(between.map(({ standardRisk }) => -standardRisk));
    },
  ],
  samples: [
    'Trained without attack or penalty, the risks rise from two samples an input to four, where they are infinite.',
    () => {
      const between = along(2, 4, 'linear').map((at) => riskIn('samples', at));
      expectFalling(between.map(({ standardRisk }) => -standardRisk));
      expectFalling(between.map(({ adversarialRisk }) => -adversarialRisk));
      expect(between.at(-1)!.standardRisk).toBe(Infinity);
    },
  ],
};

describe('the sentence of an example', () => {
  it.each(Object.keys(presets) as PresetName[])('is true: %s', (name) => {
    const [sentence, check] = claims[name];
    expect(presets[name].sentence).toBe(sentence);
    check();
  });
});
