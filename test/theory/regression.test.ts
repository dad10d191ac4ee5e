import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import {
  adversarialRiskAt,
  asymptoticRisk,
  criticalEps,
  InvalidArgumentError,
  linear,
  type Noise,
  type OwnLoss,
  type ResidualLoss,
  type RiskOptions,
  randomFeatures,
} from '../../src/theory/index.ts';
import { extensions } from './reference.ts';
import { expectClose, expectRelative } from './support.ts';

const map = randomFeatures({ psi1: 2 });
const options = { psi2: 3, eps: 0.3, tau: 0.5 };
/** The square loss by the equations of any loss. */
const same: ResidualLoss = { name: 'huber', threshold: 1e9 };

describe('regression with any noise and loss', () => {
  it('agrees with values computed independently', () => {
    for (const { features, psi1, law, SR, gradientNorm, trainingLoss, ...rest } of extensions.noise) {
      const { AR, ...problem } = rest;
      const features_ = features === 'random' ? randomFeatures({ psi1 }) : linear();
      const found = asymptoticRisk(features_, { ...problem, noise: law });
      expect(found.converged).toBe(true);
      expectRelative(found.standardRisk, SR, 1e-8);
      expectRelative(found.gradientNorm, gradientNorm, 1e-8);
      expectRelative(found.trainingLoss, trainingLoss, 1e-8);
      // E |s G +- tau| of the reference is a quadrature across its kink.
      expectRelative(found.adversarialRisk, AR, 3e-5);
    }
  });

  it.each([
    ['gaussian', 1.4207],
    ['rademacher', 1.4761],
    ['laplace', 1.3963],
    ['sparse', 1.3018],
  ] as const)('gives linear features the standard risk of the document under %s noise', (noise, SR) => {
    // to the four digits given; checked there by finite problems
    const found = asymptoticRisk(linear(), { psi2: 2, eps: 0.5, tau: 1, noise });
    expectClose(found.standardRisk, SR, 5.1e-5);
  });

  it('is the problem of the square loss and Gaussian noise where it is that', () => {
    const random = stream('same');
    for (let i = 0; i < 40; i++) {
      const logUniform = (low: number, high: number): number => low * (high / low) ** random.uniform();
      const features = i % 5 === 0 ? linear() : randomFeatures({ psi1: logUniform(0.1, 20) });
      const problem = {
        psi2: logUniform(0.1, 20),
        eps: i % 8 === 3 ? 0 : random.uniform(),
        lambda: i % 2 === 0 ? logUniform(1e-5, 1) : 0,
        tau: 0.2 + random.uniform(),
      };
      const plain = asymptoticRisk(features, problem);
      const general = asymptoticRisk(features, { ...problem, loss: same });
      expect(general.phase).toBe(plain.phase);
      for (const name of ['standardRisk', 'adversarialRisk', 'gradientNorm', 'trainingLoss'] as const)
        expectRelative(general[name], plain[name], 1e-10, `${JSON.stringify(problem)} ${name}`);
      expectClose(general.interpolatedFraction, plain.interpolatedFraction, 1e-10);
    }
  });

  it('takes the defaults for what they are', () => {
    const plain = asymptoticRisk(map, options);
    expect(asymptoticRisk(map, { ...options, loss: 'square', noise: 'gaussian' })).toEqual(plain);
    expect(asymptoticRisk(map, { ...options, loss: { name: 'square' }, noise: { law: 'gaussian' } })).toEqual(
      plain,
    );
  });

  it('knows the quantile 1/2 as half of the absolute loss', () => {
    const half = asymptoticRisk(map, { ...options, lambda: 0.01, loss: 'quantile' });
    const whole = asymptoticRisk(map, { ...options, lambda: 0.02, loss: 'absolute' });
    expectRelative(half.standardRisk, whole.standardRisk, 1e-10);
    expectRelative(2 * half.trainingLoss, whole.trainingLoss, 1e-10);
  });

  it('goes from the square to the absolute loss with the threshold of Huber', () => {
    const at = (threshold: number, lambda: number): number =>
      asymptoticRisk(map, { ...options, lambda: lambda * threshold, loss: { name: 'huber', threshold } })
        .standardRisk;
    const absolute = asymptoticRisk(map, { ...options, lambda: 0.01, loss: 'absolute' }).standardRisk;
    expectRelative(at(1e-7, 0.01), absolute, 1e-5);
  });

  it('learns better from sparse noise by the absolute loss than by the square', () => {
    const sparse = { psi2: 8, eps: 0.1, tau: 1, noise: 'sparse' } as const;
    const square = asymptoticRisk(map, sparse).standardRisk;
    expect(asymptoticRisk(map, { ...sparse, loss: 'absolute' }).standardRisk).toBeLessThan(square);
  });

  it('finds the signal exactly under sparse noise, which the phase says', () => {
    const found = asymptoticRisk(linear(), {
      psi2: 30,
      eps: 0.3,
      tau: 0.1,
      noise: 'sparse',
      loss: 'absolute',
    });
    expect(found).toMatchObject({ phase: 'exact', gradientNorm: 1, interpolatedFraction: 0.9 });
    expectClose(found.standardRisk, 0.01, 1e-15);
  });

  it('has an adversarial risk at any radius', () => {
    const problem: RiskOptions = { ...options, noise: 'rademacher', loss: 'huber' };
    const found = asymptoticRisk(map, problem);
    expectClose(
      adversarialRiskAt(found, 0.8),
      asymptoticRisk(map, { ...problem, epsTest: 0.8 }).adversarialRisk,
      1e-14,
    );
    // E |s G +- tau| by the midpoint rule
    const s = Math.sqrt(found.standardRisk - 0.25);
    let mean = 0;
    for (let x = -10 + 5e-5; x < 10; x += 1e-4)
      mean += (1e-4 * Math.abs(s * x + 0.5) * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
    expectClose(found.absoluteRisk!, mean, 1e-8);
  });

  it('takes noise as values or as draws, and sees no difference between the two', () => {
    const values = [-0.5, 0.5];
    const named = asymptoticRisk(map, { ...options, noise: 'rademacher' });
    for (const noise of [
      { law: 'discrete', values, weights: [3, 3] },
      { law: 'sampled', values: Float32Array.from([...values, ...values]) },
    ] as const)
      expectRelative(
        asymptoticRisk(map, { psi2: 3, eps: 0.3, noise }).standardRisk,
        named.standardRisk,
        1e-12,
      );
  });

  it('has a null phase of its own for every loss and noise, reached continuously', () => {
    for (const loss of ['absolute', 'huber', 'quantile'] as const)
      for (const noise of ['rademacher', 'laplace'] as const) {
        const problem = { psi2: 3, tau: 0.5, loss, noise };
        const critical = criticalEps(map, problem);
        const at = (share: number) => asymptoticRisk(map, { ...problem, eps: share * critical, lambda: 0.1 });
        expect(at(1)).toMatchObject({ phase: 'null', gradientNorm: 0 });
        expectRelative(at(1).standardRisk, 1.25, 1e-13);
        expect(at(0.9999)).toMatchObject({ phase: 'learning', converged: true });
        expectRelative(at(0.9999).standardRisk, 1.25, 1e-3);
        expect(at(0.9999).standardRisk).toBeLessThan(1.25);
      }
    expectRelative(criticalEps(map, { ...options, loss: same }), criticalEps(map, options), 1e-12);
  });

  it.each([
    ['square', { of: 'residual', value: (r) => 0.5 * r * r, derivative: (r) => r }],
    ['absolute', { of: 'residual', value: Math.abs, derivative: Math.sign, kinks: [0] }],
    [
      'huber',
      {
        of: 'residual',
        value: (r) => (Math.abs(r) < 1 ? 0.5 * r * r : Math.abs(r) - 0.5),
        derivative: (r) => Math.max(-1, Math.min(1, r)),
        kinks: [-1, 1],
      },
    ],
    [
      { name: 'quantile', level: 0.8 },
      {
        of: 'residual',
        value: (r) => (r > 0 ? 0.8 * r : -0.2 * r),
        derivative: (r) => (r > 0 ? 0.8 : -0.2),
        kinks: [0],
      },
    ],
  ] as [ResidualLoss, OwnLoss<'residual'>][])(
    'takes a loss by its value and derivative: %o',
    (named, own) => {
      const problem = { ...options, lambda: 0.01, noise: 'rademacher' } as const;
      const theirs = asymptoticRisk(map, { ...problem, loss: named });
      const ours = asymptoticRisk(map, { ...problem, loss: own });
      for (const name of [
        'standardRisk',
        'gradientNorm',
        'trainingLoss',
        'trainingError',
        'absoluteRisk',
      ] as const)
        expectRelative(ours[name]!, theirs[name]!, 1e-9, name);
      expectRelative(
        criticalEps(map, { ...problem, loss: own }),
        criticalEps(map, { ...problem, loss: named }),
        1e-6,
      );
    },
  );

  it('refuses a loss that is not convex, or not least at 0, or whose derivative is another', () => {
    for (const [value, derivative] of [
      [(r: number) => -r * r, (r: number) => -2 * r],
      [
        (r: number) => Math.sqrt(Math.abs(r)),
        (r: number) => Math.sign(r) / (2 * Math.sqrt(Math.abs(r) + 1e-9)),
      ],
      [(r: number) => r * r, (r: number) => r],
      [(r: number) => (r - 1) ** 2, (r: number) => 2 * (r - 1)],
    ] as const)
      expect(() => asymptoticRisk(map, { ...options, loss: { of: 'residual', value, derivative } })).toThrow(
        InvalidArgumentError,
      );
  });

  it('refuses what is no loss and no law, in one line', () => {
    for (const [wrong, said] of [
      [{ loss: 'cubic' }, 'invalid loss: "cubic"'],
      [{ loss: { name: 'huber', threshold: 0 } }, 'invalid threshold: 0'],
      [{ loss: { name: 'quantile', level: 1 } }, 'invalid level: 1'],
      [{ loss: { name: 'absolute', level: 1 } }, 'invalid level'],
      [{ noise: 'cauchy' }, 'invalid noise: "cauchy"'],
      [{ noise: { law: 'student', degrees: 2 } }, 'invalid degrees: 2'],
      [{ noise: { law: 'sparse', share: 0 } }, 'invalid share: 0'],
      [{ noise: { law: 'discrete', values: [1] } }, 'invalid tau: 0.5'],
      [{ tau: undefined, noise: { law: 'discrete', values: [] } }, 'invalid values'],
      [{ tau: undefined, noise: { law: 'discrete', values: [1], weights: [1, 2] } }, 'invalid weights'],
      [{ flip: 0.1 }, 'invalid flip'],
    ] as const) {
      const call = (): unknown => asymptoticRisk(map, { ...options, ...wrong } as unknown as RiskOptions);
      expect(call).toThrow(InvalidArgumentError);
      expect(call).toThrow(said);
    }
    expect(() => asymptoticRisk(map, { ...options, noise: 'laplace', certify: true })).toThrow(
      'no certificate',
    );
    const noise = { law: 'sampled', values: [0.1, Number.NaN] } satisfies Noise;
    expect(() => asymptoticRisk(map, { psi2: 3, eps: 0.3, noise })).toThrow('invalid values');
  });
});
