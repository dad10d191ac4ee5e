import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { isFresh } from './test/support/built.mjs';
import { whole } from './test/support/sizes.ts';

const root = fileURLToPath(new URL('.', import.meta.url));

/** Files that ask how engines begin: each gets a process of its own. */
const beginnings = ['runtime', 'webgpu', 'wasmMatMul', 'provision/repair'].map(
  (name) => `test/runtime/${name}.test.ts`,
);

/** Files that replace modules of the sources, likewise. */
const replacing = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
  .map((name) => `test/${name.split(sep).join('/')}`)
  .filter((file) => file.endsWith('.test.ts') && !beginnings.includes(file))
  .filter((file) => /\bvi\.(mock|doMock|resetModules)\(/.test(readFileSync(join(root, file), 'utf8')));

/** The files that take longest. They begin first, so that no process is left with one of them at the end. */
const longest = [
  'explorer/page',
  'docs/commands',
  'cli/train',
  'notebooks/notebooks',
  'figures/figures',
  'packaging/package',
  'explorer/standalone',
  'table/severalClasses',
  'training/adversarialTraining',
  'theory/monteCarlo',
  'cli/sweep',
  'cli/reproduce',
  'training/methods',
  'training/resuming',
  'training/trainingMode',
  'docs/code',
  'docs/extending',
  'attacks/minimalNorm',
  'evaluation/sanityChecks',
  'training/tenClasses',
  'exact/solveReadout',
  'table/trainOnTable',
  'table/tuneOnTable',
  'cells/networkCells',
  'attacks/laws',
  'docs/api',
  'examples/python',
  'evaluation/risk',
  'models/realData',
  'exact/leaveOneOut',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification): number => {
      // Before the process that runs one file after the other, which would end for one of these in between.
      if (project.config.isolate) return -1;
      const at = longest.findIndex((name) => moduleId.includes(`/test/${name}.test.ts`));
      return at === -1 ? longest.length : at;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** Resolves sources to what was built of them, which Node loads as it is: vite then transforms the tests alone. */
const asBuilt = {
  name: 'as-built',
  enforce: 'pre',
  resolveId(to: string, from: string | undefined): string | null {
    const source = to.startsWith('.') && from ? resolve(dirname(from), to) : to;
    if (!source.startsWith(join(root, 'src')) || !source.endsWith('.ts')) return null;
    const built = join(root, 'dist', source.slice(join(root, 'src').length).replace(/ts$/, 'js'));
    return existsSync(built) ? built : null;
  },
} as const;

// Where nothing has changed since, and nothing will while the tests run.
const plugins = process.argv.includes('run') && isFresh('dist/index.js') ? [asBuilt] : [];
const server = { deps: { external: [/\/dist\//] } };

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
    // TensorFlow and the simulations use every core already: a third process gains nothing on two.
    maxWorkers: 2,
    testTimeout: whole ? 1_200_000 : 120_000,
    hookTimeout: 120_000,
    setupFiles: ['test/support/cleanUp.ts'],
    sequence: { sequencer: LongestFirst },
    projects: [
      { extends: true, test: { name: 'replacing', include: replacing } },
      { extends: true, plugins, test: { name: 'beginnings', include: beginnings, server } },
      {
        extends: true,
        plugins,
        test: {
          name: 'together',
          server,
          include: ['test/**/*.test.ts'],
          exclude: [...replacing, ...beginnings],
          // One process runs one file after the other, so that TensorFlow and the sources are loaded once and not 110 times.
          isolate: false,
          // There is a process for each core: threads of TensorFlow would compete with the others for theirs.
          env: { TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', OMP_NUM_THREADS: '1' },
        },
      },
    ],
  },
});
