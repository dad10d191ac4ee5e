import { describe, expect, it } from 'vitest';
import { erf, normalCdf } from '../../src/numerics/gaussian.ts';
import { gaussianMean } from '../../src/numerics/quadrature.ts';
import { momentsByQuadrature } from '../../src/theory/activationMoments.ts';
import { nameActivation } from '../../src/theory/activations.ts';
import { activation, activationMoments, activationNames, UserError } from '../../src/theory/index.ts';
import { EXACT, expectClose, expectRelative } from './support.ts';

const MOMENTS = ['mu0', 'mu1', 'muStarSquared', 'nuSquared'] as const;

describe('activations', () => {
  it.each(activationNames)('%s has in closed form the moments that quadrature gives', (name) => {
    const { moments, ...definition } = activation(name);
    const integrated = momentsByQuadrature(definition);
    for (const moment of MOMENTS) expectClose(moments[moment], integrated[moment], EXACT, moment);
  });

  it.each(activationNames)('%s has the derivative that differences of its value give', (name) => {
    const { value, derivative, kinks } = activation(name);
    const h = 1e-5;
    for (let u = -6.05; u < 6.1; u += 0.31) {
      if (kinks.some((kink) => Math.abs(kink - u) <= h)) continue;
      expectClose(derivative(u), (value(u + h) - value(u - h)) / (2 * h), 1e-9, `at ${u}`);
    }
  });

  it.each(activationNames)(
    '%s moves its slope at least sqrt 2 times as much as its nonlinear part',
    (name) => {
      // Over the Hermite expansion, nu^2 = sum k c_k^2 against muStar^2 = sum c_k^2, k >= 2.
      const { muStarSquared, nuSquared } = activationMoments(name);
      expect(nuSquared).toBeGreaterThanOrEqual(2 * muStarSquared);
    },
  );

  it('has the moments of the paper for the shifted ReLU and tanh', () => {
    expect(activationMoments('shifted-relu')).toEqual({
      mu0: 0,
      mu1: 0.5,
      muStarSquared: 0.25 - 1 / (2 * Math.PI),
      nuSquared: 0.25,
    });
    const tanh = activationMoments('tanh');
    expectClose(tanh.mu1, 0.6057055096, 1e-10);
    expectClose(tanh.muStarSquared, 0.3942944904 - tanh.mu1 ** 2, 1e-10);
    expectClose(tanh.nuSquared, 0.4644029025 - tanh.mu1 ** 2, 1e-10);
  });

  it('takes a function of the caller with its kinks', () => {
    const own = activation({ f: (u) => Math.abs(u), derivative: Math.sign, kinks: [0] });
    expectClose(own.moments.mu0, Math.sqrt(2 / Math.PI), EXACT);
    expectClose(own.moments.mu1, 0, EXACT);
    expectClose(own.moments.muStarSquared, 1 - 2 / Math.PI, EXACT);
    expectClose(own.moments.nuSquared, 1, EXACT);
  });

  it('finds no nonlinear part in a linear function', () => {
    const own = activation({ f: (u) => 3 * u + 1, derivative: () => 3 });
    expect(own.moments).toMatchObject({ muStarSquared: 0, nuSquared: 0 });
    expectClose(own.moments.mu1, 3, EXACT);
  });

  it('finds a function of one’s own under the name it was given, and no other under that name', () => {
    const square = { f: (u: number) => u * u, derivative: (u: number) => 2 * u };
    nameActivation('square', square);
    const { name, moments } = activation('square' as never);
    expect(name).toBe('square');
    expectClose(moments.mu0, 1, EXACT);
    expectClose(moments.muStarSquared, 2, EXACT);
    expect(() => nameActivation('square', square)).toThrow('invalid name: "square"');
    expect(() => nameActivation('tanh', square)).toThrow('invalid name: "tanh"');
    expect(() => nameActivation('', square)).toThrow('invalid name: ""');
    expect(() => nameActivation(3 as never, square)).toThrow('invalid name: 3');
    expect(() => activation('cube' as never)).toThrow('invalid activation: "cube"');
  });

  it('refuses a derivative that is not that of the function, and a function that jumps', () => {
    expect(() => activation({ f: Math.tanh, derivative: Math.tanh })).toThrow('derivative');
    expect(() => activation({ f: Math.sign, derivative: () => 0, kinks: [0] })).toThrow('derivative');
  });

  it('refuses a function that is not finite or too rough to integrate', () => {
    const derivative = (): number => 1;
    expect(() => activation({ f: (u) => 1 / (u - 1 / 3) ** 40, derivative })).toThrow(UserError);
    expect(() => activation({ f: (u) => Math.exp(u * u), derivative })).toThrow(UserError);
    expect(() => activation({ f: 3 as never, derivative })).toThrow('activation');
  });
});

describe('Gaussian integrals', () => {
  it('gives the error function and the distribution function to double precision', () => {
    // Values of the Digital Library of Mathematical Functions, chapter 7.
    expectRelative(erf(0.5), 0.5204998778130465, 1e-15);
    expectRelative(erf(1), 0.8427007929497149, 1e-15);
    expectRelative(erf(-2), -0.9953222650189527, 1e-15);
    expectRelative(normalCdf(-5), 2.866515718791939e-7, 1e-13);
    expectRelative(normalCdf(-10), 7.61985302416e-24, 1e-12);
    expect(erf(0)).toBe(0);
    expect(erf(1e9)).toBe(1);
    expect(Math.abs(erf(1e-20) / 1e-20 - 2 / Math.sqrt(Math.PI))).toBeLessThan(1e-15);
  });

  it('integrates polynomials and kinked functions exactly', () => {
    expectRelative(
      gaussianMean((u) => u ** 8),
      105,
      EXACT,
    );
    expectRelative(
      gaussianMean((u) => Math.max(u - 1.3, 0), [1.3]),
      Math.exp(-0.845) / Math.sqrt(2 * Math.PI) - 1.3 * normalCdf(-1.3),
      EXACT,
    );
  });
});
