import { CLIMB_ARRAYS, CLIMB_NUMBERS, type ClimbNorm } from '../numerics/climb/layout.ts';
import { type ClimbKernels, climbModule } from '../numerics/climb/module.ts';

/** f(x) = sum_j a_j relu(<k_j, x> + b_j) + beta, in float32, with what all climbs in a norm share. */
export interface ReluLayer {
  readonly norm: ClimbNorm;
  /** N */
  readonly units: number;
  /** d */
  readonly inputs: number;
  /** k_j, [N, d] */
  readonly kernel: Float32Array;
  /** |k_j|, [N] */
  readonly norms: Float32Array;
  /** In l2 <k_i, k_j>, [N, N], in linf the i-th entry of k_j, [d, N]; times any factor that `hidden` and `rise` have as well. */
  readonly spread: Float32Array;
}

/** Points from which rows climb, and all that is to be known there; n rows. */
export interface ClimbStart {
  /** f, [n] */
  readonly value: Float32Array;
  /** g, the gradient of f, [n, d] */
  readonly gradient: Float32Array;
  /** <k_j, x> + b_j, [n, N] */
  readonly hidden: Float32Array;
  /** In l2 <k_j, g>, in linf <k_j, sign(g)>, [n, N] */
  readonly rise: Float32Array;
  /** f(x) - <g, x>, [n] */
  readonly offset: ArrayLike<number>;
}

/** Where m rows want to go; m is a multiple of n, and row i begins at point i mod n. */
export interface ClimbGoals {
  /** a_j, [N] */
  readonly weights: Float32Array;
  /** a_j b_j, [N]; null for zeros */
  readonly offsets: Float32Array | null;
  /** 1 up, -1 down; [m] */
  readonly push: Float32Array;
  /** y, of which the point that is kept is the farthest; null where it is the one farthest pushed, [m] */
  readonly target: Float32Array | null;
  /** Of a step, [m]. */
  readonly length: Float32Array;
  /** Of the ball, [m]. */
  readonly radius: Float32Array;
  readonly steps: number;
  /** Whether the best point is kept, or the last. */
  readonly keepBest: boolean;
}

/** What was found, m rows. */
export interface Climbed {
  /** From the centre of the ball to the point that is kept, [m, d]. */
  readonly delta: Float32Array;
  /** f there, [m] */
  readonly value: Float32Array;
}

/** So many rows tell whether the rest are worth climbing. */
const SAMPLE = 16;

/**
 * How many numbers of added rows a step may take: as many as take the time of its products on a native engine, which
 * multiplies eight times in the time of one of them, and of the passes along the row that go with products.
 */
const worth = (units: number, inputs: number): number => (units * inputs) / 4 + 4 * (units + inputs);

/** A gradient that is so much smaller than what it was computed from has lost half of its digits. */
const CANCELLED = 2 ** -12;

/**
 * Projected gradient steps of all rows, by numerics/climb.
 * @param centre of the balls, [n, d], with `hidden` there
 * @param start at the centre, or elsewhere in the ball
 * @param from from the centre to the start, [n, d]; null where that is the centre
 * @returns null where so many units change their sign that products are faster, where gradients cancel, and where
 * WebAssembly has no SIMD
 */
export function climbRows(
  layer: ReluLayer,
  centre: { readonly point: Float32Array; readonly hidden: Float32Array },
  start: ClimbStart,
  from: Float32Array | null,
  goals: ClimbGoals,
): Climbed | null {
  const room = roomFor(layer);
  if (!room) return null;
  const { units, inputs } = layer;
  const [n, m] = [start.value.length, goals.push.length];
  const { arrays, climb } = room;
  arrays.weights.set(goals.weights);
  arrays.sizes.set(goals.weights.map((weight, j) => Math.abs(weight) * layer.norms[j]!));
  if (goals.offsets) arrays.offsets.set(goals.offsets);
  const delta = new Float32Array(m * inputs);
  const value = new Float32Array(m);
  const choices = [goals.steps, goals.target ? 1 : 0, goals.keepBest ? 1 : 0] as const;
  const climbed: Numbers = { ...NOTHING };
  let [done, switches] = [0, 0];
  for (let i = 0; i < n; i++) {
    arrays.about.set(rowOf(centre.hidden, i, units));
    arrays.centre.set(rowOf(centre.point, i, inputs));
    const [hidden, rise] = [rowOf(start.hidden, i, units), rowOf(start.rise, i, units)];
    const [gradient, moved] = [rowOf(start.gradient, i, inputs), from && rowOf(from, i, inputs)];
    for (let row = i; row < m; row += n) {
      arrays.hidden.set(hidden);
      arrays.rise.set(rise);
      arrays.gradient.set(gradient);
      if (moved) arrays.delta.set(moved);
      else arrays.delta.fill(0);
      climbed.value = start.value[i]!;
      climbed.offset = start.offset[i]!;
      climbed.target = goals.target?.[row] ?? 0;
      climbed.push = goals.push[row]!;
      climbed.length = goals.length[row]!;
      climbed.radius = goals.radius[row]!;
      climb(choices, climbed);
      if (climbed.cancelled < CANCELLED || !Number.isFinite(climbed.value)) return null;
      switches += climbed.switches;
      done += 1;
      delta.set(arrays.found.subarray(0, inputs), row * inputs);
      value[row] = climbed.value;
    }
    const most = worth(units, inputs) * goals.steps * done;
    if ((i + 1) % SAMPLE === 0 && switches * (units + inputs) > most) return null;
  }
  return { delta, value };
}

