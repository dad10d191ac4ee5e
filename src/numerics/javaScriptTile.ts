import type { Tile } from './simdTile.ts';

/** The kernel in JavaScript, its sums in sixteen local variables. */
export function javaScriptTile(lengthA: number, lengthB: number): Tile {
  const a = new Float64Array(lengthA);
  const b = new Float64Array(lengthB);
  const sums = new Float64Array(16);
  return { a, b, sums, run };

  function run(depth: number, start: number): void {
    let c00 = 0;
    let c01 = 0;
    let c02 = 0;
    let c03 = 0;
    let c10 = 0;
    let c11 = 0;
    let c12 = 0;
    let c13 = 0;
    let c20 = 0;
    let c21 = 0;
    let c22 = 0;
    let c23 = 0;
    let c30 = 0;
    let c31 = 0;
    let c32 = 0;
    let c33 = 0;
    const end = 4 * depth;
    for (let p = 0, q = start; p < end; p += 4, q += 4) {
      const a0 = a[p]!;
      const a1 = a[p + 1]!;
      const a2 = a[p + 2]!;
      const a3 = a[p + 3]!;
      const b0 = b[q]!;
      const b1 = b[q + 1]!;
      const b2 = b[q + 2]!;
      const b3 = b[q + 3]!;
      c00 += a0 * b0;
      c01 += a0 * b1;
      c02 += a0 * b2;
      c03 += a0 * b3;
      c10 += a1 * b0;
      c11 += a1 * b1;
      c12 += a1 * b2;
      c13 += a1 * b3;
      c20 += a2 * b0;
      c21 += a2 * b1;
      c22 += a2 * b2;
      c23 += a2 * b3;
      c30 += a3 * b0;
      c31 += a3 * b1;
      c32 += a3 * b2;
      c33 += a3 * b3;
    }
    sums[0] = c00;
    sums[1] = c01;
    sums[2] = c02;
    sums[3] = c03;
    sums[4] = c10;
    sums[5] = c11;
    sums[6] = c12;
    sums[7] = c13;
    sums[8] = c20;
    sums[9] = c21;
    sums[10] = c22;
    sums[11] = c23;
    sums[12] = c30;
    sums[13] = c31;
    sums[14] = c32;
    sums[15] = c33;
  }
}
