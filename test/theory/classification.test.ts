import { describe, expect, it } from 'vitest';
import { sweepClassifiers } from '../../scripts/theory/channelPoints.ts';
import { normalCdf, normalDensity } from '../../src/numerics/gaussian.ts';
import {
  asymptoticRisk,
  bestActivation,
  bestEps,
  bestLambda,
  bestWidth,
  type ClassificationOptions,
  type ClassificationRisk,
  compareTraining,
  criticalEps,
  deepRandomFeatures,
  InvalidArgumentError,
  infiniteDataRisk,
  interpolationPeak,
  linear,
  marginBelow,
  randomFeatures,
  riskCurve,
  riskSurface,
  robustCapacity,
  robustErrorAt,
  sensitivities,
} from '../../src/theory/index.ts';
import { extensions } from './reference.ts';
import { expectClose, expectRelative } from './support.ts';

const REFERENCE = 1e-8;
/** Terms of order eps^2 at eps 1e-4. */
const EXPANSION = 1e-8;
/** Where a largest value is: known by the root of the rounding of the value. */
const FLAT = 1e-6;
const map = randomFeatures({ psi1: 2 });

describe('classifiers', () => {
  it('agree with values computed independently', () => {
    for (const point of extensions.classification) {
      const { features, psi1, error, robustError, gradientNorm, outputVariance, overlap, ...rest } = point;
      const { trainingLoss, thetaNormSquared, ...options } = rest;
      const expected = {
        error,
        robustError,
        gradientNorm,
        outputVariance,
        overlap,
        trainingLoss,
        thetaNormSquared,
      };
      const found = asymptoticRisk(features === 'random' ? randomFeatures({ psi1 }) : linear(), options);
      expect(found.converged).toBe(true);
      for (const name of Object.keys(expected) as (keyof typeof expected)[])
        expectRelative(found[name], expected[name], REFERENCE, `${JSON.stringify(options)} ${name}`);
    }
  });

  it('agree with the published table of Tanner et al. (AISTATS 2025), to its digits', () => {
    // alpha 1.3594, eps .1, their lambda .01, which is ours times alpha, tau .05, logistic loss
    const alpha = 1.3594;
    const options = { psi2: alpha, eps: 0.1, lambda: 0.01 / alpha, tau: 0.05, loss: 'logistic' } as const;
    const { overlap, outputVariance, error } = asymptoticRisk(linear(), options);
    expectRelative(overlap, 3.17925, 1e-5);
    expectRelative(outputVariance, 17.1062, 1e-5);
    expectRelative(error, 0.221388, 1e-5);
  });

  it('have a robust error at any radius, which is the law of their margins', () => {
    const options = { psi2: 3, eps: 0.3, lambda: 0.01, tau: 0.5, flip: 0.1, loss: 'logistic' } as const;
    const risk = asymptoticRisk(map, options);
    for (const epsTest of [0, 0.2, 1]) {
      const { robustError } = asymptoticRisk(map, { ...options, epsTest });
      expect(robustErrorAt(risk, epsTest)).toBe(robustError);
      expectClose(marginBelow(risk, epsTest * risk.gradientNorm), robustError, 1e-15);
    }
    expect(risk.robustError).toBe(robustErrorAt(risk, 0.3));
    expectClose(risk.error, marginBelow(risk, 0), 1e-14);
    expectClose(marginBelow(risk, 1e9), 1, 1e-14);
    expectClose(marginBelow(risk, -1e9), 0, 1e-14);
  });

  it('of random labels are right half of the time', () => {
    const risk = asymptoticRisk(map, { psi2: 3, eps: 0.3, lambda: 0.1, flip: 0.5, loss: 'hinge' });
    expect(risk).toMatchObject({ phase: 'learning', overlap: 0, converged: true });
    expectClose(risk.error, 0.5, 1e-15);
  });

  it('do not know the units of the signal: rho and tau together change nothing', () => {
    const options = { psi2: 3, eps: 0.3, lambda: 0.01, loss: 'squaredHinge' } as const;
    const one = asymptoticRisk(map, { ...options, tau: 0.5 });
    const three = asymptoticRisk(map, { ...options, rho: 3, tau: 1.5 });
    expectRelative(three.error, one.error, 1e-10);
    expectRelative(three.outputVariance, one.outputVariance, 1e-10);
    expectRelative(three.overlap, 3 * one.overlap, 1e-10);
  });

  it('take logistic labels, which are nearly probit ones of another scale', () => {
    const options = { psi2: 3, eps: 0.2, lambda: 0.05, loss: 'logistic' } as const;
    const risk = asymptoticRisk(map, { ...options, labels: 'logistic', tau: 0.5 });
    // 1/(1 + exp(-u)) lies within .01 of Phi(u/1.702)
    const near = asymptoticRisk(map, { ...options, tau: 0.5 * 1.702 });
    expect(risk.converged).toBe(true);
    expectClose(risk.error, near.error, 0.01);
    const none = asymptoticRisk(map, { ...options, labels: 'logistic' });
    expect(none.error).toBe(asymptoticRisk(map, options).error);
  });

  it('of one layer are the same through the map of deep features', () => {
    const options = { psi2: 3, eps: 0.3, lambda: 0.01, tau: 0.5, loss: 'hinge' } as const;
    const one = asymptoticRisk(map, options);
    const deep = asymptoticRisk(deepRandomFeatures({ widths: [2] }), options);
    expectRelative(deep.robustError, one.robustError, 1e-10);
    expect(asymptoticRisk(deepRandomFeatures({ widths: [2, 1] }), options).converged).toBe(true);
  });

  it('take a loss by its value and derivative', () => {
    const problem = { psi2: 3, eps: 0.3, lambda: 0.01, tau: 0.5, flip: 0.05 };
    const softplus = (v: number): number => Math.max(0, -v) + Math.log1p(Math.exp(-Math.abs(v)));
    const own = {
      logistic: { of: 'margin', value: softplus, derivative: (v: number) => -1 / (1 + Math.exp(v)) },
      hinge: {
        of: 'margin',
        value: (v: number) => Math.max(0, 1 - v),
        derivative: (v: number) => (v < 1 ? -1 : 0),
        kinks: [1],
      },
    } as const;
    for (const name of ['logistic', 'hinge'] as const) {
      const named = asymptoticRisk(map, { ...problem, loss: name });
      const found = asymptoticRisk(map, { ...problem, loss: own[name] });
      for (const result of [
        'error',
        'robustError',
        'outputVariance',
        'trainingLoss',
        'gradientNorm',
      ] as const)
        expectRelative(found[result], named[result], 1e-9, `${name} ${result}`);
    }
    expect(() => asymptoticRisk(map, { ...problem, psi2: 1, lambda: 0, loss: own.hinge })).toThrow(
      'lambda > 0',
    );
    const rising = { of: 'margin', value: (v: number) => v * v, derivative: (v: number) => 2 * v } as const;
    expect(() => asymptoticRisk(map, { ...problem, loss: rising })).toThrow('never rises');
  });

  it('converge to the hinge as it is smoothed less', () => {
    const problem = { psi2: 3, eps: 0.3, lambda: 0.01, tau: 0.5 };
    const hinge = asymptoticRisk(map, { ...problem, loss: 'hinge' });
    const miss = (width: number): number => {
      // Quadratic within `width` of the kink.
      const smooth = {
        of: 'margin',
        value: (v: number) =>
          v < 1 - width ? 1 - v : v > 1 + width ? 0 : (1 + width - v) ** 2 / (4 * width),
        derivative: (v: number) => (v < 1 - width ? -1 : v > 1 + width ? 0 : -(1 + width - v) / (2 * width)),
        kinks: [1 - width, 1 + width],
      } as const;
      return Math.abs(
        asymptoticRisk(map, { ...problem, loss: smooth }).outputVariance / hinge.outputVariance - 1,
      );
    };
    expect(miss(0.01)).toBeLessThan(miss(0.1) / 5);
    expect(miss(1e-4)).toBeLessThan(1e-5);
  });

  it('are refused where only risks of a regression are compared', () => {
    const options = { psi2: 3, eps: 0.3, loss: 'hinge' } as never;
    for (const call of [() => interpolationPeak(map, options), () => bestActivation({ psi1: 2 }, options)])
      expect(call).toThrow('a loss of the residual');
    expect(() => infiniteDataRisk(map, { eps: 0.3, loss: 'hinge' } as never)).toThrow('invalid loss');
  });

  it('are compared with normally trained ones under one attack', () => {
    const options = {
      psi2: 3,
      eps: 0.3,
      lambda: 0.01,
      tau: 0.5,
      epsTest: 0.4,
      loss: 'squaredHinge',
    } as const;
    const { normal, robust, price, gain } = compareTraining(map, options);
    const [before, after] = [0, 0.3].map((eps) => asymptoticRisk(map, { ...options, eps }));
    expect([normal.robustError, robust.robustError]).toEqual([before!.robustError, after!.robustError]);
    expect([price, gain]).toEqual([after!.error - before!.error, before!.robustError - after!.robustError]);
  });

  it('refuse what they cannot use, in one line', () => {
    const options: ClassificationOptions = { psi2: 3, eps: 0.3, loss: 'hinge' };
    for (const wrong of [
      { flip: 0.6 },
      { flip: -0.1 },
      { flip: '0.1' },
      { labels: 'cauchit' },
      { psi2: 0 },
      { tau: -1 },
      { noise: 'laplace' },
      { certify: true },
    ])
      expect(() => asymptoticRisk(map, { ...options, ...wrong } as ClassificationOptions)).toThrow(
        InvalidArgumentError,
      );
  });
});

