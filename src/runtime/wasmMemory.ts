/** Makes the memory of a WebAssembly module shared between threads, though it was built without them. */

/** The memory section of a module, and "a memory with an end" and "a shared one" in it. */
const MEMORY_SECTION = 5;
const [ENDS, SHARED] = [1, 3];
const HEADER = 8;

/**
 * While `start` runs, modules that define a memory with an end are instantiated with the same memory shared. Nothing else
 * of a module changes: it loads and stores as before. Where such a module does not start, it starts as it is.
 */
export async function withSharedMemory<T>(start: () => Promise<T>): Promise<T> {
  const instantiate = WebAssembly.instantiate as (source: unknown, imports?: object) => Promise<unknown>;
  const replaced = async (source: unknown, imports?: object): Promise<unknown> => {
    const shared = source instanceof Uint8Array ? sharedMemoryModule(source) : undefined;
    if (!shared) return instantiate(source, imports);
    return instantiate(shared, imports).catch(() => instantiate(source, imports));
  };
  Object.assign(WebAssembly, { instantiate: replaced });
  try {
    return await start();
  } finally {
    Object.assign(WebAssembly, { instantiate });
  }
}

/** The same binary module with its own memory declared shared; undefined where it has none that can be. */
export function sharedMemoryModule(binary: Uint8Array): Uint8Array | undefined {
  let at = HEADER;
  while (at < binary.length) {
    const id = binary[at++];
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = binary[at++]!;
      length |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    if (id === MEMORY_SECTION) {
      // One memory, and then its limits.
      if (binary[at] !== 1 || binary[at + 1] !== ENDS) return undefined;
      const copy = binary.slice();
      copy[at + 1] = SHARED;
      return copy;
    }
    at += length;
  }
  return undefined;
}
