import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Cell } from '../../src/cells/cell.ts';
import { lockFile } from '../../src/cells/node/fileLock.ts';
import { openResultStore } from '../../src/cells/node/resultStore.ts';
import type { Device, Runtime } from '../../src/runtime/index.ts';
import { beginSweep, existingSweep } from '../../src/sweep/sweepFolder.ts';
import { mergeSweep, sweepCsv, sweepStatus } from '../../src/sweep/sweepRows.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const spec = { seeds: 2, cells: { d: 20, psi1: [0.5, 4], psi2: 3, eps: 0.3, epsTest: [0, 0.25] } };
const counting = { version: '1' };

/** What a cell would have measured: numbers that tell cells apart and need all of their digits. */
const resultOf = ({ seed, psi1 }: Cell) => ({
  standardRisk: { value: 1 / 3 + seed, standardError: 0.1 + 0.2, count: 9 },
  adversarialRisks: [psi1 / 3, psi1 / 7].map((value) => ({ value, standardError: 1e-17, count: 9 })),
  thetaNormSquared: 1e21 + seed,
  training: { iterations: 1, residual: 0, converged: psi1 < 1 },
});

function begun() {
  const out = join(temporaryFolder(onTestFinished), 'sweep');
  beginSweep(spec, out);
  const folder = existingSweep(out);
  const add = (
    cells: readonly Cell[],
    { device = 'wasm' as Device, version = '1', file = 'cells.jsonl' } = {},
  ) => {
    const store = openResultStore(out, { version, device, file });
    const runtime = { device, engine: device } as unknown as Runtime;
    for (const cell of cells)
      store.add(cell, { result: resultOf(cell), runtime, algebra: 'none', seconds: 1.5 });
  };
  return { out, folder, add };
}

