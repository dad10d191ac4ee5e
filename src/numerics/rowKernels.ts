import {
  add,
  assemble,
  type Code,
  constant,
  F32,
  F64,
  I32,
  type Local,
  less,
  load,
  loopWhile,
  store,
  V128,
  vector,
  type WasmFunction,
  type WasmMemory,
  wasmFunction,
} from './wasmCode.ts';
import {
  above,
  absolute,
  and,
  between,
  divided,
  everywhere,
  exclusiveOr,
  float64,
  floatAt,
  LARGEST,
  larger,
  minus,
  most,
  negated,
  numberAt,
  or,
  plus,
  root,
  SIGN,
  smaller,
  splat,
  sumOf,
  TINY,
  times,
  ZEROS,
} from './wasmFloats.ts';

/**
 * What is computed of rows of float32 numbers: each takes the addresses of its inputs and of its result, the number of rows
 * and that of columns. Sums are float64, so that squares of small numbers do not underflow. Steps within a ball:
 *
 *     inner       a, b, c -> <a, b> + c, one number a row, as c is
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

type NormName = 'l2' | 'linf' | 'l1';

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

/** Numbers of a row where the loop is: four, or one beside zeros. */
interface Here {
  /** Of each of them, in integer lanes; no number has those beside one. */
  addresses(row: Local): Code;
  load(row: Local): Code;
  store(row: Local, value: Code): Code;
}

/** The parts of a row function. */
interface Row {
  readonly columns: Local;
  local(type: number): Local;
  /** Sets all addresses to the first number of the row. */
  readonly begin: Code;
  /** Goes along the row, eight numbers a turn, and then, for what is left, four and one by one. */
  along(write: (here: Here) => Code): Code;
}

const addressesBehind = (row: Local, offsets: readonly number[]): Code =>
  vector(0xae, vector(0x11, row.get), [0xfd, 0x0c, offsets.flatMap((offset) => [offset, 0, 0, 0])]);

const fourAt = (offset: number): Here => ({
  addresses: (row) =>
    addressesBehind(
      row,
      [0, 4, 8, 12].map((bytes) => offset + bytes),
    ),
  load: (row) => load(row.get, offset),
  store: (row, value) => store(row.get, value, offset),
});
/** Loads fill the other lanes with zeros; stores leave the numbers behind alone. */
const ONE: Here = {
  addresses: (row) => addressesBehind(row, [0, 1, 1, 1]),
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
      loopWhile(less(add(k.get, constant(7)), columns.get), [body(fourAt(0)), body(fourAt(16)), next(8)]),
      loopWhile(less(add(k.get, constant(3)), columns.get), [body(fourAt(0)), next(4)]),
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
    eachRow(name, [true, true, false, false], ([a, b, c, out], { local, along }) => {
      const [u, v, sum] = [local(V128), local(V128), sumOf(local)];
      return [
        sum.clear,
        along((here) => [u.set(here.load(a!)), v.set(here.load(b!)), sum.addProduct(u, v)]),
        [out!.get, [sum.total, 0xb6], floatAt(c!), 0x92, 0x38, 2, 0],
      ];
    }),

  scale: (name) =>
    eachRow(name, [true, false, true], ([x, factor, out], { local, along }) => {
      const by = local(V128);
      return [
        by.set(splat(floatAt(factor!))),
        along((here) => here.store(out!, times(here.load(x!), by.get))),
      ];
    }),

  remember: (name) =>
    eachRow(name, [true, false, true, true], ([before, decay, x, out], { local, along }) => {
      const [size, kept, by, sum] = [local(V128), local(V128), local(V128), sumOf(local)];
      return [
        sum.clear,
        along((here) => [size.set(absolute(here.load(x!))), sum.addVector(size)]),
        kept.set(splat(floatAt(decay!))),
        by.set(everywhere(smaller(divided(float64(1), larger(sum.total, float64(TINY))), float64(LARGEST)))),
        along((here) =>
          here.store(out!, plus(times(here.load(before!), kept.get), times(here.load(x!), by.get))),
        ),
      ];
    }),

  'steepest-l2': (name) => steepest(name, 'l2'),
  'steepest-linf': (name) => steepest(name, 'linf'),
  'steepest-l1': (name) => steepest(name, 'l1'),
  'step-l2': (name) => step(name, 'l2'),
  'step-linf': (name) => step(name, 'linf'),
  'step-l1': (name) => step(name, 'l1'),
  'ascend-l2': (name) => ascend(name, 'l2'),
  'ascend-linf': (name) => ascend(name, 'linf'),
  'ascend-l1': (name) => ascend(name, 'l1'),
};

