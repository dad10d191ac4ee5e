import { describe, expect, it } from 'vitest';
import { type Estimate, meanOf } from '../../src/numerics/estimate.ts';
import { candidatesOf, type TuneFamily, type TunePath } from '../../src/table/tuneCandidates.ts';
import type { ScoredCandidate } from '../../src/table/tuneChoice.ts';
import { resolveTableTuning, type TuneEstimate } from '../../src/table/tuneOptions.ts';
import { TuneProgressCount } from '../../src/table/tuneProgress.ts';
import { canStay } from '../../src/table/tuneScores.ts';
import { type Searched, searchPaths } from '../../src/table/tuneSearch.ts';

const family: TuneFamily = { model: 'linear', width: 3, activation: null, clip: null, loss: 'square' };
/** Every path begins at 4; of equal risks along it five are scored: 4, 6, 7, 2 and 1. */
const epsilons = [1, 2, 3, 4, 5, 6, 7];
const [ROWS, MIDDLE] = [64, 3];

/** Of one path after the other, as they come: from large to small. */
const lambdaOf = (path: number): number => 10 - path;

/** What is said of a candidate: its risk, or more of it. */
type Told = number | { readonly risk: number; readonly doubts?: string[]; readonly fault?: string };

/**
 * Losses of 64 rows with a given mean, candidate k along the k-th Walsh function: differences of any two have a standard error of
 * sqrt(2 / 63) times the scale, which makes it 1.
 */
function lossesOf(k: number, risk: number): number[] {
  const isOdd = (bits: number): boolean => bits !== 0 && !isOdd(bits & (bits - 1));
  const scale = Math.sqrt((ROWS - 1) / 2);
  return Array.from({ length: ROWS }, (_, i) => risk + (isOdd(i & (k + 1)) ? -scale : scale));
}

/** The search over one path for each list of leave-one-out risks, in an order of eps; by folds what `byFolds` says. */
async function searched(
  risks: readonly (readonly Told[])[],
  byFolds: (at: { readonly path: number; readonly eps: number }) => number | undefined = () => undefined,
  familyOf: (path: number) => TunePath['family'] = () => family,
): Promise<Searched & { readonly asked: [path: number, eps: number, by: TuneEstimate][] }> {
  const lambdas = risks.map((_, path) => lambdaOf(path));
  const paths = lambdas.map((lambda, path): TunePath => ({ family: familyOf(path), lambda, epsilons }));
  const asked: [number, number, TuneEstimate][] = [];
  const find = (candidate: TunePath['family'] & { eps: number; lambda: number }, by: TuneEstimate) => {
    const path = lambdas.indexOf(candidate.lambda);
    const at = epsilons.indexOf(candidate.eps);
    asked.push([path, candidate.eps, by]);
    const told = by === 'folds' ? byFolds({ path, eps: candidate.eps }) : risks[path]![at];
    if (told === undefined) throw new Error(`nobody asked for ${candidate.eps} by ${by}`);
    const { risk, doubts = [], fault = null } = typeof told === 'number' ? { risk: told } : told;
    const losses = lossesOf(path * epsilons.length + at, risk);
    const robust: Estimate = { ...meanOf(losses), value: risk };
    return { ...{ candidate, by, clean: robust, robust, blocks: losses, fault, doubts }, seconds: 0 };
  };
  const settings = resolveTableTuning({ target: 'y', epsTest: epsilons[MIDDLE]! });
  const add = () => {
    throw new Error('every score is kept');
  };
  let finished = 0;
  const nothing = { n: ROWS, d: 3, x: new Float64Array(), y: new Float64Array() };
  const found = await searchPaths(paths, () => nothing, settings, {
    store: { find, add },
    count: new TuneProgressCount(1, (progress) => {
      finished = progress.candidates;
    }),
  });
  const all = paths.flatMap(candidatesOf).length;
  expect([found.scores.length + found.skipped.length, finished]).toEqual([all, all]);
  return { ...found, asked };
}

const radii = (list: readonly { readonly candidate: { readonly eps: number } }[]): number[] =>
  list.map(({ candidate }) => candidate.eps).sort((a, b) => a - b);
const scoredIn = (scores: readonly ScoredCandidate[], path: number): number[] =>
  radii(scores.filter(({ candidate }) => candidate.lambda === lambdaOf(path)));

const reasons = (skipped: Searched['skipped'], path: number): string[] =>
  skipped.flatMap(({ candidate, because }) => (candidate.lambda === lambdaOf(path) ? [because] : []));

describe('canStay', () => {
  it('says whether scorers of a few hundred megabytes would be kept', () => {
    const paths = [100, 300].map(
      (width): TunePath => ({ family: { ...family, width }, lambda: 1, epsilons }),
    );
    // 4 x 400 numbers a row: 12,800 bytes, so that 20,972 rows take 2^28. Penalties share them.
    const also = paths.map((path): TunePath => ({ ...path, lambda: 2 }));
    expect(canStay([...paths, ...also], { n: 20_900 })).toBe(true);
    expect(canStay(paths, { n: 21_000 })).toBe(false);
  });
});

