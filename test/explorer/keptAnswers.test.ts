import { describe, expect, it } from 'vitest';
import { kept, onceFor, remembered } from '../../src/explorer/theory/keptAnswers.ts';
import { fitting, newPace } from '../../src/explorer/theory/pace.ts';

/** A function that counts its calls. */
function counted<Of extends readonly unknown[], T>(answer: (...of: Of) => T) {
  let calls = 0;
  const ask = (...of: Of): T => {
    calls++;
    return answer(...of);
  };
  return { ask, count: () => calls };
}

describe('answers that are kept', () => {
  it('are given again while every argument is the same one', () => {
    const { ask, count } = counted((...parts: readonly unknown[]) => [...parts]);
    const sum = kept(ask);
    const [one, other] = [{ x: 1 }, { x: 1 }];
    const first = sum(1, one);
    expect(sum(1, one)).toBe(first);
    expect(sum(1, other)).toEqual([1, other]);
    expect(sum(1)).toEqual([1]);
    expect(sum(1, undefined)).toEqual([1, undefined]);
    expect(sum(Number.NaN)).toBe(sum(Number.NaN));
    expect(count()).toBe(5);
  });

  it('are those that were asked for last, by what they depend on', () => {
    const { ask, count } = counted(({ x }: { x: number; y?: number }) => ({ x }));
    const answer = remembered(ask, ({ x }) => ({ x }));
    const first = answer({ x: 0, y: 1 });
    // One that is asked for again and again, like a pinned curve, outlives any number of others.
    for (let x = 1; x < 100; x++) {
      answer({ x });
      expect(answer({ x: 0, y: x })).toBe(first);
    }
    expect(count()).toBe(100);
    answer({ x: 1 });
    expect(count()).toBe(101);
  });

  it('belong to an object, whatever equals it', () => {
    const { ask, count } = counted(({ x }: { x: number }) => 2 * x);
    const twice = onceFor(ask);
    const one = { x: 3 };
    expect([twice(one), twice(one), twice({ x: 3 })]).toEqual([6, 6, 6]);
    expect(count()).toBe(2);
  });
});

describe('the points of a curve that moves', () => {
  it('are all of them where there is time, and else evenly some of those', () => {
    expect(fitting(151, 0)).toBe(151);
    for (const count of [151, 101, 41])
      for (const each of [0.01, 0.04, 0.1, 0.3, 2]) {
        const points = fitting(count, each);
        expect(points).toBeLessThanOrEqual(count);
        expect(points).toBeGreaterThanOrEqual(11);
        expect((count - 1) % (points - 1)).toBe(0);
        // Within its share of a frame unless that leaves no curve.
        expect(points * each <= 5 || points < 2 * 11).toBe(true);
      }
  });

  it('are counted by how long the last ones took, of each kind apart', () => {
    let now = 0;
    const pace = newPace(() => now);
    const taking = (milliseconds: number) => () => {
      now += milliseconds;
      return new Array<number>(10).fill(0);
    };
    expect(pace.each('square')).toBe(0);
    pace.timed('square', taking(20));
    expect(pace.each('square')).toBe(2);
    pace.timed('square', taking(10));
    expect(pace.each('square')).toBe(1.5);
    expect(pace.each('hinge')).toBe(0);
  });
});
