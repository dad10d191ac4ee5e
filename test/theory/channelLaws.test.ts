import { describe, expect, it } from 'vitest';
import { normalCdf, normalDensity } from '../../src/numerics/gaussian.ts';
import { gaussLegendre } from '../../src/numerics/quadrature.ts';
import { stream } from '../../src/random/stream.ts';
import { newAverages, newPartialMoments } from '../../src/theory/channels/averages.ts';
import type { GaussianPart } from '../../src/theory/channels/gaussianMixtures.ts';
import { hardMargin } from '../../src/theory/channels/hardMargin.ts';
import { checkFlip, teacherOf } from '../../src/theory/channels/labels.ts';
import { marginLoss, type ResidualLoss, residualLoss } from '../../src/theory/channels/losses.ts';
import { CutGaussian, MarginLaw } from '../../src/theory/channels/marginLaw.ts';
import { noiseParts } from '../../src/theory/channels/noise.ts';
import { fastNormalCdf } from '../../src/theory/channels/normalTable.ts';
import { checkOwnLoss, type OwnLoss } from '../../src/theory/channels/ownLoss.ts';
import { ResidualLaw } from '../../src/theory/channels/residualLaw.ts';
import { owenT } from '../../src/theory/channels/skewNormal.ts';
import {
  asymptoticRisk,
  criticalEps,
  marginBelow,
  randomFeatures,
  robustCapacity,
  robustErrorAt,
  sensitivities,
} from '../../src/theory/index.ts';
import { expectClose } from './support.ts';

/** Of averages by quadrature, beside numbers of size 1. */
const QUADRATURE = 1e-9;
const ROUNDING = 1e-13;
/** Of sums of panels, absolute. */
const PANELS = 2e-15;

const random = stream('channel laws');
const between = (low: number, high: number): number => low + (high - low) * random.uniform();
const logBetween = (low: number, high: number): number => low * (high / low) ** random.uniform();

const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
const { nodes, weights } = gaussLegendre(12);

/** The integral of f between neighbouring ends, forty panels each. */
function integral(f: (x: number) => number, ends: readonly number[]): number {
  let sum = 0;
  for (let piece = 0; piece + 1 < ends.length; piece++) {
    const half = (ends[piece + 1]! - ends[piece]!) / 80;
    for (let panel = 0; panel < 40; panel++)
      nodes.forEach((node, i) => {
        sum += half * weights[i]! * f(ends[piece]! + half * (2 * panel + 1 + node));
      });
  }
  return sum;
}

const huber = (t: number): OwnLoss<'residual'> => ({
  of: 'residual',
  value: (r) => (Math.abs(r) < t ? 0.5 * r * r : t * (Math.abs(r) - 0.5 * t)),
  derivative: (r) => Math.max(-t, Math.min(t, r)),
  kinks: [-t, t],
});
const quantile = (level: number): OwnLoss<'residual'> => ({
  of: 'residual',
  value: (r) => (r > 0 ? level * r : (level - 1) * r),
  derivative: (r) => (r > 0 ? level : level - 1),
  kinks: [0],
});

