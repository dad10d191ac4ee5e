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
  const double = algebraOf(name, gemm('d', 'double'), potrf('d', 'double'));
  const single = algebraOf<Float32Array>(name, gemm('s', 'float'), potrf('s', 'float'));
  return {
    ...double,
    single: {
      ...{ name, native: true },
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

/** Matrices of one precision. */
interface AlgebraOf<Numbers extends Floats> {
  readonly name: string;
  readonly native: boolean;
  multiplyTransposed(a: Numbers, b: Numbers, c: Numbers, shape: ProductShape): void;
  choleskyInPlace(a: Numbers, n: number): boolean;
}

function algebraOf<Numbers extends Floats = Float64Array>(
  name: string,
  gemm: Native,
  potrf: Native,
): AlgebraOf<Numbers> {
  return {
    ...{ name, native: true },
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
