import { appendFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cell as makeCell } from '../../../src/cells/makeCell.ts';
import { type RowFaults, rowOf, rowsOfFile } from '../../../src/cells/node/resultRow.ts';
import { openResultStore } from '../../../src/cells/node/resultStore.ts';
import type { Runtime } from '../../../src/runtime/index.ts';
import { temporaryFolder } from '../../support/temporaryFolder.ts';

const cell = makeCell({ psi1: 1, psi2: 2, d: 20, eps: 0.3, epsTest: [0.3, 0.5], tau: 0.2, testRows: 200 });
const runtime = { device: 'wasm', engine: 'WebAssembly' } as unknown as Runtime;
const estimate = (value: number) => ({ value, standardError: 0.1, count: 3 });
const result = {
  standardRisk: estimate(1.25),
  adversarialRisks: [estimate(1.5), estimate(1 / 3)],
  thetaNormSquared: 0.1 + 0.2,
  training: { iterations: 7, residual: 1e-9, converged: true },
};

/** A folder with rows of two seeds. */
function written(): { out: string; path: string; lines: string[] } {
  const out = join(temporaryFolder(onTestFinished), 'rows');
  const store = openResultStore(out, { version: '1', device: 'wasm' });
  for (const seed of [0, 1]) store.add({ ...cell, seed }, { result, runtime, algebra: 'none', seconds: 1 });
  const path = join(out, 'cells.jsonl');
  return { out, path, lines: readFileSync(path, 'utf8').trimEnd().split('\n') };
}

/** Every way to change one number, text, truth value or list of a JSON value, and to drop one of its keys. */
function* damages(value: unknown): Generator<unknown> {
  if (typeof value === 'number') yield value === 0 ? 1 : value * (1 + 2 ** -52);
  if (typeof value === 'boolean') yield !value;
  if (typeof value === 'string') yield `${value}x`;
  if (value === null) yield 0;
  if (Array.isArray(value)) {
    if (value.length > 0) yield [];
    for (const [i, entry] of value.entries())
      for (const damaged of damages(entry)) yield value.map((each, j) => (i === j ? damaged : each));
  } else if (typeof value === 'object' && value !== null)
    for (const [key, entry] of Object.entries(value)) {
      for (const damaged of damages(entry)) yield { ...value, [key]: damaged };
      yield Object.fromEntries(Object.entries(value).filter(([other]) => other !== key));
    }
}

describe('the hash of a row', () => {
  it('notices every change of any of its values, and every value that is gone', () => {
    const row = JSON.parse(written().lines[0]!);
    const { hash, ...rest } = row;
    expect(hash).toMatch(/^[0-9a-f]{16}$/);
    const damaged = [...damages(rest)];
    expect(damaged.length).toBeGreaterThan(70);
    for (const each of damaged)
      expect(rowOf(JSON.stringify({ ...(each as object), hash })), JSON.stringify(each)).toBeNull();
    expect(
      rowOf(JSON.stringify({ ...rest, hash: hash.replace(/./, (c: string) => (c === '0' ? '1' : '0')) })),
    ).toBeNull();
  });

  it('does not depend on the order of keys or on white space', () => {
    const row = JSON.parse(written().lines[0]!);
    const backwards = Object.fromEntries(Object.entries(row).reverse());
    expect(rowOf(JSON.stringify(backwards, null, 1).replaceAll('\n', ' '))).toEqual(row);
  });

  it('holds for a result that JSON cannot say: NaN is kept as null', () => {
    const { out, path } = written();
    openResultStore(out, { version: '1', device: 'wasm' }).add(
      { ...cell, seed: 2 },
      { result: { ...result, thetaNormSquared: Number.NaN }, runtime, algebra: 'none', seconds: 1 },
    );
    expect([...rowsOfFile(path)]).toHaveLength(3);
  });
});

describe('a file of rows', () => {
  it('names its damaged lines; one that is just being written is none of them', () => {
    const { path, lines } = written();
    const half = lines[0]!.slice(0, 60);
    writeFileSync(
      path,
      [lines[0], half, '', lines[1]!.replace('0.30000000000000004', '0.3'), half].join('\n'),
    );
    const found: RowFaults[] = [];
    expect([...rowsOfFile(path, (faults) => found.push(faults))]).toHaveLength(1);
    expect(found).toEqual([{ path, damaged: [2, 3, 4], unhashed: 0 }]);
    appendFileSync(path, '\n');
    [...rowsOfFile(path, (faults) => found.push(faults))];
    expect(found[1]!.damaged).toEqual([2, 3, 4, 5]);
  });

  it('counts rows of before there was a hash, if their numbers are there, and says how many', () => {
    const { out, path, lines } = written();
    const [old, emptied] = lines.map((line) => {
      const { hash: _, ...row } = JSON.parse(line);
      return row;
    });
    emptied.result.adversarialRisks = [];
    writeFileSync(path, `${JSON.stringify(old)}\n${JSON.stringify(emptied)}\n`);
    const store = openResultStore(out, { version: '1', device: 'wasm' });
    expect(store.has({ ...cell, seed: 0 })).toBe(true);
    expect(store.has({ ...cell, seed: 1 })).toBe(false);
    expect(store.faults).toEqual([{ path, damaged: [2], unhashed: 1 }]);
    expect(readFileSync(path, 'utf8')).toBe(`${JSON.stringify(old)}\n`);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toBe(`${JSON.stringify(emptied)}\n`);
  });

  it('that is a folder is refused in one line', () => {
    const out = temporaryFolder(onTestFinished);
    mkdirSync(join(out, 'cells.jsonl'));
    expect(() => [...rowsOfFile(join(out, 'cells.jsonl'))]).toThrow(
      /^cannot read ".*cells.jsonl": it is a folder$/,
    );
    expect(() => openResultStore(out, { version: '1', device: 'wasm' })).toThrow(
      /^cannot write ".*cells.jsonl": (EISDIR|it is a folder)/,
    );
  });
});