describe('a named loss of the residual is the same as by its value and derivative', () => {
  const cases: readonly [ResidualLoss, OwnLoss<'residual'>][] = [
    ['square', { of: 'residual', value: (r) => 0.5 * r * r, derivative: (r) => r }],
    ['absolute', { of: 'residual', value: Math.abs, derivative: Math.sign, kinks: [0] }],
    ['huber', huber(1)],
    [{ name: 'huber', threshold: 0.3 }, huber(0.3)],
    [{ name: 'huber', threshold: 2 }, huber(2)],
    ['quantile', quantile(0.5)],
    [{ name: 'quantile', level: 0.8 }, quantile(0.8)],
    [{ name: 'quantile', level: 0.3 }, quantile(0.3)],
  ];

  it.each(cases)('%o', (name, own) => {
    const [named, ours] = [residualLoss(name), residualLoss(own)];
    for (let trial = 0; trial < 12; trial++) {
      const noise: GaussianPart[] = [
        { weight: 0.3, shift: between(-2, 2), variance: between(0, 2) },
        { weight: 0.7, shift: between(-1, 1), variance: 0 },
      ];
      const law = new ResidualLaw(noise);
      law.missed = logBetween(0.05, 4);
      // Attacks stronger and weaker than a threshold, and none.
      const [V, c] = [logBetween(0.1, 10), trial === 0 ? 0 : logBetween(0.02, 3)];
      const [theirs, found] = [ours, named].map((channel) => ({
        ...channel.averages(law, V, c, newAverages()),
        trainingError: channel.trainingError(law, V, c),
      }));
      // At c = 0 nobody asks for dl/dc, which has no value at a kink.
      for (const key of [
        'eta',
        'mu',
        'chi',
        ...(c > 0 ? (['attack'] as const) : []),
        'loss',
        'trainingError',
      ] as const)
        expectClose(
          found![key],
          theirs![key],
          QUADRATURE * (1 + Math.abs(theirs![key])),
          `${key} V ${V} c ${c}`,
        );
      // Without an attack the square and Huber's have no kink.
      if (c > 0) expectClose(found!.kink, theirs!.kink, QUADRATURE, `kink V ${V} c ${c}`);
      const [limit, near] = [named, ours].map((channel) => channel.untrained(law, newAverages()));
      // By its own value and derivative it is taken at V = 1e-9.
      for (const key of ['eta', 'mu', 'chi', 'attack', 'loss'] as const)
        expectClose(limit![key], near![key], 1e-7 * (1 + Math.abs(near![key])), `untrained ${key}`);
    }
  });
});

const softplus = (w: number): number => Math.max(0, -w) + Math.log1p(Math.exp(-Math.abs(w)));
const ownMargins: Readonly<Record<'logistic' | 'hinge' | 'squaredHinge', OwnLoss<'margin'>>> = {
  logistic: { of: 'margin', value: softplus, derivative: (w) => -1 / (1 + Math.exp(w)) },
  hinge: {
    of: 'margin',
    value: (w) => Math.max(0, 1 - w),
    derivative: (w) => (w < 1 ? -1 : 0),
    kinks: [1],
  },
  squaredHinge: {
    of: 'margin',
    value: (w) => 0.5 * Math.max(0, 1 - w) ** 2,
    derivative: (w) => Math.min(0, w - 1),
    kinks: [1],
  },
};

const mixed = {
  signal: 1.3,
  flip: 0.1,
  latent: [
    { weight: 0.4, shift: 0, variance: 0.2 },
    { weight: 0.6, shift: 0, variance: 1.1 },
  ],
};

describe.each(['logistic', 'hinge', 'squaredHinge'] as const)('the named loss of the margin %s', (name) => {
  const [named, ours] = [marginLoss(name), marginLoss(ownMargins[name])];

  it('is the same as by its value and derivative', () => {
    expect(named.value(0)).toBeCloseTo(ours.value(0), 15);
    for (let trial = 0; trial < 16; trial++) {
      const teacher =
        trial % 2 ? mixed : { signal: 0.7, flip: 0, latent: [{ weight: 1, shift: 0, variance: 0.01 }] };
      const law = new MarginLaw(teacher).set(logBetween(0.1, 30), trial === 0 ? 0 : logBetween(0.1, 20));
      const [V, c] = [logBetween(0.05, 300), trial % 4 === 3 ? 0 : logBetween(0.05, 5)];
      const theirs = ours.channel.averages(law, V, c, newAverages());
      const found = named.channel.averages(law, V, c, newAverages());
      const loss = named.channel.trainingLoss?.(law, V, c) ?? found.loss;
      const tell = `scale ${law.scale} slope ${law.steepest} V ${V} c ${c}`;
      for (const key of ['eta', 'mu', 'chi', 'attack'] as const)
        expectClose(found[key], theirs[key], QUADRATURE * (0.1 + Math.abs(theirs[key])), `${key} ${tell}`);
      expectClose(loss, theirs.loss, QUADRATURE * (0.1 + theirs.loss), `loss ${tell}`);
      const below = (v: number): number => law.below(v, newPartialMoments()).mass;
      const held = name === 'hinge' ? below(1 + c) - below(1 + c - V) : 0;
      expectClose(found.kink, held, ROUNDING, `kink ${tell}`);
    }
  });
});

