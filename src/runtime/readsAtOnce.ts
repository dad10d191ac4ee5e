import { tf } from './tf.ts';

/**
 * Whether the engine has computed a tensor as soon as it returns it, so that to read a number of it waits for nothing: on
 * CPUs. A GPU computes behind the program's back, and to read is to wait for all that was asked of it before.
 */
export function readsAtOnce(): boolean {
  const name = tf.getBackend();
  if (name !== 'tensorflow') return name === 'wasm' || name === 'cpu';
  return !(tf.backend() as unknown as { readonly isUsingGpuDevice: boolean }).isUsingGpuDevice;
}
