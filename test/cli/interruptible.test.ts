import { afterEach, expect, it, vi } from 'vitest';
import { releasedWhenSlow } from '../../src/cli/interruptible.ts';

afterEach(() => vi.restoreAllMocks());

it('leaves Ctrl-C to the system once, after the first part that takes longer than two seconds', () => {
  let now = 5e3;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const told: (number | 'released')[] = [];
  const finished = releasedWhenSlow(
    () => told.push('released'),
    (seconds) => told.push(seconds),
  );
  for (const seconds of [1, 1.5, 0.1]) {
    now += 1e3 * seconds;
    finished();
  }
  expect(told).toEqual([]);
  for (const seconds of [2.5, 9]) {
    now += 1e3 * seconds;
    finished();
  }
  expect(told).toEqual(['released', 2.5]);
});
