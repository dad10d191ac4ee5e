import { defaults } from '../state/parameters.ts';
import { pointText, readPoint } from '../state/pointText.ts';
import type { Measurement } from './protocol.ts';

/** Where this browser keeps what it measured itself. The number changes with the meaning of a point. */
const KEY = 'robust-random-features/measured/1';
/** The newest are kept. */
const MOST = 100;

/** Points of which each holds its own settings, so that none is ever taken for one of others. */
export function recall(storage: Pick<Storage, 'getItem'> | undefined): Measurement[] {
  let texts: unknown;
  try {
    texts = JSON.parse(storage?.getItem(KEY) ?? '[]');
  } catch {
    return [];
  }
  if (!Array.isArray(texts)) return [];
  return texts.flatMap((text) => {
    const point = typeof text === 'string' ? readPoint(text, defaults) : undefined;
    return point ? [{ ...point, elsewhere: false }] : [];
  });
}

/** Keeps those of `measurements` that were measured here. */
export function remember(
  storage: Pick<Storage, 'setItem'> | undefined,
  measurements: readonly Measurement[],
): void {
  const own = measurements.filter(({ elsewhere }) => !elsewhere).slice(-MOST);
  try {
    storage?.setItem(KEY, JSON.stringify(own.map((point) => pointText(point, defaults))));
  } catch {
    // Full or forbidden: the points are then those of this page only.
  }
}

/** The browser's storage, where the page may use it: not in every frame of another site. */
export function browserStorage(): Storage | undefined {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}
