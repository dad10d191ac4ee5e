import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { meanOf } from '../../src/numerics/estimate.ts';
import { blockMeans, chooseCandidate, type ScoredCandidate } from '../../src/table/tuneChoice.ts';
import { tuneProfile } from '../../src/table/tuneProfile.ts';

const ROWS = 12;

/** A candidate whose losses, row by row, are given. */
const scoredWith = (
  losses: readonly number[],
  candidate: Partial<ScoredCandidate['candidate']> = {},
  rest: Partial<ScoredCandidate> = {},
): ScoredCandidate => ({
  candidate: {
    ...{ model: 'random-features', width: 50, activation: 'relu', clip: null, loss: 'square' },
    ...{ eps: 0.1, lambda: 0.1, ...candidate },
  },
  by: 'folds',
  clean: meanOf(losses),
  robust: meanOf(losses),
  blocks: blockMeans(Float64Array.from(losses)),
  ...{ fault: null, doubts: [], seconds: 0, ...rest },
});

/** Candidates that all differ, whose losses are noise about levels of their own. */
const scores = fc
  .uniqueArray(
    fc.record({
      width: fc.constantFrom(10, 20, 40),
      eps: fc.constantFrom(0, 0.1, 0.2),
      lambda: fc.constantFrom(0.01, 0.1),
      level: fc.integer({ min: 0, max: 3 }),
      losses: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: ROWS, maxLength: ROWS }),
      fault: fc.constantFrom(null, null, null, 'did not converge'),
      doubts: fc.constantFrom<readonly string[]>([], [], ['a doubt']),
    }),
    { minLength: 1, maxLength: 12, selector: ({ width, eps, lambda }) => `${width} ${eps} ${lambda}` },
  )
  .map((all) =>
    all.map(({ width, eps, lambda, level, losses, fault, doubts }) =>
      scoredWith(
        losses.map((loss) => level + loss),
        { width, eps, lambda },
        { fault, doubts },
      ),
    ),
  )
  .filter((all) => all.some(({ fault, doubts }) => fault === null && doubts.length === 0));

