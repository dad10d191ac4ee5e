/** As many answers as a scene, or the workbench with every pin, asks for at once, and those of a slider's last places. */
const KEPT = 16;

/**
 * The same function, which remembers its last answers: while one slider moves most answers stay as they are. `of` gives the
 * question without what the answer does not depend on.
 */
export function remembered<Question, T>(
  answer: (question: Question) => T,
  of: (question: Question) => Question = (question) => question,
): (question: Question) => T {
  const known = new Map<string, T>();
  return (question) => {
    const asked = of(question);
    const key = JSON.stringify(asked);
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = answer(asked);
    known.set(key, value);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
    return value;
  };
}
