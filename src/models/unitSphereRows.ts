import { stream } from '../random/stream.ts';

/** W as d x N (its columns are the paper's rows): N vectors uniform on the unit sphere of R^d, seeded. */
export function unitSphereRows(seed: number | string, N: number, d: number): Float32Array {
  const gaussian = stream(seed, 'randomFeatures', 'W').fillGaussian(new Float64Array(N * d));
  const kernel = new Float32Array(d * N);
  for (let a = 0; a < N; a++) {
    let square = 0;
    for (let j = 0; j < d; j++) square += gaussian[a * d + j]! ** 2;
    const scale = 1 / Math.sqrt(square);
    for (let j = 0; j < d; j++) kernel[j * N + a] = gaussian[a * d + j]! * scale;
  }
  return kernel;
}