describe('the hard margin', () => {
  it('lets no row below it, at the cost of the way there over V', () => {
    const law = new MarginLaw(mixed).set(1.7, 0.8);
    const [margin, V, c] = [0.6, 2.5, 0.4];
    const found = hardMargin(margin).averages(law, V, c, newAverages());
    const score = (v: number): number => Math.max(0, margin + c - v) / V;
    const mean = (f: (v: number) => number): number =>
      integral((x) => 2 * density(x) * law.agreement(x) * f(1.7 * x), [-9, 0, (margin + c) / 1.7, 9]);
    expectClose(found.attack, mean(score), ROUNDING);
    expectClose(
      found.chi,
      mean((v) => score(v) ** 2),
      ROUNDING,
    );
    expectClose(
      found.eta,
      mean((v) => (v < margin + c ? 1 / V : 0)),
      ROUNDING,
    );
    expectClose(found.kink, V * found.eta, ROUNDING);
    expect(found.loss).toBe(0);
  });
});

describe('the law of margins under a mixture', () => {
  const [scale, a] = [1.6, 0.9];
  const law = new MarginLaw(mixed).set(scale, a);
  // m/sqrt Q of an output whose angle with u has the tangent a.
  const along = Math.sqrt(mixed.signal) * Math.sin(Math.atan(a));

  it('has the slope m/sqrt(Q (E u^2 + variance) - m^2) for each part', () => {
    expectClose(law.along, along, ROUNDING);
    mixed.latent.forEach(({ variance }, k) => {
      expectClose(law.slopes[k]!, along / Math.sqrt(mixed.signal + variance - along ** 2), ROUNDING);
    });
    expect(law.steepest).toBe(law.slopes[0]);
    expect(law.trust).toBe(0.8);
  });

  it('knows the share of right labels and its derivative in the mean of u', () => {
    const share = (x: number, mean = 0): number =>
      mixed.latent.reduce(
        (sum, { weight, variance }) =>
          sum +
          weight *
            (0.1 + 0.8 * normalCdf((along * x + mean) / Math.sqrt(mixed.signal + variance - along ** 2))),
        0,
      );
    const h = 1e-5;
    for (const x of [-2.5, -0.3, 0, 0.8, 3]) {
      expectClose(law.agreement(x), share(x), ROUNDING);
      const slope = (share(x, h) - share(x, -h)) / (2 * h);
      // Differences of numbers of size 1.
      expectClose(law.pull(x), 2 * slope, 1e-9);
    }
    const f = (v: number): number => Math.exp(-v * v);
    expectClose(
      law.pulled((s) => 1 / Math.sqrt(1 + 2 * s * s)),
      integral((x) => density(x) * law.pull(x) * f(scale * x), [-9, 0, 9]),
      ROUNDING,
    );
  });

  it('has the moments of its density below any point', () => {
    for (const end of [-20, -3, -0.5, 0, 1.1, 6, Infinity, -Infinity]) {
      const { mass, first, second } = law.below(end, newPartialMoments());
      const to = Math.max(-9, Math.min(9, end / scale));
      const moment = (power: number): number =>
        integral((x) => 2 * density(x) * law.agreement(x) * (scale * x) ** power, [-9, to / 2 - 4.5, to]);
      expectClose(mass, moment(0), ROUNDING, `mass below ${end}`);
      expectClose(first, moment(1), ROUNDING, `first below ${end}`);
      expectClose(second, moment(2), 3 * ROUNDING, `second below ${end}`);
    }
  });

  it('has them relative to their size where the output knows the label nearly always', () => {
    const certain = { signal: 1, latent: [{ weight: 1, shift: 0, variance: 0 }], flip: 0 };
    for (const a of [99, 101, 1e4, 1e9])
      for (const to of [0, 0.7, 4]) {
        const { mass, first, second } = new MarginLaw(certain).set(1, a).below(to / a, newPartialMoments());
        const moment = (power: number): number =>
          integral((t) => 2 * normalDensity(t / a) * normalCdf(t) * t ** power, [-12, -4, to]);
        // Below a slope of 100 differences of numbers near 1 are left.
        const digits = a < 100 ? 1e-9 : 1e-13;
        for (const [k, found] of [mass, first, second].entries())
          expect(Math.abs(found * a ** (k + 1) - moment(k))).toBeLessThan(digits * Math.max(1, moment(2)));
      }
  });
});

