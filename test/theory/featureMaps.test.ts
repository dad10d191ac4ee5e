import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import {
  asymptoticRisk,
  deepRandomFeatures,
  type FeatureMap,
  InvalidArgumentError,
  linear,
  measuredFeatures,
  powerLaw,
  randomFeatures,
  spiked,
} from '../../src/theory/index.ts';
import { reference } from './reference.ts';
import { EXACT, expectClose, expectRelative, REFERENCE } from './support.ts';

const spectrum = { eigenvalues: [0.3, 1, 2.5], weights: [1, 2, 3] };
const maps: [string, FeatureMap][] = [
  ['one layer', randomFeatures({ psi1: 1.7 })],
  ['a narrow layer', randomFeatures({ psi1: 0.3, activation: 'tanh' })],
  ['an even activation', randomFeatures({ psi1: 1.7, activation: 'cos' })],
  ['identity covariance', linear()],
  ['a spectrum', linear({ covariance: spectrum })],
  [
    'one layer on a spectrum',
    randomFeatures({ psi1: 1.7, covariance: spiked({ share: 0.2, ratio: 9, signal: 0.6 }) }),
  ],
  [
    'three layers on a spectrum',
    deepRandomFeatures({ widths: [0.6, 2, 1.5], covariance: powerLaw({ exponent: 1.5, count: 7 }) }),
  ],
  ['two layers', deepRandomFeatures({ widths: [3, 1.2] })],
  ['three layers', deepRandomFeatures({ widths: [0.6, 2, 1.5], activation: 'erf' })],
  ['four layers', deepRandomFeatures({ widths: [2, 1, 3, 0.7] })],
  ['two layers of an even activation', deepRandomFeatures({ widths: [3, 1.2], activation: 'cos' })],
  ['measured features', exampleMeasured()],
];

describe.each(maps)('the resolvent moments of %s', (_, map) => {
  const [eta, zeta, lambda] = [0.9, 0.3, 0.2];
  const at = (eta: number, zeta: number, lambda: number) => map.moments(eta, zeta, lambda);

  it('are the derivatives of the traces they come from', () => {
    const m = at(eta, zeta, lambda);
    const h = 1e-5;
    const slope = (f: (x: number) => number): number => -(f(h) - f(-h)) / (2 * h);
    const tolerance = 1e-8;
    expectClose(
      slope((x) => at(eta + x, zeta, lambda).traceF),
      m.traceFF,
      tolerance,
    );
    expectClose(
      slope((x) => at(eta, zeta + x, lambda).traceF),
      m.traceFJ,
      tolerance,
    );
    expectClose(
      slope((x) => at(eta, zeta, lambda + x).traceF),
      m.traceFI,
      tolerance,
    );
    expectClose(
      slope((x) => at(eta, zeta + x, lambda).signal),
      m.signalJ,
      tolerance,
    );
    expectClose(
      slope((x) => at(eta, zeta, lambda + x).signal),
      m.signalI,
      tolerance,
    );
    const signalF = slope((x) => at(eta + x, zeta, lambda).signal);
    expectClose(m.signalF, signalF, tolerance);
    const bias = map.signalVariance - 2 * eta * m.signal + eta * eta * signalF;
    expectClose(m.bias, bias, tolerance);
  });

  it('add up: eta F + zeta J + lambda I is A', () => {
    const m = at(eta, zeta, lambda);
    expectRelative(eta * m.traceFF + zeta * m.traceFJ + lambda * m.traceFI, m.traceF, 1e-10);
  });

  it('are homogeneous', () => {
    const [once, thrice] = [at(eta, zeta, lambda), at(3 * eta, 3 * zeta, 3 * lambda)];
    expectRelative(thrice.traceF, once.traceF / 3, 1e-10);
    expectRelative(thrice.traceFJ, once.traceFJ / 9, 1e-10);
    expectClose(thrice.bias, once.bias, 1e-10);
  });
});

