import { tf } from './tf.ts';

const replaced = new WeakSet<object>();

/**
 * Registers another kernel of a backend, made from its own. Repeated calls change nothing.
 *
 * @throws Error when the backend has no such kernel, and so is not of the pinned version
 */
export function replaceKernel<Kernel>(
  backendName: string,
  kernelName: string,
  replace: (original: Kernel) => Kernel,
): void {
  const config = tf.getKernel(kernelName, backendName);
  if (config && replaced.has(config)) return;
  if (!config)
    throw new Error(`the ${backendName} backend has no ${kernelName} kernel: has its version changed?`);
  const kernelFunc = replace(config.kernelFunc as Kernel) as tf.KernelFunc;
  const replacement = { ...config, kernelFunc };
  replaced.add(replacement);
  tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel(replacement);
}
