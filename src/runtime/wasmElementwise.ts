import {
  add,
  assemble,
  type Code,
  constant,
  I32,
  type Local,
  less,
  load,
  loopWhile,
  store,
  subtract,
  V128,
  vector,
  wasmFunction,
} from '../numerics/wasmCode.ts';
import { tf } from './tf.ts';
import { replaceWasmKernel, type WasmBackend, wasmMemory } from './wasmBackend.ts';

/** Addresses, and how many numbers. */
interface ElementwiseKernels {
  sign(x: number, out: number, count: number): void;
  greater(a: number, b: number, out: number, count: number): void;
}

const ZERO: Code = [0x43, 0, 0, 0, 0];
const ONE: Code = [0x43, 0, 0, 0x80, 0x3f];
const splat = (value: Code): Code => vector(0x13, value);
const above = (a: Code, b: Code): Code => vector(0x44, a, b);
const and = (a: Code, b: Code): Code => vector(0x4e, a, b);
const number = (address: Code): Code => [address, 0x2a, 2, 0];
const exceeds = (a: Code, b: Code): Code => [a, b, 0x5e];

/** The functions, in order of their positions. */
const FUNCTIONS = [
  wasmFunction('sign', 3, ([x, out, count], local) => {
    const [k, v] = [local(I32), local(V128)];
    const next = (by: number): Code => [
      [x!.advance(constant(4 * by)), out!.advance(constant(4 * by))],
      k.advance(constant(by)),
    ];
    const oneWhere = (mask: Code): Code => and(mask, splat(ONE));
    return [
      loopWhile(less(add(k.get, constant(3)), count!.get), [
        v.set(load(x!.get)),
        store(
          out!.get,
          vector(0xe5, oneWhere(above(v.get, splat(ZERO))), oneWhere(above(splat(ZERO), v.get))),
        ),
        next(4),
      ]),
      loopWhile(less(k.get, count!.get), [
        out!.get,
        [subtract(exceeds(number(x!.get), ZERO), exceeds(ZERO, number(x!.get))), 0xb2],
        [0x38, 2, 0],
        next(1),
      ]),
    ];
  }),
  wasmFunction('greater', 4, ([a, b, out, count], local) => {
    const k = local(I32);
    const next = (by: number): Code => [
      [a!.advance(constant(4 * by)), b!.advance(constant(4 * by))],
      [out!.advance(constant(by)), k.advance(constant(by))],
    ];
    const four = (i: number): Code => above(loadAt(a!, i), loadAt(b!, i));
    const loadAt = (from: Local, i: number): Code => load(from.get, 16 * i);
    // Saturating, so that a mask of ones stays one at half the width.
    const eight = (i: number): Code => vector(0x85, four(i), four(i + 1));
    return [
      loopWhile(less(add(k.get, constant(15)), count!.get), [
        store(out!.get, and(vector(0x65, eight(0), eight(2)), vector(0x0f, constant(1)))),
        next(16),
      ]),
      loopWhile(less(k.get, count!.get), [
        [out!.get, exceeds(number(a!.get), number(b!.get)), 0x3a, 0, 0],
        next(1),
      ]),
    ];
  }),
];

/**
 * Gives the started WebAssembly backend a Sign and a Greater that take sixteen bytes at a time; those it has take one number,
 * and together were a third of what an attack does besides products. Sign is that of every number, the backend's only of those above
 * 1e-7. Nothing where there is no SIMD. Repeated calls change nothing.
 */
export function compareInWasm(): void {
  const memory = wasmMemory(tf.backend() as unknown as WasmBackend);
  if (!memory) return;
  const binary = assemble(FUNCTIONS, { shared: memory.shared });
  if (!WebAssembly.validate(binary)) return;
  const started = new WeakMap<object, ElementwiseKernels>();
  const kernelsOf = (backend: WasmBackend): ElementwiseKernels => {
    let kernels = started.get(backend);
    if (!kernels) {
      const own = wasmMemory(backend)!;
      const module = new WebAssembly.Module(assemble(FUNCTIONS, { shared: own.shared }));
      const { exports } = new WebAssembly.Instance(module, { env: { memory: own.memory } });
      kernels = exports as unknown as ElementwiseKernels;
      started.set(backend, kernels);
    }
    return kernels;
  };
  const addressIn =
    (backend: WasmBackend) =>
    ({ dataId }: tf.TensorInfo): number =>
      backend.dataIdMap.get(dataId).memoryOffset;

  replaceWasmKernel('Sign', (original) => (call) => {
    const { x } = call.inputs;
    if (x?.dtype !== 'float32') return original(call);
    const out = call.backend.makeOutput(x.shape, 'float32');
    const at = addressIn(call.backend);
    kernelsOf(call.backend).sign(at(x), at(out), tf.util.sizeFromShape(x.shape));
    return out;
  });
  replaceWasmKernel('Greater', (original) => (call) => {
    const { a, b } = call.inputs;
    if (a?.dtype !== 'float32' || b?.dtype !== 'float32' || !tf.util.arraysEqual(a.shape, b.shape))
      return original(call);
    const out = call.backend.makeOutput(a.shape, 'bool');
    const at = addressIn(call.backend);
    kernelsOf(call.backend).greater(at(a), at(b), at(out), tf.util.sizeFromShape(a.shape));
    return out;
  });
}
