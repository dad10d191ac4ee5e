import {
  add,
  assemble,
  type Code,
  call,
  constant,
  F32,
  F64,
  I32,
  type Local,
  less,
  loopWhile,
  shuffle,
  V128,
  vector,
  type WasmFunction,
  type WasmMemory,
  wasmFunction,
  when,
} from './wasmCode.ts';

/**
 * What is computed of rows of float32 numbers: each takes the addresses of its inputs and of its result, the number of rows
 * and that of columns. Sums are float64, so that squares of small numbers do not underflow. Steps within a ball:
 *
 *     inner       a, b -> <a, b>, one number a row
 *     scale       x, factor -> factor x, the factor one number a row
 *     remember    before, decay, x -> decay before + x / |x|_1
 *     steepest-   gradient, length -> the v of that length in the norm of greatest <gradient, v>; 0 where the gradient is
 *     step-       point, v, centre, radius -> centre + delta, where delta is the projection of point + v - centre on the
 *                 ball; each entry is rounded towards the centre, so that no rounding leads out of the ball
 *     ascend-     gradient, length, point, centre, radius -> the step from the point by the steepest v
 */
export const ROW_KERNELS = [
  'inner',
  'scale',
  'remember',
  'steepest-l2',
  'steepest-linf',
  'steepest-l1',
  'step-l2',
  'step-linf',
  'step-l1',
  'ascend-l2',
  'ascend-linf',
  'ascend-l1',
] as const;

/** One of them. */
export type RowKernel = (typeof ROW_KERNELS)[number];

/** What an instance of the module exports. */
export type RowKernels = Readonly<Record<RowKernel, (...addressesAndSizes: number[]) => void>>;

/** The module, in SIMD. Needs no more than what WebAssembly has everywhere today: where not, it does not validate. */
export const rowModule = (memory: WasmMemory): Uint8Array<ArrayBuffer> =>
  assemble(
    ROW_KERNELS.map((name) => functions[name](name)),
    memory,
  );

/** The greatest factor, which float32 still holds, and the smallest divisor. */
const [LARGEST, TINY] = [3e38, 1.2e-38];

const float64 = (value: number): Code => [0x44, ...new Uint8Array(new Float64Array([value]).buffer)];
const splat = (value: Code): Code => vector(0x13, value);
const ZEROS = splat([0x43, 0, 0, 0, 0]);
const absolute = (a: Code): Code => vector(0xe0, a);
const plus = (a: Code, b: Code): Code => vector(0xe4, a, b);
const minus = (a: Code, b: Code): Code => vector(0xe5, a, b);
const times = (a: Code, b: Code): Code => vector(0xe6, a, b);
const least = (a: Code, b: Code): Code => vector(0xe8, a, b);
const most = (a: Code, b: Code): Code => vector(0xe9, a, b);
const above = (a: Code, b: Code): Code => vector(0x44, a, b);
const and = (a: Code, b: Code): Code => vector(0x4e, a, b);
const or = (a: Code, b: Code): Code => vector(0x50, a, b);
const exclusiveOr = (a: Code, b: Code): Code => vector(0x51, a, b);
const not = (a: Code): Code => vector(0x4d, a);
const SIGN = vector(0x11, constant(-(2 ** 31)));

const divided = (a: Code, b: Code): Code => [a, b, 0xa3];
const root = (a: Code): Code => [a, 0x9f];
const smaller = (a: Code, b: Code): Code => [a, b, 0xa4];
const larger = (a: Code, b: Code): Code => [a, b, 0xa5];
/** The number of float32 at an address, as float64, and a number of float64 in every lane. */
const numberAt = (address: Code): Code => [address, 0x2a, 2, 0, 0xbb];
const everywhere = (value: Code): Code => splat([value, 0xb6]);

/** Sums of float64 in four lanes. */
interface Sum {
  readonly clear: Code;
  /** Adds the products of two vectors of float32, lane by lane. */
  addProduct(a: Local, b: Local): Code;
  /** Adds a vector of float32. */
  addVector(a: Local): Code;
  readonly total: Code;
}

