import { beforeAll, describe, expect, it } from 'vitest';
import { misclassified, pgd } from '../../src/attacks/index.ts';
import { robustRisk } from '../../src/evaluation/risk.ts';
import { standardisedModel } from '../../src/models/standardisedModel.ts';
import { stream } from '../../src/random/stream.ts';
import { tf } from '../../src/runtime/tf.ts';
import { attackedModel, attackSanityChecks } from '../../src/table/attackedModel.ts';
import { worstExamples } from '../../src/table/worstExamples.ts';
import { testRuntime } from '../support/runtime.ts';

beforeAll(async () => {
  await testRuntime();
});

const w = [2, -1, 0.5];
const n = 40;
const draws = stream('attacked model').fillGaussian(new Float32Array(4 * n));
const data = { n, d: 3, x: draws.slice(0, 3 * n), y: draws.slice(3 * n) };
const inputs = { mean: [1, 0, -1], deviation: [0.5, 2, 4] };
const targets = { mean: [3], deviation: [2] };

/** w'x, or behind standardised inputs 3 + 2 w'z. */
function linear(standardising: boolean): tf.LayersModel {
  const layer = tf.layers.dense({ units: 1, useBias: false, inputShape: [3], kernelInitializer: 'zeros' });
  const core = tf.sequential({ layers: [layer] });
  tf.tidy(() => layer.setWeights([tf.tensor2d(w, [3, 1])]));
  return standardising ? standardisedModel(core, inputs, targets) : core;
}

/** The exact risk of a function with slopes that do not change, mean (|r| + eps |slope|)^2. */
const exactRisk = (f: (row: number[]) => number, slope: readonly number[], eps: number): number =>
  Array.from(data.y, (y, i) => y - f([...data.x.subarray(3 * i, 3 * i + 3)])).reduce(
    (sum, r) => sum + (Math.abs(r) + eps * Math.hypot(...slope)) ** 2 / n,
    0,
  );
const standardising = (row: readonly number[]): number =>
  3 + 2 * row.reduce((sum, v, j) => sum + (w[j]! * (v - inputs.mean[j]!)) / inputs.deviation[j]!, 0);

describe('attackedModel', () => {
  it('counts eps in deviations where the model standardises its inputs, or in their own units', async () => {
    const model = linear(true);
    for (const raw of [false, true]) {
      const target = await attackedModel(model, data, raw);
      expect(target.units).toBe(raw ? "the inputs' own units" : 'standard deviations of the inputs');
      const slope = w.map((value, j) => (2 * value) / (raw ? inputs.deviation[j]! : 1));
      const { standard, curve } = await robustRisk(target.f, target.data, pgd(), { epsilons: [0.7] });
      expect(standard.value / exactRisk(standardising, slope, 0)).toBeCloseTo(1, 4);
      expect(curve[0]!.risk.value / exactRisk(standardising, slope, 0.7)).toBeCloseTo(1, 4);
    }
    model.dispose();
  });

  it('keeps the digits of float64 rows of a model that standardises them', async () => {
    const shift = 1.7e9;
    const core = linear(false) as tf.Sequential;
    const far = standardisedModel(
      core,
      { ...inputs, mean: inputs.mean.map((mean) => mean + shift) },
      targets,
    );
    const x = Float64Array.from(data.x, (value) => shift + value);
    const found = await attackedModel(far, { ...data, x });
    const expected = await attackedModel(linear(true), data);
    found.data.x.forEach((value, i) => {
      expect(Math.abs(value - expected.data.x[i]!)).toBeLessThan(1e-5);
    });
    expect((await attackedModel(far, { ...data, x }, true)).data.x).toEqual(Float32Array.from(x));
    far.dispose();
  });

  it('attacks any other model as it is, and refuses rows that it does not read', async () => {
    const model = linear(false);
    const target = await attackedModel(model, data);
    expect(target.units).toBe("the inputs' own units");
    expect(target.data).toEqual(data);
    expect(target.data.x).toBe(data.x);
    // With the gradients that its chain of layers knows.
    tf.tidy(() => {
      expect(target.f.frozen?.()?.slope).toBeTypeOf('function');
    });
    await expect(attackedModel(model, { ...data, d: 6, n: 20, y: data.y.slice(20) })).rejects.toThrow(
      'invalid data: "6 inputs a row" (expected [3], one input of the model)',
    );
    await expect(attackedModel(null as never, data)).rejects.toThrow('invalid model: null');
    model.dispose();
  });

  it('checks an attack on at most 500 rows', async () => {
    const model = linear(false);
    const many = { n: 700, d: 3, x: new Float32Array(2100).fill(1), y: new Float32Array(700) };
    // A row behind the 500th that no model takes.
    many.x[2000] = Number.NaN;
    const checks = await attackSanityChecks(await attackedModel(model, many), pgd({ steps: 3 }), 0.1);
    expect(checks.length).toBeGreaterThan(5);
    expect(checks.filter(({ passed }) => passed === false)).toEqual([]);
    model.dispose();
  });
});

describe('worstExamples', () => {
  it('are the rows whose loss rises most, with what the attack made of them', async () => {
    const model = linear(false);
    const eps = 0.4;
    const found = await worstExamples(await attackedModel(model, data), pgd(), eps, 3);
    const length = Math.hypot(...w);
    const residuals = Array.from(
      data.y,
      (y, i) => w.reduce((sum, value, j) => sum + value * data.x[3 * i + j]!, 0) - y,
    );
    // (|r| + eps |w|)^2 - r^2 grows with |r|.
    const order = [...residuals.keys()].sort((a, b) => Math.abs(residuals[b]!) - Math.abs(residuals[a]!));
    expect(found.map(({ row }) => row)).toEqual(order.slice(0, 3));
    for (const { row, cleanLoss, loss, x, attacked } of found) {
      const r = residuals[row]!;
      expect(cleanLoss / r ** 2).toBeCloseTo(1, 4);
      expect(loss / (Math.abs(r) + eps * length) ** 2).toBeCloseTo(1, 4);
      expect(x).toEqual(data.x.slice(3 * row, 3 * row + 3));
      attacked.forEach((value, j) => {
        expect(value - x[j]!).toBeCloseTo((Math.sign(r) * eps * w[j]!) / length, 4);
      });
    }
    model.dispose();
  });
});

describe('misclassified', () => {
  it('counts an output of exactly 0, which has no sign, whatever the label', async () => {
    const zeros = { n: 2, d: 3, x: new Float32Array(6), y: Float32Array.of(1, -1) };
    const model = linear(false);
    const { curve } = await robustRisk(model, zeros, pgd(), { epsilons: [0], criterion: misclassified });
    expect(curve[0]!.success!.value).toBe(1);
    model.dispose();
  });
});
