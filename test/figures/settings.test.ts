import { describe, expect, it } from 'vitest';
import type { FigureSettings } from '../../src/figures/figure.ts';
import { checkSettings } from '../../src/figures/figureSettings.ts';
import { figureNamed } from '../../src/figures/index.ts';

describe('the settings of a figure', () => {
  const figure = figureNamed('curse');
  const bad: readonly [Partial<FigureSettings>, string][] = [
    [{ psi1: [1, 0] }, 'invalid psi1: 0'],
    [{ psi2: [-1] }, 'invalid psi2: -1'],
    [{ epsilons: [0.1, -0.1] }, 'invalid epsilons: -0.1'],
    [{ lambda: [-1e-9] }, 'invalid lambda: -1e-9'],
    [{ d: [50.5] }, 'invalid d: 50.5'],
    [{ d: [0] }, 'invalid d: 0'],
    [{ activations: ['step' as 'tanh'] }, 'invalid activations: "step"'],
    [{ seeds: 0 }, 'invalid seeds: 0'],
    [{ seeds: 1.5 }, 'invalid seeds: 1.5'],
    [{ tau: -0.2 }, 'invalid tau: -0.2'],
    [{ method: 'newton' as 'pgd' }, 'invalid method: "newton"'],
    [{ attackSteps: 0 }, 'invalid attackSteps: 0'],
    // One row has no standard error.
    [{ testRows: 1 }, 'invalid testRows: 1'],
  ];

  it.each(bad)('that are out of range are refused by name: %j', (settings, message) => {
    expect(() => checkSettings(figure, { ...figure.defaults, ...settings })).toThrow(message);
  });

  it.each<Partial<FigureSettings>>([
    { psi1: [1e-3] },
    { epsilons: [0] },
    { lambda: [0] },
    { d: [1] },
    { seeds: 1 },
    { tau: 0 },
    { attackSteps: 1 },
    { testRows: 2 },
  ])('may be at the end of their range: %j', (settings) => {
    const given = { ...figure.defaults, ...settings };
    expect(checkSettings(figure, given)).toBe(given);
  });
});
