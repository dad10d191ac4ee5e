import { describe, expect, it } from 'vitest';
import { nextStop, positionAfter } from '../../src/explorer/bench/animate.ts';
import { keptControls } from '../../src/explorer/bench/screens.ts';
import { movedBy } from '../../src/explorer/page/mapKeys.ts';
import { MOST_POINTS, readOwnData } from '../../src/explorer/state/ownData.ts';
import { defaults, parameters, SLIDER_STEPS } from '../../src/explorer/state/parameters.ts';
import { differing, freePin, withoutPin, withPin } from '../../src/explorer/state/pins.ts';
import { axisNamed, settingsAt } from '../../src/explorer/theory/curve.ts';
import { type Solvable, settingsFor } from '../../src/explorer/theory/settingsFor.ts';
import { asymptoticRisk, randomFeatures } from '../../src/theory/index.ts';

describe('settings that give a risk', () => {
  const wide = { ...defaults, psi1: 20, psi2: 3 };
  const risksAt = (settings: typeof defaults, parameter: Solvable, at: number) => {
    const { psi1, psi2, eps, epsTest, lambda, tau } = settingsAt(settings, axisNamed(parameter), at);
    const options = { psi2, eps, lambda, tau, ...(epsTest !== null && { epsTest }) };
    return asymptoticRisk(randomFeatures({ psi1 }), options);
  };

  it.each([
    ['lambda', 0.6, 2],
    ['lambda', 0.87, 1],
    ['eps', 0.7, 1],
    ['psi1', 0.9, 4],
    ['epsTest', 0.8, 1],
    ['tau', 0.9, 1],
  ] as const)('are found by changing %s to a risk of %d', (parameter, risk, count) => {
    const { values, least, most } = settingsFor(wide, parameter, 'adversarialRisk', risk);
    // The root finder's own accuracy, in the risk.
    for (const at of values)
      expect(Math.abs(risksAt(wide, parameter, at).adversarialRisk - risk)).toBeLessThan(1e-7);
    expect(values).toHaveLength(count);
    expect(least).toBeLessThan(risk);
    expect(most).toBeGreaterThan(risk);
    const { from, to, zero } = parameters[parameter];
    for (const at of values) {
      expect(at).toBeGreaterThanOrEqual(zero ? 0 : from);
      expect(at).toBeLessThanOrEqual(to);
    }
  });

  it('are none where the risk is out of reach', () => {
    const { values, least } = settingsFor(wide, 'lambda', 'adversarialRisk', 0.2);
    expect(values).toEqual([]);
    expect(least).toBeGreaterThan(0.2);
  });

  it('are none where the risk jumps over the wanted one', () => {
    const settings = { ...defaults, psi1: 100, epsTest: 0.3 };
    const zero = risksAt(settings, 'eps', 0).standardRisk;
    const limit = risksAt(settings, 'eps', 1e-4).standardRisk;
    expect(zero).toBeLessThan(0.5);
    expect(limit).toBeGreaterThan(0.9);
    expect(settingsFor(settings, 'eps', 'standardRisk', 0.5).values).toEqual([]);
    expect(settingsFor(settings, 'eps', 'standardRisk', zero).values).toEqual([0]);
  });

  it('lie on both sides of a peak that is infinite', () => {
    const settings = { ...defaults, eps: 0, epsTest: 0.3 };
    const { values, most } = settingsFor(settings, 'psi1', 'standardRisk', 5);
    expect(most).toBe(Infinity);
    expect(values).toHaveLength(2);
    expect(values[0]).toBeLessThan(2);
    expect(values[1]).toBeGreaterThan(2);
  });
});