describe('linear regression', () => {
  it('agrees with the reference values', () => {
    expect(reference.linear.length).toBeGreaterThan(2);
    for (const { SR, AR, q, ...options } of reference.linear) {
      const risk = asymptoticRisk(linear(), options);
      expectRelative(risk.standardRisk, SR, REFERENCE);
      expectRelative(risk.adversarialRisk, AR, REFERENCE);
      expectRelative(risk.gradientNorm, q, REFERENCE);
    }
  });

  it('is least squares at eps = lambda = 0', () => {
    // E x' (X'X)^-1 x = d/(n - d); with d > n, what min-norm interpolation leaves of the signal.
    expectRelative(
      asymptoticRisk(linear(), { psi2: 4, eps: 0, tau: 1.3 }).standardRisk,
      1.69 * (4 / 3),
      EXACT,
    );
    const under = asymptoticRisk(linear(), { psi2: 0.4, eps: 0, tau: 1.3 });
    expectRelative(under.standardRisk, 0.6 + 1.69 / 0.6, EXACT);
    expect(under.phase).toBe('ridgeless');
    expect(under.interpolatedFraction).toBe(1);
    expect(asymptoticRisk(linear(), { psi2: 1, eps: 0, tau: 1 }).standardRisk).toBe(Number.POSITIVE_INFINITY);
  });

  it('treats a flat spectrum as the identity, and equal eigenvalues as one', () => {
    const options = { psi2: 2, eps: 0.5, tau: 1, lambda: 0.1 };
    const flat = linear({ covariance: { eigenvalues: [1, 1, 1], weights: [5, 0, 1] } });
    expectRelative(
      asymptoticRisk(flat, options).adversarialRisk,
      asymptoticRisk(linear(), options).adversarialRisk,
      EXACT,
    );
  });

  it('finds a noiseless signal exactly below sqrt(2/pi) with unlimited data, and not beyond', () => {
    expect(asymptoticRisk(linear(), { psi2: 1e4, eps: 0.79 }).phase).toBe('exact');
    const exact = asymptoticRisk(linear(), { psi2: 3, eps: 0.2, rho: 2 });
    expect(exact).toMatchObject({
      phase: 'exact',
      standardRisk: 0,
      gradientNorm: 2,
      interpolatedFraction: 1,
    });
    expectRelative(exact.adversarialRisk, 0.16, EXACT);
    const beyond = asymptoticRisk(linear(), { psi2: 1e4, eps: 0.8 });
    expect(beyond.phase).toBe('learning');
    expect(beyond.standardRisk).toBeGreaterThan(0);
    // From the noisy side: the noise is averaged away.
    const noisy = asymptoticRisk(linear(), { psi2: 3, eps: 0.2, tau: 1e-4, rho: 2 });
    expectClose(noisy.standardRisk, 0, 1e-6);
    expectClose(noisy.gradientNorm, 2, 1e-3);
  });

  it.each([
    [{ eigenvalues: [] }, 'eigenvalues'],
    [{ eigenvalues: [1, -1] }, '-1'],
    [{ eigenvalues: [1, 2], weights: [1] }, '2 weights'],
    [{ eigenvalues: [0, 2], weights: [1, 0] }, 'signal'],
  ])('refuses the spectrum %j', (covariance, shown) => {
    expect(() => linear({ covariance })).toThrow(InvalidArgumentError);
    expect(() => linear({ covariance })).toThrow(shown);
  });
});

describe('random features with a linear activation', () => {
  const activation = { f: (u: number) => 2 * u, derivative: () => 2 };

  it('are linear regression when there are at least d of them', () => {
    for (const options of [
      { psi2: 3, eps: 0.5, tau: 0.5 },
      { psi2: 0.7, eps: 0.2, tau: 0.5 },
      { psi2: 3, eps: 0, tau: 0.5 },
      { psi2: 3, eps: 0.2 },
    ]) {
      const ours = asymptoticRisk(randomFeatures({ psi1: 2, activation }), options);
      const theirs = asymptoticRisk(linear(), options);
      expect(ours.phase).toBe(theirs.phase);
      expectClose(ours.adversarialRisk, theirs.adversarialRisk, EXACT);
    }
  });

  it('are least squares on a random subspace when there are fewer', () => {
    // N/d of the signal is seen, the rest acts as noise: (tau^2 + 1 - N/d) n/(n - N).
    const risk = asymptoticRisk(randomFeatures({ psi1: 0.5, activation }), { psi2: 3, eps: 0, tau: 0.5 });
    expectRelative(risk.standardRisk, (0.25 + 0.5) * (3 / 2.5), EXACT);
  });
});

describe('deep random features', () => {
  it('agree with the reference values', () => {
    expect(reference.deep.length).toBeGreaterThan(2);
    for (const { widths, SR, AR, q, ...options } of reference.deep) {
      const risk = asymptoticRisk(deepRandomFeatures({ widths }), options);
      expect(risk.converged).toBe(true);
      expectRelative(risk.standardRisk, SR, REFERENCE);
      expectRelative(risk.adversarialRisk, AR, REFERENCE);
      expectRelative(risk.gradientNorm, q, REFERENCE);
    }
  });

  it('of depth one are random features', () => {
    const options = { psi2: 3, eps: 0.4, lambda: 0.02, tau: 0.5 };
    const deep = asymptoticRisk(deepRandomFeatures({ widths: [2], activation: 'gelu' }), options);
    const shallow = asymptoticRisk(randomFeatures({ psi1: 2, activation: 'gelu' }), options);
    expectRelative(deep.adversarialRisk, shallow.adversarialRisk, EXACT);
    expectRelative(deep.thetaNormSquared, shallow.thetaNormSquared, 1e-10);
  });

  it.each([
    [{ widths: [] }, 'widths'],
    [{ widths: [2, 0] }, 'widths[1]: 0'],
    [{ widths: 3 as unknown as number[] }, 'widths: 3'],
    [{ widths: [2], activation: { f: (u: number) => u, derivative: () => 1 } }, 'nonlinear'],
  ])('refuse %j', (options, shown) => {
    expect(() => deepRandomFeatures(options)).toThrow(InvalidArgumentError);
    expect(() => deepRandomFeatures(options)).toThrow(shown);
  });
});

