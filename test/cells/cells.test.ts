import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cell } from '../../src/cells/cell.ts';
import { compare } from '../../src/cells/comparison.ts';
import { cell as makeCell } from '../../src/cells/makeCell.ts';
import { cellKey, streamKey } from '../../src/cells/node/cellKey.ts';
import { openResultStore } from '../../src/cells/node/resultStore.ts';
import { runCell } from '../../src/cells/runCell.ts';
import type { Runtime } from '../../src/runtime/index.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

const args = { psi1: 1, psi2: 2, d: 20, eps: 0.3, tau: 0.2, attackSteps: 1, testRows: 200 };
const cell = makeCell(args);
const run = (of: Cell) => runCell(of, { streams: streamKey(of) });

let runtime: Runtime;
const folder = mkdtempSync(join(tmpdir(), 'rrf-cells-'));
beforeAll(async () => {
  runtime = await testRuntime();
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('a cell', () => {
  it('has a key that no order of fields changes, and every value does', () => {
    const shuffled = Object.fromEntries(Object.entries(cell).reverse()) as unknown as typeof cell;
    expect(cellKey(shuffled)).toBe(cellKey(cell));
    const others = [{ psi1: 3 }, { d: 21 }, { eps: 0 }, { activation: 'tanh' as const }, { seed: 1 }];
    const keys = others.map((change) => cellKey({ ...cell, ...change }));
    expect(new Set([...keys, cellKey(cell)]).size).toBe(6);
  });

  it('shares its data and features with cells that differ only in how they are trained or tested', async () => {
    const radii = [0.3, 0.3];
    const exact = { ...cell, method: 'exact' as const, epsTest: radii };
    const [fgm, pgd] = [await run({ ...exact, testAttack: 'fgm' }), await run(exact)];
    expect(fgm.thetaNormSquared).toBe(pgd.thetaNormSquared);
    expect(fgm.standardRisk).toEqual(pgd.standardRisk);
    const trained = [{ eps: 0.4 }, { lambda: 0.1 }, { attackSteps: 3 }, { testRows: 50 }, { epsTest: [1] }];
    for (const change of trained) expect(streamKey({ ...cell, ...change })).toBe(streamKey(cell));
    const drawn = [
      { psi1: 3 },
      { psi2: 3 },
      { d: 21 },
      { tau: 0 },
      { activation: 'tanh' as const },
      { seed: 1 },
    ];
    const keys = drawn.map((change) => streamKey({ ...cell, ...change }));
    expect(new Set([...keys, streamKey(cell)]).size).toBe(7);
  });

  it('gives the same numbers whenever it runs, and leaves no tensors', async () => {
    const before = tf.memory().numTensors;
    const first = await run(cell);
    await run({ ...cell, seed: 1 });
    expect(await run(cell)).toEqual(first);
    expect(tf.memory().numTensors).toBe(before);
    expect(first.adversarialRisks[0]!.value).toBeGreaterThan(first.standardRisk.value);
  });

  it('is trained exactly at eps = 0, where AR is SR, and AR grows with the radius at test', async () => {
    const epsTest = [0, 0.1, 0.4];
    const { standardRisk, adversarialRisks, training } = await run({
      ...cell,
      psi1: 0.5,
      eps: 0,
      epsTest,
    });
    expect(adversarialRisks[0]).toEqual(standardRisk);
    expect(adversarialRisks[1]!.value).toBeGreaterThan(standardRisk.value);
    expect(adversarialRisks[2]!.value).toBeGreaterThan(adversarialRisks[1]!.value);
    expect(training).toEqual({ iterations: 0, residual: 0, converged: true });
  });

  it.each([
    [{ psi1: 0 }, 'invalid psi1: 0'],
    [{ psi2: Number.POSITIVE_INFINITY }, 'invalid psi2: Infinity'],
    [{ d: 1.5 }, 'invalid d: 1.5'],
    [{ seed: -1 }, 'invalid seed: -1'],
    [{ testRows: 1 }, 'invalid testRows: 1'],
    [{ features: 'linear' as const, psi1: 2 }, 'invalid psi1: 2 (expected 1 for linear features'],
    [{ epsTest: [0, -1] }, 'invalid epsTest: -1'],
  ])('is refused with %o', (change, message) => {
    expect(() => makeCell({ ...args, ...change })).toThrow(message);
  });
});

describe('the result store', () => {
  const estimate = { value: 1, standardError: 0.1, count: 3 };
  const training = { iterations: 1, residual: 0, converged: true };
  const result = { standardRisk: estimate, adversarialRisks: [estimate], thetaNormSquared: 1, training };
  const report = () => ({ result, runtime, algebra: 'none', seconds: 1 });
  const open = (out: string, version = '1') => openResultStore(out, { version, device: runtime.device });

  it('finds what it was given again, for that device and version only', () => {
    const out = join(folder, 'store');
    open(out).add(cell, report());
    const again = open(out);
    expect(again.has(cell)).toBe(true);
    expect([...again.rows()].map((row) => row.result)).toEqual([result]);
    expect(openResultStore(out, { version: '1', device: 'js' }).has(cell)).toBe(false);
    expect(again.has({ ...cell, seed: 5 })).toBe(false);
    expect(open(out, '2').has(cell)).toBe(false);
  });

  it('drops a last row that a crash cut short, and appends cleanly after it', () => {
    const out = join(folder, 'torn');
    open(out).add(cell, report());
    const path = join(out, 'cells.jsonl');
    const whole = readFileSync(path, 'utf8');
    writeFileSync(path, `${whole}{"key":"abc","cel`);
    const store = open(out);
    expect(readFileSync(path, 'utf8')).toBe(whole);
    store.add({ ...cell, seed: 9 }, report());
    expect([...open(out).rows()].map((row) => row.cell.seed)).toEqual([0, 9]);
  });
});

describe('compare', () => {
  it('measures the distance from theory in standard errors over seeds', () => {
    const { simulated, z, relativeError, agrees } = compare([1, 2, 3], 1);
    expect(simulated.value).toBe(2);
    expect(simulated.standardError).toBeCloseTo(1 / Math.sqrt(3), 12);
    expect(z).toBeCloseTo(Math.sqrt(3), 12);
    expect(relativeError).toBe(1);
    expect(agrees).toBe(true);
  });

  it('disagrees only beyond both 3 standard errors and 2 per cent', () => {
    expect(compare([1.1, 1.1001], 1).agrees).toBe(false);
    expect(compare([1.019, 1.0191], 1).agrees).toBe(true);
    // One seed gives no standard error: only nearness tells.
    expect(compare([1.1], 1).agrees).toBeNull();
    expect(compare([1.01], 1).agrees).toBe(true);
    expect(compare([0, 0], 0)).toMatchObject({ z: 0, relativeError: 0, agrees: true });
    expect(compare([2e-4, 2.1e-4], 0).agrees).toBe(true);
    expect(compare([0.01, 0.0101], 0).agrees).toBe(false);
  });
});
