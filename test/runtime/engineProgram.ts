/** Run as a program of its own: one seeded model on the device named, its numbers as JSON on standard output. */
import { pgd } from '../../src/attacks/index.ts';
import { toTensors } from '../../src/data/dataset.ts';
import { teacher } from '../../src/data/teacher.ts';
import { risks } from '../../src/evaluation/risk.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { stream } from '../../src/random/stream.ts';
import type { Device } from '../../src/runtime/device.ts';
import { loadRuntime } from '../../src/runtime/runtime.ts';
import { tf } from '../../src/runtime/tf.ts';

export interface EngineNumbers {
  backend: string;
  outputs: number[];
  inputGradient: number[];
  standardRisk: number;
  adversarialRisk: number;
}

const d = 60;
const units = 150;

const { backend } = await loadRuntime(process.argv[2] as Device);
const model = randomFeaturesModel({ inputDim: d, units, activation: 'relu', seed: 'engines' });
const theta = stream('engines', 'theta').fillGaussian(new Float32Array(units), 0.2);
model.getLayer('readout').setWeights([tf.tensor2d(theta, [units, 1])]);
const data = teacher({ d, tau: 0.5, seed: 'engines' }).sample('test', 200);
const { x, y } = toTensors(data);
const loss = (input: tf.Tensor) => tf.sum(tf.squaredDifference(model.apply(input) as tf.Tensor, y));
const { standard, adversarial } = await risks(model, data, { attack: pgd({ steps: 5 }), epsilons: [0.5] });
const numbers: EngineNumbers = {
  backend,
  outputs: [...(await (model.predict(x) as tf.Tensor).data())],
  inputGradient: [...(await tf.grad(loss)(x).data())],
  standardRisk: standard.value,
  adversarialRisk: adversarial[0]!.value,
};
process.stdout.write(JSON.stringify(numbers));
