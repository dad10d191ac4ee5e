import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { AppliedRows } from '../../src/table/applyModel.ts';
import { writeScores } from '../../src/table/writeScores.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const folder = temporaryFolder(afterAll);

describe('writeScores', () => {
  it('writes decimals that name the very number in float32, and no more digits than that takes', () => {
    const prediction = Float64Array.from(
      [1 / 3, 0.1, 16777217 / 3, -2.5e-7, Math.PI, 7, 15.5159025],
      Math.fround,
    );
    const applied: AppliedRows = {
      ...{ target: { kind: 'number', name: 'y' }, attack: 'pgd', exact: false },
      ...{ prediction, lower: prediction, upper: prediction, labels: null, robust: null },
      ...{ unscored: [], measured: null, notes: [] },
    };
    const path = join(folder, 'scores.csv');
    writeScores(path, 'csv', applied);
    const [header, ...lines] = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(header).toBe('prediction,lower,upper');
    const written = lines.map((line) => line.split(',')[0]!);
    expect(written.map((text) => Math.fround(Number(text)))).toEqual([...prediction]);
    expect([written[1], written[5], written[6]]).toEqual(['0.1', '7', '15.5159025']);
    // What is refused leaves no folder behind.
    const text = {
      kind: 'text',
      name: 'k',
      levels: ['u'],
      codes: new Int32Array(prediction.length),
    } as const;
    const asArray = (): void => writeScores(join(folder, 'new', 'scores.npy'), 'npy', applied, [text]);
    expect(asArray).toThrow('column "k" holds text');
    expect(existsSync(join(folder, 'new'))).toBe(false);
  });
});
