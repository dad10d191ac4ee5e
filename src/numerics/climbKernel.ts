import {
  add,
  assemble,
  both,
  type Code,
  constant,
  equal,
  F64,
  I32,
  type Local,
  less,
  load,
  loopWhile,
  multiply,
  store,
  V128,
  vector,
  type WasmMemory,
  wasmFunction,
  when,
} from './wasmCode.ts';
import {
  above,
  divided,
  everywhere,
  exclusiveOr,
  float64,
  LARGEST,
  larger,
  minus,
  plus,
  root,
  smaller,
  sumOf,
  TINY,
  times,
  ZEROS,
} from './wasmFloats.ts';

/**
 * Where the arrays of a climb lie, float32 but for `numbers` and `switched`. N and d are filled up with zeros to multiples of four.
 *
 *     numbers     those of {@link CLIMB_NUMBERS}, float64
 *     weights     a, [N]
 *     offsets     a_j b_j, [N]
 *     sizes       |a_j k_j|, [N]
 *     kernel      k_j, [N, d]
 *     gram        <k_i, k_j>, [N, N]
 *     about       z at the centre of the ball, [N]
 *     hidden      z = K'x + b at the start, [N]; changed
 *     rise        K'g, by which z rises along the gradient there, [N]; changed
 *     gradient    g, [d]; changed
 *     centre      of the ball, [d]
 *     delta       from the centre to the start, [d]; changed
 *     found       from the centre to the point that is kept, [d]: the result
 *     switched    room for N integers and four more
 */
export const CLIMB_ARRAYS = [
  'numbers',
  'weights',
  'offsets',
  'sizes',
  'kernel',
  'gram',
  'about',
  'hidden',
  'rise',
  'gradient',
  'centre',
  'delta',
  'found',
  'switched',
] as const;

/**
 *     value       f at the start; then where the climb ends up: f at the point that is kept
 *     offset      f(x) - <g, x> at the start; changed
 *     target      y, of which the point that is kept is the farthest; not read where `absolute` is 0
 *     push        1 up, -1 down
 *     length      of a step
 *     radius      of the ball
 *     switches    result: how often a unit changed its sign
 *     cancelled   result: the least |g| over the largest of what it was computed from
 */
export const CLIMB_NUMBERS = [
  'value',
  'offset',
  'target',
  'push',
  'length',
  'radius',
  'switches',
  'cancelled',
] as const;

/** Names of the sizes behind the addresses, in their order: bytes of N and of d numbers, and three choices. */
const CLIMB_SIZES = ['units', 'inputs', 'steps', 'absolute', 'keepBest'] as const;

/** Addresses and sizes, as `climb` takes them, in order. */
const CLIMB_PARAMETERS = [...CLIMB_ARRAYS, ...CLIMB_SIZES] as const;

/** What an instance of the module exports. */
export interface ClimbKernel {
  climb(...addressesAndSizes: number[]): void;
  readonly memory: WebAssembly.Memory;
}

/**
 * The module: projected gradient steps in l2 of one input x through f(x) = sum_j a_j relu(z_j) + beta, z = K'x + b. A step and
 * the projection on the ball lead from the centre by
 *
 *     delta' = c (delta + s g),    z' = z0 + c (z - z0 + s K'g),
 *
 * and where unit j changes its sign, g changes by +-a_j k_j and K'g by +-a_j K'k_j, a row of the Gram matrix. So a step takes
 * as many operations as N numbers, and as N + d for each unit that changes its sign: not N d. Sums over d are float64.
 */
export const climbModule = (memory: WasmMemory): Uint8Array<ArrayBuffer> => assemble([climb], memory);

const readNumber = (numbers: Local, name: (typeof CLIMB_NUMBERS)[number]): Code => [
  [numbers.get, 0x2b, 3],
  8 * CLIMB_NUMBERS.indexOf(name),
];
const writeNumber = (numbers: Local, name: (typeof CLIMB_NUMBERS)[number], value: Code): Code => [
  [numbers.get, value, 0x39, 3],
  8 * CLIMB_NUMBERS.indexOf(name),
];
const sum = (a: Code, b: Code): Code => [a, b, 0xa0];
const difference = (a: Code, b: Code): Code => [a, b, 0xa1];
const product = (a: Code, b: Code): Code => [a, b, 0xa2];
const magnitude = (a: Code): Code => [a, 0x99];
const either = (a: Code, b: Code): Code => [a, b, 0x72];
const atLeast = (a: Code, b: Code): Code => [a, b, 0x66];
/** A number of float32 as float64. */
const promoted = (address: Code): Code => [address, 0x2a, 2, 0, 0xbb];

