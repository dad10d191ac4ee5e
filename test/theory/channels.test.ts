import { describe, expect, it } from 'vitest';
import { gaussLegendre } from '../../src/numerics/quadrature.ts';
import { stream } from '../../src/random/stream.ts';
import { newAverages, newPartialMoments } from '../../src/theory/channels/averages.ts';
import { logisticParts } from '../../src/theory/channels/gaussianMixtures.ts';
import { hardMargin } from '../../src/theory/channels/hardMargin.ts';
import { marginLoss, residualLoss } from '../../src/theory/channels/losses.ts';
import { CutGaussian, MarginLaw } from '../../src/theory/channels/marginLaw.ts';
import { type Noise, noiseParts, secondMoment } from '../../src/theory/channels/noise.ts';
import { meanScore } from '../../src/theory/channels/pieces.ts';
import { ResidualLaw } from '../../src/theory/channels/residualLaw.ts';
import { expectClose } from './support.ts';

const QUADRATURE = 1e-9;

/** The integral of f between ends, a thousand panels to each pair of them. */
function integral(f: (x: number) => number, ends: readonly number[], panels = 250): number {
  const { nodes, weights } = gaussLegendre(6);
  let sum = 0;
  for (let piece = 0; piece + 1 < ends.length; piece++) {
    const half = (ends[piece + 1]! - ends[piece]!) / (2 * panels);
    for (let panel = 0; panel < panels; panel++)
      nodes.forEach((node, i) => {
        sum += half * weights[i]! * f(ends[piece]! + half * (2 * panel + 1 + node));
      });
  }
  return sum;
}

const density = (x: number): number => Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);

/** The minimiser of a convex f on [low, high], by thirds. */
function minimiser(f: (r: number) => number, from: number, to: number): number {
  let [low, high] = [from, to];
  for (let step = 0; step < 90; step++) {
    const [a, b] = [low + (high - low) / 3, high - (high - low) / 3];
    if (f(a) < f(b)) high = b;
    else low = a;
  }
  return 0.5 * (low + high);
}

const losses = {
  logistic: (w: number) => Math.log1p(Math.exp(-w)),
  hinge: (w: number) => Math.max(0, 1 - w),
  squaredHinge: (w: number) => 0.5 * Math.max(0, 1 - w) ** 2,
};

