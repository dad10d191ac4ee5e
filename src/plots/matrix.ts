/** An affine map of the plane as SVG and PDF write it: x to a x + c y + e, y to b x + d y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export const IDENTITY: Matrix = [1, 0, 0, 1, 0, 0];

/** First `inner`, then `outer`. */
export const times = ([a, b, c, d, e, f]: Matrix, inner: Matrix): Matrix => [
  a * inner[0] + c * inner[1],
  b * inner[0] + d * inner[1],
  a * inner[2] + c * inner[3],
  b * inner[2] + d * inner[3],
  a * inner[4] + c * inner[5] + e,
  b * inner[4] + d * inner[5] + f,
];

/** An SVG `transform` of translations, scalings, rotations about the origin, and matrices. */
export function matrixOf(transform: string | null): Matrix {
  let matrix = IDENTITY;
  for (const [, name, list] of (transform ?? '').matchAll(/(\w+)\(([^)]*)\)/g)) {
    const numbers = list!
      .trim()
      .split(/[\s,]+/)
      .map(Number);
    const [first = 0, second] = numbers;
    const turn = (first * Math.PI) / 180;
    if (name === 'translate') matrix = times(matrix, [1, 0, 0, 1, first, second ?? 0]);
    else if (name === 'scale') matrix = times(matrix, [first, 0, 0, second ?? first, 0, 0]);
    else if (name === 'rotate')
      matrix = times(matrix, [Math.cos(turn), Math.sin(turn), -Math.sin(turn), Math.cos(turn), 0, 0]);
    else if (name === 'matrix' && numbers.length === 6) matrix = times(matrix, numbers as unknown as Matrix);
  }
  return matrix;
}
