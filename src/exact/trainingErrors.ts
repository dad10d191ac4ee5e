/** (1/n) sum (|r_i| + costs_i)^2 and (1/n) sum r_i^2, r_i = y_i - beside - theta' phi_i. */
export function trainingErrors(
  phi: Float64Array,
  y: Float64Array,
  theta: Float64Array,
  costs: number | Float64Array,
  beside = 0,
): { robustError: number; cleanError: number } {
  const n = y.length;
  const N = theta.length;
  let robustError = 0;
  let cleanError = 0;
  for (let i = 0; i < n; i++) {
    let r = y[i]! - beside;
    for (let a = 0; a < N; a++) r -= phi[i * N + a]! * theta[a]!;
    robustError += (Math.abs(r) + (typeof costs === 'number' ? costs : costs[i]!)) ** 2 / n;
    cleanError += (r * r) / n;
  }
  return { robustError, cleanError };
}
