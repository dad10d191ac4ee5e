import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  type Criterion,
  errorAbove,
  type GradientAttackOptions,
  misclassified,
  pgd,
} from '../../src/attacks/index.ts';
import { stream } from '../../src/random/stream.ts';
import * as kernel from '../../src/runtime/climb.ts';
import { loadRuntime } from '../../src/runtime/runtime.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';

/** Steps of float32, which magnify roundings a little, beside the same steps in float64. */
const FLOAT32 = 2e-5;

vi.mock(import('../../src/runtime/climb.ts'), { spy: true });
const climbed = vi.mocked(kernel.climbRows);

const gaussian = (size: number, ...key: (string | number)[]): Float32Array =>
  stream('climb', ...key).fillGaussian(new Float32Array(size));

/** f(x) = sum_j a_j relu(<k_j, x> + b_j) + beta on the host. */
interface Network {
  readonly a: Float32Array;
  /** [d][N] */
  readonly k: Float32Array[];
  readonly b: Float32Array;
  readonly beta: number;
}

/** A model with the weights of a network, whose hidden layer has biases or not. */
function modelOf({ a, k, b, beta }: Network, hiddenBias: boolean): tf.Sequential {
  const [d, units] = [k.length, a.length];
  const hidden = tf.layers.dense({ units, activation: 'relu', useBias: hiddenBias, inputShape: [d] });
  const model = tf.sequential({ layers: [hidden, tf.layers.dense({ units: 1 })] });
  tf.tidy(() => {
    const kernel = tf.tensor2d(k.map((row) => [...row]));
    const first = hiddenBias ? [kernel, tf.tensor1d(b)] : [kernel];
    model.setWeights([...first, tf.tensor2d(a, [units, 1]), tf.tensor1d([beta])]);
  });
  return model;
}

function networkOf(d: number, N: number, hiddenBias: boolean, key: string): Network {
  return {
    a: gaussian(N, key, 'a').map((v) => v / Math.sqrt(N)),
    k: Array.from({ length: d }, (_, i) => gaussian(N, key, 'k', i).map((v) => v / Math.sqrt(d))),
    b: hiddenBias ? gaussian(N, key, 'b') : new Float32Array(N),
    beta: 0.3,
  };
}

function valueAndGradient({ a, k, b, beta }: Network, x: ArrayLike<number>) {
  const z = Array.from(b, (bias, j) => k.reduce((sum, row, i) => sum + row[j]! * x[i]!, bias));
  return {
    value: z.reduce((sum, u, j) => sum + a[j]! * Math.max(u, 0), beta),
    gradient: k.map((row) => z.reduce((sum, u, j) => sum + (u > 0 ? a[j]! * row[j]! : 0), 0)),
  };
}

type ClimbNorm = 'l2' | 'linf';

/** The steepest step of a length, and the projection on the ball, in float64. */
const moves: Record<
  ClimbNorm,
  {
    steepest(gradient: number[], length: number): number[];
    project(delta: number[], eps: number): number[];
  }
> = {
  l2: {
    steepest(gradient, length) {
      const size = Math.hypot(...gradient);
      return gradient.map((v) => (size > 0 ? (length * v) / size : 0));
    },
    project(delta, eps) {
      const shrink = Math.min(1, eps / Math.max(Math.hypot(...delta), 1e-300));
      return delta.map((v) => v * shrink);
    },
  },
  linf: {
    steepest: (gradient, length) => gradient.map((v) => length * Math.sign(v)),
    project: (delta, eps) => delta.map((v) => Math.max(-eps, Math.min(eps, v))),
  },
};

/** What a row climbs to. */
interface Goal {
  readonly norm: ClimbNorm;
  readonly push: number;
  readonly score: (value: number) => number;
  readonly eps: number;
  readonly count: number;
  readonly length: number;
  readonly last: boolean;
}

