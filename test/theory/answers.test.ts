import { describe, expect, it } from 'vitest';
import { stream } from '../../src/random/stream.ts';
import {
  activation,
  activationMoments,
  activationNames,
  asymptoticRisk,
  bestActivation,
  bestLambda,
  bestWidth,
  compareTraining,
  deepRandomFeatures,
  gridValues,
  hermiteActivation,
  InvalidArgumentError,
  infiniteDataRisk,
  infiniteWidthRisk,
  interpolationPeak,
  l2RadiusOfLinf,
  linear,
  linearObjective,
  meiMontanariRisk,
  randomFeatures,
  riskCurve,
  riskSurface,
  sensitivities,
  smallEpsRisk,
  theorem42,
  UserError,
} from '../../src/theory/index.ts';
import { expectClose, expectRelative } from './support.ts';

const map = randomFeatures({ psi1: 2 });
const options = { psi2: 3, eps: 0.3, tau: 0.1 };

describe('curves and surfaces', () => {
  it.each([
    ['psi1', { from: 0.05, to: 200, count: 25, scale: 'log' }],
    ['psi2', { from: 0.05, to: 200, count: 25, scale: 'log' }],
    ['eps', { from: 0, to: 2, count: 21 }],
    ['lambda', [0, 1e-6, 1e-3, 1, 100]],
    ['tau', { from: 0, to: 3, count: 7 }],
    ['rho', [0.5, 1, 2]],
    ['epsTest', [0, 0.5, 1]],
    ['nonlinearEnergy', [0, 0.5]],
  ] as const)('along %s agree with single points', (parameter, values) => {
    const curve = riskCurve(map, options, { parameter, values });
    expect(curve.length).toBe('count' in values ? values.count : values.length);
    for (const { at, ...risk } of curve) {
      const alone =
        parameter === 'psi1'
          ? asymptoticRisk(map.with({ psi1: at }), options)
          : asymptoticRisk(map, { ...options, [parameter]: at });
      expect(risk.phase).toBe(alone.phase);
      expectRelative(risk.adversarialRisk, alone.adversarialRisk, 1e-9);
      expectRelative(risk.standardRisk, alone.standardRisk, 1e-9);
    }
  });

  it('along a width of a deep map leave the other widths as they are', () => {
    const deep = deepRandomFeatures({ widths: [2, 1] });
    const [point] = riskCurve(deep, options, { parameter: 'width2', values: [3] });
    const alone = asymptoticRisk(deepRandomFeatures({ widths: [2, 3] }), options);
    expectRelative(point!.adversarialRisk, alone.adversarialRisk, 1e-9);
  });

  it('over a rectangle have rows of y and columns of x', () => {
    const { x, y, risks } = riskSurface(map, options, {
      x: { parameter: 'psi1', values: [0.5, 2, 8] },
      y: { parameter: 'eps', values: { from: 0.1, to: 0.4, count: 4 } },
    });
    y.forEach((eps, i) => {
      x.forEach((psi1, j) => {
        const alone = asymptoticRisk(randomFeatures({ psi1 }), { ...options, eps });
        expectRelative(risks[i]![j]!.adversarialRisk, alone.adversarialRisk, 1e-9);
      });
    });
  });

  it('have grids with exact ends', () => {
    expect(gridValues({ from: 0.1, to: 100, count: 4, scale: 'log' }).map((x) => x.toPrecision(12))).toEqual([
      '0.100000000000',
      '1.00000000000',
      '10.0000000000',
      '100.000000000',
    ]);
    expect(gridValues({ from: -1, to: 1, count: 5 })).toEqual([-1, -0.5, 0, 0.5, 1]);
    expect(gridValues({ from: 0.3, to: 0.7, count: 33, scale: 'log' }).at(-1)).toBe(0.7);
  });

  it('refuse a parameter nobody has, the same twice, and bad grids', () => {
    expect(() => riskCurve(map, options, { parameter: 'psi3', values: [1] })).toThrow('psi3');
    expect(() => riskCurve(linear(), options, { parameter: 'psi1', values: [1] })).toThrow(
      InvalidArgumentError,
    );
    const axis = { parameter: 'eps', values: [1] };
    expect(() => riskSurface(map, options, { x: axis, y: axis })).toThrow('another parameter');
    expect(() => gridValues({ from: 0, to: 1, count: 5, scale: 'log' })).toThrow('grid');
    expect(() => gridValues({ from: 0, to: 1, count: 1 })).toThrow('count');
    expect(() => riskCurve(map, { eps: 1 }, { parameter: 'tau', values: [1] })).toThrow('psi2');
  });
});

