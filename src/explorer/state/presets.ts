import { type AxisName, defaults, type Settings } from './parameters.ts';
import type { State } from './state.ts';

/** Settings worth seeing, and one sentence on what is seen; a test holds each sentence to the closed form. */
export interface Preset {
  readonly name: string;
  readonly sentence: string;
  readonly settings: Partial<Settings>;
  readonly axis: AxisName;
  readonly yScale?: State['yScale'];
}

export const presets = {
  curse: {
    name: 'The curse',
    sentence:
      'Adversarial risk is least at a width of about 8; at 100 features an input it is above that of predicting nothing.',
    settings: { psi1: 20, psi2: 3, eps: 0.3, tau: 0.2 },
    axis: 'psi1',
  },
  descent: {
    name: 'Double descent',
    sentence:
      'Trained without attack or penalty, both risks are infinite where N = n; beyond they fall as far as the picture goes.',
    settings: { psi1: 4, psi2: 2, eps: 0, epsTest: 0.3, tau: 0.2 },
    axis: 'psi1',
    yScale: 'log',
  },
  smallest: {
    name: 'The smallest attack',
    sentence:
      'At this width the standard risk is 0.14 when trained without attack, and 0.96 in the limit of small attacks: another of the many read-outs that fit is chosen.',
    settings: { psi1: 100, psi2: 2, eps: 0, epsTest: 0.3, tau: 0.2 },
    axis: 'eps',
  },
  penalty: {
    name: 'A penalty',
    sentence:
      'With a ridge penalty of 0.3 the adversarial risk of this wide model is less than half of what it is without.',
    settings: { psi1: 20, psi2: 3, eps: 0.3, lambda: 0.3, tau: 0.2 },
    axis: 'lambda',
  },
  nothing: {
    name: 'The null phase',
    sentence: 'From a radius of 1.64 on nothing is learnt, whatever the penalty: both risks are 1 + τ².',
    settings: { psi1: 4, psi2: 2, eps: 1.7, tau: 0.2 },
    axis: 'eps',
  },
  tradeOff: {
    name: 'A trade-off',
    sentence:
      'From ε = 0.1 to 0.5 the adversarial risk at a radius of 0.5 falls, and the standard risk rises.',
    settings: { psi1: 1, psi2: 10, eps: 0.3, epsTest: 0.5, tau: 0.2 },
    axis: 'eps',
  },
  samples: {
    name: 'More samples hurt',
    sentence:
      'Trained without attack or penalty, the risks rise from two samples an input to four, where they are infinite.',
    settings: { psi1: 4, psi2: 2, eps: 0, epsTest: 0.3, tau: 0.2 },
    axis: 'psi2',
    yScale: 'log',
  },
} as const satisfies Readonly<Record<string, Preset>>;

export type PresetName = keyof typeof presets;

/** What a preset sets. */
export function presetState(name: PresetName): Pick<State, 'settings' | 'axis' | 'yScale'> {
  const { settings, axis, yScale = 'linear' }: Preset = presets[name];
  return { settings: { ...defaults, ...settings }, axis, yScale };
}
