import { describe, expect, it } from 'vitest';
import { recall, remember } from '../../src/explorer/check/keptMeasurements.ts';
import { matching, withMeasurements } from '../../src/explorer/check/measurements.ts';
import type { Measurement } from '../../src/explorer/check/protocol.ts';
import { roundsOf } from '../../src/explorer/check/rounds.ts';
import { defaults, type Settings } from '../../src/explorer/state/parameters.ts';
import { axisNamed } from '../../src/explorer/theory/curve.ts';

const point = (some: Partial<Settings> = {}, rest: Partial<Measurement> = {}): Measurement => ({
  settings: { ...defaults, ...some },
  d: 20,
  seeds: 4,
  converged: 4,
  standardRisk: { value: 0.5, standardError: 0.01 },
  adversarialRisk: { value: 0.9, standardError: 0.02 },
  elsewhere: false,
  ...rest,
});

/** A browser's storage of one page. */
function storageOf() {
  const kept = new Map<string, string>();
  return {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, text: string) => void kept.set(name, text),
    kept,
  };
}

describe('measured points', () => {
  it('replace older ones of the same point and dimension only', () => {
    const old = [point(), point({ eps: 0.4 }), point({}, { d: 50 })];
    const next = point({}, { seeds: 8, converged: 8 });
    expect(withMeasurements(old, [next])).toEqual([old[1], old[2], next]);
  });

  it('of a link never take the place of those measured here', () => {
    const own = [point()];
    const linked = point({}, { elsewhere: true, standardRisk: { value: 9, standardError: 0 } });
    expect(withMeasurements(own, [linked])).toEqual(own);
    expect(withMeasurements([linked], own)).toEqual(own);
    const other = { ...linked, d: 50 };
    expect(withMeasurements(own, [other])).toEqual([...own, other]);
  });

  it('are remembered with their settings, and shown for no others', () => {
    const storage = storageOf();
    const mine = [point({ psi1: 2 }), point({ eps: 0.7, activation: 'tanh' })];
    remember(storage, [...mine, point({ tau: 1 }, { elsewhere: true })]);
    const kept = recall(storage);
    expect(kept).toEqual(mine);
    const along = axisNamed('psi1');
    expect(matching(kept, defaults, along).map(({ measurement }) => measurement)).toEqual([mine[0]]);
    expect(matching(kept, { ...defaults, tau: 0.21 }, along)).toEqual([]);
  });

  it.each(['', 'null', '{', '[1]', '["0.5"]', '{"a":1}'])('are none in a storage that holds %j', (text) => {
    expect(recall({ getItem: () => text })).toEqual([]);
  });

  it('are those of this page where nothing may be stored', () => {
    const refuse = () => {
      throw new Error('forbidden');
    };
    expect(recall({ getItem: refuse })).toEqual([]);
    expect(() => remember({ setItem: refuse }, [point()])).not.toThrow();
    expect(() => remember(undefined, [point()])).not.toThrow();
  });
});

describe('the order of training', () => {
  it('has two models of every point before a third of any, and every model once', () => {
    const rounds = roundsOf(3, 4);
    expect(rounds.slice(0, 3)).toEqual([0, 1, 2].map((point) => ({ point, seeds: [0, 1] })));
    const models = rounds.flatMap(({ point, seeds }) => seeds.map((seed) => `${point}/${seed}`));
    expect(models).toHaveLength(12);
    expect(new Set(models).size).toBe(12);
    expect(roundsOf(1, 1)).toEqual([{ point: 0, seeds: [0] }]);
  });
});
