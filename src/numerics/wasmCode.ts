/** A small assembler for WebAssembly modules made at run time (core specification 2.0, chapter 5; relaxed SIMD proposal). */

/** Bytes of a module, nested as they were put together. */
export type Code = number | readonly Code[];

export const I32 = 0x7f;
export const F32 = 0x7d;
export const F64 = 0x7c;
export const V128 = 0x7b;

/** A local variable or a parameter of a function. */
export interface Local {
  readonly get: Code;
  set(value: Code): Code;
  /** Adds to an integer. */
  advance(by: Code): Code;
}

/** A function of integers that returns nothing, and the types of its locals. */
export interface WasmFunction {
  readonly name: string;
  readonly parameters: number;
  readonly locals: readonly number[];
  readonly body: Code;
}

/** Builds a function: `write` is given its parameters and a maker of locals, all zero at first, and returns its body. */
export function wasmFunction(
  name: string,
  parameters: number,
  write: (parameters: Local[], local: (type: number) => Local) => Code,
): WasmFunction {
  const locals: number[] = [];
  const at = (index: number): Local => {
    const get = [0x20, leb(index)];
    const set = (value: Code): Code => [value, 0x21, leb(index)];
    return { get, set, advance: (by) => set(add(get, by)) };
  };
  const body = write(
    Array.from({ length: parameters }, (_, index) => at(index)),
    (type) => at(parameters + locals.push(type) - 1),
  );
  return { name, parameters, locals, body };
}

export const constant = (value: number): Code => [0x41, signedLeb(value)];
export const add = (a: Code, b: Code): Code => [a, b, 0x6a];
export const subtract = (a: Code, b: Code): Code => [a, b, 0x6b];
export const multiply = (a: Code, b: Code): Code => [a, b, 0x6c];
/** Both as unsigned numbers. */
export const less = (a: Code, b: Code): Code => [a, b, 0x49];
export const equal = (a: Code, b: Code): Code => [a, b, 0x46];
export const both = (a: Code, b: Code): Code => [a, b, 0x71];
/** The smaller of two unsigned numbers. */
export const least = (a: Code, b: Code): Code => [a, b, less(a, b), 0x1b];
export const call = (index: number, ...values: Code[]): Code => [values, 0x10, leb(index)];
export const when = (condition: Code, then: Code, otherwise: Code = []): Code => [
  [condition, 0x04, 0x40, then],
  [0x05, otherwise, 0x0b],
];
/** Runs the body at least once. */
export const repeatWhile = (condition: Code, body: Code): Code => [
  [0x03, 0x40, body],
  [condition, 0x0d, 0, 0x0b],
];
/** Runs the body as long as the condition holds. */
export const loopWhile = (condition: Code, body: Code): Code => when(condition, repeatWhile(condition, body));
/** The 32-bit integer at an address. */
export const field = (address: Code, offset: number): Code => [address, 0x28, 2, leb(offset)];

/** Vectors of sixteen bytes; alignments are hints only. */
export const load = (address: Code, offset = 0): Code => [address, 0xfd, 0x00, 2, leb(offset)];
export const store = (address: Code, value: Code, offset = 0): Code => [
  [address, value],
  [0xfd, 0x0b, 2, leb(offset)],
];
/** Takes 4-byte lanes 0 to 3 of the first vector and 4 to 7 of the second. */
export const shuffle = (a: Code, b: Code, lanes: readonly number[]): Code => [
  [a, b, 0xfd, 0x0d],
  lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]),
];
/** An instruction of the vector set by its number. */
export const vector = (operation: number, ...values: Code[]): Code => [values, 0xfd, leb(operation)];

/** The memory that a module works on: its own of so many pages, exported, or one given to it as env.memory. */
export type WasmMemory = { readonly pages: number } | { readonly shared: boolean };

/** The binary module; every function is exported under its name and called by its position. */
export function assemble(functions: readonly WasmFunction[], memory: WasmMemory): Uint8Array<ArrayBuffer> {
  const text = (name: string): Code => [name.length, ...new TextEncoder().encode(name)];
  const list = (items: readonly Code[]): Code => [leb(items.length), items];
  const section = (id: number, content: Code): number[] => {
    const bytes = flat(content);
    return bytes.length === 0 ? [] : [id, ...leb(bytes.length), ...bytes];
  };
  const own = 'pages' in memory;
  // A shared memory has to have an end: 65536 pages are all that there can be.
  const limits = own ? [] : memory.shared ? [3, 0, leb(65536)] : [0, 0];
  const bodies = functions.map(({ locals, body }) => {
    const bytes = flat([list(locals.map((type) => [1, type])), body, 0x0b]);
    return [leb(bytes.length), bytes];
  });
  const names = functions.map(({ name }, index) => [text(name), 0, leb(index)]);
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(functions.map(({ parameters }) => [0x60, list(Array(parameters).fill(I32)), 0]))),
    ...section(2, own ? [] : list([[text('env'), text('memory'), 2, limits]])),
    ...section(3, list(functions.map((_, index) => leb(index)))),
    ...section(5, own ? list([[0, leb(memory.pages)]]) : []),
    ...section(7, list(own ? [...names, [text('memory'), 2, 0]] : names)),
    ...section(10, list(bodies)),
  ]);
}

const flat = (code: Code): number[] => (typeof code === 'number' ? [code] : code.flatMap(flat));

/** Unsigned LEB128. */
function leb(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...leb(value >>> 7)];
}

function signedLeb(value: number): number[] {
  return value >= -64 && value < 64 ? [value & 127] : [(value & 127) | 128, ...signedLeb(value >> 7)];
}