describe('laws cut at a point', () => {
  const moments = (at: (x: number) => number, to: number): number[] =>
    [0, 1, 2].map((power) => integral((x) => at(x) * x ** power, [-14, (to - 14) / 2, to]));

  it('of a Gaussian', () => {
    const law = new CutGaussian();
    expect(law.deviation).toBe(1);
    law.deviation = 1.4;
    for (const end of [-Infinity, -2, 0, 0.9, 5, Infinity]) {
      const found = law.below(end, newPartialMoments());
      const wanted = moments((x) => density(x / 1.4) / 1.4, Math.max(-14, Math.min(14, end)));
      [found.mass, found.first, found.second].forEach((value, power) => {
        expectClose(value, wanted[power]!, ROUNDING, `${power} below ${end}`);
      });
    }
  });

  it('of a residual under any noise, with its mean size', () => {
    const noise = [
      { weight: 0.25, shift: -1.5, variance: 0.3 },
      { weight: 0.75, shift: 0.4, variance: 0 },
    ];
    const law = new ResidualLaw(noise);
    expect(law.missed).toBe(1);
    law.missed = 0.8;
    const at = (x: number): number =>
      noise.reduce((sum, { weight, shift, variance }) => {
        const s = Math.sqrt(0.8 + variance);
        return sum + (weight * density((x - shift) / s)) / s;
      }, 0);
    for (const end of [-Infinity, -2, 0, 0.9, 5, Infinity]) {
      const found = law.below(end, newPartialMoments());
      const wanted = moments(at, Math.max(-14, Math.min(14, end)));
      [found.mass, found.first, found.second].forEach((value, power) => {
        expectClose(value, wanted[power]!, ROUNDING, `${power} below ${end}`);
      });
    }
    expectClose(
      law.absolute,
      integral((x) => Math.abs(x) * at(x), [-14, -4, 0, 4, 14]),
      ROUNDING,
    );
  });

  it('rest on Phi and on T of Owen', () => {
    for (let x = -9.5; x <= 9.5; x += 0.137)
      expectClose(fastNormalCdf(x), 0.5 + integral(density, [0, x]), PANELS, `Phi(${x})`);
    expect([-Infinity, -9.01, 9.01, Infinity, Number.NaN].map(fastNormalCdf)).toEqual([0, 0, 1, 1, 0]);
    for (const h of [0, 0.3, -1.7, 4, -8.5, 8.95, 20])
      for (const a of [0, 0.2, 0.999, 1, 1.001, 3, 40]) {
        const wanted = integral(
          (x) => Math.exp(-0.5 * h * h * (1 + x * x)) / (2 * Math.PI * (1 + x * x)),
          [0, Math.min(a, 0.2), Math.min(a, 1), Math.min(a, 4), a],
        );
        expectClose(owenT(h, a), wanted, 5e-15, `T(${h}, ${a})`);
      }
  });
});

