import { describe, expect, it } from 'vitest';
import { relativeGradient } from '../../src/theory/certificates/certificate.ts';
import { estimatedFeatures } from '../../src/theory/featureMaps/estimatedFeatures.ts';
import { PenalisedResolvents } from '../../src/theory/featureMaps/penalisedResolvents.ts';
import { meanEigenvalue } from '../../src/theory/featureMaps/pencil.ts';
import {
  asymptoticRisk,
  bestActivation,
  bestWidth,
  compareTraining,
  criticalEps,
  deepRandomFeatures,
  gridValues,
  hermiteActivation,
  InvalidArgumentError,
  infiniteDataRisk,
  interpolationPeak,
  l2RadiusOfLinf,
  linearObjective,
  measuredFeatures,
  meiMontanariRisk,
  randomFeatures,
  riskCurve,
  sensitivities,
  smallEpsRisk,
  theorem42,
} from '../../src/theory/index.ts';
import { expectRelative } from './support.ts';

/** Numbers out of the range that a name stands for. */
const notPositive = [0, -1, Number.NaN, Number.POSITIVE_INFINITY];
const negative = [-1e-9, Number.NaN, Number.POSITIVE_INFINITY];

describe('an option out of its range is refused by its name, whatever the others are', () => {
  const map = randomFeatures({ psi1: 2 });
  const I2 = [
    [1, 0],
    [0, 1],
  ];
  const flat = { F: Float64Array.of(1, 0, 0, 1), J: Float64Array.of(1, 0, 0, 1), c: Float64Array.of(0.5, 0) };
  const moments = { mu0: 0, mu1: 0.5, muStarSquared: 0.1, nuSquared: 0.3 };
  const worked = { psi1: 2, psi2: 3, eps: 0.5, tau: 0.5 };
  const point = { alpha: 0.5, tauG: 0.17, beta: 0.5, gamma: 0.4, tauQ: 0.5 };
  const linearPoint = { a: -0.3, h: 0.2, beta: 0.5, tauG: 0.2 };
  type Call = (options: never) => unknown;
  /** A function of one object of options, valid ones, and those that must be > 0 and >= 0. */
  const functions: Readonly<Record<string, readonly [Call, object, readonly string[], readonly string[]]>> = {
    asymptoticRisk: [
      (options) => asymptoticRisk(map, options),
      { psi2: 3, eps: 0.3, lambda: 0.1, tau: 0.2, rho: 1, epsTest: 0.4, nonlinearEnergy: 0.1 },
      ['psi2', 'rho'],
      ['eps', 'lambda', 'tau', 'epsTest', 'nonlinearEnergy'],
    ],
    criticalEps: [
      (options) => criticalEps(map, options),
      { psi2: 3, tau: 0.2, rho: 1, nonlinearEnergy: 0.1 },
      ['psi2', 'rho'],
      ['tau', 'nonlinearEnergy'],
    ],
    meiMontanariRisk: [
      meiMontanariRisk,
      { psi1: 1, psi2: 2, lambda: 0.1, tau: 0.1, rho: 1 },
      ['psi1', 'psi2', 'rho'],
      ['lambda', 'tau'],
    ],
    'theorem42, point': [(given) => theorem42(given, worked), point, Object.keys(point), []],
    'theorem42, problem': [(given) => theorem42(point, given), worked, ['psi1', 'psi2', 'eps'], ['tau']],
    'linearObjective, point': [
      (given) => linearObjective(given, { psi2: 3, eps: 0.5, tau: 0.5 }),
      linearPoint,
      ['h', 'beta', 'tauG'],
      [],
    ],
    'linearObjective, problem': [
      (given) => linearObjective(linearPoint, given),
      { psi2: 3, eps: 0.5, tau: 0.5 },
      ['psi2', 'eps'],
      ['tau'],
    ],
    hermiteActivation: [hermiteActivation, moments, [], ['muStarSquared', 'nuSquared']],
    bestActivation: [
      (search) => bestActivation({ psi1: 2 }, { psi2: 3, eps: 0.3 }, search),
      { maxRoughness: 2 },
      ['maxRoughness'],
      [],
    ],
    bestWidth: [
      (search) => bestWidth(map, { psi2: 3, eps: 0.3 }, search),
      { from: 1, to: 3 },
      ['from', 'to'],
      [],
    ],
    interpolationPeak: [
      (search) => interpolationPeak(map, { psi2: 3, eps: 0.1, tau: 0.1 }, search),
      { from: 1, to: 9 },
      ['from', 'to'],
      [],
    ],
    randomFeatures: [randomFeatures, { psi1: 2 }, ['psi1'], []],
    measuredFeatures: [
      measuredFeatures,
      { F: I2, J: I2, c: [0.5, 0], targetVariance: 1, inputDim: 2 },
      ['targetVariance', 'inputDim'],
      [],
    ],
    estimatedFeatures: [
      estimatedFeatures,
      { ...flat, targetVariance: 1, rows: 10 },
      ['targetVariance', 'rows'],
      [],
    ],
  };

  it.each(Object.entries(functions))('%s', (_, [call, valid, positive, nonNegative]) => {
    expect(() => call(valid as never)).not.toThrow();
    for (const [names, values] of [
      [positive, notPositive],
      [nonNegative, negative],
    ] as const)
      for (const name of names)
        for (const value of values) {
          const act = () => call({ ...valid, [name]: value } as never);
          expect(act, `${name} ${value}`).toThrow(InvalidArgumentError);
          expect(act).toThrow(new RegExp(`^invalid ${name}: `));
        }
  });

  it('a map that is none', () => {
    const none = {} as never;
    const options = { psi2: 3, eps: 0.3 };
    for (const act of [
      () => asymptoticRisk(none, options),
      () => criticalEps(none, options),
      () => sensitivities(none, options),
      () => infiniteDataRisk(none, { eps: 0.3 }),
      () => bestWidth(none, options),
      () => riskCurve(none, options, { parameter: 'eps', values: [0.1] }),
      () => compareTraining(none, options),
    ]) {
      expect(act).toThrow(InvalidArgumentError);
      expect(act).toThrow(/^invalid map: {}/);
    }
  });

  it('numbers given one by one', () => {
    for (const psi2 of [...notPositive, 1])
      expect(() => smallEpsRisk(psi2, 0.5, 0.1)).toThrow('invalid psi2');
    for (const value of negative) {
      expect(() => smallEpsRisk(2, value, 0.1)).toThrow('invalid tau');
      expect(() => smallEpsRisk(2, 0.5, value)).toThrow('invalid eps');
      expect(() => l2RadiusOfLinf(value, 10)).toThrow('invalid epsLinf');
    }
    for (const value of notPositive) {
      expect(() => l2RadiusOfLinf(0.1, value)).toThrow('invalid d');
      expect(() => deepRandomFeatures({ widths: [1, value] })).toThrow('invalid widths[1]');
      expect(() => randomFeatures({ psi1: 1 }).with({ psi1: value })).toThrow('invalid psi1');
      const axis = { parameter: 'psi2', values: [1, value] };
      expect(() => riskCurve(map, { eps: 0.1 }, axis)).toThrow('invalid psi2');
    }
    expect(() => gridValues({ from: 1, to: 2, count: 1 })).toThrow('invalid count: 1');
    expect(gridValues({ from: 1, to: 2, count: 2 })).toEqual([1, 2]);
  });
});