describe('optima', () => {
  it('has no better width nearby than the best, whose risk it returns', () => {
    const best = bestWidth(map, options);
    expect(best.where).toBe('inside');
    expect(best.risk).toMatchObject({ phase: 'learning' });
    const at = (psi1: number) => asymptoticRisk(randomFeatures({ psi1 }), options).adversarialRisk;
    expectRelative(at(best.at), best.risk.adversarialRisk, 1e-9);
    for (const factor of [0.01, 0.5, 0.99, 1.01, 2, 100])
      expect(at(best.at * factor)).toBeGreaterThan(best.risk.adversarialRisk);
  });

  it('finds the best standard risk at another width than the best adversarial risk', () => {
    const standard = bestWidth(map, options, { measure: 'standardRisk' });
    const adversarial = bestWidth(map, options);
    expect(standard.risk.standardRisk).toBeLessThan(adversarial.risk.standardRisk);
    expect(adversarial.risk.adversarialRisk).toBeLessThan(standard.risk.adversarialRisk);
  });

  it('says when the best width lies at an end of the range', () => {
    expect(bestWidth(map, options, { from: 0.1, to: 1 }).where).toBe('upper end');
    expect(bestWidth(map, options, { from: 20, to: 100 }).where).toBe('lower end');
  });

  it('finds the ridge penalty of ridge theory: the best lambda of noisy linear regression at eps = 0 is tau^2 d/n', () => {
    const best = bestLambda(linear(), { psi2: 2, eps: 0, tau: 1.2 });
    expectRelative(best.at, 1.44 / 2, 1e-4);
    expect(best.where).toBe('inside');
  });

  it('prefers no penalty where any costs', () => {
    expect(bestLambda(linear(), { psi2: 2, eps: 0, tau: 0 }).at).toBe(0);
  });

  it('finds the interpolation peak near psi1 = psi2, infinite at eps = lambda = 0, and none under a strong penalty', () => {
    const peak = interpolationPeak(map, { psi2: 3, eps: 0.05, tau: 0.5 });
    expect(peak?.at).toBeGreaterThan(3);
    expect(peak?.at).toBeLessThan(3.5);
    const infinite = interpolationPeak(map, { psi2: 3, eps: 0, tau: 0.5 });
    expect(infinite).toMatchObject({ at: 3, risk: { phase: 'infinite', standardRisk: Infinity } });
    expect(interpolationPeak(map, { psi2: 3, eps: 0, tau: 0.5, lambda: 10 })).toBeUndefined();
  });

  it('finds an activation better than every named one of no greater roughness', () => {
    const best = bestActivation({ psi1: 2 }, options, { maxRoughness: 4 });
    expect(best.roughness).toBeGreaterThanOrEqual(2);
    expect(best.roughness).toBeLessThanOrEqual(4);
    let compared = 0;
    for (const { name, risk } of best.named) {
      const { muStarSquared, nuSquared } = activationMoments(name);
      if (nuSquared / muStarSquared > 4) continue;
      expect(best.risk.adversarialRisk).toBeLessThan(risk.adversarialRisk);
      compared++;
    }
    expect(compared).toBeGreaterThan(5);
    const ranks = best.named.map(({ risk }) => risk.adversarialRisk);
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  });

  describe('with a ridge penalty', () => {
    const problem = { psi2: 4.548, eps: 0.05, lambda: 0.012, tau: 0.989 };
    const best = bestActivation({ psi1: 3.211 }, problem);

    it('finds an activation better than every named one of equal energy', () => {
      for (const name of activationNames) {
        // Scaled as a function and integrated anew, where the answer scales lambda.
        const { value, derivative, kinks, moments } = activation(name);
        const a = 1 / Math.sqrt(moments.mu1 ** 2 + moments.muStarSquared);
        const scaled = {
          f: (u: number) => a * value(u),
          derivative: (u: number) => a * derivative(u),
          kinks,
        };
        const risk = asymptoticRisk(randomFeatures({ psi1: 3.211, activation: scaled }), problem);
        expect(best.risk.adversarialRisk).toBeLessThan(risk.adversarialRisk);
        const listed = best.named.find((one) => one.name === name)!;
        // Quadrature.
        expectRelative(listed.risk.adversarialRisk, risk.adversarialRisk, 1e-6);
        const unscaled = asymptoticRisk(randomFeatures({ psi1: 3.211, activation: name }), {
          ...problem,
          lambda: listed.lambda,
        });
        expect(unscaled.adversarialRisk).toBe(listed.risk.adversarialRisk);
      }
    });

    it('is not worse than any of 2,000 random moments of equal energy', () => {
      const random = stream('moments');
      for (let i = 0; i < 2000; i++) {
        const ratio = 10 ** (10 * random.uniform() - 6);
        const muStarSquared = ratio / (1 + ratio);
        const nuSquared = muStarSquared * 2 * 5 ** random.uniform();
        const moments = { mu0: 0, mu1: Math.sqrt(1 - muStarSquared), muStarSquared, nuSquared };
        const risk = asymptoticRisk(randomFeatures({ psi1: 3.211, activation: moments }), problem);
        expect(risk.adversarialRisk).toBeGreaterThan(best.risk.adversarialRisk * (1 - 1e-9));
      }
    });

    it('says that the answer, a linear activation, lies at the end of the search', () => {
      expect(best).toMatchObject({ nonlinearityWhere: 'lower end', nonlinearity: 1e-6 });
      const rough = bestActivation({ psi1: 2 }, options, { maxRoughness: 4 });
      expect(rough.roughnessWhere).toBe('upper end');
      expect(rough.roughness).toBe(4);
    });
  });

  it('names the terms that a function of given moments has, and no others', () => {
    const named = (nuSquared: number): string | undefined =>
      hermiteActivation({ mu0: 0, mu1: 0.5, muStarSquared: 0.01, nuSquared }).name;
    expect(named(0.02)).toBe('0.500000 u + 0.100000 He2(u)/sqrt(2)');
    expect(named(0.03)).toBe('0.500000 u + 0.100000 He3(u)/sqrt(3!)');
    // c2^2 + c3^2 = 0.01 and 2 c2^2 + 3 c3^2 = 0.025 have both squares 0.005.
    expect(named(0.025)).toBe('0.500000 u + 0.0707107 He2(u)/sqrt(2) + 0.0707107 He3(u)/sqrt(3!)');
  });

  it('names a function that has the moments it found', () => {
    for (const maxRoughness of [2, 5.5]) {
      const { activation, moments, risk } = bestActivation({ psi1: 2 }, options, { maxRoughness });
      const own = activationMoments(activation);
      for (const name of ['mu0', 'mu1', 'muStarSquared', 'nuSquared'] as const)
        expectClose(own[name], moments[name], 1e-10);
      const direct = asymptoticRisk(randomFeatures({ psi1: 2, activation }), options);
      expectRelative(direct.adversarialRisk, risk.adversarialRisk, 1e-6);
    }
    expect(() => bestActivation({ psi1: 2 }, options, { maxRoughness: 1 })).toThrow('maxRoughness');
  });
});

