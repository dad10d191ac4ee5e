/** How long a loop may keep timers, signals and a page waiting, in milliseconds. */
const BREATH = 200;

/** A pause for a loop of synchronous steps to await after each: it gives way now and then, and costs nothing otherwise. */
export function breathing(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < BREATH) return;
    // Not an animation frame: pages in the background have none.
    await new Promise((goOn) => setTimeout(goOn));
    last = performance.now();
  };
}
