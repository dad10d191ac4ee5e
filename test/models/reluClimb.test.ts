import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type GradientAttackOptions, pgd } from '../../src/attacks/index.ts';
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

/** The definition, in float64: the point of greatest score on the way, or the last. */
function steps(
  network: Network,
  x: ArrayLike<number>,
  {
    push,
    score,
    eps,
    count,
    last,
  }: {
    push: number;
    score: (value: number) => number;
    eps: number;
    count: number;
    last: boolean;
  },
): number {
  let delta = Array.from(x, () => 0);
  let here = valueAndGradient(network, x);
  let kept = here.value;
  for (let t = 0; t < count; t++) {
    const size = Math.hypot(...here.gradient);
    const moved = delta.map(
      (v, i) => v + (size > 0 ? (push * 2.5 * eps * here.gradient[i]!) / (count * size) : 0),
    );
    const shrink = Math.min(1, eps / Math.max(Math.hypot(...moved), 1e-300));
    delta = moved.map((v) => v * shrink);
    here = valueAndGradient(
      network,
      delta.map((v, i) => v + x[i]!),
    );
    if (last || score(here.value) >= score(kept)) kept = here.value;
  }
  return kept;
}

const [d, n] = [7, 20];
const inputs = Array.from({ length: n }, (_, i) => gaussian(d, 'x', i));
const targets = gaussian(n, 'y');

function found(
  model: tf.Sequential,
  options: GradientAttackOptions,
  y: ArrayLike<number>,
  eps: number | number[],
) {
  return tf.tidy(() => {
    const x = tf.tensor2d(inputs.map((row) => [...row]));
    const { x: worst, loss } = pgd(options).perturb(model, x, tf.tensor2d(Array.from(y), [n, 1]), eps);
    const distance = tf.sqrt(tf.sum(tf.square(worst.sub(x)), 1)).dataSync();
    return { loss: loss.dataSync(), distance };
  });
}

beforeAll(testRuntime);
afterAll(testRuntime);

describe.each([
  { N: 13, hiddenBias: false },
  { N: 16, hiddenBias: true },
])('PGD on $N hidden units, with biases: $hiddenBias', ({ N, hiddenBias }) => {
  const network = networkOf(d, N, hiddenBias, `N ${N}`);
  const signs = targets.map((v) => (v < 0 ? -1 : 1));
  const distanceTo = (y: number) => (value: number) => Math.abs(value - y);

  it.each([
    ['both sides', {}],
    ['one side', { bothSides: false }],
    ['the last point', { useBest: false }],
    ['many steps', { steps: 60 }],
    ['the absolute loss', { loss: 'absolute' }],
  ] as [string, GradientAttackOptions][])('finds what the steps in float64 find: %s', (_, options) => {
    const model = modelOf(network, hiddenBias);
    climbed.mockClear();
    const { loss, distance } = found(model, options, targets, 0.6);
    expect(climbed).toHaveBeenCalledTimes(1);
    expect(climbed.mock.results[0]!.value).not.toBeNull();
    inputs.forEach((x, i) => {
      const y = targets[i]!;
      const { value } = valueAndGradient(network, x);
      const pushes = options.bothSides === false ? [value < y ? -1 : 1] : [1, -1];
      const how = {
        score: distanceTo(y),
        eps: 0.6,
        count: options.steps ?? 10,
        last: options.useBest === false,
      };
      const errors = pushes.map((push) => Math.abs(steps(network, x, { ...how, push }) - y));
      const worst = Math.max(...errors);
      expect(Math.abs(loss[i]! - (options.loss ? worst : worst ** 2))).toBeLessThan(
        FLOAT32 * (1 + worst ** 2),
      );
      expect(distance[i]).toBeLessThanOrEqual(0.6 * (1 + 1e-5));
    });
    model.dispose();
  });

  it.each(['hinge', 'cross-entropy', 'margin'] as const)('lowers the margin of labels: %s', (loss) => {
    const model = modelOf(network, hiddenBias);
    climbed.mockClear();
    const { loss: losses } = found(model, { loss }, signs, 0.6);
    expect(climbed.mock.results[0]!.value).not.toBeNull();
    inputs.forEach((x, i) => {
      const y = signs[i]!;
      const how = { push: -y, score: (value: number) => -y * value, eps: 0.6, count: 10, last: false };
      const margin = y * steps(network, x, how);
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
    const radii = inputs.map((_, i) => i / 20);
    const { loss, distance } = found(model, {}, targets, radii);
    inputs.forEach((x, i) => {
      const y = targets[i]!;
      const how = { score: distanceTo(y), eps: radii[i]!, count: 10, last: false };
      const worst = Math.max(...[1, -1].map((push) => Math.abs(steps(network, x, { ...how, push }) - y)));
      expect(Math.abs(loss[i]! - worst ** 2)).toBeLessThan(FLOAT32 * (1 + worst ** 2));
      expect(distance[i]).toBeLessThanOrEqual(radii[i]! * (1 + 1e-5));
    });
    expect(distance[0]).toBe(0);
    model.dispose();
  });
});

it.each(['wasm', 'js'] as const)('climbs on %s as step by step, from random starts too', async (device) => {
  await loadRuntime(device);
  const model = modelOf(networkOf(d, 40, false, device), false);
  const before = tf.memory().numTensors;
  tf.tidy(() => {
    const x = tf.tensor2d(inputs.map((row) => [...row]));
    const y = tf.tensor2d(targets, [n, 1]);
    const attack = pgd({ randomStart: true, restarts: 3, seed: 2 });
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
  tf.tidy(() => {
    const [kernel, ...others] = model!.getWeights();
    model!.setWeights([kernel!.neg(), ...others]);
  });
  const { k, ...others } = networks[0]!;
  const turned = modelOf({ ...others, k: k.map((row) => row.map((v) => -v)) }, false);
  expect([...found(model!, {}, targets, 0.5).loss]).toEqual([...found(turned, {}, targets, 0.5).loss]);
  for (const each of [...models, turned]) each.dispose();
});

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
    const network = networkOf(d, 16, false, 'loud');
    const model = modelOf(network, false);
    expect(bothWays(model, { steps: 4 }, 30)).toEqual([null]);
    model.dispose();
  });

  it.each([
    ['in other norms', { norm: 'linf' }],
    ['within bounds', { bounds: [-4, 4] }],
    ['towards targets', { targeted: true }],
    ['in one step', { steps: 1 }],
    ['in very many', { steps: 201 }],
  ] as [string, GradientAttackOptions][])('%s', (_, options) => {
    const model = modelOf(networkOf(d, 13, false, 'options'), false);
    expect(bothWays(model, options, 0.3)).toEqual([]);
    model.dispose();
  });

  it('where a gradient is what is left of far larger ones', () => {
    // Two units of weights +-1e6 that are nearly the same: one changes its sign before the other.
    const network = networkOf(d, 12, false, 'cancelled');
    network.k.forEach((row, i) => {
      row[1] = row[0]! * (1 + (i === 0 ? 1e-3 : 0));
    });
    network.a.set([1e6, -1e6]);
    const model = modelOf(network, false);
    climbed.mockClear();
    found(model, {}, targets, 3);
    expect(climbed.mock.results.map(({ value }) => value)).toEqual([null]);
    model.dispose();
  });
});
