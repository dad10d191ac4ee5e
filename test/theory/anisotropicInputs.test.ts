import { describe, expect, it } from 'vitest';
import { linearAlgebra } from '../../src/numerics/linearAlgebra.ts';
import { choleskySolve } from '../../src/numerics/vectors.ts';
import { stream } from '../../src/random/stream.ts';
import {
  asymptoticRisk,
  bestActivation,
  bestWidth,
  criticalEps,
  deepRandomFeatures,
  type FeatureMap,
  infiniteDataRisk,
  infiniteWidthRisk,
  interpolationPeak,
  linear,
  powerLaw,
  type ResolventMoments,
  randomFeatures,
  robustCapacity,
  type Spectrum,
  sensitivities,
  spectrumNamed,
  spiked,
} from '../../src/theory/index.ts';
import { directionsOf } from '../../src/theory/spectrum.ts';
import { unitRows } from './finiteProblem.ts';
import { EXACT, expectClose, expectRelative } from './support.ts';

const twoBlocks = spiked({ share: 0.2, ratio: 6, signal: 0.7 });
const identity = { f: (u: number) => u, derivative: () => 1 };
const relu = { mu: 0.25, star: 0.25 - 0.5 / Math.PI, nu: 0.25 };

describe('random features of anisotropic inputs', () => {
  it('whose covariance is a multiple of none are those of isotropic ones', () => {
    const flat: Spectrum = { eigenvalues: [1, 1, 1], shares: [1, 2, 5], weights: [3, 0, 1] };
    const make = (covariance: 'identity' | Spectrum): FeatureMap[] => [
      randomFeatures({ psi1: 0.4, covariance }),
      randomFeatures({ psi1: 5, activation: 'tanh', covariance }),
      randomFeatures({ psi1: 1, activation: identity, covariance }),
      deepRandomFeatures({ widths: [2, 0.7, 3], covariance }),
    ];
    const isotropic = make('identity');
    const places: readonly [number, number, number][] = [
      [0.9, 0.3, 0.2],
      [1, 1e-9, 0],
      [0, 1, 0],
    ];
    for (const [i, map] of make(flat).entries()) {
      expect(map.rank).toBe(isotropic[i]!.rank);
      for (const at of places) {
        const [ours, theirs] = [map.moments(...at), isotropic[i]!.moments(...at)];
        for (const name of Object.keys(theirs) as (keyof ResolventMoments)[])
          if (Number.isFinite(theirs[name])) expectRelative(ours[name], theirs[name], EXACT, name);
          else expect(ours[name]).toBe(theirs[name]);
      }
      const options = { psi2: 3, eps: 0.3, tau: 0.4 };
      const [ours, theirs] = [asymptoticRisk(map, options), asymptoticRisk(isotropic[i]!, options)];
      expectRelative(ours.adversarialRisk, theirs.adversarialRisk, EXACT);
      expectRelative(criticalEps(map, options), criticalEps(isotropic[i]!, options), EXACT);
    }
  });

  it('solve the fixed point as it is stated, by plain iteration (exact)', () => {
    const { eigenvalues, shares, weights } = twoBlocks;
    for (const psi1 of [0.3, 1.7, 20]) {
      const [eta, zeta, lambda] = [0.8, 0.4, 0.05];
      const h = eta * relu.star + zeta * relu.nu + lambda;
      const t = eigenvalues.map((sigma) => relu.mu * (eta * sigma + zeta));
      const mean = (f: (k: number) => number): number => shares.reduce((sum, p, k) => sum + p * f(k), 0);
      let r = 1;
      for (let i = 0; i < 4000; i++) r = Math.sqrt(r / (h + mean((k) => t[k]! / (1 + psi1 * r * t[k]!))));
      const { traceF, signal } = randomFeatures({ psi1, covariance: twoBlocks }).moments(eta, zeta, lambda);
      const ofDirection = (k: number): number => (psi1 * r) / (1 + psi1 * r * t[k]!);
      expectRelative(
        traceF,
        psi1 * relu.star * r + mean((k) => relu.mu * eigenvalues[k]! * ofDirection(k)),
        EXACT,
      );
      const ofSignal = weights.reduce((sum, w, k) => sum + w * eigenvalues[k]! ** 2 * ofDirection(k), 0);
      expectRelative(signal, relu.mu * ofSignal, EXACT);
    }
  });

  it('with a linear activation are linear regression when there are at least d of them (exact)', () => {
    for (const covariance of [twoBlocks, powerLaw({ exponent: 1.5, count: 30 })])
      for (const options of [
        { psi2: 3, eps: 0.5, tau: 0.5 },
        { psi2: 0.7, eps: 0.2, tau: 0.5 },
        { psi2: 3, eps: 0, tau: 0.5 },
        { psi2: 3, eps: 0.1 },
      ]) {
        const features = randomFeatures({ psi1: 2, activation: identity, covariance });
        const [ours, theirs] = [features, linear({ covariance })].map((map) => asymptoticRisk(map, options));
        expect(ours!.phase).toBe(theirs!.phase);
        expectClose(ours!.adversarialRisk, theirs!.adversarialRisk, 1e-11);
        expectRelative(criticalEps(features, options), criticalEps(linear({ covariance }), options), 1e-11);
      }
  });

  it('with a linear activation and directions without variance are those of the others alone', () => {
    // Half of the directions are dead: psi1, psi2 and eps^2 count by the living ones, which have twice the variance.
    const half: Spectrum = { eigenvalues: [2, 0], weights: [1, 0] };
    const options = { psi2: 1.5, eps: 0, lambda: 0, tau: 0.5 };
    const ours = asymptoticRisk(
      randomFeatures({ psi1: 0.3, activation: identity, covariance: half }),
      options,
    );
    const alone = asymptoticRisk(randomFeatures({ psi1: 0.6, activation: identity }), {
      ...options,
      psi2: 3,
      tau: 0.5 / Math.SQRT2,
    });
    expectRelative(ours.standardRisk, 2 * alone.standardRisk, EXACT);
    expect(randomFeatures({ psi1: 5, activation: identity, covariance: half }).rank).toBe(0.5);
  });

  it('converge, or name the phase, at 2,000 random points', () => {
    const random = stream('anisotropicInputs.test', 'points');
    const logUniform = (low: number, high: number): number => low * (high / low) ** random.uniform();
    const spectra = [
      () => powerLaw({ exponent: 3 * random.uniform(), count: 20, signalExponent: 2 * random.uniform() - 1 }),
      () => spiked({ share: logUniform(1e-3, 0.9), ratio: logUniform(1e-6, 1e6), signal: random.uniform() }),
      () => spiked({ share: 0.3, ratio: 0, signal: 0.5 * random.uniform() }),
    ];
    const width = (): number => logUniform(0.05, 100);
    const phases = new Map<string, number>();
    const failures: object[] = [];
    for (let i = 0; i < 2000; i++) {
      const covariance = spectra[i % 3]!();
      const map =
        i % 8 === 0
          ? deepRandomFeatures({ widths: [width(), width()], covariance })
          : randomFeatures({
              psi1: width(),
              covariance,
              activation: ([identity, 'shifted-relu', 'tanh', 'erf'] as const)[i % 4]!,
            });
      const options = {
        psi2: width(),
        eps: i % 7 === 0 ? 0 : logUniform(1e-4, 3),
        lambda: i % 2 === 0 ? 0 : logUniform(1e-6, 10),
        tau: i % 5 === 0 ? 0 : logUniform(0.01, 3),
      };
      const risk = asymptoticRisk(map, options);
      phases.set(risk.phase, (phases.get(risk.phase) ?? 0) + 1);
      const sound =
        risk.converged &&
        risk.residual < 1e-9 &&
        risk.standardRisk >= options.tau ** 2 &&
        risk.adversarialRisk >= risk.standardRisk &&
        risk.trainingLoss <= 0.5 * (options.tau ** 2 + map.signalVariance) * (1 + 1e-9);
      if (!sound) failures.push({ map: map.name, ...map.proportions, ...options, ...risk });
    }
    expect(failures).toEqual([]);
    expect([...phases.keys()].sort()).toEqual(['exact', 'learning', 'null', 'ridgeless']);
    expect(phases.get('learning')).toBeGreaterThan(1000);
  });

  it('have the limits of many features and of many rows', () => {
    const options = { psi2: 3, eps: 0.3, tau: 0.4 };
    const [wide, lambda] = [1e7, 0.05];
    const limit = infiniteWidthRisk({ covariance: twoBlocks }, { ...options, lambda });
    const finite = asymptoticRisk(randomFeatures({ psi1: wide, covariance: twoBlocks }), {
      ...options,
      lambda: lambda * wide,
    });
    expectRelative(finite.adversarialRisk, limit.adversarialRisk, 1e-6);
    const cursed = infiniteWidthRisk({ covariance: twoBlocks }, options);
    expect(cursed.phase).toBe('curse');
    const { signalVariance } = linear({ covariance: twoBlocks });
    expectRelative(cursed.standardRisk, 0.16 + signalVariance, EXACT);
    const map = randomFeatures({ psi1: 2, covariance: twoBlocks });
    expectRelative(
      asymptoticRisk(map, { ...options, psi2: 1e7 }).adversarialRisk,
      infiniteDataRisk(map, { eps: 0.3, tau: 0.4 }).adversarialRisk,
      1e-6,
    );
  });

  it('have the sensitivities of central differences', () => {
    const options = { psi2: 3, eps: 0.3, lambda: 0.02, tau: 0.4 };
    const make = (psi1: number): FeatureMap => randomFeatures({ psi1, covariance: twoBlocks });
    const slopes = sensitivities(make(2), options);
    const difference = (risk: (x: number) => number, x: number): number =>
      (risk(x * 1.0001) - risk(x / 1.0001)) / (x * (1.0001 - 1 / 1.0001));
    const byWidth = difference((x) => asymptoticRisk(make(x), options).adversarialRisk, 2);
    expectRelative(slopes.psi1!.adversarialRisk, byWidth, 1e-6);
    const byEps = difference(
      (eps) => asymptoticRisk(make(2), { ...options, eps, epsTest: 0.3 }).standardRisk,
      0.3,
    );
    expectRelative(slopes.eps!.standardRisk, byEps, 1e-6);
  });

  it('go through all that maps go through, or are refused', () => {
    const map = randomFeatures({ psi1: 2, covariance: twoBlocks });
    const options = { psi2: 3, eps: 0.2, tau: 0.3 };
    const best = bestWidth(map, options);
    const at = (psi1: number): number => asymptoticRisk(map.with({ psi1 }), options).adversarialRisk;
    expect(best.where).toBe('inside');
    for (const other of [0.9, 1.1]) expect(at(best.at * other)).toBeGreaterThan(best.risk.adversarialRisk);
    expect(interpolationPeak(map, { ...options, eps: 0 })!.at).toBe(3);
    const capacity = robustCapacity(map, { eps: 0.2, tau: 0.3 });
    const labels = { eps: 0.2, tau: 0.3, loss: 'hinge' } as const;
    expect(asymptoticRisk(map, { ...labels, psi2: 0.98 * capacity.psi2 }).phase).toBe('separable');
    expect(asymptoticRisk(map, { ...labels, psi2: 1.02 * capacity.psi2 }).phase).toBe('learning');
    const found = bestActivation({ psi1: 2, covariance: twoBlocks }, options);
    expectRelative(
      found.named.find(({ name }) => name === 'shifted-relu')!.risk.adversarialRisk,
      at(2),
      EXACT,
    );
    expect(() => asymptoticRisk(map, { ...options, certify: true })).toThrow(
      /^no certificate for random features with covariance .* isotropic inputs$/,
    );
  });
});

