import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import {
  type AsymptoticRisk,
  activationMoments,
  asymptoticRisk,
  criticalEps,
  deepRandomFeatures,
  type FeatureMap,
  InvalidArgumentError,
  infiniteDataRisk,
  linear,
  measuredFeatures,
  type RiskOptions,
  randomFeatures,
  sensitivities,
  spiked,
} from '../../src/theory/index.ts';
import { sized } from '../support/sizes.ts';
import { EXACT, expectClose, expectRelative } from './support.ts';

/** Random ones; of thirteen kinds in turn. */
const PROBLEMS = sized(800, 2400);

const identity = { f: (u: number) => u, derivative: () => 1 };

describe('problems at random, on and beside every boundary', () => {
  const random = stream('corners.test');
  const uniform = () => random.uniform();
  const logUniform = (low: number, high: number) => low * (high / low) ** uniform();
  const pick = <T>(from: readonly T[]): T => from[Math.floor(uniform() * from.length) % from.length]!;

  /** Moments of 6 features with F and J of the given ranks, the target explained in full or not. */
  function measured(rankF: number, rankJ: number): FeatureMap {
    const n = 6;
    const gram = (k: number) => {
      const g = random.fillGaussian(new Float64Array(n * k));
      return Array.from({ length: n }, (_, i) =>
        Array.from({ length: n }, (_, j) => {
          let sum = 0;
          for (let a = 0; a < k; a++) sum += (g[i * k + a]! * g[j * k + a]!) / k;
          return sum;
        }),
      );
    };
    const [F, J] = [gram(rankF), gram(rankJ)];
    const theta = random.fillGaussian(new Float64Array(n));
    const c = F.map((row) => row.reduce((sum, value, i) => sum + value * theta[i]!, 0));
    const explained = c.reduce((sum, value, i) => sum + value * theta[i]!, 0);
    return measuredFeatures({ F, J, c, targetVariance: explained * pick([1, 1.3]) });
  }

  const width = () => logUniform(0.05, 50);
  const makers: readonly (() => FeatureMap)[] = [
    () => linear(),
    () => linear({ covariance: { eigenvalues: [0.2, 1, 3] } }),
    () => linear({ covariance: { eigenvalues: [0, 0.2, 3], weights: [1, 2, 1] } }),
    () =>
      randomFeatures({
        psi1: width(),
        activation: pick(['shifted-relu', 'tanh', 'erf', 'sigmoid'] as const),
      }),
    () => randomFeatures({ psi1: width(), activation: 'cos' }),
    () =>
      randomFeatures({
        psi1: pick([width(), 0.5, 1, 2]),
        activation: pick(['shifted-relu', identity] as const),
        covariance: pick([spiked({ share: 0.5, ratio: 0, signal: 0.3 }), spiked({ share: 0.1, ratio: 1e4 })]),
      }),
    () => randomFeatures({ psi1: pick([width(), 1, 1 + 1e-6, 2]), activation: identity }),
    () => deepRandomFeatures({ widths: [logUniform(0.2, 10), logUniform(0.2, 10)] }),
    () =>
      deepRandomFeatures({
        widths: [logUniform(0.2, 10), logUniform(0.2, 10), logUniform(0.2, 10)],
        activation: 'cos',
      }),
    () => measured(9, 9),
    () => measured(9, 3),
    () => measured(4, 9),
    () => measured(4, 3),
  ];

  /** Training loss and penalty at the optimum; infinite weights carry no penalty of 0. */
  const objective = (risk: AsymptoticRisk, lambda: number) =>
    risk.trainingLoss + (lambda === 0 ? 0 : 0.5 * lambda * risk.thetaNormSquared);

  it(`converge to a named phase, ${PROBLEMS} of them`, () => {
    const failures: object[] = [];
    const phases = new Set<string>();
    for (let i = 0; i < PROBLEMS; i++) {
      const map = makers[i % makers.length]!();
      const psi2 = pick([logUniform(0.05, 100), map.rank, 1.001 * map.rank, 1e4]);
      const tau = pick([0, 0, 0, 1e-9, 0.5]);
      const lambda = pick([0, 0, 1e-30, 1e-8, logUniform(1e-6, 1), 1e3, 1e30, 1e90]);
      const critical = criticalEps(map, { psi2, tau });
      const base = Number.isFinite(critical) ? critical : 1;
      const gap = 10 ** -pick([15, 14, 12, 9, 6, 3, 1]);
      // At n = rank F a vanishing attack has a risk that grows as 1/eps.
      const least = psi2 === map.rank ? 3 : 40;
      const [where, eps] = pick<[string, number]>([
        ['at', base],
        ['at', base],
        ['below', base * (1 - gap)],
        ['above', base * (1 + gap)],
        ['inside', base * uniform()],
        ['tiny', base * 10 ** (-least * uniform())],
        ['none', 0],
        ['far beyond', 1e5],
      ]);
      const options = { psi2, tau, lambda, eps };
      const risk = asymptoticRisk(map, options);
      phases.add(risk.phase);
      const numbers = Object.values(risk).filter((value) => typeof value === 'number');
      const nothing = tau * tau + map.signalVariance;
      const beyond = where === 'at' || where === 'above' || where === 'far beyond';
      const sound =
        risk.converged &&
        risk.residual < 1e-9 &&
        !numbers.some(Number.isNaN) &&
        (risk.phase === 'infinite' || Number.isFinite(risk.standardRisk)) &&
        risk.adversarialRisk >= risk.standardRisk &&
        risk.standardRisk >= tau * tau * (1 - EXACT) &&
        // The optimum is no worse than theta = 0, nor than what a weaker attack allows.
        objective(risk, lambda) <= 0.5 * nothing * (1 + 1e-9) &&
        (!beyond || !Number.isFinite(critical) || (risk.phase === 'null' && risk.standardRisk === nothing)) &&
        (where !== 'below' || gap < 1e-14 || risk.phase !== 'null') &&
        (risk.phase !== 'exact' || (tau === 0 && risk.standardRisk === 0)) &&
        (risk.phase !== 'immune' || risk.gradientNorm === 0);
      const harder = asymptoticRisk(map, { ...options, eps: eps * 1.2 });
      const ordered =
        risk.phase === 'infinite' ||
        objective(risk, lambda) <= objective(harder, lambda) * (1 + 1e-9) + 1e-12 * nothing;
      if (!sound || !ordered)
        failures.push({ map: map.name, where, ...map.proportions, ...options, ...risk });
    }
    expect(failures).toEqual([]);
    expect([...phases].sort()).toEqual(['exact', 'immune', 'infinite', 'learning', 'null', 'ridgeless']);
  });
});

