import type { Device } from '../runtime/device.ts';
import { type Cell, isDescended, isFrozen } from './cell.ts';
import { rowsOf, unitsOf, widthOf } from './cellSizes.ts';

/** How fast one worker process computes. */
export interface Machine {
  readonly device: Device;
  /** Products of float32 matrices on one thread, as `rrf doctor` measures them. */
  readonly gigaflopsPerSecond: number;
}

/** What a pass takes, forward and back, in seconds times the GFLOP/s of the machine: slower ones are slower in everything. */
interface EngineCosts {
  /** Its calls, whatever its size: some thirty operations. */
  readonly call: number;
  /** Each weight of each row: two multiplications and two additions. */
  readonly weight: number;
  /** Each number of each row, in a layer or an input: the elementwise operations. */
  readonly entry: number;
}

const COSTS: Readonly<Record<'native' | 'portable', EngineCosts>> = {
  native: { call: 0.036, weight: 7.2e-9, entry: 3.3e-7 },
  portable: { call: 0.0035, weight: 4.9e-9, entry: 9e-8 },
};
/** Norms, losses and choices of a row take as long as this many entries. */
const ROW_ENTRIES = 400;
/** Of what a row takes in a test, in the smaller batches of training, which stay in the processor's caches. */
const CACHED = 0.6;
/** One multiplication of the exact solvers, float64 in WebAssembly, in seconds times the GFLOP/s of float32 there. */
const EXACT_PRODUCT = 6.2e-9;
/** What a climb takes for each number of a row and step, hidden unit or input, and for each row, in the same units. */
const [CLIMB_ENTRY, CLIMB_ROW] = [2.6e-8, 5e-5];
/** Seconds of a cell whatever it is, and what a number drawn for its rows takes, in the same units as a climb. */
const [CELL, DRAW] = [0.02, 1.5e-6];
/** GFLOP/s of native TensorFlow for one of WebAssembly on the same core. */
const NATIVE_GAIN = 3.4;
const REFERENCE: Machine = { device: 'cpu', gigaflopsPerSecond: 90 };

/**
 * Roughly how long the cell takes in one of as many worker processes as there are cores, in seconds, by the passes over its
 * rows that training and test make. The costs were fitted in November 2026 to the processor times of tests, trainings
 * and exact solutions at N 50 to 800 on machines of 90 GFLOP/s a thread natively and 23 in WebAssembly, and all of them are
 * taken to scale with that rate, which a loaded machine loses too; `scripts/cellSeconds.ts` prints predicted and measured
 * times side by side.
 */
export function cellSeconds(of: Cell, machine: Machine = REFERENCE): number {
  const pass = passOf(of, machine);
  const drawn = (rowsOf(of) + of.testRows) * of.d;
  const own = CELL + inWebAssembly(machine, drawn * DRAW);
  return own + training(of, machine, pass) + test(of, machine, pass);
}

/** The machine with native TensorFlow in the place of a slower engine; null where that is what runs, or a GPU. */
export const nativeOn = ({ device, gigaflopsPerSecond }: Machine): Machine | null =>
  isNative(device) ? null : { device: 'cpu', gigaflopsPerSecond: NATIVE_GAIN * gigaflopsPerSecond };

const isNative = (device: Device): boolean => device === 'cpu' || device === 'cuda';

/** Seconds of passes, forward and back: how many calls, and how many rows go through in all of them together. */
type Pass = (calls: number, rows: number) => number;

function passOf(of: Cell, { device, gigaflopsPerSecond }: Machine): Pass {
  const { call, weight, entry } = COSTS[isNative(device) ? 'native' : 'portable'];
  const sizes = of.features === 'linear' ? [of.d] : [of.d, ...unitsOf(of)];
  const entries = sizes.reduce((sum, size) => sum + size, ROW_ENTRIES);
  const weights = sizes.slice(1).reduce((sum, size, l) => sum + size * sizes[l]!, 0);
  const row = weight * weights + entry * entries;
  return (calls, rows) => (calls * call + rows * row) / gigaflopsPerSecond;
}

/** An attack looks at both sides of a row but at its first step, and forwards only at the end. */
const attackRows = (steps: number): number => 1 + 2 * (steps - 1) + 1;

/** Whether attacks of steps on the cell climb at once, past the products: see models/reluClimb.ts. */
const climbs = ({ features, network, activation }: Cell, steps: number): boolean =>
  features === 'random' && network === undefined && CLIMBED.includes(activation) && steps > 1;
