import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromLink, toLink } from '../../src/explorer/state/link.ts';
import {
  LOSSES,
  MAX_DEPTH,
  parameters,
  positionOf,
  SLIDER_STEPS,
  valueAt,
} from '../../src/explorer/state/parameters.ts';
import { initialState, type State } from '../../src/explorer/state/state.ts';
import { LABEL_LAWS } from '../../src/theory/channels/labels.ts';
import { NOISE_NAMES } from '../../src/theory/channels/noise.ts';
import { activationNames } from '../../src/theory/index.ts';

const positive = fc.double({ min: 1e-4, max: 1e4, noNaN: true });
const radius = fc.double({ min: 0, max: 100, noNaN: true });
const settings = fc.record({
  psi1: positive,
  psi2: positive,
  eps: radius,
  epsTest: fc.option(radius),
  lambda: radius,
  tau: radius,
  below: positive,
  activation: fc.constantFrom(...activationNames),
  depth: fc.integer({ min: 1, max: MAX_DEPTH }),
  loss: fc.constantFrom(...LOSSES),
  noise: fc.constantFrom(...NOISE_NAMES),
  labels: fc.constantFrom(...LABEL_LAWS),
  flip: fc.double({ min: 0, max: 0.5, noNaN: true }),
});
// Measured values are kept to six digits.
const measured = fc.record({
  value: fc.integer({ min: 0, max: 999_999 }).map((x) => x / 1e5),
  standardError: fc.integer({ min: 0, max: 999_999 }).map((x) => x / 1e7),
});
const state: fc.Arbitrary<State> = fc.record({
  settings,
  axis: fc.constantFrom('psi1', 'psi2', 'eps', 'epsTest', 'lambda', 'tau', 'depth', 'activation'),
  yScale: fc.constantFrom('linear', 'log'),
  mapOf: fc.constantFrom('standardRisk', 'adversarialRisk'),
  theme: fc.constantFrom('auto', 'light', 'dark'),
  d: fc.integer({ min: 1, max: 200 }),
  seeds: fc.integer({ min: 1, max: 50 }),
  measurements: fc.array(
    fc.record({
      settings,
      d: fc.integer({ min: 1, max: 200 }),
      seeds: fc.integer({ min: 1, max: 50 }),
      converged: fc.integer({ min: 0, max: 50 }),
      standardRisk: measured,
      adversarialRisk: measured,
    }),
    { maxLength: 3 },
  ),
});

describe('a link', () => {
  it('holds the whole state', () => {
    fc.assert(
      fc.property(state, (one) => {
        const { state: other, complaints } = fromLink(toLink(one));
        expect(complaints).toEqual([]);
        expect(other).toEqual(one);
      }),
    );
  });

  it('is empty for the usual state', () => {
    expect(toLink(initialState)).toBe('');
  });

  it('names what it cannot take, and keeps the rest', () => {
    const { state, complaints } = fromLink(
      'tau=none&activation=cubic&depth=2.5&seeds=0&axis=x&point=1~2&loss=cubic&flip=0.6&eps=0.7',
    );
    for (const part of [
      ...['tau=none', 'activation=cubic', 'depth=2.5', 'seeds=0', 'axis=x', 'point=1~2'],
      ...['loss=cubic', 'flip=0.6'],
    ])
      expect(complaints.some((complaint) => complaint.startsWith(part))).toBe(true);
    expect(state).toEqual({ ...initialState, settings: { ...initialState.settings, eps: 0.7 } });
  });
});

describe('a slider', () => {
  it.each(Object.values(parameters))(
    'of $name comes back to the position of each of its values',
    (parameter) => {
      const values = Array.from({ length: SLIDER_STEPS + 1 }, (_, position) => valueAt(parameter, position));
      for (const [position, value] of values.entries()) {
        // Rounding may give two positions one value.
        expect(valueAt(parameter, positionOf(parameter, value))).toBe(value);
        if (position > 0) expect(value).toBeGreaterThanOrEqual(values[position - 1]!);
      }
    },
  );
});
