import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** In the order in which the files are asked for: the first failure ends the run. */
class AsAsked extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = (process.env.MUTANTS_ORDER ?? '').split(',');
    const place = ({ moduleId }: TestSpecification): number =>
      order.findIndex((file) => moduleId.endsWith(file));
    return files.sort((a, b) => place(a) - place(b));
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    fileParallelism: false,
    // The sources are loaded once for all files that a mutant meets.
    isolate: process.env.MUTANTS_REACH !== undefined,
    sequence: { sequencer: AsAsked },
    setupFiles: ['scripts/mutants/reachSetup.ts'],
    hookTimeout: 120_000,
  },
});