/**
 * Gaussian equivalents as matrices of d = 80: Monte Carlo over draws, in standard errors, and a bias of order 1/d for which one
 * per cent is allowed.
 */
describe('the moments of large random matrices', () => {
  const [d, draws] = [80, 8];
  const [eta, zeta, lambda] = [0.8, 0.4, 0.05];
  const spectrum = powerLaw({ exponent: 0.5, count: d, signalExponent: 0.5 });

  const cases: [string, readonly number[]][] = [
    ['one layer', [1.5]],
    ['two layers', [2, 1.2]],
  ];
  it.each(cases)('are the limits: %s', (_, widths) => {
    const { eigenvalues, weights } = directionsOf(spectrum, d);
    const random = stream('anisotropicInputs.test', widths.join(' '));
    const found = Array.from({ length: draws }, () => {
      let { F, J, C, N } = firstLayer(unitRows(random, Math.round(widths[0]! * d), d), eigenvalues);
      for (const width of widths.slice(1)) {
        const W = unitRows(random, Math.round(width * d), N);
        ({ F, J, C, N } = nextLayer(W, F, J, C, N));
      }
      const A = F.map((value, i) => eta * value + zeta * J[i]! + (i % (N + 1) === 0 ? lambda : 0));
      expect(linearAlgebra().choleskyInPlace(A, N)).toBe(true);
      const beta = weights.map((w) => Math.sqrt(w) * (random.uniform() < 0.5 ? -1 : 1));
      const c = Float64Array.from({ length: N }, (_, i) =>
        beta.reduce((sum, b, j) => sum + C[i * d + j]! * b, 0),
      );
      const solved = choleskySolve(A, c.slice());
      const inverse = columns(N).map((e) => choleskySolve(A, e));
      let traceF = 0;
      let traceFJ = 0;
      const product = (M: Float64Array): Float64Array[] => inverse.map((column) => multiply(M, column, N));
      const [FR, JR] = [product(F), product(J)];
      for (let i = 0; i < N; i++) {
        traceF += FR[i]![i]! / d;
        // tr F R J R = sum over (i, j) of (F R)_ij (J R)_ji
        for (let j = 0; j < N; j++) traceFJ += (FR[j]![i]! * JR[i]![j]!) / d;
      }
      return {
        traceF,
        traceFJ,
        signal: inner(c, solved),
        signalF: inner(solved, multiply(F, solved, N)),
        signalJ: inner(solved, multiply(J, solved, N)),
      };
    });
    const map =
      widths.length === 1
        ? randomFeatures({ psi1: widths[0]!, covariance: spectrum })
        : deepRandomFeatures({ widths, covariance: spectrum });
    const limit = map.moments(eta, zeta, lambda);
    for (const name of ['traceF', 'traceFJ', 'signal', 'signalF', 'signalJ'] as const) {
      const values = found.map((moments) => moments[name]);
      const mean = values.reduce((sum, value) => sum + value, 0) / draws;
      const error = Math.sqrt(
        values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (draws * (draws - 1)),
      );
      // A test that would accept anything is none.
      expect(error).toBeLessThan(0.06 * limit[name]);
      expectClose(mean, limit[name], 4 * error + 0.01 * limit[name], name);
    }
  });
});

