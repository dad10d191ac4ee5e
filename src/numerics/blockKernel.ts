import { JOB, JOB_BYTES, type Job, kernelShape, type ProductKernel, productModule } from './productKernel.ts';

/** How large the blocks are that a kernel multiplies: rows of A, rows of B, and columns of both. */
export interface BlockSizes {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** C = A B' for blocks in float64, row after row in a memory of its own. */
export interface BlockKernel {
  /** What computes, for a reader. */
  readonly name: string;
  /** Rows of `depth` numbers each, as many as the next product takes. */
  readonly a: Float64Array;
  readonly b: Float64Array;
  /** Rows of so many numbers as a block has columns at most. */
  readonly c: Float64Array;
  /** Looks at the rows of b, which the products that follow share. */
  takeB(columns: number, depth: number): void;
  /** The first rows of a with the first of the rows of b that were taken. */
  multiply(rows: number, columns: number): void;
}

/** In WebAssembly, with relaxed SIMD (`fused`) or SIMD; undefined where this engine lacks it. */
export function simdBlocks({ rows, columns, depth }: BlockSizes, fused: boolean): BlockKernel | undefined {
  const shape = kernelShape({ element: 'float64' });
  const { bytes } = shape;
  const packed = JOB_BYTES;
  const scratch = packed + bytes * depth * columns;
  const a = scratch + bytes * (shape.rows * shape.columns + depth * rows);
  const b = a + bytes * depth * rows;
  const c = b + bytes * depth * columns;
  const pages = Math.ceil((c + bytes * rows * columns) / 65536);
  const binary = productModule({ element: 'float64', fused, memory: { pages } });
  if (!WebAssembly.validate(binary)) return undefined;
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(binary));
  const kernel = exports as unknown as ProductKernel;
  const { buffer } = exports.memory as WebAssembly.Memory;
  const fields = new Int32Array(buffer, 0, JOB.length);
  let deep = 0;
  const describe = (height: number, width: number): void => {
    const job: Job = {
      ...{ a, aRow: bytes * deep, aDepth: bytes, b, bColumn: bytes * deep, bDepth: bytes },
      ...{ c, cRow: bytes * columns, rows: height, columns: width, depth: deep },
      ...{ packed, accumulate: 0, bias: 0, relu: 0 },
    };
    fields.set(JOB.map((name) => job[name]));
  };
  return {
    name: `WebAssembly ${fused ? 'relaxed ' : ''}SIMD`,
    a: new Float64Array(buffer, a, rows * depth),
    b: new Float64Array(buffer, b, columns * depth),
    c: new Float64Array(buffer, c, rows * columns),
    takeB(width, length) {
      deep = length;
      describe(0, width);
      kernel.packB(0);
    },
    multiply(height, width) {
      describe(height, width);
      kernel.multiply(0, scratch, 0, Math.ceil(height / shape.rows));
    },
  };
}

/** In JavaScript: four rows of A meet one of B, their sums in local variables. */
export function javaScriptBlocks({ rows, columns, depth }: BlockSizes): BlockKernel {
  // Three rows more, so that the last four are whole.
  const a = new Float64Array((rows + 3) * depth);
  const b = new Float64Array(columns * depth);
  const c = new Float64Array((rows + 3) * columns);
  let deep = 0;
  return {
    name: 'plain JavaScript',
    a,
    b,
    c,
    takeB(_, length) {
      deep = length;
    },
    multiply(height, width) {
      for (let i = 0; i < height; i += 4)
        for (let j = 0; j < width; j++) {
          let [c0, c1, c2, c3] = [0, 0, 0, 0];
          let p = i * deep;
          for (let q = j * deep; q < (j + 1) * deep; q++, p++) {
            const x = b[q]!;
            c0 += a[p]! * x;
            c1 += a[p + deep]! * x;
            c2 += a[p + 2 * deep]! * x;
            c3 += a[p + 3 * deep]! * x;
          }
          c[i * columns + j] = c0;
          c[(i + 1) * columns + j] = c1;
          c[(i + 2) * columns + j] = c2;
          c[(i + 3) * columns + j] = c3;
        }
    },
  };
}