/** A step along a row: what is to be known of the row beforehand, and its entries where the loop is. */
interface Move {
  readonly before: Code;
  v(here: Here): Code;
}

/** The steepest step of a row, by the addresses of its gradient and of the length. */
const STEEPEST: Record<NormName, (gradient: Local, length: Local, row: Row) => Move> = {
  l2(gradient, length, { local, along }) {
    const [g, by, sum] = [local(V128), local(V128), sumOf(local)];
    const factor = divided(numberAt(length), larger(root(sum.total), float64(TINY)));
    return {
      before: [
        sum.clear,
        along((here) => [g.set(here.load(gradient)), sum.addProduct(g, g)]),
        by.set(everywhere(smaller(factor, float64(LARGEST)))),
      ],
      v: (here) => times(here.load(gradient), by.get),
    };
  },

  linf(gradient, length, { local }) {
    const [g, by] = [local(V128), local(V128)];
    return {
      before: by.set(splat(floatAt(length))),
      v: (here) => [
        g.set(here.load(gradient)),
        minus(and(above(g.get, ZEROS), by.get), and(above(ZEROS, g.get), by.get)),
      ],
    };
  },

  // All of it in the first of the largest entries.
  l1(gradient, length, { columns, local, begin, along }) {
    const [largest, size, k] = [local(V128), local(F32), local(I32)];
    const [first, by] = [local(V128), local(V128)];
    const lane = (i: number): Code => [vector(0x1f, largest.get), i];
    const entry = floatAt(gradient);
    const shorter: Code = [entry, 0x8b, size.get, 0x5d];
    return {
      before: [
        largest.set(ZEROS),
        along((here) => largest.set(most(largest.get, absolute(here.load(gradient))))),
        size.set([
          [lane(0), lane(1), 0x97],
          [lane(2), lane(3), 0x97, 0x97],
        ]),
        [begin, k.set(constant(1))],
        loopWhile(
          [less(k.get, columns.get), shorter, 0x71],
          [gradient.advance(constant(4)), k.advance(constant(1))],
        ),
        first.set(vector(0x11, gradient.get)),
        by.set(and(splat([floatAt(length), entry, 0x98]), above(splat(size.get), ZEROS))),
      ],
      v: (here) => and(vector(0x37, here.addresses(gradient), first.get), by.get),
    };
  },
};

const steepest = (name: RowKernel, norm: NormName): WasmFunction =>
  eachRow(name, [true, false, true], (addresses, row) => {
    const [gradient, length, out] = addresses as [Local, Local, Local];
    const { before, v } = STEEPEST[norm](gradient, length, row);
    return [before, row.along((here) => here.store(out, v(here)))];
  });

const step = (name: RowKernel, norm: NormName): WasmFunction =>
  eachRow(name, [true, true, true, false, true], (addresses, row) => {
    const [point, v, centre, radius, out] = addresses as [Local, Local, Local, Local, Local];
    return moved({ point, centre, radius, out }, { before: [], v: (here) => here.load(v) }, norm, row);
  });

const ascend = (name: RowKernel, norm: NormName): WasmFunction =>
  eachRow(name, [true, false, true, true, false, true], (addresses, row) => {
    const [gradient, length, ...ball] = addresses as [Local, Local, Local, Local, Local, Local];
    const [point, centre, radius, out] = ball;
    return moved({ point, centre, radius, out }, STEEPEST[norm](gradient, length, row), norm, row);
  });

