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

/** A map of positive numbers, in logarithms: fills `out` with log T at x = log of its argument. */
export type Step = (x: Float64Array, out: Float64Array) => void;

/**
 * Solves log T(x) = log x: a few damped steps, which the saddle-point maps bring near from anywhere, then Newton's method with a
 * Jacobian by differences, kept up by Broyden's rank-one corrections while they serve; where Newton's step does not help, more
 * damped steps. `x` is where it starts and ends; the last call of `step` is made at the end.
 */
export function solveFixedPoint(step: Step, x: Float64Array, near = false): FixedPoint {
  const search = new Search(step, x);
  let approach = near && search.error < 1 ? 0 : APPROACH;
  while (search.goesOn) {
    search.damped(approach);
    const before = search.error;
    search.newton();
    if (search.error < STALLED) break;
    approach = search.error < 0.5 * before ? APPROACH : Math.min(64, 2 * Math.max(APPROACH, approach));
  }
  return search.end();
}

/** Where a search stands, and the best place that it has seen. */
class Search {
  /** the largest |f| at x, f = log T(x) - x */
  error: number;
  private evaluations = 0;
  private bestError = Infinity;
  private bestCall = 0;
  private readonly best: Float64Array;
  private readonly f: Float64Array;
  private readonly trial: Float64Array;
  /** f at the trial */
  private readonly next: Float64Array;
  private readonly jacobian: Float64Array;
  private readonly direction: Float64Array;
  private readonly step: Step;
  private readonly x: Float64Array;

  constructor(step: Step, x: Float64Array) {
    const n = x.length;
    this.step = step;
    this.x = x;
    this.best = x.slice();
    this.f = new Float64Array(n);
    this.trial = new Float64Array(n);
    this.next = new Float64Array(n);
    this.jacobian = new Float64Array(n * n);
    this.direction = new Float64Array(n);
    this.error = this.evaluate(x, this.f);
  }

  get goesOn(): boolean {
    return this.evaluations < MAX_EVALUATIONS && this.error > TOLERANCE;
  }

  /** Fills `f` at a point and returns its largest entry. */
  private evaluate(at: Float64Array, f: Float64Array): number {
    this.evaluations++;
    this.step(at, f);
    let error = 0;
    for (let i = 0; i < f.length; i++) {
      f[i]! -= at[i]!;
      const size = Math.abs(f[i]!);
      if (!(size <= error)) error = Number.isNaN(size) ? Infinity : size;
    }
    if (error < this.bestError) {
      this.bestError = error;
      this.bestCall = this.evaluations;
      this.best.set(at);
    }
    return error;
  }

  damped(steps: number): void {
    const { x, f } = this;
    for (let i = 0; i < steps && this.error > TOLERANCE; i++) {
      for (let j = 0; j < x.length; j++)
        if (this.error < Infinity) x[j]! += clamp(0.6 * f[j]!, MAX_STRIDE);
        // Out of the range of numbers: back towards the middle of it.
        else x[j]! = Number.isFinite(x[j]!) ? 0.5 * x[j]! : 0;
      this.error = this.evaluate(x, f);
    }
  }

  /** Newton's method, until it ends or a step with a fresh Jacobian does not help. */
  newton(): void {
    const { x, f, trial, next } = this;
    let kept = false;
    while (this.goesOn && this.error < Infinity) {
      if (!kept) this.differentiate();
      const scale = this.aim();
      if (Number.isNaN(scale)) return;
      let nextError = this.evaluate(trial, next);
      for (let shorter = 0; shorter < 4 && !(nextError < this.error); shorter++) {
        if (this.error < STALLED) break;
        this.try(0.3);
        nextError = this.evaluate(trial, next);
      }
      if (!(nextError < this.error)) {
        if (!kept) return;
        kept = false;
        continue;
      }
      this.correct();
      kept = nextError < GOOD_STEP * this.error && scale === 1;
      x.set(trial);
      f.set(next);
      this.error = nextError;
    }
  }

  /** The Jacobian by differences. */
  private differentiate(): void {
    const { x, f, trial, next, jacobian } = this;
    const n = x.length;
    for (let j = 0; j < n; j++) {
      trial.set(x);
      trial[j]! += DIFFERENCE;
      this.evaluate(trial, next);
      for (let i = 0; i < n; i++) jacobian[i * n + j] = (next[i]! - f[i]!) / DIFFERENCE;
    }
  }

  /** Newton's step, cut to the longest, and the trial at its end. Returns the share of it that is left; NaN for none. */
  private aim(): number {
    const { direction } = this;
    solve(this.jacobian, this.f, direction);
    let stride = 0;
    for (const part of direction) stride = Math.max(stride, Math.abs(part));
    if (!(stride < Infinity)) return Number.NaN;
    const scale = stride > MAX_STRIDE ? MAX_STRIDE / stride : 1;
    this.try(scale);
    return scale;
  }

  /** The trial at a share of the step. */
  private try(share: number): void {
    const { x, trial, direction } = this;
    for (let j = 0; j < x.length; j++) {
      direction[j]! *= share;
      trial[j] = x[j]! + direction[j]!;
    }
  }

  /** Broyden: the Jacobian that explains the step just taken. */
  private correct(): void {
    const { f, next, jacobian, direction } = this;
    const n = f.length;
    let length = 0;
    for (const part of direction) length += part * part;
    for (let i = 0; i < n; i++) {
      let miss = next[i]! - f[i]!;
      for (let j = 0; j < n; j++) miss -= jacobian[i * n + j]! * direction[j]!;
      for (let j = 0; j < n; j++) jacobian[i * n + j]! += (miss * direction[j]!) / length;
    }
  }

  /** Back to the best place. What `step` leaves behind belongs to its last call. */
  end(): FixedPoint {
    const iterations = this.evaluations;
    this.x.set(this.best);
    const residual = iterations === this.bestCall ? this.bestError : this.evaluate(this.x, this.f);
    return { iterations: this.evaluations, residual };
  }
}

/**
 * A fixed point from the first of several starts that leads to one, to `accepted`; otherwise the best that was found. Starts
 * are made when their turn comes.
 */
export function solveFromStarts(
  step: Step,
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

/** The residual up to which a path goes on. */
const SOLVED = 1e-6;

/**
 * A start for a hard problem, along a path of problems that begins at an easy one: two solutions are extrapolated to the start of
 * the next, and the last one that is found is the start.
 */
export function alongPath<Problem>(
  path: Iterable<Problem>,
  solve: (problem: Problem, x: Float64Array | undefined) => FixedPoint & { readonly at: Float64Array },
): { readonly x: Float64Array; readonly near: boolean } | undefined {
  let before: Float64Array | undefined;
  let last: Float64Array | undefined;
  for (const problem of path) {
    const next = last?.map((value, i) => value + (before ? value - before[i]! : 0));
    const { at, residual } = solve(problem, next);
    if (!(residual < SOLVED)) break;
    before = last;
    last = at;
  }
  return last && { x: last, near: true };
}

/** The first penalty of {@link weakerPenalties}, and the factor from one to the next. */
const STRONG = 10;
const WEAKER = 0.1;
const WEAKEST = 1e-12;

/** A path to a weak penalty, from a strong one down. */
export function* weakerPenalties<Problem extends { readonly lambda: number }>(
  problem: Problem,
): Generator<Problem> {
  for (let lambda = STRONG; lambda > Math.max(problem.lambda, WEAKEST); lambda *= WEAKER)
    yield { ...problem, lambda };
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
