import { createRequire } from 'node:module';
import { type LinearAlgebra, provideLinearAlgebra } from '../numerics/linearAlgebra.ts';

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
function openBlas(wanted?: string): LinearAlgebra | undefined {
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
  const gemm = library.func(
    'void cblas_dgemm(int, int, int, int, int, int, double, double *a, int, double *b, int, double, _Inout_ double *c, int)',
  );
  const potrf = library.func('void dpotrf_(const char *, int *, _Inout_ double *a, int *, _Out_ int *info)');
  return {
    name: `OpenBLAS ${version} (${path})`,
    native: true,
    multiplyTransposed(a, b, c, { m, n, k, lower = false }) {
      const rows = lower ? BLOCK : m;
      for (let i = 0; i < m; i += rows) {
        const height = Math.min(rows, m - i);
        const width = lower ? i + height : n;
        const block = c.subarray(i * n);
        gemm(
          ROW_MAJOR,
          NO_TRANSPOSE,
          TRANSPOSE,
          height,
          width,
          k,
          1,
          a.subarray(i * k),
          k,
          b,
          k,
          0,
          block,
          n,
        );
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

provideLinearAlgebra(() => openBlas(process.env.RRF_BLAS));