const ONES = splat([0x43, 0, 0, 0x80, 0x3f]);

/** The projection of a row on the ball of its norm. */
interface Projection {
  readonly before: Code;
  /** What is done with each delta first, where the projection has to know the whole row. */
  readonly seen?: Code;
  /** What is done once all are seen; they lie where the result comes. */
  readonly after?: Code;
  of(delta: Code): Code;
}

/** From a vector of the row, delta, the address of the result and the radius in float64. */
const PROJECTION: Record<NormName, (delta: Local, out: Local, radius: Code, row: Row) => Projection> = {
  l2(delta, _, radius, { local }) {
    const [by, sum] = [local(V128), sumOf(local)];
    const length = larger(root(sum.total), larger(radius, float64(TINY)));
    return {
      before: sum.clear,
      seen: sum.addProduct(delta, delta),
      after: by.set(everywhere(divided(radius, length))),
      of: (value) => times(value, by.get),
    };
  },

  linf(_delta, _, radius, { local }) {
    const limit = local(V128);
    return {
      before: limit.set(everywhere(radius)),
      of: (value) => between(value, negated(limit.get), limit.get),
    };
  },

  /**
   * Soft thresholding at theta, where the sizes above theta leave (their sum - radius) / their number = theta: from below,
   * over fewer of them each time (Michelot 1986).
   */
  l1(delta, out, radius, { local, columns, along }) {
    const [size, mask, cut, limit] = [1, 2, 3, 4].map(() => local(V128)) as [Local, Local, Local, Local];
    const [theta, next] = [local(F64), local(F64)];
    const [sum, count] = [sumOf(local), sumOf(local)];
    const excess: Code = [sum.total, radius, 0xa1];
    return {
      before: [sum.clear, theta.set(float64(0)), limit.set(everywhere(radius))],
      seen: [size.set(absolute(delta.get)), sum.addVector(size)],
      after: [
        next.set(divided(excess, [columns.get, 0xb8])),
        loopWhile(
          [next.get, theta.get, 0x64],
          [
            [theta.set(next.get), sum.clear, count.clear, cut.set(everywhere(theta.get))],
            along((here) => [
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
      ],
      of: (value) => or(between(minus(absolute(value), cut.get), ZEROS, limit.get), and(value, SIGN)),
    };
  },
};

/** The addresses of a row within its ball, and of where it goes. */
interface InBall {
  readonly point: Local;
  readonly centre: Local;
  readonly radius: Local;
  readonly out: Local;
}

/** From the point by v and back into the ball. */
function moved({ point, centre, radius, out }: InBall, { before, v }: Move, norm: NormName, row: Row): Code {
  const { local, along } = row;
  const [delta, c, sum, off] = [1, 2, 3, 4].map(() => local(V128)) as [Local, Local, Local, Local];
  const projection = PROJECTION[norm](delta, out, numberAt(radius), row);
  const { seen, after = [], of } = projection;
  const outwards = (here: Here): Code => plus(minus(here.load(point), here.load(centre)), v(here));
  const first = along((here) => [delta.set(outwards(here)), here.store(out, delta.get), seen ?? []]);
  return [
    [before, projection.before],
    seen ? [first, after] : [],
    along((here) => [
      [delta.set(of(seen ? here.load(out) : outwards(here))), c.set(here.load(centre))],
      sum.set(plus(c.get, delta.get)),
      // One float towards the centre where the sum was rounded away: nearer to 0 if the sum has the sign of delta.
      off.set(above(absolute(minus(sum.get, c.get)), absolute(delta.get))),
      here.store(out, vector(0xae, sum.get, nextFloat(off.get, sum.get, delta.get))),
    ]),
  ];
}

/** In the lanes of a mask, -1 where a has the sign of b and 1 elsewhere: what is added to the bits of a to go against b. */
const nextFloat = (mask: Code, a: Code, b: Code): Code => {
  const apart = vector(0xac, exclusiveOr(a, b), constant(31));
  return vector(0xb1, exclusiveOr(mask, apart), apart);
};