describe('the resolvents of a penalised pencil', () => {
  const [F, J, c] = [
    [0.5, 1, 1.5],
    [1.7, 1, 0.3],
    [0.4, -0.3, 0.8],
  ] as const;
  const diagonal = (values: readonly number[]): Float64Array =>
    Float64Array.from({ length: 9 }, (_, at) => (at % 4 === 0 ? values[at / 4]! : 0));

  it.each([
    // Within a panel, on the edge between two and on the first.
    ['inside', Math.exp(0.37)],
    ['on an edge', Math.exp(-2)],
    ['on the first edge', Math.exp(-10)],
    ['near the last edge', Math.exp(9.99)],
  ])('are those of numbers where the matrices are diagonal, %s', (_, zeta) => {
    const lambda = 0.3;
    for (const scale of [1, 7]) {
      const matrices = { F: diagonal(F), J: diagonal(J.map((j) => scale * j)), c: Float64Array.from(c) };
      const found = new PenalisedResolvents(matrices).moments(1, zeta / scale, lambda)!;
      const sum = (term: (f: number, j: number, r: number, square: number) => number): number =>
        F.reduce(
          (total, f, i) => total + term(f, scale * J[i]!, 1 / (f + zeta * J[i]! + lambda), c[i]! ** 2),
          0,
        );
      const expected = {
        traceF: sum((f, _j, r) => f * r),
        traceFF: sum((f, _j, r) => (f * r) ** 2),
        traceFJ: sum((f, j, r) => f * r * j * r),
        traceFI: sum((f, _j, r) => f * r * r),
        signal: sum((_f, _j, r, square) => square * r),
        signalJ: sum((_f, j, r, square) => square * j * r * r),
        signalI: sum((_f, _j, r, square) => square * r * r),
      };
      // Interpolation between nodes.
      for (const [name, value] of Object.entries(expected))
        expectRelative(found[name as keyof typeof expected], value, 1e-8, name);
    }
  });

  it('are left to others outside of the panels and for a large penalty', () => {
    const resolvents = new PenalisedResolvents({ F: diagonal(F), J: diagonal(J), c: Float64Array.from(c) });
    for (const zeta of [Math.exp(-10.01), Math.exp(10)])
      expect(resolvents.moments(1, zeta, 0.3)).toBeUndefined();
    expect(resolvents.moments(1, 1, 2001)).toBeUndefined();
    expect(resolvents.moments(1, 1, 1999)).toBeDefined();
  });

  it('are scaled by the mean eigenvalue, 1 of nothing', () => {
    expect(meanEigenvalue(Float64Array.of(1, 9, 9, 5), 2)).toBe(3);
    expect(meanEigenvalue(new Float64Array(4), 2)).toBe(1);
  });
});

it('the relative slope of an objective is the largest of x (dR/dx) / R', () => {
  const slope = (a: number, b: number): number =>
    relativeGradient({ a: 2, b: 3 }, { value: 4, gradient: { a, b } });
  expect(slope(0.5, -1)).toBe(0.75);
  expect(slope(-2.5, 1)).toBe(1.25);
});
