import type { Settings } from '../state/parameters.ts';

/** As many answers as a scene asks for at once, and those of the slider's last places. */
const KEPT = 16;

/**
 * The same function of settings, which remembers its last answers: while one slider moves most answers stay as they are.
 * `of` gives the settings without what the answer does not depend on.
 */
export function remembered<T>(
  answer: (settings: Settings) => T,
  of: (settings: Settings) => Settings = (settings) => settings,
): (settings: Settings) => T {
  const known = new Map<string, T>();
  return (settings) => {
    const asked = of(settings);
    const key = JSON.stringify(asked);
    const found = known.get(key);
    if (found !== undefined) return found;
    const value = answer(asked);
    known.set(key, value);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
    return value;
  };
}
