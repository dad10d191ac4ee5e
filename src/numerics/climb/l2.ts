import { F64, V128 } from '../wasmCode.ts';
import {
  above,
  divided,
  everywhere,
  exclusiveOr,
  float64,
  LARGEST,
  larger,
  minus,
  plus,
  root,
  smaller,
  TINY,
  times,
  ZEROS,
} from '../wasmFloats.ts';
import { type Frame, product } from './frame.ts';
import type { Climb } from './module.ts';

/**
 * A step in l2 and the projection on the ball lead from the centre by
 *
 *     delta' = c (delta + s g),    z' = z0 + c (z - z0 + s K'g),
 *
 * and where unit j changes its sign, g changes by +-a_j k_j and K'g by +-a_j K'k_j, a row of the Gram matrix.
 */
export function climbInL2({ at, locals, numberOf, along, read, store, total, squares, list }: Frame): Climb {
  const [v, w, by, shrink, mask] = locals(V128, V128, V128, V128, V128);
  const [size] = locals(F64);
  const step = divided(numberOf('length'), larger(size.get, float64(TINY)));
  const reach = larger(root(total.total), larger(numberOf('radius'), float64(TINY)));
  const raised = plus(minus(v.get, w.get), times(by.get, read(at.rise)));
  return {
    begin: [],
    moveInputs: [
      size.set(root(squares.total)),
      by.set(everywhere(product(numberOf('push'), smaller(step, float64(LARGEST))))),
      total.clear,
      along(at.inputs, [
        v.set(plus(read(at.delta), times(by.get, read(at.gradient)))),
        [store(at.delta, v.get), total.addProduct(v, v)],
      ]),
      shrink.set(everywhere(divided(numberOf('radius'), reach))),
      along(at.inputs, store(at.delta, times(shrink.get, read(at.delta)))),
    ],
    moveUnits: along(at.units, [
      [v.set(read(at.hidden)), w.set(read(at.about))],
      w.set(plus(w.get, times(shrink.get, raised))),
      store(at.hidden, w.get),
      mask.set(exclusiveOr(above(v.get, ZEROS), above(w.get, ZEROS))),
      list(mask),
    ]),
    switchUnits: [
      { array: at.gradient, matrix: at.kernel, bytes: at.inputs },
      { array: at.rise, matrix: at.spread, bytes: at.units },
    ],
  };
}
