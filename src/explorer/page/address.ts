import { withMeasurements } from '../check/measurements.ts';
import { type Change, changedNames, goesOn } from '../state/history.ts';
import { fromLink, toLink } from '../state/link.ts';
import type { State, Store } from '../state/state.ts';

/** The address holds the state, and every step of the reader's is an entry of the browser's history. */
export interface Address {
  undo(): void;
  redo(): void;
  /** Called when what can be undone or redone may have changed. */
  onStep(listener: (can: { readonly undo: boolean; readonly redo: boolean }) => void): void;
}

/** Browsers limit how often an address may change: within a step it follows after this many milliseconds. */
const DELAY = 250;

export function address(store: Store, complain: (found: readonly string[]) => void): Address {
  /** Steps from the first entry of this page to the present one, and to the last. */
  let at = placeOf(window.history.state) ?? 0;
  let last = at;
  let before: Change | undefined;
  let press: number | null = null;
  let presses = 0;
  let going = false;
  let pending: ReturnType<typeof setTimeout> | undefined;
  const listeners: ((can: { undo: boolean; redo: boolean }) => void)[] = [];
  window.history.replaceState({ at }, '');
  const tell = (): void => {
    for (const listener of listeners) listener({ undo: at > 0, redo: at < last });
  };

  function forget(): boolean {
    clearTimeout(pending);
    const was = pending !== undefined;
    pending = undefined;
    return was;
  }
  /** Writes what has not been written yet of the present entry. */
  function flush(state = store.state): void {
    if (forget()) window.history.replaceState({ at }, '', `#${toLink(state)}`);
  }

  function follow(state: State, old: State): void {
    if (going) return;
    const names = changedNames(state, old);
    if (names !== '') {
      const change: Change = { names, at: performance.now(), press };
      const same = goesOn(before, change);
      before = change;
      if (!same) {
        // The step before may have gone on since its address was last written.
        flush(old);
        last = ++at;
        window.history.pushState({ at }, '', `#${toLink(state)}`);
        tell();
        return;
      }
    }
    clearTimeout(pending);
    pending = setTimeout(() => flush(), DELAY);
  }

  function arrive(event: PopStateEvent): void {
    forget();
    before = undefined;
    const place = placeOf(event.state);
    const { state, complaints } = fromLink(window.location.hash.slice(1));
    complain(complaints);
    going = true;
    // Back brings back steps; what is none stays as it is.
    const { theme, d, seeds } = place === undefined ? state : store.state;
    const said = place === undefined && /(^#|&)theme=/.test(window.location.hash);
    store.change({
      ...state,
      ...{ d, seeds, theme: said ? theme : store.state.theme },
      own: store.state.own,
      measurements: withMeasurements(store.state.measurements, state.measurements),
    });
    going = false;
    if (place === undefined) {
      // An address that was typed, or a link within the page.
      last = ++at;
      window.history.replaceState({ at }, '');
    } else at = place;
    last = Math.max(last, at);
    tell();
  }

  store.subscribe(follow);
  window.addEventListener('popstate', arrive);
  window.addEventListener('pointerdown', () => {
    press = ++presses;
  });
  for (const end of ['pointerup', 'pointercancel'] as const)
    window.addEventListener(end, () => {
      press = null;
    });
  window.addEventListener('pagehide', () => flush());

  return {
    undo() {
      flush();
      if (at > 0) window.history.back();
    },
    redo() {
      flush();
      if (at < last) window.history.forward();
    },
    onStep(listener) {
      listeners.push(listener);
      tell();
    },
  };
}

function placeOf(state: unknown): number | undefined {
  const at = (state as { at?: unknown } | null)?.at;
  return typeof at === 'number' ? at : undefined;
}