interface Layer {
  F: Float64Array;
  J: Float64Array;
  /** N x d */
  C: Float64Array;
  N: number;
}

function firstLayer(W: Float64Array, eigenvalues: readonly number[]): Layer {
  const d = eigenvalues.length;
  const N = W.length / d;
  const WS = W.map((value, i) => value * eigenvalues[i % d]!);
  const F = affine(timesTransposed(WS, W, d), relu.mu, relu.star, N);
  const J = affine(timesTransposed(W, W, d), relu.mu, relu.nu, N);
  return { F, J, C: WS.map((value) => Math.sqrt(relu.mu) * value), N };
}

function nextLayer(W: Float64Array, F: Float64Array, J: Float64Array, C: Float64Array, below: number): Layer {
  const N = W.length / below;
  const d = C.length / below;
  const m2 = relu.mu + relu.star;
  const through = (M: Float64Array): Float64Array => timesTransposed(timesTransposed(W, M, below), W, below);
  let trace = 0;
  for (let i = 0; i < below; i++) trace += J[i * below + i]! / below;
  const transposed = new Float64Array(C.length);
  for (let i = 0; i < below; i++) for (let j = 0; j < d; j++) transposed[j * below + i] = C[i * d + j]!;
  return {
    F: affine(through(F), relu.mu / m2, relu.star, N),
    J: affine(through(J), relu.mu / m2, (relu.nu / m2) * trace, N),
    C: timesTransposed(W, transposed, below).map((value) => value * Math.sqrt(relu.mu / m2)),
    N,
  };
}

