import { linearAlgebra } from '../numerics/linearAlgebra.ts';
import { transpose } from '../numerics/vectors.ts';
import type { FrozenFeatures } from './frozenFeatures.ts';

/** W u + b */
export interface AffineStep {
  /** Tells it from other steps. */
  readonly kind: 'affine';
  /** outputs x inputs, row after row */
  readonly weights: Float64Array;
  /** rows of the weights */
  readonly outputs: number;
  /** length outputs; default none */
  readonly bias?: Float64Array;
}

/** One step of a layered map. */
export type LayerStep =
  | AffineStep
  | {
      /** the same function of every entry */
      readonly kind: 'elementwise';
      /** the function */
      readonly value: (u: number) => number;
      /** and its derivative, any value at a kink */
      readonly derivative: (u: number) => number;
    }
  | {
      /** (u - centre) factor, by column, clipped where asked */
      readonly kind: 'scale';
      /** subtracted, one a column */
      readonly centre: Float64Array;
      /** multiplied by, one a column */
      readonly factor: Float64Array;
      /** results are clipped at plus and minus this, where their derivative is then 0; default not at all */
      readonly clip?: number;
    };

/** Clipped entries whose gradients are taken off at once. */
const CLIPPED = 1024;
/** Rows whose features are computed at once where their slopes are wanted too, which takes five numbers for each of them. */
const ROWS = 2048;

/** Derivatives of an activation: whole numbers, as those of a ReLU are, in a byte each. */
export type Slopes = Float64Array | Int8Array;

/**
 * Features of one affine layer behind scalings, and their input gradients in closed form: d phi_a / d x at row i is
 * slopes[i, a] times row a of the weights, but 0 in the columns where the input is clipped.
 */
export interface OneLayer {
  /** n x N */
  readonly phi: Float64Array;
  /** n x N */
  readonly slopes: Slopes;
  /** N x d, by units of the input */
  readonly weights: Float64Array;
  /** i d + j for each input that is clipped and would otherwise have a gradient */
  readonly clipped: readonly number[];
}

/** Affine layers, elementwise activations and scalings, one after another, in float64; derivatives by the chain rule. */
export class LayeredFeatures implements FrozenFeatures {
  readonly name = 'layers in float64';
  readonly inputDim: number;
  readonly units: number;
  readonly widest: number;
  readonly gradientGram?: (x: Float64Array, n: number) => Float64Array;
  /** From the input on. */
  readonly steps: readonly LayerStep[];

  /** From the first step to the last; that their sizes fit is not checked. */
  constructor(inputDim: number, steps: readonly LayerStep[]) {
    this.inputDim = inputDim;
    this.steps = steps;
    let width = inputDim;
    let widest = inputDim;
    for (const step of steps) {
      if (step.kind === 'affine') width = step.outputs;
      widest = Math.max(widest, width);
    }
    this.units = width;
    this.widest = widest;
    if (this.onlyLayer() !== null) this.gradientGram = (x, n) => this.oneLayerGram(x, n);
  }

  features(x: Float64Array, n: number): Float64Array {
    return this.run(x, n);
  }

  along(x: Float64Array, v: Float64Array, n: number, k: number): Float64Array {
    const tangents = { values: v, k };
    this.run(x, n, tangents);
    return tangents.values;
  }

  /** Every input gradient: row (i, j) holds d phi / d x_j at row i, (n d) x N. */
  jacobians(x: Float64Array, n: number): Float64Array {
    const d = this.inputDim;
    const v = new Float64Array(n * d * d);
    for (let i = 0; i < n; i++) for (let j = 0; j < d; j++) v[(i * d + j) * d + j] = 1;
    return this.along(x, v, n, d);
  }

  /** phi, and in `tangents` what becomes of the directions. */
  private run(x: Float64Array, n: number, tangents?: { values: Float64Array; k: number }): Float64Array {
    const algebra = linearAlgebra();
    let values = x;
    let width = this.inputDim;
    for (const step of this.steps) {
      if (step.kind === 'affine') {
        const { weights, outputs, bias } = step;
        const next = new Float64Array(n * outputs);
        algebra.multiplyTransposed(values, weights, next, { m: n, n: outputs, k: width });
        if (bias) for (let j = 0; j < next.length; j++) next[j]! += bias[j % outputs]!;
        if (tangents) {
          const rows = n * tangents.k;
          const moved = new Float64Array(rows * outputs);
          algebra.multiplyTransposed(tangents.values, weights, moved, { m: rows, n: outputs, k: width });
          tangents.values = moved;
        }
        values = next;
        width = outputs;
        continue;
      }
      const slopes = new Float64Array(tangents ? values.length : 0);
      if (step.kind === 'elementwise') {
        if (tangents) for (let j = 0; j < values.length; j++) slopes[j] = step.derivative(values[j]!);
        values = values.map(step.value);
      } else {
        const { centre, factor, clip = Number.POSITIVE_INFINITY } = step;
        const scaled = values.map((value, j) => (value - centre[j % width]!) * factor[j % width]!);
        for (let j = 0; j < slopes.length; j++)
          slopes[j] = Math.abs(scaled[j]!) > clip ? 0 : factor[j % width]!;
        values = scaled.map((value) => Math.min(clip, Math.max(-clip, value)));
      }
      if (tangents) {
        // The directions may be the caller's own array.
        const turned = new Float64Array(tangents.values.length);
        for (let i = 0; i < n; i++)
          for (let r = i * tangents.k; r < (i + 1) * tangents.k; r++)
            for (let a = 0; a < width; a++)
              turned[r * width + a] = tangents.values[r * width + a]! * slopes[i * width + a]!;
        tangents.values = turned;
      }
    }
    return values;
  }

