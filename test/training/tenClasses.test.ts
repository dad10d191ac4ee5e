import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { misclassified, pgd, type SampleLoss } from '../../src/attacks/index.ts';
import { rowsOf } from '../../src/data/batches.ts';
import { readCsvTable } from '../../src/data/csvTable.ts';
import type { Dataset } from '../../src/data/dataset.ts';
import { tableDataset } from '../../src/data/tableDataset.ts';
import { robustRisk } from '../../src/evaluation/risk.ts';
import { mlpModel } from '../../src/models/mlpModel.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { adversarialTraining } from '../../src/training/adversarialTraining.ts';
import { layersLoss } from '../../src/training/layersLoss.ts';
import type { TrainedLayers } from '../../src/training/trainedWeights.ts';
import { quickRuntime } from '../support/runtime.ts';

/** Ten digits, y the digit; pixels between 0 and 1. */
function digits(): { train: Dataset; test: Dataset } {
  const path = new URL('../../data/digits.csv', import.meta.url).pathname;
  const all = tableDataset(readCsvTable(path), 'digit', { inputs: false, target: false });
  const data = { ...all, x: all.x.map((pixel) => pixel / 16) };
  const order = stream('ten classes').permutation(data.n);
  return { train: rowsOf(data, order.subarray(0, 300)), test: rowsOf(data, order.subarray(600, 1000)) };
}

const EPS = 0.5;
const { train, test } = digits();

/** Share of the held-out digits that an attack of 6 steps does not make the model mistake. */
async function robustAccuracy(model: tf.LayersModel): Promise<number> {
  const { curve } = await robustRisk(model, test, pgd({ loss: 'margin', steps: 6 }), {
    epsilons: [EPS],
    criterion: misclassified,
  });
  return 1 - curve[0]!.success!.value;
}

const trainBriefly = (
  model: tf.LayersModel,
  args: { loss: 'cross-entropy' | SampleLoss; eps: number; layers?: TrainedLayers; steps?: number },
) =>
  adversarialTraining(model, train, {
    eps: args.eps,
    attack: pgd({ loss: args.loss, steps: 3 }),
    layers: args.layers ?? 'all',
    cycleSteps: args.steps ?? 70,
    maxCycles: 1,
  });

const classifier = () => mlpModel({ inputDim: 64, units: [50], outputs: 10, seed: 4 });

/** The classifier trained against the attack, and its history. */
let robust: { model: tf.LayersModel; history: readonly number[] };
await quickRuntime();
beforeAll(async () => {
  const model = classifier();
  robust = { model, ...(await trainBriefly(model, { loss: 'cross-entropy', eps: EPS })) };
});
afterAll(() => robust.model.dispose());

describe('adversarial training on ten classes by cross-entropy', () => {
  it('classifies digits that it has not seen under attack, where the untrained and the normally trained fail', async () => {
    const normal = classifier();
    const untrained = await robustAccuracy(normal);
    await trainBriefly(normal, { loss: 'cross-entropy', eps: 0 });
    const { model, history } = robust;
    const accuracy = await robustAccuracy(model);

    expect(history.at(-1)!).toBeLessThan(0.6 * history[0]!);
    // Chance is 10 per cent, with a standard error of 1.5 on 400 rows.
    expect(untrained).toBeLessThan(0.14);
    expect(accuracy).toBeGreaterThan(0.5);
    expect(accuracy).toBeGreaterThan((await robustAccuracy(normal)) + 0.04);
    normal.dispose();
  });

  it('starts from log 10 / 2, half the loss of ten equal outputs', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 10, inputShape: [64], kernelInitializer: 'zeros' })],
    });
    const { history } = await trainBriefly(model, { loss: 'cross-entropy', eps: EPS, steps: 1 });
    // float32 sums over the rows.
    expect(history[0]!).toBeCloseTo(Math.log(10) / 2, 4);
    model.dispose();
  });

  it('takes the softmax and the loss of tf.layers as well', async () => {
    const model = classifier();
    model.add(tf.layers.softmax());
    const { history } = await trainBriefly(model, {
      loss: layersLoss('sparseCategoricalCrossentropy'),
      eps: EPS,
    });
    // The same function of the same weights, up to float32 and tf.layers' clipping of probabilities at 1e-7.
    expect(history[0]!).toBeCloseTo(robust.history[0]!, 4);
    // Attacked at its logits: where the softmax is saturated an attack of its outputs has no gradient.
    const { output } = model.getLayer('readout');
    const cut = tf.model({ inputs: model.inputs, outputs: output as tf.SymbolicTensor });
    expect(await robustAccuracy(cut)).toBeGreaterThan(0.5);
    model.dispose();
  });

  it.each([
    ['readout', [0, 1]],
    [['hidden_1'], [2]],
  ] as const)('leaves every weight outside %j as it was, bit for bit', async (layers, frozen) => {
    const model = classifier();
    const before = await Promise.all(model.getWeights().map((weight) => weight.data()));
    await trainBriefly(model, { loss: 'cross-entropy', eps: EPS, layers });
    const after = await Promise.all(model.getWeights().map((weight) => weight.data()));
    const moved = before.map((values, k) => values.some((value, j) => value !== after[k]![j]));
    // Kernel and bias of the hidden layer, kernel of the read-out.
    expect(moved).toEqual(before.map((_, k) => !(frozen as readonly number[]).includes(k)));
    // Five standard errors above chance.
    expect(await robustAccuracy(model)).toBeGreaterThan(0.175);
    model.dispose();
  });
});