const climb = wasmFunction('climb', CLIMB_PARAMETERS.length, (parameters, local) => {
  const at = Object.fromEntries(CLIMB_PARAMETERS.map((name, i) => [name, parameters[i]!])) as {
    readonly [name in (typeof CLIMB_PARAMETERS)[number]]: Local;
  };
  const { numbers, units, inputs } = at;
  const locals = <const T extends readonly number[]>(...types: T): { [i in keyof T]: Local } =>
    types.map((type) => local(type)) as { [i in keyof T]: Local };
  const [k, step, end, next] = locals(I32, I32, I32, I32);
  const [v, w, by, shrink, mask] = locals(V128, V128, V128, V128, V128);
  const [value, offset, kept, score, best] = locals(F64, F64, F64, F64, F64);
  const [size, scale, least, weight, sign, switches] = locals(F64, F64, F64, F64, F64, F64);
  const [squares, total] = [sumOf(local), sumOf(local)];

  const numberOf = (name: (typeof CLIMB_NUMBERS)[number]): Code => readNumber(numbers, name);
  /** Along arrays of so many bytes, four numbers a turn. */
  const along = (bytes: Local, body: Code): Code => [
    k.set(constant(0)),
    loopWhile(less(k.get, bytes.get), [body, k.advance(constant(16))]),
  ];
  const read = (array: Local): Code => load(add(array.get, k.get));
  const write = (array: Local, four: Code): Code => store(add(array.get, k.get), four);
  const positive = (four: Code): Code => above(four, ZEROS);

  const keep: Code = [
    [best.set(score.get), kept.set(value.get)],
    along(inputs, write(at.found, read(at.delta))),
  ];
  const judge = when(
    at.absolute.get,
    score.set(magnitude(difference(value.get, numberOf('target')))),
    score.set(product(numberOf('push'), value.get)),
  );

  const measureGradient: Code = [
    squares.clear,
    along(inputs, [v.set(read(at.gradient)), squares.addProduct(v, v)]),
  ];
  const factor = divided(numberOf('length'), larger(size.get, float64(TINY)));
  const reach = larger(root(total.total), larger(numberOf('radius'), float64(TINY)));
  const moveInputs: Code = [
    size.set(root(squares.total)),
    scale.set(larger(scale.get, size.get)),
    least.set(smaller(least.get, divided(sum(size.get, float64(TINY)), sum(scale.get, float64(TINY))))),
    by.set(everywhere(product(numberOf('push'), smaller(factor, float64(LARGEST))))),
    total.clear,
    along(inputs, [
      v.set(plus(read(at.delta), times(by.get, read(at.gradient)))),
      [write(at.delta, v.get), total.addProduct(v, v)],
    ]),
    shrink.set(everywhere(divided(numberOf('radius'), reach))),
  ];
  const raised = plus(minus(v.get, w.get), times(by.get, read(at.rise)));
  const moveUnits: Code = [
    end.set(at.switched.get),
    along(units, [
      [v.set(read(at.hidden)), w.set(read(at.about))],
      w.set(plus(w.get, times(shrink.get, raised))),
      write(at.hidden, w.get),
      mask.set(exclusiveOr(positive(v.get), positive(w.get))),
      when(vector(0x53, mask.get), [
        next.set(vector(0xa4, mask.get)),
        // All four are written down one after the other, each over the last one where that did not change.
        [0, 1, 2, 3].map((lane) => [
          [end.get, add(k.get, constant(4 * lane)), 0x36, 2, 0],
          end.advance([both([next.get, 0x41, lane, 0x76], constant(1)), 0x41, 2, 0x74]),
        ]),
      ]),
    ]),
  ];

  /** A unit that changed its sign. Its place in arrays of N is as many bytes behind their beginning as `unit` says. */
  const switchedUnit = () => {
    const [unit, row, factorOfRow] = locals(I32, I32, V128);
    const ofUnit = (array: Local): Code => promoted(add(array.get, unit.get));
    const rowOf = (matrix: Local, bytes: Local): Code =>
      add(matrix.get, multiply([unit.get, 0x41, 2, 0x76], bytes.get));
    return {
      take: [
        unit.set([next.get, 0x28, 2, 0]),
        next.advance(constant(4)),
        weight.set(ofUnit(at.weights)),
        scale.set(larger(scale.get, ofUnit(at.sizes))),
        sign.set([float64(1), float64(-1), ofUnit(at.hidden), float64(0), 0x64, 0x1b]),
        offset.set(sum(offset.get, product(sign.get, ofUnit(at.offsets)))),
        factorOfRow.set(everywhere(product(sign.get, weight.get))),
        switches.set(sum(switches.get, float64(1))),
      ],
      find: (matrix: Local, bytes: Local): Code => row.set(rowOf(matrix, bytes)),
      changed: (four: Code): Code => plus(four, times(factorOfRow.get, read(row))),
    };
  };
  const [first, second] = [switchedUnit(), switchedUnit()];
  /** Two at a time, which reads and writes what they change once. */
  const switchUnits = (changed: readonly ReturnType<typeof switchedUnit>[]): Code =>
    loopWhile(less(add(next.get, constant(4 * changed.length - 1)), end.get), [
      changed.map(({ take }) => take),
      (
        [
          [at.gradient, at.kernel, inputs],
          [at.rise, at.gram, units],
        ] as const
      ).map(([array, matrix, bytes]) => [
        changed.map(({ find }) => find(matrix, bytes)),
        along(
          bytes,
          write(
            array,
            changed.reduce((four, one) => one.changed(four), read(array)),
          ),
        ),
      ]),
    ]);
  const evaluate: Code = [
    [total.clear, squares.clear],
    along(inputs, [
      v.set(times(shrink.get, read(at.delta))),
      write(at.delta, v.get),
      [v.set(plus(v.get, read(at.centre))), w.set(read(at.gradient))],
      [total.addProduct(v, w), squares.addProduct(w, w)],
    ]),
    value.set(sum(total.total, offset.get)),
  ];
  return [
    [value.set(numberOf('value')), offset.set(numberOf('offset')), least.set(float64(1))],
    [judge, keep, measureGradient],
    loopWhile(less(step.get, at.steps.get), [
      [moveInputs, moveUnits, next.set(at.switched.get)],
      [switchUnits([first, second]), switchUnits([first]), evaluate, judge],
      when(either(equal(at.keepBest.get, constant(0)), atLeast(score.get, best.get)), keep),
      step.advance(constant(1)),
    ]),
    writeNumber(numbers, 'value', kept.get),
    writeNumber(numbers, 'switches', switches.get),
    writeNumber(numbers, 'cancelled', least.get),
  ];
});