/** The definition, in float64: f at the point of greatest score on the way, or at the last. */
function steps(network: Network, x: ArrayLike<number>, goal: Goal): number {
  const { steepest, project } = moves[goal.norm];
  let delta = Array.from(x, () => 0);
  let here = valueAndGradient(network, x);
  let kept = here.value;
  for (let t = 0; t < goal.count; t++) {
    const step = steepest(here.gradient, goal.push * goal.length);
    const moved = delta.map((v, i) => v + step[i]!);
    delta = project(moved, goal.eps);
    const point = delta.map((v, i) => v + x[i]!);
    here = valueAndGradient(network, point);
    if (goal.last || goal.score(here.value) >= goal.score(kept)) kept = here.value;
  }
  return kept;
}

const [d, n] = [7, 20];
const inputs = Array.from({ length: n }, (_, i) => gaussian(d, 'x', i));
const targets = gaussian(n, 'y');

/** The attack on all inputs: their losses, and how far they are moved in the norm. */
function found(
  model: tf.Sequential,
  options: GradientAttackOptions,
  y: ArrayLike<number>,
  eps: number | number[],
) {
  return tf.tidy(() => {
    const x = tf.tensor2d(inputs.map((row) => [...row]));
    const { x: worst, loss } = pgd(options).perturb(model, x, tf.tensor2d(Array.from(y), [n, 1]), eps);
    const delta = worst.sub(x);
    const distance =
      options.norm === 'linf' ? tf.max(tf.abs(delta), 1) : tf.sqrt(tf.sum(tf.square(delta), 1));
    return { loss: loss.dataSync(), distance: distance.dataSync() };
  });
}

beforeAll(testRuntime);
afterAll(testRuntime);

const cases = (['l2', 'linf'] as const).flatMap((norm) => [
  { norm, N: 13, hiddenBias: false },
  { norm, N: 16, hiddenBias: true },
]);

describe.each(cases)(
  'PGD in $norm on $N hidden units, with biases: $hiddenBias',
  ({ norm, N, hiddenBias }) => {
    const network = networkOf(d, N, hiddenBias, `N ${N}`);
    const signs = targets.map((v) => (v < 0 ? -1 : 1));
    /** So far that some units change their signs. */
    const eps = norm === 'l2' ? 0.6 : 0.25;
    const goalOf = ({ steps: count = 10, stepSize, useBest }: GradientAttackOptions, radius = eps) => ({
      norm,
      eps: radius,
      count,
      length: stepSize ?? (2.5 * radius) / count,
      last: useBest === false,
    });
    /** |f - y| at the end of the worse side. */
    const worstError = (i: number, options: GradientAttackOptions, radius?: number): number => {
      const y = targets[i]!;
      const { value } = valueAndGradient(network, inputs[i]!);
      const pushes = options.bothSides === false ? [value < y ? -1 : 1] : [1, -1];
      const goal = { ...goalOf(options, radius), score: (f: number) => Math.abs(f - y) };
      return Math.max(...pushes.map((push) => Math.abs(steps(network, inputs[i]!, { ...goal, push }) - y)));
    };

    it.each([
      ['both sides', {}],
      ['one side', { bothSides: false }],
      ['the last point', { useBest: false }],
      ['many steps', { steps: 60 }],
      ['steps that end between two', { stepSize: 0.3 * eps }],
      ['steps beyond the ball', { stepSize: 1.5 * eps }],
      ['the absolute loss', { loss: 'absolute' }],
    ] as [string, GradientAttackOptions][])('finds what the steps in float64 find: %s', (_, options) => {
      const model = modelOf(network, hiddenBias);
      climbed.mockClear();
      const { loss, distance } = found(model, { norm, ...options }, targets, eps);
      expect(climbed).toHaveBeenCalledTimes(1);
      expect(climbed.mock.results[0]!.value).not.toBeNull();
      inputs.forEach((_, i) => {
        const error = worstError(i, options);
        expect(Math.abs(loss[i]! - (options.loss ? error : error ** 2))).toBeLessThan(
          FLOAT32 * (1 + error ** 2),
        );
        expect(distance[i]).toBeLessThanOrEqual(eps * (1 + 1e-5));
      });
      model.dispose();
    });

    it.each(['hinge', 'cross-entropy', 'margin'] as const)('lowers the margin of labels: %s', (loss) => {
      const model = modelOf(network, hiddenBias);
      climbed.mockClear();
      const { loss: losses } = found(model, { norm, loss }, signs, eps);
      expect(climbed.mock.results[0]!.value).not.toBeNull();
      inputs.forEach((x, i) => {
        const y = signs[i]!;
        const margin = y * steps(network, x, { ...goalOf({}), push: -y, score: (f) => -y * f });
        const expected = {
          hinge: Math.max(0, 1 - margin),
          'cross-entropy': Math.log1p(Math.exp(-margin)),
          margin: -margin,
        };
        expect(Math.abs(losses[i]! - expected[loss])).toBeLessThan(FLOAT32 * (1 + Math.abs(margin)));
      });
      model.dispose();
    });

    it('takes a radius for each row, and one of 0 stays where it is', () => {
      const model = modelOf(network, hiddenBias);
      const radii = inputs.map((_, i) => (2 * eps * i) / n);
      const { loss, distance } = found(model, { norm }, targets, radii);
      inputs.forEach((_, i) => {
        const error = worstError(i, {}, radii[i]!);
        expect(Math.abs(loss[i]! - error ** 2)).toBeLessThan(FLOAT32 * (1 + error ** 2));
        expect(distance[i]).toBeLessThanOrEqual(radii[i]! * (1 + 1e-5));
      });
      expect(distance[0]).toBe(0);
      model.dispose();
    });

    it('says of each row whether the attack succeeds', async () => {
      const model = modelOf(network, hiddenBias);
      const x = tf.tensor2d(inputs.map((row) => [...row]));
      for (const [options, y, criterion] of [
        [{ loss: 'margin' }, signs, misclassified],
        [{}, targets, errorAbove(1)],
      ] as [GradientAttackOptions, Float32Array, Criterion][]) {
        const attack = pgd({ norm, ...options });
        climbed.mockClear();
        const run = await attack.run(model, x, tf.tensor2d(y, [n, 1]), { epsilons: [eps], criterion });
        expect(climbed).toHaveBeenCalledTimes(1);
        const success = run.success!.dataSync();
        inputs.forEach((input, i) => {
          const margin =
            y[i]! * steps(network, input, { ...goalOf({}), push: -y[i]!, score: (f) => -y[i]! * f });
          expect(success[i]).toBe(
            (criterion === misclassified ? margin <= 0 : worstError(i, {}) > 1) ? 1 : 0,
          );
        });
        expect(new Set(success).size).toBe(2);
        run.dispose();
      }
      model.dispose();
    });
  },
);

