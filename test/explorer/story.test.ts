import { describe, expect, it } from 'vitest';
import { parameters, type Settings } from '../../src/explorer/state/parameters.ts';
import { SCENE_NAMES, type SceneName, stateOf } from '../../src/explorer/state/scenes.ts';
import { shareLearnt } from '../../src/explorer/story/claims.ts';
import { between } from '../../src/explorer/story/glide.ts';
import { marked, QUANTITIES } from '../../src/explorer/story/marked.ts';
import { pictureOf } from '../../src/explorer/story/picture.ts';
import { sentences } from '../../src/explorer/story/sentences.ts';
import {
  type AsymptoticRisk,
  activationMoments,
  asymptoticRisk,
  criticalEps,
  gridValues,
  infiniteWidthRisk,
  randomFeatures,
} from '../../src/theory/index.ts';

/** Numbers are written with three digits: half a unit of the third one. */
const WRITTEN = 0.501e-2;
/** Widths of an optimum are written with two. */
const NEAR = 0.06;

const riskOf = ({ psi1, psi2, eps, epsTest, lambda, tau }: Settings): AsymptoticRisk =>
  asymptoticRisk(randomFeatures({ psi1 }), { psi2, eps, epsTest: epsTest ?? eps, lambda, tau });

const { from, to } = parameters.psi1;
const widths = gridValues({ from, to, count: 1201, scale: 'log' });
type Risk = 'standardRisk' | 'adversarialRisk';

/** The least risk over a fine grid of widths, one by one. */
function leastOnGrid(settings: Settings, measure: Risk): { at: number; value: number } {
  let least = { at: Number.NaN, value: Infinity };
  for (const psi1 of widths) {
    const value = riskOf({ ...settings, psi1 })[measure];
    if (value < least.value) least = { at: psi1, value };
  }
  return least;
}

/** What a scene says, without its marks. */
const said = (scene: SceneName, settings: Settings): string =>
  marked(sentences(scene, settings))
    .map(({ text }) => text)
    .join('')
    .replaceAll('\u00a0', ' ');

/** The numbers of the first match of a pattern; "%" are hundredths. */
function numbersIn(text: string, pattern: RegExp): number[] {
  const found = pattern.exec(text);
  if (found === null) throw new Error(`"${text}" has no ${pattern}`);
  return found.slice(1).map((part) => (part === '∞' ? Infinity : Number(part)));
}

function expectWritten(numbers: readonly number[], values: readonly number[], tolerance = WRITTEN): void {
  expect(numbers).toHaveLength(values.length);
  for (const [i, value] of values.entries())
    if (value === Infinity) expect(numbers[i]).toBe(Infinity);
    else expect(Math.abs(numbers[i]! - value)).toBeLessThan(tolerance * Math.abs(value));
}

const at = (scene: SceneName, changes: Partial<Settings> = {}): Settings => ({
  ...stateOf(scene).settings,
  ...changes,
});
const N = String.raw`(∞|\d+(?:\.\d+)?(?:e-?\d+)?)`;

