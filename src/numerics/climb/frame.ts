import {
  add,
  both,
  type Code,
  constant,
  F64,
  I32,
  type Local,
  less,
  load,
  loopWhile,
  multiply,
  store,
  V128,
  vector,
  when,
} from '../wasmCode.ts';
import { everywhere, float64, larger, type Sum, sumOf } from '../wasmFloats.ts';
import { CLIMB_NUMBERS, CLIMB_PARAMETERS } from './layout.ts';

export const sum = (a: Code, b: Code): Code => [a, b, 0xa0];
export const difference = (a: Code, b: Code): Code => [a, b, 0xa1];
export const product = (a: Code, b: Code): Code => [a, b, 0xa2];
export const magnitude = (a: Code): Code => [a, 0x99];
export const atLeast = (a: Code, b: Code): Code => [a, b, 0x66];
export const exceeds = (a: Code, b: Code): Code => [a, b, 0x64];
export const either = (a: Code, b: Code): Code => [a, b, 0x72];
/** A number of float32 as float64. */
const promoted = (address: Code): Code => [address, 0x2a, 2, 0, 0xbb];
const quarter = (value: Code): Code => [value, 0x41, 2, 0x76];

/** Local variables of the types. */
export type Locals = <const T extends readonly number[]>(...types: T) => { [i in keyof T]: Local };

/** What all climbs share: the arrays, the loops along them, and lists of places in them. */
export interface Frame {
  readonly at: { readonly [name in (typeof CLIMB_PARAMETERS)[number]]: Local };
  readonly locals: Locals;
  /** A sum of float64, of which there are two. */
  readonly total: Sum;
  readonly squares: Sum;
  /** The largest of what g was computed from, and how many rows of `spread` were added. */
  readonly scale: Local;
  readonly switches: Local;
  /** f(x) - <g, x> */
  readonly offset: Local;
  numberOf(name: (typeof CLIMB_NUMBERS)[number]): Code;
  write(name: (typeof CLIMB_NUMBERS)[number], value: Code): Code;
  /** Along arrays of so many bytes, four numbers a turn. */
  along(bytes: Local, body: Code): Code;
  /** The four numbers of an array where the loop is. */
  read(array: Local): Code;
  store(array: Local, four: Code): Code;
  /** Empties the list. */
  readonly clearList: Code;
  /** Writes down where the loop is, of the lanes in which the mask is set. */
  list(mask: Local): Code;
  /** Goes through the list, so many places a turn, and leaves the rest. */
  eachListed(places: readonly Place[], body: Code): Code;
  place(): Place;
}

/** A place of the list: so many bytes behind the beginning of an array. */
export interface Place {
  readonly take: Code;
  /** The number of an array there, float64. */
  of(array: Local): Code;
  /** Finds the row of a matrix whose rows have so many bytes. */
  find(matrix: Local, bytes: Local): Code;
  /** How often the row is added. */
  times(factor: Code): Code;
  readonly factor: Local;
  readonly row: Local;
}

export function frameOf(parameters: readonly Local[], local: (type: number) => Local): Frame {
  const at = Object.fromEntries(CLIMB_PARAMETERS.map((name, i) => [name, parameters[i]!])) as Frame['at'];
  const locals: Locals = (...types) => types.map((type) => local(type)) as never;
  const [k, end, next, lanes] = locals(I32, I32, I32, I32);
  const [scale, switches, offset] = locals(F64, F64, F64);
  const number = (name: (typeof CLIMB_NUMBERS)[number]): number => 8 * CLIMB_NUMBERS.indexOf(name);
  return {
    at,
    locals,
    total: sumOf(local),
    squares: sumOf(local),
    scale,
    switches,
    offset,
    numberOf: (name) => [at.numbers.get, 0x2b, 3, number(name)],
    write: (name, value) => [
      [at.numbers.get, value],
      [0x39, 3, number(name)],
    ],
    along: (bytes, body) => [
      k.set(constant(0)),
      loopWhile(less(k.get, bytes.get), [body, k.advance(constant(16))]),
    ],
    read: (array) => load(add(array.get, k.get)),
    store: (array, four) => store(add(array.get, k.get), four),
    clearList: [end.set(at.switched.get), next.set(at.switched.get)],
    list: (mask) =>
      when(vector(0x53, mask.get), [
        lanes.set(vector(0xa4, mask.get)),
        // All four are written one after the other, each over the last one where that is not set.
        [0, 1, 2, 3].map((lane) => [
          [end.get, add(k.get, constant(4 * lane)), 0x36, 2, 0],
          end.advance([both([lanes.get, 0x41, lane, 0x76], constant(1)), 0x41, 2, 0x74]),
        ]),
      ]),
    eachListed: (places, body) =>
      loopWhile(less(add(next.get, constant(4 * places.length - 1)), end.get), [
        places.map(({ take }) => take),
        body,
      ]),
    place() {
      const [place, row, factor] = locals(I32, I32, V128);
      return {
        take: [
          place.set([next.get, 0x28, 2, 0]),
          next.advance(constant(4)),
          switches.set(sum(switches.get, float64(1))),
        ],
        of: (array) => promoted(add(array.get, place.get)),
        find: (matrix, bytes) => row.set(add(matrix.get, multiply(quarter(place.get), bytes.get))),
        times: (value) => factor.set(everywhere(value)),
        factor,
        row,
      };
    },
  };
}

/** Adds rows of a matrix to an array, which is read and written once. */
export function addRows(
  { along, read, store: write }: Frame,
  places: readonly Place[],
  { array, matrix, bytes }: { readonly array: Local; readonly matrix: Local; readonly bytes: Local },
): Code {
  const added = places.reduce<Code>(
    (four, { factor, row }) => vector(0xe4, four, vector(0xe6, factor.get, read(row))),
    read(array),
  );
  return [places.map((place) => place.find(matrix, bytes)), along(bytes, write(array, added))];
}

/** Takes note of a number that g is computed from. */
export const seen = ({ scale }: Frame, size: Code): Code => scale.set(larger(scale.get, size));
