import { describe, expect, it } from 'vitest';
import { meanOf } from '../../src/numerics/estimate.ts';
import { candidatesOf, type TuneFamily, type TunePath } from '../../src/table/tuneCandidates.ts';
import type { ScoredCandidate } from '../../src/table/tuneChoice.ts';
import type { PreparedRows } from '../../src/table/tuneScores.ts';
import { partOf, stagesOf, survivors } from '../../src/table/tuneStages.ts';

const family: TuneFamily = { model: 'linear', width: 1, activation: null, clip: null, loss: 'square' };

describe('stagesOf', () => {
  it('compares by all rows of a small table, and by a quarter of the part before the part itself', () => {
    expect(stagesOf(80, 80)).toEqual([80]);
    expect(stagesOf(81, 80)).toEqual([20, 80]);
  });
});

describe('partOf', () => {
  it('is of the same rows for every family, and a smaller part is within a larger one', () => {
    const clipped: TuneFamily = { ...family, clip: 3 };
    // Row i holds i, clipped or not.
    const rows = (sign: number): PreparedRows => {
      const y = Float64Array.from({ length: 100 }, (_, i) => sign * i);
      return { n: 100, d: 1, x: y.slice(), y };
    };
    const [asTheyAre, cut] = [rows(1), rows(-1)];
    const rowsOf = (of: TuneFamily) => (of.clip === null ? asTheyAre : cut);
    const positions = (count: number, of: TuneFamily) => {
      const { n, x, y } = partOf(rowsOf, count, 5)(of);
      expect([n, ...x]).toEqual([count, ...y]);
      return [...y].map(Math.abs);
    };
    const [few, more] = [positions(20, family), positions(80, family)];
    expect(new Set(more).size).toBe(80);
    expect(more).toEqual(expect.arrayContaining(few));
    expect(positions(20, clipped)).toEqual(few);
    expect(partOf(rowsOf, 100, 5)(family)).toBe(asTheyAre);
  });
});

describe('survivors', () => {
  const path: TunePath = { family, lambda: 1, epsilons: Array.from({ length: 40 }, (_, k) => k) };
  /** Every loss of a candidate is its risk, but for the last row, by which a difference has a standard error of its own. */
  const scored = (risks: readonly number[], spread: (k: number) => number): ScoredCandidate[] =>
    candidatesOf(path).map((candidate, k) => {
      const blocks = [risks[k]! + spread(k), ...new Array<number>(9).fill(risks[k]! - spread(k) / 9)];
      const robust = meanOf(blocks);
      return {
        ...{ candidate, by: 'folds', clean: robust, robust, blocks },
        ...{ fault: null, doubts: [], seconds: 0 },
      };
    });
  const radii = (paths: readonly TunePath[]) => paths.flatMap(({ epsilons }) => epsilons);

  it('are a quarter at most, those of least risk', () => {
    const risks = path.epsilons.map((k) => (k * 7) % 40);
    const left = radii(
      survivors(
        [path],
        scored(risks, (k) => 1000 * k),
      ),
    );
    expect(left.map((k) => risks[k]!).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('are eight where no other is within two standard errors of the least, and none with a fault', () => {
    const risks = path.epsilons.map((k) => 1 + k / 10);
    const exact = scored(risks, () => 0);
    expect(radii(survivors([path], exact))).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    const faulty = exact.map((score, k) => (k === 3 ? { ...score, fault: 'no solution' } : score));
    expect(radii(survivors([path], faulty))).toEqual([0, 1, 2, 4, 5, 6, 7, 8]);
    expect(
      survivors(
        [path],
        exact.map((score) => ({ ...score, doubts: ['few rows'] })),
      ),
    ).toEqual([path]);
  });
});
