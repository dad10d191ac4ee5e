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
/** Rows of a block of a symmetric product: above the diagonal only whole blocks are skipped. */
const BLOCK = 256;
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
        const [left, product] = [new Float32Array(a), new Float32Array(shape.m * shape.n)];
        single.multiplyTransposed(left, a === b ? left : new Float32Array(b), product, shape);
        c.set(product);
      },
      choleskyInPlace(a, n) {
        const rounded = new Float32Array(a);
        const positive = single.choleskyInPlace(rounded, n);
        a.set(rounded);
        return positive;
      },
    },
  };
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
      const rows = lower ? BLOCK : m;
      for (let i = 0; i < m; i += rows) {
        const height = Math.min(rows, m - i);
        const width = lower ? i + height : n;
        const [left, target] = [a.subarray(i * k), c.subarray(i * n)];
        gemm(ROW_MAJOR, NO_TRANSPOSE, TRANSPOSE, height, width, k, 1, left, k, b, k, 0, target, n);
      }
    },
    choleskyInPlace(a, n) {
      const info = new Int32Array(1);
      // Lower by rows is upper by columns.
      potrf('U', new Int32Array([n]), a, new Int32Array([n]), info);
      return info[0] === 0 && Number.isFinite(a[n * n - 1]);
    },
  };
}
