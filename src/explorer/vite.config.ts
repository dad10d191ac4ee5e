import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { offline } from './build/offline.ts';
import { oneFile } from './build/oneFile.ts';
import { preview } from './build/preview.ts';
import { typesetFormulas } from './build/typesetFormulas.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const { version } = JSON.parse(readFileSync(here('../../package.json'), 'utf8')) as { version: string };

export default defineConfig(({ command }) => ({
  root: here('.'),
  // Relative, so that the folder opens under any address.
  base: './',
  define: { __VERSION__: JSON.stringify(version), __BUILT__: JSON.stringify(command === 'build') },
  plugins: [typesetFormulas(), preview(), oneFile(), offline()],
  resolve: { alias: [{ find: /^@tensorflow\/tfjs$/, replacement: here('build/tensorflow.ts') }] },
  // Found only when "check it" begins, they would reload the page under it.
  optimizeDeps: {
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-core/dist/register_all_gradients',
      '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops',
      '@tensorflow/tfjs-layers',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgl',
      '@tensorflow/tfjs-backend-webgpu',
      'seedrandom',
    ],
  },
  worker: { format: 'es', rolldownOptions: { output: { minify: true } } },
  build: {
    outDir: here('../../dist-explorer'),
    emptyOutDir: true,
    target: 'es2022',
    // TensorFlow.js, which only "check it" loads, is large whatever is done.
    chunkSizeWarningLimit: 4000,
  },
}));
