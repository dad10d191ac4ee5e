import { beforeAll, describe, expect, it } from 'vitest';
import { InvalidArgumentError } from '../../src/errors.ts';
import { CentredActivation } from '../../src/models/CentredActivation.ts';
import { convModel } from '../../src/models/convModel.ts';
import { deepRandomFeaturesModel } from '../../src/models/deepRandomFeaturesModel.ts';
import { LazyHidden } from '../../src/models/LazyHidden.ts';
import { mlpModel } from '../../src/models/mlpModel.ts';
import { RandomFeatures } from '../../src/models/RandomFeatures.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const makers: [string, (options: never) => unknown, object][] = [
  ['RandomFeatures', (args) => new RandomFeatures(args), { units: 3 }],
  ['LazyHidden', (args) => new LazyHidden(args), { units: 3 }],
  ['CentredActivation', (args) => new CentredActivation(args), { activation: 'relu' }],
  ['randomFeaturesModel', randomFeaturesModel, { inputDim: 4, units: 3 }],
  ['deepRandomFeaturesModel', deepRandomFeaturesModel, { inputDim: 4, units: [3] }],
  ['mlpModel', mlpModel, { inputDim: 4, units: [3] }],
  ['convModel', convModel, { imageShape: [4, 4, 1], filters: [2] }],
];

describe.each(makers)('%s', (name, make, right) => {
  const failureOf = (options: unknown): Error => {
    try {
      make(options as never);
    } catch (error) {
      return error as Error;
    }
    throw new Error('nothing was refused');
  };

  it.each([{ sead: 1 }, { learningRate: 0.1 }, { activaton: 'relu' }])('refuses %o by name', (extra) => {
    const [[option, value]] = Object.entries(extra) as [[string, unknown]];
    const failure = failureOf({ ...right, ...extra });
    expect(failure).toBeInstanceOf(InvalidArgumentError);
    expect(failure.message).toContain(
      `invalid ${option}: ${JSON.stringify(value)} (expected an option of ${name}: `,
    );
  });

  it.each([undefined, null, 3, 'relu', [], {}])('answers %o in one line', (options) => {
    const failure = failureOf(options);
    expect(failure).toBeInstanceOf(InvalidArgumentError);
    expect(failure.message).toMatch(/^invalid .*$/);
  });
});

describe('layers', () => {
  it('take what every layer of TensorFlow.js takes, and their own configuration', () => {
    const common = { name: 'mine', inputShape: [4], dtype: 'float32' as const, trainable: false };
    for (const layer of [
      new RandomFeatures({ units: 3, ...common }),
      new LazyHidden({ units: 3, ...common, batchSize: 2 }),
      new CentredActivation({ activation: 'tanh', ...common }),
    ]) {
      expect(layer.name).toBe('mine');
      const Own = layer.constructor as new (args: never) => tf.layers.Layer;
      const again = new Own(layer.getConfig() as never);
      expect(again.getConfig()).toEqual(layer.getConfig());
    }
  });

  it('are opened from a file, to which TensorFlow.js adds arguments of its own', async () => {
    const model = tf.sequential({
      layers: [
        new RandomFeatures({ units: 3, inputShape: [4] }),
        new CentredActivation({ activation: 'tanh' }),
        new LazyHidden({ units: 3 }),
      ],
    });
    const opened = await tf.models.modelFromJSON(JSON.parse(model.toJSON() as string));
    expect(opened.layers.map((layer) => layer.getClassName())).toEqual([
      'RandomFeatures',
      'CentredActivation',
      'LazyHidden',
    ]);
  });
});

it.each([
  [{ imageShape: [4, 4], filters: [2] }, 'invalid imageShape: [4, 4] (expected [height, width, channels])'],
  [{ imageShape: [4, 4, 1], filters: [] }, 'invalid filters: [] (expected the filters of each convolution)'],
  [{ imageShape: [4, 4, 1], filters: [1.5] }, 'invalid filters: 1.5 (expected an integer >= 1)'],
  [{ imageShape: [4, 4, 1], filters: [1], strides: 0 }, 'invalid strides: 0 (expected an integer >= 1)'],
])('convModel names the size that it refuses in %o', (options, message) => {
  expect(() => convModel(options as never)).toThrow(message);
});
