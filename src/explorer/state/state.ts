import type { Measurement } from '../check/protocol.ts';
import type { OwnPoint } from './ownData.ts';
import { type AxisName, defaults, type Settings } from './parameters.ts';
import type { Pins } from './pins.ts';
import type { SceneName } from './scenes.ts';

export type Theme = 'auto' | 'light' | 'dark';
export type Screen = 'page' | 'projector' | 'embed';
export type Measure = 'standardRisk' | 'adversarialRisk';

/** Everything that a link holds. */
export interface State {
  /** the scene of the story that is open; null while the workbench is */
  readonly scene: SceneName | null;
  readonly settings: Settings;
  /** what the curves run along */
  readonly axis: AxisName;
  readonly yScale: 'linear' | 'log';
  /** the risk on the map */
  readonly mapOf: Measure;
  readonly theme: Theme;
  /** input dimension of the models that "check it" trains, and how many of them a point */
  readonly d: number;
  readonly seeds: number;
  readonly measurements: readonly Measurement[];
  /** other settings whose curves are drawn beside */
  readonly pins: Pins;
  /** points of the reader's own, which no link holds, and the axis that they are of; null without */
  readonly own: { readonly axis: AxisName; readonly points: readonly OwnPoint[] } | null;
  /** the page, or its curves alone, in large type or to stand in another page */
  readonly screen: Screen;
}

/** The workbench as it opens by itself. */
export const initialState: State = {
  scene: null,
  settings: defaults,
  axis: 'psi1',
  yScale: 'linear',
  mapOf: 'adversarialRisk',
  theme: 'auto',
  d: 50,
  seeds: 4,
  measurements: [],
  pins: {},
  own: null,
  screen: 'page',
};

export interface Store {
  readonly state: State;
  change(changes: Partial<State>): void;
  set(changes: Partial<Settings>): void;
  /** Called after every change, once. */
  subscribe(listener: (state: State, before: State) => void): void;
}

export function newStore(first: State): Store {
  let state = first;
  const listeners: ((state: State, before: State) => void)[] = [];
  const change = (changes: Partial<State>): void => {
    const before = state;
    state = { ...state, ...changes };
    for (const listener of listeners) listener(state, before);
  };
  return {
    get state() {
      return state;
    },
    change,
    set: (changes) => change({ settings: { ...state.settings, ...changes } }),
    subscribe: (listener) => listeners.push(listener),
  };
}
