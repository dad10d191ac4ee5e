/**
 * What stands for `@tensorflow/tfjs` in the page: its operations and its layers. Its own entry brings all backends with it, of
 * which a page needs one, and readers of other formats of models.
 */
export * from '@tensorflow/tfjs-core';
export * from '@tensorflow/tfjs-layers';
