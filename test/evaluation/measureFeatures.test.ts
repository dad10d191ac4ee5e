import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { rowsOf } from '../../src/data/batches.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { teacher } from '../../src/data/teacher.ts';
import { cutModel } from '../../src/evaluation/cutModel.ts';
import { differencedFeatures } from '../../src/evaluation/differencedFeatures.ts';
import { measureFeatures } from '../../src/evaluation/measureFeatures.ts';
import { randomFeaturesMap } from '../../src/models/deepRandomFeaturesModel.ts';
import type { FrozenFeatures } from '../../src/models/frozenFeatures.ts';
import { loadModel, saveModel } from '../../src/models/modelFiles.ts';
import { RandomFeatures } from '../../src/models/RandomFeatures.ts';
import { Standardise } from '../../src/models/Standardise.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

const d = 8;
const data = teacher({ d, tau: 0.2, seed: 1 }).sample('rows', 300);

beforeAll(async () => {
  await testRuntime();
});

/** The same map without its short way to J. */
const longWay = (map: FrozenFeatures): FrozenFeatures => ({
  name: map.name,
  inputDim: map.inputDim,
  units: map.units,
  widest: map.widest,
  features: (x, n) => map.features(x, n),
  along: (x, v, n, k) => map.along(x, v, n, k),
});

const largestDifference = (a: Float64Array, b: Float64Array): number =>
  a.reduce((most, value, at) => Math.max(most, Math.abs(value - b[at]!)), 0);

