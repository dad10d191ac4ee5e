/** Milliseconds without a call after which nothing is moving. */
export const REST = 120;

/** Calls `act` when this has not been called for a while: for what takes long and is not looked at while a slider moves. */
export function atRest(act: () => void): () => void {
  let due: ReturnType<typeof setTimeout> | undefined;
  return () => {
    clearTimeout(due);
    due = setTimeout(act, REST);
  };
}