describe('options', () => {
  // A list of calls with one unknown option each, as a user of JavaScript would write them.
  const unknown = { ...options, epsilon: 1 } as typeof options;
  const axis = { parameter: 'psi1', values: [1, 2] };
  const theorem = { psi1: 1, psi2: 2, eps: 0.1, tau: 0.1 };
  const point = { alpha: 1, tauG: 1, beta: 1, gamma: 1, tauQ: 1 };
  const moments = { mu0: 0, mu1: 0.5, muStarSquared: 0.1, nuSquared: 0.3 };
  const none = { mu0: 0, mu1: 1, muStarSquared: 0, nuSquared: 0 };
  it.each([
    ['riskCurve', () => riskCurve(map, unknown, axis), 'eps?'],
    ['riskCurve, certify', () => riskCurve(map, { ...options, certify: true } as never, axis), 'certify'],
    ['an axis', () => riskCurve(map, options, { ...axis, scale: 'log' } as never), 'scale'],
    ['a grid', () => gridValues({ from: 1, to: 2, n: 3, count: 3 } as never), 'invalid n'],
    ['a scale', () => gridValues({ from: 1, to: 2, count: 3, scale: 'cubic' } as never), 'invalid scale'],
    ['riskSurface', () => riskSurface(map, options, { x: axis, y: axis, z: axis } as never), 'invalid z'],
    ['bestWidth', () => bestWidth(map, options, { start: 1 } as never), 'invalid start'],
    ['bestWidth, problem', () => bestWidth(map, unknown), 'eps?'],
    ['bestWidth, measure', () => bestWidth(map, options, { measure: 'AR' as never }), 'invalid measure'],
    ['bestLambda', () => bestLambda(map, options, { start: 1 } as never), 'invalid start'],
    ['interpolationPeak', () => interpolationPeak(map, options, { start: 1 } as never), 'invalid start'],
    ['bestActivation', () => bestActivation({ psi1: 1, N: 2 } as never, options), 'invalid N'],
    ['bestActivation, problem', () => bestActivation({ psi1: 1 }, unknown), 'eps?'],
    ['bestActivation, search', () => bestActivation({ psi1: 1 }, options, { rough: 3 } as never), 'rough'],
    ['compareTraining', () => compareTraining(map, unknown), 'eps?'],
    ['meiMontanariRisk', () => meiMontanariRisk({ psi1: 1, psi2: 2, sigma: 1 } as never), 'tau?'],
  ])('that nobody has are refused by %s', (_, call, said) => {
    expect(call).toThrow(InvalidArgumentError);
    expect(call).toThrow(said);
  });

  it.each([
    ['theorem42', () => theorem42({ alpha: 1, tauG: 1, beta: 1, gamma: 1 } as never, theorem), 'tauQ'],
    ['theorem42', () => theorem42(point, { ...theorem, n: 1 } as never), 'invalid n'],
    ['linearObjective', () => linearObjective({ ...point, a: 1, h: 1 } as never, theorem), 'alpha'],
    ['linearObjective', () => linearObjective({ a: 1, h: 1, beta: 1, tauG: 1 }, theorem as never), 'psi1'],
    ['smallEpsRisk', () => smallEpsRisk(1, 0.5, 0.1), 'invalid psi2: 1'],
    ['hermiteActivation', () => hermiteActivation({ ...moments, nuSquared: 0.1 }), 'nuSquared'],
    ['hermiteActivation, linear', () => hermiteActivation({ ...moments, muStarSquared: 0 }), 'nuSquared'],
    ['hermiteActivation, of 0', () => hermiteActivation({ ...none, mu1: 0 }), 'not constant'],
    ['hermiteActivation', () => hermiteActivation({ ...moments, scale: 2 } as never), 'scale'],
  ])('out of their domain are refused by %s', (_, call, said) => {
    expect(call).toThrow(InvalidArgumentError);
    expect(call).toThrow(said);
  });

  it('of a linear activation give that activation', () => {
    const { f, derivative } = hermiteActivation({ mu0: 0, mu1: 2, muStarSquared: 0, nuSquared: 0 });
    expect([f(1.5), derivative(1.5)]).toEqual([3, 2]);
  });

  it('are checked at every place of an axis', () => {
    const along = (parameter: string, values: readonly number[]) => () =>
      riskCurve(map, options, { parameter, values });
    expect(along('psi1', [1, -2])).toThrow('invalid psi1: -2');
    expect(along('eps', [0, Number.NaN])).toThrow('invalid eps: NaN');
    expect(along('rho', [1, 0])).toThrow('invalid rho: 0');
    expect(along('toString', [1])).toThrow('invalid parameter: "toString"');
    expect(() => riskCurve(map, options, undefined as never)).toThrow(InvalidArgumentError);
  });

  it('leave the test radius at that of training where none is given', () => {
    const [low, high] = riskCurve(map, options, { parameter: 'eps', values: [0.1, 0.2] });
    expect([low!.epsTest, high!.epsTest]).toEqual([0.1, 0.2]);
    const fixed = riskCurve(map, { ...options, epsTest: 0.7 }, { parameter: 'eps', values: [0.1] });
    expect(fixed[0]!.epsTest).toBe(0.7);
    const tested = riskCurve(map, options, { parameter: 'epsTest', values: [0.3] });
    expect(tested[0]!.epsTest).toBe(0.3);
  });
});