describe('the critical radius itself', () => {
  it('belongs to the null phase at 1,200 points', () => {
    for (let i = 1; i <= 400; i++)
      for (const psi2 of [1, 2, 3]) {
        const map = randomFeatures({ psi1: i / 20 });
        const eps = criticalEps(map, { psi2, tau: 0.5 });
        expect(asymptoticRisk(map, { psi2, tau: 0.5, eps })).toMatchObject({
          phase: 'null',
          standardRisk: 1.25,
          gradientNorm: 0,
          converged: true,
        });
      }
  });

  it('as its digits print it', () => {
    const risk = asymptoticRisk(randomFeatures({ psi1: 0.5 }), {
      psi2: 1,
      tau: 0.5,
      eps: 0.8832362364885233,
    });
    expect(risk).toMatchObject({ phase: 'null', standardRisk: 1.25, adversarialRisk: 1.25 });
  });
});

describe('radii and penalties of any size', () => {
  it.each([2, 8])('reach the limit of a vanishing attack: psi1 %d', (psi1) => {
    const map = randomFeatures({ psi1 });
    for (const lambda of [0, 0.1]) {
      const at = (eps: number) => asymptoticRisk(map, { psi2: 3, eps, tau: 0.5, lambda });
      for (const eps of [1e-20, 1e-30, 1e-100, 1e-101, 1e-200, 5e-324]) {
        expect(at(eps).converged).toBe(true);
        // The limit, approached linearly in eps.
        expectRelative(at(eps).standardRisk, at(1e-10).standardRisk, 1e-8);
        expectRelative(at(eps).gradientNorm, at(1e-10).gradientNorm, 1e-8);
      }
    }
  });

  it('keep the balance of a penalty and an attack that vanish together, lambda going as eps^2', () => {
    const map = randomFeatures({ psi1: 8 });
    const at = (eps: number) => asymptoticRisk(map, { psi2: 3, eps, tau: 0.5, lambda: 0.05 * eps * eps });
    expectRelative(at(1e-110).standardRisk, at(1e-8).standardRisk, 1e-6);
    // Neither the interpolator of least gradient nor that of least norm.
    const least = (eps: number, lambda: number) =>
      asymptoticRisk(map, { psi2: 3, eps, lambda, tau: 0.5 }).standardRisk;
    expect(Math.abs(at(1e-110).standardRisk / least(1e-110, 0) - 1)).toBeGreaterThan(1e-3);
    expect(Math.abs(at(1e-110).standardRisk / least(0, 0) - 1)).toBeGreaterThan(1e-3);
    // A penalty far larger decides alone.
    expectRelative(least(1e-300, 1e-250), least(0, 0), 1e-10);
  });

  it('make theta go as 1/lambda', () => {
    const at = (lambda: number) =>
      asymptoticRisk(randomFeatures({ psi1: 2 }), { psi2: 3, eps: 0.3, tau: 0.5, lambda });
    for (const lambda of [1e20, 1e40, 1e60, 1e80, 1e150, 1e300]) {
      const risk = at(lambda);
      expect(risk).toMatchObject({ phase: 'learning', converged: true });
      expectRelative(risk.standardRisk, 1.25, EXACT);
      // The same in units of 1/lambda; the next order is 1e-12 of it at lambda = 1e12.
      expectRelative(risk.gradientNorm * lambda, at(1e12).gradientNorm * 1e12, 1e-10);
    }
  });

  it('refuse noise, signals and test radii whose squares overflow', () => {
    const map = linear();
    for (const name of ['tau', 'rho', 'epsTest'])
      expect(() => asymptoticRisk(map, { psi2: 2, eps: 0.1, [name]: 1e200 })).toThrow(
        `invalid ${name}: 1e+200`,
      );
  });
});

