import type { Stream } from '../../src/random/stream.ts';

/** What an argument ought to be. Each kind has values that are none of it. */
export type Kind = keyof typeof bad;

const things = (): unknown[] => ['', 'x', {}, true, () => 1, Symbol('s'), 10n, new Map(), new Date(0)];
const noNumbers = (): unknown[] => [
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  '1',
  [],
  ...things(),
];
const long = (): unknown => 'x'.repeat(1e4);

const bad = {
  positive: () => [...noNumbers(), 0, -1, -1e-9],
  nonNegative: () => [...noNumbers(), -1, -1e-9],
  count: () => [...noNumbers(), 0, -1, 1.5, 2 ** 60],
  name: () => ['x', '', 'toString', '__proto__', 'constructor', long(), 3, {}, [], true, 'l2 ', 'a\nb'],
  boolean: () => ['true', 'yes', 0, 1, {}, []],
  numbers: () => [3, 'x', {}, [Number.NaN], ['1'], [-1], [null], [{}], true, () => 1],
  positives: () => [3, 'x', {}, [], [0], [-1], [1.5], [Number.NaN], ['1'], true],
  ratios: () => [3, 'x', {}, [], [0], [-1], [Number.NaN], ['1'], true],
  oneOrMany: () => ['x', {}, [], [Number.NaN], ['1'], [-1], -1, Number.NaN, true, () => 1],
  points: () => [3, 'x', {}, [0], [null], [{ eps: -1 }], [{}], true],
  bounds: () => [3, 'x', {}, [1, 0], [0], [Number.NaN, 1], ['0', 1], [1, 1], true],
  seed: () => [Number.NaN, {}, [], true, () => 1],
  data: () => [
    3,
    'x',
    true,
    () => 1,
    { n: 2 },
    { n: 2, d: 1, x: [1, 2], y: [1, 2] },
    [[1, 2]],
    new Float32Array(3),
  ],
  array: () => [3, 'x', {}, true, () => 1, [[1]], ['x']],
  tensor: () => [3, 'x', {}, true, [1, 2], [[1, 2]], new Float32Array(4), () => 1],
  model: () => [3, 'x', {}, [], true],
  map: () => [3, 'x', {}, [], true, () => 1, { moments: 3 }],
  object: () => [3, 'x', [], true],
  callback: () => [3, 'x', {}, [], true],
} satisfies Record<string, () => unknown[]>;

/** A value that is no argument of this kind. */
export function badValue(kind: Kind, draw: Stream): unknown {
  const values = bad[kind]();
  return values[Math.floor(draw.uniform() * values.length)];
}

const misspelt = [
  'epsillon',
  'iterations',
  'lamda',
  'Seed',
  'x',
  'toString',
  '__proto',
  'a b',
  'a\nb',
  'k'.repeat(500),
];

/** The name of an option that nothing has. */
export const unknownName = (draw: Stream): string => misspelt[Math.floor(draw.uniform() * misspelt.length)]!;
