import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { CentredActivation } from '../../src/models/CentredActivation.ts';
import { loadModel, readModelFile, saveModel } from '../../src/models/modelFiles.ts';
import { RandomFeatures } from '../../src/models/RandomFeatures.ts';
import { Standardise } from '../../src/models/Standardise.ts';
import { splitStandardised, standardisedModel } from '../../src/models/standardisedModel.ts';
import { stream } from '../../src/random/stream.ts';
import type { Runtime } from '../../src/runtime/runtime.ts';
import { tf } from '../../src/runtime/tf.ts';
import { unfinishedName } from '../../src/wholeFile.ts';
import { testRuntime } from '../support/runtime.ts';

let runtime: Runtime;
const home = mkdtempSync(join(tmpdir(), 'rrf-model-'));
beforeAll(async () => {
  runtime = await testRuntime();
});
afterAll(() => rmSync(home, { recursive: true }));

const inputs = { mean: [10, -5, 7], deviation: [2, 0.5, 0] };
const targets = { mean: [100], deviation: [20] };

function model(): tf.Sequential {
  const core = tf.sequential({
    layers: [
      new RandomFeatures({ units: 8, seed: 3, inputShape: [3] }),
      tf.layers.dense({ units: 4 }),
      new CentredActivation({ activation: 'tanh' }),
      tf.layers.dense({ units: 1, useBias: false }),
    ],
  });
  return standardisedModel(core, inputs, targets);
}

const rows = () => tf.tensor2d(stream('rows').fillGaussian(new Float32Array(15), 5), [5, 3]);
const outputs = (f: tf.LayersModel) => (f.predict(rows()) as tf.Tensor).dataSync();

describe('Standardise', () => {
  it('takes column means and deviations away, and gives them back', () => {
    const x = tf.tensor2d([14, -5, 1, 8, -6, 2], [2, 3]);
    const z = new Standardise(inputs).apply(x) as tf.Tensor;
    // Adding zero makes -0 a plain 0.
    expect([...z.dataSync()].map((v) => v + 0)).toEqual([2, 0, 0, -1, -2, 0]);
    const back = new Standardise({ ...inputs, invert: true }).apply(z) as tf.Tensor;
    expect([...back.dataSync()]).toEqual([14, -5, 7, 8, -6, 7]);
  });

  it('clips at so many deviations where asked, and says so in its description', () => {
    const layer = new Standardise({ ...inputs, clip: 1.5 });
    const z = layer.apply(tf.tensor2d([14, -5, 1, 8, -6, 2], [2, 3])) as tf.Tensor;
    expect([...z.dataSync()].map((v) => v + 0)).toEqual([1.5, 0, 0, -1, -1.5, 0]);
    expect(layer.getConfig()).toMatchObject({ clip: 1.5 });
    expect(new Standardise(inputs).getConfig()).not.toHaveProperty('clip');
  });

  it.each([
    [{ mean: [0], deviation: [-1] }, 'invalid deviation: [-1]'],
    [{ mean: [0], deviation: [1], clip: -2 }, 'invalid clip: -2'],
    [{ mean: [0], deviation: [1], clip: 2, invert: true }, 'invalid clip: 2 (expected none'],
    [{ mean: [Number.NaN], deviation: [1] }, 'invalid mean: [NaN]'],
    [{ mean: [0, 1], deviation: [1] }, 'invalid deviation: [1] (expected 2 numbers, as many as mean)'],
  ])('refuses %o by name', (args, message) => {
    expect(() => new Standardise(args)).toThrow(message);
  });

  it('refuses arguments that it does not have, and lists of another kind; those of any layer pass', () => {
    expect(() => new Standardise({ ...inputs, means: [1] } as typeof inputs)).toThrow(
      'invalid means: [1] (expected an option of Standardise: mean?)',
    );
    expect(() => new Standardise({ ...inputs, mean: tf.tensor1d([1, 2, 3]) as never })).toThrow(
      'invalid mean: [Tensor] (expected a list of numbers, one a column)',
    );
    expect(() => new Standardise({ ...inputs, invert: 1 as never })).toThrow('invalid invert: 1');
    const args = { name: 'units', trainable: false, batchInputShape: [null, 3], dtype: 'float32' as const };
    const layer = new Standardise({ ...inputs, ...args });
    const again = Standardise.fromConfig(Standardise, layer.getConfig());
    expect(again.getConfig()).toEqual(layer.getConfig());
    const core = tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [3] })] });
    expect(() => standardisedModel(core, { ...inputs, std: 1 } as typeof inputs, targets)).toThrow(
      /^invalid std: 1 \(expected an option of the statistics of inputs/,
    );
    expect(() => standardisedModel({} as tf.Sequential, inputs, targets)).toThrow('invalid core: {}');
  });

  it('cuts a model into the standardised inputs and what is computed from them', () => {
    const whole = model();
    const { standardise, core } = splitStandardised(whole)!;
    expect(core(standardise(rows())).dataSync()).toEqual(outputs(whole));
    expect(
      splitStandardised(tf.sequential({ layers: [tf.layers.dense({ units: 1, inputShape: [2] })] })),
    ).toBeNull();
  });
});

