import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Attack,
  fgm,
  fgsm,
  type GradientAttackOptions,
  pgd,
  squaredLoss,
} from '../../src/attacks/index.ts';
import { normNames } from '../../src/attacks/norms/index.ts';
import { InvalidArgumentError } from '../../src/errors.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { batch, distances, featuresModel, gaussian, hostDual, linearModel, take } from './problems.ts';

/** Losses after a few float32 operations on d = 20 terms. */
const FLOAT32 = 2e-5;

const n = 64;
const d = 20;

beforeAll(async () => {
  await testRuntime();
});

function lossesOf(
  attack: Attack,
  model: Parameters<Attack['perturb']>[0],
  { x, y }: { x: tf.Tensor; y: tf.Tensor },
  eps: number,
): Float32Array {
  const { x: adversarial, loss } = attack.perturb(model, x, y, eps);
  adversarial.dispose();
  return take(loss);
}

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, v) => sum + v / values.length, 0);

describe.each(normNames)('FGM and PGD in %s', (norm) => {
  const attacks: [string, Attack][] = [
    ['FGM', fgm({ norm })],
    ['PGD', pgd({ norm })],
    ['PGD with random starts', pgd({ norm, randomStart: true, restarts: 2, steps: 20, relStepSize: 1 })],
  ];

  it.each(attacks)('%s is exact on a linear model: (|r| + eps |w|_dual)^2', (_, attack) => {
    const { f, w } = linearModel(d);
    const data = batch(n, d);
    const residual = take(tf.tidy(() => f(data.x).sub(data.y)));
    for (const eps of [0.1, 1]) {
      const found = lossesOf(attack, f, data, eps);
      residual.forEach((r, i) => {
        const exact = (Math.abs(r) + eps * hostDual[norm](w)) ** 2;
        expect(Math.abs(found[i]! / exact - 1)).toBeLessThan(FLOAT32);
      });
    }
    tf.dispose([data.x, data.y]);
  });

  it.each(attacks)('%s returns the input and the clean loss bit for bit at eps 0', (_, attack) => {
    const model = featuresModel(d, 50);
    const { x, y } = batch(n, d);
    const { x: adversarial, loss } = attack.perturb(model, x, y, 0);
    expect(adversarial.dataSync()).toEqual(x.dataSync());
    const clean = tf.tidy(() => squaredLoss.value(model.apply(x) as tf.Tensor, y));
    expect(take(loss)).toEqual(take(clean));
    tf.dispose([x, y, adversarial]);
    model.dispose();
  });

  it.each(attacks)('%s finds the worst side of a residual that is exactly zero', (_, attack) => {
    const { f, w } = linearModel(d);
    const { x, y } = batch(n, d);
    const eps = 0.7;
    const found = lossesOf(attack, f, { x, y: f(x) }, eps);
    for (const loss of found)
      expect(Math.abs(loss / (eps * hostDual[norm](w)) ** 2 - 1)).toBeLessThan(10 * FLOAT32);
    tf.dispose([x, y]);
  });

  it.each(attacks)(
    '%s keeps within its budget, and reports the loss at the inputs it returns',
    (_, attack) => {
      const model = featuresModel(d, 50);
      const { x, y } = batch(n, d);
      for (const eps of [0.01, 0.5, 3]) {
        const { x: adversarial, loss } = attack.perturb(model, x, y, eps);
        for (const distance of distances(norm, adversarial, x))
          expect(distance).toBeLessThanOrEqual(eps * (1 + 1e-5) + 1e-6);
        const there = take(tf.tidy(() => squaredLoss.value(model.apply(adversarial) as tf.Tensor, y)));
        const found = take(loss);
        there.forEach((value, i) => {
          expect(Math.abs(value - found[i]!)).toBeLessThanOrEqual(FLOAT32 * (1 + value));
        });
        adversarial.dispose();
      }
      tf.dispose([x, y]);
      model.dispose();
    },
  );

  it('PGD is never below FGM, nor below the clean loss, for any sample', () => {
    const model = featuresModel(d, 50);
    const data = batch(n, d);
    const clean = lossesOf(fgm({ norm }), model, data, 0);
    for (const eps of [0.2, 1, 2]) {
      const one = lossesOf(fgm({ norm }), model, data, eps);
      // The first step of this PGD is FGM's, and the best iterate is kept.
      const many = lossesOf(pgd({ norm, relStepSize: 1 }), model, data, eps);
      many.forEach((loss, i) => {
        expect(loss).toBeGreaterThanOrEqual(one[i]! * (1 - FLOAT32));
        expect(loss).toBeGreaterThanOrEqual(clean[i]!);
      });
    }
    tf.dispose([data.x, data.y]);
    model.dispose();
  });

  it('finds more with more steps of one length and with more restarts, for every sample', () => {
    const model = featuresModel(d, 50);
    const data = batch(n, d);
    const neverLess = (options: GradientAttackOptions[]): void => {
      const found = options.map((o) => lossesOf(pgd({ norm, ...o }), model, data, 1));
      for (let k = 1; k < found.length; k++)
        found[k]!.forEach((loss, i) => {
          // The last point is judged by its prediction, the ones before by the products of their gradients.
          expect(loss).toBeGreaterThanOrEqual(found[k - 1]![i]! * (1 - FLOAT32));
        });
    };
    neverLess([1, 2, 5, 12].map((steps) => ({ steps, stepSize: 0.2 })));
    neverLess([1, 2, 4].map((restarts) => ({ steps: 3, randomStart: true, restarts })));
    tf.dispose([data.x, data.y]);
    model.dispose();
  });

  it('finds more with a larger budget, on average', () => {
    const model = featuresModel(d, 50);
    const data = batch(n, d);
    const means = [0, 0.1, 0.3, 1, 2].map((eps) =>
      mean(lossesOf(pgd({ norm, steps: 20 }), model, data, eps)),
    );
    for (let k = 1; k < means.length; k++) expect(means[k]!).toBeGreaterThan(means[k - 1]!);
    tf.dispose([data.x, data.y]);
    model.dispose();
  });

  it('keeps inputs within bounds, also from random starts', () => {
    const { f } = linearModel(d);
    const data = batch(n, d);
    const x = tf.tidy(() => tf.sigmoid(data.x));
    const attack = pgd({ norm, bounds: [0, 1], randomStart: true, restarts: 2 });
    const { x: adversarial, loss } = attack.perturb(f, x, data.y, 1);
    const values = adversarial.dataSync();
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...values)).toBeLessThanOrEqual(1);
    // Without bounds it would leave them.
    const free = pgd({ norm, randomStart: true, restarts: 2 }).perturb(f, x, data.y, 1);
    expect(Math.max(...free.x.dataSync())).toBeGreaterThan(1);
    for (const distance of distances(norm, adversarial, x)) expect(distance).toBeLessThanOrEqual(1 + 1e-5);
    tf.dispose([x, data.x, data.y, adversarial, loss, { ...free }]);
  });

  it('attacks inputs of any shape as if they were flat', () => {
    const { f } = linearModel(d);
    const { x, y } = batch(n, d);
    const images = x.reshape([n, 2, 5, 2]);
    const flat = pgd({ norm }).perturb(f, x, y, 0.5);
    const shaped = pgd({ norm }).perturb(f, images, y, 0.5);
    expect(shaped.x.shape).toEqual([n, 2, 5, 2]);
    expect(shaped.x.dataSync()).toEqual(flat.x.dataSync());
    tf.dispose([x, y, images, { ...flat }, { ...shaped }]);
  });

  it('does not lose its way where gradients are near 1e-20', () => {
    const { f, w } = linearModel(d);
    const faint = (x: tf.Tensor) => f(x).mul(1e-20);
    const { x, y } = batch(n, d);
    const { x: adversarial, loss } = fgm({ norm }).perturb(faint, x, tf.zerosLike(y), 0.5);
    for (const distance of distances(norm, adversarial, x))
      expect(Math.abs(distance / 0.5 - 1)).toBeLessThan(1e-4);
    const gain = take(tf.tidy(() => f(adversarial.sub(x))));
    for (const g of gain) expect(Math.abs(Math.abs(g) / (0.5 * hostDual[norm](w)) - 1)).toBeLessThan(1e-4);
    tf.dispose([x, y, adversarial, loss]);
  });

  it('leaves the model as it was, and no tensor behind', () => {
    const model = featuresModel(d, 50);
    const { x, y } = batch(n, d);
    const before = model.getWeights().map((w) => w.dataSync());
    const count = tf.memory().numTensors;
    for (const [, attack] of attacks) {
      const { x: adversarial, loss } = attack.perturb(model, x, y, 0.5);
      tf.dispose([adversarial, loss]);
    }
    expect(tf.memory().numTensors).toBe(count);
    expect(model.getWeights().map((w) => w.dataSync())).toEqual(before);
    tf.dispose([x, y]);
    model.dispose();
  });
});

