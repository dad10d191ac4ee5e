import { beforeAll, describe, expect, it } from 'vitest';
import {
  type AttackName,
  attackNamed,
  type GradientAttackOptions,
  type LossName,
  lossNames,
  minimalNorm,
  misclassified,
  modelFunction,
  normNames,
} from '../../src/attacks/index.ts';
import { mlpModel } from '../../src/models/mlpModel.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { whole } from '../support/sizes.ts';
import { gaussian, take } from './problems.ts';

/** Losses of order one at the end of a few float32 steps, each of which magnifies the roundings before it. */
const FLOAT32 = 1e-4;
const n = 12;
const d = 6;

const models: Record<number, tf.Sequential> = {};
let x: tf.Tensor;

beforeAll(async () => {
  await testRuntime();
  x = tf.tensor2d(gaussian(n * d, 'frozen', 'x'), [n, d]).clipByValue(-1, 1);
  for (const outputs of [1, 3])
    models[outputs] = mlpModel({ inputDim: d, units: [9], activation: 'tanh', outputs });
});

/** Targets that the loss takes. */
function targetsFor(loss: LossName, outputs: number): tf.Tensor {
  if (lossNames.indexOf(loss) < 3) return tf.tensor2d(gaussian(n * outputs, 'frozen', 'y'), [n, outputs]);
  return tf.tensor1d(Array.from({ length: n }, (_, i) => (outputs === 1 ? (i % 2) * 2 - 1 : i % 3)));
}

/** The numbers of outputs that a loss takes. */
const outputsOf = (loss: LossName): readonly number[] => (loss === 'dlr' ? [3] : [1, 3]);

const cases = lossNames.flatMap((loss) =>
  normNames.flatMap((norm) => outputsOf(loss).map((outputs) => ({ loss, norm, outputs }))),
);

describe.each(cases)('attacks in $norm on the $loss loss of $outputs outputs', ({ loss, norm, outputs }) => {
  const variants: [string, AttackName, GradientAttackOptions][] = [
    ['PGD', 'pgd', { steps: 4 }],
    ['PGD within bounds, towards its targets', 'pgd', { steps: 3, bounds: [-1, 1], targeted: true }],
    ['one-sided FGM', 'fgm', { bothSides: false }],
    ['APGD from random starts', 'apgd', { steps: 4, randomStart: true }],
  ];
  // One half of them in each norm, the other in the next.
  const tried = variants.filter(
    (_, i) => whole || (i + normNames.indexOf(norm) + (outputs > 1 ? 1 : 0)) % 2 === 0,
  );
  it.each(tried)('%s finds on a chain of layers what it finds by autodiff', (_, name, options) => {
    const model = models[outputs]!;
    const attack = attackNamed(name, { norm, loss, ...options });
    const y = targetsFor(loss, outputs);
    const tensors = tf.memory().numTensors;
    const losses = [model, (rows: tf.Tensor) => model.apply(rows) as tf.Tensor].map((f) => {
      const found = attack.perturb(f, x, y, 0.3);
      found.x.dispose();
      return take(found.loss);
    });
    expect(tf.memory().numTensors).toBe(tensors);
    losses[0]!.forEach((value, i) => {
      expect(Math.abs(value - losses[1]![i]!)).toBeLessThan(FLOAT32 * (1 + Math.abs(value)));
    });
    y.dispose();
  });
});

it('leaves targets that are the outputs of the layers, whatever roundings the chain differs by', () => {
  const model = models[3]!;
  const y = model.apply(x) as tf.Tensor;
  const attack = attackNamed('pgd', { steps: 4 });
  const losses = [model, (rows: tf.Tensor) => model.apply(rows) as tf.Tensor].map((f) => {
    const found = attack.perturb(f, x, y, 0.3);
    found.x.dispose();
    return take(found.loss);
  });
  losses[0]!.forEach((value, i) => {
    expect(Math.abs(value - losses[1]![i]!)).toBeLessThan(FLOAT32 * (1 + value));
  });
  y.dispose();
});

it('minimal distances on a chain of layers are those by autodiff', () => {
  const model = models[3]!;
  const y = targetsFor('margin', 3);
  const attack = minimalNorm({ reachLoss: 0, loss: 'margin', steps: 5 });
  const found = [model, (rows: tf.Tensor) => model.apply(rows) as tf.Tensor].map((f) =>
    attack.perturb(f, x, y),
  );
  const [own, autodiff] = found.map(({ distance }) => distance.dataSync());
  own!.forEach((value, i) => {
    if (Number.isFinite(value)) expect(Math.abs(value - autodiff![i]!)).toBeLessThan(FLOAT32 * (1 + value));
    else expect(autodiff![i]).toBe(value);
  });
  for (const nearest of found) tf.dispose({ ...nearest });
  y.dispose();
});

it('sees weights as they are at each attack, and keeps to the shape that the model takes', async () => {
  const model = mlpModel({ inputDim: d, units: [4] });
  const f = modelFunction(model);
  const attack = attackNamed('pgd', { steps: 2 });
  const y = tf.zeros([n, 1]);
  const lossNow = (): number => {
    const found = attack.perturb(f, x, y, 0.1);
    found.x.dispose();
    return Math.max(...take(found.loss));
  };
  const readout = model.getLayer('readout');
  const kernel = readout.getWeights()[0]!.clone();
  const before = lossNow();
  tf.tidy(() => readout.setWeights([kernel.mul(2)]));
  // The loss is quadratic in the read-out, and the worst inputs do not depend on its scale.
  expect(Math.abs(lossNow() / before - 4)).toBeLessThan(FLOAT32);
  const wide = tf.zeros([n, d + 1]);
  expect(() => attack.perturb(f, wide, y, 0.1)).toThrow(/invalid x: "shape \[12,7\]"/);
  const run = await attack.run(model, x, y, {
    epsilons: [0.1],
    criterion: { ...misclassified, targets: 'any' },
  });
  run.dispose();
  tf.dispose([kernel, wide, y]);
  model.dispose();
});
