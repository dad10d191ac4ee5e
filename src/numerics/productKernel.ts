import {
  add,
  assemble,
  both,
  type Code,
  call,
  constant,
  equal,
  F32,
  F64,
  field,
  I32,
  type Local,
  least,
  less,
  load,
  loopWhile,
  multiply,
  repeatWhile,
  shuffle,
  store,
  subtract,
  V128,
  vector,
  type WasmFunction,
  type WasmMemory,
  wasmFunction,
  when,
} from './wasmCode.ts';

/** What a kernel multiplies, and how. */
export interface KernelKind {
  readonly element: 'float32' | 'float64';
  /** One instruction that multiplies and adds (relaxed SIMD), rounded once where the processor has it; else two. */
  readonly fused: boolean;
  readonly memory: WasmMemory;
}

/** Rows of A and columns of B that a kernel takes together, and bytes of a number. */
export interface KernelShape {
  readonly rows: number;
  readonly columns: number;
  readonly bytes: number;
}

/**
 * Eight vectors of sums: with those of the operands they fit sixteen registers, and they are as many as hide the latency of
 * a multiplication. With twelve, or with the loop unrolled, V8 keeps some in memory and is half as fast.
 */
export const kernelShape = ({ element }: Pick<KernelKind, 'element'>): KernelShape =>
  element === 'float32' ? { rows: 4, columns: 8, bytes: 4 } : { rows: 4, columns: 4, bytes: 8 };

/**
 * The integers that describe a product C = A B, or C += A B, to the kernel: where each begins in memory, and the bytes
 * from one row, one column or one step of depth to the next. `depth` is what A and B share.
 */
export const JOB = [
  'a',
  'aRow',
  'aDepth',
  'b',
  'bColumn',
  'bDepth',
  'c',
  'cRow',
  'rows',
  'columns',
  'depth',
  'packed',
  'accumulate',
  'bias',
  'relu',
] as const;

/** A product as the kernel reads it. `bias` is the address of a row to add at the end, or 0; `relu` is 0 or 1. */
export type Job = { readonly [name in (typeof JOB)[number]]: number };

/** Room for a job at the head of the scratch memory. */
export const JOB_BYTES = 64;

/** What an instance of the module exports. */
export interface ProductKernel {
  /** Copies all of B to `packed`, in panels of so many columns as the kernel takes. */
  packB(job: number): void;
  /** The panels `from` to `to` - 1 of rows of C; `scratch` has room for their rows of A and a block of sums. */
  multiply(job: number, scratch: number, from: number, to: number): void;
}

/**
 * The module that multiplies matrices. A and B are first copied in panels, in the order in which the innermost loop reads
 * them, whether they are stored transposed or not; the rows of a block of sums then take every panel of B. Each number of
 * C is summed in the order of depth, so the result does not depend on how the rows are shared out.
 */
export function productModule({ element, fused, memory }: KernelKind): Uint8Array<ArrayBuffer> {
  const shape = kernelShape({ element });
  const { rows, columns } = shape;
  const parts = arithmetic(element, fused);
  const functions = [
    packFunction('packRows', rows, shape, parts),
    packFunction('packColumns', columns, shape, parts),
    tileFunction(shape, parts),
    edgeFunction(shape, parts),
    finishFunction(shape, parts),
    packBFunction(shape),
    multiplyFunction(shape),
  ];
  return assemble(functions, memory);
}

/** Positions of the functions in the module. */
const [PACK_ROWS, PACK_COLUMNS, TILE, EDGE, FINISH] = [0, 1, 2, 3, 4];

interface Arithmetic {
  /** Numbers of a vector. */
  readonly lanes: number;
  readonly scalar: number;
  loadNumber(address: Code, offset?: number): Code;
  storeNumber(address: Code, value: Code, offset?: number): Code;
  readonly zero: Code;
  addNumbers(a: Code, b: Code): Code;
  /** NaN stays NaN. */
  positiveNumber(a: Code): Code;
  loadSplat(address: Code, offset: number): Code;
  addVectors(a: Code, b: Code): Code;
  positive(a: Code): Code;
  /** sum + a b. */
  multiplyAdd(sum: Code, a: Code, b: Code): Code;
}