describe('PGD', () => {
  it('repeats itself exactly for a seed and a key, and differs for others', () => {
    const model = featuresModel(d, 50);
    const { x, y } = batch(n, d);
    const inputs = (seed: number, key: string) => {
      const found = pgd({ steps: 1, randomStart: true, useBest: false, seed }).perturb(model, x, y, 1, key);
      found.loss.dispose();
      return take(found.x);
    };
    expect(inputs(1, 'a')).toEqual(inputs(1, 'a'));
    expect(inputs(1, 'a')).not.toEqual(inputs(2, 'a'));
    expect(inputs(1, 'a')).not.toEqual(inputs(1, 'b'));
    tf.dispose([x, y]);
    model.dispose();
  });

  it('attacks several outputs by the gradient of their summed loss', () => {
    const weights = tf.tensor2d(gaussian(3 * d, 'three outputs'), [d, 3]);
    const f = (x: tf.Tensor) => tf.matMul(x, weights);
    const { x, y } = batch(n, d);
    const targets = tf.concat([y, y, y], 1);
    const clean = lossesOf(pgd(), f, { x, y: targets }, 0);
    const attacked = lossesOf(pgd(), f, { x, y: targets }, 0.5);
    attacked.forEach((loss, i) => {
      expect(loss).toBeGreaterThan(clean[i]!);
    });
    tf.dispose([weights, x, y, targets]);
  });

  it('takes targets with one axis or with two', () => {
    const { f } = linearModel(d);
    const { x, y } = batch(n, d);
    const flat = y.reshape([n]);
    expect(lossesOf(pgd(), f, { x, y: flat }, 0.5)).toEqual(lossesOf(pgd(), f, { x, y }, 0.5));
    tf.dispose([x, y, flat]);
  });

  it('is FGSM in the maximum norm with one step of length eps', () => {
    const model = featuresModel(d, 50);
    const data = batch(n, d);
    expect(lossesOf(fgsm(), model, data, 0.3)).toEqual(
      lossesOf(pgd({ norm: 'linf', steps: 1, relStepSize: 1 }), model, data, 0.3),
    );
    tf.dispose([data.x, data.y]);
    model.dispose();
  });
});