function sumOf(local: (type: number) => Local): Sum {
  const halves = [local(V128), local(V128)] as const;
  const promoted = [
    (a: Local): Code => vector(0x5f, a.get),
    (a: Local): Code => vector(0x5f, shuffle(a.get, a.get, [2, 3, 2, 3])),
  ] as const;
  const lane = (half: Local, i: number): Code => [vector(0x21, half.get), i];
  const addBoth = (term: (promote: (a: Local) => Code) => Code): Code =>
    halves.map((half, i) => half.set(vector(0xf0, half.get, term(promoted[i]!))));
  const [low, high] = halves;
  return {
    clear: halves.map((half) => half.set(ZEROS)),
    addProduct: (a, b) => addBoth((promote) => vector(0xf2, promote(a), promote(b))),
    addVector: (a) => addBoth((promote) => promote(a)),
    total: [
      [lane(low, 0), lane(low, 1), 0xa0],
      [lane(high, 0), lane(high, 1), 0xa0, 0xa0],
    ],
  };
}

/** Numbers of a row where the loop is: four, or one beside zeros. */
interface Here {
  load(row: Local): Code;
  store(row: Local, value: Code): Code;
}

/** The parts of a row function. */
interface Row {
  readonly columns: Local;
  local(type: number): Local;
  /** Sets all addresses to the first number of the row. */
  readonly begin: Code;
  /** Goes along the row, four numbers at a time and then, for what is left, one by one. */
  along(write: (here: Here) => Code): Code;
}

const FOUR: Here = {
  load: (row) => [row.get, 0xfd, 0x00, 2, 0],
  store: (row, value) => [
    [row.get, value],
    [0xfd, 0x0b, 2, 0],
  ],
};
/** Loads fill the other lanes with zeros; stores leave the numbers behind alone. */
const ONE: Here = {
  load: (row) => [row.get, 0xfd, 0x5c, 2, 0],
  store: (row, value) => [
    [row.get, value],
    [0xfd, 0x5a, 2, 0, 0],
  ],
};

/**
 * A function of all rows from what it does in one.
 * @param whole which of the inputs, and then the result, have as many numbers as columns a row; the others have one
 */
function eachRow(
  name: string,
  whole: readonly boolean[],
  write: (inputs: Local[], row: Row) => Code,
): WasmFunction {
  return wasmFunction(name, whole.length + 2, (parameters, local) => {
    const addresses = parameters.slice(0, -2);
    const [rows, columns] = parameters.slice(-2) as [Local, Local];
    const here = addresses.map(() => local(I32));
    const [r, k] = [local(I32), local(I32)];
    const begin = here.map((at, i) => at.set(addresses[i]!.get));
    const inRow = here.filter((_, i) => whole[i]);
    const next = (count: number): Code => [
      inRow.map((at) => at.advance(constant(4 * count))),
      k.advance(constant(count)),
    ];
    const along: Row['along'] = (body) => [
      [begin, k.set(constant(0))],
      loopWhile(less(add(k.get, constant(3)), columns.get), [body(FOUR), next(4)]),
      loopWhile(less(k.get, columns.get), [body(ONE), next(1)]),
    ];
    const bytes = [columns.get, 0x41, 2, 0x74];
    return loopWhile(less(r.get, rows.get), [
      begin,
      write(here, { columns, local, begin, along }),
      addresses.map((at, i) => at.advance(whole[i] ? bytes : constant(4))),
      r.advance(constant(1)),
    ]);
  });
}

