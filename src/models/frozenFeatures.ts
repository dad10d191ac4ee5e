/** A frozen feature map x -> phi(x) of rows on the host, with its derivatives along given directions. float64 arrays. */
export interface FrozenFeatures {
  /** How it computes, for a reader. */
  readonly name: string;
  /** d */
  readonly inputDim: number;
  /** N */
  readonly units: number;
  /** The widest thing it makes of a row or of a direction: memory for a batch goes by it. */
  readonly widest: number;
  /** phi at n rows of x (n x d), n x N. */
  features(x: Float64Array, n: number): Float64Array | Promise<Float64Array>;
  /**
   * Derivatives of phi at n rows along k directions each: v is (n k) x d, the directions of one row beside each other;
   * the result is (n k) x N.
   */
  along(x: Float64Array, v: Float64Array, n: number, k: number): Float64Array | Promise<Float64Array>;
  /** The sum over rows of grad phi grad phi', N x N, where there is a shorter way to it; lower triangle at least. */
  gradientGram?(x: Float64Array, n: number): Float64Array;
}