function arithmetic(element: KernelKind['element'], fused: boolean): Arithmetic {
  const single = element === 'float32';
  // Alternatives in single and in double precision.
  const of = (inSingle: number, inDouble: number): number => (single ? inSingle : inDouble);
  const zero = single ? [0x43, 0, 0, 0, 0] : [0x44, 0, 0, 0, 0, 0, 0, 0, 0];
  const addVectors = (a: Code, b: Code): Code => vector(of(0xe4, 0xf0), a, b);
  return {
    lanes: of(4, 2),
    scalar: of(F32, F64),
    loadNumber: (address, offset = 0) => [address, of(0x2a, 0x2b), 2, offset],
    storeNumber: (address, value, offset = 0) => [address, value, of(0x38, 0x39), 2, offset],
    zero,
    addNumbers: (a, b) => [a, b, of(0x92, 0xa0)],
    positiveNumber: (a) => [a, zero, of(0x97, 0xa5)],
    loadSplat: (address, offset) => [vector(of(0x09, 0x0a), address), 2, offset],
    addVectors,
    positive: (a) => vector(of(0xe9, 0xf5), a, vector(of(0x13, 0x14), zero)),
    multiplyAdd: (sum, a, b) =>
      fused ? vector(of(0x105, 0x107), a, b, sum) : addVectors(sum, vector(of(0xe6, 0xf2), a, b)),
  };
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

/**
 * (source, row, step, valid, depth, target): `width` rows of `depth` numbers, interleaved number by number; rows from
 * `valid` on are zero.
 */
function packFunction(
  name: string,
  width: number,
  { bytes }: KernelShape,
  { lanes, loadNumber, storeNumber, zero }: Arithmetic,
): WasmFunction {
  return wasmFunction(name, 6, ([source, row, step, valid, depth, target], local) => {
    const [s, t, k, p] = [source!, target!, local(I32), local(I32)];
    const groups = width / lanes;
    const loaded = numbers(width).map(() => local(V128));
    const next = (count: number): Code => [
      s.advance(multiply(step!.get, constant(count))),
      t.advance(constant(count * width * bytes)),
      k.advance(constant(count)),
    ];
    const put = (group: number, value: Code, offset: number): Code =>
      store(t.get, value, offset + 16 * group);

    const turn = (group: number): Code => {
      const v = loaded.slice(group * lanes, (group + 1) * lanes).map(({ get }) => get);
      const at = (i: number): number => i * width * bytes;
      if (lanes === 2)
        return [
          put(group, shuffle(v[0]!, v[1]!, [0, 1, 4, 5]), at(0)),
          put(group, shuffle(v[0]!, v[1]!, [2, 3, 6, 7]), at(1)),
        ];
      const pair = (a: number, b: number, from: number): Code =>
        shuffle(v[a]!, v[b]!, [from, from + 4, from + 1, from + 5]);
      return [0, 1, 2, 3].map((i) => {
        const from = i & 2;
        const half = i & 1 ? [2, 3, 6, 7] : [0, 1, 4, 5];
        return put(group, shuffle(pair(0, 1, from), pair(2, 3, from), half), at(i));
      });
    };
    const turnAll: Code = loopWhile(less(add(k.get, constant(lanes - 1)), depth!.get), [
      p.set(s.get),
      loaded.map((v) => [v.set(load(p.get)), p.advance(row!.get)]),
      numbers(groups).map(turn),
      next(lanes),
    ]);
    const copyAll: Code = loopWhile(less(k.get, depth!.get), [
      numbers(groups).map((group) => put(group, load(s.get, 16 * group), 0)),
      next(1),
    ]);
    const oneByOne: Code = loopWhile(less(k.get, depth!.get), [
      p.set(s.get),
      numbers(width).map((i) => [
        when(
          less(constant(i), valid!.get),
          storeNumber(t.get, loadNumber(p.get), i * bytes),
          storeNumber(t.get, zero, i * bytes),
        ),
        p.advance(row!.get),
      ]),
      next(1),
    ]);
    return [
      when(equal(valid!.get, constant(width)), [
        when(equal(step!.get, constant(bytes)), turnAll, when(equal(row!.get, constant(bytes)), copyAll)),
      ]),
      oneByOne,
    ];
  });
}

/** (a, b, c, cRow, depth, accumulate): a whole block of C from one panel of each factor. */
function tileFunction(
  { rows, columns, bytes }: KernelShape,
  { lanes, loadSplat, multiplyAdd, addVectors }: Arithmetic,
): WasmFunction {
  return wasmFunction('tile', 6, ([a, b, c, cRow, depth, accumulate], local) => {
    const vectors = columns / lanes;
    const end = local(I32);
    const right = numbers(vectors).map(() => local(V128));
    const left = local(V128);
    const sums = numbers(rows).map(() => right.map(() => local(V128)));
    const eachRow = (write: (row: Local[]) => Code): Code =>
      sums.map((row) => [write(row), c!.advance(cRow!.get)]);
    return [
      end.set(add(a!.get, multiply(depth!.get, constant(rows * bytes)))),
      loopWhile(less(a!.get, end.get), [
        right.map((v, j) => v.set(load(b!.get, 16 * j))),
        sums.map((row, i) => [
          left.set(loadSplat(a!.get, i * bytes)),
          row.map((sum, j) => sum.set(multiplyAdd(sum.get, left.get, right[j]!.get))),
        ]),
        b!.advance(constant(columns * bytes)),
        a!.advance(constant(rows * bytes)),
      ]),
      when(
        accumulate!.get,
        eachRow((row) =>
          row.map((sum, j) => store(c!.get, addVectors(load(c!.get, 16 * j), sum.get), 16 * j)),
        ),
        eachRow((row) => row.map((sum, j) => store(c!.get, sum.get, 16 * j))),
      ),
    ];
  });
}

/** (block, c, cRow, rows, columns, accumulate): the part of a block that lies within C. */
function edgeFunction(
  { columns, bytes }: KernelShape,
  { loadNumber, storeNumber, addNumbers }: Arithmetic,
): WasmFunction {
  return wasmFunction('edge', 6, ([block, c, cRow, height, width, accumulate], local) => {
    const [i, j, from, to] = numbers(4).map(() => local(I32)) as [Local, Local, Local, Local];
    return loopWhile(less(i.get, height!.get), [
      [from.set(block!.get), to.set(c!.get), j.set(constant(0))],
      loopWhile(less(j.get, width!.get), [
        when(
          accumulate!.get,
          storeNumber(to.get, addNumbers(loadNumber(to.get), loadNumber(from.get))),
          storeNumber(to.get, loadNumber(from.get)),
        ),
        [from.advance(constant(bytes)), to.advance(constant(bytes)), j.advance(constant(1))],
      ]),
      [block!.advance(constant(columns * bytes)), c!.advance(cRow!.get), i.advance(constant(1))],
    ]);
  });
}

/** (c, cRow, rows, columns, bias, relu): adds a row to each row, then takes the positive part. */
function finishFunction(
  { bytes }: KernelShape,
  { lanes, scalar, loadNumber, storeNumber, addNumbers, positiveNumber, addVectors, positive }: Arithmetic,
): WasmFunction {
  return wasmFunction('finish', 6, ([c, cRow, height, width, bias, relu], local) => {
    const [i, j, at, from] = numbers(4).map(() => local(I32)) as [Local, Local, Local, Local];
    const [v, x] = [local(V128), local(scalar)];
    const next = (count: number): Code => [
      at.advance(constant(count * bytes)),
      from.advance(constant(count * bytes)),
      j.advance(constant(count)),
    ];
    return loopWhile(less(i.get, height!.get), [
      [at.set(c!.get), from.set(bias!.get), j.set(constant(0))],
      loopWhile(less(add(j.get, constant(lanes - 1)), width!.get), [
        v.set(load(at.get)),
        when(bias!.get, v.set(addVectors(v.get, load(from.get)))),
        when(relu!.get, v.set(positive(v.get))),
        store(at.get, v.get),
        next(lanes),
      ]),
      loopWhile(less(j.get, width!.get), [
        x.set(loadNumber(at.get)),
        when(bias!.get, x.set(addNumbers(x.get, loadNumber(from.get)))),
        when(relu!.get, x.set(positiveNumber(x.get))),
        storeNumber(at.get, x.get),
        next(1),
      ]),
      [c!.advance(cRow!.get), i.advance(constant(1))],
    ]);
  });
}

/** The fields of a job at an address. */
const fieldsOf = (job: Local): { [name in (typeof JOB)[number]]: Code } =>
  Object.fromEntries(JOB.map((name, i) => [name, field(job.get, 4 * i)])) as never;

/** Bytes of a packed panel of so many rows or columns. */
const panelBytes = (depth: Code, width: number, { bytes }: KernelShape): Code =>
  multiply(depth, constant(width * bytes));

/** (job) */
function packBFunction(shape: KernelShape): WasmFunction {
  const width = shape.columns;
  return wasmFunction('packB', 1, ([job], local) => {
    const { b, bColumn, bDepth, columns, depth, packed } = fieldsOf(job!);
    const [j, from, to] = [local(I32), local(I32), local(I32)];
    return [
      [from.set(b), to.set(packed)],
      loopWhile(less(j.get, columns), [
        call(
          PACK_COLUMNS,
          ...[from.get, bColumn, bDepth],
          ...[least(subtract(columns, j.get), constant(width)), depth, to.get],
        ),
        from.advance(multiply(bColumn, constant(width))),
        to.advance(panelBytes(depth, width, shape)),
        j.advance(constant(width)),
      ]),
    ];
  });
}

/** (job, scratch, from, to): the panels of rows are packed behind the block of sums of the edges. */
function multiplyFunction(shape: KernelShape): WasmFunction {
  const { rows: height, columns: width, bytes } = shape;
  return wasmFunction('multiply', 4, ([job, scratch, from, to], local) => {
    const { a, aRow, aDepth, c, cRow, rows, columns, depth, packed, accumulate, bias, relu } = fieldsOf(job!);
    const [i, j, pa, pb, panels, stepA, stepB, at, tall, wide] = numbers(10).map(() => local(I32)) as [
      ...[Local, Local, Local, Local, Local],
      ...[Local, Local, Local, Local, Local],
    ];
    const validRows: Code = least(subtract(rows, multiply(i.get, constant(height))), constant(height));
    const eachPanel = (body: Code): Code => [
      [i.set(from!.get), pa.set(panels.get)],
      loopWhile(less(i.get, to!.get), [body, pa.advance(stepA.get), i.advance(constant(1))]),
    ];
    const rowOf = (start: Code, row: Code): Code =>
      add(start, multiply(multiply(i.get, constant(height)), row));
    return [
      panels.set(add(scratch!.get, constant(height * width * bytes))),
      stepA.set(panelBytes(depth, height, shape)),
      stepB.set(panelBytes(depth, width, shape)),
      eachPanel(call(PACK_ROWS, rowOf(a, aRow), aRow, aDepth, validRows, depth, pa.get)),
      pb.set(packed),
      repeatWhile(less(j.get, columns), [
        wide.set(least(subtract(columns, j.get), constant(width))),
        eachPanel([
          at.set(add(rowOf(c, cRow), multiply(j.get, constant(bytes)))),
          tall.set(validRows),
          when(
            both(equal(tall.get, constant(height)), equal(wide.get, constant(width))),
            call(TILE, pa.get, pb.get, at.get, cRow, depth, accumulate),
            [
              call(TILE, pa.get, pb.get, scratch!.get, constant(width * bytes), depth, constant(0)),
              call(EDGE, scratch!.get, at.get, cRow, tall.get, wide.get, accumulate),
            ],
          ),
        ]),
        pb.advance(stepB.get),
        j.advance(constant(width)),
      ]),
      when(
        [bias, relu, 0x72],
        [
          i.set(from!.get),
          loopWhile(less(i.get, to!.get), [
            call(FINISH, rowOf(c, cRow), cRow, validRows, columns, bias, relu),
            i.advance(constant(1)),
          ]),
        ],
      ),
    ];
  });
}

/** Rows of panels taken at a time: their packed part of A stays in the cache of one core. */
export const PANELS = 16;
/** Columns of A and rows of B taken at a time. */
const DEPTH = 256;
/** Columns of B taken at a time. */
const COLUMNS = 4096;

/** How a product is cut into jobs of at most so much depth and so many columns, and the scratch memory these need. */
export function productBlocks(
  { rows, columns, depth }: { rows: number; columns: number; depth: number },
  { rows: height, columns: width, bytes }: KernelShape,
) {
  const cut = (length: number, most: number, multiple: number): number =>
    Math.ceil(length / Math.max(1, Math.ceil(length / most)) / multiple) * multiple;
  const deep = cut(depth, DEPTH, 1);
  const broad = cut(columns, COLUMNS, width);
  return {
    depth: deep,
    columns: broad,
    panels: Math.ceil(rows / height),
    packedBytes: deep * broad * bytes,
    /** For each thread. */
    scratchBytes: height * bytes * (width + PANELS * deep),
  };
}
