import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { fgm } from '../../src/attacks/index.ts';
import { teacher } from '../../src/data/teacher.ts';
import { setReadout, trainReadoutExactly } from '../../src/exact/exactReadout.ts';
import { deepRandomFeaturesModel } from '../../src/models/deepRandomFeaturesModel.ts';
import { mlpModel } from '../../src/models/mlpModel.ts';
import { loadModel, saveModel } from '../../src/models/modelFiles.ts';
import { randomFeaturesModel } from '../../src/models/randomFeaturesModel.ts';
import { tf } from '../../src/runtime/tf.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import { testRuntime } from '../support/runtime.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const d = 6;
const rows = teacher({ d, tau: 0.3, seed: 2 }).sample('rows', 60);
const data = { ...rows, y: rows.y.map((value) => value + 0.5 * value * value + 4) };

beforeAll(async () => {
  await testRuntime();
});

/** Residuals of a model on the rows. */
async function residuals(model: tf.LayersModel): Promise<number[]> {
  const fitted = tf.tidy(() => model.predict(tf.tensor2d(data.x, [data.n, d])) as tf.Tensor);
  const values = await fitted.data();
  fitted.dispose();
  return Array.from(data.y, (y, i) => y - values[i]!);
}

const meanOfAll = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value / values.length, 0);

