import { beforeAll, describe, expect, it } from 'vitest';
import {
  type Attack,
  type AttackName,
  attackNamed,
  attackNames,
  type GradientAttackOptions,
  type ModelFunction,
  normNames,
  worstOf,
} from '../../src/attacks/index.ts';
import { InvalidArgumentError } from '../../src/errors.ts';
import { tf } from '../../src/runtime/tf.ts';
import { testRuntime } from '../support/runtime.ts';
import { whole } from '../support/sizes.ts';
import { distances, gaussian, take } from './problems.ts';

/** What each attack can do besides what all of them must. */
type Kind = {
  /** Keeps each sample's worst iterate, the input among them. */
  readonly climbs?: true;
  /** Runs several times, or draws several samples. */
  readonly restarts?: true;
  /** Iterates that go on from those of fewer steps of the same length. */
  readonly steps?: true;
};

const kinds: Record<AttackName, Kind> = {
  pgd: { climbs: true, restarts: true, steps: true },
  bim: { climbs: true, restarts: true, steps: true },
  'momentum-pgd': { climbs: true, restarts: true, steps: true },
  // Its steps follow a schedule that depends on their number.
  apgd: { climbs: true, restarts: true },
  fgm: { climbs: true, restarts: true },
  fgsm: { climbs: true, restarts: true },
  linearised: {},
  'random-noise': { restarts: true },
  'random-direction': { restarts: true },
};

/** Iterative attacks with few steps, the others as they are. */
const fewSteps = (name: AttackName): GradientAttackOptions =>
  kinds[name].steps || name === 'apgd' ? { steps: 3 } : {};

const n = 9;
const d = 8;
const eps = 0.4;

/** The tanh of weighted sums, taken element by element, so that a row does not depend on the others of its batch. */
function smallNet(outputs: number): ModelFunction {
  const weights = Array.from({ length: outputs }, (_, k) => gaussian(d, 'laws', k));
  return (x) =>
    tf.concat(
      weights.map((w) => tf.tanh(tf.sum(x.mul(w), 1, true).mul(0.5))),
      1,
    );
}

let x: tf.Tensor;
let targets: Record<number, tf.Tensor>;
let clean: Record<number, Float32Array>;
const nets: Record<number, ModelFunction> = { 1: smallNet(1), 3: smallNet(3) };

beforeAll(async () => {
  await testRuntime();
  x = tf.tensor2d(gaussian(n * d, 'laws', 'x'), [n, d]).clipByValue(-1, 1);
  // Some residuals are exactly zero.
  const on = tf.tensor2d(
    Array.from({ length: n }, (_, i) => (i % 3 ? 0.5 : 0)),
    [n, 1],
  );
  targets = { 1: nets[1]!(x).add(on), 3: nets[3]!(x).add(on) };
  const cleanLoss = (outputs: number): Float32Array =>
    take(tf.tidy(() => tf.sum(tf.squaredDifference(nets[outputs]!(x), targets[outputs]!), 1)));
  clean = { 1: cleanLoss(1), 3: cleanLoss(3) };
});

type Found = { readonly x: Float32Array; readonly loss: Float32Array; readonly tensorsLeft: number };

/** What an attack finds, on the host, and how many tensors it leaves besides. */
function find(attack: Attack, outputs: number, budget = eps): Found {
  const count = tf.memory().numTensors;
  const found = attack.perturb(nets[outputs]!, x, targets[outputs]!, budget);
  return { x: take(found.x), loss: take(found.loss), tensorsLeft: tf.memory().numTensors - count };
}

const neverLess = (more: Float32Array, less: Float32Array): void =>
  more.forEach((loss, i) => {
    expect(loss).toBeGreaterThanOrEqual(less[i]!);
  });

const cases = attackNames.flatMap((name, at) =>
  (name === 'fgsm' ? (['linf'] as const) : normNames).flatMap((norm, of) =>
    [undefined, [-1, 1] as const]
      // Each attack and each norm with and without bounds, on a chessboard; on both fields of it where there is time.
      .filter((_, bounded) => whole || name === 'fgsm' || (at + of + bounded) % 2 === 0)
      .map((bounds) => ({ name, norm, bounds })),
  ),
);

it('knows every attack that has a name', () => {
  expect(Object.keys(kinds).toSorted()).toEqual(attackNames.toSorted());
});

