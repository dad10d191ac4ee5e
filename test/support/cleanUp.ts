/** Files run one after the other in one process: what a file has replaced in it is put back after its last test. */
import { afterAll, vi } from 'vitest';

const folder = process.cwd();

afterAll(() => {
  process.chdir(folder);
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
});