describe('features that see nothing of the signal', () => {
  const even = randomFeatures({ psi1: 3, activation: 'cos' });

  it.each(['logistic', 'hinge', 'squaredHinge'] as const)('guess, and learn %s as random labels', (loss) => {
    for (const [psi2, eps, lambda] of [
      [4, 0.3, 0.01],
      [9, 0.2, 0],
      [0.5, 0.3, 0],
    ] as const) {
      const options = { psi2, eps, lambda, tau: 0.5, loss };
      const guess = asymptoticRisk(even, options);
      expect(guess).toMatchObject({ converged: true, error: 0.5, overlap: 0 });
      const random = asymptoticRisk(even, { ...options, flip: 0.5 });
      expectRelative(guess.trainingLoss + 1, random.trainingLoss + 1, 1e-12);
      expectRelative(guess.gradientNorm, random.gradientNorm, 1e-9);
    }
    expectRelative(
      robustCapacity(even, { eps: 0.2, tau: 0.1 }).psi2,
      robustCapacity(even, { eps: 0.2, flip: 0.5 }).psi2,
      1e-9,
    );
    expect(robustCapacity(even, { eps: 0.2, tau: 0.1 }).error).toBe(0.5);
  });
});

describe('random classifiers', () => {
  // scripts/theory/sweepClassifiers.ts has a hundred times as many
  it.each(['logistic', 'hinge', 'squaredHinge'] as const)('are all solved: %s', (loss) => {
    const { failures, phases } = sweepClassifiers(loss, 200);
    expect(failures).toEqual([]);
    expect(phases.get('learning')).toBeGreaterThan(50);
  });
});

