/** Where an iteration ended. */
export interface FixedPoint {
  /** evaluations of the map */
  readonly iterations: number;
  /** the largest |log T(x) - log x| there */
  readonly residual: number;
}

const MAX_EVALUATIONS = 1000;
const TOLERANCE = 1e-13;
/** Where rounding stops the descent short of TOLERANCE. */
const STALLED = 1e-10;
const DIFFERENCE = 1e-6;
/** The longest step of Newton's method in one logarithm. */
const MAX_STRIDE = 2;
/** A step that leaves more than this share of the error is followed by a fresh Jacobian. */
const GOOD_STEP = 0.25;
/** Damped steps before the first attempt of Newton's method, and after one that fails. */
const APPROACH = 4;

/**
 * Solves log T(x) = log x for a map of positive numbers, given in logarithms as step(x, out): a few damped steps, which the
 * saddle-point maps bring near from anywhere, then Newton's method with a Jacobian by differences, kept up by Broyden's
 * rank-one corrections while they serve; where Newton's step does not help, more damped steps. `x` is where it starts and ends;
 * the last call of `step` is made at the end.
 */
export function solveFixedPoint(
  step: (x: Float64Array, out: Float64Array) => void,
  x: Float64Array,
  near = false,
): FixedPoint {
  const n = x.length;
  const f = new Float64Array(n);
  const next = new Float64Array(n);
  const trial = new Float64Array(n);
  const jacobian = new Float64Array(n * n);
  const direction = new Float64Array(n);
  const best = x.slice();
  let bestError = Infinity;
  let bestCall = 0;
  let evaluations = 0;
  const evaluate = (at: Float64Array, out: Float64Array): number => {
    evaluations++;
    step(at, out);
    let error = 0;
    for (let i = 0; i < n; i++) {
      out[i]! -= at[i]!;
      const size = Math.abs(out[i]!);
      if (!(size <= error)) error = Number.isNaN(size) ? Infinity : size;
    }
    if (error < bestError) {
      bestError = error;
      bestCall = evaluations;
      best.set(at);
    }
    return error;
  };
  let error = evaluate(x, f);
  let approach = near && error < 1 ? 0 : APPROACH;
  while (evaluations < MAX_EVALUATIONS && error > TOLERANCE) {
    for (let i = 0; i < approach && error > TOLERANCE; i++) {
      if (!(error < Infinity)) {
        // Out of the range of numbers: back towards the middle of it.
        for (let j = 0; j < n; j++) x[j]! = Number.isFinite(x[j]!) ? 0.5 * x[j]! : 0;
      } else for (let j = 0; j < n; j++) x[j]! += clamp(0.6 * f[j]!, MAX_STRIDE);
      error = evaluate(x, f);
    }
    const before = error;
    let fresh = false;
    while (evaluations < MAX_EVALUATIONS && error > TOLERANCE && error < Infinity) {
      if (!fresh)
        for (let j = 0; j < n; j++) {
          trial.set(x);
          trial[j]! += DIFFERENCE;
          evaluate(trial, next);
          for (let i = 0; i < n; i++) jacobian[i * n + j] = (next[i]! - f[i]!) / DIFFERENCE;
        }
      solve(jacobian, f, direction);
      let stride = 0;
      for (let j = 0; j < n; j++) stride = Math.max(stride, Math.abs(direction[j]!));
      if (!(stride < Infinity)) break;
      const scale = stride > MAX_STRIDE ? MAX_STRIDE / stride : 1;
      for (let j = 0; j < n; j++) {
        direction[j]! *= scale;
        trial[j] = x[j]! + direction[j]!;
      }
      let nextError = evaluate(trial, next);
      for (let halving = 0; halving < 4 && !(nextError < error); halving++) {
        if (error < STALLED) break;
        for (let j = 0; j < n; j++) {
          direction[j]! *= 0.3;
          trial[j] = x[j]! + direction[j]!;
        }
        nextError = evaluate(trial, next);
      }
      if (!(nextError < error)) {
        if (!fresh) break;
        fresh = false;
        continue;
      }
      // Broyden: the Jacobian that explains the step just taken.
      let length = 0;
      for (let j = 0; j < n; j++) length += direction[j]! * direction[j]!;
      for (let i = 0; i < n; i++) {
        let miss = next[i]! - f[i]!;
        for (let j = 0; j < n; j++) miss -= jacobian[i * n + j]! * direction[j]!;
        for (let j = 0; j < n; j++) jacobian[i * n + j]! += (miss * direction[j]!) / length;
      }
      fresh = nextError < GOOD_STEP * error && scale === 1;
      x.set(trial);
      f.set(next);
      error = nextError;
    }
    if (error < STALLED) break;
    approach = error < 0.5 * before ? APPROACH : Math.min(64, 2 * Math.max(APPROACH, approach));
  }
  x.set(best);
  // What `step` leaves behind belongs to its last call.
  const residual = evaluations === bestCall ? bestError : evaluate(x, f);
  return { iterations: evaluations, residual };
}