describe('a linear activation at psi1 = 1', () => {
  // W is square: its singular values reach down to 0, and E tr (W W')^-1 / d is infinite.
  const at = (psi2: number, options: Partial<RiskOptions> = {}) =>
    asymptoticRisk(randomFeatures({ psi1: 1, activation: identity }), { psi2, eps: 0, tau: 0.5, ...options });

  it('has infinite weights where nothing holds them, and risks like linear regression', () => {
    for (const [psi2, eps] of [
      [3, 0],
      [3, 0.1],
      [0.5, 0.1],
      [1, 0.1],
    ] as const) {
      const risk = at(psi2, { eps });
      expect(risk.thetaNormSquared).toBe(Number.POSITIVE_INFINITY);
      expect(risk.converged).toBe(true);
      const regression = asymptoticRisk(linear(), { psi2, eps, tau: 0.5 });
      expectRelative(risk.standardRisk, regression.standardRisk, 1e-10);
      expectRelative(risk.gradientNorm, regression.gradientNorm, 1e-10);
    }
    expect(at(3, { tau: 0 })).toMatchObject({
      phase: 'exact',
      standardRisk: 0,
      thetaNormSquared: Number.POSITIVE_INFINITY,
    });
  });

  it('has finite ones under a penalty, or as the interpolator of least norm', () => {
    expect(at(3, { lambda: 1e-3 }).thetaNormSquared).toBeLessThan(1e3);
    expect(at(0.5).thetaNormSquared).toBeLessThan(10);
  });

  it('beside which they grow without bound', () => {
    const near = (gap: number) =>
      asymptoticRisk(randomFeatures({ psi1: 1 + gap, activation: identity }), { psi2: 3, eps: 0, tau: 0.5 })
        .thetaNormSquared;
    // <1/x> over the nonzero spectrum is 1/(psi1 - 1).
    expectRelative(near(1e-4) * 1e-4, near(1e-2) * 1e-2, 0.02);
  });
});

