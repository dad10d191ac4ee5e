import { linearAlgebra } from '../../numerics/linearAlgebra.ts';
import { choleskySolve } from '../../numerics/vectors.ts';

/** Duals of kinks, each within its bounds, n. */
export interface KinkDuals {
  /** What each kink's function is at the duals, t: a dual is at its upper bound where t > 0, at its lower where t < 0. n. */
  readonly values: Float64Array;
  readonly duals: Float64Array;
  /** May be -Infinity. */
  readonly lower: Float64Array;
  readonly upper: Float64Array;
}

/** Changes of the active set, at most; 2 to 5 are usual. */
const ROUNDS = 25;

/**
 * The duals at which every kink is where they say, t changing by -G (change of the duals): a quadratic programme in a box, by the
 * primal-dual active-set method (Hintermüller, Ito & Kunisch 2003). Null where it cycles or G is singular to working precision.
 * @param gram G_jk
 */
export function boxDuals(
  { values, duals: start, lower, upper }: KinkDuals,
  gram: (j: number, k: number) => number,
): Float64Array | null {
  const n = values.length;
  const duals = start.slice();
  const t = values.slice();
  for (let round = 0; round < ROUNDS; round++) {
    const inside: number[] = [];
    const before = duals.slice();
    for (let j = 0; j < n; j++) {
      if (lower[j] === upper[j]) {
        duals[j] = lower[j]!;
        continue;
      }
      const wanted = duals[j]! + t[j]! / gram(j, j);
      if (wanted >= upper[j]!) duals[j] = upper[j]!;
      else if (wanted <= lower[j]!) duals[j] = lower[j]!;
      else inside.push(j);
    }
    move(before);
    if (inside.length > 0) {
      const P = inside.length;
      const factor = new Float64Array(P * P);
      for (let a = 0; a < P; a++)
        for (let b = 0; b <= a; b++) factor[a * P + b] = gram(inside[a]!, inside[b]!);
      if (!linearAlgebra().choleskyInPlace(factor, P)) return null;
      const change = choleskySolve(
        factor,
        Float64Array.from(inside, (j) => t[j]!),
      );
      const from = duals.slice();
      inside.forEach((j, a) => {
        duals[j]! += change[a]!;
      });
      move(from);
      for (const j of inside) t[j] = 0;
    }
    if (settled()) return duals;
  }
  return null;

  /** t after the duals have changed from what they were. */
  function move(before: Float64Array): void {
    for (let k = 0; k < n; k++) {
      const change = duals[k]! - before[k]!;
      if (change !== 0) for (let j = 0; j < n; j++) t[j]! -= gram(j, k) * change;
    }
  }

  function settled(): boolean {
    const slack = ROUNDING * duals.reduce((most, dual) => Math.max(most, Math.abs(dual)), 0);
    for (let j = 0; j < n; j++) {
      const [at, from, to] = [duals[j]!, lower[j]!, upper[j]!];
      if (from === to) continue;
      if (at < from - slack || at > to + slack) return false;
      if (at < to - slack && t[j]! > slack * gram(j, j)) return false;
      if (at > from + slack && t[j]! < -slack * gram(j, j)) return false;
    }
    return true;
  }
}

const ROUNDING = 1e-9;