/**
 * A fixed point from the first of several starts that leads to one, to `accepted`; otherwise the best that was found. Starts
 * are made when their turn comes.
 */
export function solveFromStarts(
  step: (x: Float64Array, out: Float64Array) => void,
  starts: readonly (() => { readonly x: Float64Array; readonly near: boolean } | undefined)[],
  accepted: number,
): FixedPoint & { readonly x: Float64Array } {
  let iterations = 0;
  let best: { x: Float64Array; residual: number } | undefined;
  for (const start of starts) {
    const from = start();
    if (from === undefined) continue;
    const found = solveFixedPoint(step, from.x, from.near);
    iterations += found.iterations;
    if (!best || !(best.residual <= found.residual)) best = { x: from.x, residual: found.residual };
    if (found.residual < accepted) return { x: from.x, iterations, residual: found.residual };
  }
  const { x, residual } = best!;
  step(x, new Float64Array(x.length));
  return { x, iterations, residual };
}

/** The first penalty of {@link weakerPenalties}, and the factor from one to the next. */
const STRONG = 10;
const WEAKER = 0.1;
const WEAKEST = 1e-12;

/** A start for a weak penalty: from a strong one down, each solution the start of the next. */
export function weakerPenalties(
  solve: (lambda: number, x: Float64Array | undefined) => FixedPoint & { readonly at: Float64Array },
  lambda: number,
): { readonly x: Float64Array; readonly near: boolean } | undefined {
  let at: Float64Array | undefined;
  for (let strong = STRONG; strong > Math.max(lambda, WEAKEST); strong *= WEAKER) {
    const found = solve(strong, at?.slice());
    if (!(found.residual < 1e-6)) break;
    at = found.at;
  }
  return at && { x: at, near: true };
}

const clamp = (value: number, most: number): number => Math.max(-most, Math.min(most, value));

const rows = new Float64Array(42);

/** Solves J d = -f by elimination with partial pivots; n <= 6. */
function solve(J: Float64Array, f: Float64Array, d: Float64Array): void {
  const n = f.length;
  const width = n + 1;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) rows[i * width + j] = J[i * n + j]!;
    rows[i * width + n] = -f[i]!;
  }
  for (let k = 0; k < n; k++) {
    let pivot = k;
    for (let i = k + 1; i < n; i++)
      if (Math.abs(rows[i * width + k]!) > Math.abs(rows[pivot * width + k]!)) pivot = i;
    if (pivot !== k)
      for (let j = k; j <= n; j++) {
        const held = rows[k * width + j]!;
        rows[k * width + j] = rows[pivot * width + j]!;
        rows[pivot * width + j] = held;
      }
    for (let i = k + 1; i < n; i++) {
      const factor = rows[i * width + k]! / rows[k * width + k]!;
      for (let j = k; j <= n; j++) rows[i * width + j]! -= factor * rows[k * width + j]!;
    }
  }
  for (let k = n - 1; k >= 0; k--) {
    let sum = rows[k * width + n]!;
    for (let j = k + 1; j < n; j++) sum -= rows[k * width + j]! * d[j]!;
    d[k] = sum / rows[k * width + k]!;
  }
}
