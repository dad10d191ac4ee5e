import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { whole } from './test/support/sizes.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Files that ask how engines begin: each gets a process of its own. */
const beginnings = ['runtime', 'webgpu', 'wasmMatMul', 'provision/repair'].map(
  (name) => `test/runtime/${name}.test.ts`,
);

/** They and those that replace modules. */
const alone = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((name) => `test/${name.split(sep).join('/')}`)
  .filter((file) => file.endsWith('.test.ts'))
  .filter(
    (file) =>
      beginnings.includes(file) ||
      /\bvi\.(mock|doMock|resetModules)\(/.test(readFileSync(join(root, file), 'utf8')),
  );

/** Files that take eight seconds or more. They begin first, so that no process is left with one of them at the end. */
const longest = [
  'explorer/page',
  'notebooks/notebooks',
  'docs/commands',
  'cli/train',
  'cli/sweep',
  'training/resuming',
  'theory/monteCarlo',
  'packaging/package',
  'cli/reproduce',
  'attacks/laws',
  'evaluation/sanityChecks',
  'training/trainingMode',
  'training/methods',
  'training/adversarialTraining',
  'cells/networkCells',
  'training/tenClasses',
  'figures/figures',
  'models/realData',
  'attacks/minimalNorm',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const at = longest.findIndex((name) => moduleId.includes(`/test/${name}.test.ts`));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  resolve: {
    // The package by its own name, as the documents import it, is here the sources and not what was built last.
    alias: [
      { find: /^robust-random-features$/, replacement: join(root, 'src/index.ts') },
      { find: /^robust-random-features\/theory$/, replacement: join(root, 'src/theory/index.ts') },
    ],
  },
  test: {
    // Native addons do not survive worker threads.
    pool: 'forks',
    // Tensors are many small objects, most of which do not live long.
    execArgv: ['--max-semi-space-size=64'],
    // TensorFlow and the simulations use every core already: files run two at a time at most.
    maxWorkers: 2,
    testTimeout: whole ? 1_200_000 : 120_000,
    hookTimeout: 120_000,
    setupFiles: ['test/support/cleanUp.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'alone', include: alone, sequence: { groupOrder: 0 } } },
      {
        extends: true,
        test: {
          name: 'together',
          include: ['test/**/*.test.ts'],
          exclude: alone,
          sequence: { groupOrder: 1 },
          // One process runs one file after the other, so that TensorFlow and the sources are loaded once and not 110 times.
          isolate: false,
          // There is a process for each core: threads of TensorFlow would compete with the other one for its core.
          env: { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', OMP_NUM_THREADS: '1' },
        },
      },
    ],
  },
});