describe('trainReadoutExactly', () => {
  const models = {
    'one layer': (useBias: boolean) => randomFeaturesModel({ inputDim: d, units: 20, useBias }),
    'two frozen layers': (useBias: boolean) =>
      deepRandomFeaturesModel({ inputDim: d, units: [15, 10], useBias }),
    'a network': (useBias: boolean) => mlpModel({ inputDim: d, units: [12], useBias }),
    'the inputs': (useBias: boolean) =>
      tf.sequential({ layers: [tf.layers.dense({ units: 1, useBias, inputShape: [d] })] }),
  };

  it.each(Object.entries(models))('gives the bias of a read-out the intercept, %s', async (_, make) => {
    const [model, without] = [make(true), make(false)];
    const before = tf.memory().numTensors;
    await trainReadoutExactly(model, data, { lambda: 0.2 });
    await trainReadoutExactly(without, data, { lambda: 0.2 });
    expect(tf.memory().numTensors).toBe(before);
    // Normal equation of the intercept, which the penalty leaves alone; float32.
    expect(Math.abs(meanOfAll(await residuals(model)))).toBeLessThan(1e-5);
    expect(Math.abs(meanOfAll(await residuals(without)))).toBeGreaterThan(1e-2);
    expect(without.layers.at(-1)!.getWeights()).toHaveLength(1);
    // A saved model keeps it.
    const folder = temporaryFolder(onTestFinished);
    await saveModel(model, folder);
    const opened = await loadModel(folder);
    expect(await residuals(opened)).toEqual(await residuals(model));
    tf.dispose([model, without, opened].flatMap((one) => one.getWeights()));
  });

  const classes = { ...data, y: data.y.map((value) => (value > 4.5 ? 1 : -1)) };
  const margins = {
    logistic: (v: number) => Math.log(1 + Math.exp(-v)),
    hinge: (v: number) => Math.max(0, 1 - v),
    squaredHinge: (v: number) => Math.max(0, 1 - v) ** 2 / 2,
  };
  const classifiers = [
    ['one layer', 'logistic', 0],
    ['two frozen layers', 'hinge', 0.2],
    ['the inputs', 'logistic', 0.2],
    ['the inputs', 'squaredHinge', 0.2],
    ['a network', 'squaredHinge', 0],
  ] as const;
  it.each(classifiers)('trains a classifier with a proved gap, %s, %s, eps %d', async (name, loss, eps) => {
    const model = models[name](true);
    const lambda = 0.05;
    const before = tf.memory().numTensors;
    const solved = await trainReadoutExactly(model, classes, { loss, eps, lambda });
    expect(tf.memory().numTensors).toBe(before);
    expect(solved.converged).toBe(true);
    expect(solved.dualityGap).toBeLessThan(1e-6 * solved.objective);
    // The objective once more, from the model's own outputs and its gradients by autodiff, float32.
    const x = tf.tensor2d(data.x, [data.n, d]);
    const outputs = await (model.predict(x) as tf.Tensor).data();
    const slopes = await tf.norm(tf.grad((z) => tf.sum(model.apply(z) as tf.Tensor))(x), 2, 1).data();
    const losses = Array.from(classes.y, (y, i) => margins[loss](y * outputs[i]! - eps * slopes[i]!));
    const penalty = (lambda / 2) * solved.theta.reduce((sum, value) => sum + value ** 2, 0);
    expect((meanOfAll(losses) + penalty) / solved.objective).toBeCloseTo(1, 5);
    expect(solved.objective).toBeLessThan(margins[loss](0));
  });

  it('trains classes by the loss that is named, and no other', async () => {
    const model = models['the inputs'](false);
    const train = (options: object, rows = classes) =>
      expect(trainReadoutExactly(model, rows, options as { loss: 'hinge'; lambda: number })).rejects;
    await train({ loss: 'cubic', lambda: 1 }).toThrow('invalid loss: "cubic"');
    await train({ loss: 'hinge', lambda: 0 }).toThrow('invalid lambda: 0');
    await train({ loss: 'hinge', lambda: 1 }, data).toThrow('expected labels -1 and 1');
  });

  it.each(Object.entries(models).filter(([name]) => name !== 'a network'))(
    'trains adversarially at the optimum of the linearised problem, %s',
    async (_, make) => {
      const model = make(true);
      const [eps, lambda] = [0.2, 0.1];
      const before = tf.memory().numTensors;
      const solved = await trainReadoutExactly(model, data, { eps, lambda, tolerance: 1e-9 });
      expect(tf.memory().numTensors).toBe(before);
      expect(solved.converged).toBe(true);
      // The objective once more, from the model's own outputs and its gradients by autodiff, float32.
      const x = tf.tensor2d(data.x, [data.n, d]);
      const slopes = tf.grad((inputs) => tf.sum(model.apply(inputs) as tf.Tensor))(x);
      const lengths = await tf.norm(slopes, 2, 1).data();
      const [kernel, bias] = model.layers
        .at(-1)!
        .getWeights()
        .map((weight) => weight.dataSync());
      expect([...kernel!]).toEqual([...Float32Array.from(solved.theta)]);
      expect(bias![0]).toBe(Math.fround(solved.intercept));
      const objective = (await residuals(model)).reduce(
        (sum, r, i) => sum + (Math.abs(r) + eps * lengths[i]!) ** 2 / (2 * data.n),
        (lambda / 2) * solved.theta.reduce((sum, t) => sum + t * t, 0),
      );
      expect(Math.abs(objective / solved.objective - 1)).toBeLessThan(1e-5);
      // Without an intercept the objective is larger, and the bias 0.
      const without = await trainReadoutExactly(model, data, { eps, lambda, fitIntercept: false });
      expect(without.objective).toBeGreaterThan(solved.objective);
      expect(model.layers.at(-1)!.getWeights()[1]!.dataSync()[0]).toBe(0);
      tf.dispose([x, slopes, model.getWeights()]);
    },
  );

  it('refuses an eps > 0 where a layer is not known in float64', async () => {
    const layers = [
      tf.layers.dense({ units: 4, activation: 'softsign', inputShape: [d] }),
      tf.layers.dense({ units: 1 }),
    ];
    await expect(trainReadoutExactly(tf.sequential({ layers }), data, { eps: 0.1 })).rejects.toThrow(
      'a layer before the read-out is not known in float64',
    );
  });

  it('refuses an intercept that a read-out has no place for, options it lacks and another last layer', async () => {
    const model = models['one layer'](false);
    expect(() => setReadout(model, new Float64Array(20), 0.5)).toThrow(
      'invalid intercept: 0.5 (expected 0 for a last layer without a bias)',
    );
    await expect(trainReadoutExactly(model, data, { bytes: 1 } as object)).rejects.toThrow(
      'invalid bytes: 1 (expected an option of trainReadoutExactly: eps, lambda',
    );
    await expect(trainReadoutExactly(model, data, { fitIntercept: true })).rejects.toThrow(
      'invalid fitIntercept: true (expected false for a last layer without a bias)',
    );
    const two = tf.sequential({ layers: [tf.layers.dense({ units: 2, inputShape: [d], name: 'two' })] });
    await expect(trainReadoutExactly(two, data)).rejects.toThrow(
      'invalid model: "two" (expected a last layer that is a linear read-out of one output)',
    );
    await expect(trainReadoutExactly(model, data, 0.3 as never)).rejects.toThrow('invalid options: 0.3');
    await expect(trainReadoutExactly(model, { ...data, y: [1, 2] as never })).rejects.toThrow(
      'invalid y: [1, 2] (expected a Float32Array or Float64Array of n = 60 values',
    );
  });
});

describe('training by gradient of a model with an intercept', () => {
  it('leaves the bias of the read-out out of the penalty, and no other weight', async () => {
    const lambda = 1e3;
    const model = models('bias');
    await adversarialTraining(model, data, {
      eps: 0.1,
      attack: fgm(),
      lambda,
      learningRate: 0.2,
      cycleSteps: 60,
    });
    const [kernel, bias] = model.getWeights().map((weight) => weight.dataSync());
    // Such a penalty leaves nothing but the intercept: the mean, at which the squared loss is least. Training tolerance.
    expect(Math.abs(bias![0]! - meanOfAll([...data.y]))).toBeLessThan(0.05);
    for (const weight of kernel!) expect(Math.abs(weight)).toBeLessThan(0.02);
  });

  const models = (name: string): tf.Sequential =>
    tf.sequential({
      layers: [tf.layers.dense({ units: 1, inputShape: [d], name, kernelInitializer: 'zeros' })],
    });
});