describe('labels', () => {
  it('have the latent variance tau^2 and what is besides', () => {
    const asked = { signal: 2, tau: 0.5, besides: 0.3 };
    expect(teacherOf(asked)).toEqual({
      signal: 2,
      flip: 0,
      latent: [{ weight: 1, shift: 0, variance: 0.55 }],
    });
    expect(teacherOf({ ...asked, labels: 'probit', flip: 0.2 })).toEqual({ ...teacherOf(asked), flip: 0.2 });
    expect(teacherOf({ signal: 2, tau: 0.5 }).latent).toEqual([{ weight: 1, shift: 0, variance: 0.25 }]);
    expect(teacherOf({ ...asked, tau: 0, labels: 'logistic' })).toEqual(teacherOf({ ...asked, tau: 0 }));
    const { latent } = teacherOf({ ...asked, labels: 'logistic' });
    const mean = (f: (part: GaussianPart) => number): number =>
      latent.reduce((sum, part) => sum + part.weight * f(part), 0);
    expectClose(
      mean(() => 1),
      1,
      ROUNDING,
    );
    // The standard logistic law has the variance pi^2/3, and the fourth moment 7 pi^4/15 = 3 E v^2.
    expectClose(
      mean(({ variance }) => variance),
      0.3 + (0.25 * Math.PI ** 2) / 3,
      1e-12,
    );
    expectClose(
      mean(({ variance }) => ((variance - 0.3) / 0.25) ** 2),
      (7 * Math.PI ** 4) / 45,
      1e-11,
    );
    expect(latent.every(({ shift, variance }) => shift === 0 && variance > 0.3)).toBe(true);
  });

  it('are turned over with a probability of at most one half', () => {
    for (const flip of [0, 0.25, 0.5]) expect(checkFlip(flip)).toBe(flip);
    for (const [flip, shown] of [
      [-1e-9, '-1e-9'],
      [0.5000001, '0.5000001'],
      [Number.NaN, 'NaN'],
      ['0.1', '"0.1"'],
      [undefined, 'undefined'],
    ] as const)
      expect(() => checkFlip(flip)).toThrow(`invalid flip: ${shown} (expected a probability in [0, 0.5])`);
    expect(() => teacherOf({ signal: 1, tau: 0, labels: 'cauchit' as never })).toThrow(
      'invalid labels: "cauchit"',
    );
  });
});

describe('noise', () => {
  const atom = (weight: number, shift: number): GaussianPart => ({ weight, shift, variance: 0 });

  it('is made of the parts that its law says', () => {
    expect(noiseParts('gaussian', 1.5)).toEqual([{ weight: 1, shift: 0, variance: 2.25 }]);
    expect(noiseParts({ law: 'rademacher' }, 1.5)).toEqual([atom(0.5, 1.5), atom(0.5, -1.5)]);
    expect(noiseParts('sparse', 2)).toEqual([
      atom(0.9, 0),
      atom(0.05, 2 / Math.sqrt(0.1)),
      atom(0.05, -2 / Math.sqrt(0.1)),
    ]);
    expect(noiseParts({ law: 'sparse', share: 1 }, 2)).toEqual(noiseParts('rademacher', 2));
    expect(noiseParts('student', 1)).toEqual(noiseParts({ law: 'student', degrees: 5 }, 1));
    expect(noiseParts({ law: 'discrete', values: [3, -1, 0], weights: [1, 3, 0] }, undefined)).toEqual([
      atom(0.25, 3),
      atom(0.75, -1),
      atom(0, 0),
    ]);
    expect(noiseParts({ law: 'sampled', values: Float32Array.of(2, 4) }, undefined)).toEqual([
      atom(0.5, 2),
      atom(0.5, 4),
    ]);
    for (const law of ['gaussian', 'rademacher', 'laplace', 'student', 'sparse'] as const)
      for (const tau of [0, undefined]) expect(noiseParts(law, tau)).toEqual([atom(1, 0)]);
  });

  it('of Laplace and Student has the fourth moment of its law', () => {
    const fourth = (parts: readonly GaussianPart[]): number =>
      parts.reduce((sum, { weight, variance }) => sum + 3 * weight * variance ** 2, 0);
    expectClose(fourth(noiseParts('laplace', 1)), 6, 1e-11);
    // 3 (degrees - 2)/(degrees - 4)
    for (const degrees of [9, 30])
      expectClose(
        fourth(noiseParts({ law: 'student', degrees }, 1)),
        (3 * (degrees - 2)) / (degrees - 4),
        1e-9,
      );
  });

  it.each([
    ['noise', 'cauchy', 0.5, '"cauchy"'],
    ['noise', null, 0.5, 'null'],
    ['noise', {}, 0.5, '{}'],
    ['degrees', { law: 'student', degrees: 2 }, 0.5, '2'],
    ['degrees', { law: 'student', degrees: Infinity }, 0.5, 'Infinity'],
    ['degrees', { law: 'student', degrees: '5' }, 0.5, '"5"'],
    ['share', { law: 'sparse', share: 0 }, 0.5, '0'],
    ['share', { law: 'sparse', share: 1.0001 }, 0.5, '1.0001'],
    ['share', { law: 'sparse', share: '1' }, 0.5, '"1"'],
    ['degrees', { law: 'sparse', degrees: 5 }, 0.5, '5'],
    ['tau', { law: 'discrete', values: [1] }, 0.5, '0.5'],
    ['tau', { law: 'sampled', values: [1] }, 0, '0'],
    ['weights', { law: 'sampled', values: [1], weights: [1] }, undefined, ''],
    ['values', { law: 'discrete', values: [] }, undefined, ''],
    ['values', { law: 'discrete', values: null }, undefined, 'null'],
    ['values', { law: 'discrete', values: 3 }, undefined, '3'],
    ['values', { law: 'sampled', values: [Infinity] }, undefined, ''],
    ['weights', { law: 'discrete', values: [1, 2], weights: [1] }, undefined, '1'],
    ['weights', { law: 'discrete', values: [1, 2], weights: [2, -1] }, undefined, ''],
    ['weights', { law: 'discrete', values: [1, 2], weights: [0, 0] }, undefined, ''],
  ] as const)('is refused by name: %s of %o', (name, noise, tau, shown) => {
    expect(() => noiseParts(noise as never, tau)).toThrow(`invalid ${name}: ${shown}`);
  });
});