describe('data of the reader’s own', () => {
  it.each([
    ['1, 2\n3, 4, 0.5', 2],
    ['x;value;error\r\n1;2;0\r\n\r\n2;3;0.1\r\n', 2],
    ['# from the paper\n0.5\t1e-3\n  2 \t -3 ', 2],
    ['x value\n1 2', 1],
    ['', 0],
  ])('are read from %j', (text, count) => {
    const { points, complaints } = readOwnData(text);
    expect(complaints).toEqual([]);
    expect(points).toHaveLength(count);
  });

  it('keep their values and errors', () => {
    expect(readOwnData('0.5, 0.92, 0.03\n1 2').points).toEqual([
      { x: 0.5, value: 0.92, error: 0.03 },
      { x: 1, value: 2 },
    ]);
  });

  it.each([
    ['1,2\n3,abc', ['line 2: “abc” is not a number']],
    ['1,2\n\n5', ['line 3: x, value and optionally an error are wanted, not 1 number']],
    ['1,2,3,4', ['line 1: x, value and optionally an error are wanted, not 4 numbers']],
    ['1,2,-0.1', ['line 1: the error -0.1 is below 0']],
    ['1,,2', ['line 1: “” is not a number']],
    ['1,Infinity', ['line 1: “Infinity” is not a number']],
  ])('that are wrong are named: %j', (text, complaints) => {
    expect(readOwnData(text)).toEqual({ points: [], complaints });
  });

  it('are refused when they are too many, and complaints are few', () => {
    const many = Array.from({ length: MOST_POINTS + 1 }, (_, i) => `${i},1`).join('\n');
    expect(readOwnData(many).complaints).toEqual([`${MOST_POINTS + 1} points are more than ${MOST_POINTS}`]);
    const bad = `1,1\n${'a,b\n'.repeat(20)}`;
    expect(readOwnData(bad).complaints).toHaveLength(6);
  });
});

describe('pins', () => {
  const [one, two] = [
    { ...defaults, eps: 0.5 },
    { ...defaults, psi1: 8, eps: 0.6 },
  ];
  it('keep their letters when another goes', () => {
    const pins = withPin(withPin({}, 'A', one), 'B', two);
    expect(freePin(pins)).toBe('C');
    const left = withoutPin(pins, 'A');
    expect(left).toEqual({ B: two });
    expect(freePin(left)).toBe('A');
    expect(freePin(withPin(pins, 'C', one))).toBeUndefined();
  });

  it('tell what differs', () => {
    expect(differing([defaults, one, two])).toEqual(['psi1', 'eps']);
    expect(differing([defaults, { ...defaults }])).toEqual([]);
  });
});

describe('keys on the map', () => {
  it('move the cursor within the map, down to no attack at all', () => {
    const there = { psi1: 4, eps: 0.3 };
    expect(movedBy('ArrowRight', there)!.psi1).toBeGreaterThan(4);
    expect(movedBy('ArrowRight', there)!.eps).toBe(0.3);
    expect(movedBy('ArrowUp', there)).toEqual({ psi1: 4, eps: 0.35 });
    expect(movedBy('PageDown', there)).toEqual({ psi1: 4, eps: 0.05 });
    expect(movedBy('PageDown', { psi1: 4, eps: 0.05 })).toEqual({ psi1: 4, eps: 0 });
    expect(movedBy('Home', there)!.psi1).toBe(parameters.psi1.from);
    expect(movedBy('End', there)!.psi1).toBe(parameters.psi1.to);
    expect(movedBy('a', there)).toBeUndefined();
  });
});

describe('a run of a slider', () => {
  it('goes to the right end, back to the left one and on', () => {
    expect(positionAfter(100, 0)).toBe(100);
    const path = Array.from({ length: 60 }, (_, k) => positionAfter(100, 250 * k));
    expect(Math.max(...path)).toBeGreaterThan(SLIDER_STEPS - 30);
    expect(Math.min(...path)).toBeLessThan(30);
    // Never a jump: a quarter of a second is a 24th of the way.
    for (const [i, at] of path.entries())
      if (i > 0) expect(Math.abs(at - path[i - 1]!)).toBeLessThanOrEqual(SLIDER_STEPS / 24 + 1);
  });

  it('has stops from end to end for those who want no motion', () => {
    const stops = [0];
    while (stops.at(-1)! < SLIDER_STEPS && stops.length < 50) stops.push(nextStop(stops.at(-1)!));
    expect(stops).toHaveLength(13);
    expect(nextStop(SLIDER_STEPS)).toBe(0);
  });
});

describe('a screen of two controls', () => {
  it('has that of the axis and that of the attack', () => {
    expect(keptControls('lambda')).toEqual(['lambda', 'eps']);
    expect(keptControls('eps')).toEqual(['psi1', 'eps']);
  });
});