describe('limits', () => {
  it('reach infinite width with lambda in proportion', () => {
    const limit = infiniteWidthRisk({}, { psi2: 3, eps: 0.5, tau: 0.5, lambda: 0.1 });
    const miss = (psi1: number): number => {
      const wide = asymptoticRisk(randomFeatures({ psi1 }), {
        psi2: 3,
        eps: 0.5,
        tau: 0.5,
        lambda: 0.1 * psi1,
      });
      expectRelative(wide.thetaNormSquared * psi1, limit.thetaNormSquared, 10 / psi1);
      return wide.adversarialRisk - limit.adversarialRisk;
    };
    expectClose(miss(1e4), 0, 1e-3);
    expectRelative(miss(1e4) / miss(1e5), 10, 0.05);
  });

  it('end in the curse at lambda = 0, eps > 0: nothing is learnt and everything is fitted', () => {
    const limit = infiniteWidthRisk({}, { psi2: 3, eps: 0.5, tau: 0.5 });
    expect(limit).toMatchObject({
      phase: 'curse',
      standardRisk: 1.25,
      adversarialRisk: 1.25,
      trainingLoss: 0,
    });
    const wide = asymptoticRisk(randomFeatures({ psi1: 1e8 }), { psi2: 3, eps: 0.5, tau: 0.5 });
    expectClose(wide.adversarialRisk, 1.25, 1e-3);
    expectClose(wide.interpolatedFraction, 1, 1e-9);
    expectRelative(wide.thetaNormSquared * 1e8, limit.thetaNormSquared, 1e-3);
  });

  it('reach the least-norm kernel interpolator at eps = lambda = 0', () => {
    const limit = infiniteWidthRisk({ activation: 'tanh' }, { psi2: 3, eps: 0, tau: 0.5 });
    const wide = asymptoticRisk(randomFeatures({ psi1: 1e6, activation: 'tanh' }), {
      psi2: 3,
      eps: 0,
      tau: 0.5,
    });
    expect(limit.phase).toBe('ridgeless');
    expectRelative(wide.standardRisk, limit.standardRisk, 1e-4);
  });

  it.each([
    ['random features', randomFeatures({ psi1: 2 }), { eps: 0.5, tau: 0.5, lambda: 0.1 }],
    ['random features without attack', randomFeatures({ psi1: 2 }), { eps: 0, tau: 0.5, lambda: 0.1 }],
    ['linear regression', linear(), { eps: 0.6, tau: 0.5 }],
    ['a strong attack', randomFeatures({ psi1: 2 }), { eps: 3, tau: 0.5 }],
    ['an exact answer', linear(), { eps: 0.6 }],
    ['two layers', deepRandomFeatures({ widths: [2, 2] }), { eps: 0.3, tau: 0.5 }],
  ])('reach unlimited data for %s', (_, features, rest) => {
    const limit = infiniteDataRisk(features, rest);
    const much = asymptoticRisk(features, { psi2: 1e6, ...rest });
    expect(much.phase).toBe(limit.phase);
    expect(limit.converged).toBe(true);
    for (const name of [
      'standardRisk',
      'adversarialRisk',
      'gradientNorm',
      'thetaNormSquared',
      'trainingLoss',
    ] as const)
      expectClose(much[name], limit[name], 1e-5 * Math.max(1, Math.abs(limit[name])), name);
  });
});