it.each([
  ['wasm', 'l2'],
  ['wasm', 'linf'],
  ['js', 'l2'],
  ['js', 'linf'],
] as const)('climbs on %s in %s as step by step, from random starts too', async (device, norm) => {
  await loadRuntime(device);
  const model = modelOf(networkOf(d, 40, false, device), false);
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const x = tf.tensor2d(inputs.map((row) => [...row]));
    const y = tf.tensor2d(targets, [n, 1]);
    const attack = pgd({ norm, randomStart: true, restarts: 3, seed: 2 });
    const one = attack
      .perturb((rows: tf.Tensor) => model.apply(rows) as tf.Tensor, x, y, 0.5)
      .loss.dataSync();
    climbed.mockClear();
    const own = attack.perturb(model, x, y, 0.5).loss.dataSync();
    expect(climbed).toHaveBeenCalledTimes(3);
    own.forEach((loss, i) => {
      expect(Math.abs(loss - one[i]!)).toBeLessThan(FLOAT32 * (1 + loss));
    });
  });
  expect(tf.memory().numTensors).toBe(before);
  model.dispose();
  await testRuntime();
});

it('sees the weights as they are, and takes turns between models', () => {
  const networks = ['first', 'second'].map((key, i) => networkOf(d, 10 + 3 * i, false, key));
  const models = networks.map((network) => modelOf(network, false));
  const alone = models.map((model) => [...found(model, {}, targets, 0.5).loss]);
  expect(models.toReversed().map((model) => [...found(model, {}, targets, 0.5).loss])).toEqual(
    alone.toReversed(),
  );
  const [model] = models;
  // What a frozen layer's climbs share is computed once.
  climbed.mockClear();
  for (let k = 0; k < 2; k++) found(model!, {}, targets, 0.5);
  const [once, again] = climbed.mock.calls.map(([layer]) => layer);
  expect(again).toBe(once);
  tf.tidy(() => {
    const [kernel, ...others] = model!.getWeights();
    model!.setWeights([kernel!.neg(), ...others]);
  });
  const { k, ...others } = networks[0]!;
  const turned = modelOf({ ...others, k: k.map((row) => row.map((v) => -v)) }, false);
  expect([...found(model!, {}, targets, 0.5).loss]).toEqual([...found(turned, {}, targets, 0.5).loss]);
  for (const each of [...models, turned]) each.dispose();
});

