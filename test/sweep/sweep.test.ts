import { describe, expect, it } from 'vitest';
import { cellSeconds } from '../../src/cells/cellSeconds.ts';
import { cellKey } from '../../src/cells/node/cellKey.ts';
import { cellsOfShard, parseShard, shardOfEnvironment } from '../../src/sweep/shards.ts';
import { sweepCells } from '../../src/sweep/sweepSpec.ts';

const spec = {
  seeds: 2,
  cells: {
    d: [20, 40],
    psi1: { from: 0.5, to: 8, count: 5, scale: 'log' },
    psi2: 3,
    eps: [0, 0.3],
    tau: 0.2,
  },
};

describe('a sweep', () => {
  it('is the product of its lists, ranges and seeds', () => {
    const cells = sweepCells(spec);
    expect(cells).toHaveLength(2 * 2 * 5 * 2);
    expect(new Set(cells.map(cellKey)).size).toBe(cells.length);
    expect([...new Set(cells.map((c) => c.psi1))]).toEqual([0.5, 1, 2, 4, 8]);
  });

  it('tests every cell at the same list of radii, or at its own eps', () => {
    const { d, psi2, eps } = { d: 20, psi2: 3, eps: [0.1, 0.3] };
    expect(sweepCells({ cells: { d, psi2, eps } }).map((c) => c.epsTest)).toEqual([[0.1], [0.3]]);
    expect(sweepCells({ cells: { d, psi2, eps, epsTest: [0, 1] } }).map((c) => c.epsTest)).toEqual([
      [0, 1],
      [0, 1],
    ]);
  });

  it('is over networks, too: lists of widths, or a range of them for one hidden layer', () => {
    const given = { d: 20, psi2: 3, eps: 0.3 };
    const widthsOf = (cells: object) => sweepCells({ cells: { ...given, ...cells } }).map((c) => c.widths);
    expect(widthsOf({ network: 'deep-frozen', widths: [2, 1] })).toEqual([[2, 1]]);
    expect(widthsOf({ network: 'trained', widths: [[1], [2, 1]] })).toEqual([[1], [2, 1]]);
    const range = { from: 1, to: 4, count: 3, scale: 'log' };
    const cells = sweepCells({ cells: { ...given, network: ['lazy', 'trained'], widths: range } });
    expect(cells.map(({ network, widths, psi1 }) => [network, widths, psi1])).toEqual([
      ['lazy', [1], 1],
      ['lazy', [2], 2],
      ['lazy', [4], 4],
      ['trained', [1], 1],
      ['trained', [2], 2],
      ['trained', [4], 4],
    ]);
    const linear = sweepCells({ cells: { ...given, features: 'linear', psi2: [0.5, 2] } });
    expect(linear.map(({ features, psi1 }) => [features, psi1])).toEqual([
      ['linear', 1],
      ['linear', 1],
    ]);
  });

  const network = { d: 20, psi2: 3, eps: 0.3, network: 'lazy' };
  it.each([
    [{ ...network, widths: [1], psi1: 2 }, 'invalid psi1: 2 (expected none beside widths'],
    [{ ...network }, 'invalid widths: undefined (expected one number > 0 for each hidden layer)'],
    [{ ...network, widths: [1, 2] }, 'invalid widths: [1, 2] (expected one hidden layer for a lazy'],
    [{ ...network, widths: [[1], [1]] }, 'invalid cells.widths: [[1], [1]] (expected values that differ)'],
    [{ ...network, widths: [1], method: 'exact' }, `invalid method: "exact" (expected 'pgd'`],
    [{ ...network, widths: [1], features: 'linear' }, `invalid features: "linear" (expected 'random'`],
    [{ ...network, widths: [1], data: 'digits' }, 'invalid d: 20 (expected 64 with digits)'],
    [{ ...network, network: 'deep', widths: [1] }, 'invalid network: "deep"'],
    [{ d: 20, psi2: 3, eps: 0.3, widths: [1] }, 'invalid widths: [1] (expected none without a network)'],
    [{ d: 20, psi2: 3, eps: 0.3, data: 'digits' }, 'invalid data: "digits" (expected none without'],
    [{ ...network, width: [1] }, 'invalid key of cells: "width" (expected widths?)'],
  ])('refuses fields that do not fit a network: %j', (cells, message) => {
    expect(() => sweepCells({ cells })).toThrow(message);
  });

  it.each([
    [{ ...spec, cell: {} }, 'invalid key of sweep: "cell" (expected cells?)'],
    [{ cells: { ...spec.cells, psi: 1 } }, 'invalid key of cells: "psi" (expected psi1?)'],
    [{ cells: { ...spec.cells, eps: [] } }, 'invalid cells.eps: [] (expected at least one value)'],
    [{ cells: { psi2: 3, eps: 0 } }, 'invalid cells.d: undefined'],
    [{ cells: { ...spec.cells, d: 0 } }, 'invalid d: 0'],
    [{ cells: { ...spec.cells, psi1: { from: 1, to: 2, step: 0.5 } } }, 'invalid key of cells.psi1: "step"'],
    [{ cells: { ...spec.cells, psi1: { from: 1, to: 2, count: 1 } } }, 'invalid cells.psi1.count: 1'],
    [
      { cells: { ...spec.cells, psi1: { from: 1, to: 2, count: 1e12 } } },
      'invalid cells.psi1.count: 1000000000000',
    ],
    [{ cells: { ...spec.cells, colour: 1 } }, 'invalid key of cells: "colour" (expected one of psi1, psi2'],
    [{ seed: 3, cells: spec.cells }, 'invalid key of sweep: "seed" (expected seeds?)'],
    [
      { cells: { ...spec.cells, psi1: { from: 0, to: 2, count: 3, scale: 'log' } } },
      'invalid cells.psi1: {"from": 0',
    ],
    [{ cells: { ...spec.cells, psi1: 3 } }, 'invalid psi1: 3 (expected N other than n'],
    [{ ...spec, seeds: 0 }, 'invalid seeds: 0'],
    [{ ...spec, seeds: 1e9 }, 'invalid sweep: "20000000000 cells"'],
    [{ cells: { ...spec.cells, psi1: [1, 1] } }, 'invalid cells.psi1: [1, 1] (expected values that differ)'],
    [{ cells: { ...spec.cells, epsTest: [] } }, 'invalid cells.epsTest: []'],
    [{ cells: { ...spec.cells, d: 1e9 } }, 'invalid d: 1000000000'],
    [[], 'invalid sweep: []'],
  ])('refuses %j by name', (bad, message) => {
    expect(() => sweepCells(bad)).toThrow(message);
  });
});

