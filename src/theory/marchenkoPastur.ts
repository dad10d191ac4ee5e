/**
 * Averages over the limiting spectrum x of W W' (N x N, rows uniform on the unit sphere of R^d, N/d -> psi1) of the
 * resolvent of slope x + shift, slope >= 0 and shift >= 0 not both zero. With R = 1/(slope x + shift):
 * r = <R>, xr = <x R>, rr = <R^2>, xrr = <x R^2>, xxrr = <x^2 R^2>; and
 * kernel = shift^2 <R^2> over the d x d matrix W' W, which tends to 1 for a large shift.
 */
export interface SpectralAverages {
  r: number;
  xr: number;
  rr: number;
  xrr: number;
  xxrr: number;
  kernel: number;
}

export const newSpectralAverages = (): SpectralAverages => ({
  r: 0,
  xr: 0,
  rr: 0,
  xrr: 0,
  xxrr: 0,
  kernel: 0,
});

/**
 * Fills `out` from the Marchenko-Pastur transform r, the root of
 * psi1 slope shift r^2 + (shift + slope (1 - psi1)) r - 1 = 0. Every line is a sum or a product of positive
 * terms, so that extreme aspect ratios and shifts lose no digits.
 */
export function marchenkoPastur(
  psi1: number,
  slope: number,
  shift: number,
  out: SpectralAverages,
): SpectralAverages {
  // A singular matrix without shift: the limit of a vanishing one.
  const h = Math.max(shift, 1e-60 * slope);
  const b = h + slope * (1 - psi1);
  const root = Math.sqrt(b * b + 4 * psi1 * slope * h);
  const r = b > 0 ? 2 / (b + root) : (root - b) / (2 * psi1 * slope * h);
  const grown = 1 + psi1 * slope * r;
  const xr = r / grown;
  const xrr = xr / root;
  out.r = r;
  out.xr = xr;
  out.rr = (r * grown) / root;
  out.xrr = xrr;
  out.xxrr = (xrr * (2 * h * (1 + psi1) + slope * (1 - psi1) ** 2)) / (root + h);
  out.kernel = shift === 0 && psi1 >= 1 ? 0 : 1 / (r * grown * root);
  return out;
}
