import {
  JOB,
  JOB_BYTES,
  type Job,
  type KernelKind,
  kernelShape,
  PANELS,
  type ProductKernel,
  productModule,
} from './productKernel.ts';
import type { ProductThreads, StartThreads } from './productThreads.ts';

/** How large the blocks are that a kernel multiplies: rows of A, rows of B, and columns of both. */
export interface BlockSizes {
  readonly rows: number;
  readonly columns: number;
  readonly depth: number;
}

/** Numbers of one of the two precisions. */
export type Floats = Float32Array | Float64Array;

/** C = A B' for blocks of at most its sizes, row after row in a memory of its own. */
export interface BlockKernel extends BlockSizes {
  /** What computes, for a reader. */
  readonly name: string;
  /** Rows of as many numbers each as the next product is deep. */
  readonly a: Floats;
  readonly b: Floats;
  /** Rows of so many numbers as a block has columns at most. */
  readonly c: Floats;
  /** Looks at the rows of b, which the products that follow share. */
  takeB(columns: number, depth: number): void;
  /** Rows `from` to `to` - 1 of a, `from` a multiple of STRIP, with the first of the rows of b that were taken; added to what c holds where `add`. */
  multiply(rows: { readonly from: number; readonly to: number }, columns: number, add: boolean): void;
}

/** Rows that are multiplied at a time at least: as many as the kernel keeps packed. */
export const STRIP = 64;
/** Multiplications from which on a second thread saves more than it costs to wake it. */
const WORTH_THREADS = 2e6;
/** Where each number of a job is. */
const FIELD = Object.fromEntries(JOB.map((name, i) => [name, i])) as Record<keyof Job, number>;
const roundUp = (bytes: number): number => Math.ceil(bytes / 64) * 64;

/**
 * In WebAssembly, with relaxed SIMD (`fused`) or SIMD; undefined where this engine lacks it. `startThreads` shares the rows
 * of a block out among threads.
 */
export function simdBlocks(
  { rows, columns, depth }: BlockSizes,
  { element, fused }: Pick<KernelKind, 'element' | 'fused'>,
  startThreads?: StartThreads,
): BlockKernel | undefined {
  const shared = startThreads !== undefined;
  const binary = productModule({ element, fused, memory: { shared } });
  if (!WebAssembly.validate(binary)) return undefined;
  const module = new WebAssembly.Module(binary);
  const shape = kernelShape({ element });
  const { bytes } = shape;
  const packed = roundUp(JOB_BYTES);
  const a = packed + roundUp(bytes * depth * columns);
  const b = a + roundUp(bytes * depth * rows);
  const c = b + roundUp(bytes * depth * columns);
  const scratch = c + roundUp(bytes * rows * columns);
  const scratchBytes = roundUp(bytes * shape.rows * (shape.columns + PANELS * depth));
  const pages = (threads: number): number => Math.ceil((scratch + threads * scratchBytes) / 65536);
  const memory = shared
    ? new WebAssembly.Memory({ initial: pages(1), maximum: 65536, shared })
    : new WebAssembly.Memory({ initial: pages(1) });
  const kernel = new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as ProductKernel;
  const threads: ProductThreads | undefined = startThreads?.(kernel, { module, memory });
  if (threads) memory.grow(pages(threads.count) - pages(1));
  const { buffer } = memory;
  const Numbers = element === 'float32' ? Float32Array : Float64Array;
  const fields = new Int32Array(buffer, 0, JOB.length);
  let deep = 0;
  const same: Partial<Job> = { aDepth: bytes, b, bDepth: bytes, cRow: bytes * columns, packed };
  fields.set(JOB.map((name) => same[name] ?? 0));
  /** Number by number and the others once: for small products a list of them all takes longer than the product. */
  const describe = (from: number, to: number, width: number, add: boolean): void => {
    fields[FIELD.a] = a + bytes * deep * from;
    fields[FIELD.aRow] = bytes * deep;
    fields[FIELD.bColumn] = bytes * deep;
    fields[FIELD.c] = c + bytes * columns * from;
    fields[FIELD.rows] = to - from;
    fields[FIELD.columns] = width;
    fields[FIELD.depth] = deep;
    fields[FIELD.accumulate] = Number(add);
  };
  return {
    name: `WebAssembly ${fused ? 'relaxed ' : ''}SIMD${threads ? `, ${threads.count} threads` : ''}`,
    ...{ rows, columns, depth },
    a: new Numbers(buffer, a, rows * depth),
    b: new Numbers(buffer, b, columns * depth),
    c: new Numbers(buffer, c, rows * columns),
    takeB(width, length) {
      deep = length;
      describe(0, 0, width, false);
      kernel.packB(0);
    },
    multiply({ from, to }, width, add) {
      describe(from, to, width, add);
      const panels = Math.ceil((to - from) / shape.rows);
      if (threads && (to - from) * width * deep >= WORTH_THREADS) {
        const taskPanels = Math.min(PANELS, Math.ceil(panels / (4 * threads.count)));
        threads.run({ job: 0, scratch, scratchBytes, panels, taskPanels });
      } else
        for (let panel = 0; panel < panels; panel += PANELS)
          kernel.multiply(0, scratch, panel, Math.min(panels, panel + PANELS));
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
    ...{ rows, columns, depth, a, b, c },
    takeB(_, length) {
      deep = length;
    },
    multiply({ from, to }, width, add) {
      if (!add) c.fill(0, from * columns, to * columns);
      for (let i = from; i < to; i += 4)
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
          c[i * columns + j]! += c0;
          c[(i + 1) * columns + j]! += c1;
          c[(i + 2) * columns + j]! += c2;
          c[(i + 3) * columns + j]! += c3;
        }
    },
  };
}