describe('activations that no theory holds for', () => {
  it.each([
    ['a constant', { f: () => 3, derivative: () => 0 }],
    ['constant moments', { mu0: 3, mu1: 0, muStarSquared: 0, nuSquared: 0 }],
  ])('%s is refused', (_, activation) => {
    expect(() => randomFeatures({ psi1: 2, activation })).toThrow(InvalidArgumentError);
    expect(() => randomFeatures({ psi1: 2, activation })).toThrow(/^invalid activation: .* not constant\)$/);
    expect(() => deepRandomFeatures({ widths: [2], activation })).toThrow('not constant');
  });

  it.each([
    ['less slope than twice the energy', 0.5, 0.2, 0.39999],
    ['slope without energy', 0.5, 0, 0.1],
    ['an infinite energy', 0.5, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
    ['an energy that is no number', 0.5, Number.NaN, 1],
    ['a negative energy', 0.5, -0.1, 1],
  ])('%s is refused', (_, mu1, muStarSquared, nuSquared) => {
    const act = () => activationMoments({ mu0: 0, mu1, muStarSquared, nuSquared });
    expect(act).toThrow(InvalidArgumentError);
    expect(act).toThrow(/^invalid activation: \{"mu0": 0, "mu1": 0.5, .*\)$/);
  });

  it('quadratics, which reach the bound, pass with their rounding', () => {
    const quadratic = { f: (u: number) => u + 0.3 * (u * u - 1), derivative: (u: number) => 1 + 0.6 * u };
    const { muStarSquared, nuSquared } = activationMoments(quadratic);
    expectRelative(nuSquared, 2 * muStarSquared, 1e-10);
    activationMoments({ mu0: 0, mu1: 1, muStarSquared: 0.1, nuSquared: 0.2 });
    activationMoments({ mu0: 0, mu1: 2, muStarSquared: 0, nuSquared: 0 });
  });
});

describe('unlimited data', () => {
  it.each([
    ['without linear part or attack', randomFeatures({ psi1: 2, activation: 'cos' }), 0, 0, 'ridgeless'],
    ['without linear part', randomFeatures({ psi1: 2, activation: 'cos' }), 0.1, 0, 'null'],
    ['without linear part, penalised', randomFeatures({ psi1: 2, activation: 'cos' }), 0, 0.1, 'learning'],
    ['without attack', randomFeatures({ psi1: 2 }), 0, 0, 'ridgeless'],
    ['with a penalty', randomFeatures({ psi1: 2 }), 0, 0.1, 'learning'],
    ['with both', randomFeatures({ psi1: 2 }), 0.1, 0.1, 'learning'],
  ] as const)('has the phase that many data have: %s', (_, map, eps, lambda, phase) => {
    const limit = infiniteDataRisk(map, { eps, lambda, tau: 0.5 });
    const much = asymptoticRisk(map, { psi2: 1e9, eps, lambda, tau: 0.5 });
    expect([limit.phase, much.phase]).toEqual([phase, phase]);
    expectClose(limit.standardRisk, much.standardRisk, 1e-7);
    expectClose(limit.gradientNorm, much.gradientNorm, 1e-4);
  });

  it('finds a noiseless signal exactly without attack', () => {
    expect(infiniteDataRisk(linear(), { eps: 0 })).toMatchObject({ phase: 'exact', standardRisk: 0 });
  });
});