  /** Where the one affine layer is, scalings alone before it and anything elementwise after it; null for other maps. */
  private onlyLayer(): number | null {
    const first = this.steps.findIndex((step) => step.kind !== 'scale');
    const affine = this.steps.filter((step) => step.kind === 'affine').length;
    return affine === 1 && this.steps[first]!.kind === 'affine' ? first : null;
  }

  /** Features and gradients at n rows of x in the closed form of one layer; null for a map that is not of that form. */
  oneLayer(x: Float64Array, n: number): OneLayer | null {
    const at = this.onlyLayer();
    if (at === null) return null;
    const { units: N, inputDim: d } = this;
    const layer = this.steps[at] as AffineStep;
    const [scaling, inner, outer] = [
      new LayeredFeatures(d, this.steps.slice(0, at)),
      new LayeredFeatures(d, [layer]),
      new LayeredFeatures(N, this.steps.slice(at + 1)),
    ];
    const factor = new Float64Array(d).fill(1);
    for (const step of scaling.steps)
      if (step.kind === 'scale') for (let j = 0; j < d; j++) factor[j]! *= step.factor[j]!;
    const phi = new Float64Array(n * N);
    let slopes: Slopes = new Int8Array(n * N);
    const clipped: number[] = [];
    for (let from = 0; from < n; from += ROWS) {
      const rows = Math.min(ROWS, n - from);
      // The derivatives of entrywise maps are their images of ones.
      const before = { values: new Float64Array(rows * d).fill(1), k: 1 };
      const scaled = scaling.run(x.subarray(from * d, (from + rows) * d), rows, before);
      const after = { values: new Float64Array(rows * N).fill(1), k: 1 };
      phi.set(outer.run(inner.run(scaled, rows), rows, after), from * N);
      if (slopes instanceof Int8Array && !after.values.every(isByte)) slopes = Float64Array.from(slopes);
      slopes.set(after.values, from * N);
      before.values.forEach((slope, entry) => {
        if (slope === 0 && factor[entry % d] !== 0) clipped.push(from * d + entry);
      });
    }
    const weights = layer.weights.map((w, j) => w * factor[j % d]!);
    return { phi, slopes, weights, clipped };
  }

  /**
   * One layer: (W W') o sum D_i D_i', D_i the slopes at row i. An input that is clipped has no gradient: what it adds to
   * that, one column of d phi / d x an entry, is taken off.
   */
  private oneLayerGram(x: Float64Array, n: number): Float64Array {
    const algebra = linearAlgebra();
    const { units: N, inputDim: d } = this;
    const { slopes, weights: rows, clipped } = this.oneLayer(x, n)!;
    const overlaps = new Float64Array(N * N);
    algebra.multiplyTransposed(rows, rows, overlaps, { m: N, n: N, k: d, lower: true });
    const gates = transpose(slopes, n, N);
    const gram = new Float64Array(N * N);
    algebra.multiplyTransposed(gates, gates, gram, { m: N, n: N, k: n, lower: true });
    for (let j = 0; j < gram.length; j++) gram[j]! *= overlaps[j]!;
    for (let from = 0; from < clipped.length; from += CLIPPED) {
      const entries = clipped.slice(from, from + CLIPPED);
      const k = entries.length;
      const columns = new Float64Array(N * k);
      for (let a = 0; a < N; a++)
        entries.forEach((entry, c) => {
          columns[a * k + c] = gates[a * n + Math.floor(entry / d)]! * rows[a * d + (entry % d)]!;
        });
      const part = new Float64Array(N * N);
      algebra.multiplyTransposed(columns, columns, part, { m: N, n: N, k, lower: true });
      for (let j = 0; j < gram.length; j++) gram[j]! -= part[j]!;
    }
    return gram;
  }
}

/** Whether a number is whole and has room in a byte. */
const isByte = (value: number): boolean => value === (value << 24) >> 24;
