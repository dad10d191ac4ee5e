/** Below two degrees of freedom the variance is infinite, and an estimate of it says nothing. */
const LEAST_FREEDOM = 2;

/**
 * The quantile of Student's t that belongs to a Gaussian one, by the first three terms of its expansion in one over the degrees
 * of freedom (Abramowitz & Stegun 26.7.5): within 1.3 per cent at z = 1.645, where the degrees are two, and within 0.1 from five on.
 * @param z quantile of a Gaussian of variance 1, at most about 2
 * @param freedom degrees of freedom, not necessarily whole; fewer than two count as two
 */
export function studentQuantile(z: number, freedom: number): number {
  const w = z * z;
  const terms = [(w + 1) / 4, ((5 * w + 16) * w + 3) / 96, (((3 * w + 19) * w + 17) * w - 15) / 384];
  const step = 1 / Math.max(LEAST_FREEDOM, freedom);
  return z * (1 + step * (terms[0]! + step * (terms[1]! + step * terms[2]!)));
}