describe('margin losses', () => {
  const random = stream('margins');
  const uniform = (low: number, high: number): number => low + (high - low) * random.uniform();

  it.each(['logistic', 'hinge', 'squaredHinge'] as const)(
    'have the averages of their proximal point, found by search: %s',
    (name) => {
      const loss = losses[name];
      for (let trial = 0; trial < 3; trial++) {
        const [scale, a, V, flip] = [uniform(0.3, 4), uniform(0.2, 3), uniform(0.3, 5), uniform(0, 0.3)];
        const c = uniform(0, 1) * scale;
        const teacher = { signal: 1, flip, latent: [{ weight: 1, shift: 0, variance: 0.3 }] };
        const law = new MarginLaw(teacher).set(scale, a);
        const slope = law.slopes[0]!;
        const R = Math.sqrt(1.3);
        const proximal = (z: number): number =>
          minimiser((w) => loss(w) + (w - z) ** 2 / (2 * V), z - 1, Math.max(z, 1) + V + 1);
        const score = (v: number): number => (proximal(v - c) - v + c) / V;
        // P(y = 1 | omega = scale x), by its own integral over what u + xi may be
        const agreement = (x: number): number =>
          flip + (1 - 2 * flip) * integral(density, [-12, slope * x], 40);
        const mean = (f: (v: number) => number, kinks: readonly number[]): number =>
          integral(
            (x) => 2 * density(x) * agreement(x) * f(scale * x),
            [-9, ...kinks.map((v) => v / scale).filter((x) => Math.abs(x) < 9), 9],
            12,
          );
        const kinks = name === 'logistic' ? [0] : [c + 1 - (name === 'hinge' ? V : 0), c + 1];
        const found = marginLoss(name).channel.averages(law, V, c, newAverages());
        const tell = `${name} ${scale} ${a} ${V} ${c}`;
        // The search of a minimum is good to half the digits.
        const searched = 1e-6;
        expectClose(
          found.chi,
          mean((v) => score(v) ** 2, kinks),
          searched,
          `${tell} chi`,
        );
        expectClose(found.attack, mean(score, kinks), searched, `${tell} attack`);
        // The law of the label depends on u through P alone: its derivative in the mean of u.
        const pull = (x: number): number =>
          (2 * (1 - 2 * flip) * density(slope * x) * Math.sqrt(1 + slope * slope)) / R;
        const mu = integral(
          (x) => density(x) * pull(x) * score(scale * x),
          [-9, ...kinks.map((v) => v / scale).filter((x) => Math.abs(x) < 9), 9],
          12,
        );
        expectClose(found.mu, mu, searched, `${tell} mu`);
        // Stein's identity, E f g = Q E dg/df + m E dg/du.
        const m = (slope / Math.sqrt(1 + slope * slope)) * R * scale;
        const product = mean((v) => v * score(v), kinks);
        expectClose(m * found.mu - scale * scale * found.eta, product, 1e-5, `${tell} eta`);
      }
    },
  );

  it('of the hard margin are those of a loss that is infinite below it', () => {
    const law = new MarginLaw({ signal: 1, flip: 0.1, latent: [{ weight: 1, shift: 0, variance: 0 }] }).set(
      2,
      1,
    );
    const hard = hardMargin(1).averages(law, 3, 0.5, newAverages());
    const below = newPartialMoments();
    law.below(1.5, below);
    expectClose(hard.attack, (1.5 * below.mass - below.first) / 3, 1e-14);
    expectClose(hard.eta, below.mass / 3, 1e-14);
  });

  it('have laws whose partial moments are those of their density', () => {
    for (const a of [0, 0.3, 1, 4, 50]) {
      const law = new MarginLaw({ signal: 1, flip: 0.1, latent: [{ weight: 1, shift: 0, variance: 0 }] }).set(
        1,
        a,
      );
      for (const end of [-3, -0.4, 0, 0.7, 5]) {
        const { mass, first, second } = law.below(end, newPartialMoments());
        const ends = [-10, -9 / Math.max(1, a), 0, 9 / Math.max(1, a)].filter((x) => x < end);
        const moment = (power: number): number =>
          integral((x) => 2 * density(x) * law.agreement(x) * x ** power, [...ends, end], 60);
        expectClose(mass, moment(0), 1e-13, `mass ${a} ${end}`);
        expectClose(first, moment(1), 1e-13, `first ${a} ${end}`);
        expectClose(second, moment(2), 1e-13, `second ${a} ${end}`);
      }
    }
  });

  it('know the logistic law as a mixture of Gaussians', () => {
    for (const x of [0.1, 1, 3, 10]) {
      const cdf = logisticParts().reduce(
        (sum, { weight, variance }) => sum + weight * integral(density, [-14, x / Math.sqrt(variance)], 60),
        0,
      );
      expectClose(cdf, 1 / (1 + Math.exp(-x)), QUADRATURE);
    }
  });
});

describe('residual losses', () => {
  const random = stream('residuals');
  const uniform = (low: number, high: number): number => low + (high - low) * random.uniform();
  const huber = (t: number) => (r: number) => (Math.abs(r) < t ? 0.5 * r * r : t * (Math.abs(r) - 0.5 * t));
  it.each([
    ['square', (r: number) => 0.5 * r * r],
    ['absolute', Math.abs],
    [{ name: 'huber', threshold: 0.3 }, huber(0.3)],
    [{ name: 'huber', threshold: 1.2 }, huber(1.2)],
    [{ name: 'quantile', level: 0.8 }, (r: number) => (r > 0 ? 0.8 * r : -0.2 * r)],
    [{ name: 'quantile', level: 0.3 }, (r: number) => (r > 0 ? 0.3 * r : -0.7 * r)],
  ] as const)('have the averages of their proximal point, found by search: %o', (spec, loss) => {
    const channel = residualLoss(spec);
    for (let trial = 0; trial < 2; trial++) {
      const [s, V, c, tau] = [uniform(0.3, 2), uniform(0.3, 3), uniform(0, 1), uniform(0, 1)];
      const law = new ResidualLaw(noiseParts('rademacher', tau));
      law.missed = s * s;
      const attacked = (r: number, by = c): number => Math.max(loss(r + by), loss(r - by));
      const residual = (z: number): number =>
        minimiser((r) => attacked(r) + (r - z) ** 2 / (2 * V), z - 2 * V - 3, z + 2 * V + 3);
      const mean = (f: (z: number) => number): number =>
        integral((x) => 0.5 * density(x) * (f(s * x + tau) + f(s * x - tau)), [-9, 9], 60);
      const score = (z: number): number => (z - residual(z)) / V;
      const found = channel.averages(law, V, c, newAverages());
      // Searched, and across kinks.
      expectClose(
        found.chi,
        mean((z) => score(z) ** 2),
        1e-3,
        'chi',
      );
      expectClose(
        found.loss,
        mean((z) => attacked(residual(z))),
        1e-3,
        'loss',
      );
      expectClose(
        channel.trainingError(law, V, c),
        mean((z) => residual(z) ** 2),
        1e-3,
        'training error',
      );
      const h = 1e-3;
      const envelope = (z: number, by: number): number => {
        const r = minimiser((r) => attacked(r, by) + (r - z) ** 2 / (2 * V), z - 2 * V - 3, z + 2 * V + 3);
        return attacked(r, by) + (r - z) ** 2 / (2 * V);
      };
      // The derivative of the least value in c, by the envelope theorem.
      if (c > h)
        expectClose(
          found.attack,
          mean((z) => (envelope(z, c + h) - envelope(z, c - h)) / (2 * h)),
          1e-3,
          'attack',
        );
      // Stein's identity, given each sign of the noise.
      const stein = integral(
        (x) => (0.5 * density(x) * x * (score(s * x + tau) + score(s * x - tau))) / s,
        [-9, 9],
        60,
      );
      expectClose(found.eta, stein, 1e-3, 'eta');
      expect(found.mu).toBe(found.eta);
    }
  });
});