describe('what the story says', () => {
  it.each([{}, { psi1: 40 }, { tau: 0.5 }, { psi1: 0.4, tau: 1.5 }])(
    'of ordinary training is so, with %o',
    (changes) => {
      const settings = at('training', changes);
      const text = said('training', settings);
      expectWritten(numbersIn(text, new RegExp(`At ψ1 = ${N} the standard risk is ${N}\\.`)), [
        settings.psi1,
        riskOf(settings).standardRisk,
      ]);
      const [peak] = numbersIn(text, new RegExp(`infinite at ψ1 = ${N},`));
      expect(riskOf({ ...settings, psi1: peak! }).phase).toBe('infinite');
      const [place, value] = numbersIn(text, new RegExp(`least .*?ψ1 = ${N}: ${N}\\.`));
      const least = leastOnGrid(settings, 'standardRisk');
      expectWritten([value!], [least.value]);
      expect(Math.abs(Math.log(place! / least.at))).toBeLessThan(NEAR);
      expect(text.includes('The widest network is the best')).toBe(least.at === to);
    },
  );

  it('of ordinary training is that the widest network is best, where the story begins', () => {
    expect(said('training', at('training'))).toContain('The widest network is the best.');
  });

  it.each([{}, { psi1: 1 }, { epsTest: 1 }])('of the attack is so, with %o', (changes) => {
    const settings = at('attack', changes);
    const [here, wide] = [riskOf(settings), riskOf({ ...settings, psi1: to })];
    const pattern = `ψ1 = ${N} the attack of ε = ${N} raises the mean squared error from ${N} to ${N}; at ψ1 = ${N}, from ${N} to ${N}\\.`;
    expectWritten(numbersIn(said('attack', settings), new RegExp(pattern)), [
      settings.psi1,
      settings.epsTest!,
      here.standardRisk,
      here.adversarialRisk,
      to,
      wide.standardRisk,
      wide.adversarialRisk,
    ]);
  });

  it('of the attack is a formula that is the mean square of the worst errors', () => {
    const { standardRisk, adversarialRisk, gradientNorm } = riskOf(at('attack'));
    const [s, c] = [Math.sqrt(standardRisk), 0.3 * gradientNorm];
    // E (|r| + c)^2 over r = s g by the midpoint rule.
    let mean = 0;
    const step = 1e-3;
    for (let g = step / 2; g < 9; g += step)
      mean += 2 * (s * g + c) ** 2 * Math.exp((-g * g) / 2) * (step / Math.sqrt(2 * Math.PI));
    expect(Math.abs(mean / adversarialRisk - 1)).toBeLessThan(1e-6); // quadrature
  });

  it.each([{}, { eps: 0.2 }, { eps: 0.1 }, { eps: 0.5 }])('of the curse is so, with %o', (changes) => {
    const settings = at('curse', changes);
    const text = said('curse', settings);
    const least = leastOnGrid(settings, 'adversarialRisk');
    const widest = { ...settings, psi1: to };
    const [place, value] = numbersIn(text, new RegExp(`adversarial risk is least .*?ψ1 = ${N}: ${N}\\.`));
    expectWritten([value!], [least.value]);
    expect(Math.abs(Math.log(place! / least.at))).toBeLessThan(NEAR);
    const inside = least.at > from && least.at < to;
    expect(text.includes('Beyond, it grows')).toBe(inside);
    if (inside) {
      expectWritten(numbersIn(text, new RegExp(`grows to ${N} at ψ1 = ${N}`)), [
        riskOf(widest).adversarialRisk,
        to,
      ]);
      expect(riskOf(widest).adversarialRisk).toBeGreaterThan(least.value);
      expect(text).toContain('the wider network withstands it less. That is the curse.');
    }
    expectWritten(numbersIn(text, new RegExp(`nothing has ${N}`)), [1 + settings.tau ** 2]);
    const ordinary = riskOf({ ...widest, eps: 0, epsTest: settings.eps });
    expectWritten(numbersIn(text, new RegExp(`\\(dashed line\\), the network has ${N} at`)), [
      ordinary.adversarialRisk,
    ]);
    expect(text.includes('the training against the attack that does the harm')).toBe(
      ordinary.adversarialRisk < riskOf(widest).adversarialRisk,
    );
  });

  it('of the curse has a least width inside, and a network that is worse than one that predicts nothing', () => {
    const settings = at('curse');
    expect(said('curse', settings)).toContain('Beyond, it grows');
    expect(riskOf({ ...settings, psi1: to }).adversarialRisk).toBeGreaterThan(1 + settings.tau ** 2);
    // A wider network does better on the examples, as the scene says.
    const worst = widths
      .filter((_, i) => i % 40 === 0)
      .map((psi1) => riskOf({ ...settings, psi1 }).trainingLoss);
    for (let i = 1; i < worst.length; i++) expect(worst[i]!).toBeLessThan(worst[i - 1]!);
  });

  it('of the curse at ε = 0 is that there is none', () => {
    expect(said('curse', at('curse', { eps: 0 }))).toContain('there is no attack');
    expect(said('why', at('why', { eps: 0 }))).toContain('there is no attack');
  });

  it('of an attack that is too strong for every width is that predicting nothing is as good', () => {
    const settings = at('curse', { eps: 1.2 });
    expect(said('curse', settings)).toContain(
      'No width shown has less adversarial risk than predicting nothing, 1.04.',
    );
    for (const psi1 of widths)
      expect(riskOf({ ...settings, psi1 }).adversarialRisk).toBeGreaterThan(1.04 * (1 - 1e-12));
    const penalised = at('remedy', { eps: 1.5 });
    expect(said('remedy', penalised)).toContain('no penalty brings it below predicting nothing, 1.04.');
    for (const lambda of gridValues({ from: 1e-3, to: 100, count: 200, scale: 'log' }))
      expect(riskOf({ ...penalised, lambda }).adversarialRisk).toBeGreaterThan(1.04);
  });

  it.each([{}, { eps: 0.2 }, { eps: 0.9 }])('of its reasons is so, with %o', (changes) => {
    const settings = at('why', changes);
    const text = said('why', settings);
    const pattern = [
      `From ψ1 = ${N}, where ${N} % of the examples are fitted exactly, to ψ1 = ${N}, εq (?:falls|rises) from ${N} to ${N}, `,
      `and the error on the attacked training examples (?:falls|rises) from ${N} to ${N}\\. `,
      `The share of the rule that is learnt (?:falls|rises) from ${N} % to ${N} %, and the error on fresh examples (?:falls|rises) from ${N} to ${N}\\.`,
    ].join('');
    const [first, fitted, last, ...rest] = numbersIn(text, new RegExp(pattern));
    expect(last).toBe(to);
    const [before, after] = [first!, to].map((psi1) => riskOf({ ...settings, psi1 })) as [
      AsymptoticRisk,
      AsymptoticRisk,
    ];
    expectWritten([fitted!], [100 * before.interpolatedFraction], 10 * WRITTEN);
    const [, , , , learnt0, learnt1, ...fresh] = rest;
    expectWritten(rest.slice(0, 4), [
      settings.eps * before.gradientNorm,
      settings.eps * after.gradientNorm,
      Math.sqrt(2 * before.trainingLoss),
      Math.sqrt(2 * after.trainingLoss),
    ]);
    expectWritten(fresh, [Math.sqrt(before.standardRisk), Math.sqrt(after.standardRisk)]);
    // Two digits.
    expectWritten(
      [learnt0!, learnt1!],
      [first!, to].map((psi1) => 100 * learntByIteration({ ...settings, psi1 })),
      10 * WRITTEN,
    );
    for (const [, verb, from, after] of text.matchAll(
      new RegExp(`(falls|rises) from ${N} (?:% )?to ${N}`, 'g'),
    ))
      expect(Number(after) < Number(from)).toBe(verb === 'falls');
  });

  it('of its reasons is that the errors on the examples vanish and those on fresh ones grow, by memory in the nonlinear parts', () => {
    const settings = at('why');
    expect(said('why', settings)).toMatch(
      /εq falls .* examples falls .* learnt falls .* fresh examples rises/,
    );
    const wide = riskOf({ ...settings, psi1: to });
    // Every example is fitted, and what is left of its worst error is eps q.
    expect(wide.interpolatedFraction).toBeGreaterThan(0.999);
    expect(Math.abs(Math.sqrt(2 * wide.trainingLoss) / (settings.eps * wide.gradientNorm) - 1)).toBeLessThan(
      0.01,
    );
    // q^2 = |mu1 W' theta|^2 + nu^2 |theta|^2: the second part is that of the nonlinear parts of the features.
    const nonlinear = Math.sqrt(activationMoments('shifted-relu').nuSquared * wide.thetaNormSquared);
    expect(nonlinear / wide.gradientNorm).toBeGreaterThan(0.9);
    // The rule has a gradient of length 1, so that no more than the share q of it can be learnt.
    expect(shareLearnt({ ...settings, psi1: to })).toBeLessThan(wide.gradientNorm);
  });

  it.each([{}, { eps: 0.7 }, { psi1: 20 }, { psi1: 0.5, eps: 0.4 }])(
    'of the null phase is so, with %o',
    (changes) => {
      const settings = at('null', changes);
      const { psi1, psi2, eps, tau } = settings;
      const text = said('null', settings);
      const [critical] = numbersIn(text, new RegExp(`critical radius is ${N}\\.`));
      expectWritten([critical!], [criticalEps(randomFeatures({ psi1 }), { psi2, tau })]);
      // By the risk itself: a little below the radius something is learnt, a little above nothing.
      expect(riskOf({ ...settings, eps: 1.01 * critical! }).thetaNormSquared).toBe(0);
      expect(riskOf({ ...settings, eps: 0.99 * critical! }).thetaNormSquared).toBeGreaterThan(0);
      const { standardRisk, adversarialRisk } = riskOf(settings);
      if (eps > critical!) expectWritten(numbersIn(text, new RegExp(`are both ${N}\\.`)), [1 + tau ** 2]);
      else
        expectWritten(numbersIn(text, new RegExp(`standard risk is ${N}, the adversarial risk ${N}\\.`)), [
          standardRisk,
          adversarialRisk,
        ]);
    },
  );

  it.each([{}, { lambda: 0.05 }, { psi1: 3 }])('of the remedy is so, with %o', (changes) => {
    const settings = at('remedy', changes);
    const text = said('remedy', settings);
    const penalised = (psi1: number): { lambda: number; value: number } => {
      let least = { lambda: 0, value: riskOf({ ...settings, psi1, lambda: 0 }).adversarialRisk };
      for (const lambda of gridValues({ from: 1e-3, to: 30, count: 600, scale: 'log' })) {
        const value = riskOf({ ...settings, psi1, lambda }).adversarialRisk;
        if (value < least.value) least = { lambda, value };
      }
      return least;
    };
    const best = penalised(settings.psi1);
    const pattern = `At ψ1 = ${N} the adversarial risk is ${N} without a penalty \\(dashed line\\), ${N} with λ = ${N}, and ${N} with the best one, λ = ${N}\\.`;
    expectWritten(numbersIn(text, new RegExp(pattern)).slice(0, 5), [
      settings.psi1,
      riskOf({ ...settings, lambda: 0 }).adversarialRisk,
      riskOf(settings).adversarialRisk,
      settings.lambda,
      best.value,
    ]);
    // The optimum of a flat valley on a grid of steps of 1.7 per cent.
    expectWritten(numbersIn(text, new RegExp(`the best one, λ = ${N}\\.`)), [best.lambda], 0.02);
    const wide = penalised(to).value;
    expectWritten(numbersIn(text, new RegExp(`the best penalty gives ${N},`)), [wide]);
    const free = leastOnGrid({ ...settings, lambda: 0 }, 'adversarialRisk').value;
    expect(text.includes(', less than any width shown has without one')).toBe(wide < free);
    const ordinary = riskOf({ ...settings, lambda: 0, eps: 0, epsTest: settings.eps }).adversarialRisk;
    expectWritten(numbersIn(text, new RegExp(`without attack or penalty gives ${N} at`)), [ordinary]);
    expect(text.includes(', less than the best penalty')).toBe(ordinary < best.value);
    expect(text.includes('it is better not to train against the attack')).toBe(ordinary < best.value);
  });

  it('of the remedy is that memory takes larger weights than the rule', () => {
    const { psi2, eps, tau } = at('remedy');
    // psi1 |theta|^2 as psi1 grows, where nothing but memory is left, and that of the least theta with mu1 W' theta = beta.
    const memory = infiniteWidthRisk({}, { psi2, eps, tau }).thetaNormSquared;
    const rule = 1 / activationMoments('shifted-relu').mu1 ** 2;
    expect(memory).toBeGreaterThan(rule);
  });
});

