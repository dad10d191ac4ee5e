import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matching } from '../../src/explorer/check/measurements.ts';
import { fromLink, toLink } from '../../src/explorer/state/link.ts';
import { facesLinf } from '../../src/explorer/state/norms.ts';
import {
  type AxisName,
  choices,
  defaults,
  MAX_DEPTH,
  movedTo,
  parameters,
  positionOf,
  SLIDER_STEPS,
  valueAt,
} from '../../src/explorer/state/parameters.ts';
import { isOfStory, SCENE_NAMES, stateOf } from '../../src/explorer/state/scenes.ts';
import { initialState, type State } from '../../src/explorer/state/state.ts';
import { axisNamed, settingsAt } from '../../src/explorer/theory/curve.ts';

const positive = fc.double({ min: 1e-4, max: 1e4, noNaN: true });
const radius = fc.double({ min: 0, max: 100, noNaN: true });
const someSettings = fc.record({
  psi1: positive,
  psi2: positive,
  eps: radius,
  epsTest: fc.option(radius),
  lambda: radius,
  tau: radius,
  below: positive,
  activation: fc.constantFrom(...choices.activation),
  depth: fc.integer({ min: 1, max: MAX_DEPTH }),
  loss: fc.constantFrom(...choices.loss),
  noise: fc.constantFrom(...choices.noise),
  labels: fc.constantFrom(...choices.labels),
  norm: fc.constantFrom(...choices.norm),
  testNorm: fc.constantFrom(...choices.testNorm),
  signal: fc.constantFrom(...choices.signal),
  share: fc.double({ min: 1e-3, max: 1, noNaN: true }),
  spectrum: fc.constantFrom(...choices.spectrum),
  exponent: fc.double({ min: 0, max: 20, noNaN: true }),
  spikes: fc.double({ min: 1e-3, max: 0.99, noNaN: true }),
  ratio: positive,
  flip: fc.double({ min: 0, max: 0.5, noNaN: true }),
});
/** What the story is of: numbers alone. */
const numbersAlone = fc
  .tuple(positive, positive, radius, fc.option(radius), radius, radius)
  .map(([psi1, psi2, eps, epsTest, lambda, tau]) => ({ ...defaults, psi1, psi2, eps, epsTest, lambda, tau }));
const anySettings = fc.oneof(someSettings, numbersAlone);
// Against linf the theory is of one layer of isotropic inputs only.
const settings = anySettings.map((of) =>
  facesLinf(of) ? { ...of, depth: 1, spectrum: 'isotropic' as const } : of,
);
// Measured values are kept to six digits.
const measured = fc.record({
  value: fc.integer({ min: 0, max: 999_999 }).map((x) => x / 1e5),
  standardError: fc.integer({ min: 0, max: 999_999 }).map((x) => x / 1e7),
});
const axis = fc.constantFrom<AxisName>(
  ...(['psi1', 'psi2', 'eps', 'epsTest', 'lambda', 'tau', 'depth', 'activation'] as const),
);
const counts = fc
  .record({ seeds: fc.integer({ min: 1, max: 50 }), failed: fc.integer({ min: 0, max: 50 }) })
  .map(({ seeds, failed }) => ({ seeds, converged: Math.max(0, seeds - failed) }));
const measuredAt = fc.record({
  at: fc.integer({ min: 0, max: 3 }),
  d: fc.integer({ min: 1, max: 200 }),
  counts,
  standardRisk: measured,
  adversarialRisk: measured,
});
const anyState: fc.Arbitrary<State> = fc
  .record({
    scene: fc.constantFrom(null, ...SCENE_NAMES),
    settings,
    axis,
    yScale: fc.constantFrom('linear', 'log'),
    mapOf: fc.constantFrom('standardRisk', 'adversarialRisk'),
    theme: fc.constantFrom('auto', 'light', 'dark'),
    d: fc.integer({ min: 1, max: 200 }),
    seeds: fc.integer({ min: 1, max: 50 }),
    points: fc.array(measuredAt, { maxLength: 3 }),
    screen: fc.constantFrom('page', 'projector', 'embed'),
    pins: fc.record({ A: settings, B: settings, C: settings }, { requiredKeys: [] }),
  })
  .map(({ axis: wanted, points, ...rest }): State => {
    const axis = wanted === 'depth' && facesLinf(rest.settings) ? 'psi1' : wanted;
    return {
      ...rest,
      axis,
      scene: isOfStory(rest.settings) ? rest.scene : null,
      own: null,
      // On the curve, as everything that a link holds.
      measurements: points.map(({ at, counts, ...point }) => ({
        ...point,
        ...counts,
        settings: settingsAt(
          rest.settings,
          axisNamed(axis),
          axis === 'depth' ? at : at + 0.5 * Number(axis !== 'activation'),
        ),
        elsewhere: true,
      })),
    };
  });

