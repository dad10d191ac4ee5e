/**
 * The one TensorFlow.js instance of the process. Every module takes it from here, so that the engine chosen by
 * loadRuntime is the engine everything runs on. The default import of a CommonJS package is its `module.exports`,
 * and keeps types usable as `tf.Tensor`.
 */
import tf from '@tensorflow/tfjs';

export { tf };