describe('the table of a sweep', () => {
  const table = (lines: Iterable<string>): Record<string, string>[] => {
    const [head, ...rows] = [...lines]
      .join('')
      .trimEnd()
      .split('\n')
      .map((line) => line.split(','));
    return rows.map((row) => {
      expect(row).toHaveLength(head!.length);
      return Object.fromEntries(row.map((value, i) => [head![i]!, value]));
    });
  };

  it('has a line for each radius at test of each finished cell, with every digit', () => {
    const { folder, add } = begun();
    const done = folder.cells.slice(0, 3);
    add(done);
    const rows = table(sweepCsv(folder, counting));
    expect(rows).toHaveLength(6);
    for (const [i, row] of rows.entries()) {
      const cell = done[Math.floor(i / 2)]!;
      const { standardRisk, adversarialRisks, thetaNormSquared, training } = resultOf(cell);
      for (const name of ['psi1', 'psi2', 'd', 'eps', 'lambda', 'tau', 'testRows', 'seed'] as const)
        expect(Number(row[name])).toBe(cell[name]);
      for (const name of ['features', 'activation', 'method', 'testAttack'] as const)
        expect(row[name]).toBe(cell[name]);
      expect(Number(row.epsTest)).toBe([0, 0.25][i % 2]);
      expect(Number(row.SR)).toBe(standardRisk.value);
      expect(Number(row.SR_error)).toBe(standardRisk.standardError);
      expect(Number(row.AR)).toBe(adversarialRisks[i % 2]!.value);
      expect(Number(row.AR_error)).toBe(1e-17);
      expect(Number(row.thetaNormSquared)).toBe(thetaNormSquared);
      expect(row).toMatchObject({ converged: String(training.converged), seconds: '1.5', device: 'wasm' });
    }
  });

  it('has the fields of networks where the sweep is over networks', () => {
    const out = join(temporaryFolder(onTestFinished), 'networks');
    const widths = [[2, 1], [1]];
    beginSweep({ cells: { d: 20, psi2: 3, eps: 0.3, network: 'deep-frozen', widths } }, out);
    const folder = existingSweep(out);
    const store = openResultStore(out, { version: '1', device: 'wasm' });
    for (const cell of folder.cells)
      store.add(cell, {
        result: resultOf(cell),
        runtime: { device: 'wasm', engine: 'wasm' } as unknown as Runtime,
        algebra: 'none',
        seconds: 1,
      });
    const rows = table(sweepCsv(folder, counting));
    expect(rows.map((row) => [row.network, row.widths, row.psi1])).toEqual([
      ['deep-frozen', '2 1', '1'],
      ['deep-frozen', '1', '1'],
    ]);
    expect([...sweepCsv(begun().folder, counting)][0]).not.toContain('widths');
  });

  it('has the fields of laws that the sweep gives', () => {
    const head = (cells: object): string => {
      const out = join(temporaryFolder(onTestFinished), 'laws');
      beginSweep({ cells: { d: 20, psi2: 3, eps: 0.3, ...cells } }, out);
      return [...sweepCsv(existingSweep(out), counting)][0]!;
    };
    expect(head({ noise: ['laplace', 'sparse'] })).toMatch(/,noise,SR,/);
    expect(head({ loss: 'hinge', lambda: 0.1 })).toMatch(/,loss,labels,flip,SR,/);
    expect(head({ spectrum: ['isotropic', 'power:1'] })).toMatch(/,seed,spectrum,SR,/);
    expect(head({})).toMatch(/,seed,SR,/);
  });

  it('has its head alone before anything is finished', () => {
    expect([...sweepCsv(begun().folder, counting)]).toHaveLength(1);
  });

  it('leaves out other versions, damaged rows and cells of no interest, and mixes no engines', () => {
    const { out, folder, add } = begun();
    add(folder.cells.slice(0, 1));
    add([{ ...folder.cells[0]!, seed: 7 }]);
    add(folder.cells.slice(1, 2), { version: '2' });
    appendFileSync(join(out, 'cells.jsonl'), '{"key":1}\n');
    expect(table(sweepCsv(folder, counting))).toHaveLength(2);
    add(folder.cells.slice(1, 3), { device: 'cpu', file: 'cells.1-of-2.jsonl' });
    expect(() => [...sweepCsv(folder, counting)]).toThrow('rows of several engines (cpu, wasm); name one');
    expect(table(sweepCsv(folder, { ...counting, device: 'cpu' }))).toHaveLength(4);
  });
});

describe('a merge', () => {
  it('gathers the rows of all shards once, unchanged, and sets damaged lines aside', async () => {
    const { out, folder, add } = begun();
    const [a, b, c] = folder.cells;
    add([a!]);
    add([a!, b!], { file: 'cells.1-of-2.jsonl' });
    add([c!], { file: 'cells.2-of-2.jsonl' });
    const path = join(out, 'cells.jsonl');
    const own = readFileSync(path, 'utf8');
    writeFileSync(path, `rubbish\n${own}`);
    const damaged: unknown[] = [];
    const rows = await mergeSweep(folder, { onFaults: (found) => damaged.push([found.path, found.damaged]) });
    expect(rows).toBe(3);
    expect(damaged).toContainEqual([path, [1]]);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe('rubbish\n');
    const merged = readFileSync(path, 'utf8').trimEnd().split('\n');
    const shards = ['cells.1-of-2.jsonl', 'cells.2-of-2.jsonl'].flatMap((name) =>
      readFileSync(join(out, name), 'utf8').trimEnd().split('\n'),
    );
    expect(merged).toHaveLength(3);
    for (const line of merged) expect([...shards, own.trimEnd()]).toContain(line);
    expect(sweepStatus(folder, counting)).toMatchObject({ cells: 4, finished: 3, seconds: 4.5 });
  });

  it('is refused while a run is writing', async () => {
    const { out, folder, add } = begun();
    add(folder.cells);
    const lock = await lockFile(join(out, 'cells.jsonl'));
    await expect(mergeSweep(folder)).rejects.toThrow('is being written by another run');
    lock.release();
    expect(await mergeSweep(folder)).toBe(4);
  });
});
