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
});

const losses = (attack: Attack, outputs: number, budget = eps): Float32Array => {
  const found = attack.perturb(nets[outputs]!, x, targets[outputs]!, budget);
  found.x.dispose();
  return take(found.loss);
};

const bytes = (attack: Attack, outputs: number): [Float32Array, Float32Array] => {
  const found = attack.perturb(nets[outputs]!, x, targets[outputs]!, eps);
  return [take(found.x), take(found.loss)];
};

const neverLess = (attacks: readonly Attack[], outputs: number): void => {
  const found = attacks.map((attack) => losses(attack, outputs));
  for (let k = 1; k < found.length; k++)
    found[k]!.forEach((loss, i) => {
      expect(loss).toBeGreaterThanOrEqual(found[k - 1]![i]!);
    });
};

const cases = attackNames.flatMap((name) =>
  (name === 'fgsm' ? (['linf'] as const) : normNames).flatMap((norm) =>
    [undefined, [-1, 1] as const].map((bounds) => ({ name, norm, bounds })),
  ),
);

it('knows every attack that has a name', () => {
  expect(Object.keys(kinds).toSorted()).toEqual(attackNames.toSorted());
});

describe.each(cases)('$name in $norm within bounds $bounds', ({ name, norm, bounds }) => {
  const { climbs, restarts, steps } = kinds[name];
  const options: GradientAttackOptions = { norm, ...(bounds ? { bounds } : {}) };
  const attackWith = (more: GradientAttackOptions = {}): Attack => attackNamed(name, { ...options, ...more });
  const few = steps || name === 'apgd' ? { steps: 3 } : {};
  const attack = attackWith(few);
  const several = restarts ? attackWith({ ...few, restarts: 2 }) : attack;

  it.each([1, 3])('keeps within eps and bounds for %i outputs, and leaves nothing behind', (outputs) => {
    const count = tf.memory().numTensors;
    for (const tried of [attack, several]) {
      const found = tried.perturb(nets[outputs]!, x, targets[outputs]!, eps);
      expect(tf.memory().numTensors).toBe(count + 2);
      // float32 rounding of x + delta, |x| up to a few units.
      for (const distance of distances(norm, found.x, x))
        expect(distance).toBeLessThanOrEqual(eps * (1 + 1e-5));
      const values = found.x.dataSync();
      expect(values.every(Number.isFinite)).toBe(true);
      if (bounds) {
        expect(Math.min(...values)).toBeGreaterThanOrEqual(bounds[0]);
        expect(Math.max(...values)).toBeLessThanOrEqual(bounds[1]);
      }
      tf.dispose({ ...found });
    }
    expect(tf.memory().numTensors).toBe(count);
  });

  it('returns the input and the clean loss bit for bit at eps 0', () => {
    for (const outputs of [1, 3]) {
      const found = several.perturb(nets[outputs]!, x, targets[outputs]!, 0);
      const clean = tf.tidy(() => tf.sum(tf.squaredDifference(nets[outputs]!(x), targets[outputs]!), 1));
      expect(take(found.x)).toEqual(x.dataSync());
      expect(take(found.loss)).toEqual(take(clean));
    }
  });

  it('gives the same bytes for a seed and a key, whatever the batches', async () => {
    for (const outputs of [1, 3]) {
      const [found, loss] = bytes(several, outputs);
      const cut = await several.run(nets[outputs]!, x, targets[outputs]!, { epsilons: [eps], batchSize: 4 });
      expect(cut.x[0]!.dataSync()).toEqual(found);
      expect(cut.loss.dataSync()).toEqual(loss);
      cut.dispose();
    }
  });

  if (climbs)
    it('is never below the clean loss, and beyond it where the loss has no gradient', () => {
      for (const outputs of [1, 3]) {
        const clean = losses(attack, outputs, 0);
        losses(attack, outputs).forEach((loss, i) => {
          expect(loss).toBeGreaterThanOrEqual(clean[i]!);
          expect(loss).toBeGreaterThan(0);
        });
      }
    });

  if (restarts)
    it('is never weaker with more restarts', () => {
      for (const outputs of [1, 3])
        neverLess(
          [1, 3].map((count) => attackWith({ ...few, restarts: count })),
          outputs,
        );
    });

  if (steps)
    it('is never weaker with more steps of one length', () => {
      for (const outputs of [1, 3])
        neverLess(
          [1, 3].map((count) => attackWith({ steps: count, stepSize: 0.1 })),
          outputs,
        );
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

it('the worst of all attacks obeys the same laws', async () => {
  const options = { norm: 'linf', bounds: [-1, 1] } as const;
  const all = worstOf(attackNames.map((name) => attackNamed(name, options)));
  const single = attackNames.map((name) => losses(attackNamed(name, options), 1));
  losses(all, 1).forEach((loss, i) => {
    expect(loss).toBe(Math.max(...single.map((each) => each[i]!)));
  });
  const [whole, cut] = await Promise.all(
    [50, 4].map((batchSize) => all.run(nets[1]!, x, targets[1]!, { epsilons: [eps], batchSize })),
  );
  expect(cut!.x[0]!.dataSync()).toEqual(whole!.x[0]!.dataSync());
  whole!.dispose();
  cut!.dispose();
});
