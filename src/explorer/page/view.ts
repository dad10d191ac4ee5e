import type { State } from '../state/state.ts';

/** A part of the page that draws the state. */
export interface View {
  draw(state: State): void;
}
