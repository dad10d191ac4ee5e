import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { typesetFormulas } from './build/typesetFormulas.ts';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  // Relative, so that the folder opens under any address.
  base: './',
  plugins: [typesetFormulas()],
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
});
