/** A training in a folder of its own, for tests that kill it: trainInFolder.ts DEVICE FOLDER */
import { pgd } from '../../src/attacks/index.ts';
import { teacher } from '../../src/data/teacher.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { type DeviceChoice, loadRuntime } from '../../src/runtime/index.ts';
import { tf } from '../../src/runtime/tf.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import type { AdversarialTrainingOptions } from '../../src/training/trainingOptions.ts';

export async function trainInFolder(folder: string, options: Partial<AdversarialTrainingOptions> = {}) {
  const data = teacher({ d: 10, tau: 0.5, seed: 1 }).sample('train', 64);
  const model = randomFeaturesModel({ inputDim: 10, units: 20, seed: 1 });
  const attack = pgd({ steps: 2, randomStart: true });
  const tensors = tf.memory().numTensors;
  const result = await adversarialTraining(model, data, {
    ...{ eps: 0.3, lambda: 0.01, batchSize: 24, cycleSteps: 60, maxCycles: 2, tolerance: 1e-9 },
    ...{ folder, checkpointEvery: 25, ...(options.method ? {} : { attack }) },
    ...options,
  });
  if (tf.memory().numTensors !== tensors) throw new Error('the training leaked tensors');
  return { ...result, theta: model.trainableWeights[0]!.read().dataSync().slice() };
}

const [device, folder] = process.argv.slice(2);
if (process.argv[1]?.endsWith('trainInFolder.ts') && device && folder) {
  await loadRuntime(device as DeviceChoice);
  await trainInFolder(folder);
}
