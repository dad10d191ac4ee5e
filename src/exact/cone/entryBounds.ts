/**
 * The bounds h_ij >= |g_ij| on every entry of the gradients g_i = K_i theta, n x d, whose sum eps sum_j h_ij an attack in
 * l-infinity costs row i: two inequalities h + g >= 0 and h - g >= 0 an entry, first all of the former.
 */
export class EntryBounds {
  readonly n: number;
  readonly d: number;
  readonly eps: number;
  /** Where their slacks and duals begin among all. */
  readonly from: number;
  /** Number of entries, and of inequalities. */
  readonly count: number;
  readonly inequalities: number;
  /** Of each entry: the second derivative that the barrier adds in h_ij, */
  readonly curvature: Float64Array;
  /** what couples h_ij with g_ij over it, between -1 and 1, */
  readonly coupling: Float64Array;
  /** and what is left of that second derivative for g_ij once h_ij is eliminated. */
  readonly left: Float64Array;
  /** Of each row: eps^2 times the sum of 1 / curvature. */
  readonly inverseSum: Float64Array;

  constructor({ n, d, eps, from }: Pick<EntryBounds, 'n' | 'd' | 'eps' | 'from'>) {
    this.n = n;
    this.d = d;
    this.eps = eps;
    this.from = from;
    this.count = n * d;
    this.inequalities = 2 * this.count;
    this.curvature = new Float64Array(this.count);
    this.coupling = new Float64Array(this.count);
    this.left = new Float64Array(this.count);
    this.inverseSum = new Float64Array(n);
  }

  /** Sets the slacks at bounds h and gradients g. */
  slacks(h: Float64Array, g: Float64Array, s: Float64Array): void {
    const { count, from } = this;
    for (let e = 0; e < count; e++) {
      s[from + e] = h[e]! + g[e]!;
      s[from + count + e] = h[e]! - g[e]!;
    }
  }

  /** The gradients that slacks belong to. */
  gradients(s: Float64Array): Float64Array {
    const { count, from } = this;
    return Float64Array.from({ length: count }, (_, e) => (s[from + e]! - s[from + count + e]!) / 2);
  }

  /** The duals of the gradients, v_ij, and into `onBounds` those of h. */
  duals(z: Float64Array, onBounds?: Float64Array): Float64Array {
    const { count, from } = this;
    const v = new Float64Array(count);
    for (let e = 0; e < count; e++) {
      v[e] = z[from + e]! - z[from + count + e]!;
      if (onBounds) onBounds[e] = z[from + e]! + z[from + count + e]!;
    }
    return v;
  }

  /** eps sum_j of the entries of each row. */
  sums(entries: Float64Array): Float64Array {
    const sums = new Float64Array(this.n);
    for (let i = 0, e = 0; i < this.n; i++) {
      for (let j = 0; j < this.d; j++, e++) sums[i]! += entries[e]!;
      sums[i]! *= this.eps;
    }
    return sums;
  }

  /** Duals that are complementary with slacks of h and g, of which the sum over an entry is eps t_i. */
  startDuals(t: Float64Array, s: Float64Array, z: Float64Array): void {
    const { count, from, d, eps } = this;
    for (let e = 0; e < count; e++) {
      const [above, below] = [s[from + e]!, s[from + count + e]!];
      const share = (eps * t[Math.floor(e / d)]!) / (above + below);
      z[from + e] = share * below;
      z[from + count + e] = share * above;
    }
  }

  /** Eliminates h at a scaling of the inequalities. */
  eliminate(weight: Float64Array): void {
    const { n, d, eps, count, from, curvature, coupling, left, inverseSum } = this;
    for (let e = 0; e < count; e++) {
      const above = 1 / weight[from + e]! ** 2;
      const below = 1 / weight[from + count + e]! ** 2;
      curvature[e] = above + below;
      coupling[e] = (above - below) / (above + below);
      left[e] = (4 * above * below) / (above + below);
    }
    for (let i = 0, e = 0; i < n; i++) {
      let sum = 0;
      for (let j = 0; j < d; j++, e++) sum += 1 / curvature[e]!;
      inverseSum[i] = eps * eps * sum;
    }
  }

  /** eps sum_j of r_ij / curvature of each row: what right-hand sides of h say of the sum of the bounds. */
  pulledSums(r: Float64Array): Float64Array {
    return this.sums(r.map((value, e) => value / this.curvature[e]!));
  }

  /** coupling (r + eps e_i): what right-hand sides r of h and a pull e on the sum of a row say of the gradients. */
  onGradients(r: Float64Array, pull: Float64Array): Float64Array {
    const { d, eps, coupling } = this;
    return r.map((value, e) => coupling[e]! * (value + eps * pull[Math.floor(e / d)]!));
  }

  /** h from its right-hand sides r, in their place, at gradients g and pulls on the sums. */
  solve(r: Float64Array, g: Float64Array, pull: Float64Array): void {
    const { d, eps, count, curvature, coupling } = this;
    for (let e = 0; e < count; e++)
      r[e] = (r[e]! + eps * pull[Math.floor(e / d)]!) / curvature[e]! - coupling[e]! * g[e]!;
  }
}