describe('measured features', () => {
  it('with the moments of linear regression give linear regression', () => {
    const n = 12;
    const I = Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));
    const c = Array.from({ length: n }, () => 1 / Math.sqrt(n));
    const map = measuredFeatures({ F: I, J: I, c, targetVariance: 1 });
    // The floor under the eigenvalues is the whole difference.
    for (const options of [
      { psi2: 2, eps: 0.5, tau: 1 },
      { psi2: 0.8, eps: 0.3, tau: 0.5, lambda: 0.1 },
      { psi2: 3, eps: 0, tau: 0.5 },
      { psi2: 0.5, eps: 0, tau: 0.5 },
    ])
      expectRelative(
        asymptoticRisk(map, options).adversarialRisk,
        asymptoticRisk(linear(), options).adversarialRisk,
        1e-9,
      );
  });

  it('with a diagonal F give the spectrum', () => {
    const f = [0.3, 1, 2.5];
    const diagonal = (values: number[]) => values.map((value, i) => f.map((_, j) => (i === j ? value : 0)));
    // C beta = Sigma beta for weights (1, 2, 3)/6.
    const c = f.map((value, i) => value * Math.sqrt((i + 1) / 6));
    const targetVariance = f.reduce((sum, value, i) => sum + (value * (i + 1)) / 6, 0);
    const map = measuredFeatures({ F: diagonal(f), J: diagonal([1, 1, 1]), c, targetVariance });
    const options = { psi2: 1.6, eps: 0.3, tau: 0.4, lambda: 0.05 };
    expectRelative(
      asymptoticRisk(map, options).adversarialRisk,
      asymptoticRisk(linear({ covariance: spectrum }), options).adversarialRisk,
      1e-9,
    );
  });

  const I2 = [
    [1, 0],
    [0, 1],
  ];
  it('take a target that the features explain to the last digit, and none of which they explain more', () => {
    const make = (targetVariance: number) => measuredFeatures({ F: I2, J: I2, c: [1, 0.5], targetVariance });
    expect(make(1.25).signalVariance).toBe(1.25);
    expect(() => make(1.25 * (1 - 1e-6))).toThrow("at least c' F^-1 c = 1.2");
  });

  it.each([
    ['F', { F: [[1, 0]], J: I2, c: [1, 0] }, '1'],
    [
      'F',
      {
        F: [
          [1, 2],
          [2, 1],
        ],
        J: I2,
        c: [1, 0],
      },
      '2 x 2',
    ],
    [
      'F',
      {
        F: [
          [1, 0.5],
          [0, 1],
        ],
        J: I2,
        c: [1, 0],
      },
      'not symmetric at (1, 0)',
    ],
    [
      'F',
      {
        F: [
          [1e-12, 5e-13],
          [0, 1e-12],
        ],
        J: I2,
        c: [0, 0],
      },
      'not symmetric at (1, 0)',
    ],
    [
      'J',
      {
        F: I2,
        J: [
          [1, 0],
          [0, 1],
          [0, 0],
        ],
        c: [1, 0],
      },
      '3 rows',
    ],
    [
      'J',
      {
        F: I2,
        J: [
          [1, 0],
          [0, 1, 0],
        ],
        c: [1, 0],
      },
      'length 3',
    ],
    [
      'J',
      {
        F: I2,
        J: [
          [1, Number.NaN],
          [Number.NaN, 1],
        ],
        c: [1, 0],
      },
      'not finite',
    ],
    ['c', { F: I2, J: I2, c: [1, 0, 0] }, 'length 3'],
    ['targetVariance', { F: I2, J: I2, c: [1, 1] }, 'targetVariance: 1'],
  ])('refuse a bad %s, sizes in the message', (name, matrices, shown) => {
    const act = () => measuredFeatures({ ...matrices, targetVariance: 1 });
    expect(act).toThrow(InvalidArgumentError);
    expect(act).toThrow(name);
    expect(act).toThrow(shown);
  });
});

/** Matrices that neither commute nor are multiples of the identity. */
function exampleMeasured(): FeatureMap {
  const n = 8;
  const random = stream('featureMaps.test', 'measured');
  const gram = () => {
    const G = random.fillGaussian(new Float64Array(n * 2 * n));
    return Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => {
        let sum = i === j ? 0.1 : 0;
        for (let k = 0; k < 2 * n; k++) sum += (G[i * 2 * n + k]! * G[j * 2 * n + k]!) / (2 * n);
        return sum;
      }),
    );
  };
  const c = random.fillGaussian(new Float64Array(n), 0.3);
  return measuredFeatures({ F: gram(), J: gram(), c, targetVariance: 10 });
}