describe.each(cases)('$name in $norm within bounds $bounds', ({ name, norm, bounds }) => {
  const { climbs, restarts, steps } = kinds[name];
  const options: GradientAttackOptions = { norm, ...(bounds ? { bounds } : {}) };
  const attackWith = (more: GradientAttackOptions = {}): Attack => attackNamed(name, { ...options, ...more });
  const few = fewSteps(name);
  const attack = attackWith(few);
  const several = restarts ? attackWith({ ...few, restarts: 2 }) : attack;

  const found: Record<number, { readonly once: Found; readonly several: Found }> = {};
  beforeAll(() => {
    for (const outputs of [1, 3])
      found[outputs] = { once: find(attack, outputs), several: find(several, outputs) };
  });

  it.each([1, 3])('keeps within eps and bounds for %i outputs, and leaves nothing behind', (outputs) => {
    for (const { x: values, tensorsLeft } of Object.values(found[outputs]!)) {
      expect(tensorsLeft).toBe(0);
      // float32 rounding of x + delta, |x| up to a few units.
      const points = tf.tensor2d(values, [n, d]);
      for (const distance of distances(norm, points, x))
        expect(distance).toBeLessThanOrEqual(eps * (1 + 1e-5));
      points.dispose();
      expect(values.every(Number.isFinite)).toBe(true);
      if (bounds) {
        expect(Math.min(...values)).toBeGreaterThanOrEqual(bounds[0]);
        expect(Math.max(...values)).toBeLessThanOrEqual(bounds[1]);
      }
    }
  });

  it('returns the input and the clean loss bit for bit at eps 0', () => {
    for (const outputs of [1, 3]) {
      const still = find(several, outputs, 0);
      expect(still.x).toEqual(x.dataSync());
      expect(still.loss).toEqual(clean[outputs]);
    }
  });

  it('gives the same bytes for a seed and a key, whatever the batches', async () => {
    for (const outputs of [1, 3]) {
      const cut = await several.run(nets[outputs]!, x, targets[outputs]!, { epsilons: [eps], batchSize: 5 });
      expect(cut.x[0]!.dataSync()).toEqual(found[outputs]!.several.x);
      expect(cut.loss.dataSync()).toEqual(found[outputs]!.several.loss);
      cut.dispose();
    }
  });

  if (climbs)
    it('is never below the clean loss, and beyond it where the loss has no gradient', () => {
      for (const outputs of [1, 3]) {
        const { loss } = found[outputs]!.once;
        neverLess(loss, clean[outputs]!);
        expect(Math.min(...loss)).toBeGreaterThan(0);
      }
    });

  if (restarts)
    it('is never weaker with more restarts', () => {
      for (const { once, several: more } of Object.values(found)) neverLess(more.loss, once.loss);
    });

  if (steps)
    it('is never weaker with more steps of one length', () => {
      for (const outputs of [1, 3]) {
        const [less, more] = [1, 3].map((count) =>
          find(attackWith({ steps: count, stepSize: 0.1 }), outputs),
        );
        neverLess(more!.loss, less!.loss);
      }
    });

  it('takes undefined options for the defaults', () => {
    const every = {
      ...{ loss: undefined, targeted: undefined, seed: undefined, bounds, steps: undefined },
      ...{ stepSize: undefined, relStepSize: undefined, randomStart: undefined, restarts: undefined },
      ...{ useBest: undefined, bothSides: undefined },
    };
    const known = kinds[name].climbs
      ? every
      : { loss: undefined, targeted: undefined, seed: undefined, bounds };
    const spread = attackNamed(name, { ...known, norm: undefined } as unknown as GradientAttackOptions);
    expect(JSON.stringify(spread.settings)).toBe(
      JSON.stringify(attackNamed(name, bounds ? { bounds } : {}).settings),
    );
    expect(spread.settings.norm.name).toBe(name === 'bim' || name === 'fgsm' ? 'linf' : 'l2');
  });

  it('refuses options that it does not have', () => {
    for (const [option, value] of Object.entries({ iterations: 5, epochs: 3, Norm: 'l2', eps: 1 })) {
      const act = (): Attack => attackNamed(name, { ...options, [option]: value } as GradientAttackOptions);
      expect(act).toThrow(InvalidArgumentError);
      expect(act).toThrow(new RegExp(`^invalid ${option}: .*an option of ${name}`));
    }
  });
});

it('searches at a budget of 1 as at any other', async () => {
  const attack = attackNamed('pgd', fewSteps('pgd'));
  const run = await attack.run(nets[1]!, x, targets[1]!, { epsilons: [1] });
  expect(run.loss.dataSync()).toEqual(find(attack, 1, 1).loss);
  expect(Math.max(...run.loss.dataSync())).toBeGreaterThan(Math.max(...clean[1]!));
  run.dispose();
});

it('the worst of all attacks obeys the same laws', async () => {
  const options = { norm: 'linf', bounds: [-1, 1] } as const;
  const all = worstOf(attackNames.map((name) => attackNamed(name, { ...options, ...fewSteps(name) })));
  const single = attackNames.map(
    (name) => find(attackNamed(name, { ...options, ...fewSteps(name) }), 1).loss,
  );
  find(all, 1).loss.forEach((loss, i) => {
    expect(loss).toBe(Math.max(...single.map((each) => each[i]!)));
  });
  const [whole, cut] = await Promise.all(
    [50, 4].map((batchSize) => all.run(nets[1]!, x, targets[1]!, { epsilons: [eps], batchSize })),
  );
  expect(cut!.x[0]!.dataSync()).toEqual(whole!.x[0]!.dataSync());
  whole!.dispose();
  cut!.dispose();
});
