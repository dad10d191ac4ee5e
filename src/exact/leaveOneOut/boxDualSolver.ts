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
 * Solves for the duals at which every kink is where they say, t changing by -G (change of the duals): a quadratic programme in a
 * box, by the primal-dual active-set method (Hintermüller, Ito & Kunisch 2003). What it gives is null where that cycles or G is
 * singular to working precision. One factor is kept for the next programme, whose active set is often the same.
 * @param gram G, n x n
 */
export function boxDualSolver(gram: Float64Array, n: number): (kinks: KinkDuals) => Float64Array | null {
  let kept: { readonly inside: readonly number[]; readonly factor: Float64Array } | null = null;

  /** The Cholesky factor of the rows and columns `inside`; null where there is none. */
  function factorOf(inside: readonly number[]): Float64Array | null {
    const P = inside.length;
    if (kept?.inside.length === P && inside.every((j, a) => kept!.inside[a] === j)) return kept.factor;
    const factor = new Float64Array(P * P);
    for (let a = 0; a < P; a++)
      for (let b = 0; b <= a; b++) factor[a * P + b] = gram[inside[a]! * n + inside[b]!]!;
    if (!linearAlgebra().choleskyInPlace(factor, P)) return null;
    kept = { inside, factor };
    return factor;
  }

  return ({ values, duals: start, lower, upper }) => {
    const duals = start.slice();
    const t = values.slice();

    /** Sets a dual, and t as it is then. */
    function set(k: number, dual: number): void {
      const change = dual - duals[k]!;
      if (change === 0) return;
      duals[k] = dual;
      for (let j = 0; j < n; j++) t[j]! -= gram[k * n + j]! * change;
    }

    function settled(): boolean {
      const slack = ROUNDING * duals.reduce((most, dual) => Math.max(most, Math.abs(dual)), 0);
      for (let j = 0; j < n; j++) {
        const [at, from, to] = [duals[j]!, lower[j]!, upper[j]!];
        if (from === to) continue;
        if (at < from - slack || at > to + slack) return false;
        const moved = slack * gram[j * n + j]!;
        if (at < to - slack && t[j]! > moved) return false;
        if (at > from + slack && t[j]! < -moved) return false;
      }
      return true;
    }

    for (let round = 0; round < ROUNDS; round++) {
      const wanted = duals.map((dual, j) => dual + t[j]! / gram[j * n + j]!);
      const inside: number[] = [];
      for (let j = 0; j < n; j++) {
        if (lower[j] === upper[j] || wanted[j]! <= lower[j]!) set(j, lower[j]!);
        else if (wanted[j]! >= upper[j]!) set(j, upper[j]!);
        else inside.push(j);
      }
      if (inside.length > 0) {
        const factor = factorOf(inside);
        if (factor === null) return null;
        const change = Float64Array.from(inside, (j) => t[j]!);
        choleskySolve(factor, change);
        inside.forEach((j, a) => {
          set(j, duals[j]! + change[a]!);
        });
        for (const j of inside) t[j] = 0;
      }
      if (settled()) return duals;
    }
    return null;
  };
}

const ROUNDING = 1e-9;
