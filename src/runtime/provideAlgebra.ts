import os from 'node:os';
import { type LinearAlgebra, provideLinearAlgebra } from '../numerics/linearAlgebra.ts';
import { wasmAlgebra } from '../numerics/portable.ts';
import { openBlas } from './openBlas.ts';
import { wasmThreads } from './wasmThreads.ts';

/**
 * Products of float64 in WebAssembly on as many threads as those of tensors (TF_NUM_INTRAOP_THREADS, by default one for each
 * core); undefined where that is one, or where there is no SIMD.
 */
function threadedAlgebra(): LinearAlgebra | undefined {
  const count = Number(process.env.TF_NUM_INTRAOP_THREADS) || os.availableParallelism();
  if (count === 1) return undefined;
  return wasmAlgebra((kernel, shared) => wasmThreads(count, kernel, shared));
}

provideLinearAlgebra(() => openBlas(process.env.RRF_BLAS) ?? threadedAlgebra());