describe('shards', () => {
  const cells = sweepCells(spec);

  it('part the cells: each is in exactly one shard, and the shards take nearly the same time', () => {
    const parts = [1, 2, 3].map((index) => cellsOfShard(cells, { index, count: 3 }));
    expect(parts.flat().map(cellKey).sort()).toEqual(cells.map(cellKey).sort());
    const times = parts.map((part) => part.reduce((sum, cell) => sum + cellSeconds(cell), 0));
    const longest = Math.max(...cells.map((cell) => cellSeconds(cell)));
    expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(longest);
  });

  it('beyond the number of cells are empty, however many there are', () => {
    const count = 4e9;
    const parts = cells.map((_, i) => cellsOfShard(cells, { index: i + 1, count }));
    expect(parts.map((part) => part.length)).toEqual(cells.map(() => 1));
    expect(cellsOfShard(cells, { index: 200_000, count })).toEqual([]);
    expect(() => parseShard('1/99999999999999999999')).toThrow('invalid shard');
  });

  it('do not depend on the order of the cells', () => {
    const backwards = cellsOfShard([...cells].reverse(), { index: 2, count: 3 });
    expect(backwards.map(cellKey)).toEqual(cellsOfShard(cells, { index: 2, count: 3 }).map(cellKey));
  });

  it('are read from i/n, from Slurm and from Kubernetes', () => {
    expect(parseShard('2/8')).toEqual({ index: 2, count: 8 });
    for (const bad of ['0/3', '4/3', '1', 'a/b', '1/0'])
      expect(() => parseShard(bad)).toThrow(`invalid shard: "${bad}"`);
    const slurm = { SLURM_ARRAY_TASK_ID: '5', SLURM_ARRAY_TASK_MIN: '1', SLURM_ARRAY_TASK_MAX: '9' };
    expect(shardOfEnvironment(slurm)).toEqual({ index: 5, count: 9 });
    expect(shardOfEnvironment({ JOB_COMPLETION_INDEX: '0', RRF_SHARDS: '4' })).toEqual({
      index: 1,
      count: 4,
    });
    const stepped = {
      SLURM_ARRAY_TASK_ID: '3',
      SLURM_ARRAY_TASK_MIN: '0',
      SLURM_ARRAY_TASK_MAX: '6',
      SLURM_ARRAY_TASK_STEP: '3',
    };
    expect(shardOfEnvironment(stepped)).toEqual({ index: 2, count: 3 });
    expect(() => shardOfEnvironment({ ...slurm, SLURM_ARRAY_TASK_ID: 'abc' })).toThrow(
      'invalid shard: "NaN/9"',
    );
    expect(() => shardOfEnvironment({ ...slurm, SLURM_ARRAY_TASK_COUNT: '2' })).toThrow(
      'invalid SLURM_ARRAY_TASK_COUNT',
    );
    expect(shardOfEnvironment({})).toBeUndefined();
  });
});
