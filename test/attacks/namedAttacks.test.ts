import { beforeAll, describe, expect, it } from 'vitest';
import { adaptiveSteps, apgdCheckpoints } from '../../src/attacks/apgd.ts';
import { ballAbout } from '../../src/attacks/ball.ts';
import {
  type Attack,
  apgd,
  bim,
  fgm,
  gradientAttack,
  linearised,
  momentumPgd,
  pgd,
  randomDirection,
  randomNoise,
  worstOf,
} from '../../src/attacks/index.ts';
import { normNames } from '../../src/attacks/norms/index.ts';
import type { Memory } from '../../src/attacks/stepper.ts';
import { InvalidArgumentError } from '../../src/errors.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { batch, distances, featuresModel, hostDual, linearModel, take, trainedModel } from './problems.ts';

/** Losses after a few float32 operations on d = 20 terms. */
const FLOAT32 = 2e-5;
const n = 64;
const d = 20;

beforeAll(async () => {
  await testRuntime();
});

const mean = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((sum, v) => sum + v / values.length, 0);

function lossesOf(
  attack: Attack,
  model: Parameters<Attack['perturb']>[0],
  { x, y }: { x: tf.Tensor; y: tf.Tensor },
  eps: number,
): Float32Array {
  const found = attack.perturb(model, x, y, eps);
  found.x.dispose();
  return take(found.loss);
}

describe.each(normNames)('in %s', (norm) => {
  const iterative: [string, Attack][] = [
    ['BIM', bim({ norm })],
    ['momentum PGD', momentumPgd({ norm })],
    ['APGD', apgd({ norm, steps: 30 })],
    ['APGD with restarts', apgd({ norm, steps: 30, restarts: 2 })],
    ['PGD away from the target only', pgd({ norm, bothSides: false })],
    ['the linearised attack', linearised({ norm })],
  ];
  const all: [string, Attack][] = [
    ...iterative,
    ['random noise', randomNoise({ norm, samples: 3 })],
    ['random directions', randomDirection({ norm, samples: 3 })],
    ['the worst of two', worstOf([randomNoise({ norm }), pgd({ norm })])],
  ];

  it.each(iterative)('%s is exact on a linear model', (name, attack) => {
    const { f, w } = linearModel(d);
    const data = batch(n, d);
    const residual = take(tf.tidy(() => f(data.x).sub(data.y)));
    const found = lossesOf(attack, f, data, 0.8);
    // A random start in l2 is drawn towards the maximiser geometrically.
    const tolerance = name === 'APGD with restarts' ? 1e-3 : FLOAT32;
    residual.forEach((r, i) => {
      expect(Math.abs(found[i]! / (Math.abs(r) + 0.8 * hostDual[norm](w)) ** 2 - 1)).toBeLessThan(tolerance);
    });
    tf.dispose([data.x, data.y]);
  });

  it.each(all)('%s keeps within its budget and its bounds, and leaves no tensor behind', (_, attack) => {
    const model = featuresModel(d, 50);
    const { x, y } = batch(n, d);
    const count = tf.memory().numTensors;
    const { x: adversarial, loss } = attack.perturb(model, x, y, 0.5);
    expect(tf.memory().numTensors).toBe(count + 2);
    for (const distance of distances(norm, adversarial, x))
      expect(distance).toBeLessThanOrEqual(0.5 * (1 + 1e-5));
    tf.dispose([x, y, adversarial, loss]);
    model.dispose();
  });

  it('gradient attacks beat FGM on a trained network, and random ones do not come near', async () => {
    const model = await trainedModel(d);
    const data = batch(n, d);
    const eps = norm === 'linf' ? 0.3 : norm === 'l2' ? 1 : 3;
    const loss = (attack: Attack) => mean(lossesOf(attack, model, data, eps));
    const one = loss(fgm({ norm }));
    for (const attack of [
      pgd({ norm, steps: 20 }),
      apgd({ norm, steps: 40 }),
      momentumPgd({ norm, steps: 20 }),
    ])
      expect(loss(attack)).toBeGreaterThan(one * (1 - FLOAT32));
    for (const attack of [randomNoise({ norm, samples: 5 }), randomDirection({ norm, samples: 5 })])
      expect(loss(attack)).toBeLessThan(0.8 * one);
    tf.dispose([data.x, data.y]);
    model.dispose();
  });

  it('APGD never falls behind its own first iterates or the clean loss', async () => {
    const model = await trainedModel(d);
    const data = batch(n, d);
    const clean = lossesOf(pgd({ norm }), model, data, 0);
    lossesOf(apgd({ norm, steps: 25 }), model, data, 1).forEach((loss, i) => {
      expect(loss).toBeGreaterThanOrEqual(clean[i]!);
    });
    tf.dispose([data.x, data.y]);
    model.dispose();
  });

  it('the worst of several attacks is the worst of them for every sample', () => {
    const model = featuresModel(d, 50);
    const data = batch(n, d);
    const attacks = [pgd({ norm, steps: 2 }), fgm({ norm }), randomNoise({ norm, seed: 1 })];
    const each = attacks.map((attack) => lossesOf(attack, model, data, 1));
    lossesOf(worstOf(attacks), model, data, 1).forEach((loss, i) => {
      expect(loss).toBe(Math.max(...each.map((losses) => losses[i]!)));
    });
    tf.dispose([data.x, data.y]);
    model.dispose();
  });

  it('a targeted attack brings the prediction to its target, as far as eps allows', () => {
    const { f, w } = linearModel(d);
    const { x, y } = batch(n, d);
    const eps = 0.05;
    const reach = eps * hostDual[norm](w);
    const before = take(tf.tidy(() => f(x).sub(y)));
    const found = pgd({ norm, targeted: true, steps: 20 }).perturb(f, x, y, eps);
    const after = take(tf.tidy(() => f(found.x).sub(y)));
    after.forEach((r, i) => {
      // Once there it may overstep by a step of 2.5 eps / 20, and keeps its best iterate.
      expect(Math.abs(r)).toBeLessThanOrEqual(Math.max(Math.abs(before[i]!) - reach, reach / 8) + 1e-4);
    });
    found.loss.dataSync().forEach((loss, i) => {
      expect(loss).toBeCloseTo(-(after[i]! ** 2), 3);
    });
    tf.dispose([x, y, found.x, found.loss]);
  });
});

