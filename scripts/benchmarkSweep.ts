/**
 * Parallel efficiency of a sweep on this machine, from one run: the time with one worker over n times that with n, on the
 * same cells. `tsx scripts/benchmarkSweep.ts [workers]`
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runMissing } from '../src/cells/node/runMissing.ts';
import { loadRuntime } from '../src/runtime/index.ts';
import { sweepCells } from '../src/sweep/sweepSpec.ts';

const workers = Number(process.argv[2] ?? availableParallelism());
const cells = sweepCells({
  seeds: 8,
  cells: { d: 120, psi1: [1, 2, 4], psi2: 3, eps: [0.2, 0.5], tau: 0.2, method: 'exact' },
});
const runtime = await loadRuntime('auto');
const folder = mkdtempSync(join(tmpdir(), 'rrf-benchmark-'));
const timeWith = async (count: number): Promise<number> => {
  const out = join(folder, String(count));
  return (await runMissing(cells, { out, runtime, workers: count, version: 'benchmark' })).seconds;
};
try {
  const one = await timeWith(1);
  const many = await timeWith(workers);
  const efficiency = one / (workers * many);
  console.log(`${cells.length} cells on ${runtime.engine}`);
  console.log(
    `1 worker ${one.toFixed(1)} s, ${workers} workers ${many.toFixed(1)} s: efficiency ${efficiency.toFixed(2)}`,
  );
} finally {
  rmSync(folder, { recursive: true });
}
