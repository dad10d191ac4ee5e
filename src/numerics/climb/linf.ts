import { F64, V128, when } from '../wasmCode.ts';
import {
  above,
  absolute,
  and,
  between,
  divided,
  everywhere,
  exclusiveOr,
  float64,
  minus,
  negated,
  plus,
  select,
  smaller,
  times,
  ZEROS,
} from '../wasmFloats.ts';
import { addRows, difference, exceeds, type Frame, product, sum } from './frame.ts';
import type { Climb } from './module.ts';

/** By which part of the radius two moves of an input may differ and be the same: roundings of where it is. */
const SAME = 1e-6;

/**
 * A step in linf moves every input by the length, with the sign of g, until it is at its bound: in the next one most move as
 * before, or all of these by the same part of it. So K'm, by which z rises, is kept from step to step, and a row K'e_i is added
 * for each input that moves otherwise; where unit j changes its sign, g changes by +-a_j k_j.
 */
export function climbInLinf(frame: Frame): Climb {
  const { at, locals, numberOf, along, read, store, list, clearList, eachListed, place } = frame;
  const [v, w, by, limit, same, mask, ratio] = locals(V128, V128, V128, V128, V128, V128, V128);
  const [reached, next, before, step] = locals(F64, F64, F64, F64);
  const toSign = minus(
    and(above(read(at.gradient), ZEROS), by.get),
    and(above(ZEROS, read(at.gradient)), by.get),
  );
  const [first, second] = [place(), place()];
  const changeInputs = (places: readonly ReturnType<typeof place>[]) =>
    eachListed(places, [
      places.map((one) => one.times(one.of(at.change))),
      addRows(frame, places, { array: at.rise, matrix: at.spread, bytes: at.units }),
    ]);
  return {
    begin: [
      before.set(numberOf('length')),
      by.set(everywhere(product(numberOf('push'), before.get))),
      along(at.inputs, store(at.move, toSign)),
      along(at.units, store(at.rise, times(by.get, read(at.rise)))),
      limit.set(everywhere(numberOf('radius'))),
      same.set(everywhere(product(numberOf('radius'), float64(SAME)))),
    ],
    moveInputs: [
      // How far an input gets from the centre that always moves the same way.
      next.set(smaller(sum(reached.get, numberOf('length')), numberOf('radius'))),
      [step.set(difference(next.get, reached.get)), reached.set(next.get)],
      when(exceeds(difference(before.get, step.get), product(numberOf('radius'), float64(SAME))), [
        ratio.set(everywhere(divided(step.get, before.get))),
        along(at.inputs, store(at.move, times(ratio.get, read(at.move)))),
        along(at.units, store(at.rise, times(ratio.get, read(at.rise)))),
        before.set(step.get),
      ]),
      by.set(everywhere(product(numberOf('push'), numberOf('length')))),
      clearList,
      along(at.inputs, [
        v.set(read(at.delta)),
        w.set(between(plus(v.get, toSign), negated(limit.get), limit.get)),
        store(at.delta, w.get),
        [w.set(minus(w.get, v.get)), v.set(minus(w.get, read(at.move)))],
        mask.set(above(absolute(v.get), same.get)),
        store(at.change, v.get),
        store(at.move, select(w.get, read(at.move), mask.get)),
        list(mask),
      ]),
      [changeInputs([first, second]), changeInputs([first])],
    ],
    moveUnits: along(at.units, [
      v.set(read(at.hidden)),
      w.set(plus(v.get, read(at.rise))),
      store(at.hidden, w.get),
      mask.set(exclusiveOr(above(v.get, ZEROS), above(w.get, ZEROS))),
      list(mask),
    ]),
    switchUnits: [{ array: at.gradient, matrix: at.kernel, bytes: at.inputs }],
  };
}
