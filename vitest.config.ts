import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Native addons do not survive worker threads; each file gets a process of its own.
    pool: 'forks',
    // TensorFlow and the simulations use every core already: files run two at a time at most.
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
