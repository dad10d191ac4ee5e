import { spawn } from 'node:child_process';
import { expect, it } from 'vitest';
import { recipeFor } from '../../src/runtime/provision/recipe.ts';
import { engineFolder, readEngine } from '../../src/runtime/provisioned.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

/** Whether the engine is one that can hold signals back: not that of npm, and not one made by an earlier version. */
async function holdsSignals(): Promise<boolean> {
  const { source, device } = await testRuntime();
  const engine = source === 'provisioned' ? readEngine(engineFolder(recipeFor(device as 'cpu'))) : undefined;
  return engine !== undefined && 'holdsSignals' in engine;
}

// Where they are not held back, this process may end here, and with it its other files.
it('signals that come while TensorFlow multiplies neither end the process nor change a product', async (test) => {
  if (!(await holdsSignals())) return test.skip();
  let arrived = 0;
  const count = (): void => {
    arrived++;
  };
  process.on('SIGUSR2', count);
  const sender = spawn('sh', ['-c', `while kill -USR2 ${process.pid}; do :; done`], { stdio: 'ignore' });
  // Products over more than 256 entries go through a buffer in the heap.
  const [left, right] = [
    tf.randomNormal([400, 300], 0, 1, 'float32', 1),
    tf.randomNormal([300, 500], 0, 1, 'float32', 2),
  ];
  const first = tf.matMul(left, right);
  const differences: number[] = [];
  for (let i = 0; i < 60; i++) {
    const differs = tf.tidy(() => tf.any(tf.notEqual(tf.matMul(left, right), first)));
    differences.push((await differs.data())[0]!);
    differs.dispose();
  }
  // Those that wait arrive when the program waits.
  await new Promise((done) => setTimeout(done, 10));
  sender.kill('SIGKILL');
  await new Promise((done) => sender.once('close', done));
  process.off('SIGUSR2', count);
  tf.dispose([left, right, first]);
  expect(differences).toEqual(differences.map(() => 0));
  expect(arrived).toBeGreaterThan(0);
});
