import { describe, expect, it } from 'vitest';
import { checkOptions, nearestName } from '../src/checkOptions.ts';
import { InvalidArgumentError, show } from '../src/errors.ts';

const names = { steps: true, stepSize: true, eps: true, lambda: true } as const;

describe('options that nobody knows', () => {
  it.each([
    [{ iterations: 5 }, 'invalid iterations: 5 (expected an option of pgd: steps?)'],
    [{ stepsize: 0.1 }, 'invalid stepsize: 0.1 (expected an option of pgd: stepSize?)'],
    [{ step_size: 0.1 }, 'invalid step_size: 0.1 (expected an option of pgd: stepSize?)'],
    [{ lamda: 1 }, 'invalid lamda: 1 (expected an option of pgd: lambda?)'],
    [
      { gradientClipping: 1 },
      'invalid gradientClipping: 1 (expected an option of pgd: steps, stepSize, eps, lambda)',
    ],
    [{ toString: 1 }, 'invalid toString: 1 (expected an option of pgd: steps, stepSize, eps, lambda)'],
    [{ 'a\nb': 1 }, 'invalid "a\\nb": 1 (expected'],
    [null, 'invalid options: null (expected an object of options of pgd)'],
    [3, 'invalid options: 3 (expected an object of options of pgd)'],
    [[], 'invalid options: [] (expected an object of options of pgd)'],
  ])('%o is refused by name', (options, message) => {
    expect(() => checkOptions('pgd', options, names)).toThrow(message);
    expect(() => checkOptions('pgd', options, names)).toThrow(InvalidArgumentError);
  });

  it('passes what is known, and nothing at all', () => {
    checkOptions('pgd', undefined, names);
    checkOptions('pgd', {}, names);
    checkOptions('pgd', { steps: undefined, eps: 1 }, names);
  });

  it('knows no near name where there is none', () => {
    expect(nearestName('x', ['steps', 'eps'])).toBeUndefined();
    expect(nearestName('epsilon', ['steps'])).toBeUndefined();
  });
});

describe('a value in a message', () => {
  const cyclic: Record<string, unknown> = {};
  cyclic.self = cyclic;
  it.each([
    ['text', '"text"'],
    ['a\nb', '"a\\nb"'],
    [Number.NaN, 'NaN'],
    [10n, '10'],
    [undefined, 'undefined'],
    [[0.1, 'x'], '[0.1, "x"]'],
    [{ a: { b: 1 } }, '{"a": {"b": 1}}'],
    [() => 1, 'a function'],
    [new Map(), '[Map]'],
    [new Float32Array(3), '[Float32Array]'],
    [cyclic, '{"self": {"self": {...}}}'],
    [Symbol('s'), 'Symbol(s)'],
  ])('%o is shown on one line', (value, text) => {
    expect(show(value)).toBe(text);
  });

  it.each([['x'.repeat(1e6)], [Array.from({ length: 1e5 }, (_, i) => i)], [{ ['k'.repeat(1e5)]: 1 }]])(
    'is cut where it is long',
    (value) => {
      expect(show(value).length).toBeLessThanOrEqual(80);
      expect(show(value)).toMatch(/\.\.\.$/);
    },
  );
});