const functions: Record<RowKernel, (name: RowKernel) => WasmFunction> = {
  inner: (name) =>
    eachRow(name, [true, true, false], ([a, b, out], { local, along }) => {
      const [u, v, sum] = [local(V128), local(V128), sumOf(local)];
      return [
        sum.clear,
        along((here) => [u.set(here.load(a!)), v.set(here.load(b!)), sum.addProduct(u, v)]),
        [out!.get, sum.total, 0xb6, 0x38, 2, 0],
      ];
    }),

  scale: (name) =>
    eachRow(name, [true, false, true], ([x, factor, out], { local, along }) => {
      const by = local(V128);
      return [
        by.set(splat([factor!.get, 0x2a, 2, 0])),
        along((here) => here.store(out!, times(here.load(x!), by.get))),
      ];
    }),

  remember: (name) =>
    eachRow(name, [true, false, true, true], ([before, decay, x, out], { local, along }) => {
      const [size, kept, by, sum] = [local(V128), local(V128), local(V128), sumOf(local)];
      return [
        sum.clear,
        along((here) => [size.set(absolute(here.load(x!))), sum.addVector(size)]),
        kept.set(splat([decay!.get, 0x2a, 2, 0])),
        by.set(everywhere(smaller(divided(float64(1), larger(sum.total, float64(TINY))), float64(LARGEST)))),
        along((here) =>
          here.store(out!, plus(times(here.load(before!), kept.get), times(here.load(x!), by.get))),
        ),
      ];
    }),

  'steepest-l2': (name) =>
    eachRow(name, [true, false, true], ([gradient, length, out], { local, along }) => {
      const [g, by, sum] = [local(V128), local(V128), sumOf(local)];
      const factor = divided(numberAt(length!.get), larger(root(sum.total), float64(TINY)));
      return [
        sum.clear,
        along((here) => [g.set(here.load(gradient!)), sum.addProduct(g, g)]),
        by.set(everywhere(smaller(factor, float64(LARGEST)))),
        along((here) => here.store(out!, times(here.load(gradient!), by.get))),
      ];
    }),

  'steepest-linf': (name) =>
    eachRow(name, [true, false, true], ([gradient, length, out], { local, along }) => {
      const [g, by] = [local(V128), local(V128)];
      return [
        by.set(splat([length!.get, 0x2a, 2, 0])),
        along((here) => [
          g.set(here.load(gradient!)),
          here.store(out!, minus(and(above(g.get, ZEROS), by.get), and(above(ZEROS, g.get), by.get))),
        ]),
      ];
    }),

  'steepest-l1': (name) =>
    eachRow(name, [true, false, true], ([gradient, length, out], { columns, local, begin, along }) => {
      const [largest, size, k] = [local(V128), local(F32), local(I32)];
      const lane = (i: number): Code => [vector(0x1f, largest.get), i];
      const entry: Code = [gradient!.get, 0x2a, 2, 0];
      const shorter: Code = [entry, 0x8b, size.get, 0x5d];
      return [
        largest.set(ZEROS),
        along((here) => [
          largest.set(most(largest.get, absolute(here.load(gradient!)))),
          here.store(out!, ZEROS),
        ]),
        size.set([
          [lane(0), lane(1), 0x97],
          [lane(2), lane(3), 0x97, 0x97],
        ]),
        [begin, k.set(constant(1))],
        loopWhile(
          [less(k.get, columns.get), shorter, 0x71],
          [gradient!, out!, k].map((at, i) => at.advance(constant(i === 2 ? 1 : 4))),
        ),
        when(
          [size.get, 0x43, 0, 0, 0, 0, 0x5e],
          [out!.get, length!.get, 0x2a, 2, 0, entry, 0x98, 0x38, 2, 0],
        ),
      ];
    }),

  'step-l2': (name) =>
    step(name, ({ local, radius, deltas, move }) => {
      const [delta, by, sum] = [local(V128), local(V128), sumOf(local)];
      const length = larger(root(sum.total), larger(radius, float64(TINY)));
      return [
        sum.clear,
        deltas(delta, () => sum.addProduct(delta, delta)),
        by.set(everywhere(divided(radius, length))),
        move(delta, (value) => times(value, by.get)),
      ];
    }),

  'step-linf': (name) =>
    step(name, ({ local, radius, deltas, move }) => {
      const [delta, limit] = [local(V128), local(V128)];
      return [
        limit.set(everywhere(radius)),
        deltas(delta, () => []),
        move(delta, (value) => least(most(value, vector(0xe1, limit.get)), limit.get)),
      ];
    }),

  /**
   * Soft thresholding at theta, where the sizes above theta leave (their sum - radius) / their number = theta: from below,
   * over fewer of them each time (Michelot 1986).
   */
  'step-l1': (name) =>
    step(name, ({ local, columns, radius, deltas, along, move }) => {
      const [delta, size, mask, cut, limit] = [1, 2, 3, 4, 5].map(() => local(V128)) as [
        ...[Local, Local, Local, Local, Local],
      ];
      const [theta, next] = [local(F64), local(F64)];
      const [sum, count] = [sumOf(local), sumOf(local)];
      const excess: Code = [sum.total, radius, 0xa1];
      return [
        [sum.clear, theta.set(float64(0)), limit.set(everywhere(radius))],
        deltas(delta, () => [size.set(absolute(delta.get)), sum.addVector(size)]),
        next.set(divided(excess, [columns.get, 0xb8])),
        loopWhile(
          [next.get, theta.get, 0x64],
          [
            [theta.set(next.get), sum.clear, count.clear, cut.set(everywhere(theta.get))],
            along((here, out) => [
              size.set(absolute(here.load(out))),
              mask.set(above(size.get, cut.get)),
              size.set(and(size.get, mask.get)),
              sum.addVector(size),
              mask.set(and(mask.get, ONES)),
              count.addVector(mask),
            ]),
            next.set(divided(excess, count.total)),
          ],
        ),
        cut.set(everywhere(theta.get)),
        move(delta, (value) =>
          or(least(most(minus(absolute(value), cut.get), ZEROS), limit.get), and(value, SIGN)),
        ),
      ];
    }),

  'ascend-l2': (name) => ascend(name, 'l2'),
  'ascend-linf': (name) => ascend(name, 'linf'),
  'ascend-l1': (name) => ascend(name, 'l1'),
};