it('momentum PGD steps along the decaying sum of gradients of length 1 in l1 (Dong et al. 2018, Algorithm 1)', () => {
  const curvature = [1, 4, -3];
  const f = (x: tf.Tensor) => tf.tidy(() => x.square().mul(curvature).sum(1, true).div(2));
  const start = [1, -2, 0.5];
  const [steps, stepSize, decay] = [6, 0.3, 0.7];
  const attack = momentumPgd({ steps, stepSize, decay, useBest: false, bothSides: false });
  let [point, velocity] = [start, [0, 0, 0]];
  for (let i = 0; i < steps; i++) {
    const gradient = point.map((v, j) => curvature[j]! * v);
    const size = gradient.reduce((sum, g) => sum + Math.abs(g), 0);
    velocity = velocity.map((v, j) => decay * v + gradient[j]! / size);
    point = point.map((v, j) => v + (stepSize * velocity[j]!) / Math.hypot(...velocity));
  }
  const [x, y] = [tf.tensor2d([start]), tf.tensor2d([[-100]])];
  const found = attack.perturb(f, x, y, 10);
  take(found.x).forEach((v, j) => {
    expect(Math.abs(v - point[j]!)).toBeLessThan(FLOAT32);
  });
  tf.dispose([x, y, found.loss]);
});

