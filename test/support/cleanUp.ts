/** Files run one after the other in one process: what a file has replaced in it is put back after its last test. */
import { afterAll, expect, vi } from 'vitest';
import { equalNumbers } from './equalNumbers.ts';

const folder = process.cwd();

afterAll(() => {
  process.chdir(folder);
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});

// Once a process, which keeps what was added.
const added = Symbol.for('robust-random-features/equalNumbers');
if (!(added in globalThis)) {
  Object.assign(globalThis, { [added]: true });
  expect.addEqualityTesters([equalNumbers]);
}