describe('the way from one scene to the next', () => {
  it('begins at the one and ends at the other, and stays where they agree', () => {
    const [from, to] = [at('attack'), at('remedy')];
    for (const [share, end] of [
      [0, from],
      [1, to],
    ] as const) {
      const reached = between(from, to, share);
      for (const name of ['eps', 'lambda', 'tau'] as const) expect(reached[name]).toBe(end[name]);
      expect(reached.psi1).toBeCloseTo(end.psi1, 12);
      expect(reached.epsTest).toBe(end.epsTest ?? end.eps);
    }
    const half = between(from, to, 0.5);
    expect(half.psi1 ** 2).toBeCloseTo(from.psi1 * to.psi1, 9);
    expect(half.psi2).toBe(from.psi2);
  });
});

describe('a scene', () => {
  it.each(SCENE_NAMES)('%s marks in its sentences only what its picture or its controls show', (scene) => {
    const { settings } = stateOf(scene);
    const drawn = new Set(pictureOf(scene, settings).lines.map(({ quantity }) => quantity));
    for (const { quantity } of marked(sentences(scene, settings))) {
      if (quantity === undefined) continue;
      expect(QUANTITIES).toContain(quantity);
      if (quantity !== 'width' && quantity !== 'radius') expect(drawn).toContain(quantity);
    }
  });

  it.each(SCENE_NAMES)('%s has marks where the closed form says', (scene) => {
    const { settings } = stateOf(scene);
    const risk = riskOf(settings);
    const rms = scene === 'why' ? Math.sqrt : (x: number) => x;
    for (const { quantity, here, faint } of pictureOf(scene, settings).lines) {
      if (faint) continue;
      const value = {
        standard: rms(risk.standardRisk),
        adversarial: rms(risk.adversarialRisk),
        radius: risk.epsTest * risk.gradientNorm,
        worst: Math.sqrt(2 * risk.trainingLoss),
      }[quantity]!;
      expect(Math.abs(here - value)).toBeLessThan(1e-9);
    }
  });
});