describe('APGD', () => {
  it('looks back at the checkpoints of the paper', () => {
    // p = 0.22, 0.41, 0.57, 0.70, 0.80, 0.87, 0.93, 0.99 of 100 steps.
    expect([...apgdCheckpoints(100).keys()]).toEqual([22, 41, 57, 70, 80, 87, 93, 99]);
    expect([...apgdCheckpoints(100).values()]).toEqual([22, 19, 16, 13, 10, 7, 6, 6]);
  });

  it.each(normNames)(
    'takes its first step, of twice eps, without inertia: it ends on the ball, %s',
    (norm) => {
      const { f } = linearModel(d);
      const { x, y } = batch(n, d);
      const found = apgd({ norm, steps: 1 }).perturb(f, x, y, 0.5);
      for (const distance of distances(norm, found.x, x))
        expect(Math.abs(distance / 0.5 - 1)).toBeLessThan(FLOAT32);
      tf.dispose([x, y, found.x, found.loss]);
    },
  );

  it('halves the step where the best loss stalls or too few steps rise, but not twice on end for stalling', () => {
    // Losses as they come, one row a history, up to the checkpoints 22 and 41; 0.75 * 19 = 14.25 rises are enough.
    const histories: ((i: number) => number)[] = [
      (i) => i,
      // It rises 18 times after step 23, and never to its best again.
      (i) => (i <= 22 ? i : i / 100),
      // Halved at 22 for no rise at all; then it rises, and never to its best.
      (i) => (i === 0 ? 100 : Math.max(0, i - 22)),
      () => 0,
    ];
    const { settings } = apgd();
    const next = adaptiveSteps(settings);
    const steps: number[][] = [];
    tf.tidy(() => {
      const rows = histories.length;
      const ball = ballAbout(tf.zeros([rows, 1]), 1, settings);
      let point = ball.centre;
      let memory: Memory | null = null;
      for (let i = 0; i <= 41; i++) {
        const loss = tf.tensor1d(histories.map((history) => history(i)));
        const step: ReturnType<typeof next> = next(
          { point, loss, gradient: tf.ones([rows, 1]) },
          ball,
          i,
          memory,
        );
        point = step.point;
        memory = step.memory!;
        if (i === 22 || i === 41) steps.push([...memory.step!.dataSync()]);
      }
    });
    // From 2 eps on.
    expect(steps).toEqual([
      [2, 2, 1, 1],
      [2, 1, 1, 0.5],
    ]);
  });

  it('climbs a ridge on which steps of one length oscillate', () => {
    // A narrow hill off the steepest path, inside the ball: only shorter steps reach its top, 0.
    const hill = (x: tf.Tensor) =>
      tf.sum(tf.square(x.sub(tf.tensor1d([0.3, 0.2]))).mul(tf.tensor1d([30, 1])), 1, true);
    const loss = { name: 'height', value: (prediction: tf.Tensor) => prediction.neg().reshape([-1]) };
    const x = tf.zeros([1, 2]);
    const y = tf.zeros([1, 1]);
    const top = (attack: Attack) => lossesOf(attack, hill, { x, y }, 1)[0]!;
    const adaptive = top(apgd({ loss, steps: 60 }));
    expect(adaptive).toBeGreaterThan(-2e-3);
    expect(adaptive).toBeGreaterThan(top(pgd({ loss, steps: 60, relStepSize: 2 })));
    tf.dispose([x, y]);
  });
});

describe('worstOf', () => {
  it('refuses nothing at all, and attacks that are not alike', () => {
    expect(() => worstOf([])).toThrow(InvalidArgumentError);
    expect(() => worstOf([pgd(), pgd({ norm: 'linf' })])).toThrow(/l2/);
    expect(() => worstOf([pgd(), pgd({ loss: 'absolute' })])).toThrow(InvalidArgumentError);
    expect(() => worstOf([pgd(), pgd({ bounds: [0, 1] })])).toThrow(InvalidArgumentError);
  });
});

it("takes ten steps of a quarter of the radius, unless an attack of one's own says otherwise", () => {
  expect(gradientAttack('own').settings).toMatchObject({ steps: 10, relStepSize: 0.25 });
  expect(gradientAttack('own', {}, { steps: 4 }).settings).toMatchObject({ steps: 4, relStepSize: 0.625 });
});