it.each(['l2', 'linf'] as const)(
  'climbs in %s where gradients are so small that their squares underflow',
  (norm) => {
    const network = networkOf(d, 13, false, 'small');
    const model = modelOf({ ...network, a: network.a.map((v) => v * 1e-30), beta: 0 }, false);
    const { distance } = found(model, { norm }, targets, 0.5);
    for (const moved of distance) expect(Math.abs(moved - 0.5)).toBeLessThan(1e-3);
    model.dispose();
  },
);

describe('goes step by step', () => {
  /** The loss of each row on the model, and where its rows are attacked as an unknown function. */
  function bothWays(model: tf.Sequential, options: GradientAttackOptions, eps: number) {
    climbed.mockClear();
    const own = found(model, options, targets, eps).loss;
    const tries = climbed.mock.results.map(({ value }) => value);
    const unknown = (rows: tf.Tensor): tf.Tensor => model.apply(rows) as tf.Tensor;
    const one = found(unknown as unknown as tf.Sequential, options, targets, eps).loss;
    own.forEach((loss, i) => {
      expect(Math.abs(loss - one[i]!)).toBeLessThan(1e-4 * (1 + Math.abs(loss)));
    });
    return tries;
  }

  it('where most units change their signs', () => {
    const network = networkOf(d, 60, false, 'loud');
    const model = modelOf(network, false);
    expect(bothWays(model, { steps: 4 }, 30)).toEqual([null]);
    model.dispose();
  });

  it.each([
    ['in l1', { norm: 'l1' }],
    ['within bounds', { bounds: [-4, 4] }],
    ['towards targets', { targeted: true }],
    ['in one step', { steps: 1 }],
    ['in very many', { steps: 201 }],
  ] as [string, GradientAttackOptions][])('%s', (_, options) => {
    const model = modelOf(networkOf(d, 13, false, 'options'), false);
    expect(bothWays(model, options, 0.3)).toEqual([]);
    model.dispose();
  });

  it('where float32 does not hold the inputs of ReLU 2^60 times', () => {
    const network = networkOf(d, 13, false, 'far');
    for (const row of network.k) for (let j = 0; j < 4; j++) row[j]! *= 1e20;
    const model = modelOf(network, false);
    climbed.mockClear();
    found(model, {}, targets, 0.3);
    expect(climbed).not.toHaveBeenCalled();
    model.dispose();
  });

  it('where the criterion goes by the sign and the loss by the distance', async () => {
    const model = modelOf(networkOf(d, 13, false, 'criterion'), false);
    climbed.mockClear();
    const x = tf.tensor2d(inputs.map((row) => [...row]));
    const y = tf.tensor2d(targets.map(Math.sign), [n, 1]);
    const run = await pgd().run(model, x, y, { epsilons: [0.3], criterion: misclassified });
    expect(climbed).not.toHaveBeenCalled();
    run.dispose();
    model.dispose();
  });

  it('where a gradient is what is left of far larger ones', () => {
    // Two units that are the same, of weights +-1e6: they always change their signs together.
    const network = networkOf(d, 12, false, 'cancelled');
    for (const row of network.k) row[1] = row[0]!;
    network.a.set([1e6, -1e6]);
    const model = modelOf(network, false);
    climbed.mockClear();
    found(model, {}, targets, 3);
    expect(climbed.mock.results.map(({ value }) => value)).toEqual([null]);
    model.dispose();
  });
});
