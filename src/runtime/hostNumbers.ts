import { tf } from './tf.ts';

/**
 * Numbers of tensors that this thread holds beside the engine, or instead of it until an operation asks for them. What
 * costs the engine an operation for each small tensor then costs little more than a copy.
 */

/** The numbers of a tensor: float32, or 0 and 1 of a bool. */
type Numbers = Float32Array | Uint8Array;

/** Copied out of an engine, or made here, for as long as their tensors are there. No operation changes them. */
const held = new WeakMap<object, Numbers>();

/** The part of the backends that is relied on here. */
interface Backend {
  readSync(dataId: object): Numbers;
  disposeData(dataId: object, force?: boolean): boolean;
}

/** That of tfjs-node's, which TensorFlow.js's own lacks. */
interface NativeBackend extends Backend {
  readonly isUsingGpuDevice: boolean;
  /** `values` is null where the engine has the numbers. */
  readonly tensorMap: { get(dataId: object): { readonly values: unknown } };
}

const backend = (): Backend & Partial<NativeBackend> => tf.backend() as unknown as Backend;

/**
 * Whether this thread reads so many numbers of the engine without waiting for it, and sooner than the engine goes through
 * them. On TensorFlow a step of PGD on more than 3e5 of them took no less time so.
 */
export function readsAtOnce(size: number): boolean {
  const engine = tf.getBackend();
  return engine === 'cpu' || (engine === 'tensorflow' && size <= 3e5 && readsWithoutWaiting());
}

/** Whether the numbers of the engine lie in the memory of this process: not on GPUs. */
export function readsWithoutWaiting(): boolean {
  const engine = tf.getBackend();
  return ['cpu', 'wasm'].includes(engine) || (engine === 'tensorflow' && !backend().isUsingGpuDevice);
}

/** Whether the numbers of a tensor are at hand. */
export const isHeld = ({ dataId }: tf.Tensor): boolean => held.has(dataId);

/** The numbers of a tensor, where {@link readsAtOnce} allows it; not to be changed. */
export function numbersOf<N extends Numbers = Float32Array>({ dataId }: tf.Tensor): N {
  const known = held.get(dataId);
  if (known) return known as N;
  const engine = backend();
  const inEngine = engine.tensorMap?.get(dataId).values === null;
  const read = engine.readSync(dataId) as N;
  // What the backend still holds may be an array of the caller's, who may change it once the engine has its copy.
  if (inEngine) hold(dataId, read, 'copied');
  return read;
}

/**
 * The numbers of a tensor, to be changed: the copy out of the engine where there is one that nobody else has, and it is no
 * longer held.
 */
export function ownNumbersOf(tensor: tf.Tensor): Float32Array {
  const values = numbersOf(tensor);
  if (reusable.get(tensor.dataId) === 'copied' && reusable.delete(tensor.dataId)) {
    held.delete(tensor.dataId);
    return values;
  }
  const copy = arrayOf(values.length);
  copy.set(values);
  return copy;
}

/** A tensor, bool of Uint8Array and else float32, that stays with us until an operation of the engine asks for it. */
export function tensorOf(values: Numbers, shape: number[]): tf.Tensor {
  const made = tf.tensor(values, shape, values instanceof Uint8Array ? 'bool' : 'float32');
  hold(made.dataId, values, 'made');
  return made;
}

/** Two tensors of one half of the rows each, which share the numbers of the whole. */
export function halvesOf(rows: tf.Tensor): [tf.Tensor, tf.Tensor] {
  const [values, shape] = [numbersOf(rows), [rows.shape[0]! / 2, ...rows.shape.slice(1)]];
  reusable.delete(rows.dataId);
  const middle = values.length / 2;
  return [tensorOf(values.subarray(0, middle), shape), tensorOf(values.subarray(middle), shape)];
}

/**
 * Tensors of TensorFlow whose numbers nobody else has seen: copies of what the engine has, and those made here. These the
 * engine shares once an operation has asked for them, and so may tensors made of them.
 */
const reusable = new WeakMap<object, 'copied' | 'made'>();
const watched = new WeakSet<NativeBackend>();
const left: Float32Array[] = [];

/** Numbers of an array that is worth keeping, and how many arrays are kept: a step of an attack has that many at a time. */
const [WORTH_KEEPING, KEPT] = [2 ** 14, 8];

/**
 * An array of so many numbers, of any values: where there is one, that of a tensor that is no more. Every step of an attack
 * would otherwise leave new ones to be collected.
 */
export function arrayOf(size: number): Float32Array {
  const at = left.findIndex(({ length }) => length === size);
  return at < 0 ? new Float32Array(size) : left.splice(at, 1)[0]!;
}

function hold(dataId: object, values: Numbers, origin: 'copied' | 'made'): void {
  held.set(dataId, values);
  const whole = values instanceof Float32Array && values.byteLength === values.buffer.byteLength;
  if (!whole || values.length < WORTH_KEEPING || tf.getBackend() !== 'tensorflow') return;
  watch(backend() as NativeBackend);
  reusable.set(dataId, origin);
}

/** Keeps the arrays of tensors that are disposed, but for those that others read and those that the engine shares. */
function watch(engine: NativeBackend): void {
  if (watched.has(engine)) return;
  watched.add(engine);
  const [readSync, disposeData] = [engine.readSync.bind(engine), engine.disposeData.bind(engine)];
  engine.readSync = (dataId) => {
    reusable.delete(dataId);
    return readSync(dataId);
  };
  engine.disposeData = (dataId, force) => {
    const origin = reusable.get(dataId);
    // TensorFlow computes with the array itself where it lies at a multiple of 64 bytes, and a reshaped tensor goes on with it.
    const shared = origin === 'made' && engine.tensorMap.get(dataId).values === null;
    const gone = disposeData(dataId, force);
    if (gone && reusable.delete(dataId) && !shared) {
      left.unshift(held.get(dataId) as Float32Array);
      if (left.length > KEPT) left.pop();
    }
    return gone;
  };
}
