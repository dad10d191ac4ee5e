import type { State } from './state.ts';

/** What Back brings back; colours, the size of finite models and what they measured are no steps of the reader's. */
const STEPS = ['axis', 'yScale', 'mapOf', 'pins', 'screen'] as const satisfies readonly (keyof State)[];

/** A change of the state, as far as its place in the history matters. */
export interface Change {
  /** what changed; '' when that is no step */
  readonly names: string;
  /** milliseconds */
  readonly at: number;
  /** the press of a pointer in which it happened, or null */
  readonly press: number | null;
}

/** The names of what changed between two states, of steps only. The story is left and entered by links, which are entries by themselves. */
export function changedNames(state: State, before: State): string {
  if (state.scene !== before.scene) return '';
  const settings = (Object.keys(state.settings) as (keyof State['settings'])[]).filter(
    (name) => state.settings[name] !== before.settings[name],
  );
  return [...settings, ...STEPS.filter((name) => state[name] !== before[name])].join();
}

/** Two changes of the same thing in this time are one step, in milliseconds. */
const QUIET = 800;

/** Whether a change goes on with the step before: the same slider in the same press, or the same thing soon after. */
export const goesOn = (before: Change | undefined, { names, at, press }: Change): boolean =>
  before !== undefined &&
  before.names === names &&
  ((press !== null && press === before.press) || at - before.at < QUIET);