describe('measureFeatures', () => {
  it('measures the covariances that a plain sum over its rows gives', async () => {
    const N = 6;
    const map = await randomFeaturesMap({ inputDim: d, units: [N] });
    const measured = await measureFeatures(map, data, { share: 0.6, seed: 'split' });
    const others = new Set(measured.otherRows);
    const rows = Array.from({ length: data.n }, (_, i) => i).filter((i) => !others.has(i));
    expect(measured.rows).toBe(180);
    expect(rows).toHaveLength(180);
    const picked = rowsOf(data, rows);
    const phi = map.features(Float64Array.from(picked.x), picked.n);
    const column = (a: number): number[] => rows.map((_, i) => phi[i * N + a]!);
    const covariance = (u: readonly number[], v: readonly number[]): number => {
      const mean = (w: readonly number[]): number => w.reduce((sum, value) => sum + value, 0) / w.length;
      const [mu, mv] = [mean(u), mean(v)];
      return u.reduce((sum, value, i) => sum + (value - mu) * (v[i]! - mv), 0) / (u.length - 1);
    };
    const y = [...picked.y];
    expect(Math.abs(measured.targetVariance - covariance(y, y))).toBeLessThan(1e-12);
    for (let a = 0; a < N; a++) {
      expect(Math.abs(measured.c[a]! - covariance(column(a), y))).toBeLessThan(1e-12);
      for (let b = 0; b < N; b++)
        expect(Math.abs(measured.F[a * N + b]! - covariance(column(a), column(b)))).toBeLessThan(1e-12);
    }
  });

  it('has one J, by the short way of one layer, along every axis, and in batches of any size', async () => {
    const map = await randomFeaturesMap({ inputDim: d, units: [7], activation: 'tanh' });
    const short = await measureFeatures(map, data);
    const long = await measureFeatures(longWay(map), data, { directions: d });
    const small = await measureFeatures(longWay(map), data, { directions: d, memory: 2e4 });
    expect(largestDifference(short.J, long.J)).toBeLessThan(1e-12);
    expect(largestDifference(short.J, small.J)).toBeLessThan(1e-12);
    expect(largestDifference(short.F, small.F)).toBeLessThan(1e-12);
  });

  it('estimates J from a few random directions without bias', async () => {
    const map = await randomFeaturesMap({ inputDim: d, units: [10, 4] });
    const exact = await measureFeatures(map, data, { directions: d, share: 1 });
    const repeats = 40;
    const traces: number[] = [];
    const trace = (J: Float64Array): number => [0, 1, 2, 3].reduce((sum, a) => sum + J[a * 5]!, 0);
    for (let seed = 0; seed < repeats; seed++)
      traces.push(trace((await measureFeatures(map, data, { directions: 1, share: 1, seed })).J));
    const mean = traces.reduce((sum, value) => sum + value, 0) / repeats;
    const variance = traces.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (repeats - 1);
    // Monte Carlo, in standard errors.
    expect(Math.abs(mean - trace(exact.J))).toBeLessThan(4 * Math.sqrt(variance / repeats));
    expect(variance).toBeGreaterThan(0);
  });

  it('refuses a width that memory does not hold, one class, and rows of another width', async () => {
    const wide = { ...longWay(await randomFeaturesMap({ inputDim: d, units: [3] })), units: 20000 };
    await expect(measureFeatures(wide, data)).rejects.toThrow(
      /20000 features take 19.2 GB to measure, more than the 1.2 GB allowed; at most 5000 fit/,
    );
    const map = await randomFeaturesMap({ inputDim: d, units: [3] });
    const one = { ...data, y: new Float32Array(data.n).fill(1) };
    await expect(measureFeatures(map, one)).rejects.toThrow(/all 150 measured targets are 1: .* one class/);
    const other = await randomFeaturesMap({ inputDim: d + 1, units: [3] });
    await expect(measureFeatures(other, data)).rejects.toThrow(/invalid x: "8 columns"/);
    await expect(measureFeatures(map, data, { share: 0 })).rejects.toThrow(/invalid share: 0/);
    await expect(measureFeatures(map, data, { shares: 1 } as object)).rejects.toThrow(
      'invalid shares: 1 (expected an option of measureFeatures: share?)',
    );
    const model = {} as tf.LayersModel;
    await expect(measureFeatures(model, data)).rejects.toThrow(
      'invalid model: {} (expected a tf.LayersModel',
    );
  });

  it('refuses rows of another kind in one line', async () => {
    const map = await randomFeaturesMap({ inputDim: d, units: [3] });
    const x = tf.tensor2d(data.x, [data.n, d]);
    const nested = Array.from({ length: data.n }, () => new Array<number>(d).fill(1));
    for (const [wrong, message] of [
      [
        { ...data, x },
        /^invalid x: \[Tensor\] \(expected a Float32Array or Float64Array of n \* d = 2400 values/,
      ],
      [{ ...data, x: nested }, /^invalid x: \[\[1, 1, .{1,80} \(expected a Float32Array or Float64Array/],
      [
        { ...data, y: [...data.y] },
        /^invalid y: \[.{1,80} \(expected a Float32Array or Float64Array of n = 300/,
      ],
      [x, /^invalid data: \[Tensor\] \(expected a data set \{n, d, x, y\}/],
      [null, /^invalid data: null/],
    ] as [unknown, RegExp][])
      await expect(measureFeatures(map, wrong as Dataset)).rejects.toThrow(message);
    x.dispose();
  });
});

const drawn = (seed: number) => tf.initializers.glorotUniform({ seed });

/** F, J and c of a layer of a model on all rows, from its own outputs and its own gradients by autodiff: float32. */
async function byAutodiff(model: tf.LayersModel, layer: string, { n, x, y }: Dataset) {
  const cut = tf.model({ inputs: model.inputs, outputs: model.getLayer(layer).output as tf.SymbolicTensor });
  const input = tf.tensor2d(x, [n, d]);
  const phi = cut.predict(input) as tf.Tensor2D;
  const N = phi.shape[1];
  const gradients: Float32Array[] = [];
  for (let a = 0; a < N; a++) {
    const of = tf.grad((rows: tf.Tensor) => (cut.apply(rows) as tf.Tensor2D).slice([0, a], [n, 1]).sum());
    const gradient = of(input);
    gradients.push((await gradient.data()) as Float32Array);
    gradient.dispose();
  }
  const values = (await phi.data()) as Float32Array;
  tf.dispose([input, phi]);
  const column = (a: number): number[] => Array.from({ length: n }, (_, i) => values[i * N + a]!);
  const mean = (u: readonly number[]): number => u.reduce((sum, value) => sum + value, 0) / n;
  const covariance = (u: readonly number[], v: readonly number[]): number => {
    const [mu, mv] = [mean(u), mean(v)];
    return u.reduce((sum, value, i) => sum + (value - mu) * (v[i]! - mv), 0) / (n - 1);
  };
  const pairs = Array.from({ length: N * N }, (_, at) => [Math.floor(at / N), at % N] as const);
  return {
    F: Float64Array.from(pairs, ([a, b]) => covariance(column(a), column(b))),
    J: Float64Array.from(pairs, ([a, b]) =>
      gradients[a]!.reduce((sum, value, at) => sum + (value * gradients[b]![at]!) / n, 0),
    ),
    c: Float64Array.from({ length: N }, (_, a) => covariance(column(a), [...y])),
  };
}

describe('measureFeatures of models that clip their inputs', () => {
  const mean = Array.from({ length: d }, (_, j) => 0.3 * Math.sin(j));
  // Of the last column nothing is known; the others are clipped between never and two times in three.
  const deviation = Array.from({ length: d }, (_, j) => (j === d - 1 ? 0 : 0.5 + 0.25 * j));
  const clippedModel = (clip: number, ...hidden: tf.layers.Layer[]): tf.Sequential =>
    tf.sequential({
      layers: [
        new Standardise({ mean, deviation, clip, inputShape: [d], name: 'standardise' }),
        ...hidden,
        tf.layers.dense({ units: 1, name: 'readout' }),
      ],
    });

  it.each([0.4, 1, 100])('finds the moments of one layer by its short way, clip %d', async (clip) => {
    const model = clippedModel(clip, new RandomFeatures({ units: 6, name: 'features', activation: 'tanh' }));
    const folder = temporaryFolder(onTestFinished);
    await saveModel(model, folder);
    const measured = await measureFeatures(await loadModel(folder), data, { share: 1 });
    expect((await cutModel(model)).gradientGram).toBeDefined();
    const expected = await byAutodiff(model, 'features', data);
    // float32
    for (const name of ['F', 'J', 'c'] as const)
      expect(largestDifference(measured[name], expected[name])).toBeLessThan(2e-6);
  });

  it('finds them where other layers follow, and along every axis as by the short way', async () => {
    const model = clippedModel(
      0.7,
      tf.layers.dense({ units: 7, activation: 'tanh', name: 'first', kernelInitializer: drawn(1) }),
      tf.layers.dense({ units: 5, activation: 'sigmoid', name: 'second', kernelInitializer: drawn(2) }),
    );
    for (const layer of ['first', 'second']) {
      const map = await cutModel(model, layer);
      const measured = await measureFeatures(longWay(map), data, { share: 1, directions: d });
      const expected = await byAutodiff(model, layer, data);
      for (const name of ['F', 'J', 'c'] as const)
        expect(largestDifference(measured[name], expected[name])).toBeLessThan(2e-6);
      if (!map.gradientGram) continue;
      const short = await measureFeatures(map, data, { share: 1 });
      // Two orders of one float64 sum.
      expect(largestDifference(short.J, measured.J)).toBeLessThan(1e-14);
    }
  });
});

describe('cutModel', () => {
  const denseModel = (): tf.Sequential =>
    tf.sequential({
      layers: [
        tf.layers.dense({
          units: 6,
          activation: 'tanh',
          inputShape: [d],
          name: 'first',
          kernelInitializer: drawn(1),
        }),
        tf.layers.dense({ units: 5, activation: 'relu', name: 'second', kernelInitializer: drawn(2) }),
        tf.layers.dense({ units: 1, name: 'readout' }),
      ],
    });

  it('cuts a saved model at a named layer, biases included', async () => {
    const model = denseModel();
    const bias = tf.tensor1d([0.3, -0.2, 0.1, 0, 0.5, -0.4]);
    model.layers[0]!.setWeights([model.layers[0]!.getWeights()[0]!, bias]);
    const folder = temporaryFolder(onTestFinished);
    await saveModel(model, folder);
    const opened = await loadModel(folder);
    const x = data.x.subarray(0, 4 * d);
    for (const [layer, units] of [
      ['first', 6],
      ['second', 5],
    ] as const) {
      const map = await cutModel(opened, layer);
      expect(map.units).toBe(units);
      const whole = tf.model({
        inputs: model.inputs,
        outputs: model.getLayer(layer).output as tf.SymbolicTensor,
      });
      const expected = await (whole.predict(tf.tensor2d(x, [4, d])) as tf.Tensor).data();
      (await map.features(Float64Array.from(x), 4)).forEach((value, at) => {
        expect(Math.abs(value - expected[at]!)).toBeLessThan(1e-6);
      });
    }
  });

  it('takes differences where layers are unknown to it, close to the exact derivatives where they are known', async () => {
    const model = denseModel();
    const exact = await cutModel(model, 'second');
    const cut = tf.model({ inputs: model.inputs, outputs: model.layers[1]!.output });
    const differenced = differencedFeatures((x) => cut.predict(x) as tf.Tensor, { shape: [d], units: 5 });
    const [a, b] = [
      await measureFeatures(exact, data, { directions: d }),
      await measureFeatures(differenced, data, { directions: d }),
    ];
    const scale = Math.max(...a.J);
    // float32 over a step of 2e-3; of 150 rows one may have a kink within it.
    expect(largestDifference(a.J, b.J)).toBeLessThan(scale / 100);
    expect(largestDifference(a.F, b.F)).toBeLessThan(1e-5);
  });

  it('measures a convolutional model on rows of flat images', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.reshape({ targetShape: [4, 2, 1], inputShape: [d] }),
        tf.layers.conv2d({ filters: 2, kernelSize: 2, activation: 'relu', name: 'maps' }),
        tf.layers.flatten({ name: 'flat' }),
        tf.layers.dense({ units: 1, name: 'readout' }),
      ],
    });
    const measured = await measureFeatures(model, data, { layer: 'flat' });
    expect(measured.units).toBe(6);
    expect(measured.method).toMatch(/central differences/);
    expect(measured.F.every(Number.isFinite)).toBe(true);
  });

  it('names the layers there are when asked for another', async () => {
    await expect(cutModel(denseModel(), 'third')).rejects.toThrow(
      /invalid layer: "third" \(expected a layer before a read-out; there are first, second, readout\)/,
    );
  });
});