describe('sensitivities to a penalty near 0', () => {
  /** Of the derivative at 0 from above, of order 8, times h: Fornberg's recurrences for nodes 0, 1, ..., 8. */
  const WEIGHTS = [-761 / 280, 8, -14, 56 / 3, -35 / 2, 56 / 5, -14 / 3, 8 / 7, -1 / 8];

  it('are those of one-sided differences of high order, at every step small enough', () => {
    let compared = 0;
    for (const makeMap of [
      (psi1: number) => randomFeatures({ psi1 }),
      (psi1: number) => randomFeatures({ psi1, activation: 'sigmoid' }),
      (psi1: number) => deepRandomFeatures({ widths: [2, psi1] }),
    ])
      for (const psi1 of [0.3, 2, 8])
        for (const psi2 of [0.5, 1, 3])
          for (const eps of [0.01, 0.1, 0.3])
            for (const lambda of [0, 1e-10]) {
              const map = makeMap(psi1);
              const options = { psi2, eps, tau: 0.5 };
              const risk = (x: number) => asymptoticRisk(map, { ...options, lambda: x });
              if (risk(0).phase !== 'learning') continue;
              const differences = [3e-4, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9].map((h) =>
                WEIGHTS.reduce((sum, w, k) => sum + (w * risk(lambda + k * h).adversarialRisk) / h, 0),
              );
              // Too large a step leaves the range of the series, too small a one drowns in rounding: the two that agree
              // best stand between.
              const relative = (a: number, b: number) => Math.abs(a - b) / Math.max(1, Math.abs(a));
              const gaps = differences.slice(1).map((value, i) => relative(value, differences[i]!));
              const best = gaps.indexOf(Math.min(...gaps));
              const found = sensitivities(map, { ...options, lambda }).lambda!.adversarialRisk;
              // Differences that agree to a third of this.
              expect(gaps[best]).toBeLessThan(3e-7);
              expect(relative(differences[best]!, found)).toBeLessThan(1e-6);
              compared++;
            }
    expect(compared).toBeGreaterThan(100);
  });
});

describe('options that nobody knows', () => {
  const map = randomFeatures({ psi1: 2 });
  const I2 = [
    [1, 0],
    [0, 1],
  ];
  it.each<[string, () => unknown, string]>([
    ['asymptoticRisk', () => asymptoticRisk(map, { psi2: 3, epsilon: 0.3 } as never), 'invalid epsilon: 0.3'],
    [
      'asymptoticRisk',
      () => asymptoticRisk(map, { psi2: 3, eps: 0.3, lamda: 1 } as never),
      'invalid lamda: 1 (expected an option of asymptoticRisk: lambda?)',
    ],
    ['asymptoticRisk', () => asymptoticRisk(map, { psi2: 3, eps: 1, toString: 1 } as never), 'toString'],
    [
      'criticalEps',
      () => criticalEps(map, { psi2: 3, taus: 1 } as never),
      'invalid taus: 1 (expected an option of criticalEps: tau?)',
    ],
    ['infiniteDataRisk', () => infiniteDataRisk(map, { eps: 0.3, psi2: 3 } as never), 'invalid psi2: 3'],
    ['sensitivities', () => sensitivities(map, { psi2: 3, eps: 0.3, sigma: 1 } as never), 'invalid sigma: 1'],
    [
      'randomFeatures',
      () => randomFeatures({ psi1: 2, activaton: 'tanh' } as never),
      'invalid activaton: "tanh" (expected an option of randomFeatures: activation?)',
    ],
    ['linear', () => linear({ covariances: 'identity' } as never), 'invalid covariances: "identity"'],
    [
      'a spectrum',
      () => linear({ covariance: { eigenvalues: [1, 2], weight: [1, 1] } as never }),
      'invalid weight: [1, 1] (expected an option of a spectrum: weights?)',
    ],
    ['a covariance that is none', () => linear({ covariance: 'id' as never }), 'invalid covariance: "id"'],
    [
      'deepRandomFeatures',
      () => deepRandomFeatures({ width: [2, 1], widths: [2] } as never),
      'invalid width: [2, 1]',
    ],
    [
      'measuredFeatures',
      () => measuredFeatures({ F: I2, J: I2, c: [1, 0], targetVariance: 1, d: 2 } as never),
      'invalid d: 2',
    ],
    [
      'a custom activation',
      () => randomFeatures({ psi1: 1, activation: { ...identity, kink: [0] } as never }),
      'invalid kink: [0] (expected an option of activation: kinks?)',
    ],
    [
      'moments',
      () => activationMoments({ mu0: 0, mu1: 1, muStarSquared: 0, nuSquared: 0, nu2: 1 } as never),
      'invalid nu2: 1',
    ],
  ])('%s refuses by name', (_, act, message) => {
    expect(act).toThrow(InvalidArgumentError);
    expect(act).toThrow(message);
  });

  it('criticalEps takes those of asymptoticRisk, so that one object serves both', () => {
    const options = { psi2: 3, tau: 0.5, eps: 0.3, lambda: 0.1, epsTest: 1 };
    expect(criticalEps(map, options)).toBe(criticalEps(map, { psi2: 3, tau: 0.5 }));
  });
});
