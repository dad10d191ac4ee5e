import { beforeAll, describe, expect, it } from 'vitest';
import { registerActivation } from '../../src/models/activations.ts';
import { CentredActivation } from '../../src/models/CentredActivation.ts';
import { convModel } from '../../src/models/convModel.ts';
import { deepRandomFeaturesModel } from '../../src/models/deepRandomFeaturesModel.ts';
import { frozenChain } from '../../src/models/frozenChain.ts';
import { mlpModel } from '../../src/models/mlpModel.ts';
import { RandomFeatures } from '../../src/models/RandomFeatures.ts';
import { Standardise } from '../../src/models/Standardise.ts';
import { standardisedModel } from '../../src/models/standardisedModel.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { activationNames } from '../../src/theory/activations.ts';
import { testRuntime } from '../support/runtime.ts';

/** A few hundred float32 operations on terms of order one. */
const FLOAT32 = 2e-5;
const d = 7;
const n = 11;

const gaussian = (size: number, ...key: (string | number)[]): Float32Array =>
  stream('frozen chain', ...key).fillGaussian(new Float32Array(size));

let x: tf.Tensor2D;

beforeAll(async () => {
  await testRuntime();
  x = tf.tensor2d(gaussian(n * d, 'x'), [n, d]);
  registerActivation('frozen cube', {
    f: (u) => u ** 3 / 6,
    derivative: (u) => u ** 2 / 2,
    tensor: (u) => u.mul(u).mul(u).div(6),
  });
});

/** Every weight that can be trained, moved off its start: read-outs begin at zero. */
function moved(model: tf.Sequential): tf.Sequential {
  tf.tidy(() => {
    for (const weight of model.trainableWeights) {
      const values = weight.read();
      const by = tf.tensor(gaussian(values.size, weight.originalName), values.shape);
      weight.write(values.add(by.mul(0.4)));
    }
  });
  return model;
}

/** Largest differences of a chain's outputs and input gradient from those of its layers, by autodiff. */
function differences(model: tf.Sequential): { value: number; gradient: number; size: number } {
  return tf.tidy(() => {
    const outputs = model.outputs[0]!.shape[1]!;
    const dy = tf.tensor2d(gaussian(n * outputs, 'dy'), [n, outputs]);
    const reference = tf.valueAndGrad((rows) => model.apply(rows, { training: false }) as tf.Tensor)(x, dy);
    const chain = frozenChain(model.layers)!;
    const found = tf.valueAndGrad(chain)(x, dy);
    // Of one output also past the tape, where its gradient has no weights.
    expect(chain.slope !== undefined).toBe(outputs === 1);
    const atOnce = chain.slope?.(x) ?? { value: found.value, gradient: found.grad };
    const weighted = outputs === 1 ? atOnce.gradient.mul(dy) : atOnce.gradient;
    const largest = (a: tf.Tensor, b: tf.Tensor): number => tf.max(tf.abs(a.sub(b))).dataSync()[0]!;
    return {
      value: Math.max(largest(found.value, reference.value), largest(atOnce.value, reference.value)),
      gradient: Math.max(largest(found.grad, reference.grad), largest(weighted, reference.grad)),
      size: tf.max(tf.abs(reference.grad)).dataSync()[0]!,
    };
  });
}

function expectAutodiff(model: tf.Sequential): void {
  const before = tf.memory().numTensors;
  const { value, gradient, size } = differences(moved(model));
  expect(tf.memory().numTensors).toBe(before);
  expect(size).toBeGreaterThan(1e-3);
  expect(value).toBeLessThan(FLOAT32 * (1 + size));
  expect(gradient).toBeLessThan(FLOAT32 * (1 + size));
  model.dispose();
}

describe.each(activationNames)('a chain with %s', (activation) => {
  it.each([1, 3])('has the outputs and input gradient of autodiff for %i outputs', (outputs) => {
    expectAutodiff(
      tf.sequential({
        layers: [
          new RandomFeatures({ units: 9, activation, inputShape: [d] }),
          tf.layers.dense({ units: outputs, kernelInitializer: 'zeros' }),
        ],
      }),
    );
    expectAutodiff(mlpModel({ inputDim: d, units: [8, 5], activation, outputs, useBias: true }));
  });
});

describe('a chain', () => {
  it('may be deep, end in an activation, or in several dense layers', () => {
    expectAutodiff(deepRandomFeaturesModel({ inputDim: d, units: [9, 6, 8], useBias: true }));
    for (const units of [1, 3]) {
      const first = tf.layers.dense({ units: 6, activation: 'tanh', inputShape: [d] });
      const second = tf.layers.dense({ units: 4 });
      const last = [tf.layers.dense({ units }), new CentredActivation({ activation: 'softplus' })];
      expectAutodiff(tf.sequential({ layers: [first, tf.layers.dropout({ rate: 0.5 }), second, ...last] }));
    }
    expectAutodiff(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [d] })] }));
  });

  it('may standardise its inputs, clipped or not, and map its outputs back to their units', () => {
    const column = (value: (j: number) => number): number[] => Array.from({ length: d }, (_, j) => value(j));
    for (const outputs of [1, 2])
      for (const clip of [{}, { clip: 0.8 }]) {
        const inputs = { mean: column((j) => j / 9), deviation: column((j) => j % 4), ...clip };
        const targets = { mean: Array(outputs).fill(3), deviation: Array(outputs).fill(2.5) };
        const core = mlpModel({ inputDim: d, units: [8], outputs });
        expectAutodiff(standardisedModel(core, inputs, targets));
      }
    const within = {
      mean: column(() => 0.1).slice(0, 6),
      deviation: column(() => 1.5).slice(0, 6),
      clip: 0.9,
    };
    expectAutodiff(
      tf.sequential({
        layers: [
          new RandomFeatures({ units: 6, activation: 'relu', inputShape: [d] }),
          new Standardise(within),
          tf.layers.dense({ units: 1 }),
        ],
      }),
    );
  });

  it('of ReLU has the slope 0 of TensorFlow.js at its kink, and the same slopes for inputs of any size', () => {
    const model = tf.sequential({
      layers: [
        new RandomFeatures({ units: 9, activation: 'shifted-relu', inputShape: [d] }),
        tf.layers.dense({ units: 1, kernelInitializer: 'ones' }),
      ],
    });
    tf.tidy(() => {
      const { slope } = frozenChain(model.layers)!;
      const gradientAt = (size: number) => [...slope!(x.mul(size)).gradient.dataSync()];
      expect(gradientAt(0).map(Math.abs)).toEqual(new Array(n * d).fill(0));
      const ordinary = gradientAt(1);
      for (const size of [2 ** -40, 2 ** 40]) expect(gradientAt(size)).toEqual(ordinary);
    });
    model.dispose();
  });

  it('is no such chain where a layer is not known', () => {
    const images = convModel({ imageShape: [4, 4, 1], filters: [2] });
    const unknown = tf.sequential({
      layers: [tf.layers.dense({ units: 3, activation: 'softmax', inputShape: [d] })],
    });
    const own = new CentredActivation({ activation: 'frozen cube', inputShape: [d] });
    const ownFunction = tf.sequential({ layers: [own, tf.layers.dense({ units: 1 })] });
    for (const model of [images, unknown, ownFunction]) {
      expect(frozenChain(model.layers)).toBeNull();
      model.dispose();
    }
  });
});