describe('a kink that holds next to nobody', () => {
  const atZero = 1 / Math.sqrt(2 * Math.PI);

  it.each([1e-5, 1e-9, 1e-14])('has the mean slope of a jump, V = %s', (V) => {
    const law = new ResidualLaw(noiseParts('gaussian', 0.6));
    law.missed = 0.64;
    // E dg/domega of a sign, over N(0, 1): twice the density at 0, but for a share of V^2/6.
    const { eta, kink } = residualLoss('absolute').averages(law, V, 0.2, newAverages());
    expectClose(eta, 2 * atZero, QUADRATURE);
    expectClose(kink / V, 2 * atZero, QUADRATURE);
    const margins = new MarginLaw({ signal: 1, latent: [{ weight: 1, shift: 0, variance: 0.3 }], flip: 0.5 });
    // Labels that say nothing: margins are N(0, scale^2).
    const held = marginLoss('hinge').channel.averages(margins.set(0.5, 0), V, 0.2, newAverages());
    // The middle of the range of margins between 1.2 - V and 1.2.
    const there = 2 * Math.exp(-0.5 * ((1.2 - 0.5 * V) / 0.5) ** 2) * atZero;
    expectClose(held.eta / there, 1, QUADRATURE);
    // Beside the rows that are pushed with a score of 1.
    const beside = integral(density, [-9, (1.2 - V) / 0.5], 200);
    const onKink = integral((x) => density((1.2 - V * x) / 0.5) * 2 * V * x * x, [0, 1], 4);
    expectClose(held.chi, beside + onKink, 1e-13);
  });

  it.each([1e-5, 1e-9])('has the mean score of its range, V = %s', (V) => {
    const law = new CutGaussian();
    law.deviation = 0.5;
    const parts = [
      { to: 1, score: [0, 0], attack: [0, 0], loss: [0, 0, 0] },
      { to: 1 + V, width: V, score: [0.5, 0.25], attack: [0, 0], loss: [0, 0, 0] },
      { to: Infinity, score: [0, 0], attack: [0, 0], loss: [0, 0, 0] },
    ] as const;
    const there = (0.5 + 0.25 * (1 + 0.5 * V)) * V * 2 * density((1 + 0.5 * V) / 0.5);
    expectClose(meanScore(parts, law, 0) / there, 1, QUADRATURE);
  });
});

describe('noise', () => {
  it.each([
    'gaussian',
    'rademacher',
    'laplace',
    'student',
    'sparse',
    { law: 'student', degrees: 2.5 },
    { law: 'sparse', share: 0.4 },
  ] as const)('has the variance tau^2 and mean 0: %o', (noise) => {
    const parts = noiseParts(noise, 1.7);
    expectClose(secondMoment(parts), 1.7 ** 2, 1e-11);
    expectClose(
      parts.reduce((sum, { weight, shift }) => sum + weight * shift, 0),
      0,
      1e-15,
    );
    expectClose(
      parts.reduce((sum, { weight }) => sum + weight, 0),
      1,
      1e-12,
    );
  });

  it('of Laplace and Student has their tails', () => {
    const tail = (noise: Noise, x: number): number =>
      noiseParts(noise, 1).reduce(
        (sum, { weight, variance }) =>
          sum + weight * integral(density, [x / Math.sqrt(variance), 40 + x], 200),
        0,
      );
    expectClose(tail('laplace', 1.3), 0.5 * Math.exp(-1.3 * Math.SQRT2), 1e-6);
    // Student's t with 4 degrees at x, scaled by sqrt 2: P(T > x sqrt 2)
    const t = 1.3 * Math.SQRT2;
    const f = t / Math.sqrt(4 + t * t);
    expectClose(tail({ law: 'student', degrees: 4 }, 1.3), 0.5 - 0.75 * f + 0.25 * f ** 3, 1e-6);
  });
});