/** E f(x) <x, beta> by the iteration of docs/theory.md, without the package's solver. */
function learntByIteration({ psi1, psi2, eps, tau }: Settings): number {
  const map = randomFeatures({ psi1 });
  let [s, q, V] = [Math.sqrt(tau ** 2 + 1), 0.3, 1];
  let learnt = Number.NaN;
  for (let iteration = 0; iteration < 3000; iteration++) {
    const [kappa, c] = [1 / V, eps * q];
    const [u, k] = [c / (kappa * s), kappa / (1 + kappa)];
    const [Q, p] = [tail(u), Math.sqrt(2 / Math.PI) * Math.exp((-u * u) / 2)];
    const eta = kappa * (1 - k * Q);
    const zeta = eps ** 2 * (((k * s) / c) * p + k * Q + 1 - Q);
    const outside = (s * s * (Q + u * p) + 2 * s * c * p + c * c * Q) / (1 + kappa) ** 2;
    const b2 = kappa ** 2 * (outside + s * s * (1 - Q - u * p));
    const m = map.moments(eta, zeta, 0);
    const next = [
      Math.sqrt(tau ** 2 + m.bias + (b2 * m.traceFF) / psi2),
      Math.sqrt(eta ** 2 * m.signalJ + (b2 * m.traceFJ) / psi2),
      m.traceF / psi2,
    ];
    const moved = Math.max(...[s, q, V].map((old, j) => Math.abs(next[j]! / old - 1)));
    [s, q, V] = [s, q, V].map((old, j) => Math.sqrt(old * next[j]!)) as [number, number, number];
    learnt = eta * m.signal;
    if (moved < 1e-8) break;
  }
  return learnt;
}

/** 2 P(G > u) by Simpson's rule. */
function tail(u: number): number {
  let sum = 0;
  for (let i = 0; i <= 200; i++) {
    const g = u + (i / 200) * 9;
    sum += (i % 200 === 0 ? 1 : i % 2 ? 4 : 2) * Math.exp((-g * g) / 2);
  }
  return (2 * sum * 9) / 200 / 3 / Math.sqrt(2 * Math.PI);
}
