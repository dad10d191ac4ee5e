import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { beginSweep, existingSweep, sweepFor } from '../../src/sweep/sweepFolder.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const cells = { d: [10, 20], psi1: 0.5, psi2: 3, eps: [0.1, 0.3] };

function begun(spec: unknown): string {
  const out = join(temporaryFolder(onTestFinished), 'sweep');
  beginSweep(spec, out);
  return out;
}

it('grows by seeds and by values, and then holds the larger sweep', () => {
  const out = begun({ seeds: 2, cells });
  const larger = { seeds: 3, cells: { ...cells, eps: [0.1, 0.2, 0.3] } };
  const found = sweepFor(larger, out);
  expect(found.cells).toHaveLength(2 * 3 * 3);
  expect(found.grownFrom).toBe(8);
  expect(existingSweep(out).cells).toHaveLength(8); // nothing is written until the run begins
  beginSweep(larger, out);
  expect(existingSweep(out).cells).toHaveLength(18);
  expect(sweepFor(larger, out).grownFrom).toBeUndefined();
});

it('goes on with the same cells in other words', () => {
  const out = begun({ seeds: 1, cells });
  const spec = { cells: { eps: [0.3, 0.1], psi2: 3, psi1: [0.5], d: { from: 10, to: 20, count: 2 } } };
  expect(sweepFor(spec, out).grownFrom).toBeUndefined();
});

it.each([
  [{ seeds: 1, cells }, '4 of its 8 cells (without seed 1)'],
  [{ seeds: 5, cells: { ...cells, d: 10 } }, '4 of its 8 cells (without d 20)'],
  [{ seeds: 2, cells: { ...cells, tau: 0.1 } }, '8 of its 8 cells (without tau 0)'],
  [{ seeds: 2, cells: { ...cells, epsTest: [0, 1] } }, '8 of its 8 cells (without epsTest [0.1], [0.3])'],
])('refuses a sweep that would drop cells: %j', (spec, lacks) => {
  const out = begun({ seeds: 2, cells });
  const before = readFileSync(join(out, 'sweep.json'), 'utf8');
  expect(() => sweepFor(spec, out)).toThrow(
    `the output folder ${JSON.stringify(out)} holds another sweep, and this one lacks ${lacks}; choose another --out`,
  );
  expect(readFileSync(join(out, 'sweep.json'), 'utf8')).toBe(before);
});
