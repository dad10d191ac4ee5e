import {
  assemble,
  type Code,
  constant,
  equal,
  F64,
  I32,
  type Local,
  less,
  loopWhile,
  V128,
  type WasmFunction,
  type WasmMemory,
  wasmFunction,
  when,
} from '../wasmCode.ts';
import { divided, float64, plus, root, smaller, TINY } from '../wasmFloats.ts';
import {
  addRows,
  atLeast,
  difference,
  either,
  exceeds,
  type Frame,
  frameOf,
  magnitude,
  product,
  seen,
  sum,
} from './frame.ts';
import { climbInL2 } from './l2.ts';
import { CLIMB_NORMS, CLIMB_PARAMETERS, type ClimbNorm } from './layout.ts';
import { climbInLinf } from './linf.ts';

/** What an instance of the module exports. */
export type ClimbKernels = { readonly [norm in ClimbNorm]: (...addressesAndSizes: number[]) => void } & {
  readonly memory: WebAssembly.Memory;
};

/** The parts of a step that norms differ in. */
export interface Climb {
  readonly begin: Code;
  /** Sets delta. `squares` is |g|^2. */
  readonly moveInputs: Code;
  /** Sets z, and lists the units that change their signs. */
  readonly moveUnits: Code;
  /** What changes with each of these, by a_j times its row of a matrix. */
  readonly switchUnits: readonly { readonly array: Local; readonly matrix: Local; readonly bytes: Local }[];
}

const MOVES: Record<ClimbNorm, (frame: Frame) => Climb> = { l2: climbInL2, linf: climbInLinf };

/**
 * The module: projected gradient steps of one input x through f(x) = sum_j a_j relu(z_j) + beta, z = K'x + b, a function for each
 * norm. f is linear where no unit changes its sign, so that a step takes as many operations as N numbers, and as N + d for each
 * unit that changes its sign: not N d, as products do. Sums over d are float64.
 */
export const climbModule = (memory: WasmMemory): Uint8Array<ArrayBuffer> =>
  assemble(CLIMB_NORMS.map(climb), memory);

const climb = (norm: ClimbNorm): WasmFunction =>
  wasmFunction(norm, CLIMB_PARAMETERS.length, (parameters, local) => {
    const frame = frameOf(parameters, local);
    const { at, locals, numberOf, along, read, store, total, squares, scale, switches, offset } = frame;
    const { begin, moveInputs, moveUnits, switchUnits } = MOVES[norm](frame);
    const [step, v, w] = locals(I32, V128, V128);
    const [value, kept, score, best, size, least] = locals(F64, F64, F64, F64, F64, F64);

    const judge = when(
      at.absolute.get,
      score.set(magnitude(difference(value.get, numberOf('target')))),
      score.set(product(numberOf('push'), value.get)),
    );
    const keep: Code = [
      [best.set(score.get), kept.set(value.get)],
      along(at.inputs, store(at.found, read(at.delta))),
    ];
    const measureGradient: Code = [
      size.set(root(squares.total)),
      seen(frame, size.get),
      least.set(smaller(least.get, divided(sum(size.get, float64(TINY)), sum(scale.get, float64(TINY))))),
    ];
    /** Two units at a time, and then one. */
    const [first, second] = [frame.place(), frame.place()];
    const switched = (places: readonly ReturnType<typeof frame.place>[]): Code =>
      frame.eachListed(places, [
        places.map((unit) => {
          const sign: Code = [float64(1), float64(-1), exceeds(unit.of(at.hidden), float64(0)), 0x1b];
          return [
            seen(frame, unit.of(at.sizes)),
            offset.set(sum(offset.get, product(sign, unit.of(at.offsets)))),
            unit.times(product(sign, unit.of(at.weights))),
          ];
        }),
        switchUnits.map((rows) => addRows(frame, places, rows)),
      ]);
    const evaluate: Code = [
      [total.clear, squares.clear],
      along(at.inputs, [
        [v.set(plus(read(at.centre), read(at.delta))), w.set(read(at.gradient))],
        [total.addProduct(v, w), squares.addProduct(w, w)],
      ]),
      value.set(sum(total.total, offset.get)),
    ];
    return [
      [value.set(numberOf('value')), offset.set(numberOf('offset')), least.set(float64(1))],
      [judge, keep, begin],
      squares.clear,
      along(at.inputs, [w.set(read(at.gradient)), squares.addProduct(w, w)]),
      loopWhile(less(step.get, at.steps.get), [
        [measureGradient, moveInputs],
        [frame.clearList, moveUnits, switched([first, second]), switched([first])],
        [evaluate, judge],
        when(either(equal(at.keepBest.get, constant(0)), atLeast(score.get, best.get)), keep),
        step.advance(constant(1)),
      ]),
      frame.write('value', kept.get),
      frame.write('switches', switches.get),
      frame.write('cancelled', least.get),
    ];
  });