describe('a link', () => {
  it('holds the whole state', () => {
    fc.assert(
      fc.property(anyState, (one) => {
        const { state: other, complaints } = fromLink(toLink(one));
        expect(complaints).toEqual([]);
        const sorted = matching(one.measurements, one.settings, axisNamed(one.axis));
        expect(sorted).toHaveLength(one.measurements.length);
        expect(other).toEqual({ ...one, measurements: sorted.map(({ measurement }) => measurement) });
      }),
    );
  });

  it('names the workbench where nothing else is to be said', () => {
    expect(toLink(initialState)).toBe('view=workbench');
    expect(fromLink('view=workbench')).toEqual({ state: initialState, complaints: [] });
  });

  it('is that of the first scene when empty', () => {
    expect(fromLink('')).toEqual({ state: stateOf('training'), complaints: [] });
  });

  it.each(SCENE_NAMES)('of the scene %s is its name', (scene) => {
    expect(toLink(stateOf(scene))).toBe(`scene=${scene}`);
    expect(fromLink(`scene=${scene}`)).toEqual({ state: stateOf(scene), complaints: [] });
  });

  it('of settings but no scene opens the workbench', () => {
    const { state } = fromLink('psi1=8&eps=0.5');
    expect(state).toEqual({ ...initialState, settings: { ...initialState.settings, psi1: 8, eps: 0.5 } });
  });

  it.each([
    ['norm=linf&depth=2', { depth: 2 }, 'norm=linf'],
    ['depth=3&testNorm=linf', { depth: 3 }, 'testNorm=linf'],
    ['norm=linf&testNorm=l2&spectrum=power', { spectrum: 'power' }, 'norm=linf'],
  ])('of %s has no attack that the theory does not know', (link, kept, complaint) => {
    const { state, complaints } = fromLink(link);
    expect(state.settings).toEqual({ ...initialState.settings, ...kept });
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain(complaint);
  });

  it('runs no curve to where an attack is not known', () => {
    const { state, complaints } = fromLink('testNorm=linf&axis=depth');
    expect(state.axis).toBe('psi1');
    expect(complaints).toHaveLength(1);
  });

  it('leaves out points of other curves', () => {
    const { state } = fromLink('eps=0.5&point=0.5~0.01~0.9~0.02~50~4~4~psi1:2');
    expect(state.measurements).toHaveLength(1);
    const elsewhere = { ...state, settings: { ...state.settings, eps: 0.4 } };
    expect(toLink(elsewhere)).toBe('eps=0.4');
    expect(toLink(state)).toContain('point=');
  });

  it.each([
    ['psi3=2', 'psi3=2'],
    ['psi1=2&psi1=3', 'psi1=3'],
    ['pinA=psi1:-2', 'pinA=psi1:-2'],
    ['pinA=cubic:1', 'pinA=cubic:1'],
    ['pinD=psi1:2', 'pinD=psi1:2'],
    ['point=0.5~0.01~0.9~0.02~50~4~5', 'point=0.5~0.01~0.9~0.02~50~4~5'],
    ['point=0.5~0.01~0.9~0.02~50~0~0', 'point=0.5~0.01~0.9~0.02~50~0~0'],
    ['point=0.5~0.01~0.9~0.02~50~4~4~psi1:2:3', 'point=0.5~0.01~0.9~0.02~50~4~4~psi1:2:3'],
  ])('of %s says that %s was ignored', (link, part) => {
    const { state, complaints } = fromLink(link);
    expect(complaints).toHaveLength(1);
    expect(complaints[0]!.startsWith(part)).toBe(true);
    expect(state.measurements).toEqual([]);
    expect(state.pins).toEqual({});
  });

  it('opens the workbench where the story does not know the settings', () => {
    const { state, complaints } = fromLink('scene=curse&loss=hinge');
    expect(state.scene).toBeNull();
    expect(state.settings.loss).toBe('hinge');
    expect(complaints).toHaveLength(1);
    expect(complaints[0]).toContain('scene=curse');
  });

  it('names what it cannot take, and keeps the rest', () => {
    const { state, complaints } = fromLink(
      'view=none&tau=none&activation=cubic&depth=2.5&seeds=0&axis=x&point=1~2&loss=cubic&flip=0.6&eps=0.7',
    );
    for (const part of [
      ...['view=none', 'tau=none', 'activation=cubic', 'depth=2.5', 'seeds=0', 'axis=x', 'point=1~2'],
      ...['loss=cubic', 'flip=0.6'],
    ])
      expect(complaints.some((complaint) => complaint.startsWith(part))).toBe(true);
    expect(state).toEqual({ ...initialState, settings: { ...initialState.settings, eps: 0.7 } });
  });
});

describe('a slider', () => {
  it.each(Object.values(parameters))('of $name reaches both ends by arrow keys', (parameter) => {
    for (const [direction, end] of [
      [1, SLIDER_STEPS],
      [-1, 0],
    ] as const) {
      let position = SLIDER_STEPS / 2;
      for (let key = 0; key < SLIDER_STEPS && position !== end; key++) {
        const before = position;
        position = positionOf(parameter, movedTo(parameter, valueAt(parameter, before), before + direction));
        expect(direction * (position - before)).toBeGreaterThan(0);
      }
      expect(position).toBe(end);
    }
  });

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
