/** Functions that keep answers, by what these depend on: while one slider moves most of them stay as they are. */

/** As many answers as a scene, or the workbench with every pin, asks for at once, and those of a slider's last places. */
const KEPT = 16;

/**
 * The same function, which remembers the answers that were asked for last. `of` gives the question without what the answer
 * does not depend on.
 */
export function remembered<Question, T>(
  answer: (question: Question) => T,
  of: (question: Question) => Question = (question) => question,
): (question: Question) => T {
  const known = new Map<string, T>();
  return (question) => {
    const asked = of(question);
    const key = JSON.stringify(asked);
    const value = known.get(key) ?? answer(asked);
    // The last one asked for is the last to be forgotten.
    known.delete(key);
    known.set(key, value);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
    return value;
  };
}

/**
 * The same function, which is called again only when one of its arguments is another one than last time: another number or
 * word, or not the very same object. Until then it gives its last answer.
 */
export function kept<Of extends readonly unknown[], T>(answer: (...of: Of) => T): (...of: Of) => T {
  let last: { readonly of: Of; readonly value: T } | undefined;
  return (...of) => {
    if (!last || last.of.length !== of.length || of.some((one, i) => !Object.is(one, last!.of[i])))
      last = { of, value: answer(...of) };
    return last.value;
  };
}

/** The same function, which is called once for each object, as long as that is in use. */
export function onceFor<Of extends object, T>(answer: (of: Of) => T): (of: Of) => T {
  const known = new WeakMap<Of, T>();
  return (of) => {
    let value = known.get(of);
    if (value === undefined) {
      value = answer(of);
      known.set(of, value);
    }
    return value;
  };
}
