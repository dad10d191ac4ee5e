/**
 * Memory over 10,000 steps of adversarial training in mini-batches: tensors, their bytes and the heap after a collection.
 * node --expose-gc --import tsx scripts/trainingMemory.ts [device]
 */
import { pgd } from '../src/attacks/index.ts';
import { table } from '../src/cli/table.ts';
import { teacher } from '../src/data/teacher.ts';
import { randomFeaturesModel } from '../src/models/randomFeaturesModel.ts';
import { type DeviceChoice, loadRuntime, runtimeLine } from '../src/runtime/index.ts';
import { tf } from '../src/runtime/tf.ts';
import { adversarialTraining } from '../src/training/adversarialTraining.ts';

if (!globalThis.gc) throw new Error('run with node --expose-gc');
console.log(runtimeLine(await loadRuntime((process.argv[2] ?? 'auto') as DeviceChoice)));
const data = teacher({ d: 20, tau: 0.5, seed: 1 }).sample('train', 64);
const model = randomFeaturesModel({ inputDim: 20, units: 40, seed: 1 });
const seen: { step: number; tensors: number; bytes: number; heap: number }[] = [];
await adversarialTraining(model, data, {
  ...{ eps: 0.3, attack: pgd({ steps: 1 }), batchSize: 32, cycleSteps: 10_000, maxCycles: 1 },
  onProgress({ step }) {
    if (step % 1000 !== 0) return;
    globalThis.gc?.();
    const { numTensors, numBytes } = tf.memory();
    seen.push({ step, tensors: numTensors, bytes: numBytes, heap: process.memoryUsage().heapUsed });
  },
});
console.log(
  table(seen, [
    { title: 'step', value: ({ step }) => String(step) },
    { title: 'tensors', value: ({ tensors }) => String(tensors) },
    { title: 'bytes', value: ({ bytes }) => String(bytes) },
    { title: 'heap, MB', value: ({ heap }) => (heap / 1e6).toFixed(2) },
  ]),
);