describe('searchPaths', () => {
  it('follows a path in double steps until the risk rises, downwards where it is no lower upwards', async () => {
    // Nobody has told the risks that are not to be asked for.
    const never = Number.NaN;
    const up = await searched([[never, never, never, 100, 99, 95, 97]]);
    expect(up.asked.map(([, eps]) => eps)).toEqual([4, 6, 7, 5]);
    const down = await searched([[99.5, 98, 99.2, 100, never, 101, never]]);
    expect(down.asked.map(([, eps]) => eps)).toEqual([4, 6, 2, 1, 3]);
    expect(down.skipped.map(({ candidate, because }) => [candidate.eps, because])).toEqual([
      [5, 'rise'],
      [7, 'rise'],
    ]);
  });

  it('ends where radii on both sides of the least, and of the largest within a standard error, are scored', async () => {
    const { asked, skipped } = await searched([[99.95, 99.9, 99.92, 100, 100.1, 100.2, 102]]);
    expect(asked.map(([, eps]) => eps)).toEqual([4, 6, 2, 1, 3, 5, 7]);
    expect(skipped).toEqual([]);
    // Six is more than a standard error above the least.
    const near = await searched([[99.95, 99.1, 99.92, 100, 100.05, 100.2, Number.NaN]]);
    expect(near.asked.map(([, eps]) => eps)).toEqual([4, 6, 2, 1, 3, 5]);
  });

  it('leaves at its beginning a path that is worse by 1.5 standard errors and a twentieth, not by one of these', async () => {
    const flat = (risk: number) => epsilons.map(() => risk);
    // In units of standard errors: 10 of 200 are a twentieth, 1.4 of 10 more than that but fewer than 1.5.
    const far = await searched([flat(200), flat(209), flat(211)]);
    expect([0, 1, 2].map((path) => scoredIn(far.scores, path).length)).toEqual([5, 5, 1]);
    expect(reasons(far.skipped, 2)).toEqual(new Array(6).fill('beginning'));
    const near = await searched([flat(10), flat(11.4), flat(11.6)]);
    expect([0, 1, 2].map((path) => scoredIn(near.scores, path).length)).toEqual([5, 5, 1]);
  });

  it('begins no path of a smaller penalty once the risk of the larger one has risen far above the least', async () => {
    const flat = (risk: number) => epsilons.map(() => risk);
    const { scores, skipped } = await searched([flat(205), flat(200), flat(211), flat(150), flat(140)]);
    expect([0, 1, 2, 3, 4].map((path) => scoredIn(scores, path).length)).toEqual([5, 5, 1, 0, 0]);
    for (const [path, left] of [6, 7, 7].entries())
      expect(reasons(skipped, path + 2)).toEqual(new Array(left).fill('beginning'));
    // Far above the least, but falling; and risen, but by less than a twentieth.
    const falling = await searched([flat(200), flat(209), flat(208), flat(207), flat(199.5)]);
    expect([0, 1, 2, 3, 4].map((path) => scoredIn(falling.scores, path).length)).toEqual([5, 5, 5, 5, 5]);
    const down = await searched([flat(300), flat(250), flat(225), flat(200)]);
    expect([0, 1, 2, 3].map((path) => scoredIn(down.scores, path).length)).toEqual([1, 1, 1, 5]);
    // Far above another family's, but falling towards it.
    const wider = { ...family, width: 2 * family.width };
    const towards = await searched([flat(100), flat(300), flat(250), flat(102)], undefined, (path) =>
      path === 0 ? family : wider,
    );
    expect([0, 1, 2, 3].map((path) => scoredIn(towards.scores, path).length)).toEqual([5, 1, 1, 5]);
  });

  it('follows the path of the least beginning first, and leaves what is far above what it finds there', async () => {
    // 209 is within a twentieth of where the other begins, and not of where it ends.
    const other = [200, 200, 200, 200, 199.9, 199.8, 190];
    const { scores, skipped, asked } = await searched([epsilons.map(() => 209), other]);
    expect([0, 1].map((path) => scoredIn(scores, path).length)).toEqual([1, 3]);
    expect(skipped.map(({ because }) => because)).toEqual([
      ...new Array(6).fill('beginning'),
      ...new Array(4).fill('rise'),
    ]);
    expect(asked.slice(0, 3).map(([path, eps]) => [path, eps])).toEqual([
      [0, 4],
      [1, 4],
      [1, 6],
    ]);
  });

  it('puts folds in the place of a doubtful estimate that might be the best, and of no other', async () => {
    const doubtful = (risk: number) => ({ risk, doubts: ['few rows carry it'] });
    const flat = [100, 100, 100, 100, 100, doubtful(101.9), doubtful(102.1)];
    const { scores, asked } = await searched([flat], ({ eps }) => (eps === 6 ? 104 : undefined));
    expect(asked.filter(([, , by]) => by === 'folds')).toEqual([[0, 6, 'folds']]);
    const [six, seven] = [6, 7].map((eps) => scores.find(({ candidate }) => candidate.eps === eps)!);
    expect([six!.by, six!.robust.value, six!.doubts]).toEqual(['folds', 104, []]);
    expect([seven!.by, seven!.doubts]).toEqual(['leave-one-out', ['few rows carry it']]);
  });

  it('asks folds of every doubtful one where nothing else is there, and of none that has a fault', async () => {
    const all = epsilons.map((eps) =>
      eps === 2 ? { risk: 1, fault: 'no solution' } : { risk: eps, doubts: ['far from it'] },
    );
    const { scores } = await searched([all], ({ eps }) => 50 + eps);
    expect(scores.map(({ by, candidate }) => [candidate.eps, by]).sort()).toEqual(
      [1, 2, 4, 6, 7].map((eps) => [eps, eps === 2 ? 'leave-one-out' : 'folds']),
    );
  });
});