describe('a loss of one’s own', () => {
  const square: OwnLoss<'residual'> = { of: 'residual', value: (r) => r * r, derivative: (r) => 2 * r };
  const falling: OwnLoss<'margin'> = ownMargins.logistic;

  it('is taken as it is', () => {
    expect(checkOwnLoss(square)).toEqual({ ...square, kinks: [] });
    expect(checkOwnLoss(falling)).toEqual({ ...falling, kinks: [] });
    // Flat about its least value, with a kink given or not.
    const flat: OwnLoss = {
      of: 'residual',
      value: (r) => Math.max(0, Math.abs(r) - 1),
      derivative: (r) => (Math.abs(r) > 1 ? Math.sign(r) : 0),
      kinks: [-1, 1],
    };
    expect(checkOwnLoss(flat)).toEqual(flat);
  });

  it.each([
    ['of', { ...square, of: 'output' }, '"output"'],
    ['value', { ...square, value: 2 }, '2'],
    ['derivative', { ...square, derivative: undefined }, 'undefined'],
    ['kinks', { ...square, kinks: 1 }, '1'],
    ['kinks', { ...square, kinks: [0, Infinity] }, ''],
    ['slope', { ...square, slope: 1 }, '1'],
  ] as const)('is refused where its %s is none', (name, loss, shown) => {
    expect(() => checkOwnLoss(loss as never)).toThrow(`invalid ${name}: ${shown}`);
  });

  it.each([
    ['finite values', { ...square, value: (r: number) => (r > 5 ? Infinity : r * r) }],
    ['finite values', { ...square, derivative: (r: number) => (r < -5 ? Number.NaN : 2 * r) }],
    ['a convex loss with its own derivative', { ...square, derivative: (r: number) => 2.2 * r }],
    ['a convex loss with its own derivative', { ...square, derivative: (r: number) => 1.8 * r }],
    [
      'a convex loss with its own derivative',
      { ...square, value: (r: number) => -r * r, derivative: (r: number) => -2 * r },
    ],
    ['least at 0', { ...square, value: (r: number) => (r - 2) ** 2, derivative: (r: number) => 2 * (r - 2) }],
    ['least at 0', { ...square, value: (r: number) => (r + 2) ** 2, derivative: (r: number) => 2 * (r + 2) }],
    ['never rises', { of: 'margin', value: (w: number) => w * w, derivative: (w: number) => 2 * w }],
    [
      'never rises',
      {
        of: 'margin',
        value: (w: number) => Math.max(0, w - 50),
        derivative: (w: number) => (w > 50 ? 1 : 0),
        kinks: [50],
      },
    ],
    [
      'falls at 0',
      {
        of: 'margin',
        value: (w: number) => Math.max(0, -1 - w),
        derivative: (w: number) => (w < -1 ? -1 : 0),
        kinks: [-1],
      },
    ],
  ] as const)('is refused where it is not %s', (said, loss) => {
    expect(() => checkOwnLoss(loss as OwnLoss)).toThrow(said);
  });
});