describe('chooseCandidate', () => {
  it('does not depend on the order of the candidates', () => {
    fc.assert(
      fc.property(
        scores,
        fc.infiniteStream(fc.nat()),
        fc.constantFrom('least', 'one-standard-error'),
        (all, keys, rule) => {
          const shuffled = all
            .map((score) => ({ score, key: keys.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ score }) => score);
          const [one, other] = [all, shuffled].map((list) => chooseCandidate(list, rule));
          expect(other).toEqual(one);
        },
      ),
    );
  });

  it('chooses no candidate that is more than one standard error of the difference worse than the least', () => {
    fc.assert(
      fc.property(scores, (all) => {
        const { chosen, least } = chooseCandidate(all, 'one-standard-error');
        const excess = meanOf(chosen.blocks.map((loss, i) => loss - least.blocks[i]!));
        expect(excess.value).toBeLessThanOrEqual(chosen === least ? 0 : excess.standardError + 1e-12);
        for (const { fault, doubts, robust } of all)
          if (fault === null && doubts.length === 0)
            expect(least.robust.value).toBeLessThanOrEqual(robust.value);
      }),
    );
  });

  it('chooses the simplest there, and never one with a fault or a doubt', () => {
    fc.assert(
      fc.property(scores, fc.constantFrom('least', 'one-standard-error'), (all, rule) => {
        const { chosen, least, within } = chooseCandidate(all, rule);
        expect([chosen.fault, chosen.doubts]).toEqual([null, []]);
        const near = all.filter((score) => {
          if (score.fault !== null || score.doubts.length > 0) return false;
          const { standardError } = meanOf(score.blocks.map((loss, i) => loss - least.blocks[i]!));
          return score === least || score.robust.value - least.robust.value <= standardError;
        });
        expect(near).toContain(chosen);
        expect(within).toBe(near.length);
        if (rule === 'one-standard-error')
          expect(chosen.candidate.width).toBe(Math.min(...near.map(({ candidate }) => candidate.width)));
      }),
    );
  });

  it('takes the larger penalty, then the larger radius, of equal widths, and a linear model before all', () => {
    const flat = Array.from({ length: ROWS }, (_, i) => i % 3);
    const chosenOf = (...candidates: Partial<ScoredCandidate['candidate']>[]) =>
      chooseCandidate(
        candidates.map((candidate) => scoredWith(flat, candidate)),
        'one-standard-error',
      ).chosen.candidate;
    expect(chosenOf({ lambda: 0.1, eps: 1 }, { lambda: 1, eps: 0.1 })).toMatchObject({ lambda: 1 });
    expect(chosenOf({ eps: 0.1 }, { eps: 0.3 })).toMatchObject({ eps: 0.3 });
    const linear = { model: 'linear', width: 100, activation: null } as const;
    expect(chosenOf({ width: 10 }, linear)).toMatchObject({ model: 'linear' });
  });

  it('judges differences row by row: what is hard for all does not hide that one is worse', () => {
    // One row in twelve has a loss of 100 whatever the model; the wide model is better by 0.1 on every row.
    const hard = Array.from({ length: ROWS }, (_, i) => (i === 0 ? 100 : 1));
    const narrow = scoredWith(
      hard.map((loss, i) => loss + 0.1 + 0.01 * (i % 2)),
      { width: 10 },
    );
    const wide = scoredWith(hard, { width: 40 });
    expect(narrow.robust.value - wide.robust.value).toBeLessThan(wide.robust.standardError);
    expect(chooseCandidate([narrow, wide], 'one-standard-error').chosen).toBe(wide);
  });

  it('says why none is left', () => {
    const bad = scoredWith([1, 2], {}, { fault: 'did not converge (relative duality gap 1.0e-2)' });
    expect(() => chooseCandidate([bad], 'least')).toThrow(UserError);
    expect(() => chooseCandidate([bad], 'least')).toThrow(
      /none of 1 candidates can be chosen.*did not converge/,
    );
    expect(() => chooseCandidate([], 'least')).toThrow('there are no candidates');
  });
});

describe('blockMeans', () => {
  it('keeps every row up to 400, and the mean and the standard error of more (blocks of equal size)', () => {
    const few = Float64Array.from({ length: 9 }, (_, i) => i / 8);
    expect(blockMeans(few)).toEqual([...few]);
    const many = Float64Array.from({ length: 2000 }, (_, i) => Math.sin(i * i));
    const [blocks, rows] = [meanOf(blockMeans(many)), meanOf(many)];
    expect(blocks.count).toBe(400);
    expect(blocks.value).toBeCloseTo(rows.value, 6);
    // Monte Carlo: a standard error from 400 values has one of its own of 4 per cent.
    expect(Math.abs(blocks.standardError / rows.standardError - 1)).toBeLessThan(4 * 0.04);
  });
});

describe('tuneProfile', () => {
  it('has the least risk of every value, and no activation of a linear model', () => {
    const losses = (level: number) => Array.from({ length: ROWS }, (_, i) => level + (i % 3));
    const all = [
      scoredWith(losses(0), { model: 'linear', width: 3, activation: null }),
      scoredWith(losses(1), { activation: 'relu' }),
      scoredWith(losses(3), { activation: 'erf' }),
      scoredWith(losses(2), { activation: 'erf', width: 100 }),
    ];
    const { chosen, least } = chooseCandidate(all, 'least');
    const profile = tuneProfile({ scores: all, chosen, least });
    const told = profile.map(({ choice, values }) => [
      choice,
      values.map(({ value, best, excess, chosen: isChosen }) => [
        ...[value, best.robust.value, excess.value, isChosen],
      ]),
    ]);
    expect(told).toEqual([
      [
        'features',
        [
          ['linear', 1, 0, true],
          [50, 2, 1, false],
          [100, 3, 2, false],
        ],
      ],
      [
        'activation',
        [
          ['erf', 3, 2, false],
          ['relu', 2, 1, false],
        ],
      ],
    ]);
  });
});