describe('sensitivities', () => {
  it.each([
    ['one layer', map, { psi2: 3, eps: 0.5, tau: 0.5, lambda: 0.1 }],
    ['no penalty', map, { psi2: 3, eps: 0.5, tau: 0.5, lambda: 0 }],
    [
      'more features than samples, another test radius',
      map,
      { psi2: 1, eps: 0.2, tau: 0.3, lambda: 0.01, epsTest: 1 },
    ],
    ['two layers', deepRandomFeatures({ widths: [2, 1] }), { psi2: 2, eps: 0.3, tau: 0.5, lambda: 0.05 }],
    ['linear regression', linear(), { psi2: 2, eps: 0.3, tau: 0.5, lambda: 0.05 }],
  ])('are the differences of the risks: %s', (_, features, at) => {
    const found = sensitivities(features, at);
    const risk = (name: string, value: number) =>
      name in features.proportions
        ? asymptoticRisk(features.with({ [name]: value }), at)
        : asymptoticRisk(features, { ...at, [name]: value });
    expect(Object.keys(found)).toEqual([
      ...Object.keys(features.proportions),
      'psi2',
      'eps',
      'lambda',
      'tau',
    ]);
    for (const [name, slopes] of Object.entries(found)) {
      const value = name in features.proportions ? features.proportions[name]! : at[name as keyof typeof at]!;
      for (const measure of ['standardRisk', 'adversarialRisk', 'gradientNorm'] as const) {
        const f = (x: number): number => risk(name, x)[measure];
        const h = 1e-4 * (value || 0.1);
        const difference =
          value === 0 ? (4 * f(h) - 3 * f(0) - f(2 * h)) / (2 * h) : (f(value + h) - f(value - h)) / (2 * h);
        expectClose(
          slopes[measure],
          difference,
          1e-5 * Math.max(1, Math.abs(difference)),
          `${name} ${measure}`,
        );
      }
    }
  });

  it('are finite without noise, on which risks depend by its square, and without a signal', () => {
    const noiseless = sensitivities(map, { psi2: 3, eps: 0.3 });
    expect(noiseless.tau).toEqual({ standardRisk: 0, adversarialRisk: 0, gradientNorm: 0 });
    // Of an even activation features know nothing of a linear teacher: what they fit is noise.
    const blind = randomFeatures({ psi1: 2, activation: 'cos' });
    const options = { psi2: 3, eps: 0.2, tau: 0.5 };
    expect(asymptoticRisk(blind, options).phase).toBe('learning');
    const risk = (lambda: number): number => asymptoticRisk(blind, { ...options, lambda }).adversarialRisk;
    const h = 1e-5;
    const difference = (4 * risk(h) - 3 * risk(0) - risk(2 * h)) / (2 * h);
    const found = sensitivities(blind, options).lambda!.adversarialRisk;
    // Differences of second order.
    expectClose(found, difference, 1e-4 * Math.max(1, Math.abs(difference)));
  });

  it('have a step for the penalty that suits a signal in weak directions', () => {
    // One direction of a thousand, and all of the signal in it.
    const share = (first: number, others: number) =>
      Array.from({ length: 1000 }, (_, i) => (i === 0 ? first : others));
    const weak = linear({ covariance: { eigenvalues: share(1e-3, 1), weights: share(1, 0) } });
    const options = { psi2: 4, eps: 0.003, tau: 0.001 };
    expect(asymptoticRisk(weak, options).phase).toBe('learning');
    const risk = (lambda: number): number => asymptoticRisk(weak, { ...options, lambda }).standardRisk;
    // A thousandth of the weak eigenvalue.
    const h = 1e-6;
    const difference = (4 * risk(h) - 3 * risk(0) - risk(2 * h)) / (2 * h);
    const found = sensitivities(weak, options).lambda!.standardRisk;
    // Differences of second order.
    expect(Math.abs(found / difference - 1)).toBeLessThan(2e-3);
  });

  it('vanish in the null phase but for the noise', () => {
    const found = sensitivities(map, { psi2: 3, eps: 3, tau: 0.5 });
    expect(found.psi1).toEqual({ standardRisk: 0, adversarialRisk: 0, gradientNorm: 0 });
    expect(found.tau).toEqual({ standardRisk: 1, adversarialRisk: 1, gradientNorm: 0 });
  });

  it('are refused where the risk has a kink', () => {
    expect(() => sensitivities(map, { psi2: 3, eps: 0 })).toThrow(UserError);
    expect(() => sensitivities(map, { psi2: 3, eps: 0, lambda: 1 })).toThrow('eps > 0');
  });
});