describe('a classifier in the null phase', () => {
  const labels = { tau: 0.5, flip: 0.1, labels: 'logistic' } as const;
  const { latent } = teacherOf({ signal: 1, ...labels });

  it.each([
    ['logistic', Math.LN2],
    ['hinge', 1],
    ['squaredHinge', 0.5],
  ] as const)('is nothing, and guesses: %s', (loss, trainingLoss) => {
    const options = { psi2: 2, eps: 3, lambda: 0.1, ...labels, loss };
    const found = asymptoticRisk(randomFeatures({ psi1: 2 }), { ...options, epsTest: 0.7 });
    expect(found).toEqual({
      ...{ error: 0.5, robustError: 0.5, epsTest: 0.7, gradientNorm: 0, thetaNormSquared: 0 },
      ...{ outputVariance: 0, overlap: 0, trainingLoss, kinkFraction: 0 },
      margins: {
        ...{ scale: 0, flip: 0.1, slopes: latent.map(() => 0) },
        weights: latent.map(({ weight }) => weight),
      },
      trainingMargins: { proximal: 0, attacked: 0, loss },
      ...{ phase: 'null', iterations: 0, residual: 0, converged: true },
    });
    expect([-1, 0, 1].map((margin) => marginBelow(found, margin))).toEqual([0.5, 0.5, 0.5]);
    expect(robustErrorAt(found, 2)).toBe(0.5);
  });
});

describe('a regression in the null phase', () => {
  const signal = 1.44;
  it.each([
    ['absolute', 'rademacher', 1],
    ['huber', 'rademacher', 1],
    ['quantile', 'rademacher', 0.5],
  ] as const)('is nothing, with the loss of the targets: %s', (loss, noise, scale) => {
    const options = { psi2: 2, eps: 4, rho: 1.2, tau: 0.5, noise, loss, epsTest: 0.7 } as const;
    const found = asymptoticRisk(randomFeatures({ psi1: 2 }), options);
    const variance = signal + 0.25;
    const value = (y: number): number =>
      loss === 'huber' ? (Math.abs(y) < 1 ? (y * y) / 2 : Math.abs(y) - 0.5) : scale * Math.abs(y);
    const y = (x: number): number => 1.2 * x + 0.5;
    const kinks = [-1.5 / 1.2, -0.5 / 1.2, 0.5 / 1.2];
    // The other sign of the noise is its mirror image.
    const mean = (f: (y: number) => number): number =>
      integral((x) => density(x) * f(y(x)), [-9, ...kinks, 9]);
    expect(found).toMatchObject({
      ...{ gradientNorm: 0, thetaNormSquared: 0, interpolatedFraction: 0, epsTest: 0.7, phase: 'null' },
      ...{ iterations: 0, residual: 0, converged: true },
    });
    expectClose(found.standardRisk, variance, ROUNDING);
    expectClose(found.adversarialRisk, variance, ROUNDING);
    expectClose(found.trainingError, variance, ROUNDING);
    expectClose(found.trainingLoss, mean(value), ROUNDING);
    expectClose(found.absoluteRisk!, mean(Math.abs), ROUNDING);
  });
});