/** A B' for matrices of k columns. */
function timesTransposed(A: Float64Array, B: Float64Array, k: number): Float64Array {
  const [m, n] = [A.length / k, B.length / k];
  const product = new Float64Array(m * n);
  linearAlgebra().multiplyTransposed(A, B, product, { m, n, k });
  return product;
}

const affine = (M: Float64Array, scale: number, shift: number, n: number): Float64Array =>
  M.map((value, i) => scale * value + (i % (n + 1) === 0 ? shift : 0));

const columns = (n: number): Float64Array[] =>
  Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => (i === j ? 1 : 0)));

const inner = (a: Float64Array, b: Float64Array): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

const multiply = (M: Float64Array, v: Float64Array, n: number): Float64Array =>
  Float64Array.from({ length: n }, (_, i) => inner(M.subarray(i * n, (i + 1) * n), v));

describe('spectra', () => {
  it('have a mean eigenvalue of 1 and the ratios that they name', () => {
    const law = powerLaw({ exponent: 1.5, count: 40, signalExponent: 0.5 });
    expectClose(
      law.eigenvalues.reduce((sum, value) => sum + value / 40, 0),
      1,
      EXACT,
    );
    expectRelative(law.eigenvalues[0]! / law.eigenvalues[15]!, 64, EXACT);
    expectRelative(law.weights[0]! / law.weights[15]!, 4, EXACT);
    const { eigenvalues, shares, weights } = spiked({ share: 0.1, ratio: 5, signal: 0.3 });
    expectRelative(eigenvalues[0]! * 0.1 + eigenvalues[1]! * 0.9, 1, EXACT);
    expectRelative(eigenvalues[0]! / eigenvalues[1]!, 5, EXACT);
    expect(shares).toEqual([0.1, 0.9]);
    expect(weights).toEqual([0.3, 0.7]);
  });

  it('have names, in which the signal may stand last', () => {
    expect(spectrumNamed('isotropic')).toBe('identity');
    expect(spectrumNamed('power:1.5')).toEqual(powerLaw({ exponent: 1.5 }));
    expect(spectrumNamed('power:1:-0.5')).toEqual(powerLaw({ exponent: 1, signalExponent: -0.5 }));
    expect(spectrumNamed('spiked:.05:20')).toEqual(spiked({ share: 0.05, ratio: 20 }));
    expect(spectrumNamed('spiked:0.05:20:0.5')).toEqual(spiked({ share: 0.05, ratio: 20, signal: 0.5 }));
  });

  it('keep their trace, their signal and, where d allows, their eigenvalues in d directions', () => {
    const law: Spectrum = { eigenvalues: [0.5, 2, 1], shares: [1, 1, 2], weights: [1, 2, 3] };
    const whole = directionsOf(law, 8);
    expect(whole.eigenvalues).toEqual([2, 2, 1, 1, 1, 1, 0.5, 0.5]);
    expect(whole.weights[0]).toBeCloseTo(1 / 6, 14);
    for (const d of [1, 3, 7, 150]) {
      const { eigenvalues, weights } = directionsOf(law, d);
      expectRelative(
        eigenvalues.reduce((sum, value) => sum + value, 0),
        (d * 4.5) / 4,
        EXACT,
      );
      expectRelative(
        weights.reduce((sum, value) => sum + value, 0),
        1,
        EXACT,
      );
    }
    // The first of three directions: three quarters of the largest eigenvalue and a quarter of the next.
    expect(directionsOf(law, 3).eigenvalues[0]).toBeCloseTo(0.75 * 2 + 0.25, 14);
  });

  it.each<[() => unknown, string]>([
    [() => spectrumNamed('power' as never), 'invalid spectrum: "power" (expected \'isotropic\''],
    [() => spectrumNamed('power:x'), 'invalid spectrum: "power:x" (expected \'isotropic\''],
    [
      () => spectrumNamed('power:-1'),
      'invalid spectrum: "power:-1" (expected exponent: a finite number >= 0)',
    ],
    [() => spectrumNamed('spiked:0.1'), "(expected 'isotropic'"],
    [() => spectrumNamed('spiked:2:3'), 'expected share: a number between 0 and 1'],
    [() => spectrumNamed(3 as never), "invalid spectrum: 3 (expected 'isotropic'"],
    [() => spiked({ share: 0.1, ratio: 0, signal: 1 }), 'some signal where the eigenvalues are > 0'],
    [() => powerLaw({ exponent: 1, counts: 3 } as never), 'count?'],
    [() => randomFeatures({ psi1: 1, covariance: { eigenvalues: [1, 2] } }), 'a mean of 1, not 1.5'],
    [() => randomFeatures({ psi1: 1, covariance: 'flat' as never }), 'invalid covariance: "flat"'],
    [() => linear({ covariance: { eigenvalues: [1, 2], shares: [1, 0] } }), 'invalid shares: [1, 0]'],
  ])('are refused in one line: %s', (make, message) => {
    expect(make).toThrow(message);
  });
});