const CLIMBED: readonly Cell['activation'][] = ['relu', 'shifted-relu'];

/** An attack of so many steps on so many rows, at each of some radii. */
function attacking(
  of: Cell,
  { machine, pass }: { readonly machine: Machine; readonly pass: Pass },
  { steps, rows, radii }: { readonly steps: number; readonly rows: number; readonly radii: number },
): number {
  if (!climbs(of, steps)) return radii * pass(steps + 1, attackRows(steps) * rows);
  const sides = 2 * rows * radii;
  const moved = steps * (of.d + widthOf(of)) * CLIMB_ENTRY + CLIMB_ROW;
  return pass(1, 1.5 * rows) + inWebAssembly(machine, sides * moved);
}

function test(of: Cell, machine: Machine, pass: Pass): number {
  const steps = of.testAttack === 'pgd' ? 10 : 1;
  const radii = of.epsTest.filter((eps) => eps > 0).length;
  const attack = { steps, rows: of.testRows, radii };
  return pass(1, of.testRows / 2) + (radii === 0 ? 0 : attacking(of, { machine, pass }, attack));
}

function training(of: Cell, machine: Machine, pass: Pass): number {
  const n = rowsOf(of);
  const inner = of.eps === 0 ? 0 : of.attackSteps;
  if (!isFrozen(of)) {
    const rows = CACHED * n * ((inner === 0 ? 0 : attackRows(inner)) + 1);
    return NETWORK_STEPS * pass(NETWORK_CALLS * (inner + 2), rows);
  }
  if (!isDescended(of)) return solving(of, machine);
  const attack = { steps: inner, rows: CACHED * n, radii: 1 };
  const step = attacking(of, { machine, pass }, attack) + pass(5, CACHED * n);
  return STEPS[of.start] * step + (of.start === 'warm' ? solving(of, machine) : 0) + factoring(of, machine);
}

/** Steps of descent that training usually takes: two cycles from theta = 0, one from the linearised optimum. */
const STEPS = { cold: 60, warm: 15 } as const;
/** Networks mostly take all the steps that they may. */
const NETWORK_STEPS = 2250;
/** Passes of a read-out that one of a network makes the calls of: several layers, and all their weights to be moved. */
const NETWORK_CALLS = 3;
/** Iterations of the exact solvers, of values and of labels: medians; logistic losses and hinges took 2 to 10 at psi1 0.5 to 4. */
const ITERATIONS = { values: 6, labels: 7 } as const;

/** What an iteration's passes over gradients take, as products for each of their numbers: one layer's are products with its weights, */
const LAYER_PASSES = 5;
/** those of several are read from memory. From processor times at n 120, N 120 and n 150, N 300. */
const NETWORK_PASSES = 140;

/** The exact solution: Newton matrices and their factors, in float64; at eps = 0 a single one. */
function solving(of: Cell, machine: Machine): number {
  const [n, N] = [rowsOf(of), widthOf(of)];
  if (of.eps === 0 && of.loss === undefined) return exactly(machine, n * N * Math.min(n, N));
  // All rows of a regression on the inputs share one gradient.
  const shared = of.features === 'linear' && of.loss === undefined;
  const passes = (of.network === undefined ? LAYER_PASSES : NETWORK_PASSES) * n * N * of.d;
  const newton = shared ? n * N * Math.min(n, N) : 1.5 * gram(of) + N ** 3 / 6 + passes;
  return exactly(machine, ITERATIONS[of.loss === undefined ? 'values' : 'labels'] * newton);
}

/** The metric of the descent, its factor and the inverse of that. */
const factoring = (of: Cell, machine: Machine): number => {
  const [n, N] = [rowsOf(of), widthOf(of)];
  return exactly(machine, n * N * N + gram(of) + N ** 3 / 2);
};

/** The sum over rows of the products of gradients: of one layer it has a closed form. */
function gram(of: Cell): number {
  const [n, N] = [rowsOf(of), widthOf(of)];
  if (of.norm === 'linf' && of.network === undefined) return 0.1 * n * of.d * N * N;
  return of.network === undefined ? n * N * N : 0.4 * n * of.d * N * N;
}

const exactly = (machine: Machine, products: number): number =>
  inWebAssembly(machine, EXACT_PRODUCT * products);

/** Seconds of what runs in WebAssembly whatever the engine, from seconds times its GFLOP/s there. */
const inWebAssembly = ({ device, gigaflopsPerSecond }: Machine, cost: number): number =>
  (cost * (isNative(device) ? NATIVE_GAIN : 1)) / gigaflopsPerSecond;