describe('the critical radius of any loss and noise', () => {
  it('is that of the formula, and no other where the attack finds no gradient', () => {
    const map = randomFeatures({ psi1: 2 });
    const { signal, traceF } = map.moments(0, 1, 0);
    // |r| under Gaussian noise: E l'' = 2 phi(0)/s, E l'^2 = E |l'| = 1.
    const [psi2, rho, tau] = [3, 1.3, 0.6];
    const s = Math.hypot(rho, tau);
    const absolute = Math.sqrt((rho * ((2 * density(0)) / s)) ** 2 * signal + traceF / psi2);
    expectClose(criticalEps(map, { psi2, rho, tau, loss: 'absolute' }), absolute, ROUNDING);
    const flip = 0.15;
    const pull = ((1 - 2 * flip) * rho * Math.sqrt(2 / Math.PI)) / s;
    const margin = Math.sqrt(pull ** 2 * signal + traceF / psi2);
    for (const loss of ['logistic', 'hinge', 'squaredHinge'] as const)
      expectClose(criticalEps(map, { psi2, rho, tau, flip, loss }), margin, ROUNDING);
  });
});

describe('the robust capacity', () => {
  const map = randomFeatures({ psi1: 1.5 });
  const asked = { eps: 0.3, tau: 0.5, flip: 0.1 };
  const found = robustCapacity(map, asked);

  it('does not know the units of the signal, and takes what is not linear for noise', () => {
    const scaled = robustCapacity(map, { ...asked, rho: 3, tau: 1.5 });
    const beside = robustCapacity(map, { ...asked, tau: 0.3, nonlinearEnergy: 0.16 });
    for (const other of [scaled, beside])
      for (const key of ['psi2', 'gradientNorm', 'error'] as const)
        expectClose(other[key], found[key], 1e-9, key);
    expect(robustCapacity(map, { ...asked, labels: 'probit' })).toEqual(found);
  });

  it('has the error of the angle between its output and the labels', () => {
    // Just below it the max-margin classifier is the same.
    const below = asymptoticRisk(map, { ...asked, psi2: found.psi2 * (1 - 1e-7), lambda: 0, loss: 'hinge' });
    expectClose(below.error, found.error, 1e-6);
    expectClose(below.gradientNorm, found.gradientNorm, 1e-6);
    const logistic = robustCapacity(map, { ...asked, labels: 'logistic', tau: 0.3 });
    const near = asymptoticRisk(map, {
      ...asked,
      labels: 'logistic',
      tau: 0.3,
      psi2: logistic.psi2 * (1 - 1e-7),
      lambda: 0,
      loss: 'hinge',
    });
    expectClose(near.error, logistic.error, 1e-6);
  });

  it.each([
    [{ eps: -1 }, 'eps: -1'],
    [{ rho: 0 }, 'rho: 0'],
    [{ tau: -1 }, 'tau: -1'],
    [{ flip: 0.6 }, 'flip: 0.6'],
    [{ nonlinearEnergy: -1 }, 'nonlinearEnergy: -1'],
    [{ labels: 'cauchit' }, 'labels: "cauchit"'],
    [{ psi2: 3 }, 'psi2: 3'],
  ] as const)('refuses %o', (wrong, said) => {
    expect(() => robustCapacity(map, { ...asked, ...wrong } as never)).toThrow(`invalid ${said}`);
  });
});

describe('slopes of risks under any loss and noise', () => {
  it('are those of the square loss where it is that', () => {
    const map = randomFeatures({ psi1: 2 });
    const problem = { psi2: 3, eps: 0.3, lambda: 0.02, tau: 0.5 };
    const closed = sensitivities(map, problem);
    const found = sensitivities(map, { ...problem, loss: { name: 'huber', threshold: 1e9 } });
    expect(Object.keys(found).sort()).toEqual(['eps', 'lambda', 'psi1', 'psi2', 'tau']);
    for (const name of Object.keys(found) as (keyof typeof found)[])
      for (const measure of ['standardRisk', 'adversarialRisk', 'gradientNorm'] as const) {
        const [slope, wanted] = [found[name]![measure], closed[name]![measure]];
        expectClose(slope, wanted, 1e-8 * (1 + Math.abs(wanted)), `${name} ${measure}`);
      }
  });
});
