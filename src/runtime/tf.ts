/**
 * The one TensorFlow.js instance of the process. Every module takes it from here, so that the engine chosen by
 * loadRuntime is the engine everything runs on; types are `tf.Tensor`, `tf.LayersModel`.
 */
import * as tf from '@tensorflow/tfjs';

export { tf };