describe('comparisons', () => {
  it('has the gain and the price of adversarial training', () => {
    const { normal, robust, price, gain } = compareTraining(map, { psi2: 30, eps: 0.3, tau: 0.1 });
    expect(normal.epsTest).toBe(0.3);
    expect(normal).toEqual(asymptoticRisk(map, { psi2: 30, eps: 0, tau: 0.1, epsTest: 0.3 }));
    expect(gain).toBeCloseTo(normal.adversarialRisk - robust.adversarialRisk, 14);
    // With plenty of data robustness is bought with standard risk.
    expect(gain).toBeGreaterThan(0);
    expect(price).toBeGreaterThan(0);
  });

  it('converts an linf radius by the mean of |g|_1 / |g|_2 over directions', () => {
    const d = 4000;
    const g = gridValues({ from: 0.5 / d, to: 1 - 0.5 / d, count: d }).map(normalQuantile);
    const l1 = g.reduce((sum, value) => sum + Math.abs(value), 0);
    const l2 = Math.sqrt(g.reduce((sum, value) => sum + value * value, 0));
    expectRelative(l2RadiusOfLinf(0.01, d), (0.01 * l1) / l2, 2e-3);
    expect(() => l2RadiusOfLinf(-1, d)).toThrow('epsLinf');
  });
});

/** By bisection on a logistic bracket: good enough for a test. */
function normalQuantile(probability: number): number {
  let [low, high] = [-9, 9];
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    let sum = 0;
    const steps = 40;
    for (let k = 0; k < steps; k++) sum += Math.exp(-0.5 * ((middle * (k + 0.5)) / steps) ** 2);
    if (0.5 + (middle * sum) / steps / Math.sqrt(2 * Math.PI) < probability) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
