import { describe, expect, it } from 'vitest';
import { axisTicks } from '../../src/plots/ticks.ts';

const numbered = (...args: Parameters<typeof axisTicks>): number[] =>
  axisTicks(...args)
    .filter((tick) => tick.numbered)
    .map(({ at }) => at);

describe('ticks', () => {
  it.each([
    { scale: 'linear', domain: [0, 1], count: 5, values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
    { scale: 'linear', domain: [-0.1, 0.4], count: 5, values: [-0.1, 0, 0.1, 0.2, 0.3, 0.4] },
    { scale: 'log', domain: [0.1, 10], count: 7, values: [0.1, 0.2, 0.5, 1, 2, 5, 10] },
    { scale: 'log', domain: [1, 5], count: 7, values: [1, 1.5, 2, 3, 5] },
    { scale: 'log', domain: [0.01, 100], count: 9, values: [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100] },
    { scale: 'log', domain: [1.1, 1.4], count: 3, values: [1.1, 1.2, 1.3, 1.4] },
    // Few, but never a single one where there are more.
    { scale: 'log', domain: [0.2, 8], count: 3, values: [0.3, 1, 3] },
    { scale: 'log', domain: [0.28, 2.9], count: 3, values: [0.5, 1, 2] },
    { scale: 'log', domain: [0.6, 3.5], count: 1, values: [1, 3] },
    { scale: 'log', domain: [1e-6, 1e6], count: 5, values: [1e-6, 1e-3, 1, 1e3, 1e6] },
  ] as const)('stand at round values: $scale $domain', ({ scale, domain, count, values }) => {
    expect(numbered(scale, domain, count)).toEqual(values);
  });

  it('stay within the domain and in order, and on a logarithmic axis lie at every whole multiple', () => {
    for (const [low, high] of [
      [0.13, 0.9],
      [0.25, 8],
      [3e-4, 2e5],
    ] as const)
      for (const scale of ['linear', 'log'] as const) {
        const places = axisTicks(scale, [low, high], 6).map(({ at }) => at);
        expect(places.every((at) => at >= low && at <= high)).toBe(true);
        expect(places).toEqual([...new Set(places)].sort((a, b) => a - b));
        expect(numbered(scale, [low, high], 6).length).toBeGreaterThanOrEqual(scale === 'log' ? 1 : 3);
        expect(numbered(scale, [low, high], 6).length).toBeLessThanOrEqual(scale === 'log' ? 7 : 10);
      }
    expect(axisTicks('log', [1, 10], 3).map(({ at }) => at)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });
});