describe('curves, surfaces, searches and slopes of classifiers', () => {
  const options = { psi2: 3, eps: 0.3, lambda: 0.01, tau: 0.5, loss: 'hinge' } as const;

  it.each([
    ['psi1', [0.5, 2, 8]],
    ['psi2', [1, 3, 9]],
    ['eps', [0, 0.2, 3]],
    ['lambda', [0, 1e-3, 1]],
    ['tau', [0, 1]],
    ['flip', [0, 0.1, 0.5]],
    ['epsTest', [0, 1]],
  ] as const)('along %s agree with single points', (parameter, values) => {
    for (const { at, ...risk } of riskCurve(map, options, { parameter, values })) {
      const alone =
        parameter === 'psi1'
          ? asymptoticRisk(map.with({ psi1: at }), options)
          : asymptoticRisk(map, { ...options, [parameter]: at });
      expect(risk.phase).toBe(alone.phase);
      expect(risk.epsTest).toBe(alone.epsTest);
      expectClose(risk.robustError, alone.robustError, 1e-9);
      expectClose(risk.error, alone.error, 1e-9);
    }
  });

  it('over a rectangle have rows of y and columns of x', () => {
    const { x, y, risks } = riskSurface(map, options, {
      x: { parameter: 'psi1', values: [0.5, 2] },
      y: { parameter: 'eps', values: [0.1, 0.4] },
    });
    y.forEach((eps, i) => {
      x.forEach((psi1, j) => {
        const alone = asymptoticRisk(randomFeatures({ psi1 }), { ...options, eps });
        expectClose(risks[i]![j]!.robustError, alone.robustError, 1e-9);
      });
    });
  });

  it('find no better width, penalty or radius nearby', () => {
    const radius = { ...options, epsTest: 0.3 };
    for (const [best, at] of [
      [bestLambda(map, options), (lambda: number) => asymptoticRisk(map, { ...options, lambda })],
      [bestEps(map, radius), (eps: number) => asymptoticRisk(map, { ...radius, eps })],
    ] as const) {
      expect(best.where).toBe('inside');
      for (const factor of [0.5, 0.98, 1.02, 2])
        expect(at(best.at * factor).robustError).toBeGreaterThan(best.risk.robustError);
    }
    const width = bestWidth(map, options, { from: 0.1, to: 50 });
    for (const factor of [0.1, 0.5, 0.9])
      expect(asymptoticRisk(map.with({ psi1: factor * width.at }), options).robustError).toBeGreaterThan(
        width.risk.robustError,
      );
    expect(bestEps(map, radius, { measure: 'error' }).risk.error).toBeLessThan(
      bestEps(map, radius).risk.error,
    );
    expect(() => bestWidth(map, options, { measure: 'standardRisk' as 'error' })).toThrow('invalid measure');
    expect(() => bestEps(map, options)).toThrow('invalid epsTest');
  });

  it('have the slopes of differences in each parameter', () => {
    const problem = { ...options, flip: 0.1 };
    const found = sensitivities(map, problem);
    const h = 1e-5;
    for (const name of ['psi2', 'eps', 'lambda', 'tau', 'flip'] as const) {
      const at = (x: number) => asymptoticRisk(map, { ...problem, [name]: problem[name] * (1 + x) });
      for (const measure of ['error', 'robustError', 'gradientNorm'] as const) {
        const slope = (at(h)[measure] - at(-h)[measure]) / (2 * h * problem[name]);
        expectRelative(found[name]![measure], slope, 1e-6, `${name} ${measure}`);
      }
    }
    expect(Object.keys(found)).toContain('psi1');
    expect(() => sensitivities(map, { ...options, psi2: 1, lambda: 0 })).toThrow('separable');
  });
});

