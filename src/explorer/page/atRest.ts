/** Milliseconds without a call after which nothing is moving. */
export const REST = 120;

/**
 * Calls `act` when this has not been called for a while: for what takes long and is not looked at while a slider moves. Until
 * then `late`, which still shows what was, is marked as busy.
 */
export function atRest(act: () => void, late?: Element): () => void {
  let due: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(due);
    late?.setAttribute('aria-busy', 'true');
    due = setTimeout(() => {
      act();
      late?.removeAttribute('aria-busy');
    }, REST);
  };
}
