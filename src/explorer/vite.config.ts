import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { redirectFiles, standalone } from './build/standalone.ts';
import { typesetFormulas } from './build/typesetFormulas.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const { version } = JSON.parse(readFileSync(here('../../package.json'), 'utf8')) as { version: string };

/** In the mode `standalone` the page is one file, which is put beside what the other build made. */
export default defineConfig(({ mode }) => ({
  root: here('.'),
  // Relative, so that the folder opens under any address.
  base: './',
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [typesetFormulas(), mode === 'standalone' ? standalone() : redirectFiles()],
  // Found only when "check it" begins, they would reload the page under it.
  optimizeDeps: {
    include: [
      '@tensorflow/tfjs',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-webgpu',
      'seedrandom',
    ],
  },
  worker: { format: 'es' },
  build: {
    outDir: here('../../dist-explorer'),
    emptyOutDir: true,
    target: 'es2022',
    // TensorFlow.js, which only "check it" loads, is large whatever is done.
    chunkSizeWarningLimit: 4000,
  },
}));