const rowOf = (matrix: Float32Array, row: number, width: number): Float32Array =>
  matrix.subarray(row * width, (row + 1) * width);

type ClimbArray = Exclude<(typeof CLIMB_ARRAYS)[number], 'numbers'>;
type Numbers = Record<(typeof CLIMB_NUMBERS)[number], number>;

const NOTHING = Object.fromEntries(CLIMB_NUMBERS.map((name) => [name, 0])) as Numbers;

/** A layer in the memory of the kernel, with the arrays of one row. */
interface Room {
  readonly arrays: { readonly [name in ClimbArray]: Float32Array };
  /** Changes the numbers. */
  climb(choices: readonly [number, number, number], numbers: Numbers): void;
}

const PAGE_BYTES = 2 ** 16;

let instance: ClimbKernels | null | undefined;
/** The layer whose matrices lie in the memory. */
let loaded: { readonly layer: WeakRef<ReluLayer>; readonly room: Room } | undefined;

function instantiate(): ClimbKernels | null {
  const binary = climbModule({ pages: 1 });
  if (!WebAssembly.validate(binary)) return null;
  return new WebAssembly.Instance(new WebAssembly.Module(binary)).exports as unknown as ClimbKernels;
}

function roomFor(layer: ReluLayer): Room | null {
  if (loaded?.layer.deref() === layer) return loaded.room;
  if (instance === undefined) instance = instantiate();
  if (!instance) return null;
  const room = load(instance, layer);
  loaded = { layer: new WeakRef(layer), room };
  return room;
}

const filled = (count: number): number => 4 * Math.ceil(count / 4);

function load(kernels: ClimbKernels, layer: ReluLayer): Room {
  const { memory, [layer.norm]: climb } = kernels;
  const [units, inputs] = [filled(layer.units), filled(layer.inputs)];
  const lengths: Record<(typeof CLIMB_ARRAYS)[number], number> = {
    numbers: 2 * filled(CLIMB_NUMBERS.length),
    weights: units,
    offsets: units,
    sizes: units,
    kernel: layer.units * inputs,
    spread: (layer.norm === 'l2' ? layer.units : layer.inputs) * units,
    about: units,
    hidden: units,
    rise: units,
    gradient: inputs,
    centre: inputs,
    delta: inputs,
    found: inputs,
    move: inputs,
    change: inputs,
    switched: Math.max(units, inputs) + 4,
  };
  const bytes = 4 * CLIMB_ARRAYS.reduce((sum, name) => sum + lengths[name], 0);
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  let end = 0;
  const addresses = CLIMB_ARRAYS.map((name) => {
    const address = end;
    end += 4 * lengths[name];
    return address;
  });
  const arrays = Object.fromEntries(
    CLIMB_ARRAYS.map((name, i) => [name, new Float32Array(memory.buffer, addresses[i], lengths[name])]),
  ) as Record<(typeof CLIMB_ARRAYS)[number], Float32Array>;
  new Uint8Array(memory.buffer, 0, end).fill(0);
  inRows(arrays.kernel, inputs, layer.kernel, layer.inputs);
  inRows(arrays.spread, units, layer.spread, layer.units);
  const numbers = new Float64Array(memory.buffer, arrays.numbers.byteOffset, CLIMB_NUMBERS.length);
  const sizes = [4 * units, 4 * inputs];
  return {
    arrays,
    climb(choices, ofRow) {
      CLIMB_NUMBERS.forEach((name, k) => {
        numbers[k] = ofRow[name];
      });
      climb(...addresses, ...sizes, ...choices);
      CLIMB_NUMBERS.forEach((name, k) => {
        ofRow[name] = numbers[k]!;
      });
    },
  };
}

/** Rows of one width into rows of another, no narrower one. */
function inRows(to: Float32Array, wide: number, from: Float32Array, width: number): void {
  if (wide === width) to.set(from);
  else
    for (let row = 0; row * width < from.length; row++)
      to.set(from.subarray(row * width, (row + 1) * width), row * wide);
}
