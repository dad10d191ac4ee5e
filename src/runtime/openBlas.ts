import { createRequire } from 'node:module';
import type { Floats } from '../numerics/blockKernel.ts';
import type { LinearAlgebra, ProductShape } from '../numerics/linearAlgebra.ts';

/** Where a system's package manager puts it; the dynamic loader searches its own path for bare names. */
const CANDIDATES = [
  'libopenblas.so.0',
  'libopenblas.so',
  '/opt/homebrew/opt/openblas/lib/libopenblas.dylib',
  '/usr/local/opt/openblas/lib/libopenblas.dylib',
  'libopenblas.dll',
];
/** Rows of a symmetric product from which on it is halved: what is above the diagonal of smaller ones is computed too. */
const BLOCK = 128;
const ROW_MAJOR = 101;
const NO_TRANSPOSE = 111;
const TRANSPOSE = 112;
const LOWER = 122;
const GENERAL_DIAGONAL = 131;

type Native = (...args: unknown[]) => unknown;
interface Koffi {
  load(path: string): { func(prototype: string): Native };
  as(value: unknown, type: string): unknown;
}

/**
 * OpenBLAS through koffi, or undefined when either is missing. koffi is not a dependency of this package: whoever wants
 * the speed runs `npm install koffi`. RRF_BLAS=off does without it; RRF_BLAS=/path/to/libopenblas.so names a library.
 */
export function openBlas(wanted?: string): LinearAlgebra | undefined {
  if (wanted === 'off') return undefined;
  let koffi: Koffi;
  try {
    koffi = createRequire(import.meta.url)('koffi') as Koffi;
  } catch {
    return undefined;
  }
  for (const path of wanted ? [wanted] : CANDIDATES) {
    try {
      return bind(koffi, path);
    } catch {
      // Not there, or without the functions: the next one may do.
    }
  }
  return undefined;
}

function bind(koffi: Koffi, path: string): LinearAlgebra {
  const library = koffi.load(path);
  const version =
    /\d+\.\d+\.\d+/.exec(String(library.func('const char *openblas_get_config()')()))?.[0] ?? '';
  const name = `OpenBLAS ${version} (${path})`;
  const gemm = (prefix: 'd' | 's', number: 'double' | 'float'): Native =>
    library.func(
      `void cblas_${prefix}gemm(int, int, int, int, int, int, ${number}, ${number} *a, int, ${number} *b, int, ${number}, _Inout_ ${number} *c, int)`,
    );
  const potrf = (prefix: 'd' | 's', number: 'double' | 'float'): Native =>
    library.func(`void ${prefix}potrf_(const char *, int *, _Inout_ ${number} *a, int *, _Out_ int *info)`);
  const double = { ...cubic(gemm('d', 'double'), potrf('d', 'double')), ...quadratic(library) };
  const single = cubic<Float32Array>(gemm('s', 'float'), potrf('s', 'float'));
  return {
    ...{ name, native: true, ...double },
    single: {
      ...{ name, native: true, ...double },
      multiplyTransposed(a, b, c, shape) {
        const { m, n, k } = shape;
        const left = rounded('left', a, m * k);
        const right = a === b ? left : rounded('right', b, n * k);
        const product = singles('product', m * n);
        single.multiplyTransposed(left, right, product, shape);
        c.set(product);
      },
      choleskyInPlace(a, n) {
        const factor = rounded('product', a, n * n);
        const positive = single.choleskyInPlace(factor, n);
        a.set(factor);
        return positive;
      },
    },
  };
}

const kept = new Map<string, WeakRef<Float32Array>>();

/**
 * Single-precision numbers to write to, by the name of what they are for. Kept as long as the solver that asks for them again
 * and again runs, which lets go of no weak reference in between, and not after it.
 */
function singles(name: 'left' | 'right' | 'product', length: number): Float32Array {
  let numbers = kept.get(name)?.deref();
  if (numbers === undefined || numbers.length < length) {
    numbers = new Float32Array(length);
    kept.set(name, new WeakRef(numbers));
  }
  return numbers.subarray(0, length);
}

/** The first numbers of an array in single precision. */
function rounded(name: 'left' | 'right' | 'product', numbers: Float64Array, length: number): Float32Array {
  const target = singles(name, length);
  target.set(numbers.subarray(0, length));
  return target;
}

/** The operations of quadratic cost, in double precision. */
function quadratic(
  library: ReturnType<Koffi['load']>,
): Pick<LinearAlgebra, 'choleskySolve' | 'times' | 'transposedTimes'> {
  const gemv = library.func(
    'void cblas_dgemv(int, int, int, int, double, double *a, int, double *x, int, double, _Inout_ double *y, int)',
  );
  const trsv = library.func(
    'void cblas_dtrsv(int, int, int, int, int, double *a, int, _Inout_ double *x, int)',
  );
  const product = (
    a: Float64Array,
    x: Float64Array,
    m: number,
    k: number,
    transpose: number,
  ): Float64Array => {
    const y = new Float64Array(transpose === TRANSPOSE ? k : m);
    if (m > 0 && k > 0) gemv(ROW_MAJOR, transpose, m, k, 1, a, k, x, 1, 0, y, 1);
    return y;
  };
  return {
    times: (a, x, m) => product(a, x, m, x.length, NO_TRANSPOSE),
    transposedTimes: (a, u, k) => product(a, u, u.length, k, TRANSPOSE),
    choleskySolve(l, b) {
      const n = b.length;
      for (const transpose of [NO_TRANSPOSE, TRANSPOSE])
        trsv(ROW_MAJOR, LOWER, transpose, GENERAL_DIAGONAL, n, l, Math.max(1, n), b, 1);
      return b;
    },
  };
}

/** The operations of cubic cost, in one precision. */
interface CubicOf<Numbers extends Floats> {
  multiplyTransposed(a: Numbers, b: Numbers, c: Numbers, shape: ProductShape): void;
  choleskyInPlace(a: Numbers, n: number): boolean;
}

function cubic<Numbers extends Floats = Float64Array>(gemm: Native, potrf: Native): CubicOf<Numbers> {
  return {
    multiplyTransposed(a, b, c, { m, n, k, lower = false }) {
      const row = Math.max(1, k);
      const part = (top: number, left: number, height: number, width: number): void => {
        const [rows, columns, target] = [
          a.subarray(top * k),
          b.subarray(left * k),
          c.subarray(top * n + left),
        ];
        gemm(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, height, width, k, 1, rows, row, columns, row, 0, target, n);
      };
      const lowerPart = (from: number, size: number): void => {
        if (size <= BLOCK) {
          part(from, from, size, size);
          return;
        }
        const half = size >> 1;
        lowerPart(from, half);
        part(from + half, from, size - half, half);
        lowerPart(from + half, size - half);
      };
      if (lower) lowerPart(0, m);
      else part(0, 0, m, n);
    },
    choleskyInPlace(a, n) {
      const info = new Int32Array(1);
      // Lower by rows is upper by columns.
      potrf('U', new Int32Array([n]), a, new Int32Array([n]), info);
      if (info[0] !== 0) return false;
      // A pivot that is not a number passes for positive, and a zero beside it keeps it from the others.
      for (let i = 0; i < n; i++) if (!Number.isFinite(a[i * n + i])) return false;
      return true;
    },
  };
}