describe('saveModel and loadModel', () => {
  it('give back a model with the same outputs, bit for bit, and its metadata', async () => {
    const saved = model();
    saved.setUserDefinedMetadata({ columns: ['a', 'b', 'c'] });
    const folder = join(home, 'deep', 'er');
    await saveModel(saved, folder);
    for (const path of [folder, join(folder, 'model.json')]) {
      const loaded = await loadModel(path);
      expect(outputs(loaded)).toEqual(outputs(saved));
      expect(loaded.getUserDefinedMetadata()).toEqual({ columns: ['a', 'b', 'c'] });
      expect(loaded.trainableWeights).toHaveLength(saved.trainableWeights.length);
    }
  });

  it('write what tf.loadLayersModel opens with TensorFlow itself', async ({ skip }) => {
    if (runtime.backend !== 'tensorflow') skip('only the native engine has a handler for file://');
    const saved = model();
    const folder = join(home, 'native');
    await saveModel(saved, folder);
    expect(outputs(await tf.loadLayersModel(`file://${folder}/model.json`))).toEqual(outputs(saved));
  });

  it('leave one file of weights when a model is saved over another', async () => {
    const folder = join(home, 'twice');
    await saveModel(model(), folder);
    const second = model();
    await saveModel(second, folder);
    expect(readdirSync(folder)).toHaveLength(2);
    expect(outputs(await loadModel(folder))).toEqual(outputs(second));
  });

  it('keep the earlier model when the disk is full', async () => {
    const folder = join(home, 'full');
    const first = model();
    await saveModel(first, folder);
    const name = join(folder, 'model.json');
    symlinkSync('/dev/full', unfinishedName(name));
    await expect(saveModel(model(), folder)).rejects.toThrow(`cannot write ${JSON.stringify(name)}: ENOSPC`);
    expect(outputs(await loadModel(folder))).toEqual(outputs(first));
    expect(existsSync(unfinishedName(name))).toBe(false);
  });

  it('read no weights outside the folder of the model', async () => {
    const folder = join(home, 'outside');
    const inner = join(folder, 'inner');
    await saveModel(model(), inner);
    const name = join(inner, 'model.json');
    const file = JSON.parse(readFileSync(name, 'utf8'));
    const [weights] = file.weightsManifest[0].paths;
    for (const path of [
      `../inner/${weights}`,
      join(inner, weights),
      `a/../../inner/${weights}`,
      'C:\\weights',
      '',
      7,
    ]) {
      file.weightsManifest[0].paths = [path];
      writeFileSync(name, JSON.stringify(file));
      await expect(loadModel(inner)).rejects.toThrow('has its weights outside its folder');
    }
  });

  it.each([
    ['null', 'is not a layers model'],
    ['[]', 'is not a layers model'],
    ['{"modelTopology": {}, "weightsManifest": {}}', 'is not a layers model'],
    ['{"modelTopology": {}, "weightsManifest": [null]}', 'has null among its weightsManifest'],
    ['{"modelTopology": {}, "weightsManifest": [{"paths": "x"}]}', 'among its weightsManifest'],
    [
      '{"modelTopology": {}, "weightsManifest": [{"paths": [], "weights": [null]}]}',
      'has null among its weights',
    ],
    [
      '{"modelTopology": {}, "weightsManifest": [{"paths": [], "weights": [{"name": "w", "dtype": "float32", "shape": [-1]}]}]}',
      'among its weights',
    ],
    ['{"modelTopology": {"config": null}, "weightsManifest": []}', 'cannot open the model'],
  ])('refuse the description %s in one line', async (content, message) => {
    const folder = join(home, 'entries');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'model.json'), content);
    const error = await loadModel(folder).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain(message);
    expect(error.message).not.toContain('\n');
  });

  it('open the model in a folder of rrf tune', async () => {
    const folder = join(home, 'tuned');
    await saveModel(model(), join(folder, 'model'));
    for (const path of [folder, join(folder, 'model'), join(folder, 'model', 'model.json')])
      (await loadModel(path)).dispose();
    expect(() => readModelFile(home)).toThrow(/^cannot read ".*model.json": there is no such file$/);
  });

  it('say which file is missing, cut short or not a model', async () => {
    const folder = join(home, 'broken');
    await expect(loadModel(folder)).rejects.toThrow(/^cannot read ".*broken": there is no such file/);
    await saveModel(model(), folder);
    const [weights] = readdirSync(folder).filter((name) => name.startsWith('weights'));
    const bytes = readFileSync(join(folder, weights!));
    writeFileSync(join(folder, weights!), bytes.subarray(8));
    const size = `have ${bytes.length - 8} bytes instead of ${bytes.length}`;
    await expect(loadModel(folder)).rejects.toThrow(size);
    rmSync(join(folder, weights!));
    await expect(loadModel(folder)).rejects.toThrow(/^cannot read ".*weights.*bin": there is no such file/);
    writeFileSync(join(folder, 'model.json'), '{"a": 1}');
    await expect(loadModel(folder)).rejects.toThrow('is not a layers model of TensorFlow.js');
    writeFileSync(join(folder, 'model.json'), '{"a": ');
    await expect(loadModel(folder)).rejects.toThrow('it is not JSON');
    const file = join(folder, 'held-out.csv');
    writeFileSync(file, 'a,y\n1,2\n');
    await expect(loadModel(file)).rejects.toThrow(
      `"${file}" is not the model.json of a model: it is not JSON`,
    );
  });
});