describe('bad input', () => {
  const named = (argument: string, act: () => unknown): void => {
    let error: unknown;
    try {
      act();
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect((error as InvalidArgumentError).argument).toBe(argument);
  };

  it('is refused among the options, by name', () => {
    named('stepSize', () => pgd({ stepSize: 0.1, relStepSize: 0.1 }));
    named('stepSize', () => pgd({ stepSize: -1 }));
    named('relStepSize', () => pgd({ relStepSize: Number.NaN }));
    named('steps', () => pgd({ steps: 0 }));
    named('steps', () => pgd({ steps: 1.5 }));
    named('restarts', () => pgd({ restarts: 0, randomStart: true }));
    named('norm', () => pgd({ norm: 'l7' as 'l2' }));
    named('bounds', () => pgd({ bounds: [1, 0] }));
    named('bounds', () => pgd({ bounds: [0, Number.NaN] }));
  });

  it('is refused among the arguments, by name, and leaves no tensor behind', () => {
    const { f } = linearModel(d);
    const { x, y } = batch(8, d);
    const short = y.slice([0, 0], [7, 1]);
    const twoOutputs = (rows: tf.Tensor) => tf.concat([f(rows), f(rows)], 1);
    const count = tf.memory().numTensors;
    for (const eps of [-0.1, Number.NaN, Number.POSITIVE_INFINITY])
      named('eps', () => pgd().perturb(f, x, y, eps));
    named('y', () => pgd().perturb(f, x, short, 0.5));
    named('model output shape', () => pgd().perturb(twoOutputs, x, y, 0));
    expect(tf.memory().numTensors).toBe(count);
    // A gradient that fails half-way leaves tensors behind in TensorFlow.js itself.
    named('model output shape', () => pgd().perturb(twoOutputs, x, y, 0.5));
    tf.dispose([x, y, short]);
  });
});
