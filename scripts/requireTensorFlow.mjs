/**
 * The last step of the build: the one module that imports TensorFlow.js asks `require` for it instead. Node reads all files of
 * a CommonJS package for the names that `import` could ask for, before it runs any: half a second in every process that starts.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../dist/runtime/tf.js', import.meta.url);
const built = readFileSync(file, 'utf8');
const required = built.replace(
  "import * as tf from '@tensorflow/tfjs';",
  "import { createRequire } from 'node:module';\nconst tf = createRequire(import.meta.url)('@tensorflow/tfjs');",
);
if (required === built) throw new Error('dist/runtime/tf.js does not import TensorFlow.js as it did');
writeFileSync(file, required);