describe('the null phase of classifiers', () => {
  it('begins where it was computed independently', () => {
    for (const { psi1, eps, ...rest } of extensions.criticalEpsClassification)
      expectRelative(criticalEps(randomFeatures({ psi1 }), { ...rest, loss: 'hinge' }), eps, REFERENCE);
  });

  it.each(['logistic', 'hinge', 'squaredHinge'] as const)(
    'is approached with vanishing output: %s',
    (loss) => {
      const options = { psi2: 2, lambda: 0.1, tau: 0.3, flip: 0.1, loss };
      const critical = criticalEps(map, options);
      const at = (share: number): ClassificationRisk =>
        asymptoticRisk(map, { ...options, eps: share * critical });
      expect(at(1)).toMatchObject({
        phase: 'null',
        error: 0.5,
        robustError: 0.5,
        outputVariance: 0,
        iterations: 0,
      });
      expect(at(0.999)).toMatchObject({ phase: 'learning', converged: true });
      expect(at(0.999).outputVariance).toBeLessThan(at(0.99).outputVariance / 20);
      expect(at(0.99).outputVariance).toBeGreaterThan(0);
    },
  );
});

describe('the robust capacity', () => {
  it('agrees with values computed independently', () => {
    for (const { psi1, eps, tau, psi2 } of extensions.capacity) {
      const found = robustCapacity(randomFeatures({ psi1 }), { eps, tau });
      expect(found.converged).toBe(true);
      expectRelative(found.psi2, psi2, REFERENCE);
    }
  });

  it('of labels without noise grows as 1/eps, and its error falls as eps', () => {
    // Linear features fit n rows robustly where (n/d) E (eps - y omega)_+^2 < sin^2 of the angle for some angle. Small ones
    // are a multiple of eps, and then the mean is sqrt(2/pi) eps^3/3 E (1 + multiple G)_+^3 but for O(eps^2).
    const cube = (x: number): number => (x ** 3 + 3 * x) * normalCdf(x) + (x * x + 2) * normalDensity(x);
    const share = (multiple: number): number => 1 / (multiple * cube(1 / multiple));
    let [low, high] = [0.5, 4];
    while (high - low > 1e-7) {
      const [left, right] = [(2 * low + high) / 3, (low + 2 * high) / 3];
      if (share(left) < share(right)) low = left;
      else high = right;
    }
    for (const eps of [1e-4, 1e-6, 1e-12]) {
      const { psi2, error, converged } = robustCapacity(linear(), { eps });
      expect(converged).toBe(true);
      expectRelative(psi2 * eps, 3 * Math.sqrt(Math.PI / 2) * share(low), EXPANSION, `psi2 at ${eps}`);
      expectRelative((error * Math.PI) / eps, low, FLAT, `error at ${eps}`);
    }
  });

  it('of random labels is that of Cover without an attack, twice the rank', () => {
    expectRelative(robustCapacity(linear(), { eps: 0, flip: 0.5 }).psi2, 2, 1e-10);
    expectRelative(robustCapacity(map, { eps: 0, flip: 0.5 }).psi2, 4, 1e-10);
    expect(robustCapacity(linear(), { eps: 0 }).psi2).toBe(Infinity);
  });

  it('falls with the radius and with what spoils labels, and grows with the width', () => {
    const at = (psi1: number, eps: number, tau: number, flip: number): number =>
      robustCapacity(randomFeatures({ psi1 }), { eps, tau, flip }).psi2;
    const here = at(2, 0.3, 0.5, 0.05);
    expect(at(2, 0.4, 0.5, 0.05)).toBeLessThan(here);
    expect(at(2, 0.3, 0.6, 0.05)).toBeLessThan(here);
    expect(at(2, 0.3, 0.5, 0.1)).toBeLessThan(here);
    expect(at(2.5, 0.3, 0.5, 0.05)).toBeGreaterThan(here);
  });

  it('is where the max-margin classifier ends and training without a penalty begins to have a limit', () => {
    const labels = { eps: 0.3, tau: 0.5, flip: 0.05 };
    const { psi2, error, gradientNorm } = robustCapacity(map, labels);
    const at = (share: number) =>
      asymptoticRisk(map, { ...labels, psi2: share * psi2, lambda: 0, loss: 'hinge' });
    const below = at(1 - 1e-6);
    const above = at(1 + 1e-6);
    expect(below).toMatchObject({ phase: 'separable', converged: true, trainingLoss: 0 });
    expect(above).toMatchObject({ phase: 'learning', converged: true });
    expect(above.trainingLoss).toBeGreaterThan(0);
    expect(above.outputVariance).toBeGreaterThan(0);
    expectRelative(below.error, error, 1e-4);
    expectRelative(above.error, error, 1e-2);
    expectRelative(below.gradientNorm, gradientNorm, 1e-4);
    expect(below.outputVariance).toBeCloseTo(1, 12);
  });

  it.each(['traceF', 'traceFJ', 'signal', 'signalF'] as const)(
    'is not called solved on a map whose moments contradict each other by a hundredth: %s',
    (wrong) => {
      const contradictory: typeof map = Object.assign(Object.create(map), {
        moments: (...at: Parameters<typeof map.moments>) => {
          const moments = map.moments(...at);
          return { ...moments, [wrong]: 1.01 * moments[wrong] };
        },
      });
      const { residual, converged } = robustCapacity(contradictory, { eps: 0.3, tau: 0.5 });
      expect(residual).toBeGreaterThan(1e-3);
      expect(converged).toBe(false);
    },
  );

  it('is found where very wide features are attacked strongly', () => {
    const wide = randomFeatures({ psi1: 84 });
    const capacity = robustCapacity(wide, { eps: 1.05 });
    expect(capacity.converged).toBe(true);
    const at = (share: number) =>
      asymptoticRisk(wide, { eps: 1.05, psi2: share * capacity.psi2, lambda: 0, loss: 'squaredHinge' });
    expect(at(0.999)).toMatchObject({ phase: 'separable', converged: true });
    expect(at(1.001)).toMatchObject({ phase: 'learning', converged: true });
    expectRelative(at(0.999).error, capacity.error, 1e-2);
  });

  it('are solved for few rows that are fitted nearly whole, from stronger penalties', () => {
    const few = { psi2: 0.07306827449709942, eps: 0.03129843104061642, tau: 0.043643737028300315 };
    const at = (lambda: number) =>
      asymptoticRisk(randomFeatures({ psi1: 67.67926551852882 }), {
        ...few,
        flip: 0.2675626030889157,
        lambda,
        loss: 'squaredHinge',
      });
    const solved = at(0.000612724609784611);
    expect(solved.converged).toBe(true);
    // An independent start: there the equations are solved from nowhere.
    const stronger = at(0.00063);
    expect(stronger.converged).toBe(true);
    expectRelative(solved.robustError, stronger.robustError, 1e-3);
    expect(solved.outputVariance).toBeGreaterThan(stronger.outputVariance);
  });

  it.each([
    [0.156, 0.018, 4.9],
    [0.01, 0.02, 31.8],
  ])(
    'is approached on the inputs themselves with little noise: eps %s, tau %s, psi2 %s',
    (eps, tau, psi2) => {
      const labels = { eps, tau };
      const options = { ...labels, psi2, loss: 'hinge' } as const;
      expect(robustCapacity(linear(), labels).psi2).toBeGreaterThan(psi2);
      const limit = asymptoticRisk(linear(), { ...options, lambda: 0 });
      expect(limit).toMatchObject({ phase: 'separable', converged: true });
      const near = asymptoticRisk(linear(), { ...options, lambda: 1e-10 });
      expect(near).toMatchObject({ phase: 'learning', converged: true });
      expectRelative(near.error, limit.error, 1e-6);
    },
  );

  it.each(['hinge', 'squaredHinge', 'logistic'] as const)(
    'has below it one classifier to which %s goes as lambda falls to 0',
    (loss) => {
      const options = { psi2: 1, eps: 0.3, tau: 0.5, loss };
      const limit = asymptoticRisk(map, { ...options, lambda: 0 });
      expect(limit.phase).toBe('separable');
      const near = asymptoticRisk(map, { ...options, lambda: loss === 'logistic' ? 1e-20 : 1e-9 });
      expect(near.converged).toBe(true);
      // The logistic loss gets there as 1/log(1/lambda) only.
      const tolerance = loss === 'logistic' ? 3e-3 : 1e-6;
      expectRelative(near.error, limit.error, tolerance);
      expectRelative(near.gradientNorm / Math.sqrt(near.outputVariance), limit.gradientNorm, tolerance);
    },
  );
});