/** Both kernels in each row: v is kept where the result comes. */
const ascend = (name: RowKernel, norm: 'l2' | 'linf' | 'l1'): WasmFunction =>
  eachRow(name, [true, false, true, true, false, true], (addresses, { columns }) => {
    const [gradient, length, point, centre, radius, out] = addresses.map(({ get }) => get) as [
      ...[Code, Code, Code],
      ...[Code, Code, Code],
    ];
    const inRow = (kernel: RowKernel, ...values: Code[]): Code =>
      call(ROW_KERNELS.indexOf(kernel), ...values, constant(1), columns.get);
    return [
      inRow(`steepest-${norm}`, gradient, length, out),
      inRow(`step-${norm}`, point, out, centre, radius, out),
    ];
  });

const ONES = splat([0x43, 0, 0, 0x80, 0x3f]);

/** The parts of a step: `deltas` writes point + v - centre to the result, `move` makes the new point of them. */
interface StepParts extends Pick<Row, 'local' | 'columns'> {
  /** float64 */
  readonly radius: Code;
  deltas(delta: Local, write: () => Code): Code;
  along(write: (here: Here, out: Local) => Code): Code;
  move(delta: Local, projected: (delta: Code) => Code): Code;
}

function step(name: string, write: (parts: StepParts) => Code): WasmFunction {
  return eachRow(name, [true, true, true, false, true], ([point, v, centre, radius, out], row) => {
    const { local, columns, along } = row;
    const [c, moved, off] = [local(V128), local(V128), local(V128)];
    return write({
      local,
      columns,
      radius: numberAt(radius!.get),
      along: (body) => along((here) => body(here, out!)),
      deltas: (delta, body) =>
        along((here) => [
          delta.set(plus(minus(here.load(point!), here.load(centre!)), here.load(v!))),
          here.store(out!, delta.get),
          body(),
        ]),
      move: (delta, projected) =>
        along((here) => [
          [delta.set(projected(here.load(out!))), c.set(here.load(centre!))],
          moved.set(plus(c.get, delta.get)),
          // One float towards the centre where the sum was rounded away: nearer to 0 if the sum has the sign of delta.
          off.set(above(absolute(minus(moved.get, c.get)), absolute(delta.get))),
          here.store(out!, vector(0xae, moved.get, and(off.get, nextFloat(moved.get, delta.get)))),
        ]),
    });
  });
}

/** -1 in the lanes where a has the sign of b, 1 in the others: what is added to the bits of a to go against b. */
const nextFloat = (a: Code, b: Code): Code =>
  or(not(vector(0xac, exclusiveOr(a, b), constant(31))), vector(0x11, constant(1)));
